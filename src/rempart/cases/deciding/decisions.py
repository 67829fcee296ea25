"""Decisions: made by a person, with a reason; every reporter answered, every account told.

Rules kept here:

1. A decision is refused without a reason, from an API token, and on a case that is already decided
   (the refusal names who decided and when) or was merged into another.
2. Lifting takes back every measure of the case, and a raid that was fine causes no new ones; the
   channel learns that this kind of crowd is fine (`KeyedOperator.teach`).
3. Decision, measures taken and taken back, one answer for each report of the case and one statement
   of reasons for each account concerned are one transaction: none is there without the others.
4. Whether automated means were used is read from the measures, never typed by a person.
5. What cannot be undone, and a child-safety case closed without action, need two people
   (`four_eyes`). A decision is replaced once, by somebody else, after an appeal or a second look
   (`second_looks`); then everybody is told anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rempart.cases.deciding import second_looks, statements, strikes
from rempart.cases.deciding.answers import AnswerFacts, compose
from rempart.cases.deciding.four_eyes import needs_two
from rempart.cases.deciding.provisions import reference
from rempart.cases.deciding.ruling import Draft, Ruling, draft
from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.cases.live import tell_case, tell_measures
from rempart.cases.measures.by_hand import write
from rempart.cases.measures.taking import NOWHERE, Reach, Wanted
from rempart.cases.measures.undo import undone_entry
from rempart.cases.refused_links import follow_decision
from rempart.errors import AccessError, ConflictError, NotFoundError
from rempart.log.commit import SealedEntry
from rempart.log.subjects import report_subject
from rempart.model import (
    NO_ACTION,
    SECOND_KINDS,
    Again,
    Case,
    CaseKind,
    CaseState,
    Decision,
    DecisionOutcome,
    Ground,
    MeasureState,
)
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.cases import Answer, ReportRow
from rempart.store.interface.mail import MailAbout
from rempart.store.interface.measures import MeasureRow

_ALL = 10_000_000


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
    *,
    harm: str | None = None,
    provision: str | None = None,
    measures: Sequence[Wanted] = (),
    lift: Sequence[str] = (),
    reach: Reach = NOWHERE,
    confirmed_by: str | None = None,
    sample: float = second_looks.SHARE,
) -> Decision:
    """Decides an open case (see the rules above). `reach`: whom to tell;
    `confirmed_by`: the second person, where one is needed (ConflictError without)."""
    must_be_person(by)
    found = tables.cases.get(case)
    if found is None:
        raise NotFoundError("there is no such case", where=case)
    _still_open(tables, found)
    ruling = Ruling(outcome, ground, reason, harm, provision, tuple(measures), tuple(lift))
    drawn = draft(tables, found, ruling, by.id, at_ms, confirmed_by=confirmed_by)
    if confirmed_by is None and (why := needs_two(tables, found, ruling)):
        raise ConflictError(why, where=case, next_step="ask for a second person on the case's page")
    decision = _carry_out(tables, found, drawn, at_ms, reach)
    second_looks.after_decision(tables, found, decision, at_ms, sample)
    tell_case(tables, tables.cases.get(case))
    return decision


def decide_again(
    tables: Tables,
    case: Case,
    ruling: Ruling,
    by: Decider,
    at_ms: int,
    because: Again,
    *,
    reach: Reach = NOWHERE,
    confirmed_by: str | None = None,
) -> Decision:
    """Replaces the decision of a case, by a person who made none of those before it. What the
    earlier one did and this one does not is undone; everybody is answered anew."""
    must_be_person(by)
    chain = tables.cases.decisions(case.id)
    if not chain:
        raise ConflictError("nothing was decided yet that could be replaced", where=case.id)
    drawn = draft(
        tables,
        case,
        ruling,
        by.id,
        at_ms,
        replaces=chain[-1],
        because=because,
        confirmed_by=confirmed_by,
    )
    decision = _carry_out(tables, case, drawn, at_ms, reach)
    strikes.overturn(tables, chain[-1], decision, at_ms)
    tell_case(tables, tables.cases.get(case.id))
    return decision


def must_be_person(by: Decider) -> None:
    if not by.person:
        raise AccessError(
            "a decision on a case is made by a signed-in person, never by a token",
            next_step="sign in to the console",
        )


def _carry_out(tables: Tables, case: Case, drawn: Draft, at_ms: int, reach: Reach) -> Decision:
    """Writes a decision and all that follows from it."""
    decision = drawn.decision
    if drawn.taken:
        stated: list[statements.Stated] = [None] * len(drawn.taken)
        write(
            tables,
            drawn.taken,
            stated,
            decision.decided_by,
            at_ms,
            case=case.id,
            connectors=reach.measures,
        )
    rows = tables.cases.measures(case.id)
    entries = [_decision_entry(decision, rows, automated=drawn.automated)]
    if decision.undone:
        entries.append(
            undone_entry(
                decision.undone, decision.decided_by, at_ms, case=case.id, decision=decision.id
            )
        )
    told = [statements.statement_entry(one) for one in drawn.statements]
    entries.extend(told)
    waiting = tables.cases.unanswered(case.id)
    if decision.replaces is None:
        reports = waiting
    else:
        everybody = tables.cases.reports(case.id, _ALL)
        reports = [row for row in everybody if not row.withdrawn]
    texts = [answer_text(decision, row, automated=drawn.automated) for row in reports]
    entries.extend(
        _answer_entry(row, decision, text, at_ms) for row, text in zip(reports, texts, strict=True)
    )
    first = record(tables, [(case.id, sealed) for sealed in entries])
    tables.cases.insert_decision(decision, first)
    if decision.undone:
        ended = tables.stream.end_measures(
            decision.undone, MeasureState.UNDONE, seq=first + 1, at_ms=at_ms, by=decision.id
        )
        tell_measures(tables, [row.measure for row in ended], case.id)
    if decision.outcome is DecisionOutcome.LIFT and case.kind is CaseKind.RAID:
        _was_fine(tables, case, at_ms)
    answers = first + len(entries) - len(reports)
    statements.add(tables, drawn.statements, range(answers - len(told), answers))
    statements.queue(tables, drawn.statements, reach.accounts, at_ms)
    put_answers(
        tables,
        [
            Answer(row.id, decision.id, text, at_ms, answers + place)
            for place, (row, text) in enumerate(zip(reports, texts, strict=True))
        ],
    )
    strikes.give(tables, case, decision, drawn.affected, at_ms)
    follow_decision(tables, decision, at_ms)
    return decision


def answer_at_once(tables: Tables, report: ReportRow, decision: Decision, at_ms: int) -> Answer:
    """A report about what was already decided is answered with that decision."""
    rows = tables.cases.measures(decision.case)
    automated = any(row.measure.automated for row in rows)
    active = sum(row.measure.state is MeasureState.ACTIVE for row in rows)
    text = answer_text(decision, report, automated=automated, still=active)
    seq = record(tables, [(decision.case, _answer_entry(report, decision, text, at_ms))])
    answer = Answer(report.id, decision.id, text, at_ms, seq)
    put_answers(tables, [answer])
    return answer


def put_answers(tables: Tables, answers: Sequence[Answer]) -> None:
    """The answers, and a mail to each who left an address."""
    tables.cases.insert_answers(answers)
    for answer in answers:
        tables.mail.queue(answer.report, MailAbout.ANSWER, answer.seq, answer.at_ms)


def _was_fine(tables: Tables, case: Case, at_ms: int) -> None:
    for raid in tables.cases.raids_of(case.id):
        tables.stream.lift_raid(raid, at_ms)
        row = tables.stream.raid(raid)
        if row is not None:
            tables.stream.teach(row.raid)


def _still_open(tables: Tables, case: Case) -> None:
    if case.kind in SECOND_KINDS:
        raise ConflictError(
            "this looks again at a decision: it is granted or rejected", where=case.id
        )
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


def answer_reference(decision: Decision) -> dict[str, str]:
    if decision.outcome in NO_ACTION or decision.harm is None:
        return {}
    return reference(decision.harm, decision.ground, decision.provision)


def answer_text(
    decision: Decision, report: ReportRow, *, automated: bool, still: int | None = None
) -> dict[str, str]:
    """`still`: for a decision made earlier, how many of its measures are in force now."""
    return compose(
        AnswerFacts(
            received_at=at_time(report.received_ms),
            decided_at=decision.decided_at,
            outcome=decision.outcome,
            ground=decision.ground,
            reference=answer_reference(decision),
            reason=decision.reason,
            kept=len(decision.measures) if still is None else still,
            undone=len(decision.undone),
            automated=automated,
            earlier=still is not None,
            because=decision.because,
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
            "harm": decision.harm,
            "provision": decision.provision,
            "replaces": decision.replaces,
            "because": decision.because.value if decision.because is not None else None,
            "confirmed_by": decision.confirmed_by,
            "by": decision.decided_by,
            "at": rfc3339(ms_of(decision.decided_at)),
            "measures": list(decision.measures),
            "undone": list(decision.undone),
            "taken": list(decision.taken),
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
        subject=report_subject(report.id),
    )
