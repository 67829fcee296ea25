"""What people corrected of raids, as the pipeline keeps it in mind.

Detectors go on seeing what they see. Between them and everything else stands what a person said:

1. An account that was lifted out of a raid is no member of it and is not held for it.
2. Accounts that were split off count to a part of the raid: a raid of its own with its own id, the
   same stage and reasons, and only them as members.
3. Pure: a picture and the corrections give the corrected pictures.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rempart.model import Member, Raid


class Corrections:
    """By raid and account. Empty in nearly every life of the service, so looking costs nothing."""

    def __init__(self) -> None:
        self._by_raid: dict[str, dict[str, str | None]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_raid)

    def spare(self, raid: str, account: str) -> None:
        self._by_raid.setdefault(raid, {})[account] = None

    def split(self, raid: str, part: str, accounts: Iterable[str]) -> None:
        self._by_raid.setdefault(raid, {}).update(dict.fromkeys(accounts, part))

    def put_back(self, raid: str, account: str) -> None:
        known = self._by_raid.get(raid, {})
        known.pop(account, None)
        if not known:
            self._by_raid.pop(raid, None)

    def origin_of(self, part: str) -> str | None:
        """The raid that this one was split off from; None: from none."""
        parts = self._by_raid.items()
        return next((raid for raid, known in parts if part in known.values()), None)

    def raid_of(self, raid: str, account: str) -> str | None:
        """The raid this account counts to when a detector says `raid`; None: to none."""
        found: str | None = raid
        while found is not None and account in self._by_raid.get(found, ()):
            found = self._by_raid[found][account]
        return found

    def pictures(self, raid: Raid) -> list[Raid]:
        """The raid as corrected, then its parts. A part without members yet is left out."""
        if raid.id not in self._by_raid:
            return [raid]
        members: dict[str, list[Member]] = {raid.id: []}
        gone = 0
        for member in raid.members:
            name = self.raid_of(raid.id, member.account)
            if name != raid.id:
                gone += member.messages
            if name is not None:
                members.setdefault(name, []).append(member)
        own = members.pop(raid.id)
        messages = max(raid.messages - gone, sum(member.messages for member in own))
        rest = msgspec.structs.replace(raid, members=tuple(own), messages=messages)
        return [rest, *(_part(raid, id, found) for id, found in sorted(members.items()))]


def _part(raid: Raid, id: str, members: list[Member]) -> Raid:
    seen = [member.first_at for member in members if member.first_at is not None]
    return msgspec.structs.replace(
        raid,
        id=id,
        members=tuple(members),
        messages=sum(member.messages for member in members),
        begin=max(raid.begin, min(seen)) if seen else raid.begin,
    )
