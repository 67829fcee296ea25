"""Attacks over hours and weeks, ones that come again, and over many channels at once."""

from __future__ import annotations

from bisect import bisect_left
from copy import copy

from tests.evaluate.attacks import barrage, fresh_bots, old_accounts, shared_texts
from tests.evaluate.scene import Injection, Line, Scene, log_uniform

from rempart.model import Account

DAY = 86_400.0


def slow_day(scene: Scene) -> Injection:
    """12–40 accounts over 6–24 hours, one to three messages each, about two or three themes."""
    rng = scene.rng
    members = _mixed(scene, rng.randint(12, 40))
    length = rng.uniform(6, 24) * 3_600
    themes = shared_texts(scene, rng.randint(2, 3))
    lines = [
        Line(_awake(scene, scene.at, scene.at + length), member, _on_theme(scene, themes, 0.7))
        for member in members
        for _ in range(rng.randint(1, 3))
    ]
    note = f"{len(members)} accounts over {length / 3_600:.0f} h, {themes}"
    return Injection(lines, min(x.at for x in lines), max(x.at for x in lines), note=note)


def slow_weeks(scene: Scene) -> Injection:
    """About five messages a day for three weeks, from accounts that change all the time."""
    rng = scene.rng
    themes = shared_texts(scene, rng.randint(2, 4))
    lines: list[Line] = []
    account, left, used = _mixed(scene, 1)[0], rng.randint(1, 4), 1
    for day in range(21):
        for _ in range(rng.randint(3, 7)):
            if left == 0:
                account, left, used = _mixed(scene, 1)[0], rng.randint(1, 4), used + 1
            start = scene.at + day * DAY
            lines.append(
                Line(_awake(scene, start, start + DAY), account, _on_theme(scene, themes, 0.6))
            )
            left -= 1
    note = f"{used} accounts over 3 weeks, {themes}"
    return Injection(lines, min(x.at for x in lines), max(x.at for x in lines), note=note)


def comes_back(scene: Scene) -> Injection:
    """A bot raid, and one to six days later another one of the same texts, altered further, by new
    accounts with other names."""
    rng = scene.rng
    texts = shared_texts(scene, rng.choice((1, 2, 3)))
    again = copy(scene)
    again.at = scene.at + rng.uniform(1, 6) * DAY
    waves = []
    for moment, level in ((scene, rng.randrange(2)), (again, rng.choice((2, 3)))):
        members = fresh_bots(moment, rng.randint(12, 40))
        waves.append(barrage(moment, members, texts, level, log_uniform(rng, 1.5, 8)))
    lines = [line for wave in waves for line in wave]
    returns = min(line.at for line in waves[1])
    note = f"two waves, {(returns - scene.at) / DAY:.1f} days apart, {texts}"
    begin, end = min(x.at for x in lines), max(x.at for x in lines)
    return Injection(lines, begin, end, note=note, returns=returns)


def spread(scene: Scene, channels: list[str]) -> Injection:
    """20–40 bots, one message in each of many channels, over 5–20 minutes."""
    rng = scene.rng
    members = fresh_bots(scene, rng.randint(20, 40))
    chosen = rng.sample(channels, rng.randint(30, min(60, len(channels))))
    level = rng.randrange(3)
    texts = shared_texts(scene, rng.choice((1, 1, 2)))
    length = rng.uniform(300, 1_200)
    lines = []
    for member in members:
        visits = rng.sample(chosen, rng.randint(max(1, len(chosen) // 3), len(chosen)))
        start = scene.at + rng.uniform(0, 30)
        for place, channel in enumerate(visits):
            at = start + length * (place + rng.random()) / len(visits)
            lines.append(Line(at, member, scene.mutate(rng.choice(texts), level), channel=channel))
    note = f"{len(members)} bots in {len(chosen)} channels, level {level}, {texts}"
    return Injection(lines, min(x.at for x in lines), max(x.at for x in lines), note=note)


def _mixed(scene: Scene, count: int) -> list[Account]:
    """Half fresh accounts, half aged ones."""
    return [
        (fresh_bots(scene, 1, family=0.0) if scene.rng.random() < 0.5 else old_accounts(scene, 1))[
            0
        ]
        for _ in range(count)
    ]


def _on_theme(scene: Scene, themes: list[str], share: float) -> str:
    """A variant of one of the campaign's texts, or now and then something of one's own."""
    if scene.rng.random() < share:
        return scene.mutate(scene.rng.choice(themes), scene.rng.randrange(3))
    return scene.say("human.en")


def _awake(scene: Scene, start: float, end: float) -> float:
    """A time at which somebody is writing in the channel, where there is one."""
    times = scene.host.times
    first, last = bisect_left(times, start), bisect_left(times, end)
    if last - first < 5:
        return scene.rng.uniform(start, end)
    at = times[scene.rng.randrange(first, last)] + scene.rng.uniform(0.2, 30)
    return min(max(at, start), end)
