"""What a scenario is made from: the shape of `scenario.toml`."""

from __future__ import annotations

from datetime import datetime

import msgspec

Range = tuple[float, float]
"""From and to, both included; the seed draws between."""


class ChannelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    platform: str
    name: str
    streamer: str
    game: str
    boss: str
    seconds: int
    messages_per_minute: float
    regulars: int
    viewers: int


class ContrastSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Harmless coordination, in seconds from the beginning; None leaves it out."""

    hype: tuple[int, ...] = ()
    copypasta: int | None = None
    friendly_raid: int | None = None
    vote: int | None = None
    link: int | None = None


class AttackSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`mutation`: 0 verbatim; 1 homoglyphs, zero-width, case; 2 insertions, spacing, leet; 3 words
    shuffled, random words added. `families`: of account names. `links`: share of messages."""

    at: int
    seconds: Range
    accounts: tuple[int, int]
    messages_per_minute: Range
    mutation: tuple[int, int]
    age_days: Range
    batches: tuple[int, int]
    families: tuple[int, int]
    texts: tuple[int, int]
    links: float


class ScenarioSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    generator: str
    seed: int
    begin: datetime
    channel: ChannelSettings
    contrasts: ContrastSettings
    attack: AttackSettings
