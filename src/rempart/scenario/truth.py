"""What really happened, as only the generator knows it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import msgspec

from rempart.model import Item


class Attack(msgspec.Struct, frozen=True):
    """`begin` and `end` are the times of its first and last message."""

    kind: str
    accounts: tuple[str, ...]
    messages: tuple[str, ...]
    begin: datetime
    end: datetime
    mutation: int


class Contrast(msgspec.Struct, frozen=True):
    """Harmless coordination: nothing may be held because of it."""

    kind: str
    begin: datetime
    end: datetime
    accounts: tuple[str, ...]
    messages: int


class Truth(msgspec.Struct, frozen=True):
    scenario: str
    seed: int
    platform: str
    channel: str
    target: str
    messages: int
    attack: Attack
    contrasts: tuple[Contrast, ...]


class Generated(NamedTuple):
    """The stream in order of time, and the truth about it."""

    items: list[Item]
    truth: Truth
