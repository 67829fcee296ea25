"""What is read as of a size of the log stays as it was, whatever happens afterwards (ADR 47)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from tests.disclose.court.steady import steady

from rempart.cases.authority import disputes, orders
from rempart.cases.dated import declare
from rempart.cases.entries import entry, record
from rempart.cases.queue.policy import shipped
from rempart.disclose.audit.tables import packed as audit_packed
from rempart.disclose.audit.tables import read_whole, tables_of
from rempart.disclose.court.make import Wanted, make
from rempart.disclose.history import read_history
from rempart.disclose.history.cut import Moment, closing_ms, cut_of, size_of
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.disclose.yearly.period import period_asked
from rempart.disclose.yearly.publish import draft, publish
from rempart.disclose.yearly.said import provider_of
from rempart.errors import ConflictError, InputError
from rempart.model import (
    AuthorityOrder,
    Cefr,
    DisputeOutcome,
    Effect,
    MeasureState,
    Moderator,
    OrderKind,
    ReportText,
    Territory,
)
from rempart.store.interface import Tables
from rempart.store.interface.deadlines import DeadlineRow
from rempart.store.sqlite.store import SqliteStore

YEAR = 2026
LATER_MS = closing_ms(date(YEAR, 12, 31)) + 40 * 86_400_000
"""When the later events happen: well into the next year."""
Event = Callable[[Tables, Random], None]


def outputs(store: SqliteStore, size: int) -> dict[str, bytes]:
    """Everything that is given to others of this year, as of this size of the log."""
    with store.read() as tables:
        period = period_asked(tables, YEAR, as_of=size)
        provider = provider_of(tables, "x", "en", period, as_of=size)
        drawn = draft(tables, period, provider, as_of=size, known=size)
        wanted = Wanted(date(YEAR, 1, 1), date(YEAR, 12, 31), "en", as_of=size)
        court = steady(make(tables, "x", wanted, None).files)
        audit = audit_packed(tables_of(read_whole(tables, size)))
    return {**drawn.files, **court, "audit": audit}


def _answer(tables: Tables, random: Random) -> None:
    found = [row for row in tables.orders.received(0, 2**62) if row.effect is None]
    for row in random.sample(found, min(2, len(found))):
        effect = Effect.REFUSED if row.order.kind is OrderKind.CONTENT else Effect.GIVEN
        orders.answer(tables, row.id, effect, "it is settled", "admin", LATER_MS)


def _send(tables: Tables, random: Random) -> None:
    for row in tables.orders.received(0, 2**62):
        for letter in tables.orders.letters(row.id):
            if letter.sent_ms is None:
                orders.sent(tables, row.id, letter.seq, LATER_MS + 1, "admin", LATER_MS + 2)


def _stop_the_clock(tables: Tables, random: Random) -> None:
    found = [row for row in tables.orders.received(0, 2**62) if row.answered_ms is None]
    for row in random.sample(found, min(1, len(found))):
        step = orders.pause if row.paused_ms is None else None
        if step is not None:
            step(tables, row.id, "counsel says so", "admin", LATER_MS)
        else:
            orders.resume(tables, row.id, "admin", LATER_MS)


def _close(tables: Tables, random: Random) -> None:
    day = datetime.fromtimestamp(LATER_MS / 1000, UTC).date()
    for row in tables.orders.disputes():
        if row.dispute.outcome is None:
            outcome = DisputeOutcome.REVERSED
            disputes.close_dispute(tables, row.id, outcome, day, "", day, "admin", LATER_MS)
        elif random.random() < 0.3:
            try:
                disputes.implement(tables, row.id, day, day, "admin", LATER_MS)
            except ConflictError:
                continue


def _fail(tables: Tables, random: Random) -> None:
    ids = [row.measure.id for row in tables.stream.measures(limit=2_000)]
    chosen = random.sample(ids, 5)
    at_ms = closing_ms(date(YEAR, 12, 31)) - 100 * 86_400_000
    tables.stream.queue_deliveries(chosen, f"platform-{random.random()}", "apply", at_ms)
    for row in tables.stream.deliveries(chosen):
        if row.state == "pending":
            state = random.choice(["failed", "done", "pending"])
            tables.stream.settle_delivery(row.id, state=state, detail="gone", at_ms=at_ms)
    _other(tables, random)


def _undo(tables: Tables, random: Random) -> None:
    rows = tables.stream.measures(limit=2_000)
    ids = [row.measure.id for row in random.sample(rows, 20)]
    seq = record(tables, [(None, entry("undone", {"measures": ids}))])
    tables.stream.end_measures(ids, MeasureState.UNDONE, seq=seq, at_ms=LATER_MS, by="admin")


def _bind(tables: Tables, random: Random) -> None:
    cases = tables.cases.find("", 50)
    rows = tables.stream.measures(limit=2_000)
    _other(tables, random)
    ids = [row.measure.id for row in random.sample(rows, 20)]
    tables.stream.bind_measures(ids, random.choice(cases))


def _merge(tables: Tables, random: Random) -> None:
    chosen = random.sample(tables.cases.find("", 10_000), 120)
    _other(tables, random)
    tables.cases.merge(chosen[1:], chosen[0], LATER_MS)
    tables.cases.add_messages((chosen[0], seq) for seq in range(1, 50))


def _rejudge(tables: Tables, random: Random) -> None:
    _other(tables, random)
    history = read_history(tables).columns.samples
    for seq in random.sample(sorted(set(history.seq.tolist())), 5):
        said = b'{"signals":[{"detector":"text","version":"9","label":"hate","score":0.1}]}'
        tables.stream.rejudge(int(seq), "allow", 1, said)


def _declare(tables: Tables, random: Random) -> None:
    day = date(YEAR, 1, 1)
    zone = random.choice(["Europe/Paris", "Pacific/Apia", "UTC"])
    person = Moderator("FR", {"fr": Cefr.C2}, external=False, full_time=100)
    declare(tables, Territory(("FR",), zone), "territory", day, None, "admin", LATER_MS)
    declare(tables, person, f"later-{random.random()}", day, None, "admin", LATER_MS)
    declare(tables, ReportText("other", "autre"), "text-1", day, None, "admin", LATER_MS)


def _suspend(tables: Tables, random: Random) -> None:
    _other(tables, random)
    for row in tables.misuse.begun(0, 2**62):
        tables.misuse.end(row.id, LATER_MS)


def _publish(tables: Tables, random: Random) -> None:
    size = tables.log.size()
    period = period_asked(tables, YEAR)
    provider = provider_of(tables, "x", "en", period)
    drawn = draft(tables, period, provider, as_of=size, reason="again")
    publish(tables, drawn, "admin", LATER_MS)


def _clocks(tables: Tables, random: Random) -> None:
    """A jump of the clock, which is an entry, moves every deadline that runs."""
    _other(tables, random)
    tables.deadlines.shift(random.randrange(1, 10**10))
    for case in tables.cases.find("", 60)[:: random.randrange(2, 9)]:
        tables.deadlines.stop_all(case, LATER_MS, tables.log.size() - 1)


def _other(tables: Tables, random: Random) -> None:
    record(tables, [(None, entry("later", {"n": random.randrange(10**9)}))])


EVENTS: list[Event] = [
    _answer, _send, _stop_the_clock, _close, _fail, _undo, _bind, _rejudge, _declare, _suspend,
    _publish, _clocks, _merge, _other,
]  # fmt: skip


@pytest.fixture
def year(tmp_path: Path) -> SqliteStore:
    store = SqliteStore.open(tmp_path / "rempart.db")
    rehearse(store, Plan(decisions=150, seed=11))
    received = closing_ms(date(YEAR, 12, 31)) - 90 * 86_400_000
    with store.begin() as tables:
        for number, kind in enumerate([OrderKind.CONTENT, OrderKind.INFORMATION] * 3):
            order = AuthorityOrder(
                kind=kind,
                authority="Tribunal d’exemple",
                country="FR",
                reference=f"late {number}",
                answer_to="greffe@example.org",
                language="fr",
                links=("https://example.org/1",),
            )
            orders.take_in(tables, order, received, ["fr"], shipped(), "admin", received + number)
        tables.connection.execute("UPDATE cases SET state = 'open' WHERE rowid % 3 = 0")
        tables.deadlines.put(
            DeadlineRow(case, "decide", "hate", received, 1, 10, received + 9 * place, 0, 0, None,
                        0, None, None, 1)
            for place, case in enumerate(tables.cases.find("", 60))
        )  # fmt: skip
    return store


@pytest.mark.parametrize("seed", range(4))
def test_random_later_events_leave_every_output_as_it_was(year: SqliteStore, seed: int) -> None:
    random = Random(seed)
    kept: list[tuple[int, dict[str, bytes]]] = []
    events = EVENTS * 2
    random.shuffle(events)
    for place, event in enumerate(events):
        if place in (0, len(events) // 2):
            with year.read() as tables:
                size = tables.log.size()
            kept.append((size, outputs(year, size)))
        with year.begin() as tables:
            event(tables, random)
    for size, before in kept:
        after = outputs(year, size)
        assert [name for name in before if after.get(name) != before[name]] == [], size
        assert after.keys() == before.keys()
    with year.read() as tables:
        now = tables.log.size()
    changed, first = outputs(year, now), kept[0][1]
    for name in ("3_member_states_orders.csv", "7_appeals_and_recidivism.csv", "4.4-each.csv",
                 "1.8-failed-deliveries.csv", "2.1-people.csv", "audit"):  # fmt: skip
        assert changed[name] != first[name], name


def test_a_failed_delivery_is_told_from_the_next_entry_on(year: SqliteStore) -> None:
    """Also when nothing was written between the failure and the reading."""
    with year.begin() as tables:
        _fail(tables, Random(1))
    with year.read() as tables:
        size = tables.log.size()
    before = outputs(year, size)
    with year.begin() as tables:
        ids = [row.measure.id for row in tables.stream.measures(limit=3)]
        tables.stream.queue_deliveries(ids, "late", "apply", 1)
        for row in tables.stream.deliveries(ids):
            if row.connector == "late":
                at_ms = closing_ms(date(YEAR, 12, 31)) - 100 * 86_400_000
                tables.stream.settle_delivery(row.id, state="failed", detail="", at_ms=at_ms)
    assert outputs(year, size) == before
    with year.begin() as tables:
        _other(tables, Random(2))
    assert outputs(year, size) == before
    assert outputs(year, size + 1) != before


def test_a_year_is_closed_two_months_after_its_end(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "rempart.db")
    last = date(2025, 12, 31)
    closing = closing_ms(last)
    assert closing == round(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
    assert closing_ms(date(2025, 6, 30)) == round(
        datetime(2025, 9, 1, tzinfo=UTC).timestamp() * 1000
    )
    sizes = []
    for at_ms in (closing - 1, closing, closing + 86_400_000):
        with store.begin() as tables:
            _other(tables, Random(at_ms))
            size = tables.log.size()
            tables.log.put_checkpoint(size, "signed", at_ms)
        with store.read() as tables:
            sizes.append(size_of(tables, Moment.CLOSING, last))
            assert size_of(tables, Moment.NOW, last) == size
            assert size_of(tables, Moment.CLOSING, date(2026, 6, 1)) == size
    assert sizes == [1, 1, 1]


def test_what_was_written_after_the_closing_only_is_told_as_of_now(tmp_path: Path) -> None:
    """A folder filled later by importing an old year: there is no closing to go by."""
    store = SqliteStore.open(tmp_path / "rempart.db")
    with store.begin() as tables:
        _other(tables, Random(0))
        tables.log.put_checkpoint(1, "signed", closing_ms(date(2026, 1, 1)))
    with store.read() as tables:
        assert size_of(tables, Moment.CLOSING, date(2020, 12, 31)) == 1
        assert size_of(tables, 7, date(2020, 12, 31)) == 1


def test_a_cut_is_named_or_a_number() -> None:
    assert [cut_of(text) for text in ("now", " Closing", "17")] == ["now", "closing", 17]
    for text in ("", "-1", "later", "1.5", "²", "9" * 30):
        with pytest.raises(InputError):
            cut_of(text)
