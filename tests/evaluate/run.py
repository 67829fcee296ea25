"""One run: choose a moment in a benign channel, inject, drive the operators, compare with truth."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

from tests.evaluate.drive import Found, Operators, drive, long_key
from tests.evaluate.hosts import Host, Judged, judge
from tests.evaluate.kinds import Kind
from tests.evaluate.people import moment
from tests.evaluate.scene import Injection, Line, Scene
from tests.evaluate.slow_attacks import spread

from rempart.detect.interface import Detector, EventObservation, Observation
from rempart.model import THRESHOLD, Message

INJECTED = "x-"
"""How ids of injected messages and events begin."""
AFTER = 300.0
"""Seconds of benign chat that follow, so that late and wrong alarms are counted too."""


class Bench(NamedTuple):
    """What every run shares; `channels` are the many channels that a spread raid visits."""

    operators: Operators
    detectors: Sequence[Detector]
    hosts: dict[str, Host]
    channels: list[Host]
    ages: bool
    real: Mapping[str, Sequence[str]] | None = None


class Played(NamedTuple):
    """One run with its ground truth: positions of attack messages, and which authors wrote them."""

    kind: Kind
    seed: int
    host: str
    injection: Injection
    rows: list[Observation | EventObservation]
    attack: list[int]
    members: frozenset[str]
    known: set[str]
    found: Found


def play(bench: Bench, kind: Kind, seed: int) -> Played:
    """The run of this kind and seed; the same every time."""
    rng = Random(f"{kind.name}/{seed}")
    if kind.make is None:
        return _play_spread(bench, kind, seed, rng)
    host = bench.hosts[kind.hosts[seed % len(kind.hosts)]]
    scene = Scene(host, _moment(host, kind, rng), rng, seed=seed, ages=bench.ages, real=bench.real)
    injection = kind.make(scene)
    begin = min([injection.begin, *(line.at for line in injection.lines)])
    index = bisect_right([point.at for point in host.checkpoints], begin) - 1
    start = host.checkpoints[max(0, index)]
    stop = bisect_left(host.times, injection.end + AFTER)
    injected = _messages(injection.lines, host, seed)
    rows, attack = _merged(host.rows[start.place : stop], injected, injection, bench.detectors)
    known = {author for author, first in host.first.items() if first < start.place}
    long = {long_key(host.channel): start.long} if start.long else {}
    found = drive(bench.operators, rows, {host.key: start.state or None}, long)
    return _played(kind, seed, host.name, injection, rows, attack, known, found)


def _moment(host: Host, kind: Kind, rng: Random) -> float:
    """Some minutes after a checkpoint with enough chat before and behind it."""
    first, last = host.times[0], host.times[-1]
    points = [
        point.at
        for point in host.checkpoints
        if point.at - first >= kind.history and last - point.at >= kind.ahead
    ]
    return rng.choice(points) + rng.uniform(60, 1_500)


def _play_spread(bench: Bench, kind: Kind, seed: int, rng: Random) -> Played:
    """Many small channels at the same hour, each with its own past."""
    hosts = {host.channel: host for host in bench.channels}
    first = bench.channels[0]
    at = first.times[0] + rng.uniform(2_400, 4_200)
    scene = Scene(first, at, rng, seed=seed, ages=bench.ages, real=bench.real)
    injection = spread(scene, sorted(hosts))
    visited = {line.channel for line in injection.lines if line.channel}
    benign = [
        row
        for channel in sorted(visited)
        for row in hosts[channel].rows[: bisect_left(hosts[channel].times, injection.end + AFTER)]
    ]
    injected = [
        message
        for channel in sorted(visited)
        for message in _messages(
            [line for line in injection.lines if line.channel == channel], hosts[channel], seed
        )
    ]
    rows, attack = _merged(benign, injected, injection, bench.detectors)
    found = drive(bench.operators, rows, {})
    return _played(kind, seed, f"{len(visited)} channels", injection, rows, attack, set(), found)


def _messages(lines: Sequence[Line], host: Host, seed: int) -> list[tuple[Message, bool]]:
    return [
        (
            Message(
                f"{INJECTED}{seed}-{host.channel}-{number}",
                host.platform,
                host.channel,
                moment(line.at),
                line.author,
                line.text,
            ),
            line.hostile,
        )
        for number, line in enumerate(lines)
    ]


def _merged(
    benign: Sequence[Judged],
    injected: Sequence[tuple[Message, bool]],
    injection: Injection,
    detectors: Sequence[Detector],
) -> tuple[list[Observation | EventObservation], list[int]]:
    """One stream in time order with positions, and the positions of the attack's messages."""
    judged = judge([message for message, _ in injected], detectors)
    hostile = {message.id for message, is_hostile in injected if is_hostile}
    mixed = sorted([*benign, *judged], key=lambda row: row.message.sent_at)
    events = sorted(injection.events, key=lambda event: event.at)
    rows: list[Observation | EventObservation] = []
    attack: list[int] = []
    next_event = 0
    for row in mixed:
        while next_event < len(events) and events[next_event].at <= row.message.sent_at:
            rows.append(EventObservation(len(rows), events[next_event]))
            next_event += 1
        if row.message.id in hostile:
            attack.append(len(rows))
        rows.append(Observation(len(rows), *row))
    return rows, attack


def _played(
    kind: Kind,
    seed: int,
    host: str,
    injection: Injection,
    rows: list[Observation | EventObservation],
    attack: list[int],
    known: set[str],
    found: Found,
) -> Played:
    members = frozenset(
        row.message.author.id for row in (rows[place] for place in attack)
        if isinstance(row, Observation)
    )  # fmt: skip
    return Played(kind, seed, host, injection, rows, attack, members, known, found)


def flagged_share(played: Played) -> float | None:
    """How much of what was injected the text detector flagged: of the attack, or of all of it in a
    hard negative."""
    places = set(played.attack)
    flags = [
        row.abuse >= THRESHOLD
        for row in played.rows
        if isinstance(row, Observation)
        and (row.position in places if places else row.message.id.startswith(INJECTED))
    ]
    return sum(flags) / len(flags) if flags else None
