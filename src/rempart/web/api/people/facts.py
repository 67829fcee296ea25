"""Invitations for targets to the page of what they protect; what they protect is theirs alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import post
from litestar.params import FromPath, FromQuery

from rempart.engine.protected_facts import INVITATION_MS
from rempart.errors import ConflictError, InputError, NotFoundError
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
async def invite_target(
    request: AnyRequest, target: FromPath[str], platform: FromQuery[str] = ""
) -> InvitationMade:
    """A one-time invitation for a target whose identity you have verified. With `platform` for her
    there alone; a name that is known on several platforms needs it, since on another one it may be
    somebody else's."""
    if platform:
        target = f"{platform}/{target}"
    if not target.strip() or len(target) > MAX_TARGET or not target.isprintable():
        raise InputError("the target is a name, or platform/name", where="target")
    who, now = must_be_known(request), now_ms()
    place, _, channel = target.rpartition("/")
    if not who.sees(channel, place or None):
        raise NotFoundError("there is no such target in your channels", where="target")
    if not place:
        with engine_of(request).read() as tables:
            known = {row.platform for row in tables.stream.channels() if row.channel == target}
        if len(known) > 1:
            raise ConflictError(
                "this name is on several platforms, and may be another person on each",
                where="target",
                next_step="say which: ?platform=" + " or ?platform=".join(sorted(known)),
            )
    code = engine_of(request).facts.invite(target, who.id, now)
    return InvitationMade(f"/mine#{code}", target, moment(now + INVITATION_MS))


route_handlers: list[Any] = [invite_target]
