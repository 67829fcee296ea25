"""Appeals: from who reported and from the account concerned, and how a second look is decided.

Rules kept here:

1. Who holds the receipt appeals the answer to the report; who holds the code of a statement appeals
   the restriction. Nobody is asked who they are. Within six months of being told, once for each
   decision; in their own words; free of charge.
2. An appeal is a case of its own in the same queue, with its own clock, from its first moment. What
   only a machine did and no person has judged yet is contested in the open case: the first decision
   of it answers.
3. It is decided by a signed-in person who made none of the decisions before, with a reason; who
   asked is told. Granting it replaces the decision: what was taken is undone, strikes are
   overturned, every reporter is answered anew, every account told. It takes nothing that cannot be
   undone: that would be one person's word against another's.
4. An appeal of a source whose appeals are suspended is received and waits (see `waiting`); it is
   examined as if it came at the end, with the time it came.
5. An appeal about child safety is judged on the record: it opens nothing of the material.
"""

from __future__ import annotations

from rempart.cases.deciding.codes import read_code
from rempart.cases.deciding.decisions import Decider, decide_again, must_be_person
from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.deciding.ruling import Ruling
from rempart.cases.deciding.second_looks import WINDOW, close_look, open_look
from rempart.cases.entries import at_time, clean, disclosed, disclosed_in, entry, record, rfc3339
from rempart.cases.measures.taking import NOWHERE, Reach, grave
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.senders import account_source, appellant_subject
from rempart.cases.reports.status import report_of
from rempart.cases.reports.waiting import appeal_waits
from rempart.cases.second_person import must_be_another
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.log.commit import SealedEntry
from rempart.log.subjects import KEPT, account_subject, report_subject
from rempart.model import (
    NO_ACTION,
    Again,
    Appellant,
    Case,
    CaseState,
    Decision,
    DecisionOutcome,
    Ground,
    LookState,
    MeasureState,
    SecondLook,
    Statement,
    stable_id,
)
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow
from rempart.store.interface.misuse import SuspensionRow, WaitingAppeal

LONGEST_APPEAL = 5_000
MOST_WAITING = 50
"""Appeals of a source that was suspended, examined in one pass."""
WAITING = "appeal-waiting"


def appeal_by_reporter(
    tables: Tables, words: str, explanation: str, keys: ReportKeys, at_ms: int
) -> SecondLook | WaitingAppeal:
    """Against the answer to the report behind a receipt. ConflictError: not answered yet, too late,
    or appealed already."""
    row = report_of(tables, words, keys)
    why_not = why_no_appeal(tables, row, at_ms)
    if why_not:
        raise ConflictError(why_not, where="receipt")
    answer = tables.cases.answer(row.id)
    assert answer is not None, "what can be appealed was answered"
    decision = tables.cases.decision_by_id(answer.decision)
    assert decision is not None, "an answer names its decision"
    of = _case(tables, decision.case)
    return _examine_or_wait(
        tables, of, Appellant.REPORTER, decision, explanation, row.reporter,
        report_subject(row.id), at_ms, report=row.id,
    )  # fmt: skip


def appeal_by_account(
    tables: Tables, code: str, explanation: str, keys: ReportKeys, at_ms: int
) -> SecondLook | WaitingAppeal:
    """Against the restriction of the statement behind a code. ConflictError: it was taken back
    already, too late, or appealed already."""
    told = read_code(tables, code, keys).statement
    why_not = why_not_contested(tables, told, at_ms)
    if why_not:
        raise ConflictError(why_not, where="code")
    of = case_of(tables, told)
    if of is None:
        raise NotFoundError("this restriction belongs to no case", where="code")
    decision = tables.cases.decision(of.id)
    return _examine_or_wait(
        tables, of, Appellant.ACCOUNT, decision, explanation, account_source(keys, told),
        account_subject(told.platform, told.account), at_ms, statement=told.id,
    )  # fmt: skip


