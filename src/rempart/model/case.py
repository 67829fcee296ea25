"""Reports, cases and decisions: three objects, not one.

A *report* is what one person says is wrong. A *case* is the thing judged: a message, an account or
a raid; one open case per thing. A *decision* is facts, ground, measures and answers.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class CaseKind(StrEnum):
    RAID = "raid"
    MESSAGE = "message"
    ACCOUNT = "account"


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
    """`uphold` keeps the measures; `lift` undoes them: this was fine."""

    UPHOLD = "uphold"
    LIFT = "lift"


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    case: str
    outcome: DecisionOutcome
    ground: Ground
    reason: str
    decided_by: str
    decided_at: datetime
    measures: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()


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
