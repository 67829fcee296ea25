"""Deciding a case: a preview of every notice, the decision, and what waits for a second person.

Only signed-in people decide, never a token. What two people must agree on is kept as a proposal and
answered with 202; a second person confirms or refuses it.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.deciding.four_eyes import needs_two
from rempart.cases.deciding.notices import Notices, preview
from rempart.cases.deciding.proposals import (
    DECISION,
    EXPORT,
    confirm_decision,
    confirm_unsealing,
    propose_decision,
    propose_unsealing,
    refuse,
)
from rempart.cases.deciding.ruling import Ruling
from rempart.cases.evidence.exports import Wish, agree, wish_of
from rempart.cases.measures.taking import Reach, Wanted
from rempart.cases.queue.desk import Desk
from rempart.errors import ConflictError, NotFoundError
from rempart.model import Case, CaseState, Decision, DecisionOutcome, Ground
from rempart.store.interface import Tables
from rempart.store.interface.looks import ProposalRow
from rempart.web.api.cases.cases import find_case
from rempart.web.api.deciding.statements import keys_of
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import (
    Right,
    must_be_known,
    must_have_right,
    needs,
    needs_person,
    needs_right,
)
from rempart.web.auth.gate import now_ms

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]


class DecisionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`harm`: what it is, from GET /reports/categories (None: what the case is about); `provision`:
    the article or the term (None: what is proposed for the harm). `measures`: what to take;
    `lift`: ids of what a partial decision takes back."""

    outcome: DecisionOutcome
    ground: Ground
    reason: Reason
    harm: str | None = None
    provision: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    measures: Annotated[tuple[Wanted, ...], msgspec.Meta(max_length=20)] = ()
    lift: Annotated[tuple[str, ...], msgspec.Meta(max_length=5_000)] = ()

    def ruling(self) -> Ruling:
        return Ruling(
            self.outcome,
            self.ground,
            self.reason,
            self.harm,
            self.provision,
            self.measures,
            self.lift,
        )


class ReasonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class ProposalView(msgspec.Struct, frozen=True):
    """What waits for a second person: a decision (`ruling`), an export (`export`), or a contact to
    open."""

    id: str
    case: str
    what: str
    ruling: Ruling | None
    proposed_by: str
    proposed_at: datetime
    state: str
    why: str = ""
    export: Wish | None = None


class Unsealed(msgspec.Struct, frozen=True):
    """What a reporter left to be reached by."""

    name: str | None
    email: str | None


@get("/cases/{case:str}/decisions", guards=[needs("read")], sync_to_thread=True, tags=["cases"])
def case_decisions(request: AnyRequest, case: FromPath[str]) -> list[Decision]:
    """The decisions of a case in their order: none, one, or one for each time it was replaced."""
    with engine_of(request).read() as tables:
        found = find_case(tables, must_be_known(request), case)
        return tables.cases.decisions(found.id)


@post("/cases/{case:str}/decisions", guards=[needs_person("moderate")], tags=["cases"])
async def decide_case(
    request: AnyRequest, case: FromPath[str], data: JSONBody[DecisionRequest]
) -> Response[Any]:
    """Decides an open case: every reporter is answered, every account concerned is told. 202 with a
    proposal when a second person must agree."""
    who, at_ms = must_be_known(request), now_ms()
    by = Decider(who.id, who.is_person)
    must_hold(request, case)

    def change(tables: Tables) -> Decision | ProposalView:
        found = find_case(tables, who, case)
        ruling = data.ruling()
        why = needs_two(tables, found, ruling) if found.state is CaseState.OPEN else None
        if why is not None:
            return view_of(propose_decision(tables, found, ruling, by, at_ms), why)
        return decide(
            tables,
            found.id,
            ruling.outcome,
            ruling.ground,
            ruling.reason,
            by,
            at_ms,
            harm=ruling.harm,
            provision=ruling.provision,
            measures=ruling.measures,
            lift=ruling.lift,
            reach=reach_of(request, found),
            sample=engine_of(request).settings.review.second_look_share,
        )

    done = await write(request, change)
    return Response(done, status_code=202 if isinstance(done, ProposalView) else 201)


