"""The embedded engine as its callers see it: answers after the commit, each id once, memory that
survives, order kept, nothing dropped in silence."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.engine.crashing import unsaved
from tests.faults.checks import check_log
from tests.faults.traffic import SOURCE, START, hate_raid, line, messages, parsed
from tests.silence import held_without_case

from rempart.cases.measures.undo import undo_raid
from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.engine.embedded.items import logged_item
from rempart.engine.live import LiveEvent
from rempart.engine.pipeline import Pipeline, PipelineState, StepResult
from rempart.engine.settings import EngineLimits, EngineSettings, Outgoing
from rempart.errors import (
    ConflictError,
    InputError,
    LogError,
    NotFoundError,
    QueueFullError,
    StoreError,
)
from rempart.ingest import Parsed, parse_one
from rempart.log.checkpoint import open_checkpoint
from rempart.model import Event, MeasureState, Message, ScopeKind, message_key
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery
from rempart.store.sqlite.store import SqliteStore

Start = Callable[..., EmbeddedEngine]
ABUSE = "you idiot, get lost, loser"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts engines on the test's folder; all are stopped in the end."""
    with ExitStack() as stack:

        def make(settings: EngineSettings | None = None, **options: Any) -> EmbeddedEngine:
            engine = EmbeddedEngine.open(tmp_path, settings, **options)
            stack.callback(engine.stop)
            engine.start()
            return engine

        yield make


def event(number: int, kind: str = "join") -> bytes:
    at = (START + timedelta(seconds=number)).isoformat()
    return json.dumps(
        {"event": kind, "id": f"m{number}", "platform": "twitch", "channel": "lea", "at": at}
    ).encode()


def names(tables: Tables) -> list[str]:
    """The kinds of all entries of the log."""
    found = []
    for _, bodies in tables.log.bodies_between(0, tables.log.size()):
        found.append(json.loads(bodies[0])[1])
    return found


# -- each id once ----------------------------------------------------------------------------


def test_a_message_delivered_twice_is_one_entry_with_the_first_outcome(start: Start) -> None:
    engine = start()
    hostile = parsed(line(1, text=ABUSE))
    (first,) = engine.submit(hostile, SOURCE).result()
    size = engine.write(lambda tables: tables.log.size()).result()
    (second,) = engine.submit(hostile, SOURCE).result()
    assert (first.status, second.status) == ("new", "duplicate")
    assert second.outcome == first.outcome
    assert json.loads(first.outcome)["verdict"] == "hold"
    assert second.sequence == first.sequence
    with engine.read() as tables:
        assert tables.log.size() == size
        assert tables.stream.counters()["duplicates"] == 1


def test_the_same_id_twice_in_one_delivery(start: Start) -> None:
    engine = start()
    results = engine.submit(parsed(line(1), line(2), line(1)), SOURCE).result()
    assert [row.status for row in results] == ["new", "new", "duplicate"]
    assert results[0].outcome == results[2].outcome


def test_other_spaces_are_no_other_body(start: Start) -> None:
    engine = start()
    text = line(1)
    engine.submit(parsed(text), SOURCE).result()
    spaced = json.dumps(json.loads(text), indent=1, sort_keys=True).replace("\n", " ").encode()
    (again,) = engine.submit(parsed(spaced), SOURCE).result()
    assert again.status == "duplicate"


def test_the_same_id_with_another_body_is_kept_as_a_conflict(start: Start) -> None:
    engine = start()
    (first,) = engine.submit(parsed(line(1, text="good evening")), SOURCE).result()
    (other,) = engine.submit(parsed(line(1, text=ABUSE)), SOURCE).result()
    (repeat,) = engine.submit(parsed(line(1, text=ABUSE)), SOURCE).result()
    assert other.status == repeat.status == "conflict"
    assert other.outcome == repeat.outcome == first.outcome
    assert other.sequence == repeat.sequence != first.sequence
    with engine.read() as tables:
        (row,) = tables.stream.latest()
        assert row.conflicts == 1
        assert names(tables).count("message") == 1
        kept = logged_item(tables.log.bodies(other.sequence))
        assert kept is not None
        assert kept.name == "conflict"
        assert json.loads(kept.raw)["text"] == ABUSE
        assert tables.stream.counters()["conflicts"] == 1


