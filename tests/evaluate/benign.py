"""Benign chat, whole: false alarms per channel-hour, cost per message, and the checkpoints that
injections start from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from tests.evaluate.baselines import NAMES, Baselines
from tests.evaluate.drive import Operators, drive, long_key
from tests.evaluate.hosts import Checkpoint, Host, observed

from rempart.detect.interface import Observation
from rempart.model import RaidStage


class Quiet(msgspec.Struct):
    """A benign channel replayed: raids by furthest stage, baselines' alarms, CPU."""

    host: str
    hours: int
    messages: int
    stages: dict[str, int]
    alarms: list[str]
    baselines: dict[str, int]
    target_us: float
    spread_us: float
    long_us: float
    biggest_state: int


def replay(
    operators: Operators, host: Host, *, spacing: float, baselines: bool
) -> tuple[Quiet, list[Checkpoint]]:
    """The channel from its first message to its last with one state, checkpoints on the way."""
    cuts = _cuts(host, spacing)
    state: bytes | None = None
    long: dict[str, bytes] = {}
    key = long_key(host.channel)
    points: list[Checkpoint] = []
    furthest: dict[str, tuple[int, str]] = {}
    target = spread = over = 0.0
    biggest = 0
    for start, stop in zip(cuts, [*cuts[1:], len(host.rows)], strict=True):
        points.append(Checkpoint(start, host.times[start], state or b"", long.get(key, b"")))
        found = drive(operators, observed(host.rows[start:stop]), {host.key: state}, long)
        long = found.long
        state = operators.target.dump(found.states[host.key])
        biggest = max(biggest, len(state))
        target, spread = target + found.target_seconds, spread + found.spread_seconds
        over += found.long_seconds
        for change in found.changes:
            _note(furthest, change.raid)
    quiet = Quiet(
        host.name,
        host.hours,
        len(host.rows),
        _count(furthest),
        sorted(text for rank, text in furthest.values() if rank == 2),
        _baselines([host]) if baselines else {},
        round(1e6 * target / len(host.rows), 2),
        round(1e6 * spread / len(host.rows), 2),
        round(1e6 * over / len(host.rows), 2),
        biggest,
    )
    return quiet, points


def replay_cold(operators: Operators, host: Host) -> Quiet:
    """The same channel with every day from an empty state: what a newly connected channel gets."""
    days: dict[int, list[int]] = {}
    for index, time in enumerate(host.times):
        days.setdefault(int(time // 86_400), []).append(index)
    furthest: dict[str, tuple[int, str]] = {}
    target = spread = over = 0.0
    for day, places in days.items():
        rows = observed(host.rows[places[0] : places[-1] + 1])
        found = drive(operators, rows, {})
        target, spread = target + found.target_seconds, spread + found.spread_seconds
        over += found.long_seconds
        for change in found.changes:
            _note(furthest, change.raid, f"{day}/")
    return Quiet(
        f"{host.name}, each day cold",
        host.hours,
        len(host.rows),
        _count(furthest),
        sorted(text for rank, text in furthest.values() if rank == 2),
        {},
        round(1e6 * target / len(host.rows), 2),
        round(1e6 * spread / len(host.rows), 2),
        round(1e6 * over / len(host.rows), 2),
        0,
    )


def _cuts(host: Host, spacing: float) -> list[int]:
    """Places at least `spacing` seconds of chat apart; a silence of an hour also cuts."""
    cuts = [0]
    for index, time in enumerate(host.times):
        if time - host.times[cuts[-1]] >= spacing:
            cuts.append(index)
    return cuts


def _note(furthest: dict[str, tuple[int, str]], raid: Any, prefix: str = "") -> None:
    rank = raid.stage.rank
    known = furthest.get(prefix + raid.id)
    if known is None or rank >= known[0]:
        told = (
            f"{raid.begin:%Y-%m-%d %H:%M:%S} {raid.kind.value} {len(raid.members)} members "
            f"{raid.messages} messages: {'; '.join(raid.reasons[:3])}"
        )
        furthest[prefix + raid.id] = (rank, told)


def _count(furthest: dict[str, tuple[int, str]]) -> dict[str, int]:
    ranks = [rank for rank, _ in furthest.values()]
    return {stage.value: ranks.count(stage.rank) for stage in RaidStage}


def _baselines(hosts: Iterable[Host]) -> dict[str, int]:
    counts = dict.fromkeys(NAMES, 0)
    for host in hosts:
        rules = Baselines()
        rules.run([Observation(place, *row) for place, row in enumerate(host.rows)])
        for name in NAMES:
            counts[name] += len(rules.alarms[name])
    return counts
