"""Screens of who works on what: parts of the queue and case pages, as plain data."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Turn(msgspec.Struct, frozen=True):
    """Why a case stands where it does. `rank`: 0 life and children, 1 urgent, 2 the others;
    `due_at`: when the next act of a person is due; `holder`, `assignee`: names."""

    why: dict[str, str]
    rank: int
    harm: str
    due_at: datetime | None
    late: bool
    lapses: int
    looked: bool
    minor: bool
    holder: str | None = None
    assignee: str | None = None


class QueueName(msgspec.Struct, frozen=True):
    id: str
    name: dict[str, str]


class DeskPart(msgspec.Struct, frozen=True):
    """What the case page shows of who works on it. `may`: the caller may decide here."""

    turn: Turn
    mine: bool
    others: list[str]
    may: bool
    triaged: bool
    told: int
