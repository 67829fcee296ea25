"""What a scenario is made from: the shape of `scenario.toml`."""

from __future__ import annotations

from datetime import datetime

import msgspec

Range = tuple[float, float]
"""From and to, both included; the seed draws between."""


class ScenarioSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every scenario has; each generator adds its own."""

    generator: str
    seed: int
    begin: datetime
    variant: str = ""

    @property
    def id_prefix(self) -> str:
        """Of message ids: two runs that differ never share one."""
        return "-".join(part for part in (self.generator, self.variant, str(self.seed)) if part)


class ChannelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`earlier_evenings`: days before, on which the same people talked already."""

    platform: str
    name: str
    streamer: str
    game: str
    boss: str
    seconds: int
    messages_per_minute: float
    regulars: int
    viewers: int
    earlier_evenings: int = 0


class ContrastSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Harmless coordination, in seconds from the beginning; None leaves it out."""

    hype: tuple[int, ...] = ()
    copypasta: int | None = None
    friendly_raid: int | None = None
    vote: int | None = None
    link: int | None = None


class AttackSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`mutation`: 0 verbatim; 1 homoglyphs, zero-width, case; 2 insertions, spacing, leet; 3 words
    shuffled, random words added. `families`: of account names, 0 for names like people's. `links`:
    share of messages. `chatted`: harmless messages that each account wrote on earlier evenings."""

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
    chatted: tuple[int, int] = (0, 0)


class SecondWaveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same people come back with other accounts and altered texts, so many seconds after the
    first wave ended. `same_batches`: share of the accounts that were made with those of the first
    wave. What is not told here is as in the first wave."""

    after: int
    accounts: tuple[int, int]
    mutation: tuple[int, int]
    same_batches: float


class HateRaidSettings(ScenarioSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    channel: ChannelSettings
    contrasts: ContrastSettings
    attack: AttackSettings
    second_wave: SecondWaveSettings | None = None
