"""The page *Statements sent* as data: what waits, is held back, left, and whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from rempart.disclose.transparency_database.outbox import PERSON, faults_of
from rempart.disclose.transparency_database.payload import Payload, free_texts
from rempart.disclose.transparency_database.reconcile import Reconciled, reconcile
from rempart.model import Statement
from rempart.store.interface import Tables
from rempart.store.interface.feed import Database, FeedRow, FeedState
from rempart.web.api.deciding.statements import is_beyond, is_closed
from rempart.web.auth.caller import Caller
from rempart.web.console.reading import moment
from rempart.web.feed.desk import FeedDesk

SHOWN = 100
NOT_SENT = [state for state in FeedState if state not in (FeedState.SENT, FeedState.EXEMPT)]
_payload = msgspec.json.Decoder(Payload)
_receipt = msgspec.json.Decoder(dict[str, str | int | bool])


class Wrong(msgspec.Struct, frozen=True):
    """`found`: the words themselves, of a place in a text. `by_person`: somebody keeps it back."""

    field: str
    what: str
    found: str = ""
    by_person: bool = False


class Line(msgspec.Struct, frozen=True):
    """`formal`: the database would refuse it as it is; `later`: decisions made after it was sent.
    `closed`: it is of child safety, and its words are for those who decide such cases alone."""

    puid: str
    channel: str
    platform: str
    state: FeedState
    restriction: str
    day: str
    source: str
    automated: str
    due: datetime
    texts: dict[str, str]
    wrong: list[Wrong]
    formal: bool
    attempts: int
    released_by: str | None
    sent: datetime | None
    receipt: dict[str, str | int | bool]
    later: int
    closed: bool = False


class FeedScreen(msgspec.Struct, frozen=True):
    """`database` None: nothing is sent. `chosen` None: everything that is not sent yet."""

    now: datetime
    database: Database | None
    address: str
    look_hours: float
    trouble: str | None
    chosen: FeedState | None
    counts: dict[FeedState, int]
    lines: list[Line]
    reconciled: Reconciled
    failed: str = ""
    where: str = ""


def view(
    tables: Tables,
    caller: Caller,
    desk: FeedDesk | None,
    chosen: FeedState | None,
    now: int,
    failed: str = "",
    where: str = "",
) -> FeedScreen:
    database = desk.database if desk is not None else None
    states = [chosen] if chosen is not None else NOT_SENT
    rows = tables.feed.page(database, states, SHOWN) if database is not None else []
    return FeedScreen(
        now=moment(now),
        database=database,
        address=desk.settings.base if desk is not None and database is not None else "",
        look_hours=desk.settings.look_hours if desk is not None else 0.0,
        trouble=desk.trouble.value if desk is not None and desk.trouble is not None else None,
        chosen=chosen,
        counts=tables.feed.counts(database) if database is not None else {},
        lines=lines_of(tables, caller, rows),
        reconciled=desk.reconciled(tables) if desk is not None else reconcile(tables, None),
        failed=failed,
        where=where,
    )


def lines_of(tables: Tables, caller: Caller, rows: Sequence[FeedRow]) -> list[Line]:
    """Those inside of the caller's bounds: of channels, of harms, and of cases she is kept from. Of
    those that are closed to her she sees that they are there, and no words."""
    told: dict[str, list[Statement]] = {}
    for one in tables.statements.of_measures([row.measure for row in rows]):
        told.setdefault(one.statement.measure, []).append(one.statement)
    found: list[Line] = []
    for row in rows:
        said = told.get(row.measure, [])
        beyond = any(is_beyond(tables, caller, one) for one in said)
        if caller.sees(row.channel, row.platform) and not beyond:
            closed = any(is_closed(tables, caller, one) for one in said)
            found.append(_without_words(line_of(row)) if closed else line_of(row))
    return found


def _without_words(line: Line) -> Line:
    wrong = [one if one.by_person else msgspec.structs.replace(one, found="") for one in line.wrong]
    return msgspec.structs.replace(line, texts={}, wrong=wrong, closed=True)


def line_of(row: FeedRow) -> Line:
    payload = _payload.decode(row.payload)
    texts = free_texts(payload)
    faults = faults_of(row)
    keys = (*payload.decision_visibility, payload.decision_provision, payload.decision_account)
    return Line(
        puid=row.puid,
        channel=row.channel,
        platform=row.platform,
        state=row.state,
        restriction=next(key for key in keys if key),
        day=payload.application_date,
        source=payload.source_type,
        automated=payload.automated_decision,
        due=moment(row.due_ms),
        texts=texts,
        wrong=[
            Wrong(
                fault.field,
                fault.what,
                texts.get(fault.field, "")[fault.start : fault.end]
                if fault.start is not None
                else "",
                fault.field == PERSON,
            )
            for fault in faults
        ],
        formal=any(fault.start is None and fault.field != PERSON for fault in faults),
        attempts=row.attempts,
        released_by=row.released_by,
        sent=moment(row.sent_ms) if row.sent_ms is not None else None,
        receipt=_receipt.decode(row.receipt) if row.receipt is not None else {},
        later=row.later,
    )
