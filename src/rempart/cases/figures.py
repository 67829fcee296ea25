"""Figures that do not hide silence: how long it takes, counting what is still open. Pure.

Rules kept here:

1. What still waits is in every figure: a curve of survival (Kaplan and Meier 1958), right-censored
   at now. There is no mean over what was decided: it forgets those nobody looked at.
2. A time that is not reached says so; it is never filled in.
3. A share comes with its interval (Wilson 1927, 95 %): of two cases it says almost nothing, and
   looks like it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import msgspec

from rempart.store.interface.figures import Judged, Waited

Z = 1.959963984540054
DAY, WEEK = 1_440, 10_080


class Share(msgspec.Struct, frozen=True):
    """`part` of `whole`, its ratio (None of nothing), and the 95 % interval of it."""

    part: int
    whole: int
    share: float | None
    low: float
    high: float


class Point(msgspec.Struct, frozen=True):
    """After so many minutes this share still waits."""

    minutes: int
    waiting: float


class Survival(msgspec.Struct, frozen=True):
    """How long a group waits. `half` and `most`: minutes after which a half, nine tenths no longer
    wait; None: not reached yet. `after_day`, `after_week`: the share that still waits then; None:
    nothing was watched for so long. `late`: a deadline had passed."""

    group: str
    total: int
    open: int
    half: int | None
    most: int | None
    after_day: float | None
    after_week: float | None
    late: Share
    watched: int = 0
    """Minutes of the longest wait: beyond, nothing is known."""
    curve: list[Point] = []


class Precision(msgspec.Struct, frozen=True):
    """`right`: of what was judged, what was upheld. `overturned`: of what was upheld (of a
    reviewer: of what was decided), what was taken back afterwards."""

    group: str
    right: Share
    overturned: Share


def wilson(part: int, whole: int) -> Share:
    """The share and its 95 % interval; of nothing, everything is possible."""
    if whole <= 0:
        return Share(part, whole, None, 0.0, 1.0)
    p = part / whole
    square = Z * Z
    centre = (p + square / (2 * whole)) / (1 + square / whole)
    spread = Z / (1 + square / whole) * math.sqrt(p * (1 - p) / whole + square / (4 * whole**2))
    low = centre - spread if part else 0.0
    high = centre + spread if part < whole else 1.0
    return Share(part, whole, p, low, high)


def survival(group: str, waited: Iterable[Waited]) -> Survival:
    """The curve of one group."""
    done: dict[int, int] = {}
    gone: dict[int, int] = {}
    total = still = late = 0
    for row in waited:
        total += row.number
        late += row.number if row.late else 0
        still += 0 if row.done else row.number
        times = done if row.done else gone
        times[row.minutes] = times.get(row.minutes, 0) + row.number
    curve = [Point(0, 1.0)]
    at_risk, share = total, 1.0
    for minutes in sorted(done.keys() | gone.keys()):
        ended = done.get(minutes, 0)
        if ended:
            share *= 1 - ended / at_risk
            curve.append(Point(minutes, round(share, 6)))
        at_risk -= ended + gone.get(minutes, 0)
    longest = max(done.keys() | gone.keys(), default=0)
    return Survival(
        group,
        total,
        still,
        _reached(curve, 0.5),
        _reached(curve, 0.1),
        _at(curve, DAY, longest, still),
        _at(curve, WEEK, longest, still),
        wilson(late, total),
        longest,
        curve,
    )


def survivals(
    waited: Sequence[Waited], by: Callable[[Waited], str], *, most: int = 30
) -> list[Survival]:
    """One for each group, the largest first, without their curves."""
    groups: dict[str, list[Waited]] = {}
    for row in waited:
        groups.setdefault(by(row), []).append(row)
    found = [
        msgspec.structs.replace(survival(group, rows), curve=[]) for group, rows in groups.items()
    ]
    return sorted(found, key=lambda one: (-one.total, one.group))[:most]


def precision(judged: Judged, *, of_all: bool = False) -> Precision:
    """`of_all`: what was taken back is a share of all decisions, not only of the upheld."""
    whole = judged.total if of_all else judged.upheld
    return Precision(
        judged.group,
        wilson(judged.upheld, judged.total),
        wilson(judged.overturned, whole),
    )


def _reached(curve: Sequence[Point], share: float) -> int | None:
    return next((point.minutes for point in curve if point.waiting <= share + 1e-9), None)


def _at(curve: Sequence[Point], minutes: int, longest: int, still: int) -> float | None:
    """The share that waits then; past the longest watched wait only when nothing waits any more."""
    if longest < minutes and still:
        return None
    return next((point.waiting for point in reversed(curve) if point.minutes <= minutes), None)
