"""How many measures of a kind one channel may get before a person is asked.

The ladder says it for every kind, in an hour and in a day; settings may say it otherwise.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import msgspec

from rempart.model import LADDER, MeasureKind, ScopeKind

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000

Count = Annotated[int, msgspec.Meta(ge=0)] | None


class Ceilings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number for each kind that has a limit; None: what the ladder says."""

    hold: Count = None
    hide: Count = None
    remove: Count = None
    mute: Count = None
    time_out: Count = None
    slow_mode: Count = None
    members_only: Count = None
    link_block: Count = None
    shield: Count = None
    lock_out: Count = None
    suspend: Count = None
    reply_stop: Count = None

    def of(self, kind: MeasureKind) -> int | None:
        found: int | None = getattr(self, kind.value, None)
        return found


class Limit(NamedTuple):
    """For one kind in one channel."""

    hour: int
    day: int


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[limits.hour]` and `[limits.day]` of the settings. `ask_above`: a step by hand that touches
    more accounts than this is asked about first."""

    hour: Ceilings = Ceilings()
    day: Ceilings = Ceilings()
    ask_above: Annotated[int, msgspec.Meta(ge=0)] = 100

    def of(self, kind: MeasureKind, scope: ScopeKind) -> Limit | None:
        """None: this kind is not limited on this scope."""
        rung = LADDER[kind]
        if not rung.counts(scope) or rung.hour is None or rung.day is None:
            return None
        hour, day = self.hour.of(kind), self.day.of(kind)
        return Limit(rung.hour if hour is None else hour, rung.day if day is None else day)
