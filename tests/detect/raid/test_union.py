"""An attack over sixty channels with several texts is one raid with all its members."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from rempart.detect.interface import Observation, RaidChange, Touch
from rempart.detect.raid.spread import LIFE_MS, SpreadOperator
from rempart.detect.raid.union import SpreadUnions, Whole
from rempart.model import Account, Message, Raid

BEGIN = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
Said = tuple[int, str, str, float]
"""Text, account, channel, seconds."""


def attack(bots: int, channels: int, texts: int, seed: int = 1, prefix: str = "b") -> list[Said]:
    """Everybody writes once in every channel, one of the texts each time, within ten minutes."""
    rng = Random(seed)
    said = [
        (rng.randrange(texts), f"{prefix}{bot}", f"c{channel}", rng.uniform(0, 600))
        for bot in range(bots)
        for channel in range(channels)
    ]
    return sorted(said, key=lambda row: row[3])


def observe(number: int, said: Said) -> Observation:
    text, account, channel, at = said
    message = Message(
        f"m{number}", "twitch", channel, BEGIN + timedelta(seconds=at), Account(account), f"{text}"
    )
    return Observation(number, message, message.text, 0.9, frozenset())


def run(rows: Sequence[Said], step: int = 1_000_000) -> tuple[list[Touch], list[RaidChange]]:
    """As the pipeline does it; states and wholes go through their bytes after each step."""
    operator, unions = SpreadOperator(), SpreadUnions()
    states: dict[int, bytes] = {}
    touches: list[Touch] = []
    changes: list[RaidChange] = []
    for start in range(0, len(rows), step):
        by_text: dict[int, list[Observation]] = {}
        for number, said in enumerate(rows[start : start + step], start):
            by_text.setdefault(said[0], []).append(observe(number, said))
        told: list[RaidChange] = []
        touched: list[Touch] = []
        for text, batch in by_text.items():
            state = operator.load(states[text]) if text in states else operator.fresh(f"{text}")
            state, found = operator.step(state, batch)
            states[text] = operator.dump(state)
            told += found.changes
            touched += found.touches
        joined = unions.join(touched, told)
        touches += joined[0]
        changes += joined[1]
        blob = msgspec.msgpack.encode(list(unions.wholes.values()))
        unions = SpreadUnions(msgspec.msgpack.decode(blob, type=list[Whole]))
    return touches, changes


def last(changes: Sequence[RaidChange]) -> dict[str, Raid]:
    return {change.raid.id: change.raid for change in changes}


@pytest.mark.parametrize("texts", [1, 3, 5])
def test_sixty_channels_and_several_texts_are_one_raid_with_all_members(texts: int) -> None:
    rows = attack(30, 60, texts)
    touches, changes = run(rows)
    (raid,) = last(changes).values()
    assert {member.account for member in raid.members} == {f"b{bot}" for bot in range(30)}
    assert {touch.raid for touch in touches} == {raid.id}
    assert len(touches) == len({touch.position for touch in touches}) > 1_700
    assert "30 accounts wrote the same in 60 channels within 20 minutes" in raid.reasons
    assert raid.messages <= len(rows)
    assert raid.detected_at is not None
    assert raid.detected_at - BEGIN < timedelta(minutes=1)


def test_two_attacks_at_once_by_different_people_stay_two() -> None:
    other = [(text + 10, *rest) for text, *rest in attack(25, 40, 2, seed=2, prefix="x")]
    rows = sorted([*attack(30, 60, 2), *other], key=lambda row: row[3])  # type: ignore[list-item]
    _, changes = run(rows)
    found = last(changes).values()
    members = sorted(sorted({m.account[0] for m in raid.members}) for raid in found)
    assert members == [["b"], ["x"]]


def test_one_account_in_two_attacks_joins_nothing() -> None:
    rows = attack(20, 40, 1)
    other = [
        (7, account if account == "b0" else f"x{account}", channel, at)
        for _, account, channel, at in attack(20, 40, 1, seed=3)
    ]
    _, changes = run(sorted([*rows, *other], key=lambda row: row[3]))
    assert len(last(changes)) == 2


def test_raids_that_grow_together_become_one_and_the_later_one_ends() -> None:
    """Each text by people of its own at first; then everybody uses both."""
    first = [(0, f"b{n % 12}", f"c{n % 30}", n * 2.0) for n in range(60)]
    second = [(1, f"x{n % 12}", f"c{n % 30}", 30 + n * 2.0) for n in range(60)]
    both = [(n % 2, f"{'bx'[n // 2 % 2]}{n // 4 % 12}", f"c{n % 30}", 200 + n) for n in range(240)]
    _, changes = run(sorted([*first, *second, *both], key=lambda row: row[3]))
    elder, younger = last(changes).values()
    assert len(elder.members) == 24
    assert elder.until is not None
    assert younger.until == younger.end
    after = [change.raid.id for change in changes if change.raid.id == younger.id]
    assert [change.raid.id for change in changes[-3:]] == [elder.id] * 3
    assert after


@pytest.mark.parametrize("step", [1, 7, 100])
def test_cutting_and_restarting_change_nothing(step: int) -> None:
    rows = attack(20, 40, 3, seed=4)
    assert run(rows, step) == run(rows)


def test_an_attack_an_hour_later_is_another_raid() -> None:
    rows = attack(20, 40, 2)
    later = [
        (text, account, channel, at + 3 * LIFE_MS / 1000) for text, account, channel, at in rows
    ]
    _, changes = run([*rows, *later])
    ids = list(last(changes))
    assert len(ids) == 2
    raids = last(changes)
    assert raids[ids[0]].end < raids[ids[1]].begin


def test_a_message_with_two_signatures_counts_once() -> None:
    """A link and a text: two parts see the same messages."""
    rows = attack(20, 40, 1)
    doubled = [one for row in rows for one in (row, (9, *row[1:]))]
    operator, unions = SpreadOperator(), SpreadUnions()
    told, touched = [], []
    for text in (0, 9):
        batch = [observe(n // 2, row) for n, row in enumerate(doubled) if row[0] == text]
        _, found = operator.step(operator.fresh(f"{text}"), batch)
        told += found.changes
        touched += found.touches
    touches, changes = unions.join(touched, told)
    (raid,) = last(changes).values()
    assert len(touches) == len({touch.position for touch in touches})
    assert raid.messages <= len(rows) + 20
