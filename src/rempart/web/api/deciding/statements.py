"""Statements of reasons: for colleagues by id, for the account concerned by its code.

A code comes in a body and leaves in a body: never in a path, a query or a log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from rempart.cases.deciding.appeals import case_of, why_not_contested
from rempart.cases.deciding.codes import read_code, statement_code
from rempart.cases.deciding.look_text import appeal_message
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.matter import CHILD_SAFETY, is_child_safety
from rempart.cases.queue.queues import is_kept_from
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.senders import account_source
from rempart.cases.reports.waiting import told_to, waiting_message_of
from rempart.errors import NotFoundError
from rempart.model import Statement
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.web.api.deciding.terms import TermsInForce, in_force
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import NO_SESSION, Caller, Right, must_be_known, needs, needs_person
from rempart.web.auth.gate import now_ms

STATEMENT_PATH = "/statement"


class StatementView(msgspec.Struct, frozen=True):
    """A record, and its text by language."""

    statement: Statement
    text: dict[str, str]


class StatementPage(msgspec.Struct, frozen=True):
    """Newest first; the last `number` of a page is the next `before`."""

    statements: list[StatementView]


class CodeRequest(msgspec.Struct, frozen=True):
    code: Annotated[str, msgspec.Meta(max_length=200)]


class CodeView(msgspec.Struct, frozen=True):
    """The code of one statement, to be passed on to its account by hand."""

    code: str


class Told(msgspec.Struct, frozen=True):
    """What an account reads: its statement, what it asked and was answered, and whether it can
    still appeal (`why_not` says why not). `terms`: those that were in force when it was made."""

    text: dict[str, str]
    made_at: datetime
    can_appeal: bool
    why_not: str | None
    messages: list[dict[str, str]]
    terms: TermsInForce | None = None


@get("/statements", guards=[needs("read")], sync_to_thread=True, tags=["statements"])
def list_statements(
    request: AnyRequest,
    before: Annotated[int | None, QueryParameter(ge=1)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
) -> StatementPage:
    """Statements of reasons in one's channels, newest first."""
    who = must_be_known(request)
    found: list[StatementView] = []
    with engine_of(request).read() as tables:
        while len(found) < limit:
            rows = tables.statements.page(before=before, limit=limit)
            for row in rows:
                told = row.statement
                hidden = is_beyond(tables, who, told) or is_closed(tables, who, told)
                if not hidden and len(found) < limit:
                    found.append(StatementView(told, statement_text(told)))
            if len(rows) < limit:
                break
            before = rows[-1].statement.number
    return StatementPage(found)


@get(
    "/statements/{statement:str}", guards=[needs("read")], sync_to_thread=True, tags=["statements"]
)
def show_statement(request: AnyRequest, statement: FromPath[str]) -> StatementView:
    """One statement of reasons."""
    with engine_of(request).read() as tables:
        found = find_statement(tables, request, statement)
    return StatementView(found, statement_text(found))


@post(
    "/statements/{statement:str}/code",
    guards=[needs_person("moderate")],
    status_code=200,
    sync_to_thread=True,
    tags=["statements"],
)
def code_of(request: AnyRequest, statement: FromPath[str]) -> CodeView:
    """The code with which the account reads its statement, where no connector passes it on."""
    with engine_of(request).read() as tables:
        found = find_statement(tables, request, statement)
    return CodeView(statement_code(found.number, keys_of(request)))


@post(
    "/statements/read",
    opt={NO_SESSION: True},
    status_code=200,
    sync_to_thread=True,
    tags=["statements"],
)
def read_statement(request: AnyRequest, data: JSONBody[CodeRequest]) -> Told:
    """What was decided about an account, for whoever has the code."""
    return read_told(request, data.code)


route_handlers: list[Any] = [list_statements, show_statement, code_of, read_statement]


def read_told(request: AnyRequest, code: str) -> Told:
    """InputError when this is no code, NotFoundError when it opens nothing here."""
    with engine_of(request).read() as tables:
        told = read_code(tables, code, keys_of(request)).statement
        look = tables.looks.of_statement(told.id)
        why_not = why_not_contested(tables, told, now_ms())
        if why_not is None and case_of(tables, told) is None:
            why_not = "this restriction belongs to no case"
        waits = tables.misuse.waiting_appeal_of(statement=told.id)
        messages = told_to(tables, account_source(keys_of(request), told))
        if waits is not None:
            messages.append(waiting_message_of(tables, waits))
        terms = tables.terms.at(ms_of(told.made_at))
    messages += [] if look is None else [appeal_message(look.received_at)]
    if look is not None and look.answer:
        messages.append(look.answer)
    can, made_at = why_not is None, told.made_at
    return Told(statement_text(told), made_at, can, why_not, messages, in_force(terms))


def keys_of(request: AnyRequest) -> ReportKeys:
    keys: ReportKeys = request.app.state.report_keys
    return keys


def find_statement(tables: Tables, request: AnyRequest, id: str) -> Statement:
    row = tables.statements.get(id)
    if row is None:
        raise NotFoundError("there is no such thing in a channel you have rights on")
    who = must_be_known(request)
    if is_beyond(tables, who, row.statement) or is_closed(tables, who, row.statement):
        raise NotFoundError("there is no such thing in a channel you have rights on")
    return row.statement


def is_beyond(tables: Tables, who: Caller, told: Statement) -> bool:
    """Whether a statement lies outside of the caller's bounds: it tells what stands in its case, so
    that who is kept from the one is kept from the other."""
    if not who.sees(told.channel, told.platform):
        return True
    if who.harms is not None and told.harm not in who.harms:
        return True
    case = case_of(tables, told)
    return case is not None and is_kept_from(tables, case.id, who.id)


def is_closed(tables: Tables, who: Caller, told: Statement) -> bool:
    """Whether it is of child safety and the caller none of those who decide: its words are closed
    to whom its case is closed to."""
    if Right.DECIDE in who.rights:
        return False
    case = case_of(tables, told)
    return told.harm == CHILD_SAFETY or (case is not None and is_child_safety(tables, case.id))
