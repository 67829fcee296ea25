"""Tokens and sessions: who may ask, made and taken back by those who may.

A token's secret is shown once, when it is made. A token never makes or revokes tokens: only a
signed-in person with the scope `admin` does, so that a leaked token cannot outlive its revocation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.people import note_person
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.access import TokenRow
from rempart.web.api.people.people import keeper
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Caller, Scope, must_be_known, needs_person, signed_in
from rempart.web.auth.device import device_of
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of
from rempart.web.auth.secret import digest_of, new_id, new_token

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Channel = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]


class TokenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`channels` null: all of them; else names, or `platform/channel`."""

    name: Name
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=4)]
    channels: Annotated[list[Channel], msgspec.Meta(min_length=1, max_length=1000)] | None = None


class TokenView(msgspec.Struct, frozen=True):
    id: str
    name: str
    scopes: list[str]
    channels: list[str] | None
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


class TokenMade(msgspec.Struct, frozen=True):
    """`token` is told this once and never again."""

    token: str
    view: TokenView


class TokenList(msgspec.Struct, frozen=True):
    tokens: list[TokenView]


class SessionView(msgspec.Struct, frozen=True):
    """`device`: browser and system, as far as the browser tells; `agent` its own words."""

    id: str
    device: str
    agent: str
    created_at: datetime
    last_seen_at: datetime
    this: bool


class SessionList(msgspec.Struct, frozen=True):
    sessions: list[SessionView]


class Ended(msgspec.Struct, frozen=True):
    ended: int


@get("/tokens", guards=[needs_person("admin")], sync_to_thread=True, tags=["access"])
def list_tokens(request: AnyRequest) -> TokenList:
    """All tokens, without their secrets."""
    with engine_of(request).read() as tables:
        return TokenList([_view(row) for row in tables.access.tokens()])


@post("/tokens", guards=[needs_person("admin")], tags=["access"])
async def make_token(request: AnyRequest, data: JSONBody[TokenRequest]) -> TokenMade:
    """A new bearer token. By who has rights over everything: a token's bounds are its own."""
    who = keeper(request)
    secret = new_token()
    row = TokenRow(
        new_id("t"),
        digest_of(secret),
        data.name,
        tuple(scope.value for scope in data.scopes),
        None if data.channels is None else tuple(data.channels),
        now_ms(),
        who.id,
        None,
    )
    await write(request, lambda tables: tables.access.put_token(row))
    return TokenMade(secret, _view(row))


@delete("/tokens/{token:str}", guards=[needs_person("admin")], status_code=200, tags=["access"])
async def revoke_token(request: AnyRequest, token: FromPath[str]) -> Ended:
    """Revokes a token at once."""
    now = now_ms()
    if not await write(request, lambda tables: tables.access.revoke_token(token, now)):
        raise NotFoundError("there is no such token, or it is revoked already")
    gate_of(request).forget()
    return Ended(1)


@get("/sessions", guards=[signed_in], sync_to_thread=True, tags=["access"])
def list_sessions(request: AnyRequest) -> SessionList:
    """One's own sessions."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        return SessionList(session_views(tables, who))


@delete("/sessions", guards=[signed_in], status_code=200, tags=["access"])
async def end_other_sessions(request: AnyRequest) -> Ended:
    """Ends all of one's sessions but this one."""
    who = must_be_known(request)
    at_ms = now_ms()

    def change(tables: Tables) -> int:
        ended = tables.access.end_sessions(who.id, who.session)
        note_person(tables, who.id, "sessions ended", who.id, at_ms, ended=ended)
        return ended

    ended = await write(request, change)
    gate_of(request).forget()
    return Ended(ended)


@delete("/sessions/{session:str}", guards=[signed_in], status_code=200, tags=["access"])
async def end_session(request: AnyRequest, session: FromPath[str]) -> Ended:
    """Ends one of one's own sessions."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        own = any(row.id == session for row in tables.access.sessions(who.id))
    if not own:
        raise NotFoundError("there is no such session of yours")
    at_ms = now_ms()

    def change(tables: Tables) -> None:
        tables.access.end_session(session)
        note_person(tables, who.id, "sessions ended", who.id, at_ms, ended=1)

    await write(request, change)
    gate_of(request).forget()
    return Ended(1)


route_handlers: list[Any] = [
    list_tokens,
    make_token,
    revoke_token,
    list_sessions,
    end_other_sessions,
    end_session,
]


def session_views(tables: Tables, who: Caller) -> list[SessionView]:
    return [
        SessionView(
            row.id,
            device_of(row.agent),
            row.agent,
            moment(row.created_ms),
            moment(row.last_ms),
            row.id == who.session,
        )
        for row in tables.access.sessions(who.id)
    ]


def _view(row: TokenRow) -> TokenView:
    return TokenView(
        row.id,
        row.name,
        list(row.scopes),
        None if row.channels is None else list(row.channels),
        moment(row.created_ms),
        row.created_by,
        None if row.revoked_ms is None else moment(row.revoked_ms),
    )