def _examine_or_wait(
    tables: Tables,
    of: Case,
    appellant: Appellant,
    decision: Decision | None,
    explanation: str,
    source: bytes | None,
    subject: str,
    at_ms: int,
    *,
    report: str | None = None,
    statement: str | None = None,
) -> SecondLook | WaitingAppeal:
    """`source`: who appeals, as far as told apart."""
    said = _said(
        appellant, of, decision, explanation, at_ms, subject, report=report, statement=statement
    )
    waited_for = appeal_waits(tables, source, of, decision, at_ms)
    if waited_for is not None and decision is not None:
        return _wait(
            tables, waited_for, of, decision, at_ms, said, report=report, statement=statement
        )
    return open_look(
        tables,
        of,
        appellant,
        at_ms,
        decision=decision,
        report=report,
        statement=statement,
        said=said,
        source=source,
    )


def take_waiting_appeals(tables: Tables, now_ms: int, limit: int = MOST_WAITING) -> int:
    """Examines appeals whose source is no longer suspended; how many. One whose words were erased
    in between has nothing left to examine."""
    rows = tables.misuse.appeals_waited_out(now_ms, limit)
    for row in rows:
        tables.misuse.drop_waiting_appeal(row.id)
        told = disclosed(tables, row.seq, WAITING)
        of, decision = tables.cases.get(row.of), tables.cases.decision_by_id(row.decision)
        if not told or of is None or decision is None:
            continue
        by_report = row.report is not None
        appellant = Appellant.REPORTER if by_report else Appellant.ACCOUNT
        subject = appellant_subject(tables, row)
        said = _said(
            appellant,
            of,
            decision,
            told["explanation"],
            row.received_ms,
            subject,
            report=row.report,
            statement=row.statement,
        )
        open_look(
            tables,
            of,
            appellant,
            now_ms,
            decision=decision,
            report=row.report,
            statement=row.statement,
            said=said,
            source=row.source,
            received_ms=row.received_ms,
        )
        tables.log.erase([row.seq])
    return len(rows)


def _wait(
    tables: Tables,
    waited_for: SuspensionRow,
    of: Case,
    decision: Decision,
    at_ms: int,
    said: SealedEntry,
    *,
    report: str | None = None,
    statement: str | None = None,
) -> WaitingAppeal:
    """Received, and nothing more (see `waiting`). `said`: what would be its entry: its words are
    kept under a name of their own, so that nothing takes it for an appeal that is examined."""
    id = stable_id("wa", of.id, decision.id, report or statement or "")
    words = disclosed_in(said.bodies, "second-look")["explanation"]
    told = {
        "id": id,
        "suspension": waited_for.id,
        "case": of.id,
        "decision": decision.id,
        "report": report,
        "statement": statement,
        "explanation": words,
        "at": rfc3339(at_ms),
        "until": rfc3339(waited_for.until_ms),
    }
    sealed = entry(WAITING, told, subject=said.subjects[0], bucket=KEPT)
    seq = record(tables, [(None, sealed)])
    row = WaitingAppeal(
        id,
        waited_for.id,
        waited_for.reporter,
        of.id,
        decision.id,
        report,
        statement,
        at_ms,
        seq,
    )
    tables.misuse.wait_appeal(row)
    return row


def why_no_appeal(tables: Tables, report: ReportRow, at_ms: int) -> str | None:
    """Why this report cannot be appealed now; None: it can."""
    answer = tables.cases.answer(report.id)
    if answer is None:
        return "this report has no answer yet that could be appealed"
    if at_time(at_ms) - at_time(answer.at_ms) > WINDOW:
        return "the six months for an appeal are over"
    waits = tables.misuse.waiting_appeal_of(report=report.id)
    appealed = [look.decision for look in tables.looks.of_report(report.id)]
    if answer.decision in [*appealed, waits.decision if waits is not None else None]:
        return "this answer was appealed already"
    return None


def why_not_contested(tables: Tables, told: Statement, at_ms: int) -> str | None:
    """Why this restriction cannot be contested now; None: it can."""
    waits = tables.misuse.waiting_appeal_of(statement=told.id)
    if waits is not None or tables.looks.of_statement(told.id) is not None:
        return "this was contested already"
    if at_time(at_ms) - told.made_at > WINDOW:
        return "the six months for an appeal are over"
    row = tables.stream.measure(told.measure)
    if told.ends or row is None or row.measure.state is MeasureState.UNDONE:
        return "this restriction was taken back already"
    return None


