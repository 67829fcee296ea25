"""How much several reports say together. Pure.

Rules kept here:

1. Reporters count once, and together logarithmically: a thousand say little more than a hundred.
2. Each counts less the younger the account (if known), the more of them say the same words, the
   more of them came in the same minute, and the more often the source was wrong.
3. The result orders cases whose time is equal. It hides nothing and convicts nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

_MINUTE_MS = 60_000
_OLD_DAYS = 30.0


class Voice(NamedTuple):
    """One report. `reporter` tells reporters apart, None: not known; `age_days` of the account;
    `family`: reports with the same words; `confirmed`, `refuted`: its earlier ones."""

    at_ms: int
    reporter: bytes | None
    confirmed: int = 0
    refuted: int = 0
    age_days: float | None = None
    family: int | None = None


def accuracy(confirmed: int, refuted: int) -> float:
    """How often a source is right, seen from little: 0.5 of somebody new."""
    return (confirmed + 1) / (confirmed + refuted + 2)


def has_fast_lane(confirmed: int, refuted: int) -> bool:
    """Whether the category this source chooses still buys the first place: once refuted twice, and
    more often wrong than right, it does not."""
    return refuted < 2 or accuracy(confirmed, refuted) >= 0.5


def independent(voices: Iterable[Voice]) -> float:
    """The logarithm (base 2) of one and how many independent reporters these are worth."""
    seen: set[bytes] = set()
    minutes: dict[int, int] = {}
    families: dict[int, int] = {}
    total = 0.0
    for voice in voices:
        if voice.reporter is not None:
            if voice.reporter in seen:
                continue
            seen.add(voice.reporter)
        minute = voice.at_ms // _MINUTE_MS
        minutes[minute] = minutes.get(minute, 0) + 1
        weight = 2 * accuracy(voice.confirmed, voice.refuted) / minutes[minute]
        if voice.family is not None:
            families[voice.family] = families.get(voice.family, 0) + 1
            weight /= families[voice.family]
        if voice.age_days is not None:
            weight *= 0.2 + 0.8 * min(1.0, max(0.0, voice.age_days) / _OLD_DAYS)
        total += weight
    return math.log2(1.0 + total)
