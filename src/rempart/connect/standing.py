"""Which other measures stand: a restriction may be ended only when nobody wants it any more.

A measure that runs long is taken over by a new one before it ends (see `protect.plan`), and a hold
may stand beside a suspension. Taking one of them back must not lift what the others want.
"""

from __future__ import annotations

from typing import Protocol

from rempart.model import Measure


class Standing(Protocol):
    async def __call__(self, measure: Measure) -> list[Measure]:
        """Other measures in force on the same platform and channel; for a measure on an account
        those on that account only."""


async def nothing_stands(measure: Measure) -> list[Measure]:
    """For connectors that are used without a store."""
    del measure
    return []
