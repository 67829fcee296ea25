"""The clock of a target: event time that never runs back.

A message from the past counts as now. A single message from the future moves the clock ahead; when
three in a row are then far behind, the jump was a mistake of somebody's clock: from there on the
difference is added to every time (`skew`), so that windows go on working while the clock still
never runs back. What is shown to people is event time again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from rempart.detect.raid.state import MINUTE_MS, TargetData

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_BEHIND_MS: Final = 10 * MINUTE_MS
_IN_A_ROW: Final = 3


def event_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000 + 0.5)


def advance(data: TargetData, at: int) -> int:
    """The target's clock after something that happened at `at`."""
    now = at + data.skew
    if now >= data.clock:
        data.late = 0
        data.clock = now
        return now
    if data.clock - now > _FAR_BEHIND_MS:
        data.late += 1
        if data.late >= _IN_A_ROW:
            data.skew += data.clock - now
            data.late = 0
    else:
        data.late = 0
    return data.clock


def shown(data: TargetData, clock: int) -> datetime:
    """A time of the target's clock as event time."""
    return _EPOCH + timedelta(milliseconds=clock - data.skew)


def shown_ms(at: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)