def test_conflict_inside_one_delivery(start: Start) -> None:
    engine = start()
    results = engine.submit(parsed(line(1), line(1, text="other")), SOURCE).result()
    assert [row.status for row in results] == ["new", "conflict"]


def test_an_id_of_another_channel_hides_no_message_and_tells_nothing(start: Start) -> None:
    """Two forums number their posts from 1, or somebody who may deliver to one channel sends the
    ids that another will use."""
    engine = start()
    (first,) = engine.submit(parsed(line(1, text=ABUSE)), SOURCE).result()
    (other,) = engine.submit(parsed(line(1, channel="zoe", text="good evening")), SOURCE).result()
    assert json.loads(other.outcome) == {"id": "m1", "verdict": "allow", "abuse": 0.0}
    (third,) = engine.submit(parsed(line(1, channel="mia", text=ABUSE)), SOURCE).result()
    assert json.loads(third.outcome)["verdict"] == "hold"
    assert [row.status for row in (first, other, third)] == ["new", "new", "new"]
    (again,) = engine.submit(parsed(line(1, channel="mia", text=ABUSE)), SOURCE).result()
    assert (again.status, again.sequence) == ("duplicate", third.sequence)
    assert again.outcome == third.outcome
    (changed,) = engine.submit(parsed(line(1, channel="mia", text="no")), SOURCE).result()
    assert (changed.status, changed.outcome) == ("conflict", third.outcome)
    with engine.read() as tables:
        held = {case.channel for case in tables.cases.page(CaseQuery()).cases}
    assert held == {"channel-1", "mia"}


def test_one_id_in_two_channels_of_one_delivery(start: Start) -> None:
    engine = start()
    sent = parsed(line(1), line(1, channel="zoe", text=ABUSE), line(1), line(2))
    results = engine.submit(sent, SOURCE).result()
    assert [row.status for row in results] == ["new", "new", "duplicate", "new"]
    assert json.loads(results[1].outcome)["verdict"] == "hold"
    engine.stop()
    results = start().submit(sent, SOURCE).result()
    assert [row.status for row in results] == ["duplicate"] * 4


def test_an_alarm_about_a_message_names_its_channel(start: Start) -> None:
    """So that only those with rights on the channel are told its id."""
    engine = start()

    async def told() -> LiveEvent:
        reader = engine.hub.subscribe()
        for text in ("good evening", "other"):
            engine.submit(parsed(line(1, text=text)), SOURCE).result()
        while (event := await reader.next(5)) is not None:
            if event.kind == "alarm":
                return event
        raise AssertionError("no alarm")

    alarm = asyncio.run(told())
    assert (alarm.data["what"], alarm.platform, alarm.channel) == (
        "conflict",
        "twitch",
        "channel-1",
    )


def test_events_are_kept_once_and_do_not_hide_messages(start: Start) -> None:
    engine = start()
    results = engine.submit(parsed(event(1), line(1), event(1)), SOURCE).result()
    assert [(row.status, row.event) for row in results] == [
        ("new", True),
        ("new", False),
        ("duplicate", True),
    ]
    assert json.loads(results[0].outcome) == {"id": "m1", "event": "join"}
    with engine.read() as tables:
        assert [name for name in names(tables) if name in ("event", "message")] == [
            "event",
            "message",
        ]


# -- order, evidence, numbers -----------------------------------------------------------------


