"""New items in the log and in the tables: their entries, their rows, what the minutes count."""

from __future__ import annotations

from rempart.cases.folder import row_name
from rempart.cases.intake import HeldMessage
from rempart.engine.embedded.arrivals import Arrival, Concluded
from rempart.engine.embedded.items import prefix_of, seal_items
from rempart.engine.embedded.rollup import Rollup
from rempart.log.commit import SealedEntry
from rempart.model import Account, Event, EventKind, Verdict, message_key
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.deadlines import ViewsTold
from rempart.store.interface.folder import LockedRow
from rempart.store.interface.stream import EventRow, MessageRow

_RANKS = {verdict: verdict.value for verdict in Verdict}


def append_items(
    tables: Tables, fresh: list[Arrival], concluded: list[Concluded], now_ms: int
) -> int:
    """One entry for each; the place of the first."""
    if not fresh:
        return tables.log.size()
    entries: list[SealedEntry] = []
    start = 0
    for end in range(1, len(fresh) + 1):
        if end < len(fresh) and fresh[end].source == fresh[start].source:
            continue  # single messages of one token come with a source each
        run = fresh[start:end]
        entries += seal_items(
            prefix_of(fresh[start].source, now_ms),
            [one.item for one in run],
            [one.raw for one in run],
            [row.encoded for row in concluded[start:end]],
        )
        start = end
    return tables.log.append(entries)


def write_items(
    tables: Tables,
    rollup: Rollup,
    fresh: list[Arrival],
    concluded: list[Concluded],
    first: int,
    now_ms: int,
) -> list[HeldMessage]:
    """Their rows; the messages that a rule did not let pass."""
    rows: list[MessageRow] = []
    events: list[EventRow] = []
    held: list[HeldMessage] = []
    locked: list[LockedRow] = []
    for seq, (one, (outcome, encoded)) in enumerate(
        zip(fresh, concluded, strict=True), start=first
    ):
        item = one.item
        if isinstance(item, Event):
            events.append(_event_row(seq, one.key, item))
            continue
        author = item.author
        targets = item.targets
        verdict, abuse, raid = "allow", 0, None
        if outcome is not None:
            verdict, raid = _RANKS[outcome.verdict], outcome.raid
            abuse = round(outcome.abuse * 1000)
            if outcome.locked_out:
                locked += [
                    LockedRow(row_name(item.platform, target), seq, now_ms)
                    for target in outcome.locked_out
                ]
            if outcome.verdict is not Verdict.ALLOW:
                held.append(HeldMessage(seq, item, outcome, one.key))
        rows.append(
            MessageRow(
                seq,
                one.key,
                item.id,
                item.platform,
                item.channel,
                targets[0] if targets else item.channel,
                author.id,
                author.name,
                item.kind.value,
                ms_of(item.sent_at),
                now_ms,
                verdict,
                abuse,
                raid,
                encoded,
                targets[1:],
            )
        )
        rollup.take(rows[-1], item, outcome)
    if rows:
        tables.stream.add_messages(rows)
    if events:
        tables.stream.add_events(events)
        tables.deadlines.add_views(
            ViewsTold(message_key(item.platform, item.message), item.count, ms_of(item.at), seq)
            for seq, item in enumerate((one.item for one in fresh), first)
            if isinstance(item, Event)
            and item.event is EventKind.DELIVERED
            and item.message is not None
            and item.count
        )
    if locked:
        tables.folder.lock(locked)
    return held


def _event_row(seq: int, key: bytes, event: Event) -> EventRow:
    account = event.account
    if isinstance(account, Account):
        account = account.id
    return EventRow(
        seq, key, event.platform, event.channel, event.event.value, ms_of(event.at), account
    )
