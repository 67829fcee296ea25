"""The cap of a target's state holds whatever is thrown at it."""

from __future__ import annotations

from random import Random

from tests.detect.raid.test_operator import BEGIN, said

from rempart.detect.raid.operator import RaidOperator
from rempart.detect.raid.room import weight
from rempart.model import Raid, RaidKind, RaidStage


def test_everything_full_at_once_stays_below_the_cap() -> None:
    """A channel of a thousand regulars, lessons, an attack of hundreds with long names, and 48
    accounts that share hundreds of texts."""
    random = Random(1)
    operator = RaidOperator()
    state = operator.fresh("twitch/lea")
    rows = [
        said(day * 86_400 + 2.0 * n, f"known-{n:038}", f"good day {n} {random.random()} friends")
        for day in range(4)
        for n in range(1_400)
    ]
    raid = Raid("r-x", "twitch", "lea", "lea", RaidStage.ATTACK, RaidKind.BOT_RAID, BEGIN, BEGIN)
    start = 4 * 86_400.0
    attack = []
    for n in range(30_000):
        texts = f"pack your things number {n // 48} and leave {n // 48 * 7919} this place today"
        who = n % 48 if n % 3 else n % 900
        attack.append(
            said(start + 0.05 * n, f"attacker-of-a-long-name-{who:016}", texts, abusive=n % 2 == 0)
        )
    biggest = 0
    for at in range(0, len(rows), 200):
        state, _ = operator.step(state, rows[at : at + 200])
    for number in range(6):
        texts_of = [f"{number} {random.random()} wording {k}" for k in range(200)]
        state = operator.teach(state, raid, texts_of)
    for at in range(0, len(attack), 200):
        state, _ = operator.step(state, attack[at : at + 200])
        size = len(operator.dump(state))
        assert size <= weight(state)
        biggest = max(biggest, size)
    assert operator.open_raids(state)
    assert 60_000 < biggest <= operator.max_state_bytes
