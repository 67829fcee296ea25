"""Reports, cases and decisions: three objects, not one.

A *report* is what one person says is wrong. A *case* is the thing judged: a message, an account or
a raid; one open case per thing. A *decision* is facts, ground, measures and answers.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class CaseKind(StrEnum):
    """`appeal` and `second_look` are about the decision of another case: somebody else judges it
    again (see `model.second_look`)."""

    RAID = "raid"
    MESSAGE = "message"
    ACCOUNT = "account"
    APPEAL = "appeal"
    SECOND_LOOK = "second_look"


SECOND_KINDS = frozenset({CaseKind.APPEAL, CaseKind.SECOND_LOOK})


class CaseState(StrEnum):
    """`merged`: its message turned out to belong to a raid, whose case goes on."""

    OPEN = "open"
    DECIDED = "decided"
    MERGED = "merged"


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    kind: CaseKind
    subject: str
    platform: str
    channel: str
    target: str
    state: CaseState
    opened_at: datetime
    updated_at: datetime
    priority: int = 0
    why: dict[str, str] = {}
    raid: str | None = None
    merged_into: str | None = None
    messages: int = 0
    reports: int = 0


class Ground(StrEnum):
    """Why: the law, the community's terms, or nothing to hold against it."""

    LAW = "law"
    TERMS = "terms"
    NONE = "none"


class DecisionOutcome(StrEnum):
    """`uphold` keeps the measures; `lift` undoes them: this was fine. `no_violation` finds nothing
    against law or terms and undoes what is on, without saying that it was welcome. `act` takes more
    measures; `partial` undoes some, keeps the others, and may take more."""

    UPHOLD = "uphold"
    LIFT = "lift"
    NO_VIOLATION = "no_violation"
    ACT = "act"
    PARTIAL = "partial"


NO_ACTION = frozenset({DecisionOutcome.LIFT, DecisionOutcome.NO_VIOLATION})
"""Outcomes after which nothing is restricted."""


class Again(StrEnum):
    """Why a decision replaces an earlier one of the same case."""

    APPEAL = "appeal"
    SECOND_LOOK = "second_look"


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """`measures` are in force after it, `taken` of these are new, `undone` it took back. `harm`:
    what was judged, from the one taxonomy; `provision`: the article or the term. `replaces`: the
    earlier decision that somebody else looked at again, `because` of an appeal or a second look;
    `confirmed_by`: the second pair of eyes of a grave decision."""

    id: str
    case: str
    outcome: DecisionOutcome
    ground: Ground
    reason: str
    decided_by: str
    decided_at: datetime
    measures: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    harm: str | None = None
    provision: str | None = None
    replaces: str | None = None
    because: Again | None = None
    confirmed_by: str | None = None


class ReportContact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Kept apart from the report and sealed: never in a list, an export or a log by default."""

    name: str | None = None
    email: str | None = None


class ReportRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report as it comes in, without account (CONTRACT `POST /reports`). `minor`: the person
    concerned is under 18; `wish`: what the reporter hopes for. Both are the reporter's words."""

    category: str
    explanation: str
    links: tuple[str, ...] = ()
    text: str | None = None
    message_ids: tuple[str, ...] = ()
    contact: ReportContact | None = None
    good_faith: bool = False
    language: str | None = None
    minor: bool = False
    wish: str | None = None


class ReportState(StrEnum):
    """`withdrawn`: taken back by its reporter, which is its outcome."""

    RECEIVED = "received"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    case: str | None
    category: str
    explanation: str
    links: tuple[str, ...]
    message_ids: tuple[str, ...]
    text: str | None
    received_at: datetime
    state: ReportState
    answer: dict[str, str] = {}
    answered_at: datetime | None = None
    trusted: bool = False
    """Sent by a trusted flagger."""
    minor: bool = False
    wish: str | None = None
