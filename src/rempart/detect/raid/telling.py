"""When a raid is told of again, and its reasons with the numbers of now.

Rules of this module:

1. Each of the first members is told of at once, then every tenth or after five seconds, so that a
   raid of hundreds is not told hundreds of times in full; while its messages come in it is told of
   at least every ten seconds of event time.
2. The reasons a person reads speak of the whole raid so far, not of the moment of the alarm; what
   was usual is scaled to the same time.
"""

from __future__ import annotations

from typing import Final

from rempart.detect.raid.evidence import Evidence, identity_of
from rempart.detect.raid.reasons import ABUSIVE, SHARES_LINK, SHARES_MEDIA, SHARES_NAME, SHARES_TEXT
from rempart.detect.raid.state import RaidState, TargetData

TELL_MEMBERS_MS: Final = 5_000
TELL_MESSAGES_MS: Final = 10_000
_SHARES: Final = SHARES_TEXT | SHARES_LINK | SHARES_MEDIA | SHARES_NAME
_OF_ACCOUNTS: Final = frozenset({"young", "cohort", "names"})


def worth_telling(raid: RaidState, now: int) -> bool:
    """Whether the raid should be told of now."""
    count = len(raid.members)
    new = count - raid.told_members
    since = now - raid.told_at
    if new and (new * 10 >= count or since >= TELL_MEMBERS_MS):
        return True
    return since >= TELL_MESSAGES_MS and raid.messages + raid.crowd != raid.told_messages


def note_told(data: TargetData, raid: RaidState, now: int) -> None:
    """The raid is being told of: its reasons get the numbers of now."""
    raid.told_members = len(raid.members)
    raid.told_messages = raid.messages + raid.crowd
    raid.told_at = now
    if raid.members:
        raid.evidence = _of_now(data, raid, now)


def _of_now(data: TargetData, raid: RaidState, now: int) -> Evidence:
    size = float(len(raid.members))
    abusive = float(sum(bool(member.because & ABUSIVE) for member in raid.members.values()))
    linked = float(sum(bool(member.because & _SHARES) for member in raid.members.values()))
    seconds = max(1.0, (raid.last - raid.begin) / 1000)
    told: Evidence = []
    for code, old in raid.evidence:
        if code in _OF_ACCOUNTS:
            continue
        match code:
            case "harm":
                values = _scaled([abusive, float(raid.flagged)], seconds, old[2], old[3])
            case "crowd":
                values = _scaled([abusive], seconds, old[1], old[2])
            case "text":
                values = [linked, seconds, 0.2 + 0.01 * size]
            case "link" | "media" | "called":
                values = [linked, seconds]
            case "sharing":
                values = [linked, size, 100 * linked / size]
            case "alike":
                values = [abusive, size]
            case "abuse":
                values = [abusive, size, 100 * abusive / size]
            case _:
                values = old
        told.append((code, values))
    found = (data.people.get(account) or data.older_people.get(account) for account in raid.members)
    identity_of([person for person in found if person is not None], data.baseline, now, told)
    return told


def _scaled(counts: list[float], seconds: float, before: float, usual: float) -> list[float]:
    """Never a shorter time than before: what was usual then would be said of less."""
    return [*counts, max(seconds, before), usual * max(1.0, seconds / before)]
