"""The types of the rule language, and what the checker knows of an expression.

Three-valued: an expression that *may be unknown* (a field that the platform did not tell) is
`maybe`; its value is then `None`. Comparisons and arithmetic with an unknown value are unknown;
`and`, `or`, `not` follow Kleene's strong logic (unknown and false is false).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Type(StrEnum):
    BOOL = "yes or no"
    NUMBER = "number"
    TEXT = "text"
    TEXTS = "list of texts"
    DURATION = "duration"
    THING = "account, channel or target"


class Typed(NamedTuple):
    """A checked expression. `code` is the Python that computes it; `constant` its value when the
    rule file says it."""

    code: str
    type: Type
    maybe: bool = False
    constant: str | float | bool | tuple[str, ...] | None = None
