"""The notices of a decision before it is made: the same texts, by the same code.

To reporters goes the answer, to each account concerned its statement of reasons. Accounts of one
kind of restriction read the same but for their dates, so that a preview shows one of each kind.
"""

from __future__ import annotations

import msgspec

from rempart.cases.deciding.decisions import answer_text
from rempart.cases.deciding.ruling import Ruling, draft
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.entries import at_time
from rempart.model import Case, MeasureKind
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow


class AccountNotice(msgspec.Struct, frozen=True):
    """What the accounts under one kind of restriction read; `ends`: that it was taken back."""

    kind: MeasureKind
    ends: bool
    accounts: int
    text: dict[str, str]


class Notices(msgspec.Struct, frozen=True):
    """Who would read what. `reporters` counts reports; their text is there even when it is 0, and
    then nobody reads it."""

    reporters: int
    answer: dict[str, str]
    accounts: list[AccountNotice]


def preview(tables: Tables, case: Case, ruling: Ruling, by: str, at_ms: int) -> Notices:
    """What would be sent if this were decided now. InputError as for the decision itself."""
    drawn = draft(tables, case, ruling, by, at_ms)
    waiting = tables.cases.unanswered(case.id)
    row = waiting[0] if waiting else _nobody(case, at_ms)
    answer = answer_text(drawn.decision, row, automated=drawn.automated)
    kinds: dict[tuple[MeasureKind, bool], AccountNotice] = {}
    for told in drawn.statements:
        key = (told.kind, told.ends)
        known = kinds.get(key)
        kinds[key] = (
            AccountNotice(told.kind, told.ends, 1, statement_text(told))
            if known is None
            else msgspec.structs.replace(known, accounts=known.accounts + 1)
        )
    return Notices(len(waiting), answer, list(kinds.values()))


def _nobody(case: Case, at_ms: int) -> ReportRow:
    """Stands where no report is: the text of the answer is the same but for its first day."""
    received = at_ms if case.opened_at > at_time(at_ms) else ms_of(case.opened_at)
    return ReportRow("", case.id, "", "en", received, 0, None, 0, False, None)
