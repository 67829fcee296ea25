"""Who did it, who reported, and what changed since, beside a case: counts and names, no verdicts.

An account is shown with what was decided of it in this very channel, which the reader has rights
on. Reporters are numbers and never names; similar names are looked for among the latest writers of
the channel only, and are no proof.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

import msgspec

from rempart.cases.entries import at_time
from rempart.cases.harms import harms
from rempart.cases.reports.independence import Voice, independent
from rempart.engine.embedded.items import logged_item
from rempart.ingest import Parsed, parse_one
from rempart.model import Case, CaseState, Event
from rempart.store.interface import Tables

MOST_MESSAGES: Final = 100
MOST_WRITERS: Final = 300
MOST_REPORTS: Final = 200
MOST_EARLIER: Final = 5
MOST_SIMILAR: Final = 8
_MINUTE_MS: Final = 60_000
_SHORTEST_STEM: Final = 4


class Earlier(msgspec.Struct, frozen=True):
    """An earlier case of this account here, and how it ended."""

    case: str
    outcome: str
    harm: str | None
    at: datetime


class AccountPart(msgspec.Struct, frozen=True):
    """`messages` of it that stand out here, `held` of these; `similar`: other writers whose names
    differ only in digits and signs."""

    account: str
    name: str | None
    messages: int
    held: int
    earlier: list[Earlier]
    similar: list[str]


class ReporterPart(msgspec.Struct, frozen=True):
    """`independent`: how many reporters the reports are worth; `burst`: most of them in one minute;
    `refuted`: earlier reports of theirs that were found to be nothing."""

    reports: int = 0
    independent: float = 0.0
    burst: int = 0
    refuted: int = 0


class ChangedPart(msgspec.Struct, frozen=True):
    """A message of the case that was edited or deleted on its platform after it was captured."""

    message: str
    what: str
    at: datetime


def account_part(tables: Tables, case: Case, account: tuple[str, str | None]) -> AccountPart:
    id, name = account
    rows = tables.stream.latest_by_author(case.platform, case.channel, id, limit=MOST_MESSAGES)
    cases = tables.cases.last_of_messages([row.seq for row in rows])
    earlier: dict[str, Earlier] = {}
    for found in cases.values():
        decision = tables.cases.decision(found.id) if found.state is CaseState.DECIDED else None
        if decision is not None and found.id != case.id:
            earlier[found.id] = Earlier(
                found.id, decision.outcome.value, decision.harm, decision.decided_at
            )
    latest = sorted(earlier.values(), key=lambda one: one.at, reverse=True)
    return AccountPart(
        id,
        name,
        len(rows),
        sum(row.held for row in rows),
        latest[:MOST_EARLIER],
        _similar(tables, case, id, name),
    )


def reporter_part(tables: Tables, case: Case) -> ReporterPart:
    rows = tables.cases.reports(case.id, MOST_REPORTS)
    if not rows:
        return ReporterPart()
    minutes = Counter(row.received_ms // _MINUTE_MS for row in rows)
    refuted = {
        row.reporter: tables.cases.source(row.reporter, list(harms()), 0).refuted
        for row in rows
        if row.reporter is not None
    }
    voices = [
        Voice(row.received_ms, row.reporter, refuted=refuted.get(row.reporter or b"", 0))
        for row in rows
    ]
    worth = round(2 ** independent(voices) - 1, 1)
    return ReporterPart(len(rows), worth, max(minutes.values()), sum(refuted.values()))


def changed_part(tables: Tables, case: Case) -> list[ChangedPart]:
    rows = tables.cases.messages(case.id, MOST_MESSAGES)
    if not rows or not case.channel:
        return []
    known = {row.id for row in rows}
    since = min(row.sent_at_ms for row in rows)
    found: list[ChangedPart] = []
    for event in tables.stream.changes(case.platform, case.channel, since):
        message = _message_of(tables, event.seq)
        if message in known:
            found.append(ChangedPart(message, event.kind, at_time(event.at_ms)))
    return found


def _message_of(tables: Tables, seq: int) -> str:
    found = logged_item(tables.log.bodies(seq))
    parsed = parse_one(found.raw) if found is not None else None
    if isinstance(parsed, Parsed) and isinstance(parsed.item, Event):
        return parsed.item.message or ""
    return ""


def _similar(tables: Tables, case: Case, id: str, name: str | None) -> list[str]:
    stem = _stem(name or id)
    if len(stem) < _SHORTEST_STEM:
        return []
    rows = tables.stream.latest(case.platform, case.channel, limit=MOST_WRITERS)
    names = {row.author: row.author_name or row.author for row in rows if row.author != id}
    return sorted({shown for shown in names.values() if _stem(shown) == stem})[:MOST_SIMILAR]


def _stem(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalpha())