def case_of(tables: Tables, told: Statement) -> Case | None:
    """The case of a statement: named in it, or found by its measure or raid."""
    if told.case is not None:
        return tables.cases.get(told.case)
    row = tables.stream.measure(told.measure)
    if row is not None and row.case is not None:
        found = tables.cases.get(row.case)
        return tables.cases.get(found.merged_into) if found and found.merged_into else found
    if told.raid is not None:
        return tables.cases.last_of_raids([told.raid]).get(told.raid)
    return None


def look_again(
    tables: Tables,
    look: SecondLook,
    *,
    granted: bool,
    reason: str,
    by: Decider,
    at_ms: int,
    ruling: Ruling | None = None,
    reach: Reach = NOWHERE,
    unfounded: bool = False,
) -> SecondLook:
    """Decides a second look (see the rules above). `ruling`: what is decided instead; None: the
    contrary of what was decided, as far as that follows from it. `unfounded`: it is rejected as
    manifestly unfounded, which counts for `misuse`; a sample has nobody to count it for."""
    must_be_person(by)
    if look.state is not LookState.OPEN:
        raise ConflictError(f"this was decided already: {look.state}", where=look.id)
    reason = checked_reason(reason)
    of = _case(tables, look.of)
    must_be_another(tables, by.id, decided_before(tables, of), at_ms, already(of), about=look.case)
    if of.state is not CaseState.DECIDED:
        raise ConflictError(
            "nobody has judged this yet: the first decision of the case answers the appeal",
            where=of.id,
            next_step="decide that case",
        )
    wanted = (ruling or instead(tables, of, reason)) if granted else None
    if wanted is not None and any(grave(one) for one in wanted.measures):
        raise ConflictError(
            "what cannot be undone is decided by two people, and the first one did not want it",
            where="instead",
            next_step="choose measures that can be undone",
        )
    if unfounded and (granted or look.appellant is Appellant.SAMPLE):
        raise InputError("only an appeal that is rejected is unfounded", where="unfounded")
    closed = close_look(
        tables, look, granted=granted, by=by.id, reason=reason, at_ms=at_ms, unfounded=unfounded
    )
    if wanted is not None:
        because = Again.SECOND_LOOK if look.appellant is Appellant.SAMPLE else Again.APPEAL
        decide_again(tables, of, wanted, by, at_ms, because, reach=reach)
    return closed


def instead(tables: Tables, of: Case, reason: str) -> Ruling:
    """What granting means when nothing else is said: a restriction is taken back. Where nothing was
    done, who grants says what to do: InputError."""
    decision = tables.cases.decision(of.id)
    if decision is None or decision.outcome in NO_ACTION:
        raise InputError(
            "nothing was restricted: say what is to be done instead",
            where="instead",
            next_step="choose measures, or uphold with a ground",
        )
    return Ruling(DecisionOutcome.NO_VIOLATION, Ground.NONE, reason)


def decided_before(tables: Tables, of: Case) -> set[str]:
    """Who decided in this case before: none of them looks at it again."""
    before = {
        person
        for decision in tables.cases.decisions(of.id)
        for person in (decision.decided_by, decision.confirmed_by)
        if person is not None
    }
    before |= {look.decided_by for look in tables.looks.of_case(of.id) if look.decided_by}
    return before


def already(of: Case) -> AccessError:
    return AccessError(
        "you have decided in this case before: somebody else looks at it again",
        where=of.id,
        next_step="leave it in the queue",
    )


def _case(tables: Tables, id: str) -> Case:
    found = tables.cases.get(id)
    if found is None:
        raise NotFoundError("there is no such case", where=id)
    return found


def _said(
    appellant: Appellant,
    of: Case,
    decision: Decision | None,
    explanation: str,
    at_ms: int,
    subject: str,
    *,
    report: str | None = None,
    statement: str | None = None,
) -> SealedEntry:
    """The entry with the appellant's own words, which can be erased."""
    words = clean(explanation).strip()
    if not any(c.isalnum() for c in words):
        raise InputError("please say in your own words why", where="explanation")
    if len(words) > LONGEST_APPEAL:
        raise InputError(f"at most {LONGEST_APPEAL} characters", where="explanation")
    return entry(
        "second-look",
        {
            "happened": "asked",
            "appellant": appellant.value,
            "case": of.id,
            "decision": decision.id if decision is not None else None,
            "report": report,
            "statement": statement,
            "explanation": words,
            "at": rfc3339(at_ms),
        },
        subject=subject,
    )
