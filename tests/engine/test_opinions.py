"""A message that is judged again: what an opinion may do, what it may not, and that the log alone
tells it all."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.faults.checks import check_log
from tests.faults.traffic import SOURCE, START, hate_raid, line, parsed

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.queue.priority import THREAT_IN_RAID
from rempart.cli import main
from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.engine.embedded.items import encode_outcome, logged_item, plain_outcome
from rempart.engine.embedded.logged_opinions import LoggedOpinion, logged_opinion
from rempart.engine.embedded.opinions import opine
from rempart.engine.opinions import RELEASED, is_releasable, rejudge
from rempart.engine.pipeline import Pipeline
from rempart.engine.settings import Detection, EngineSettings, Opining, Outgoing
from rempart.errors import StoreError
from rempart.ingest import Parsed, parse_one
from rempart.model import (
    DecisionOutcome,
    Ground,
    Label,
    MeasureKind,
    MeasureState,
    Message,
    Opinion,
    Outcome,
    Signal,
    Verdict,
)
from rempart.protect import MeasureBook
from rempart.rules import Facts
from rempart.store.interface.cases import URGENT, CaseQuery
from rempart.store.interface.stream import MessageRow
from rempart.store.sqlite.store import SqliteStore
from rempart.store.sqlite.stream import SqliteStreamTables

Start = Callable[..., EmbeddedEngine]
_outcome = msgspec.json.Decoder(Outcome).decode
INSULT, THREAT = "you are such a loser", "i know where you live"
NOTHING = {"hate": 0.01, "insult": 0.02, "threat": 0.0, "sexual": 0.0, "self_harm_incitement": 0.0}


def settings(**more: Any) -> EngineSettings:
    return EngineSettings(
        detection=Detection(),
        connectors={"bot": Outgoing()},
        opinions={"guard": Opining(kind="chat", model="m", **{"shadow": False, **more})},
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def make(folder: Path = tmp_path, **more: Any) -> EmbeddedEngine:
            engine = EmbeddedEngine.open(folder, settings(**more), sweep=False)
            stack.callback(engine.stop)
            engine.start()
            return engine

        yield make


def send(engine: EmbeddedEngine, *texts: str, first: int = 1) -> list[int]:
    """The entries of these messages."""
    sent = parsed(*(line(first + at, text=text) for at, text in enumerate(texts)))
    return [found.sequence for found in engine.submit(sent, SOURCE).result()]


def opinion(of: int, *, cached: bool = False, **labels: float) -> Opinion:
    at = datetime(2026, 3, 1, 21, tzinfo=UTC)
    return Opinion(of, "guard", "guard-7", {**NOTHING, **labels}, at, cached)


def say(engine: EmbeddedEngine, of: int, **more: Any) -> list[LoggedOpinion]:
    return opine(engine, [opinion(of, **more)]).result()


def row(engine: EmbeddedEngine, seq: int) -> MessageRow:
    with engine.read() as tables:
        (found,) = tables.stream.messages([seq])
    return found


def outcome(engine: EmbeddedEngine, seq: int) -> Outcome:
    found = row(engine, seq)
    return _outcome(found.outcome or plain_outcome(found.id))


def names(engine: EmbeddedEngine, first: int) -> list[str]:
    with engine.read() as tables:
        size = tables.log.size()
        bodies = [bodies for _, bodies in tables.log.bodies_between(first, size)]
    return [json.loads(found[0])[1] for found in bodies]


# -- raising ---------------------------------------------------------------------------------


def test_an_opinion_raises_what_the_embedded_model_let_pass(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, "good evening everybody")
    assert outcome(engine, seq).verdict is Verdict.ALLOW
    (told,) = say(engine, seq, hate=0.93)
    after = outcome(engine, seq)
    assert (told.was, told.now, after.verdict) == ("allow", "hold", Verdict.HOLD)
    assert after.labels["hate"] == after.abuse == 0.93
    (signal,) = after.signals
    assert (signal.detector, signal.version) == ("opinion:guard", "guard-7")
    assert after.rules == ("hold-abuse",)
    with engine.read() as tables:
        (measure,) = tables.stream.measures(ids=after.measures)
        assert measure.measure.state is MeasureState.ACTIVE
        assert measure.measure.from_at == START + timedelta(milliseconds=200)
        (case,) = tables.cases.page(CaseQuery()).cases
        assert (case.subject, measure.case) == ("m1", case.id)
        assert set(tables.cases.sequences(case.id)) >= {seq, seq + 1}, "its dossier tells why"
        (delivery,) = tables.stream.deliveries([measure.measure.id])
        assert (delivery.connector, delivery.operation) == ("bot", "apply")
        (channel,) = tables.stream.channels()
        assert (channel.held, channel.flagged) == (1, 1)
        (minute,) = tables.stream.minutes(row(engine, seq).sent_at_ms - 60_000, 1 << 50)
        assert (minute.messages, minute.held, minute.flagged) == (1, 1, 1)
    assert names(engine, seq)[:3] == ["message", "opinion", "measure"]


def test_the_message_entry_still_says_what_was_decided_first(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, "good evening everybody")
    with engine.read() as tables:
        first = tables.log.bodies(seq)
    say(engine, seq, hate=0.93)
    with engine.read() as tables:
        assert tables.log.bodies(seq) == first
    with engine.read() as tables:
        check_log(tables)


def test_who_sends_it_again_is_told_what_holds_now(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, "good evening everybody")
    say(engine, seq, hate=0.93)
    sent = parsed(line(1, text="good evening everybody"))
    (again,) = engine.submit(sent, SOURCE).result()
    assert (again.status, json.loads(again.outcome)["verdict"]) == ("duplicate", "hold")


def test_a_threat_that_only_the_plug_in_saw_calls_a_person(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, "see you on monday")
    say(engine, seq, threat=0.8)
    with engine.read() as tables:
        kinds = {found.measure.kind for found in tables.stream.measures()}
        (case,) = tables.cases.page(CaseQuery()).cases
    assert kinds == {MeasureKind.HOLD, MeasureKind.ALARM}
    assert case.priority >= 100


def test_an_opinion_adds_to_a_message_that_is_held_already(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, INSULT)
    first = outcome(engine, seq)
    (told,) = say(engine, seq, threat=0.9)
    after = outcome(engine, seq)
    assert set(first.measures) < set(after.measures)
    assert set(told.measures) == set(after.measures) - set(first.measures)
    assert after.labels["insult"] == first.labels["insult"]
    with engine.read() as tables:
        (case,) = tables.cases.page(CaseQuery()).cases
        assert {found.case for found in tables.stream.measures()} == {case.id}
    assert case.priority >= URGENT, "a threat that was not seen at first comes to the front"
    assert "threat" in case.why["en"]


def test_the_same_opinion_twice_changes_nothing_the_second_time(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, "good evening everybody")
    say(engine, seq, hate=0.93)
    once = row(engine, seq)
    assert say(engine, seq, hate=0.93, cached=True) == []
    (again,) = say(engine, seq, hate=0.93)
    assert (again.measures, again.was, again.now) == ([], "hold", "hold")
    assert row(engine, seq) == once


def test_an_opinion_below_the_threshold_lowers_nothing(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, INSULT)
    before = row(engine, seq)
    (told,) = say(engine, seq)
    assert (told.was, told.now, told.measures, told.released) == ("hold", "hold", [], [])
    assert row(engine, seq) == before


def test_what_nobody_knows_is_left_out(start: Start) -> None:
    engine = start()
    (seq,) = send(engine, "good evening everybody")
    stranger = msgspec.structs.replace(opinion(seq, hate=0.9), source="somebody")
    assert opine(engine, [stranger, opinion(0, hate=0.9), opinion(10_000)]).result() == []
    assert outcome(engine, seq).verdict is Verdict.ALLOW


def test_the_dossier_of_the_case_holds_the_opinion_and_verifies(
    start: Start, tmp_path: Path
) -> None:
    """A court sees that a machine elsewhere was asked, which one, and what it said."""
    engine = start(tmp_path / "data")
    (seq,) = send(engine, "good evening everybody")
    say(engine, seq, hate=0.93)
    engine.stop()
    written = tmp_path / "case.zip"
    data = str(tmp_path / "data")
    for command in (
        ["case", "export", "--latest", "--data", data, "-o", str(written)],
        ["verify", str(written)],
        ["verify", data],
    ):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
    with zipfile.ZipFile(written) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith("reading.txt")]
        told = packed.read(name).decode()
    assert "opinion" in told
    assert "guard-7" in told
    assert '"hate": "0.93"' in told


# -- shadow ----------------------------------------------------------------------------------


def test_in_shadow_everything_is_written_and_nothing_is_done(start: Start) -> None:
    engine = start(shadow=True, release=True)
    harmless, insult = send(engine, "see you on monday", INSULT)
    before = [row(engine, seq) for seq in (harmless, insult)]
    book = engine.writer.memory.planned()
    with engine.read() as tables:
        measures = tables.stream.measures()
    (raised,) = say(engine, harmless, threat=0.9)
    (released,) = say(engine, insult)
    assert (raised.shadow, raised.was, raised.now) == (True, "allow", "hold")
    assert len(raised.measures) == 2
    assert (released.was, released.now) == ("hold", "allow")
    assert [row(engine, seq) for seq in (harmless, insult)] == before
    assert engine.writer.memory.planned() == book
    with engine.read() as tables:
        assert tables.stream.measures() == measures
    assert names(engine, harmless).count("opinion") == 2


# -- releasing -------------------------------------------------------------------------------


def test_where_it_is_allowed_an_opinion_takes_back_a_hold_of_the_text_detector(
    start: Start,
) -> None:
    engine = start(release=True)
    (seq,) = send(engine, INSULT)
    (hold,) = outcome(engine, seq).measures
    (told,) = say(engine, seq)
    after = outcome(engine, seq)
    assert (told.was, told.now, told.released) == ("hold", "allow", [hold])
    assert (after.verdict, after.measures) == (Verdict.ALLOW, ())
    assert RELEASED in after.rules
    assert after.signals, "what was found first is not forgotten"
    with engine.read() as tables:
        found = tables.stream.measure(hold)
        assert found is not None
        assert (found.measure.state, found.ended_by) == (MeasureState.UNDONE, "opinion:guard")
        (channel,) = tables.stream.channels()
        assert channel.held == 0
        (case,) = tables.cases.page(CaseQuery()).cases
        assert case.state.value == "open", "a person may still look"
    assert names(engine, seq).index("opinion") < names(engine, seq).index("measure-undone")


def test_otherwise_it_does_not(start: Start) -> None:
    engine = start(release=False)
    (seq,) = send(engine, INSULT)
    say(engine, seq)
    assert outcome(engine, seq).verdict is Verdict.HOLD


@pytest.mark.parametrize(
    "text",
    [THREAT, "go drink bleach", f"{INSULT}, call her on 06 12 34 56 78"],
    ids=["threat", "self-harm", "personal data"],
)
def test_what_a_machine_never_releases(start: Start, text: str) -> None:
    engine = start(release=True)
    (seq,) = send(engine, text)
    before = outcome(engine, seq)
    assert before.verdict is Verdict.HOLD
    say(engine, seq)
    assert outcome(engine, seq) == before


def test_a_text_of_which_a_plug_in_saw_a_part_is_not_released(start: Start) -> None:
    engine = start(release=True)
    padding = "what a lovely evening by the lake it was. " * 100
    (seq,) = send(engine, f"{padding}{INSULT}. {INSULT}!")
    before = outcome(engine, seq)
    assert before.verdict is Verdict.HOLD
    say(engine, seq)
    assert outcome(engine, seq) == before


def test_a_plug_in_that_does_not_know_the_label_releases_nothing(start: Start) -> None:
    """Llama Guard has no word for an insult: its *safe* says nothing of one."""
    engine = start(release=True)
    (seq,) = send(engine, INSULT)
    silent = msgspec.structs.replace(opinion(seq), labels={"hate": 0.0, "threat": 0.0})
    opine(engine, [silent]).result()
    assert outcome(engine, seq).verdict is Verdict.HOLD


def test_what_an_opinion_raised_the_same_plug_in_does_not_take_back(start: Start) -> None:
    engine = start(release=True)
    (seq,) = send(engine, "good evening everybody")
    say(engine, seq, hate=0.9)
    say(engine, seq)
    assert outcome(engine, seq).verdict is Verdict.HOLD


@pytest.mark.parametrize(
    "held",
    [
        {"raid": "r-1"},
        {"rules": ("hold-abuse", "shield-on-raid")},
        {"rules": ("a-rule-of-the-community",)},
        {"rules": ("hold-on-failure",)},
        {"verdict": Verdict.HIDE},
        {"signals": ()},
        {"signals": (Signal("opinion:other", "1", Label.INSULT, 0.9),)},
    ],
    ids=str,
)
def test_only_the_text_detector_s_word_alone_is_taken_back(held: dict[str, Any]) -> None:
    signals = (Signal("text", "1", Label.INSULT, 0.6), Signal("text", "1", Label.THREAT, 0.2))
    before = Outcome(
        "m1", Verdict.HOLD, 0.6, {"insult": 0.6}, None, signals, ("hold-abuse",), ("m-1",)
    )
    assert is_releasable(before, opinion(1))
    assert not is_releasable(msgspec.structs.replace(before, **held), opinion(1))


def test_a_threat_seen_late_in_a_raid_brings_its_case_to_the_front(start: Start) -> None:
    engine = start()
    results = engine.submit(hate_raid(), SOURCE).result()
    with engine.read() as tables:
        (case,) = [found for found in tables.cases.page(CaseQuery()).cases if found.raid]
        rows = tables.stream.messages([found.sequence for found in results])
        of_raid = [found for found in rows if found.raid == case.raid and found.held]
    quiet = next(found for found in of_raid if "threat" not in (found.outcome or b"").decode())
    say(engine, quiet.seq, threat=0.9)
    with engine.read() as tables:
        after = tables.cases.get(case.id)
        assert after is not None
        assert case.raid is not None
        raid = tables.stream.raid(case.raid)
        assert raid is not None
        assert (after.priority, after.messages) == (THREAT_IN_RAID, raid.raid.messages)
        assert len(tables.cases.page(CaseQuery()).cases) == 1
        assert max(tables.cases.sequences(case.id)) > max(found.seq for found in rows)


# -- people ----------------------------------------------------------------------------------


@pytest.mark.parametrize("decided", [DecisionOutcome.LIFT, DecisionOutcome.UPHOLD])
def test_what_a_person_decided_no_opinion_changes(start: Start, decided: DecisionOutcome) -> None:
    engine = start(release=True)
    (seq,) = send(engine, INSULT)
    with engine.read() as tables:
        (case,) = tables.cases.page(CaseQuery()).cases
    ground = Ground.NONE if decided is DecisionOutcome.LIFT else Ground.TERMS
    engine.write(
        lambda tables: decide(
            tables,
            case.id,
            decided,
            ground,
            "looked at",
            Decider("p-1", person=True),
            int(START.timestamp() * 1000),
        )
    ).result()
    before = row(engine, seq)
    assert say(engine, seq, threat=0.99) == []
    assert say(engine, seq) == []
    assert row(engine, seq) == before


# -- faults ----------------------------------------------------------------------------------


def test_an_opinion_that_cannot_be_written_leaves_nothing_behind(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = start()
    (seq,) = send(engine, "see you on monday")
    before, book = row(engine, seq), engine.writer.memory.planned()

    def broken(*_: object) -> None:
        raise StoreError("no")

    with monkeypatch.context() as patched:
        patched.setattr(SqliteStreamTables, "rejudge", broken)
        with pytest.raises(StoreError):
            say(engine, seq, threat=0.9)
    assert row(engine, seq) == before
    assert engine.writer.memory.planned() == book
    assert "opinion" not in names(engine, seq)
    (told,) = say(engine, seq, threat=0.9)
    assert len(told.measures) == 2


def test_after_a_crash_the_memory_is_what_it_was(start: Start, tmp_path: Path) -> None:
    """Killed before a snapshot: the alarm on the target that an opinion caused still holds, so that
    the next threat does not call a second time."""
    engine = start(tmp_path / "one")
    seqs = send(engine, "see you on monday", "and on tuesday", "and then again", "on friday")
    say(engine, seqs[0], threat=0.9)
    send(engine, "hello", THREAT, first=50)
    say(engine, seqs[1], hate=0.9)
    book = engine.writer.memory.planned()
    assert book
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    again = start(tmp_path / "two")
    assert again.writer.memory.planned() == book


# -- replay ----------------------------------------------------------------------------------


def replayed(engine: EmbeddedEngine) -> tuple[dict[int, bytes], list[LoggedOpinion]]:
    """The whole log through the pure functions: outcomes in the end, and what opinions did."""
    pipeline = Pipeline()
    state = pipeline.new_state()
    messages: dict[int, tuple[Message, Outcome]] = {}
    told: list[LoggedOpinion] = []
    with engine.read() as tables:
        for seq, bodies in tables.log.bodies_between(0, tables.log.size()):
            said = logged_opinion(bodies)
            if said is not None:
                message, before = messages[said.of]
                given = Opinion(
                    said.of, said.source, said.model, said.scores, datetime.fromisoformat(said.at)
                )
                may = frozenset(before.measures) if engine.settings.opinions else frozenset()
                judged = rejudge(
                    pipeline, state.book, message, before, given, may_release=frozenset(may)
                )
                for measure in judged.measures:
                    if measure.scope.kind.value != "message":
                        state.book.remember(measure)
                messages[said.of] = message, judged.outcome
                told.append(
                    msgspec.structs.replace(
                        said,
                        was=before.verdict.value,
                        now=judged.outcome.verdict.value,
                        measures=[measure.id for measure in judged.measures],
                        released=list(judged.released),
                    )
                )
                continue
            item = logged_item(bodies)
            parts = parse_one(item.raw) if item is not None else None
            if isinstance(parts, Parsed):
                state, result = pipeline.step(state, [parts.item])
                (found,) = result.outcomes
                if isinstance(parts.item, Message) and found is not None:
                    messages[seq] = parts.item, found
    return {seq: encode_outcome(found) for seq, (_, found) in messages.items()}, told


def test_the_log_replayed_without_a_network_gives_the_same_decisions(start: Start) -> None:
    engine = start(release=True)
    texts = ["good evening", INSULT, "see you", THREAT, "on monday", f"{INSULT}, really"] * 4
    given = [{"hate": 0.9}, {}, {"threat": 0.7}, {}, {"insult": 0.6, "threat": 0.51}, {}]
    for wave in range(4):
        seqs = send(engine, *texts, first=100 * wave)
        for seq, labels in zip(seqs, given * 4, strict=True):
            say(engine, seq, **labels)
    outcomes, told = replayed(engine)
    with engine.read() as tables:
        stored = {
            found.seq: found.outcome or plain_outcome(found.id)
            for found in tables.stream.latest(limit=1_000)
        }
        logged = [
            said
            for _, bodies in tables.log.bodies_between(0, tables.log.size())
            if (said := logged_opinion(bodies)) is not None
        ]
    assert outcomes == stored
    assert told == logged
    assert {(said.was, said.now) for said in logged} >= {("allow", "hold"), ("hold", "allow")}
    with engine.read() as tables:
        check_log(tables)


def test_the_log_says_who_is_asked_and_keeps_no_secret_of_it(start: Start) -> None:
    engine = start(url="https://models.example/v1/secret-path?key=secret")
    with engine.read() as tables:
        fact = tables.stream.fact("config") or ""
    told = json.loads(fact)["settings"]["opinions"]["guard"]
    assert (told["goes_to"], told["model"], told["shadow"]) == ("models.example", "m", False)
    assert "secret" not in fact


LABEL = st.sampled_from(sorted(NOTHING))
SCORE = st.integers(0, 10_000).map(lambda tenths: tenths / 10_000)
SIGNALS = st.lists(
    st.builds(Signal, st.sampled_from(["text", "personal"]), st.just("1"), LABEL.map(Label), SCORE),
    max_size=4,
)


@given(SIGNALS, st.dictionaries(LABEL, SCORE), st.booleans())
def test_an_opinion_never_lets_a_threat_go_and_never_lowers_unasked(
    signals: list[Signal], labels: dict[str, float], release: bool
) -> None:
    """Whatever was found and whatever a plug-in says: the verdict falls only by a release, and a
    release only ever frees what words of hate, insult or sexual content held."""
    pipeline = Pipeline()
    (message,) = [one.item for one in parsed(line(1, text="hello"))]
    assert isinstance(message, Message)
    found = {signal.label.value: signal.score for signal in signals}
    facts = Facts(message, tuple(signals), found, max(found.values(), default=0.0), None)
    effects = pipeline.rules.on_message(facts)
    verdict, ids, _, _ = pipeline.planner.for_message(MeasureBook(), facts, effects, None)
    rules = tuple(dict.fromkeys(effect.rule for effect in effects))
    before = Outcome("m1", verdict, facts.abuse, found, None, facts.signals, rules, tuple(ids))
    given_now = msgspec.structs.replace(opinion(1), labels=labels)
    may = frozenset(ids) if release else frozenset()
    after = rejudge(pipeline, MeasureBook(), message, before, given_now, may_release=may)
    if after.released:
        assert release
        held = {signal.label.value for signal in signals if signal.score >= 0.5}
        assert held <= {"hate", "insult", "sexual"} & labels.keys()
        assert max(labels.values()) < 0.5
    else:
        assert after.outcome.verdict.rank >= before.verdict.rank
        assert set(after.outcome.measures) >= set(before.measures)
    if max(labels.values(), default=0.0) >= 0.5:
        assert after.outcome.verdict is not Verdict.ALLOW


def test_a_log_without_plug_ins_is_not_told_of_them(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path, EngineSettings())
    engine.start()
    engine.stop()
    store = SqliteStore.open_for_reading(tmp_path / STORE_FILE)
    with store.read() as tables:
        assert "opinions" not in (tables.stream.fact("config") or "opinions")
    store.close()
