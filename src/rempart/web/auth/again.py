"""Proving again who one is, before a session changes what opens the account.

Who finds a session open, or steals one, must not be able to add a factor of their own: it would
outlive the session. Guessing is slowed down by person. Who has no password signs in once more at
her identity provider (`prompt=login`, and the time of it is checked): that counts for five minutes,
in that session.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final

from rempart.cases.people import person_of
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth.caller import Caller, Step
from rempart.web.auth.secret import MAX_PASSWORD, verify_password_aside
from rempart.web.auth.slow_down import SlowDown
from rempart.web.failures import BusyError

COUNTS_FOR: Final = 300.0
MOST_SESSIONS: Final = 10_000


class Proven:
    """Which sessions proved again at a provider whose they are, and when (monotonic seconds)."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, float] = OrderedDict()

    def prove(self, session: str, now: float) -> None:
        self._at.pop(session, None)
        self._at[session] = now
        if len(self._at) > MOST_SESSIONS:
            self._at.popitem(last=False)

    def counts(self, session: str | None, now: float) -> bool:
        at = None if session is None else self._at.get(session)
        return at is not None and now - at < COUNTS_FOR


def proven_of(request: AnyRequest) -> Proven:
    found: Proven = request.app.state.proven
    return found


async def may_add_factor(request: AnyRequest, who: Caller, password: str) -> bool:
    """Who has just typed it, and has yet to add the factor that her role demands, is not asked
    again."""
    return who.step is Step.ENROL or await knows_password(request, who, password)


async def knows_password(request: AnyRequest, who: Caller, password: str) -> bool:
    """BusyError after too many wrong ones."""
    with engine_of(request).read() as tables:
        encoded = person_of(tables, who.id).password_hash
    if not encoded:
        return proven_of(request).counts(who.session, time.monotonic())
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
