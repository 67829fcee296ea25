"""A target registers a fact: it is found from the next message on, kept for her alone, and nobody
who sends, delivers or reads the store learns anything of it.
"""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from rempart.detect.facts.forms import FactKind, FactRefusedError, Refusal, forms_of
from rempart.detect.facts.probes import SILENT_PER_DAY, VISIBLE_PER_DAY
from rempart.detect.facts.table import Fact, FactTable, make_entries
from rempart.engine.embedded import EmbeddedEngine, Source
from rempart.engine.embedded.items import encode_outcome, is_plain, logged_item
from rempart.engine.pipeline import Pipeline
from rempart.engine.protected_facts import MOST_FACTS, FactKeeper, register, remove
from rempart.engine.shards import OneProcess, SeveralProcesses
from rempart.errors import StoreError
from rempart.ingest import Parsed, parse_one
from rempart.model import Account, Message, Outcome

NAME, PHONE, ADDRESS = "Thibault Marchandier", "06 39 98 41 27", "12 rue des Lilas, 69003 Lyon"
AT = datetime(2026, 3, 1, 20, tzinfo=UTC)
SOURCE = Source("api", "t-1")
_encode = msgspec.json.Encoder().encode
_numbers = iter(range(1_000_000))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def engine(data: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine.open(data, sweep=False)
    engine.start()
    yield engine
    engine.stop()


def add(
    engine: EmbeddedEngine,
    kind: FactKind,
    text: str,
    *,
    target: str = "lea",
    nickname: str = "mine",
    everyone: bool = False,
) -> str:
    with engine.read() as tables:
        known = tables.facts.facts(target)
    row = engine.facts.prepare(
        target, kind, text, nickname, everyone=everyone, known=known, at_ms=1
    )
    engine.write(lambda tables: register(tables, row, kind, 1)).result()
    return row.id


def message(text: str, author: str = "u1", channel: str = "lea", seconds: float = 0) -> Message:
    number = next(_numbers)
    at = AT + timedelta(seconds=seconds or number)
    return Message(f"m{number}", "twitch", channel, at, Account(author), text)


def send(engine: EmbeddedEngine, *messages: Message) -> list[Outcome]:
    parts = [Parsed(one, _encode(one)) for one in messages]
    results = engine.submit(parts, SOURCE).result()
    return [msgspec.json.decode(result.outcome, type=Outcome) for result in results]


def kept(engine: EmbeddedEngine, target: str = "lea") -> list[tuple[str, str]]:
    """(id of the message, fact) of what was kept from the target."""
    with engine.read() as tables:
        rows = tables.facts.matches(target)
        names = {row.seq: row.id for row in tables.stream.messages([row.seq for row in rows])}
        return [(names[row.seq], row.fact) for row in reversed(rows)]


def sayable(outcome: Outcome) -> bytes:
    """What a sender or deliverer can see, without the id."""
    return encode_outcome(msgspec.structs.replace(outcome, id="", measures=()))


def test_a_fact_is_found_from_the_next_message_on_without_a_restart(
    engine: EmbeddedEngine,
) -> None:
    first, second, third = (message(f"hey {NAME} !", f"u{n}") for n in range(3))
    send(engine, first)
    fact = add(engine, FactKind.NAME, NAME)
    assert [outcome.verdict for outcome in send(engine, second)] == ["allow"]
    assert kept(engine) == [(second.id, fact)]
    engine.write(lambda tables: remove(tables, "lea", [fact], [FactKind.NAME], 2)).result()
    engine.facts.forget([fact])
    send(engine, third)
    assert kept(engine) == []


def test_the_outcome_is_the_same_whether_a_fact_matched_or_not(data: Path) -> None:
    """A thousand candidates in two communities: in one they are facts, in the other not."""
    texts = [f"{NAME}", f"call {PHONE}", f"elle habite {ADDRESS}", "thibault.marchandier"]
    near = [
        "Thibaud Marchandier",
        "call 06 39 98 41 28",
        "elle habite 14 rue des Lilas, 69003 Lyon",
    ]
    candidates = [*texts, *near] + [f"Jean{chr(97 + n % 26)} Dup{n:03d}x" for n in range(493)]
    candidates += [f"06 39 98 {n // 100:02d} {n % 100:02d}" for n in range(500)]
    answers: list[list[bytes]] = []
    for facts in (
        (NAME, PHONE, ADDRESS),
        ("Ombeline Vasseur", "06 11 22 90 87", "3 quai Zola, Lille"),
    ):
        engine = EmbeddedEngine.open(data / str(len(answers)), sweep=False)
        engine.start()
        kinds = (FactKind.NAME, FactKind.PHONE, FactKind.ADDRESS)
        for number, (kind, text) in enumerate(zip(kinds, facts, strict=True)):
            add(engine, kind, text, nickname=f"mine {number}")
        sent = [
            Message(f"p{n}", "twitch", "lea", AT + timedelta(seconds=n), Account("prober"), text)
            for n, text in enumerate(candidates)
        ]
        answers.append([encode_outcome(outcome) for outcome in send(engine, *sent)])
        size = engine.read
        with size() as tables:
            answers[-1].append(b"%d" % (tables.log.size() - 2 * len(facts)))
        assert bool(kept(engine)) == (facts[0] == NAME)
        engine.stop()
    assert len(candidates) == 1_000
    # To the byte: verdict, labels, scores, spans, measures, and how much the public log grew.
    assert answers[0] == answers[1]


def test_who_tries_things_out_is_stopped_whether_they_hit_or_not(engine: EmbeddedEngine) -> None:
    add(engine, FactKind.PHONE, PHONE)
    tries = [message(f"06 39 98 41 {n:02d}", "prober") for n in range(30, 30 + VISIBLE_PER_DAY + 1)]
    outcomes = send(engine, *tries)
    assert all(outcome.verdict == "hold" for outcome in outcomes)
    assert "stop-probes" in outcomes[-1].rules
    (after,) = send(engine, message("hello everyone", "prober"))
    assert after.verdict == "hold"
    (other,) = send(engine, message("hello everyone", "somebody"))
    assert other.verdict == "allow"


def test_somebody_without_facts_is_not_looked_at_strictly(engine: EmbeddedEngine) -> None:
    shop = "notre boutique : 12 rue de la Paix, 75002 Paris"
    assert send(engine, message(shop))[0].verdict == "allow"
    add(engine, FactKind.NAME, NAME)
    assert send(engine, message(shop))[0].verdict == "hold"
    assert send(engine, message(shop, channel="sam"))[0].verdict == "allow"


def test_a_sender_who_goes_on_is_locked_out_for_the_target_alone(engine: EmbeddedEngine) -> None:
    fact = add(engine, FactKind.NAME, NAME)
    hits = [message(f"{NAME} {n}", "stalker") for n in range(SILENT_PER_DAY + 1)]
    assert {outcome.verdict for outcome in send(engine, *hits)} == {"allow"}
    later = message("bonsoir", "stalker")
    (outcome,) = send(engine, later)
    assert is_plain(outcome)
    assert kept(engine) == [*((one.id, fact) for one in hits), (later.id, "")]


def test_for_everyone_only_when_the_target_chose_so(engine: EmbeddedEngine) -> None:
    fact = add(engine, FactKind.NAME, NAME, everyone=True)
    text = f"voila {NAME}"
    (outcome,) = send(engine, message(text))
    assert outcome.verdict == "hold"
    (signal,) = [s for s in outcome.signals if s.label == "personal_data"]
    assert (signal.detector, signal.span, signal.why) == (
        "personal",
        (0, len(text)),
        "personal data",
    )
    assert fact not in sayable(outcome).decode()


def test_the_text_is_in_no_file_of_the_data_folder(engine: EmbeddedEngine, data: Path) -> None:
    texts = {FactKind.NAME: NAME, FactKind.PHONE: PHONE, FactKind.ADDRESS: ADDRESS}
    for number, (kind, text) in enumerate(texts.items()):
        add(engine, kind, text, nickname=f"secret nickname {number}")
    send(engine, *(message("good evening", f"u{n}") for n in range(20)))
    engine.stop()
    searched = [
        form.encode(encoding)
        for text in texts.values()
        for word in (text, *text.replace(",", "").split())
        if len(word) >= 5
        for form in {word, word.lower(), word.upper(), word.replace(" ", "")}
        for encoding in ("utf-8", "utf-16-le", "utf-32-le")
    ]
    files = [path for path in data.rglob("*") if path.is_file()]
    assert any(path.name == "rempart.db" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not [needle for needle in searched if needle in content], path
        assert b"secret nickname" not in content
        assert b"639984127" not in content


def test_keys_are_the_owners_alone_and_go_with_the_fact(engine: EmbeddedEngine, data: Path) -> None:
    fact = add(engine, FactKind.NAME, NAME)
    folder = data / "keys" / "facts"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    with engine.read() as tables:
        (row,) = tables.facts.facts()
    engine.write(lambda tables: remove(tables, "lea", [fact], [FactKind.NAME], 2)).result()
    engine.facts.forget([fact])
    assert not (folder / f"{fact}.key").exists()
    assert engine.facts.views([row])[0].lost, "a copy of the row can be opened no more"
    engine.stop()
    assert row.sealed not in (data / "rempart.db").read_bytes()


def test_after_a_restart_the_facts_are_in_force(engine: EmbeddedEngine, data: Path) -> None:
    fact = add(engine, FactKind.NAME, NAME)
    send(engine, *(message(f"{NAME} {n}", "stalker") for n in range(SILENT_PER_DAY)))
    engine.stop()
    (data / "keys" / "facts" / "f-orphan.key").write_bytes(b"x" * 32)
    again = EmbeddedEngine.open(data, sweep=False)
    again.start()
    try:
        hit, later = message(NAME, "stalker"), message("bonsoir", "stalker")
        send(again, hit, later)
        assert kept(again)[-2:] == [(hit.id, fact), (later.id, "")]
        assert not (data / "keys" / "facts" / "f-orphan.key").exists()
    finally:
        again.stop()


def test_a_lost_site_key_is_named_and_never_replaced(engine: EmbeddedEngine, data: Path) -> None:
    add(engine, FactKind.NAME, NAME)
    engine.stop()
    (data / "keys" / "facts" / "site.key").unlink()
    with pytest.raises(StoreError, match="protected facts depend on it"):
        EmbeddedEngine.open(data)


def test_a_visitor_does_not_replace_a_lost_site_key(engine: EmbeddedEngine, data: Path) -> None:
    add(engine, FactKind.NAME, NAME)
    code = engine.facts.invite("lea", "Mo", 0)
    path = data / "keys" / "facts" / "site.key"
    path.unlink()
    with pytest.raises(StoreError, match="protected facts depend on it"):
        engine.facts.read_invitation(code)
    assert not path.exists()


def test_replay_under_the_recorded_version_gives_the_recorded_outcomes(
    engine: EmbeddedEngine,
) -> None:
    shop = "notre boutique : 12 rue de la Paix, 75002 Paris"
    before = engine.pipeline.versions
    send(engine, message(shop))
    add(engine, FactKind.NAME, NAME, everyone=True)
    after = engine.pipeline.versions
    assert "facts" not in before and after["facts"]
    mark = next(_numbers)
    send(engine, message(shop), message(f"hey {NAME}"), message("bonsoir"))
    with engine.read() as tables:
        rows = tables.facts.facts()
        bodies = [bodies for _, bodies in tables.log.bodies_between(0, tables.log.size())]
    told = b"".join(body for entry in bodies for body in entry)
    assert after["facts"].encode() in told, "the log names the version in force"
    assert NAME.encode() not in b"".join(
        body for entry in bodies for body in entry if b"protected-facts" in body
    )
    items, outcomes = [], []
    for entry in bodies:
        found = logged_item(entry)
        if found is None:
            continue
        parsed = parse_one(found.raw)
        assert isinstance(parsed, Parsed)
        if int(parsed.item.id[1:]) > mark:
            items.append(parsed.item)
            value = msgspec.json.decode(entry[0])[2]
            outcomes.append(value.get("outcome", {}).get("verdict", "allow"))
    for facts, same in ((rows, True), ([], False)):
        pipeline = Pipeline()
        pipeline.protect(engine.facts.table(facts))
        _, result = pipeline.step(pipeline.new_state(), items)
        verdicts = [outcome.verdict.value for outcome in result.outcomes if outcome]
        assert (verdicts == outcomes) is same


def test_what_is_refused(engine: EmbeddedEngine, data: Path) -> None:
    add(engine, FactKind.NAME, NAME)

    def reason(kind: FactKind, text: str, nickname: str = "x") -> Refusal:
        with pytest.raises(FactRefusedError) as caught:
            add(engine, kind, text, nickname=nickname)
        return caught.value.reason

    assert reason(FactKind.NAME, "marchandier thibault") is Refusal.KNOWN
    assert reason(FactKind.NAME, "maison") is Refusal.COMMON
    assert reason(FactKind.NAME, "Ombeline Vasseur", "vasseur") is Refusal.NICKNAME_TELLS
    add(engine, FactKind.NAME, "leandra", target="leo")
    with pytest.raises(FactRefusedError):
        add(engine, FactKind.NAME, "Leandra", target="leandra")
    for number in range(MOST_FACTS - 1):
        add(engine, FactKind.PHONE, f"06 39 {number:02d} 71 5{number % 7}", nickname=f"n{number}")
    assert reason(FactKind.PHONE, "06 40 12 71 58") is Refusal.TOO_MANY
    assert len(list((data / "keys" / "facts").glob("f-*.key"))) == MOST_FACTS + 1


def test_an_invitation_is_signed_and_names_its_target(engine: EmbeddedEngine, data: Path) -> None:
    now = time.time_ns() // 1_000_000
    code = FactKeeper(data).invite("twitch/lea", "cli", now)
    found = engine.facts.read_invitation(code)
    assert found is not None
    assert (found.target, found.by) == ("twitch/lea", "cli")
    for wrong in ("", "x", code[:-2], code[:10] + "A" + code[11:], "é" * 20):
        assert wrong == code or engine.facts.read_invitation(wrong) is None


def test_several_processes_find_what_one_does() -> None:
    site, key = b"s" * 32, b"k" * 32
    fact = Fact("f-1", "lea", key, make_entries(site, key, forms_of(FactKind.NAME, NAME)))
    items = [
        message(f"{NAME} {n}" if n % 7 == 0 else f"call 06 39 98 41 {n:02d}", f"u{n % 3}", channel)
        for n, channel in enumerate(["lea", "sam", "kim"] * 20)
    ]
    found = []
    for make in (OneProcess, lambda pipeline: SeveralProcesses(pipeline, 2)):
        pipeline = Pipeline()
        pipeline.protect(FactTable(site, [fact], "v1"))
        processes = make(pipeline)
        for start in (0, 25):
            processes.submit([Parsed(one, _encode(one)) for one in items[start : start + 35]])
        results = [processes.answer() for _ in range(2)]
        processes.close()
        found.append([(result.outcomes, list(result.facts)) for result in results])
    assert found[0] == found[1]
    assert any(facts for _, facts in found[0])
