"""The hard cap of a target's state: what is dropped when everything is full at once.

The tables' own bounds keep an ordinary state at 60 to 80 KB. Whoever fills all of them together (a
raid of hundreds, lessons, thousands of shared signatures, names of 40 letters) meets this one: what
is oldest and tells least goes first, and who belongs here goes last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rempart.detect.raid.signatures import forget_shared
from rempart.detect.raid.state import PEOPLE_BYTES_PER_GENERATION, TargetState

ROOM: Final = 90_000
EVERY: Final = 63
"""Looked at when the count of messages of a minute is a multiple of 64."""


def keep_room(state: TargetState) -> None:
    """Drops the oldest tables until the state is surely below its cap."""
    for drop in _DROPS:
        if weight(state) <= ROOM:
            return
        drop(state)


def weight(state: TargetState) -> int:
    """Bytes that a dump takes at most, from the sizes of the tables alone."""
    data = state.data
    people = len(data.people) + len(data.older_people)
    older = min(PEOPLE_BYTES_PER_GENERATION, 120 * len(data.older_people))
    shared = data.shared.values()
    raids = sum(
        64 * len(raid.members) + 2 * raid.member_bytes + 7 * len(raid.hot) + len(raid.more) + 900
        for raid in data.raids
    )
    return (
        1_500
        + 64 * people
        + 2 * (data.people_bytes + older)
        + 10 * (len(data.known) + len(data.older_known))
        + 15 * (len(data.signatures) + len(data.older_signatures))
        + 10 * (len(data.regular_keys) + len(data.older_regular_keys))
        + 7 * (len(data.common) + len(data.older_common))
        + 15 * len(data.banned)
        + sum(9 * len(uses) for uses in shared)
        + 8 * len(shared)
        + 13 * (len(data.acts) + len(data.rude))
        + raids
        + sum(5 * len(lesson.keys) + 30 for lesson in data.lessons)
    )


def _older_common(state: TargetState) -> None:
    state.data.older_common = {}
    state.data.older_regular_keys = {}


def _older_signatures(state: TargetState) -> None:
    state.data.older_signatures = {}


def _half_shared(state: TargetState) -> None:
    forget_shared(state, state.data.clock, len(state.data.shared) // 2)


def _older_people(state: TargetState) -> None:
    state.data.older_people = {}
    state.index_people()


def _older_known(state: TargetState) -> None:
    state.data.older_known = {}


_DROPS: Final[tuple[Callable[[TargetState], None], ...]] = (
    _older_common,
    _older_signatures,
    _half_shared,
    _half_shared,
    _older_people,
    _older_known,
    _half_shared,
)
