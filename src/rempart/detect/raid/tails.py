"""How surprising a count is, as a power of ten: 6 means one in a million, if nothing is going on.

Chernoff bounds: they are upper bounds of the true tail, need no table, and are exact enough where
it matters. All results are rounded so that the last bits of a logarithm never decide anything.
"""

from __future__ import annotations

from math import log
from typing import Final

_LN10: Final = log(10.0)


def poisson_tail(count: float, expected: float) -> float:
    """-log10 of (a bound of) the chance to see `count` or more when `expected` are expected."""
    if count <= expected:
        return 0.0
    expected = max(expected, 1e-6)
    return round((count * log(count / expected) - count + expected) / _LN10, 3)


def binomial_tail(count: int, of: int, share: float) -> float:
    """-log10 of (a bound of) the chance that `count` or more of `of` show what `share` show."""
    if of <= 0 or count <= of * share:
        return 0.0
    share = min(max(share, 1e-6), 1 - 1e-6)
    seen = count / of
    divergence = seen * log(seen / share)
    if seen < 1.0:
        divergence += (1 - seen) * log((1 - seen) / (1 - share))
    return round(of * divergence / _LN10, 3)
