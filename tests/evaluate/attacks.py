"""Attacks within minutes: bots, aged accounts, links, machine-written texts, dogpiles."""

from __future__ import annotations

from functools import partial
from random import Random

from tests.evaluate.people import (
    accounts,
    aged,
    bot_ages,
    family_names,
    human_name,
    moment,
)
from tests.evaluate.scene import (
    Injection,
    Line,
    Scene,
    human_times,
    log_uniform,
    machine_times,
)

from rempart.model import Account

_MOST_MESSAGES = 1_500


def fresh_bots(scene: Scene, count: int, *, family: float = 0.5) -> list[Account]:
    """New accounts; with chance `family` their names come out of one program."""
    rng = scene.rng
    if rng.random() < family:
        names = family_names(rng, count)
    else:
        names = [human_name(rng) for _ in range(count)]
    return accounts(rng, names, bot_ages(rng, count, moment(scene.at)), ages=scene.ages)


def old_accounts(scene: Scene, count: int) -> list[Account]:
    names = [human_name(scene.rng) for _ in range(count)]
    return accounts(scene.rng, names, aged(scene.rng, count, moment(scene.at)), ages=scene.ages)


def shared_texts(scene: Scene, count: int) -> list[str]:
    """The texts of one raid: the first carries a known insult, half of the others do."""
    language = scene.language()
    texts = [scene.say(f"hit.{language}")]
    while len(texts) < count:
        texts.append(scene.say(f"{scene.rng.choice(('hit', 'miss'))}.{language}"))
    return texts


def barrage(
    scene: Scene, members: list[Account], texts: list[str], level: int, per_minute: float
) -> list[Line]:
    """Every member writes like a program from soon after the begin on."""
    rng = scene.rng
    length = rng.uniform(60, 240)
    length = max(25.0, min(length, 60 * _MOST_MESSAGES / (len(members) * per_minute)))
    ramp = rng.uniform(1, 20)
    return [
        Line(at, member, scene.mutate(rng.choice(texts), level))
        for member in members
        for at in machine_times(rng, scene.at + rng.uniform(0, ramp), scene.at + length, per_minute)
    ]


def bots(scene: Scene, *, level: int) -> Injection:
    """12–80 fresh accounts, 1.5–15 messages a minute each, one to three texts under mutation."""
    members = fresh_bots(scene, scene.rng.randint(12, 80))
    texts = shared_texts(scene, scene.rng.choice((1, 1, 2, 3)))
    lines = barrage(scene, members, texts, level, log_uniform(scene.rng, 1.5, 15))
    return _done(lines, f"{len(members)} bots, level {level}, texts {texts}")


def bots_in_hype(scene: Scene) -> Injection:
    """A bot raid of any level while the whole chat is shouting."""
    raid = bots(scene, level=scene.rng.randrange(4))
    before = scene.rng.uniform(5, 30)
    lines = hype_lines(scene, scene.at - before, scene.rng.uniform(60, 120))
    return raid._replace(lines=raid.lines + lines, note=f"in hype; {raid.note}")


