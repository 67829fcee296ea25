"""Hard negatives: coordinated or loud, and harmless. None of these may become an *attack*."""

from __future__ import annotations

from datetime import timedelta

from tests.evaluate.attacks import hype_lines
from tests.evaluate.people import accounts, human_name, moment
from tests.evaluate.scene import Injection, Line, Scene, log_uniform

from rempart.model import Account, Event, EventKind


def hype(scene: Scene) -> Injection:
    """Everybody shouts: emotes, "LETS GOOO", now and then a swear word."""
    length = scene.rng.uniform(30, 120)
    return _harmless(scene, hype_lines(scene, scene.at, length))


def friendly_raid(scene: Scene, *, announced: bool) -> Injection:
    """A friend sends the audience over: 30–300 newcomers with one text, told by the platform or
    not."""
    rng = scene.rng
    people = scene.people(rng.randint(30, 300))
    friend, length = scene.say("friend"), rng.uniform(40, 180)
    slogans = [scene.say("friendly", friend=friend) for _ in range(3)]
    lines = []
    for person in people:
        start = scene.at + min(length, rng.expovariate(3 / length))
        for turn in range(rng.randint(1, 3)):
            text = rng.choice(slogans) if turn == 0 else scene.say("friendly", friend=friend)
            lines.append(Line(start + turn * rng.uniform(4, 25), person, text, hostile=False))
    events: tuple[Event, ...] = ()
    if announced:
        host = scene.host
        told = moment(scene.at - rng.uniform(1, 6))
        events = (
            Event(
                EventKind.ANNOUNCED_RAID,
                f"x-raid-{scene.seed}",
                host.platform,
                host.channel,
                told,
                account=friend,
                count=len(people),
            ),
        )
    return _harmless(scene, lines, events)


def vote(scene: Scene) -> Injection:
    """60–300 people answer a question with one or two characters."""
    rng = scene.rng
    people = _some_regulars(scene, rng.randint(60, 300))
    length = rng.uniform(20, 90)
    lines = [
        Line(scene.at + rng.betavariate(1.2, 3) * length, person, scene.say("vote"), hostile=False)
        for person in people
        for _ in range(rng.choice((1, 1, 2)))
    ]
    return _harmless(scene, lines)


def news_link(scene: Scene) -> Injection:
    """15–60 people post the same piece of news within minutes."""
    rng = scene.rng
    people = _some_regulars(scene, rng.randint(15, 60))
    link = "https://" + scene.say("newshost")
    length = rng.uniform(120, 900)
    lines = [
        Line(
            scene.at + rng.betavariate(1.2, 2.5) * length,
            person,
            scene.say("news", link=link),
            hostile=False,
        )
        for person in people
    ]
    return _harmless(scene, lines)


def workshop(scene: Scene) -> Injection:
    """20–40 accounts made in the same half hour with names by one pattern: a class begins."""
    rng = scene.rng
    count = rng.randint(20, 40)
    stem = rng.choice(("student", "eleve", "atelier", "class7b_"))
    names = [f"{stem}{number:02d}" for number in range(1, count + 1)]
    now = moment(scene.at)
    made = [now - timedelta(minutes=rng.uniform(2, 35)) for _ in names]
    lines = []
    for number, person in enumerate(accounts(rng, names, made, ages=scene.ages), 1):
        start = scene.at + rng.uniform(0, 400)
        lines.append(Line(start, person, scene.say("workshop", number=str(number)), hostile=False))
        for turn in range(rng.randint(0, 3)):
            at = start + (turn + 1) * rng.uniform(20, 90)
            lines.append(Line(at, person, scene.say("chat"), hostile=False))
    return _harmless(scene, lines)


def signup_wave(scene: Scene) -> Injection:
    """100–300 brand-new accounts join after a newsletter; a third of them says hello."""
    rng = scene.rng
    count = rng.randint(100, 300)
    now = moment(scene.at)
    made = [now - timedelta(minutes=rng.uniform(1, 180)) for _ in range(count)]
    people = accounts(rng, [human_name(rng) for _ in range(count)], made, ages=scene.ages)
    lines, events = [], []
    host = scene.host
    for number, person in enumerate(people):
        at = scene.at + rng.betavariate(1.2, 2) * 1_200
        joined = Event(
            EventKind.JOIN, f"x-join-{scene.seed}-{number}", host.platform, host.channel,
            moment(at), account=person,
        )  # fmt: skip
        events.append(joined)
        if rng.random() < 0.35:
            lines.append(Line(at + rng.uniform(3, 60), person, scene.say("hello"), hostile=False))
    return _harmless(scene, lines, tuple(events))


def rage(scene: Scene) -> Injection:
    """60–200 people, mostly of the channel, swear at a game, a boss, a referee: not at anybody
    here."""
    rng = scene.rng
    people = _some_regulars(scene, rng.randint(60, 200), 0.7)
    length = rng.uniform(60, 400)
    lines = []
    for person in people:
        for _ in range(rng.randint(1, 3)):
            at = scene.at + rng.betavariate(1.2, 2.5) * length
            text = scene.say("rage")
            lines.append(
                Line(at, person, text.upper() if rng.random() < 0.2 else text, hostile=False)
            )
    return _harmless(scene, lines)


def irony(scene: Scene) -> Injection:
    """8–25 regulars paste the same insult at the streamer they like, in jest."""
    rng = scene.rng
    people = scene.regulars(rng.randint(8, 25))
    text = scene.say("irony")
    length = log_uniform(rng, 40, 300)
    lines = [
        Line(scene.at + rng.uniform(0, length), person, text, hostile=False)
        for person in people
        for _ in range(rng.choice((1, 1, 2)))
    ]
    return _harmless(scene, lines or [Line(scene.at, scene.people(1)[0], text, hostile=False)])


def _some_regulars(scene: Scene, count: int, share: float = 0.5) -> list[Account]:
    people = scene.regulars(int(count * share))
    return people + scene.people(count - len(people))


def _harmless(scene: Scene, lines: list[Line], events: tuple[Event, ...] = ()) -> Injection:
    times = [line.at for line in lines]
    return Injection(lines, min(times), max(times), events, f"{len(lines)} messages")
