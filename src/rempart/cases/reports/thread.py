"""After a report: the conversation with its reporter, and taking a report back.

Rules kept here:

1. Reporter and team write to each other about one report, by its receipt on one side and by a
   signed-in person on the other. To the reporter the team is one: nobody's name is told.
2. What is said is an entry of the log, kept with the case; what a reporter says is marked as
   submitted by a person and never causes a measure.
3. A report can be taken back until it is answered. It is answered by that, at once and only once;
   the case goes on, because somebody who is under pressure may be made to take a report back.
4. After the answer nothing more is added here: what is wrong with a decision is said in an appeal.
   But for the warning of misuse, which is about all reports of its reporter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.cases.live import tell_case
from rempart.cases.reports.request import LONGEST_EXPLANATION, checked_links
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.log.commit import strict_json
from rempart.log.subjects import report_subject
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow
from rempart.store.interface.mail import MailAbout
from rempart.store.interface.threads import SaidRow, Side

MOST_A_DAY = 50
"""Messages of one reporter about one report within a day."""
DAY_MS = 86_400_000
WITHDRAWN = {
    "en": "You took your report back. It counts as answered; nothing more is needed. What was "
    "already seen may still be examined: that is our decision, and nobody is told it was you.",
    "fr": "Vous avez retiré votre signalement. Il vaut comme répondu ; rien d’autre n’est "
    "nécessaire. Ce qui a déjà été vu peut encore être examiné : c’est notre décision, et personne "
    "n’apprend que c’était vous.",
}
"""The outcome notice of a report that its reporter took back."""


class Said(NamedTuple):
    """One message of a conversation, with its words (empty when they were erased)."""

    report: str
    side: Side
    by: str | None
    at: datetime
    text: str
    links: tuple[str, ...]


def say(
    tables: Tables,
    report: ReportRow,
    side: Side,
    text: str,
    at_ms: int,
    *,
    links: Sequence[str] = (),
    by: str | None = None,
    after_answer: bool = False,
) -> int:
    """Adds one message; returns its sequence in the log. `by`: the person of the team who writes.
    `after_answer`: also when the report is answered or taken back (rule 4).

    InputError: nothing was said, or too much; ConflictError: the report is answered or taken back,
    or its reporter added `MOST_A_DAY` messages within a day.
    """
    if not after_answer:
        _still_open(report)
    words, found = clean(text).strip(), checked_links(tuple(links))
    if not any(character.isalnum() for character in words) and not found:
        raise InputError("there is nothing said here", where="text")
    if len(words) > LONGEST_EXPLANATION:
        raise InputError(f"at most {LONGEST_EXPLANATION} characters", where="text")
    if side is Side.REPORTER:
        said = tables.threads.count(report.id, Side.REPORTER, at_ms - DAY_MS)
        if said >= MOST_A_DAY:
            raise ConflictError(
                "this is the most that can be added within a day",
                where=report.id,
                next_step="come back tomorrow",
            )
    sealed = entry(
        "report-message",
        {
            "report": report.id,
            "case": report.case,
            "side": side.value,
            "by": by,
            "at": rfc3339(at_ms),
            "text": words,
            "links": list(found),
            "source": "user-submitted" if side is Side.REPORTER else None,
        },
        subject=report_subject(report.id),
    )
    seq = record(tables, [(report.case, sealed)])
    tables.threads.add(SaidRow(seq, report.id, side, by, at_ms))
    if side is Side.TEAM:
        tables.mail.queue(report.id, MailAbout.MESSAGE, seq, at_ms)
    tell_case(tables, tables.cases.get(report.case))
    return seq


def withdraw(tables: Tables, report: ReportRow, at_ms: int) -> None:
    """Takes a report back (rule 3). ConflictError when it is answered or was taken back."""
    _still_open(report)
    sealed = entry(
        "report-withdrawn",
        {"report": report.id, "case": report.case, "at": rfc3339(at_ms), "text": WITHDRAWN},
        subject=report_subject(report.id),
    )
    tables.threads.withdraw(report.id, at_ms, record(tables, [(report.case, sealed)]))
    tell_case(tables, tables.cases.get(report.case))


def report_in_case(tables: Tables, case: str, report: str) -> ReportRow:
    """A report of this case or of one that was merged into it; NotFoundError else."""
    row = tables.cases.report(report)
    if row is None or row.case not in tables.cases.family(case):
        raise NotFoundError("there is no such report in this case", where=report)
    return row


def read_said(tables: Tables, reports: Sequence[str]) -> list[Said]:
    """What was said about these reports, in order, with its words."""
    return [_with_words(tables, row) for row in tables.threads.said(reports)]


def _with_words(tables: Tables, row: SaidRow) -> Said:
    bodies = tables.log.bodies(row.seq)
    said = strict_json(bodies[0])[2] if bodies else {}
    return Said(
        row.report,
        row.side,
        row.by,
        at_time(row.at_ms),
        said.get("text", ""),
        tuple(said.get("links", ())),
    )


def _still_open(report: ReportRow) -> None:
    if report.withdrawn:
        raise ConflictError("this report was taken back", where=report.id)
    if report.answered_ms is not None:
        raise ConflictError(
            "this report is answered already",
            where=report.id,
            next_step="appeal if the answer is wrong, or send a new report with new facts",
        )
