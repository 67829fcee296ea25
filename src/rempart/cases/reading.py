"""Reading a case whole: rows of the tables with the words that live in the log's bodies.

A body that was erased leaves None (or nothing) in its place; the case stays readable. So does a
private message: anyone can name its id in a report, so that its words are shown only when it was
held, which needs its recipient to have switched detection on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rempart.cases.child_safety import Sealed, sealed, sealed_messages
from rempart.cases.entries import at_time, disclosed_in
from rempart.cases.evidence.provenance import Provenance, provenance_of
from rempart.ingest import parse_one
from rempart.log.commit import message_of
from rempart.model import ItemRefusal, MeasureState, Message, Outcome, Report, ReportState
from rempart.store.interface import Tables
from rempart.store.interface.cases import FiledReport, ReportRow
from rempart.store.interface.stream import MessageRow

_outcomes = msgspec.json.Decoder(Outcome)


class CaseMessage(NamedTuple):
    """One message of a case. `message` None: its words were erased. `released`: it was held, and
    none of the measures that held it is in force any more. `sealed`: it is of child safety, and
    this is all there is to read of it (then `message` and `outcome` are None). `provenance`: how
    far it is proven that the platform sent it; None when its words were erased."""

    row: MessageRow
    message: Message | None
    outcome: Outcome | None
    released: bool
    sealed: Sealed | None = None
    provenance: Provenance | None = None


def read_messages(
    tables: Tables, case: str, limit: int = 200, offset: int = 0
) -> list[CaseMessage]:
    """The messages of a case in the order in which they came."""
    rows = tables.cases.messages(case, limit, offset)
    outcomes = [None if row.outcome is None else _outcomes.decode(row.outcome) for row in rows]
    active = _active(tables, outcomes)
    closed = sealed_messages(tables, [row.seq for row in rows])
    found: list[CaseMessage] = []
    for row, outcome in zip(rows, outcomes, strict=True):
        bodies = tables.log.bodies(row.seq)
        message = _message_in(row, bodies)
        came = provenance_of(message_of(bodies[0]).source) if bodies else None
        released = row.held and outcome is not None and active.isdisjoint(outcome.measures)
        if row.seq in closed:
            kept = sealed(message) if message is not None else None
            found.append(CaseMessage(row, None, None, released, kept, came))
        else:
            found.append(CaseMessage(row, message, outcome, released, None, came))
    return found


def read_reports(tables: Tables, case: str, limit: int = 200, offset: int = 0) -> list[Report]:
    """The reports of a case with their words, without who sent them."""
    return [read_report(tables, row) for row in tables.cases.reports(case, limit, offset)]


def read_report(tables: Tables, row: ReportRow) -> Report:
    said = disclosed_in(tables.log.bodies(row.seq), "report")
    answer = tables.cases.answer(row.id) if row.answered_ms is not None else None
    state = ReportState.RECEIVED if answer is None else ReportState.ANSWERED
    return Report(
        id=row.id,
        case=row.case,
        category=row.category,
        explanation=said.get("explanation", ""),
        links=tuple(said.get("links", ())),
        message_ids=tuple(said.get("message_ids", ())),
        text=said.get("text"),
        received_at=at_time(row.received_ms),
        state=ReportState.WITHDRAWN if row.withdrawn else state,
        answer={} if answer is None else answer.text,
        answered_at=None if answer is None else at_time(answer.at_ms),
        trusted=row.flagger is not None,
        minor=row.minor,
        wish=row.wish,
    )


def explanations(tables: Tables, rows: Sequence[FiledReport]) -> list[str]:
    """What these reports say, in their order; empty where it was erased."""
    bodies = tables.log.bodies_of([row.seq for row in rows])
    return [disclosed_in(bodies.get(row.seq, ()), "report").get("explanation", "") for row in rows]


def _active(tables: Tables, outcomes: Sequence[Outcome | None]) -> set[str]:
    ids = {measure for outcome in outcomes if outcome for measure in outcome.measures}
    if not ids:
        return set()
    rows = tables.stream.measures(ids=list(ids), limit=len(ids))
    return {row.measure.id for row in rows if row.measure.state is MeasureState.ACTIVE}


def read_message(tables: Tables, row: MessageRow) -> Message | None:
    """The message of a row with its words; None: they were erased."""
    return _message_in(row, tables.log.bodies(row.seq))


def _message_in(row: MessageRow, bodies: Sequence[bytes]) -> Message | None:
    if not bodies:
        return None
    parsed = parse_one(message_of(bodies[0]).item)
    if isinstance(parsed, ItemRefusal) or not isinstance(parsed.item, Message):
        return None
    message = parsed.item
    if message.private and not row.held:
        return msgspec.structs.replace(message, text="", links=(), media=(), extra={})
    return message
