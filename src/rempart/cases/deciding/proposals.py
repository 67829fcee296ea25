"""What waits for a second person: proposed by one, confirmed or refused by another.

Rules kept here: who proposed cannot confirm (asked here, and a constraint of the tables); a reason
stands with each; the second person carries it out in the same transaction, exactly as it was
proposed. Until then the case is open and its clock runs. A contact that was opened is an entry of
the log that names both people and the reason, and never the contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from types import MappingProxyType
from typing import Any, Final

import msgspec

from rempart.cases.child_safety import NAMED, alleged_in
from rempart.cases.deciding.decisions import Decider, decide, must_be_person
from rempart.cases.deciding.four_eyes import needs_two
from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.deciding.ruling import Ruling, draft
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.live import tell_case
from rempart.cases.measures.taking import NOWHERE, Reach
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.second_person import must_be_another
from rempart.errors import AccessError, ConflictError, NotFoundError
from rempart.model import Case, CaseState, Decision, ReportContact, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.looks import ProposalRow

DECISION: Final = "decision"
UNSEAL: Final = "unseal"
EXPORT: Final = "export"


class Unsealing(msgspec.Struct, frozen=True):
    """Whose contact, and what for."""

    report: str
    reason: str


def propose_decision(
    tables: Tables, case: Case, ruling: Ruling, by: Decider, at_ms: int
) -> ProposalRow:
    """Keeps a decision that needs a second person. ConflictError when it needs none, or when one
    waits already."""
    must_be_person(by)
    if case.state is not CaseState.OPEN:
        raise ConflictError("this case is not open", where=case.id)
    drawn = draft(tables, case, ruling, by.id, at_ms)
    why = needs_two(tables, case, ruling)
    if why is None:
        raise ConflictError("this needs no second person", where=case.id)
    if any(row.what == DECISION for row in tables.looks.proposals(case.id, waiting=True)):
        raise ConflictError(
            "a decision already waits here for a second person",
            where=case.id,
            next_step="confirm or refuse it first",
        )
    alleged = alleged_in(tables, case)
    more = {} if alleged is None else {NAMED: sorted(alleged)}
    request = msgspec.json.encode(ruling)
    return propose(tables, case, DECISION, request, by, at_ms, drawn.decision.reason, more)


def propose_unsealing(
    tables: Tables, case: Case, report: str, reason: str, by: Decider, at_ms: int
) -> ProposalRow:
    """Asks for a reporter's contact to be opened."""
    must_be_person(by)
    reason = checked_reason(reason)
    row = tables.cases.report(report)
    if row is None or row.case not in tables.cases.family(case.id):
        raise NotFoundError("there is no such report in this case", where=report)
    if not row.has_contact:
        raise NotFoundError("this report has no contact", where=report)
    request = msgspec.json.encode(Unsealing(report, reason))
    return propose(tables, case, UNSEAL, request, by, at_ms, reason)


def confirm_decision(
    tables: Tables,
    proposal: ProposalRow,
    by: Decider,
    at_ms: int,
    *,
    reach: Reach = NOWHERE,
) -> Decision:
    """The second person agrees: it is decided, as it was proposed."""
    must_be_person(by)
    must_be_second(tables, proposal, by, at_ms)
    ruling = msgspec.json.decode(proposal.request, type=Ruling)
    tables.looks.close_proposal(proposal.id, "confirmed", by.id, at_ms)
    return decide(
        tables,
        proposal.case,
        ruling.outcome,
        ruling.ground,
        ruling.reason,
        Decider(proposal.proposed_by, person=True),
        at_ms,
        harm=ruling.harm,
        provision=ruling.provision,
        measures=ruling.measures,
        lift=ruling.lift,
        reach=reach,
        confirmed_by=by.id,
    )


def confirm_unsealing(
    tables: Tables, proposal: ProposalRow, by: Decider, keys: ReportKeys, at_ms: int
) -> ReportContact:
    """The second person agrees: the contact, shown this once; that it was is in the log."""
    must_be_person(by)
    must_be_second(tables, proposal, by, at_ms)
    asked = msgspec.json.decode(proposal.request, type=Unsealing)
    sealed = tables.cases.sealed_contact(asked.report)
    if sealed is None:
        raise NotFoundError("this contact was erased", where=asked.report)
    contact = keys.open_contact(asked.report, sealed)
    tables.looks.close_proposal(proposal.id, "confirmed", by.id, at_ms)
    told = {
        "what": UNSEAL,
        "case": proposal.case,
        "report": asked.report,
        "reason": asked.reason,
        "by": proposal.proposed_by,
        "confirmed_by": by.id,
        "at": rfc3339(at_ms),
    }
    record(tables, [(proposal.case, entry("access", told))])
    return contact


def refuse(tables: Tables, proposal: ProposalRow, by: Decider, reason: str, at_ms: int) -> None:
    """The second person does not agree, or the first takes it back."""
    must_be_person(by)
    reason = checked_reason(reason)
    state = "withdrawn" if by.id == proposal.proposed_by else "refused"
    tables.looks.close_proposal(proposal.id, state, by.id, at_ms)
    told = {
        "id": proposal.id,
        "case": proposal.case,
        "happened": state,
        "by": by.id,
        "reason": reason,
        "at": rfc3339(at_ms),
    }
    record(tables, [(proposal.case, entry("proposal", told))])
    tell_case(tables, tables.cases.get(proposal.case))


def propose(
    tables: Tables,
    case: Case,
    what: str,
    request: bytes,
    by: Decider,
    at_ms: int,
    reason: str,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> ProposalRow:
    """Keeps what waits for a second person; `more`: what its entry says besides the reason."""
    id = stable_id("q", case.id, what, token_hex(8))
    told = {
        "id": id,
        "case": case.id,
        "happened": "proposed",
        "what": what,
        "by": by.id,
        "reason": reason,
        "at": rfc3339(at_ms),
        **more,
    }
    seq = record(tables, [(case.id, entry("proposal", told))])
    row = ProposalRow(id, case.id, what, request, by.id, at_ms, seq)
    tables.looks.propose(row)
    tell_case(tables, case)
    return row


def must_be_second(tables: Tables, proposal: ProposalRow, by: Decider, at_ms: int) -> None:
    if proposal.state != "open":
        raise ConflictError(f"this was {proposal.state} already", where=proposal.id)
    same = AccessError(
        "you proposed this: somebody else must agree",
        where=proposal.id,
        next_step="ask a colleague to open the case",
    )
    must_be_another(tables, by.id, [proposal.proposed_by], at_ms, same, about=proposal.id)
