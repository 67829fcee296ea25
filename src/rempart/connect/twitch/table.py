"""What each measure means on Twitch, as one table. What is not in it cannot be done there."""

from __future__ import annotations

from enum import StrEnum

from rempart.model import Measure, MeasureKind, ScopeKind

K, S = MeasureKind, ScopeKind


class Act(StrEnum):
    """What is done. `NOTHING`: it is done here, and there is nothing to do there."""

    DELETE = "delete the message"
    TIME_OUT = "time the account out"
    BAN = "ban the account"
    SHIELD = "shield mode"
    SLOW = "slow mode"
    MEMBERS = "followers or subscribers only"
    NOTHING = "nothing"


BARS = (Act.TIME_OUT, Act.BAN)
_PLACES = (S.CHANNEL, S.TARGET)

_ACTS: dict[tuple[MeasureKind, ScopeKind], Act] = {
    (K.HOLD, S.MESSAGE): Act.DELETE,
    (K.HIDE, S.MESSAGE): Act.DELETE,
    (K.REMOVE, S.MESSAGE): Act.DELETE,
    (K.HOLD, S.ACCOUNT): Act.TIME_OUT,
    (K.MUTE, S.ACCOUNT): Act.TIME_OUT,
    (K.TIME_OUT, S.ACCOUNT): Act.TIME_OUT,
    (K.SUSPEND, S.ACCOUNT): Act.BAN,
    **{(K.SHIELD, place): Act.SHIELD for place in _PLACES},
    **{(K.SLOW_MODE, place): Act.SLOW for place in _PLACES},
    **{(K.MEMBERS_ONLY, place): Act.MEMBERS for place in _PLACES},
    **{(kind, scope): Act.NOTHING for kind in (K.ALARM, K.REPLY_STOP) for scope in S},
}
"""A stop of replies is about our own answers, and we say nothing in a chat of Twitch."""

_WHY_NOT = {
    K.LOCK_OUT: "Twitch shows the same chat to everybody: nothing can be kept from one person only",
    K.LINK_BLOCK: "Twitch lets no program block links: switch it on in the channel's own settings",
}


def act_of(measure: Measure) -> Act | None:
    """None: it cannot be done there."""
    return _ACTS.get((measure.kind, measure.scope.kind))


def why_not(measure: Measure) -> str:
    """For a measure that cannot be done, in one sentence."""
    kind, scope = measure.kind.value.replace("_", " "), measure.scope.kind.value
    return _WHY_NOT.get(measure.kind, f"Twitch knows no {kind} of a single {scope}")
