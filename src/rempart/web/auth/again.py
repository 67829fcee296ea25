"""Proving again who one is, before a session changes what opens the account.

Who finds a session open, or steals one, must not be able to add a factor of their own: it would
outlive the session. Guessing is slowed down by person. Who has no password (an identity provider
signs her in) is not asked.
"""

from __future__ import annotations

import time

from rempart.cases.people import person_of
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth.caller import Caller, Step
from rempart.web.auth.secret import MAX_PASSWORD, verify_password_aside
from rempart.web.auth.slow_down import SlowDown
from rempart.web.failures import BusyError


async def may_add_factor(request: AnyRequest, who: Caller, password: str) -> bool:
    """Who has just typed it, and has yet to add the factor that her role demands, is not asked
    again."""
    return who.step is Step.ENROL or await knows_password(request, who, password)


async def knows_password(request: AnyRequest, who: Caller, password: str) -> bool:
    """BusyError after too many wrong ones."""
    with engine_of(request).read() as tables:
        encoded = person_of(tables, who.id).password_hash
    if not encoded:
        return True
    slow: SlowDown = request.app.state.slow_down
    keys = (f"password {who.id}",)
    wait = slow.wait(keys, time.monotonic())
    if wait > 0:
        raise BusyError("too many attempts", retry_after=wait)
    slow.failed(keys, time.monotonic())
    right = await verify_password_aside(password[:MAX_PASSWORD], encoded)
    if right:
        slow.succeeded(keys)
    else:
        slow.answered(keys, time.monotonic())
    return right