def test_entries_follow_the_order_of_arrival_and_hold_the_bytes(start: Start) -> None:
    engine = start()
    spelled = b' {"id":"x1",  "platform":"p","channel":"c","sent_at":"2026-03-01T20:00:00Z",' + (
        b'"author":{"id":"u"},"text":"\\ud800 caf\\u00e9 \\u0000"} '
    )
    items = [*messages(0, 3), *parsed(event(9)), *parsed(spelled), *messages(3, 2)]
    results = engine.submit(items, SOURCE).result()
    assert [row.sequence for row in results] == list(
        range(results[0].sequence, results[0].sequence + 7)
    )
    with engine.read() as tables:
        kept = [logged_item(tables.log.bodies(row.sequence)) for row in results]
        assert [one.raw for one in kept if one] == [raw.strip() for _, raw in items]
        check_log(tables)


def test_many_senders_at_once(start: Start) -> None:
    engine = start()
    acknowledged: list[int] = []

    def send(first: int) -> None:
        for number in range(first, first + 300, 10):
            rows = engine.submit(messages(number, 10), SOURCE).result()
            acknowledged.extend(row.sequence for row in rows)

    threads = [threading.Thread(target=send, args=(n * 1000,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(acknowledged)) == 1800
    with engine.read() as tables:
        check_log(tables)
        assert tables.stream.counters()["messages"] == 1800
        assert sum(row.messages for row in tables.stream.channels()) == 1800
        minutes = tables.stream.minutes(0, 1 << 50)
        assert sum(row.messages for row in minutes) == 1800
        assert all(0 < row.authors <= row.messages for row in minutes)


def test_what_is_held_has_a_case_and_what_goes_out_is_queued(start: Start) -> None:
    engine = start(EngineSettings(connectors={"bot": Outgoing(), "else": Outgoing(("other",))}))
    (result,) = engine.submit(parsed(line(1, text=ABUSE)), SOURCE).result()
    with engine.read() as tables:
        (measure,) = tables.stream.measures()
        assert json.loads(result.outcome)["measures"] == [measure.measure.id]
        assert measure.case is not None
        (delivery,) = tables.stream.deliveries([measure.measure.id])
        assert (delivery.connector, delivery.operation, delivery.state) == (
            "bot",
            "apply",
            "pending",
        )
        assert held_without_case(tables) == 0


# -- changes by others --------------------------------------------------------------------------


def test_a_change_that_fails_takes_nobody_with_it(start: Start) -> None:
    engine = start()

    def bad(tables: Tables) -> None:
        tables.stream.count({"bad": 1})
        tables.announce("case", {"id": "never"})
        raise ConflictError("not like this")

    size = engine.write(lambda tables: tables.log.size()).result()
    futures = [
        engine.submit(messages(0, 5), SOURCE),
        engine.write(bad),
        engine.write(lambda tables: tables.stream.count({"good": 1})),
    ]
    wait(futures)
    assert len(futures[0].result()) == 5
    with pytest.raises(ConflictError):
        futures[1].result()
    with engine.read() as tables:
        assert "bad" not in tables.stream.counters()
        assert tables.stream.counters()["good"] == 1
        assert tables.log.size() == size + 5
        check_log(tables)


def test_reading_moments_write_nothing(start: Start) -> None:
    engine = start()
    with pytest.raises(StoreError, match="reading moment"), engine.read() as tables:
        tables.stream.count({"written": 1})
    with pytest.raises(NotFoundError), engine.read():
        raise NotFoundError("as it is")


def test_what_a_person_lifted_holds_nobody_any_more(start: Start) -> None:
    """A moderator says of the raid that it was fine: an account that was held may write again, at
    once and after a crash."""
    engine = start()
    wave = hate_raid()
    engine.submit(wave, SOURCE).result()
    with engine.read() as tables:
        held = next(
            row.measure
            for row in tables.stream.measures(active=True)
            if row.measure.scope.kind is ScopeKind.ACCOUNT and row.measure.raid
        )
    last = wave[-1].item
    assert isinstance(last, Message)

    def next_message(engine: EmbeddedEngine, number: int) -> str:
        message = line(
            number,
            platform=held.scope.platform,
            channel=held.scope.channel,
            sent_at=last.sent_at.isoformat(),
            author={"id": held.scope.ref},
            text=f"tell me about plan {number}",
        )
        (result,) = engine.submit(parsed(message), SOURCE).result()
        return str(json.loads(result.outcome)["verdict"])

    assert next_message(engine, 1) == "hold"
    raid = held.raid or ""
    engine.write(lambda tables: undo_raid(tables, raid, "p-1", 1)).result()
    assert next_message(engine, 2) == "allow"
    unsaved(engine)
    assert next_message(start(), 3) == "allow"


def test_a_lease_runs_out_by_itself(start: Start) -> None:
    """A shield whose time has passed is expired, with an entry, although nobody writes."""
    wave = hate_raid()
    now = [wave[0].item.sent_at.timestamp()]
    engine = start(clock=lambda: now[0])
    engine.submit(wave, SOURCE).result()
    with engine.read() as tables:
        active = tables.stream.measures(active=True)
        leased = [row for row in active if row.measure.until is not None]
    assert leased, "the raid called no measure with a lease"
    now[0] = max(row.measure.until.timestamp() for row in leased if row.measure.until) + 1
    for _ in range(100):
        with engine.read() as tables:
            if not tables.stream.due_measures(int(now[0] * 1000)):
                break
        threading.Event().wait(0.1)
    with engine.read() as tables:
        rows = tables.stream.measures(ids=[row.measure.id for row in leased])
        assert {row.measure.state for row in rows} == {MeasureState.EXPIRED}
        assert {row.ended_by for row in rows} == {"lease"}
        assert all(row.ended_seq is not None for row in rows)
        assert "measure-undone" in names(tables)


def test_a_raid_becomes_rows_entries_and_one_case(start: Start) -> None:
    engine = start()
    wave = hate_raid()
    for at in range(0, len(wave), 20):
        engine.submit(wave[at : at + 20], SOURCE).result()
    with engine.read() as tables:
        attacks = [row for row in tables.stream.raids() if row.raid.stage.value == "attack"]
        assert attacks, "no attack was recognised"
        raid = attacks[0].raid
        assert names(tables).count("raid") == sum(
            len(tables.stream.raid_entries(row.raid.id)) for row in tables.stream.raids()
        )
        assert len(tables.stream.raid_sequences(raid.id)) >= 20
        assert tables.cases.counts().open_raids >= 1
        assert held_without_case(tables) == 0


# -- memory -------------------------------------------------------------------------------------


def detections(engine: EmbeddedEngine) -> list[tuple[str, str, int]]:
    with engine.read() as tables:
        return sorted(
            (row.raid.id, row.raid.stage.value, row.raid.messages) for row in tables.stream.raids()
        )


@pytest.mark.parametrize("cut", [30, 75, 90])
def test_a_crash_in_the_middle_of_a_raid_changes_no_detection(tmp_path: Path, cut: int) -> None:
    wave = hate_raid()

    def run(folder: Path, *, crash_at: int | None) -> list[list[bytes]]:
        engine = EmbeddedEngine.open(folder)
        engine.start()
        outcomes: list[list[bytes]] = []
        for at in range(0, len(wave), 25):
            if at == crash_at:
                unsaved(engine)
                engine = EmbeddedEngine.open(folder)
                engine.start()
            rows = engine.submit(wave[at : at + 25], SOURCE).result()
            outcomes.append([row.outcome for row in rows])
        engine.stop()
        return outcomes

    whole = run(tmp_path / "whole", crash_at=None)
    place = int(len(wave) * cut / 100) // 25 * 25
    broken = run(tmp_path / "broken", crash_at=place)
    assert broken == whole
    assert any(b'"raid"' in outcome for outcomes in whole for outcome in outcomes)


def test_a_snapshot_shortens_the_replay(tmp_path: Path) -> None:
    settings = EngineSettings(engine=EngineLimits(snapshot_messages=50))
    engine = EmbeddedEngine.open(tmp_path, settings)
    engine.start()
    for first in range(0, 200, 10):
        engine.submit(messages(first, 10), SOURCE).result()
    with engine.read() as tables:
        seq, states = tables.stream.states()
        assert tables.log.size() - seq < 70
        assert len(states) >= 3
    engine.stop()


def test_a_pipeline_that_fails_holds_that_message_and_no_other(start: Start) -> None:
    """An operator raises on one message in the middle of a delivery: this one is held for a person,
    all others are judged, and a restart does not stumble over it again."""

    class Stumbling(Pipeline):
        def step(self, state: PipelineState, items: Any) -> tuple[PipelineState, StepResult]:
            for item in items:
                if isinstance(item, Message) and item.id == "m13":
                    raise RuntimeError("cannot digest this")
            return super().step(state, items)

    engine = start(pipeline=Stumbling())
    results = engine.submit([*messages(10, 6), *parsed(event(99))], SOURCE).result()
    verdicts = [json.loads(row.outcome).get("verdict") for row in results]
    assert verdicts == ["allow", "allow", "allow", "hold", "allow", "allow", None]
    with engine.read() as tables:
        assert held_without_case(tables) == 0
        check_log(tables)
    unsaved(engine)
    again = start(pipeline=Stumbling())
    assert len(again.submit(messages(50, 3), SOURCE).result()) == 3


# -- at the door --------------------------------------------------------------------------------


def test_a_full_queue_refuses_at_the_door_and_drops_nothing(start: Start) -> None:
    engine = start(EngineSettings(engine=EngineLimits(waiting=100)))
    gate, entered = threading.Event(), threading.Event()

    def block(tables: Tables) -> None:
        entered.set()
        gate.wait(30)

    blocked = engine.write(block)
    entered.wait(30)
    taken = [engine.submit(messages(n * 40, 40), SOURCE) for n in range(2)]
    with pytest.raises(QueueFullError) as refusal:
        engine.submit(messages(500, 40), SOURCE)
    assert refusal.value.retry_after >= 1
    gate.set()
    blocked.result()
    assert [len(future.result()) for future in taken] == [40, 40]
    assert len(engine.submit(messages(500, 40), SOURCE).result()) == 40


def test_stopping_commits_what_was_taken(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    futures = [engine.submit(messages(n * 100, 100), SOURCE) for n in range(20)]
    engine.stop()
    assert all(len(future.result()) == 100 for future in futures)
    with pytest.raises(StoreError, match="stopped"):
        engine.submit(messages(0, 1), SOURCE)


def test_two_processes_never_write_to_one_folder(start: Start, tmp_path: Path) -> None:
    start()
    with pytest.raises(StoreError, match="another process"):
        EmbeddedEngine.open(tmp_path)


# -- the log at start ---------------------------------------------------------------------------


def test_checkpoints_are_signed_on_demand_and_at_stop(start: Start, tmp_path: Path) -> None:
    engine = start()
    engine.submit(messages(0, 10), SOURCE).result()
    note = engine.checkpoint().result()
    key = engine.signer.public
    with engine.read() as tables:
        checkpoint = open_checkpoint(note, key)
        assert (checkpoint.size, checkpoint.root) == (tables.log.size(), tables.log.root())
    engine.submit(messages(10, 10), SOURCE).result()
    engine.stop()
    store = SqliteStore.open_for_reading(tmp_path / STORE_FILE)
    with store.read() as tables:
        last = tables.log.last_checkpoint()
        assert last is not None
        assert last[0] == tables.log.size()
    store.close()


def test_a_checkpoint_follows_an_attack_within_seconds(start: Start) -> None:
    """Not only every minute: who looks at the case finds its evidence signed."""
    engine = start()
    engine.submit(hate_raid(), SOURCE).result()
    with engine.read() as tables:
        size = tables.log.size()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with engine.read() as tables:
            last = tables.log.last_checkpoint()
        if last is not None and last[0] >= size:
            return
        time.sleep(0.1)
    pytest.fail("no checkpoint covers the attack")


def test_an_old_backup_is_refused(tmp_path: Path) -> None:
    """FAULTS 31: the database of yesterday under the key of today."""
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    engine.submit(messages(0, 10), SOURCE).result()
    engine.stop()
    backup = (tmp_path / STORE_FILE).read_bytes()
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    engine.submit(messages(10, 10), SOURCE).result()
    engine.stop()
    (tmp_path / STORE_FILE).write_bytes(backup)
    with pytest.raises(LogError, match="were signed"):
        EmbeddedEngine.open(tmp_path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "UPDATE body SET"
            " sealed = CAST(substr(sealed, 1, 40) || x'00' || substr(sealed, 42) AS BLOB)",
            "was changed",
        ),
        ("DELETE FROM entry WHERE seq = (SELECT max(seq) - 3 FROM entry)", "missing"),
        (
            "DELETE FROM body WHERE place >= 16 * 9; DELETE FROM entry WHERE seq >= 9",
            "were signed",
        ),
    ],
)
def test_a_changed_log_is_refused(tmp_path: Path, change: str, says: str) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    engine.submit(messages(0, 20), SOURCE).result()
    engine.stop()
    store = SqliteStore.open(tmp_path / STORE_FILE)
    assert store._writer is not None
    store._writer.execute(change)
    store.close()
    with pytest.raises(LogError, match=says):
        EmbeddedEngine.open(tmp_path)


def test_the_log_is_told_once_what_decides(start: Start) -> None:
    engine = start()
    engine.stop()
    engine = start()
    with engine.read() as tables:
        told = names(tables)
    assert sorted(told) == ["config", "detectors", "key", "rules"]


def test_the_clock_of_the_machine_is_kept_beside_the_event_time(start: Start) -> None:
    at = datetime(2026, 3, 5, 12, tzinfo=UTC)
    engine = start(clock=at.timestamp, sweep=False)
    engine.submit(messages(0, 1), SOURCE).result()
    with engine.read() as tables:
        (row,) = tables.stream.latest()
        assert row.received_at_ms == int(at.timestamp() * 1000)
        assert row.sent_at_ms == int(START.timestamp() * 1000)
        assert not isinstance(row, Event)


def test_a_store_whose_keys_are_gone_does_not_start_and_gets_no_new_ones(tmp_path: Path) -> None:
    EmbeddedEngine.open(tmp_path).stop()
    shutil.rmtree(tmp_path / "keys")
    with pytest.raises(InputError, match="keys/ back"):
        EmbeddedEngine.open(tmp_path)
    assert not (tmp_path / "keys").exists()


def test_a_time_years_ahead_is_taken_for_a_day_ahead_also_after_a_crash(
    start: Start, tmp_path: Path
) -> None:
    """Evidence keeps the time that was said; nothing that ends by event time ends for everybody."""
    engine = start()
    said = b'{"id":"far","platform":"t","channel":"lea","sent_at":"2099-01-01T00:00:00Z",'
    for number, text in enumerate((b'"hello"', b'"half \\ud800"')):
        raw = said.replace(b"far", b"far%d" % number) + b'"author":{"id":"u1"},"text":%b}' % text
        found = parse_one(raw)
        assert isinstance(found, Parsed)
        engine.submit([found], SOURCE).result()
    for again in (False, True):
        with engine.read() as tables:
            rows = [tables.stream.message(message_key("t", f"far{n}")) for n in range(2)]
            for row in rows:
                assert row is not None
                assert row.sent_at_ms - row.received_at_ms == 86_400_000
                assert b"2099-01-01" in b"".join(tables.log.bodies(row.seq))
                logged = logged_item(tables.log.bodies(row.seq))
                assert logged is not None and logged.via == SOURCE.via and logged.at is not None
        if not again:
            engine.stop()
            engine = start()