def hype_lines(scene: Scene, start: float, length: float) -> list[Line]:
    """40–200 people, half of them regulars where there are any, 2–10 messages a second at first."""
    rng = scene.rng
    count = rng.randint(40, 200)
    people = scene.regulars(count // 2)
    people += scene.people(count - len(people))
    wanted = int(min(1_200, rng.uniform(2, 10) * length / 2))
    lines = []
    for _ in range(wanted):
        at = start + min(length, rng.expovariate(3 / length))
        text = scene.say("swear" if rng.random() < 0.02 else "hype")
        lines.append(Line(at, rng.choice(people), text, hostile=False))
    return lines


def links(scene: Scene) -> Injection:
    """10–60 fresh accounts spread one or two links, without any insult."""
    rng = scene.rng
    members = fresh_bots(scene, rng.randint(10, 60))
    places = [f"{scene.say('host')}/{rng.getrandbits(28):x}" for _ in range(rng.choice((1, 1, 2)))]
    decorated = rng.random() < 0.5

    def lure() -> str:
        link = rng.choice(("", "https://", "http://www.")) + rng.choice(places)
        return scene.say("lure", link=f"{link}?u={rng.getrandbits(20):x}" if decorated else link)

    per_minute, end = log_uniform(rng, 1, 8), scene.at + rng.uniform(90, 300)
    lines = [
        Line(at, member, lure())
        for member in members
        for at in machine_times(rng, scene.at + rng.uniform(0, 30), end, per_minute)
    ]
    return _done(lines[:_MOST_MESSAGES], f"{len(members)} accounts, {places}")


def sleepers_shared(scene: Scene) -> Injection:
    """12–60 aged accounts that chatted harmlessly on the days before, then share a text."""
    rng = scene.rng
    members = old_accounts(scene, rng.randint(12, 60))
    level = rng.randrange(3)
    lines = barrage(
        scene, members, shared_texts(scene, rng.choice((1, 2, 3))), level, log_uniform(rng, 1.5, 8)
    )
    return _done(lines, f"{len(members)} sleepers, level {level}", _chatted(scene, members))


def sleepers_diverse(scene: Scene) -> Injection:
    """15–60 aged accounts, each message another text, at the cadence of people."""
    rng = scene.rng
    members = old_accounts(scene, rng.randint(15, 60))
    lines = _diverse(scene, members, rng.uniform(480, 1_200), log_uniform(rng, 0.5, 2.5))
    return _done(lines, f"{len(members)} sleepers, diverse", _chatted(scene, members))


def machine_written(scene: Scene) -> Injection:
    """15–60 fresh accounts with names like people's, diverse texts, the cadence of people."""
    rng = scene.rng
    members = fresh_bots(scene, rng.randint(15, 60), family=0.0)
    lines = _diverse(scene, members, rng.uniform(480, 1_200), log_uniform(rng, 0.4, 2))
    return _done(lines, f"{len(members)} fresh accounts, diverse")


def dogpile(scene: Scene, *, least: int, most: int) -> Injection:
    """People who come from elsewhere to scold the target; one in twelve is from the channel."""
    rng = scene.rng
    count = rng.randint(least, most)
    small = most < 60
    members = scene.regulars(count // 12)
    members += scene.people(count - len(members))
    length = rng.uniform(300, 1_200) if small else rng.uniform(600, 3_000)
    language = scene.language()
    lines = []
    for member in members:
        start = scene.at + length * min(1.0, rng.betavariate(1.3, 3))
        wanted = rng.randint(2, 6) if small else rng.randint(1, 4)
        times = human_times(rng, start, start + 900, 1.5)
        lines += [
            Line(at, member, _as_people_type(rng, scene.say(f"human.{language}")))
            for at, _ in zip(times, range(wanted), strict=False)
        ]
    return _done(lines, f"{count} people over {length / 60:.0f} min")


def _diverse(scene: Scene, members: list[Account], length: float, per_minute: float) -> list[Line]:
    rng = scene.rng
    language = scene.language()
    end = scene.at + length
    lines = []
    for member in members:
        start = scene.at + rng.uniform(0, min(240.0, length / 3))
        lines += [
            Line(at, member, _as_people_type(rng, scene.say(f"human.{language}")))
            for at in human_times(rng, start, end, per_minute)
        ]
    return lines


def _as_people_type(rng: Random, text: str) -> str:
    """Capitals and full stops as it comes."""
    draw = rng.random()
    if draw < 0.3:
        text = text[:1].upper() + text[1:]
    elif draw < 0.38:
        text = text.upper()
    return text + rng.choice(("", "", "", "", ".", "!", "!!", "..."))


def _chatted(scene: Scene, members: list[Account]) -> list[Line]:
    """Two to six harmless lines of each member on the three days before."""
    return [
        Line(at, member, text, hostile=False)
        for member in members
        for at, text in (scene.said_before(3) for _ in range(scene.rng.randint(2, 6)))
    ]


def _done(lines: list[Line], note: str, before: list[Line] | None = None) -> Injection:
    times = [line.at for line in lines]
    return Injection(lines + (before or []), min(times), max(times), note=note)


BOT_LEVELS = {f"bots-{level}": partial(bots, level=level) for level in range(4)}
