"""Who sends notices and who appeals, as far as they are told apart: by a keyed hash, never a name.

A sender stands here by what was sent last: a report, or an appeal. What is known of one as who
reports says nothing of the same one as who appeals: each has its own figures, warning and
suspension (DSA art. 23(2)).
"""

from __future__ import annotations

from typing import NamedTuple

from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.waiting import APPEALS, NOTICES
from rempart.log.subjects import NOBODY, account_subject, report_subject
from rempart.model import SecondLook, Statement
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow
from rempart.store.interface.deadlines import PastReport
from rempart.store.interface.misuse import WaitingAppeal

Sent = ReportRow | SecondLook


class Sender(NamedTuple):
    """`source` None: nothing tells them apart. `what`: notices or complaints; `named`: the report
    or appeal by which they stand here; `subject`: whom entries about it are about."""

    source: bytes | None
    what: str
    named: str
    case: str
    subject: str
    flagger: bool

    @property
    def told(self) -> dict[str, str | None]:
        """As entries name them."""
        return {
            "what": self.what,
            "report": self.named if self.what == NOTICES else None,
            "appeal": self.named if self.what == APPEALS else None,
        }


def sender_of(tables: Tables, sent: Sent) -> Sender:
    if isinstance(sent, SecondLook):
        source = tables.misuse.source_of_look(sent.id)
        return Sender(
            source, APPEALS, sent.id, sent.of, appellant_subject(tables, sent), flagger=False
        )
    return Sender(
        sent.reporter,
        NOTICES,
        sent.id,
        sent.case,
        report_subject(sent.id),
        flagger=sent.flagger is not None,
    )


def account_source(keys: ReportKeys, told: Statement) -> bytes:
    """Tells apart who appeals restrictions of one account."""
    return keys.reporter_name(f"appeals of {told.platform}/{told.account}")


def past(tables: Tables, sender: Sender, since_ms: int) -> list[PastReport]:
    """What they sent, and what people found; in order."""
    if sender.source is None:
        return []
    if sender.what == NOTICES:
        return tables.deadlines.past_reports(sender.source, since_ms)
    return tables.misuse.past_appeals(sender.source, since_ms)


def warned_ms(tables: Tables, sender: Sender) -> int | None:
    if sender.source is None:
        return None
    if sender.what == NOTICES:
        return tables.deadlines.warned_ms(sender.source)
    warning = tables.misuse.appeal_warning(sender.source)
    return None if warning is None else warning.warned_ms


def appellant_subject(tables: Tables, asked: SecondLook | WaitingAppeal) -> str:
    """Who appeals, as far as they are known."""
    if asked.report is not None:
        return report_subject(asked.report)
    told = tables.statements.get(asked.statement) if asked.statement is not None else None
    if told is None:
        return NOBODY
    return account_subject(told.statement.platform, told.statement.account)
