"""A second look: a decision, or a measure a machine took, judged again by another person.

An *appeal* is asked for by who reported or by the account concerned; a second look that nobody
asked for is a sample of what was left without action. Each is a case of its own in the queue.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Appellant(StrEnum):
    """Who asked. `sample`: nobody; the share of decisions that is always looked at again."""

    REPORTER = "reporter"
    ACCOUNT = "account"
    SAMPLE = "sample"


class LookState(StrEnum):
    """`granted`: the earlier decision was replaced; `rejected`: it stands."""

    OPEN = "open"
    GRANTED = "granted"
    REJECTED = "rejected"


class SecondLook(msgspec.Struct, frozen=True, omit_defaults=True):
    """`case` is its own case in the queue, `of` the case whose `decision` is looked at (None: a
    machine's measure that nobody has decided on yet). `answer` by language, for who asked;
    `unfounded`: whoever rejected it called it manifestly unfounded."""

    id: str
    case: str
    of: str
    appellant: Appellant
    received_at: datetime
    due_at: datetime
    state: LookState
    decision: str | None = None
    report: str | None = None
    statement: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    answer: dict[str, str] = {}
    unfounded: bool = False
