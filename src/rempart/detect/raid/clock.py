"""The clock of a target: event time that never runs back.

A message from the past counts as now. One from the future counts as now too, until it is confirmed:
by the next message when somebody else wrote it, or by two more of the same author; whatever comes
in between at the usual time says that somebody's clock is wrong. How far ahead that is depends on
the channel's rhythm: after a night, or where little is said, a gap is nothing strange.

When three in a row are far behind, the time was wrong before: from there on the difference is added
to every time (`skew`), so that windows go on working while the clock still never runs back. What is
shown to people is event time again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zlib import crc32

from rempart.detect.raid.state import DAY_MS, MINUTE_MS, Ahead, TargetData
from rempart.model.moments import at_time

_FAR_MS: Final = 10 * MINUTE_MS
_MISSED: Final = 30
"""A gap in which the channel would have said so many messages is far, but never a shorter one."""
_IN_A_ROW: Final = 3


def advance(data: TargetData, at: int, who: str) -> int:
    """The target's clock after something that `who` did at `at`."""
    now = at + data.skew
    clock = data.clock
    if now >= clock:
        data.late = 0
        if now - clock > _FAR_MS and clock >= 0 and not _is_confirmed(data, now, who):
            return clock
        data.ahead = None
        data.clock = now
        return now
    if clock - now > _FAR_MS:
        data.late += 1
        if data.late >= _IN_A_ROW:
            data.skew += clock - now
            data.late = 0
            data.ahead = None
    else:
        data.late = 0
        data.ahead = None
    return clock


def _is_confirmed(data: TargetData, now: int, who: str) -> bool:
    """Is it so late indeed? Nothing speaks against it where little is said anyway."""
    minutes = data.baseline.messages + data.baseline.now_messages / (data.baseline.minutes + 1)
    far = max(_FAR_MS, int(_MISSED * MINUTE_MS / max(minutes, 1e-4)))
    if now - data.clock <= min(far, 30 * DAY_MS):
        return True
    digest = crc32(who.encode("utf-8", "surrogatepass"))
    ahead = data.ahead
    if ahead is None or abs(now - ahead.at) > far:
        data.ahead = Ahead(now, digest, 1)
        return False
    ahead.count += 1
    return ahead.by != digest or ahead.count >= _IN_A_ROW


def shown(data: TargetData, clock: int) -> datetime:
    """A time of the target's clock as event time."""
    return at_time(clock - data.skew)
