"""What is remembered of hostility against one target, over six weeks and all places.

Rules of this module:

1. Only hostile acts, raids and bans are remembered, never what people otherwise say.
2. Bounded by time (six weeks) and by hard caps, in number and in bytes. When there is no room the
   busiest day gives up its oldest act first: a flood pushes out itself, not the quiet weeks before.
3. The bytes of a dump depend only on what was seen, in the order in which it was seen.
"""

from __future__ import annotations

from typing import Final

import msgspec

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
MEMORY_MS: Final = 42 * DAY_MS
BUCKET_MS: Final = 10 * MINUTE_MS

ACTS: Final = 256
ACTS_PER_BUCKET: Final = 12
KEYS_PER_ACT: Final = 8
ACCOUNTS: Final = 288
ACCOUNT_BYTES: Final = 18_000
HISTORY_DAYS: Final = 84
SLOW_RAIDS: Final = 8
SLOW_MEMBER_BYTES: Final = 24_000
TAGS: Final = 64
STRANDS: Final = 10
STRAND_KEYS: Final = 160
SOFT_KEYS: Final = 160
STRAND_MEMBERS: Final = 60
CAMPAIGN_MEMBERS: Final = 300
STRAND_MEMBER_BYTES: Final = 24_000
STRAND_RAIDS: Final = 48
STRAND_PLACES: Final = 24
STRAND_DAYS: Final = 24
TEXT_BYTES: Final = 128


class Known(msgspec.Struct, array_like=True, gc=False):
    """An account that acted hostile here. `id` is `platform/account`; times in ms, or -1."""

    id: str
    name: str | None
    serial: int
    created: int
    first: int
    last: int
    acts: int = 0
    newcomer: bool = True
    banned: int = -1


class Act(msgspec.Struct, array_like=True, gc=False):
    """One hostile act. `keys`: fingerprints of the text without its insults, and links; `flagged`
    False: recognised by its wording only; `raid`: it was part of an attack within minutes."""

    at: int
    serial: int
    place: int
    keys: tuple[int, ...]
    flagged: bool
    newcomer: bool
    raid: bool


class SlowMember(msgspec.Struct, array_like=True, gc=False):
    name: str | None
    created: int
    first: int
    messages: int
    because: int
    core: bool


class SlowRaid(msgspec.Struct, array_like=True, gc=False):
    """A slow attack as it shows at one place."""

    id: str
    platform: str
    channel: str
    stage: str
    begin: int
    last: int
    until: int
    suspect_at: int = -1
    detected_at: int = -1
    detected_after: int = 0
    messages: int = 0
    confidence: float = 0.0
    evidence: list[tuple[str, list[float]]] = []
    members: dict[str, SlowMember] = {}
    told_members: int = 0
    told_at: int = -1


class StrandMember(msgspec.Struct, array_like=True, gc=False):
    """An account of the strand, on whatever platform; the key it stands under names both."""

    name: str | None
    created: int
    first: int
    messages: int
    because: int


class Strand(msgspec.Struct, array_like=True, gc=False):
    """Acts that belong together: one raid, or several that were tied; a campaign when `told`.
    `raids`: id to begin; `keys`: signature to how many accounts used it; `days`: creation day to
    accounts; `families`: family of names to accounts. `ties`: evidence of what was joined;
    `raid_last`: when a raid of minutes was last seen at work; `soft`: signature of what members say
    without being abusive, to how many of them, how many others, and who last (a serial)."""

    id: str
    begin: int
    last: int
    acts: int = 0
    recognised: int = -1
    confidence: float = 0.0
    raids: dict[str, int] = {}
    slow: bool = False
    keys: dict[int, int] = {}
    days: dict[int, int] = {}
    families: dict[int, int] = {}
    members: dict[str, StrandMember] = {}
    member_total: int = 0
    places: list[int] = []
    ties: list[tuple[str, list[float]]] = []
    bans: list[int] = []
    told: int = -1
    told_members: int = 0
    raid_last: int = -1
    joined: list[str] = []
    soft: dict[int, tuple[int, int, int]] = {}


class CampaignData(msgspec.Struct, array_like=True, gc=False):
    """The whole state of one target, as it is dumped. `days`: day number to hostile newcomers (two
    of ten minutes) and regulars' hostile acts. `ahead`: a time far ahead that only one act claimed
    so far. `places`: platform, channel, and the target's name there. `tags`: hashtag to how often
    it stood in messages without a signal while a campaign was on."""

    version: int
    key: str
    clock: int = -1
    ahead: int = -1
    serial: int = 0
    account_bytes: int = 0
    began: int = -1
    accounts: dict[str, Known] = {}
    acts: list[Act] = []
    days: dict[int, list[int]] = {}
    places: list[tuple[str, str, str]] = []
    bucket: int = -1
    bucket_acts: int = 0
    bucket_accounts: list[int] = []
    slow: list[SlowRaid] = []
    slow_bytes: int = 0
    tags: dict[int, int] = {}
    strands: list[Strand] = []
    strand_bytes: int = 0


class CampaignState:
    """The dumped data and what can be derived from it."""

    __slots__ = ("by_serial", "data")

    def __init__(self, data: CampaignData) -> None:
        self.data = data
        self.by_serial = {known.serial: known for known in data.accounts.values()}


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(CampaignData)


def dump(state: CampaignState) -> bytes:
    return _ENCODER.encode(state.data)


def load(blob: bytes) -> CampaignState:
    return CampaignState(_DECODER.decode(blob))
