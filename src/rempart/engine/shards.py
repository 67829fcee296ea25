"""The pipeline over several processes: each analyses its targets, this one concludes in order.

Rules kept here:

1. A target belongs to one shard, by a stable hash of its key; a message with targets in two shards
   goes to both. The shards' findings are merged by position, so that the number of shards, like the
   cut of the input, changes no byte of the result.
2. One request and one answer per shard and chunk. A shard reads its requests in a thread of its
   own, so that two full pipes never wait for each other.
"""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple
from zlib import crc32

from rempart.detect.facts.finder import FactMatch
from rempart.detect.interface import Candidate, Observation, RaidChange, Touch
from rempart.engine.pipeline import Analysis, Pipeline, PipelineState, StepResult, target_keys
from rempart.errors import RempartError
from rempart.ingest import Parsed, parse_one
from rempart.model import Campaign, Item, Label, Raid, Signal

_FORK = get_context("fork")
_AUTO_MIN_ITEMS = 1_000
_AUTO_MAX_SHARE = 0.6
_AUTO_MAX_PROCESSES = 8


class _Sighting(NamedTuple):
    """A candidate for the operator across channels, without the message: the parent has it."""

    candidate: Candidate
    fold: str
    abuse: float
    labels: frozenset[Label]


class _Findings(NamedTuple):
    """What one shard found in one chunk; positions are those of the chunk."""

    signals: dict[int, list[Signal]]
    touches: dict[int, list[Touch]]
    changes: list[RaidChange]
    sightings: list[_Sighting]
    failures: dict[int, tuple[str, ...]]
    facts: dict[int, list[FactMatch]]


