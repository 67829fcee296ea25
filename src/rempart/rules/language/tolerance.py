"""How many mistakes a rule may make before it stops biting by itself.

`budget = "5 % of 7 days"`: when people have undone more than 5 % of the measures that the rule took
within 7 days, and at least ten of them, the rule falls back to *shadow*. `, at least 20` sets that
number. `budget = "none"`: it never does.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

DEFAULT_BUDGET: Final = "20 % of 7 days, at least 10"
LEAST: Final = 10
_UNITS: Final = {"hour": 3_600, "day": 86_400}
_FORM: Final = re.compile(
    r"(?P<share>\d{1,2}(?:\.\d)?)\s*%\s+of\s+(?P<amount>\d{1,3})\s*(?P<unit>hour|day)s?"
    r"(?:\s*,\s*at\s+least\s+(?P<least>\d{1,6}))?"
)
LONGEST_DAYS: Final = 90


class Tolerance(NamedTuple):
    """`share` of the measures within `seconds` that people may have undone; fewer than `least`
    undone ones never count as too many."""

    share: float
    seconds: int
    least: int

    def passed(self, taken: int, undone: int) -> bool:
        """Whether this many undone measures are more than the rule may have."""
        return undone >= self.least and undone > self.share * taken


def read_tolerance(text: str) -> Tolerance | None:
    """None: it is not written like one."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    seconds = int(found["amount"]) * _UNITS[found["unit"]]
    least = int(found["least"]) if found["least"] else LEAST
    if not 3_600 <= seconds <= LONGEST_DAYS * 86_400 or least < 1:
        return None
    return Tolerance(float(found["share"]) / 100, seconds, least)
