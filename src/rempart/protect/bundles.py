"""What a shield does: named bundles of measures, from gentle to closed.

A shield is one measure on a target, and each part of its bundle is a measure of its own, with the
shield's lease, undone with it or alone. Settings may say other parts (`[shields.firm]`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from rempart.model import Bundle, MeasureKind, ScopeKind


class Part(StrEnum):
    """A part of a bundle. `hold`: newcomers' messages to the target are held; `lock_out`: what is
    hostile to her goes to her folder; the others set the channel."""

    SLOW_MODE = "slow_mode"
    MEMBERS_ONLY = "members_only"
    LINK_BLOCK = "link_block"
    HOLD = "hold"
    LOCK_OUT = "lock_out"

    @property
    def measure(self) -> tuple[MeasureKind, ScopeKind]:
        on_target = self in (Part.HOLD, Part.LOCK_OUT)
        return MeasureKind(self.value), ScopeKind.TARGET if on_target else ScopeKind.CHANNEL


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[shields.NAME]` of the settings."""

    parts: tuple[Part, ...]


class Shields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each bundle holds. `gentle` is what a raid switches on by itself: regulars go on
    talking as before."""

    gentle: Parts = Parts((Part.SLOW_MODE, Part.LOCK_OUT))
    firm: Parts = Parts((Part.SLOW_MODE, Part.LINK_BLOCK, Part.HOLD, Part.LOCK_OUT))
    closed: Parts = Parts((Part.MEMBERS_ONLY, Part.LINK_BLOCK, Part.LOCK_OUT))

    def of(self, bundle: Bundle) -> tuple[Part, ...]:
        found: Parts = getattr(self, bundle.value)
        return found.parts


class Modes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[modes]` of the settings: how the settings of a channel are carried out where no platform
    does it. `moderators` are exempt from all of them, `members` from all but the link block.
    Whose account is younger than `newcomer_days` is a newcomer; from `member_days` on an account
    counts as a member without a role. An unknown age is never guessed: it makes nobody a newcomer
    and nobody a member."""

    slow_seconds: Annotated[int, msgspec.Meta(ge=1, le=60)] = 5
    newcomer_days: Annotated[int, msgspec.Meta(ge=0)] = 7
    member_days: Annotated[int, msgspec.Meta(ge=0)] = 30
    moderators: frozenset[str] = frozenset(
        {"admin", "administrator", "broadcaster", "mod", "moderator", "owner", "staff"}
    )
    members: frozenset[str] = frozenset(
        {"follower", "founder", "member", "regular", "sub", "subscriber", "supporter", "vip"}
    )


LEASES: Final = {
    MeasureKind.SLOW_MODE: 3_600,
    MeasureKind.MEMBERS_ONLY: 86_400,
    MeasureKind.LINK_BLOCK: 86_400,
    MeasureKind.HOLD: 86_400,
}
"""How long a message is kept back by the setting of its channel, in seconds."""

REASONS: Final = {
    MeasureKind.SLOW_MODE: {
        "en": "The channel is in slow mode, and the account had written just before.",
        "fr": "Le canal est en mode lent, et le compte venait d’écrire.",
    },
    MeasureKind.MEMBERS_ONLY: {
        "en": "For a while only members and older accounts may write in the channel.",
        "fr": "Pour un temps, seuls les membres et les comptes anciens peuvent écrire dans le "
        "canal.",
    },
    MeasureKind.LINK_BLOCK: {
        "en": "For a while the channel takes no links.",
        "fr": "Pour un temps, le canal n’accepte pas de liens.",
    },
    MeasureKind.HOLD: {
        "en": "The target is protected for a while, and the account is new.",
        "fr": "La cible est protégée pour un temps, et le compte est récent.",
    },
}
"""Why a message was kept back by the setting of its channel: no word about its author."""