class OneProcess:
    """The pipeline in this process."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._state = pipeline.new_state()
        self._under_way: deque[list[Item]] = deque()
        self._raid_keys: set[str] = set()
        """Of the targets that ever had a raid."""

    def submit(self, items: Sequence[Parsed]) -> None:
        self._under_way.append([part.item for part in items])

    def answer(self) -> StepResult:
        items = self._under_way.popleft()
        analysis = self._pipeline.analyse(self._state.targets, items)
        self._raid_keys.update(raid_key(change.raid) for change in analysis.changes)
        return self._pipeline.conclude(self._state, items, analysis)

    def open_raids(self) -> list[Raid]:
        return open_raids(self._pipeline, self._state, self._raid_keys)

    def campaigns(self) -> list[Campaign]:
        return self._state.over_time.campaigns()

    def close(self) -> None:
        """Nothing to end."""


class SeveralProcesses:
    """The pipeline with its analysis in `count` child processes."""

    def __init__(self, pipeline: Pipeline, count: int) -> None:
        self._pipeline = pipeline
        self._state = pipeline.new_state()
        self._count = count
        self._under_way: deque[list[Item]] = deque()
        self._pipes: list[Connection] = []
        self._children: list[Any] = []
        for shard in range(count):
            here, there = _FORK.Pipe()
            child = _FORK.Process(
                target=_serve_shard, args=(pipeline, there, shard, count, here), daemon=True
            )
            child.start()
            there.close()
            self._pipes.append(here)
            self._children.append(child)

    def submit(self, items: Sequence[Parsed]) -> None:
        places: list[list[int]] = [[] for _ in self._pipes]
        raws: list[list[bytes]] = [[] for _ in self._pipes]
        count = self._count
        for position, (item, raw) in enumerate(items):
            shards = {shard_of(key, count) for key in target_keys(item)}
            for shard in shards:
                places[shard].append(position)
                raws[shard].append(raw)
        self._under_way.append([part.item for part in items])
        for pipe, mine, lines in zip(self._pipes, places, raws, strict=True):
            _send(pipe, (mine, lines))

    def answer(self) -> StepResult:
        items = self._under_way.popleft()
        analysis = Analysis.empty()
        for pipe in self._pipes:
            findings: _Findings = _receive(pipe)
            analysis.signals.update(findings.signals)
            analysis.failures.update(findings.failures)
            analysis.facts.update(findings.facts)
            analysis.changes.extend(findings.changes)
            for position, touches in findings.touches.items():
                analysis.touches.setdefault(position, []).extend(touches)
            for sighting in findings.sightings:
                analysis.candidates.append((sighting.candidate, _seen_again(items, sighting)))
        return self._pipeline.conclude(self._state, items, analysis)

    def open_raids(self) -> list[Raid]:
        raids: list[Raid] = []
        for pipe in self._pipes:
            _send(pipe, None)
        for pipe in self._pipes:
            found: list[Raid] = _receive(pipe)
            raids += found
        return raids + open_raids(self._pipeline, self._state, ())

    def campaigns(self) -> list[Campaign]:
        return self._state.over_time.campaigns()

    def close(self) -> None:
        for pipe in self._pipes:
            pipe.close()
        for child in self._children:
            child.join()


def open_raids(pipeline: Pipeline, state: PipelineState, keys: Iterable[str]) -> list[Raid]:
    """The raids that have not ended: of the targets with these keys, across channels, and slow
    ones."""
    spread = _open_raids(pipeline.spread_operator, state.spread, list(state.spread_used_ms))
    return [
        *_open_raids(pipeline.target_operator, state.targets, keys),
        *state.unions.pictures(spread),
        *state.over_time.open_raids(),
    ]


def raid_key(raid: Raid) -> str:
    """The key of the target that a raid hits."""
    return f"{raid.platform}/{raid.target}"


def choose_processes(sample: Sequence[Item]) -> int:
    """How many processes pay: one for little input or for one dominating target."""
    if len(sample) < _AUTO_MIN_ITEMS:
        return 1
    counts: dict[str, int] = {}
    for item in sample:
        for key in target_keys(item):
            counts[key] = counts.get(key, 0) + 1
    if max(counts.values()) > _AUTO_MAX_SHARE * len(sample):
        return 1
    return min(usable_cores(), len(counts), _AUTO_MAX_PROCESSES)


def usable_cores() -> int:
    return len(os.sched_getaffinity(0))


@lru_cache(maxsize=65_536)
def shard_of(key: str, count: int) -> int:
    return crc32(key.encode("utf-8", "surrogatepass")) % count


def _serve_shard(
    pipeline: Pipeline, pipe: Connection, shard: int, count: int, parent_end: Connection
) -> None:
    """The life of one child: findings per chunk, and on None the raids that are still open."""
    parent_end.close()
    requests: SimpleQueue[bytes | None] = SimpleQueue()
    Thread(target=_read_requests, args=(pipe, requests), daemon=True).start()
    targets = pipeline.new_state().targets
    raid_keys: set[str] = set()
    while (request := requests.get()) is not None:
        work = pickle.loads(request)  # noqa: S301 - from our own parent, over a private pipe
        if work is None:
            _send(pipe, _open_raids(pipeline.target_operator, targets, raid_keys))
            continue
        places, raws = work
        items: list[Item] = []
        for raw in raws:
            parsed = parse_one(raw)
            assert isinstance(parsed, Parsed), "the parent accepted it"
            items.append(parsed.item)
        analysis = pipeline.analyse(targets, items, lambda key: shard_of(key, count) == shard)
        raid_keys.update(raid_key(change.raid) for change in analysis.changes)
        _send(pipe, _findings(analysis, places))


def _read_requests(pipe: Connection, requests: SimpleQueue[bytes | None]) -> None:
    try:
        while True:
            requests.put(pipe.recv_bytes())
    except (EOFError, OSError):
        requests.put(None)


def _findings(analysis: Analysis, places: list[int]) -> _Findings:
    return _Findings(
        signals={places[at]: signals for at, signals in analysis.signals.items()},
        touches={
            places[at]: [touch._replace(position=places[at]) for touch in touches]
            for at, touches in analysis.touches.items()
        },
        changes=[change._replace(position=places[change.position]) for change in analysis.changes],
        sightings=[
            _Sighting(
                candidate._replace(position=places[candidate.position]),
                seen.fold,
                seen.abuse,
                seen.labels,
            )
            for candidate, seen in analysis.candidates
        ],
        failures={places[at]: names for at, names in analysis.failures.items()},
        facts={
            places[at]: [match._replace(position=places[at]) for match in matches]
            for at, matches in analysis.facts.items()
        },
    )


def _seen_again(items: list[Item], sighting: _Sighting) -> Observation:
    position = sighting.candidate.position
    message: Any = items[position]
    return Observation(position, message, sighting.fold, sighting.abuse, sighting.labels)


def _open_raids(operator: Any, states: Any, keys: Iterable[str]) -> list[Raid]:
    raids: list[Raid] = []
    for key in sorted(keys):
        state = states.take(key)
        raids += operator.open_raids(state)
        states.put(key, state)
    return raids


def _send(pipe: Connection, work: Any) -> None:
    try:
        pipe.send_bytes(pickle.dumps(work, pickle.HIGHEST_PROTOCOL))
    except (BrokenPipeError, ConnectionResetError):
        raise _ended() from None


def _receive(pipe: Connection) -> Any:
    try:
        return pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own child
    except (EOFError, ConnectionResetError):
        raise _ended() from None


def _ended() -> RempartError:
    return RempartError(
        "a worker process ended unexpectedly",
        where="scan",
        next_step="run again with --processes 1 to see why",
    )
