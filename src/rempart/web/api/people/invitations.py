"""Invitations over HTTP: made, listed and revoked by who may change people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.invitations import invite, reset_access, revoke_invitation
from rempart.store.interface import Tables
from rempart.store.interface.invitations import InvitationRow
from rempart.web.api.people.people import PEOPLE, Words, keeper
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of
from rempart.web.auth.secret import digest_of, new_id, new_secret
from rempart.web.settings import WebSettings

PATH = "/invitation"


class InvitationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`email`: may be used instead of the link by who proves this address when signing in through
    an identity provider."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    roles: Words
    channels: Words | None = None
    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None


class InvitationView(msgspec.Struct, frozen=True):
    """`person` set: her access was reset, and she has not come back yet."""

    id: str
    name: str
    roles: list[str]
    channels: list[str] | None
    email: str | None
    person: str | None
    made_by: str
    created_at: datetime
    expires_at: datetime


class InvitationMade(msgspec.Struct, frozen=True):
    """`link` is told this once and never again. What stands after `#` reaches no server's log."""

    link: str
    view: InvitationView


class InvitationList(msgspec.Struct, frozen=True):
    invitations: list[InvitationView]


@get("/invitations", guards=PEOPLE, sync_to_thread=True, tags=["people"])
def list_invitations(request: AnyRequest) -> InvitationList:
    """Those that may still be used."""
    with engine_of(request).read() as tables:
        return InvitationList(invitation_views(tables, now_ms()))


@post("/invitations", guards=PEOPLE, tags=["people"])
async def make_invitation(request: AnyRequest, data: JSONBody[InvitationRequest]) -> InvitationMade:
    """Invites somebody; the link works once, within three days."""
    who, at_ms, secret, id = keeper(request), now_ms(), new_secret(), new_id("i")

    def change(tables: Tables) -> InvitationRow:
        return invite(
            tables,
            id,
            digest_of(secret),
            data.name,
            data.roles,
            who.id,
            at_ms,
            channels=data.channels,
            email=data.email,
        )

    row = await write(request, change)
    return InvitationMade(_link(request, secret), _view(row))


@delete("/invitations/{invitation:str}", guards=PEOPLE, status_code=200, tags=["people"])
async def revoke(request: AnyRequest, invitation: FromPath[str]) -> InvitationList:
    """The link no longer works."""
    who, at_ms = keeper(request), now_ms()

    def change(tables: Tables) -> list[InvitationView]:
        revoke_invitation(tables, invitation, who.id, at_ms)
        return invitation_views(tables, at_ms)

    return InvitationList(await write(request, change))


@post("/people/{person:str}/reset", guards=PEOPLE, tags=["people"])
async def reset(request: AnyRequest, person: FromPath[str]) -> InvitationMade:
    """Ends every session and takes password and second factors away; the link, good for a day,
    lets the person choose anew."""
    who, at_ms, secret, id = keeper(request), now_ms(), new_secret(), new_id("i")

    def change(tables: Tables) -> InvitationRow:
        return reset_access(tables, id, digest_of(secret), person, who.id, at_ms)

    row = await write(request, change)
    gate_of(request).forget()
    return InvitationMade(_link(request, secret), _view(row))


route_handlers: list[Any] = [list_invitations, make_invitation, revoke, reset]


def invitation_views(tables: Tables, now: int) -> list[InvitationView]:
    return [_view(row) for row in tables.invitations.pending(now)]


def _link(request: AnyRequest, secret: str) -> str:
    settings: WebSettings = request.app.state.settings
    base = settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{PATH}#{secret}"


def _view(row: InvitationRow) -> InvitationView:
    return InvitationView(
        row.id,
        row.name,
        list(row.roles),
        None if row.channels is None else list(row.channels),
        row.email,
        row.person,
        row.made_by,
        moment(row.created_ms),
        moment(row.expires_ms),
    )
