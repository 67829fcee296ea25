"""Attacks that nobody set a goal for: what happens beyond the table.

They are measured like the others and have no goal of their own, so that a detector made for the
table shows here what it learned.
"""

from __future__ import annotations

from tests.evaluate.attacks import bots, fresh_bots, old_accounts, shared_texts
from tests.evaluate.negatives import friendly_raid
from tests.evaluate.scene import Injection, Line, Scene, human_times, machine_times

_SIGNS = "😂🔥💀👀🤡✨🎉💥█▓▒░◢◣"


def one_each(scene: Scene) -> Injection:
    """50–80 burner accounts, each of which writes once or twice and never again."""
    rng = scene.rng
    members = fresh_bots(scene, rng.randint(50, 80))
    texts, level, length = shared_texts(scene, 2), rng.randrange(3), rng.uniform(40, 240)
    lines = [
        Line(scene.at + rng.uniform(0, length), member, scene.mutate(rng.choice(texts), level))
        for member in members
        for _ in range(rng.choice((1, 1, 2)))
    ]
    return _done(lines, f"{len(members)} burners, level {level}")


def trickle(scene: Scene) -> Injection:
    """10–25 fresh accounts, together one message in 15–40 seconds, for half an hour."""
    rng = scene.rng
    members = fresh_bots(scene, rng.randint(10, 25))
    texts, level = shared_texts(scene, 2), rng.randrange(1, 4)
    times = machine_times(rng, scene.at, scene.at + 1_800, 60 / rng.uniform(15, 40))
    lines = [Line(at, rng.choice(members), scene.mutate(rng.choice(texts), level)) for at in times]
    return _done(lines, f"{len(members)} accounts, level {level}")


def under_a_friendly_raid(scene: Scene) -> Injection:
    """A bot raid that comes in together with an announced friendly raid."""
    raid, friends = bots(scene, level=scene.rng.randrange(3)), friendly_raid(scene, announced=True)
    return raid._replace(lines=raid.lines + friends.lines, events=friends.events)


def sign_flood(scene: Scene) -> Injection:
    """12–40 fresh accounts flood emoji and blocks, without a word."""
    rng = scene.rng
    members = fresh_bots(scene, rng.randint(12, 40))
    some = "".join(rng.sample(_SIGNS, 5))
    end = scene.at + rng.uniform(60, 180)
    lines = [
        Line(at, member, "".join(rng.choices(some, k=rng.randint(10, 200))))
        for member in members
        for at in machine_times(rng, scene.at + rng.uniform(0, 10), end, rng.uniform(4, 12))
    ]
    return _done(lines, f"{len(members)} accounts, {some}")


def walls(scene: Scene) -> Injection:
    """8–20 fresh accounts paste texts of 2 to 20 KiB with the insult somewhere inside."""
    rng = scene.rng
    members = fresh_bots(scene, rng.randint(8, 20))
    text = shared_texts(scene, 1)[0]

    def wall() -> str:
        words = rng.choices(scene.words, k=rng.randint(300, 3_000))
        for _ in range(len(words) // 60):
            words.insert(rng.randrange(len(words)), text)
        return " ".join(words)

    end = scene.at + rng.uniform(60, 240)
    lines = [
        Line(at, member, wall())
        for member in members
        for at in machine_times(rng, scene.at + rng.uniform(0, 10), end, rng.uniform(1, 4))
    ]
    return _done(lines, f"{len(members)} accounts, {text}")


def a_few(scene: Scene) -> Injection:
    """5–8 aged accounts hound the target for a quarter of an hour, each with own words."""
    rng = scene.rng
    members = old_accounts(scene, rng.randint(5, 8))
    lines = [
        Line(at, member, scene.say("human.en"))
        for member in members
        for at in human_times(rng, scene.at + rng.uniform(0, 60), scene.at + 900, 1.5)
    ]
    return _done(lines, f"{len(members)} accounts")


def _done(lines: list[Line], note: str) -> Injection:
    times = [line.at for line in lines]
    return Injection(lines, min(times), max(times), note=note)
