"""What of a delivery is new, and what repeats something earlier.

An id that is known in another channel says nothing of this one: who may deliver there must neither
learn what was found here nor keep a message here from being looked at.
"""

from __future__ import annotations

from typing import NamedTuple

from rempart.engine.embedded.items import Source, key_in_channel, logged_item, same_content
from rempart.model import Item, Message, Outcome
from rempart.store.interface import Tables
from rempart.store.interface.stream import Known


class Arrival(NamedTuple):
    """One new item of this step."""

    item: Item
    raw: bytes
    source: Source
    key: bytes


class Concluded(NamedTuple):
    """Its outcome (None: an event, or plain) and the JSON to store (None: plain)."""

    outcome: Outcome | None
    encoded: bytes | None


def known_arrivals(tables: Tables, flat: list[Arrival]) -> tuple[list[Arrival], dict[bytes, Known]]:
    """The entries known under these keys. What has an id of another channel gets a key of its
    own channel, and is known by that."""
    keys = [one.key for one in flat]
    known = tables.stream.known(keys)
    if any(type(one.item) is not Message for one in flat):
        known |= tables.stream.known_events(
            [one.key for one in flat if type(one.item) is not Message]
        )
    if not known and len(set(keys)) == len(keys):
        return flat, {}
    rows = tables.stream.messages([found.seq for found in known.values()])
    homes = {row.key: row.channel for row in rows}
    moved: list[bytes] = []
    for place, one in enumerate(flat):
        item = one.item
        if type(item) is Message and homes.setdefault(one.key, item.channel) != item.channel:
            flat[place] = one._replace(key=key_in_channel(item))
            moved.append(flat[place].key)
    return flat, known | tables.stream.known(moved) if moved else known


def set_apart(
    flat: list[Arrival], known: dict[bytes, Known]
) -> tuple[list[Arrival], dict[int, Known | int]]:
    """New items, and for the places of all others what they repeat: a known entry, or the
    index of a new item of this very step."""
    if not known and len({one.key for one in flat}) == len(flat):
        return flat, {}
    fresh: list[Arrival] = []
    repeats: dict[int, Known | int] = {}
    index: dict[bytes, int] = {}
    for place, one in enumerate(flat):
        earlier: Known | int | None = known.get(one.key)
        if earlier is None:
            earlier = index.get(one.key)
        if earlier is None:
            index[one.key] = len(fresh)
            fresh.append(one)
        else:
            repeats[place] = earlier
    return fresh, repeats


def same_body(tables: Tables, one: Arrival, first: int) -> int | None:
    """The entry that already holds this content: the first one, or an earlier conflict. When
    the first body was erased there is nothing to compare with: it counts as the same."""
    bodies = tables.log.bodies(first)
    if not bodies:
        return first
    for seq in (first, *tables.stream.conflicts(one.key)):
        found = logged_item(tables.log.bodies(seq))
        if found is not None and same_content(found.raw, one.raw):
            return seq
    return None
