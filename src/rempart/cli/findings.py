"""What one check of `rempart doctor` says."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    OK = "ok"
    MIND = "mind"
    WRONG = "wrong"


class Finding(NamedTuple):
    """`mend` is what to do; empty when there is nothing to do."""

    check: str
    state: State
    found: str
    mend: str = ""
