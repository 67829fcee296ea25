"""One decision per case, made by a person, with a reason; every reporter answered with it.

Rules kept here:

1. A decision is refused without a reason, from an API token, and on a case that is already decided
   (the refusal names who decided and when) or was merged into another.
2. Lifting takes back every measure of the case, and a raid that was fine causes no new ones; the
   channel learns that this kind of crowd is fine (`KeyedOperator.teach`).
3. Decision, measures taken back and exactly one answer for each report of the case are one
   transaction: none is there without the others.
4. Whether automated means were used is read from the measures, never typed by a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rempart.cases.answers import AnswerFacts, compose
from rempart.cases.entries import at_time, clean, entry, ms_of, record, rfc3339
from rempart.cases.live import tell_case, tell_measures
from rempart.cases.refused_links import follow_decision
from rempart.cases.undo import undone_entry
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.log.commit import SealedEntry
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    Decision,
    DecisionOutcome,
    Ground,
    MeasureState,
    stable_id,
)
from rempart.store.interface import Tables
from rempart.store.interface.cases import Answer, ReportRow
from rempart.store.interface.mail import MailAbout
from rempart.store.interface.stream import MeasureRow

LONGEST_REASON = 4_000


class Decider(NamedTuple):
    """Who decides: `person` is False for an API token, whatever its scopes."""

    id: str
    person: bool


def decide(
    tables: Tables,
    case: str,
    outcome: DecisionOutcome,
    ground: Ground,
    reason: str,
    by: Decider,
    at_ms: int,
) -> Decision:
    """Decides an open case (see the rules above)."""
    if not by.person:
        raise AccessError(
            "a decision on a case is made by a signed-in person, never by a token",
            next_step="sign in to the console",
        )
    found = tables.cases.get(case)
    if found is None:
        raise NotFoundError("there is no such case", where=case)
    _still_open(tables, found)
    reason = _checked(reason, outcome, ground)
    rows = tables.cases.measures(case)
    active = [row.measure.id for row in rows if row.measure.state is MeasureState.ACTIVE]
    lifted = outcome is DecisionOutcome.LIFT
    decision = Decision(
        id=stable_id("d", case),
        case=case,
        outcome=outcome,
        ground=ground,
        reason=reason,
        decided_by=by.id,
        decided_at=at_time(at_ms),
        measures=() if lifted else tuple(active),
        undone=tuple(active) if lifted else (),
    )
    automated = any(row.measure.automated for row in rows)
    entries = [_decision_entry(decision, rows, automated=automated)]
    if decision.undone:
        entries.append(undone_entry(decision.undone, by.id, at_ms, case=case, decision=decision.id))
    waiting = tables.cases.unanswered(case)
    texts = [_text(decision, row, automated=automated) for row in waiting]
    entries.extend(
        _answer_entry(row, decision, text, at_ms) for row, text in zip(waiting, texts, strict=True)
    )
    first = record(tables, [(case, sealed) for sealed in entries])
    tables.cases.insert_decision(decision, first)
    if decision.undone:
        ended = tables.stream.end_measures(
            decision.undone, MeasureState.UNDONE, seq=first + 1, at_ms=at_ms, by=decision.id
        )
        tell_measures(tables, [row.measure for row in ended], case)
    if lifted and found.kind is CaseKind.RAID:
        _was_fine(tables, found, at_ms)
    seq = first + len(entries) - len(waiting)
    put_answers(
        tables,
        [
            Answer(row.id, decision.id, text, at_ms, seq + place)
            for place, (row, text) in enumerate(zip(waiting, texts, strict=True))
        ],
    )
    follow_decision(tables, decision, at_ms)
    tell_case(tables, tables.cases.get(case))
    return decision


def answer_at_once(tables: Tables, report: ReportRow, decision: Decision, at_ms: int) -> Answer:
    """A report about what was already decided is answered with that decision."""
    rows = tables.cases.measures(decision.case)
    automated = any(row.measure.automated for row in rows)
    active = sum(row.measure.state is MeasureState.ACTIVE for row in rows)
    text = _text(decision, report, automated=automated, still=active)
    seq = record(tables, [(decision.case, _answer_entry(report, decision, text, at_ms))])
    answer = Answer(report.id, decision.id, text, at_ms, seq)
    put_answers(tables, [answer])
    return answer


def put_answers(tables: Tables, answers: Sequence[Answer]) -> None:
    """The answers, and a mail to each who left an address."""
    tables.cases.insert_answers(answers)
    for answer in answers:
        tables.mail.queue(answer.report, MailAbout.ANSWER, answer.seq, answer.at_ms)


def preview(
    tables: Tables,
    case: str,
    outcome: DecisionOutcome,
    ground: Ground,
    reason: str,
    at_ms: int,
) -> dict[str, str]:
    """The answer as reporters would read it if this were decided now, by language."""
    rows = tables.cases.measures(case)
    active = sum(row.measure.state is MeasureState.ACTIVE for row in rows)
    lifted = outcome is DecisionOutcome.LIFT
    waiting = tables.cases.unanswered(case)
    received_ms = waiting[0].received_ms if waiting else at_ms
    return compose(
        AnswerFacts(
            received_at=at_time(received_ms),
            decided_at=at_time(at_ms),
            outcome=outcome,
            ground=ground,
            reason=reason.strip() or "…",
            kept=0 if lifted else active,
            undone=active if lifted else 0,
            automated=any(row.measure.automated for row in rows),
        )
    )


def _was_fine(tables: Tables, case: Case, at_ms: int) -> None:
    for raid in tables.cases.raids_of(case.id):
        tables.stream.lift_raid(raid, at_ms)
        row = tables.stream.raid(raid)
        if row is not None:
            tables.stream.teach(row.raid)


def _still_open(tables: Tables, case: Case) -> None:
    if case.state is CaseState.MERGED:
        raise ConflictError(
            f"this case was merged into {case.merged_into}",
            where=case.id,
            next_step="decide that one",
        )
    earlier = tables.cases.decision(case.id)
    if earlier is not None:
        when = earlier.decided_at.strftime("%Y-%m-%d %H:%M UTC")
        raise ConflictError(
            f"{earlier.decided_by} already decided this case on {when}: {earlier.outcome}",
            where=case.id,
        )


def _checked(reason: str, outcome: DecisionOutcome, ground: Ground) -> str:
    reason = clean(reason).strip()
    if not any(c.isalnum() for c in reason):
        raise InputError("a decision needs a reason", where="reason")
    if len(reason) > LONGEST_REASON:
        raise InputError(f"a reason has at most {LONGEST_REASON} characters", where="reason")
    if outcome is DecisionOutcome.UPHOLD and ground is Ground.NONE:
        raise InputError(
            "upholding a measure needs a ground",
            where="ground",
            next_step="name the law or the community's terms",
        )
    return reason


def _text(
    decision: Decision, report: ReportRow, *, automated: bool, still: int | None = None
) -> dict[str, str]:
    """`still`: for a decision made earlier, how many of its measures are in force now."""
    return compose(
        AnswerFacts(
            received_at=at_time(report.received_ms),
            decided_at=decision.decided_at,
            outcome=decision.outcome,
            ground=decision.ground,
            reason=decision.reason,
            kept=len(decision.measures) if still is None else still,
            undone=len(decision.undone),
            automated=automated,
            earlier=still is not None,
        )
    )


def _decision_entry(
    decision: Decision, rows: Sequence[MeasureRow], *, automated: bool
) -> SealedEntry:
    return entry(
        "decision",
        {
            "id": decision.id,
            "case": decision.case,
            "outcome": decision.outcome.value,
            "ground": decision.ground.value,
            "reason": decision.reason,
            "by": decision.decided_by,
            "at": rfc3339(ms_of(decision.decided_at)),
            "measures": list(decision.measures),
            "undone": list(decision.undone),
            "automated": {
                "measures": automated,
                "rules": sorted({row.measure.rule for row in rows if row.measure.automated}),
                "decision": False,
            },
        },
    )


def _answer_entry(
    report: ReportRow, decision: Decision, text: dict[str, str], at_ms: int
) -> SealedEntry:
    return entry(
        "answer",
        {
            "report": report.id,
            "case": decision.case,
            "decision": decision.id,
            "at": rfc3339(at_ms),
            "text": text,
        },
    )
