"""Who asks, and what they may: people, sessions, bearer tokens, the gate and its guards."""

from rempart.web.auth.caller import Caller, Scope
from rempart.web.auth.gate import Gate
from rempart.web.auth.guards import (
    NO_SESSION,
    caller,
    csrf_token,
    must_be_known,
    must_see,
    needs,
    needs_person,
    signed_in,
)

__all__ = [
    "NO_SESSION",
    "Caller",
    "Gate",
    "Scope",
    "caller",
    "csrf_token",
    "must_be_known",
    "must_see",
    "needs",
    "needs_person",
    "signed_in",
]
