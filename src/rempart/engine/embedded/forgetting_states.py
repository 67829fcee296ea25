"""Taking an account out of the pipeline's stored states, each in its own form. Pure.

What stays are numbers: fingerprints of texts, serial numbers, counts, times. The account's id and
name become its pseudonym, so that a raid that goes on keeps its members and a regular stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from rempart.cases.erasure.forgetting import Forgotten
from rempart.detect.campaign.state import CampaignData, Known, SlowMember, StrandMember
from rempart.detect.raid.spread import SpreadData, SpreadMember, Use
from rempart.detect.raid.state import MemberState, Person, TargetData
from rempart.detect.raid.union import Part, Whole
from rempart.engine.embedded.memory import (
    BOOK,
    CAMPAIGN,
    OWED,
    SPREAD,
    TARGET,
    BookPicture,
    Owed,
)
from rempart.model import Measure, Raid

_V = TypeVar("_V")


def scrub_state(forgotten: Forgotten, key: str, blob: bytes) -> bytes:
    """The stored state under this key, without the account."""
    if key == BOOK:
        return _book(forgotten, blob)
    if key == OWED:
        return _owed(forgotten, blob)
    for prefix, scrub in (
        (f"{TARGET}{forgotten.platform}/", _target),
        (SPREAD, _spread),
        (CAMPAIGN, _campaign),
    ):
        if key.startswith(prefix):
            return scrub(forgotten, blob)
    return blob


def _target(forgotten: Forgotten, blob: bytes) -> bytes:
    data = msgspec.msgpack.decode(blob, type=TargetData)
    id, name = forgotten.account, forgotten.pseudonym

    def person(known: Person) -> Person:
        return msgspec.structs.replace(known, id=name, name=None)

    data.people = _rekeyed(data.people, id, name, person)
    data.older_people = _rekeyed(data.older_people, id, name, person)
    for raid in data.raids:
        raid.members = _rekeyed(raid.members, id, name, _nameless_member)
    return msgspec.msgpack.encode(data)


def _nameless_member(known: MemberState) -> MemberState:
    return msgspec.structs.replace(known, name=None)


def _spread(forgotten: Forgotten, blob: bytes) -> bytes:
    data = msgspec.msgpack.decode(blob, type=SpreadData)
    if data.platform and data.platform != forgotten.platform:
        return blob
    id, name = forgotten.account, forgotten.pseudonym

    def use(one: Use) -> Use:
        if one.account != id:
            return one
        return msgspec.structs.replace(one, account=name, name=None)

    def member(one: SpreadMember) -> SpreadMember:
        return msgspec.structs.replace(one, name=None)

    data.uses = [use(one) for one in data.uses]
    data.members = _rekeyed(data.members, id, name, member)
    return msgspec.msgpack.encode(data)


def _campaign(forgotten: Forgotten, blob: bytes) -> bytes:
    data = msgspec.msgpack.decode(blob, type=CampaignData)
    platform = forgotten.platform
    whole, fresh = f"{platform}/{forgotten.account}", f"{platform}/{forgotten.pseudonym}"

    def known(one: Known) -> Known:
        return msgspec.structs.replace(one, id=fresh, name=None)

    def slow(one: SlowMember) -> SlowMember:
        return msgspec.structs.replace(one, name=None)

    def strand_member(one: StrandMember) -> StrandMember:
        return msgspec.structs.replace(one, name=None)

    data.accounts = _rekeyed(data.accounts, whole, fresh, known)
    for raid in data.slow:
        if raid.platform == platform:
            raid.members = _rekeyed(raid.members, forgotten.account, forgotten.pseudonym, slow)
        raid.members = _rekeyed(raid.members, whole, fresh, slow)
    for strand in data.strands:
        strand.members = _rekeyed(strand.members, whole, fresh, strand_member)
    return msgspec.msgpack.encode(data)


def _book(forgotten: Forgotten, blob: bytes) -> bytes:
    book = msgspec.msgpack.decode(blob, type=BookPicture)
    key, id, name = forgotten.key, forgotten.account, forgotten.pseudonym
    mine = f"\x1f{forgotten.platform}\x1f"
    book.standing = {
        (key(at) if mine in at else at): msgspec.structs.replace(one, ref=name)
        if one.ref == id and mine in at and at.split("\x1f")[1] == "account"
        else one
        for at, one in book.standing.items()
    }
    book.refused = [
        (raid, key(scope) if mine in scope else scope, until) for raid, scope, until in book.refused
    ]
    book.uses = {key(at): times for at, times in book.uses.items()}
    book.spoke = [
        (platform, channel, _renamed(spoke, id, name) if platform == forgotten.platform else spoke)
        for platform, channel, spoke in book.spoke
    ]
    book.wholes = [_whole(forgotten, whole) for whole in book.wholes]
    whole_id = f"{forgotten.platform}/{id}"
    book.probes = [
        (row[0], f"{forgotten.platform}/{name}", *row[2:]) if row[1] == whole_id else row
        for row in book.probes
    ]
    if book.rules:
        book.rules = _rules(forgotten, book.rules)
    return msgspec.msgpack.encode(book)


def _whole(forgotten: Forgotten, whole: Whole) -> Whole:
    parts = {
        at: Part(raid_without(forgotten, part.picture), part.places, part.flagged, part.seen)
        for at, part in whole.parts.items()
    }
    return msgspec.structs.replace(whole, parts=parts)


def _rules(forgotten: Forgotten, blob: bytes) -> bytes:
    """Counters and labels: keys are composed with U+001F, everything else is a number or the name
    of a rule. The form is that of `rules.language.state`."""
    picture: Any = msgspec.msgpack.decode(blob)

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return forgotten.key(value)
        if isinstance(value, list):
            return [walk(one) for one in value]
        if isinstance(value, dict):
            return forgotten.value(value)
        return value

    counters, labels, *rest = picture
    fresh = [[[identity, walk(counted)] for identity, counted in counters], walk(labels)]
    return msgspec.msgpack.encode([*fresh, *(forgotten.value(one) for one in rest)])


def _owed(forgotten: Forgotten, blob: bytes) -> bytes:
    owed = msgspec.msgpack.decode(blob, type=Owed)
    owed.measures = [
        msgspec.convert(forgotten.value(msgspec.to_builtins(one)), Measure) for one in owed.measures
    ]
    return msgspec.msgpack.encode(owed)


def raid_without(forgotten: Forgotten, raid: Raid) -> Raid:
    """The picture of a raid without the account."""
    if raid.platform != forgotten.platform:
        return raid
    members = tuple(
        msgspec.structs.replace(member, account=forgotten.pseudonym, name=forgotten.pseudonym)
        if member.account == forgotten.account
        else member
        for member in raid.members
    )
    return msgspec.structs.replace(raid, members=members)


def _rekeyed(
    table: Mapping[str, _V], key: str, fresh: str, change: Callable[[_V], _V]
) -> dict[str, _V]:
    """The same order: what is oldest stays oldest."""
    if key not in table:
        return dict(table)
    return {
        (fresh if at == key else at): change(one) if at == key else one for at, one in table.items()
    }


def _renamed(table: Mapping[str, int], key: str, fresh: str) -> dict[str, int]:
    return _rekeyed(table, key, fresh, lambda number: number)
