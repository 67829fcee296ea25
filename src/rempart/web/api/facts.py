"""Invitations for targets to the page of what they protect; what they protect is theirs alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import post
from litestar.params import FromPath

from rempart.engine.protected_facts import INVITATION_MS
from rempart.errors import InputError, NotFoundError
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth import must_be_known, needs_person
from rempart.web.auth.gate import now_ms

MAX_TARGET = 600


class InvitationMade(msgspec.Struct, frozen=True):
    """`path` is told this once: it goes to the target, behind the address of this service. What
    stands after `#` reaches no server by itself."""

    path: str
    target: str
    expires_at: datetime


@post("/targets/{target:str}/invitation", guards=[needs_person("admin")], tags=["protection"])
async def invite_target(request: AnyRequest, target: FromPath[str]) -> InvitationMade:
    """A one-time invitation for a target whose identity you have verified."""
    if not target.strip() or len(target) > MAX_TARGET or not target.isprintable():
        raise InputError("the target is a name, or platform/name", where="target")
    who, now = must_be_known(request), now_ms()
    platform, _, channel = target.rpartition("/")
    if not who.sees(channel, platform or None):
        raise NotFoundError("there is no such target in your channels", where="target")
    code = engine_of(request).facts.invite(target, who.id, now)
    return InvitationMade(f"/mine#{code}", target, moment(now + INVITATION_MS))


route_handlers: list[Any] = [invite_target]
