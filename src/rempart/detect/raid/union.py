"""One raid over many channels, although its people use several texts and links.

The operator across channels has one state per signature, so an attack with three texts is three
raids to it. Here those become one: raids that have members in common are parts of one whole.

Rules of this module:

1. Parts are joined by their members: at its opening by a few, later only by many. Two raids with
   the same text and no person in common stay two: the signature would have told them one.
2. The whole has the name of its first part, all members, and the numbers of all parts. A message
   that two parts count is counted once.
3. Everything goes in order of positions, so how a stream is cut into batches changes nothing.
4. A whole whose parts were all silent for `LIFE_MS` is joined by nobody any more, and forgotten
   when its last part can be told of no more. At most `MAX_WHOLES` are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from rempart.detect.interface import RaidChange, Touch
from rempart.detect.raid.reasons import raid_reasons
from rempart.detect.raid.spread import LIFE_MS, WINDOW_MS
from rempart.detect.raid.state import HOUR_MS, MINUTE_MS
from rempart.model import Member, Raid
from rempart.model.moments import ms_of

IN_COMMON: Final = 2
SHARE_AT_OPENING: Final = 0.2
SHARE_LATER: Final = 0.5
IN_COMMON_LATER: Final = 3
MAX_WHOLES: Final = 64
MAX_PARTS: Final = 32
MAX_MEMBERS: Final = 2_000
MAX_PLACES: Final = 512
FORGET_MS: Final = 2 * HOUR_MS
"""Longer than the state of a silent signature is kept."""


class Part(msgspec.Struct, array_like=True, gc=False):
    """What was last told of one signature's raid; the rest as in `RaidChange`, and `places` since
    it began."""

    picture: Raid
    places: tuple[str, ...] = ()
    flagged: int = 0
    seen: int = 0


class Whole(msgspec.Struct, array_like=True, gc=False):
    """`twice`: messages that more than one part counted."""

    id: str
    last: int
    parts: dict[str, Part] = {}
    twice: int = 0


class SpreadUnions:
    """The wholes that are on; `of` names the whole of each part."""

    def __init__(self, wholes: Iterable[Whole] = ()) -> None:
        self.wholes: dict[str, Whole] = {whole.id: whole for whole in wholes}
        self.of: dict[str, str] = {
            part: whole.id for whole in self.wholes.values() for part in whole.parts
        }

    def join(
        self, touches: Sequence[Touch], changes: Sequence[RaidChange]
    ) -> tuple[list[Touch], list[RaidChange]]:
        """Touches and changes of the operator in one batch, said of the wholes."""
        if not touches and not changes:
            return [], []
        rows: list[tuple[int, int, str, Touch | RaidChange]] = [
            (change.position, 0, change.raid.id, change) for change in changes
        ]
        rows += [(touch.position, 1, touch.raid, touch) for touch in touches]
        rows.sort(key=lambda row: row[:3])
        told: list[RaidChange] = []
        named: dict[tuple[int, str], Touch] = {}
        for _, _, _, row in rows:
            if isinstance(row, RaidChange):
                told += self._take(row)
                continue
            whole = self.of.get(row.raid, row.raid)
            if (row.position, whole) in named:
                self.wholes[whole].twice += 1
            named[row.position, whole] = row._replace(raid=whole)
        return list(named.values()), told

    def pictures(self, parts: Iterable[Raid]) -> list[Raid]:
        """The raids of signatures as they are now, said as wholes, each once."""
        found: dict[str, Raid] = {}
        for raid in parts:
            whole = self.wholes.get(self.of.get(raid.id, ""))
            if whole is None:
                found[raid.id] = raid
                continue
            known = whole.parts[raid.id]
            whole.parts[raid.id] = Part(raid, known.places, known.flagged, known.seen)
            found[whole.id] = _picture(whole)
        return list(found.values())

    def _take(self, change: RaidChange) -> list[RaidChange]:
        raid = change.raid
        now = ms_of(raid.end)
        self._forget(now)
        id = self.of.get(raid.id)
        opening = id is None
        if id is None:
            id = raid.id
            self.wholes[id] = Whole(id, now)
            self.of[id] = id
        whole = self.wholes[id]
        before = whole.parts[raid.id].places if raid.id in whole.parts else ()
        places = tuple(dict.fromkeys((*before, *change.places)))[:MAX_PLACES]
        whole.parts[raid.id] = Part(raid, places, change.flagged, change.seen)
        whole.last = max(whole.last, now)
        other = self._same_people(whole, opening=opening)
        if other is None:
            return [RaidChange(change.position, _picture(whole))]
        elder, younger = sorted((whole, other), key=_age)
        told = [] if opening else [RaidChange(change.position, _over(younger, raid.end))]
        self._absorb(elder, younger)
        return [*told, RaidChange(change.position, _picture(elder))]

    def _same_people(self, whole: Whole, *, opening: bool) -> Whole | None:
        """The whole that has most members in common with this one, if they are enough."""
        own = _accounts(whole)
        best: tuple[int, str] | None = None
        for id, other in self.wholes.items():
            if other is whole or len(other.parts) + len(whole.parts) > MAX_PARTS:
                continue
            if whole.last - other.last > LIFE_MS:
                continue
            theirs = _accounts(other)
            common, fewer = len(own & theirs), min(len(own), len(theirs))
            enough = (
                common >= max(IN_COMMON, SHARE_AT_OPENING * fewer)
                if opening
                else common >= max(IN_COMMON_LATER, SHARE_LATER * fewer)
            )
            if enough and (best is None or (common, id) > best):
                best = (common, id)
        return self.wholes[best[1]] if best is not None else None

    def _absorb(self, elder: Whole, younger: Whole) -> None:
        elder.parts.update(younger.parts)
        elder.last = max(elder.last, younger.last)
        elder.twice += younger.twice
        self.of.update(dict.fromkeys(younger.parts, elder.id))
        self.of[younger.id] = elder.id
        del self.wholes[younger.id]

    def _forget(self, now: int) -> None:
        over = [id for id, whole in self.wholes.items() if now - whole.last > FORGET_MS]
        kept = len(self.wholes) - len(over)
        if kept >= MAX_WHOLES:
            oldest = sorted(self.wholes.values(), key=lambda whole: (whole.last, whole.id))
            over += [whole.id for whole in oldest if whole.id not in over][: kept + 1 - MAX_WHOLES]
        for id in over:
            del self.wholes[id]
        if over:
            gone = frozenset(over)
            self.of = {part: id for part, id in self.of.items() if id not in gone}


def _age(whole: Whole) -> tuple[datetime, str]:
    return min(part.picture.detected_at or part.picture.begin for part in whole.parts.values()), (
        whole.id
    )


def _accounts(whole: Whole) -> set[str]:
    """With their platform: ids of two platforms may collide."""
    return {
        f"{part.picture.platform}/{member.account}"
        for part in whole.parts.values()
        for member in part.picture.members
    }


def _over(whole: Whole, at: datetime) -> Raid:
    """The last picture of a raid that goes on under another name."""
    return msgspec.structs.replace(_picture(whole), until=at)


def _picture(whole: Whole) -> Raid:
    parts = list(whole.parts.values())
    first = min(parts, key=lambda part: (part.picture.begin, part.picture.id)).picture
    members: dict[str, Member] = {}
    for part in parts:
        for member in part.picture.members:
            known = members.get(member.account)
            if known is not None:
                members[member.account] = _together(known, member)
            elif len(members) < MAX_MEMBERS:
                members[member.account] = member
    messages = sum(part.picture.messages for part in parts) - whole.twice
    places = {place for part in parts for place in part.places}
    flagged, seen = sum(part.flagged for part in parts), sum(part.seen for part in parts)
    reasons = raid_reasons(
        [
            ("channels", [float(len(members)), float(len(places)), WINDOW_MS / MINUTE_MS]),
            ("abuse_messages", [float(flagged), float(seen)]),
        ]
    )
    ends = [part.picture.until for part in parts if part.picture.until is not None]
    found = min(
        parts, key=lambda part: (part.picture.detected_at or part.picture.end, part.picture.id)
    ).picture
    return msgspec.structs.replace(
        first,
        id=whole.id,
        end=max(part.picture.end for part in parts),
        members=tuple(members.values()),
        messages=messages,
        reasons=reasons,
        suspect_at=found.suspect_at,
        detected_at=found.detected_at,
        detected_after_messages=found.detected_after_messages,
        until=max(ends) if ends else None,
    )


def _together(one: Member, other: Member) -> Member:
    first = min((at for at in (one.first_at, other.first_at) if at is not None), default=None)
    return msgspec.structs.replace(
        one,
        messages=one.messages + other.messages,
        first_at=first,
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons))),
    )
