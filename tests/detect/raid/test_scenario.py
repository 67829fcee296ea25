"""INCIDENTS 1 on the generated `hate-raid`: seen in time, everyone named, nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
import pytest

from rempart.model import EventKind, Item, Message
from rempart.scenario import Generated, generate, load

Observe = Callable[..., list]
Watch = Callable[..., object]

SEEDS = (1, 2, 3, 5, 8)


def without_ages(item: Item) -> Item:
    if not isinstance(item, Message):
        return item
    return msgspec.structs.replace(
        item, author=msgspec.structs.replace(item.author, created_at=None)
    )


@pytest.fixture(scope="module")
def incidents() -> dict[int, Generated]:
    return {seed: generate("hate-raid", load("hate-raid", seed)) for seed in SEEDS}


@pytest.mark.parametrize("ages", [True, False], ids=["ages known", "ages unknown"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_raid_is_seen_in_time_and_its_members_named(
    incidents: dict[int, Generated], observe: Observe, watch: Watch, seed: int, ages: bool
) -> None:
    items, truth = incidents[seed]
    rows = observe([item if ages else without_ages(item) for item in items])
    watched = watch(rows, key=f"{truth.platform}/{truth.channel}")
    (raid,) = watched.of_stage("attack")
    attack = set(truth.attack.messages)

    assert raid.target == truth.target
    assert _in_time(items, attack, truth.attack.begin, raid.detected_at)
    named = {member.account for member in raid.members}
    assert len(named & set(truth.attack.accounts)) >= 0.95 * len(truth.attack.accounts)
    assert len(named - set(truth.attack.accounts)) <= 0.02 * len(named)
    assert all(member.reasons for member in raid.members)
    assert len(raid.reasons) >= 3
    later = {
        position: item.id
        for position, item in enumerate(items)
        if isinstance(item, Message) and item.sent_at > raid.detected_at
    }
    missed = [
        id for position, id in later.items() if id in attack and position not in watched.touched
    ]
    assert len(missed) <= 0.02 * len(attack)
    disturbed = [p for p, id in later.items() if id not in attack and p in watched.touched]
    assert len(disturbed) <= 0.01 * len(later)


def _in_time(items: list[Item], attack: set[str], begin: datetime, seen: datetime | None) -> bool:
    """Within 10 s or 15 attack messages, whichever is later."""
    assert seen is not None
    before = sum(i.id in attack and i.sent_at <= seen for i in items if isinstance(i, Message))
    return (seen - begin).total_seconds() <= 10 or before <= 15


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_without_the_attack_the_same_evening_raises_no_alarm(
    incidents: dict[int, Generated], observe: Observe, watch: Watch, seed: int
) -> None:
    """Hype, copypasta, vote, link and a friendly raid, announced or not."""
    items, truth = incidents[seed]
    attack = set(truth.attack.messages)
    evening = [item for item in items if item.id not in attack]
    silent = [
        item
        for item in evening
        if isinstance(item, Message) or item.event is not EventKind.ANNOUNCED_RAID
    ]
    for stream in (evening, silent):
        watched = watch(observe(stream), key=f"{truth.platform}/{truth.channel}")
        assert watched.of_stage("attack") == []
        assert watched.of_stage("suspect") == []
        assert watched.touched == {}


def test_a_raid_ends_by_itself(
    incidents: dict[int, Generated], observe: Observe, watch: Watch
) -> None:
    items, truth = incidents[1]
    watched = watch(observe(items), key=f"{truth.platform}/{truth.channel}")
    (raid,) = watched.of_stage("attack")
    assert raid.until is not None
    assert raid.end < raid.until
    assert (raid.end - truth.attack.end).total_seconds() < 60
