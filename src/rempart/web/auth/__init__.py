"""Who asks, and what they may: people, sessions, bearer tokens, the gate and its guards."""

from rempart.cases.rights import Right
from rempart.web.auth.caller import Caller, Scope, may
from rempart.web.auth.gate import Gate
from rempart.web.auth.guards import (
    NO_SESSION,
    caller,
    csrf_token,
    must_be_known,
    must_have_right,
    must_see,
    needs,
    needs_person,
    needs_right,
    signed_in,
)

__all__ = [
    "NO_SESSION",
    "Caller",
    "Gate",
    "Right",
    "Scope",
    "caller",
    "csrf_token",
    "may",
    "must_be_known",
    "must_have_right",
    "must_see",
    "needs",
    "needs_person",
    "needs_right",
    "signed_in",
]
