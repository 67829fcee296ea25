"""The outbox to the Transparency Database: what waits, is held back, left, and what came of it.

Rules kept here:

1. One row per restriction, under an identifier that is the same for ever. Rows come from reading
   the statements onwards from the last one read, in one transaction with the mark of how far.
2. Nothing leaves before its time for a look (`window`) is over, or a person lets it go; what a gate
   holds waits for a person, who edits the words or says that nobody is named there.
3. A later decision changes what waits, never what was sent: that is counted (`later`).
4. A row is marked `sending`, durably, before anything leaves. Whatever ends the process then, it is
   asked for first when the server's lock must be over, and sent again only if it is not there.
5. What people do, what was sent and what was refused are entries of the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.disclose.transparency_database.answers import LOCK_SECONDS, Fate, Read
from rempart.disclose.transparency_database.payload import FREE_TEXTS
from rempart.disclose.transparency_database.reading import Gate, Gated, besides, by_measure
from rempart.disclose.transparency_database.rules import BATCH, Fault
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import Exemption, ExemptionReason, Statement
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.feed import (
    OPEN_TO_CHANGE,
    Database,
    FeedRow,
    FeedState,
)
from rempart.store.interface.statements import ExemptionRow

ENTRY: Final = "statement_feed"
_PAGE: Final = 500
_LONGEST_ANSWER_MS: Final = 15_000
_LOCK_MS: Final = round(LOCK_SECONDS * 1000)
PERSON: Final = "person"
"""Field of a fault that a person, not a gate, wrote."""
_faults = msgspec.json.Decoder(list[Fault])
_texts = msgspec.json.Decoder(dict[str, str])


def gather(tables: Tables, gate: Gate, database: Database, window_ms: int) -> int:
    """Reads the next statements; how many. Call until 0."""
    rows = tables.statements.after(tables.feed.read_until(database), _PAGE)
    if not rows:
        return 0
    measures = list(dict.fromkeys(row.statement.measure for row in rows))
    known = tables.feed.of_measures(database, measures)
    exempt = tables.statements.exemptions(measures)
    until = rows[-1].statement.number
    first_new = rows[0].statement.number
    put: list[FeedRow] = []
    stated = by_measure(tables, measures)
    beside = besides(tables, stated)
    for measure, told in stated.items():
        read = [one for one in told if one.number <= until]
        row = known.get(measure)
        if row is None:
            made = gate.of(read, None, beside[measure]) if measure not in exempt else None
            if made is not None:
                put.append(_new(made, read[-1], window_ms))
        elif row.state in OPEN_TO_CHANGE:
            made = gate.of(read, _texts.decode(row.texts), beside[measure])
            if made is not None:
                put.append(_again(row, made))
        else:
            later = sum(one.number >= first_new for one in read)
            put.append(row._replace(later=row.later + later))
    tables.feed.put(database, put, until)
    return len(rows)


def _new(made: Gated, last: Statement, window_ms: int) -> FeedRow:
    return FeedRow(
        puid=made.payload.puid,
        measure=made.measure,
        channel=last.channel,
        platform=last.platform,
        state=FeedState.BLOCKED if made.faults else FeedState.WAITING,
        payload=msgspec.json.encode(made.payload),
        faults=msgspec.json.encode(made.faults),
        texts=b"{}",
        due_ms=ms_of(last.made_at) + window_ms,
    )


def _again(row: FeedRow, made: Gated) -> FeedRow:
    """A gate's word goes with the words it was about; a person's hold stays."""
    held = [fault for fault in _faults.decode(row.faults) if fault.field == PERSON]
    found = [*made.faults, *held]
    let_go = row.released_by is not None and row.payload == msgspec.json.encode(made.payload)
    return row._replace(
        state=FeedState.BLOCKED if found and not let_go else FeedState.WAITING,
        payload=msgspec.json.encode(made.payload),
        faults=msgspec.json.encode(found),
        released_by=row.released_by if let_go else None,
    )


def claim(tables: Tables, database: Database, now_ms: int, most: int = BATCH) -> list[FeedRow]:
    """The rows that leave now, marked before they do."""
    rows = tables.feed.due(database, FeedState.WAITING, now_ms, min(most, BATCH))
    ask_at = now_ms + _LONGEST_ANSWER_MS + _LOCK_MS
    taken = [
        row._replace(state=FeedState.SENDING, due_ms=ask_at, attempts=row.attempts + 1)
        for row in rows
    ]
    tables.feed.put(database, taken, None)
    return taken


def settle(
    tables: Tables, database: Database, rows: Sequence[FeedRow], read: Read, now_ms: int
) -> None:
    """What became of a batch. `rows` as they were claimed."""
    put: list[FeedRow] = []
    stored: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for place, (row, fate) in enumerate(zip(rows, read.fates, strict=True)):
        if fate is Fate.STORED:
            receipt = read.receipts.get(place, {})
            stored.append({"puid": row.puid, "measure": row.measure, **receipt})
            put.append(_sent(row, receipt, now_ms))
        elif fate is Fate.REFUSED:
            faults = [Fault(field, what) for field, what in read.whys.get(place, [])]
            refused.append({"puid": row.puid, "why": [list(fault[:2]) for fault in faults]})
            put.append(row._replace(state=FeedState.REFUSED, faults=msgspec.json.encode(faults)))
        elif fate is Fate.AGAIN:
            put.append(row._replace(state=FeedState.WAITING, due_ms=now_ms))
        else:
            put.append(row._replace(due_ms=now_ms + _LOCK_MS))
    tables.feed.put(database, put, None)
    _note(tables, database, now_ms, sent=stored, refused=refused)


def found_out(tables: Tables, database: Database, fates: Mapping[str, Fate], now_ms: int) -> None:
    """What asking for rows on their way said, by puid."""
    put: list[FeedRow] = []
    stored: list[dict[str, Any]] = []
    for puid, fate in fates.items():
        row = tables.feed.get(database, puid)
        if row is None or row.state is not FeedState.SENDING:
            continue
        if fate is Fate.STORED:
            stored.append({"puid": puid, "measure": row.measure, "found": True})
            put.append(_sent(row, {"found": True}, now_ms))
        elif fate is Fate.AGAIN:
            put.append(row._replace(state=FeedState.WAITING, due_ms=now_ms))
        else:
            put.append(row._replace(due_ms=now_ms + _LOCK_MS))
    tables.feed.put(database, put, None)
    _note(tables, database, now_ms, sent=stored)


def _sent(row: FeedRow, receipt: dict[str, Any], now_ms: int) -> FeedRow:
    return row._replace(
        state=FeedState.SENT, receipt=msgspec.json.encode(receipt), sent_ms=now_ms, faults=b"[]"
    )


def edit(
    tables: Tables,
    gate: Gate,
    database: Database,
    puid: str,
    texts: Mapping[str, str],
    by: str,
    at_ms: int,
) -> FeedRow:
    """A person's words in place of those that were held. InputError: this text cannot be edited, or
    is empty. The gates look again."""
    row = _open(tables, database, puid)
    wrong = [field for field in texts if field not in FREE_TEXTS]
    if wrong:
        raise InputError("this is no text that can be edited", where=wrong[0])
    new = {field: clean(text).strip() for field, text in texts.items()}
    for field, text in new.items():
        if not text:
            raise InputError("a statement says something here", where=field)
    kept = {**_texts.decode(row.texts), **new}
    told = _told(tables, row)
    beside = besides(tables, {row.measure: told}, edited=True)
    made = gate.of(told, kept, beside[row.measure])
    assert made is not None, "a row stands for a restriction"
    row = row._replace(texts=msgspec.json.encode(kept), released_by=None)
    row = _again(row, made)
    tables.feed.put(database, [row], None)
    _note(tables, database, at_ms, by=by, edited={"puid": puid, "fields": sorted(new)})
    return row


def release(tables: Tables, database: Database, puid: str, by: str, at_ms: int) -> FeedRow:
    """Lets it go now, before its time for a look is over, or although a gate saw a name where a
    person sees none. What the database would refuse is not let go: ConflictError."""
    row = _open(tables, database, puid)
    formal = [
        fault
        for fault in _faults.decode(row.faults)
        if fault.start is None and fault.field != PERSON
    ]
    if formal:
        raise ConflictError(
            f"the database would refuse it: {formal[0].field}: {formal[0].what}",
            where=puid,
            next_step="edit the text first",
        )
    row = row._replace(
        state=FeedState.WAITING, due_ms=at_ms, released_by=by, faults=b"[]", attempts=0
    )
    tables.feed.put(database, [row], None)
    _note(tables, database, at_ms, by=by, released=puid)
    return row


def hold(
    tables: Tables, database: Database, puid: str, reason: str, by: str, at_ms: int
) -> FeedRow:
    """A person keeps it back, for a reason."""
    row = _open(tables, database, puid)
    faults = [*_faults.decode(row.faults), Fault(PERSON, checked_reason(reason))]
    row = row._replace(
        state=FeedState.BLOCKED, faults=msgspec.json.encode(faults), released_by=None
    )
    tables.feed.put(database, [row], None)
    _note(tables, database, at_ms, by=by, held={"puid": puid, "reason": reason})
    return row


def exempt(
    tables: Tables,
    database: Database,
    puid: str,
    reason: ExemptionReason,
    words: str,
    by: str,
    at_ms: int,
) -> FeedRow:
    """Records why this restriction is stated to no database (art. 17(2), (5)): it leaves for the
    other one neither. ConflictError: a raid is no commercial content; it is in production."""
    row = _open(tables, database, puid)
    twins = {
        other: twin
        for other in Database
        if other is not database
        for twin in tables.feed.of_measures(other, [row.measure]).values()
    }
    for other, twin in twins.items():
        if other is Database.PRODUCTION and twin.state not in OPEN_TO_CHANGE:
            raise _left(twin)
    if reason is ExemptionReason.NO_CONTACT:
        raise InputError("the account is known", where="reason")
    told = _told(tables, row)
    if reason is ExemptionReason.COMMERCIAL and any(
        one.raid is not None or one.harm != "spam" for one in told
    ):
        raise ConflictError(
            "only spam that is no part of a raid is deceptive commercial content",
            where=puid,
            next_step="send it: an attack on a person has its reasons stated",
        )
    exemption = Exemption(row.measure, reason, at_time(at_ms), checked_reason(words), by)
    seq = _note(tables, database, at_ms, by=by, exempt=msgspec.to_builtins(exemption))
    tables.statements.exempt([ExemptionRow(exemption, seq)])
    for other, twin in twins.items():
        if twin.state in OPEN_TO_CHANGE:
            tables.feed.put(other, [twin._replace(state=FeedState.EXEMPT, faults=b"[]")], None)
    row = row._replace(state=FeedState.EXEMPT, faults=b"[]")
    tables.feed.put(database, [row], None)
    return row


def faults_of(row: FeedRow) -> list[Fault]:
    return _faults.decode(row.faults)


def _told(tables: Tables, row: FeedRow) -> list[Statement]:
    return by_measure(tables, [row.measure])[row.measure]


def _open(tables: Tables, database: Database, puid: str) -> FeedRow:
    row = tables.feed.get(database, puid)
    if row is None:
        raise NotFoundError("there is no such statement", where=puid)
    if row.state not in OPEN_TO_CHANGE:
        raise _left(row)
    return row


def _left(row: FeedRow) -> ConflictError:
    return ConflictError(
        f"it is {row.state} already: what left can be neither changed nor taken back",
        where=row.puid,
    )


def _note(tables: Tables, database: Database, at_ms: int, **told: Any) -> int:
    """One entry for what was done; none when nothing was."""
    said = {name: value for name, value in told.items() if value}
    if not said:
        return -1
    value = {"database": database.value, "at": rfc3339(at_ms), **said}
    return record(tables, [(None, entry(ENTRY, value))])