@post(
    "/cases/{case:str}/preview",
    guards=[needs_person("moderate")],
    status_code=200,
    sync_to_thread=True,
    tags=["cases"],
)
def preview_case(
    request: AnyRequest, case: FromPath[str], data: JSONBody[DecisionRequest]
) -> Notices:
    """What each reporter and each account would read if this were decided now. Nothing is
    written."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        found = find_case(tables, who, case)
        return preview(tables, found, data.ruling(), who.id, now_ms())


@get("/cases/{case:str}/proposals", guards=[needs("read")], sync_to_thread=True, tags=["cases"])
def case_proposals(request: AnyRequest, case: FromPath[str]) -> list[ProposalView]:
    """What was proposed in this case and needed a second person."""
    with engine_of(request).read() as tables:
        found = find_case(tables, must_be_known(request), case)
        return [view_of(row) for row in tables.looks.proposals(found.id)]


@post("/proposals/{proposal:str}/confirm", guards=[needs_person("moderate")], tags=["cases"])
async def confirm(request: AnyRequest, proposal: FromPath[str]) -> Response[Any]:
    """The second person agrees: a decision is made as it was proposed, a contact is shown, or a
    dossier may be made and taken."""
    who, at_ms = must_be_known(request), now_ms()
    by = Decider(who.id, who.is_person)

    def change(tables: Tables) -> Decision | Unsealed | ProposalView:
        row, case = _find(tables, request, proposal)
        if row.what == EXPORT:
            must_have_right(who, Right.EXPORT)
            agree(tables, row, by, at_ms)
            return view_of(row._replace(state="confirmed"))
        if row.what == DECISION:
            return confirm_decision(tables, row, by, at_ms, reach=reach_of(request, case))
        must_have_right(who, Right.UNSEAL)
        contact = confirm_unsealing(tables, row, by, keys_of(request), at_ms)
        return Unsealed(contact.name, contact.email)

    return Response(await write(request, change), status_code=201)


@post("/proposals/{proposal:str}/refuse", guards=[needs_person("moderate")], tags=["cases"])
async def refuse_proposal(
    request: AnyRequest, proposal: FromPath[str], data: JSONBody[ReasonRequest]
) -> ProposalView:
    """The second person does not agree, or who proposed takes it back."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> ProposalView:
        row, _ = _find(tables, request, proposal)
        refuse(tables, row, Decider(who.id, who.is_person), data.reason, at_ms)
        changed = tables.looks.proposal(row.id)
        assert changed is not None, "a proposal is never deleted"
        return view_of(changed)

    return await write(request, change)


@post(
    "/cases/{case:str}/reports/{report:str}/unseal",
    guards=[needs_right(Right.UNSEAL, person=True)],
    status_code=202,
    tags=["cases"],
)
async def unseal(
    request: AnyRequest, case: FromPath[str], report: FromPath[str], data: JSONBody[ReasonRequest]
) -> ProposalView:
    """Asks for a reporter's contact to be opened; a second person must agree."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> ProposalView:
        found = find_case(tables, who, case)
        by = Decider(who.id, who.is_person)
        return view_of(propose_unsealing(tables, found, report, data.reason, by, at_ms))

    return await write(request, change)


route_handlers: list[Any] = [
    case_decisions,
    decide_case,
    preview_case,
    case_proposals,
    confirm,
    refuse_proposal,
    unseal,
]


def must_hold(request: AnyRequest, case: str) -> None:
    """ConflictError when somebody else has the case in hand just now."""
    desk: Desk = request.app.state.desk
    if desk.held_by_other(case, must_be_known(request).id, time.monotonic()) is not None:
        raise ConflictError(
            "somebody else holds this case just now",
            where=case,
            next_step="wait until they leave, or take it over",
        )


def reach_of(request: AnyRequest, case: Case) -> Reach:
    settings = engine_of(request).settings
    place = (case.platform, case.channel)
    return Reach(settings.told(*place), settings.telling(*place))


def view_of(row: ProposalRow, why: str = "") -> ProposalView:
    ruling = msgspec.json.decode(row.request, type=Ruling) if row.what == DECISION else None
    return ProposalView(
        row.id,
        row.case,
        row.what,
        ruling,
        row.proposed_by,
        moment(row.proposed_ms),
        row.state,
        why,
        wish_of(row) if row.what == EXPORT else None,
    )


def _find(tables: Tables, request: AnyRequest, id: str) -> tuple[ProposalRow, Case]:
    row = tables.looks.proposal(id)
    if row is None:
        raise NotFoundError("there is no such thing in a channel you have rights on")
    return row, find_case(tables, must_be_known(request), row.case)
