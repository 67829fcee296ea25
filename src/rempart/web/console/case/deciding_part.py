"""What stands beside a case for whoever decides it: who, how often, what follows, who must agree.

Read from the tables, decides nothing. Numbers about reporters are counts and never names; an
account is shown with what was decided of it in channels the reader has rights on, and nothing else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from rempart.cases.case_notes import Note, read_notes
from rempart.cases.deciding.appeals import already, decided_before
from rempart.cases.deciding.provisions import provisions
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.deciding.strikes import Recommendation, in_force, recommend, weight
from rempart.cases.entries import at_time, disclosed
from rempart.cases.evidence.captures import Capture, captures_of
from rempart.cases.golden import golden_id
from rempart.cases.matter import CHILD_SAFETY, OTHER, harm_of, is_child_safety
from rempart.cases.measures.taking import MINUTE, Wanted, grave, takeable
from rempart.cases.reports.knowledge import Knowledge, knowledge_of
from rempart.cases.rights import Right
from rempart.cases.second_person import TooCloseError, check_another
from rempart.errors import AccessError
from rempart.model import (
    SECOND_KINDS,
    Case,
    CaseState,
    Decision,
    MeasureKind,
    SecondLook,
)
from rempart.store.interface import Tables
from rempart.web.api.deciding.deciding import ProposalView, view_of
from rempart.web.auth.caller import Caller
from rempart.web.console.case.concerned import (
    AccountPart,
    ChangedPart,
    ReporterPart,
    account_part,
    changed_part,
    reporter_part,
)

MOST_STATEMENTS: Final = 12


class Takeable(msgspec.Struct, frozen=True):
    """A measure that a decision may take. `minutes` None: without an end; `grave`: two people."""

    kind: MeasureKind
    minutes: int | None
    grave: bool


class Told(msgspec.Struct, frozen=True):
    """A statement of reasons: what an account was told, and when."""

    id: str
    account: str
    kind: MeasureKind
    at: datetime
    ends: bool
    automated: str
    text: dict[str, str]


class Standing(msgspec.Struct, frozen=True):
    """An account concerned: its strikes in force, and what the ladder recommends."""

    account: str
    name: str | None
    strikes: int
    next_expires: datetime | None
    recommendation: Recommendation


class LookPart(msgspec.Struct, frozen=True):
    """An appeal or a second look: of what, against which decision, in whose words. `closed_to`: why
    the reader may not decide it."""

    look: SecondLook
    of: Case
    decision: Decision | None
    words: str | None
    closed_to: str | None


class DecidingPart(msgspec.Struct, frozen=True):
    """`references`: of each harm the article of law and the term, by language."""

    harm: str = OTHER
    child_safety: bool = False
    references: dict[str, dict[str, dict[str, str]]] = {}
    takeable: list[Takeable] = []
    standing: Standing | None = None
    proposals: list[ProposalView] = []
    looks: list[SecondLook] = []
    look: LookPart | None = None
    statements: list[Told] = []
    statements_total: int = 0
    account: AccountPart | None = None
    reporters: ReporterPart = ReporterPart()
    changed: list[ChangedPart] = []
    notes: list[Note] = []
    golden: bool = False
    captures: list[Capture] = []
    knowledge: Knowledge | None = None


def deciding_part(
    tables: Tables, caller: Caller, case: Case, account: tuple[str, str | None] | None, now_ms: int
) -> DecidingPart:
    """`account`: id and name of the one account that the case is about, if it is about one."""
    look = _look(tables, caller, case, now_ms)
    harm = harm_of(tables, look.of if look is not None else case)
    ids = [row.measure.id for row in tables.cases.measures(case.id)]
    told = tables.statements.of_measures(ids)
    return DecidingPart(
        harm=harm,
        golden=tables.looks.golden(golden_id(case.id)) is not None,
        child_safety=harm == CHILD_SAFETY or is_child_safety(tables, case.id),
        references={
            key: {"law": known.law, "terms": known.term} for key, known in provisions().items()
        },
        takeable=[
            Takeable(
                rung.kind,
                None if rung.lease_seconds is None else rung.lease_seconds // MINUTE,
                grave(Wanted(rung.kind)),
            )
            for rung in takeable()
        ],
        standing=_standing(tables, case, account, harm, now_ms) if account else None,
        proposals=[view_of(row) for row in tables.looks.proposals(case.id, waiting=True)],
        looks=tables.looks.of_case(case.id),
        look=look,
        statements=[
            Told(
                row.statement.id,
                row.statement.account,
                row.statement.kind,
                row.statement.made_at,
                row.statement.ends,
                row.statement.automated_decision.value,
                statement_text(row.statement),
            )
            for row in told[-MOST_STATEMENTS:]
        ],
        statements_total=len(told),
        account=account_part(tables, case, account) if account else None,
        reporters=reporter_part(tables, case),
        changed=changed_part(tables, case),
        notes=read_notes(tables, case.id, caller.id),
        captures=captures_of(tables, case.id),
        knowledge=knowledge_of(tables, case.id),
    )


def _standing(
    tables: Tables, case: Case, account: tuple[str, str | None], harm: str, now_ms: int
) -> Standing:
    rows = in_force(tables.statements.strikes(case.platform, account[0]), now_ms)
    return Standing(
        account[0],
        account[1],
        weight(rows),
        at_time(min(row.expires_ms for row in rows)) if rows else None,
        recommend(tables, case.platform, account[0], harm, now_ms),
    )


def _look(tables: Tables, caller: Caller, case: Case, now_ms: int) -> LookPart | None:
    if case.kind not in SECOND_KINDS:
        return None
    look = tables.looks.of_own_case(case.id)
    of = tables.cases.get(look.of) if look is not None else None
    if look is None or of is None:
        return None
    closed_to = None
    if of.state is not CaseState.DECIDED:
        closed_to = "undecided"
    try:
        check_another(tables, caller.id, decided_before(tables, of), now_ms, already(of))
    except TooCloseError:
        closed_to = "close"
    except AccessError:
        closed_to = "yours"
    if Right.SECOND_LOOK not in caller.rights:
        closed_to = "right"
    decision = tables.cases.decision_by_id(look.decision) if look.decision else None
    return LookPart(look, of, decision, _words(tables, case.id), closed_to)


def _words(tables: Tables, case: str) -> str | None:
    """What the appellant wrote; None: nobody wrote, or it was erased."""
    for seq in tables.cases.sequences(case):
        asked = disclosed(tables, seq, "second-look")
        if asked.get("happened") == "asked":
            said = asked.get("explanation")
            return str(said) if said else None
    return None
