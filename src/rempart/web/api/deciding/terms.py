"""A published version of the terms, as answers and pages point at it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from rempart.store.interface.terms import TermsRow
from rempart.web.api.request import moment

TERMS = "/terms"


class TermsInForce(msgspec.Struct, frozen=True):
    """`summary`: what it changed, by language; `address`: of its page."""

    version: int
    from_at: datetime
    summary: dict[str, str]
    address: str


def in_force(row: TermsRow | None) -> TermsInForce | None:
    if row is None:
        return None
    return TermsInForce(row.version, moment(row.from_ms), row.summary, f"{TERMS}/{row.version}")
