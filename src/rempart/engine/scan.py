"""The pipeline over a whole input, chunk by chunk.

Rules kept here:

1. Outcomes come in input order, byte-identical with one process or several and however the input
   is cut into chunks.
2. Memory is flat in the length of the input: few chunks are under way; raids are kept, messages
   are not.
3. A message whose id came before, within the last 100,000 at least, is counted once: the second
   gets the outcome of the first. (A store remembers all ids; without one the memory is bounded.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

import msgspec

from rempart.engine.pipeline import Pipeline, StepResult
from rempart.engine.shards import OneProcess, SeveralProcesses
from rempart.ingest import Parsed
from rempart.model import Campaign, ItemRefusal, Message, Outcome, Raid, Verdict

MAX_REFUSALS_KEPT = 100
REMEMBERED_IDS = 100_000
UNDER_WAY = 2

Chunk = Sequence[Parsed | ItemRefusal]

_encode_lines = msgspec.json.Encoder().encode_lines


class Answer(NamedTuple):
    """What became of the items of one chunk: outcomes of its messages as NDJSON, in order."""

    outcomes: bytes
    duplicates: int
    conflicts: int


class ScanEngine(Protocol):
    """Takes chunks of accepted items and answers them in order; several may be under way."""

    def submit(self, items: Sequence[Parsed]) -> None: ...

    def answer(self) -> Answer: ...

    def raids(self) -> list[Raid]:
        """All raids of this run as they were last known; asked after the last answer."""
        ...

    def campaigns(self) -> list[Campaign]:
        """The same for campaigns; asked after the raids."""
        ...

    def close(self) -> None: ...


class Scanned(msgspec.Struct):
    """What a scan counted and found."""

    messages: int = 0
    events: int = 0
    refused: int = 0
    duplicates: int = 0
    conflicts: int = 0
    raids: list[Raid] = []
    campaigns: list[Campaign] = []


def scan(
    chunks: Iterable[Chunk],
    engine: ScanEngine,
    on_outcomes: Callable[[bytes], object],
    on_refusals: Callable[[list[ItemRefusal]], object],
) -> Scanned:
    """Runs all chunks through the engine; `on_outcomes` gets NDJSON bytes in input order."""
    scanned = Scanned()
    under_way = 0
    for chunk in chunks:
        items = [part for part in chunk if isinstance(part, Parsed)]
        if len(items) != len(chunk):
            refusals = [part for part in chunk if isinstance(part, ItemRefusal)]
            scanned.refused += len(refusals)
            on_refusals(refusals)
        if not items:
            continue
        messages = sum(isinstance(part.item, Message) for part in items)
        scanned.messages += messages
        scanned.events += len(items) - messages
        engine.submit(items)
        under_way += 1
        if under_way >= UNDER_WAY:
            _collect(engine, scanned, on_outcomes)
            under_way -= 1
    for _ in range(under_way):
        _collect(engine, scanned, on_outcomes)
    scanned.raids = sorted(engine.raids(), key=lambda raid: (raid.begin, raid.id))
    scanned.campaigns = sorted(engine.campaigns(), key=lambda one: (one.begin, one.id))
    return scanned


def _collect(engine: ScanEngine, scanned: Scanned, on_outcomes: Callable[[bytes], object]) -> None:
    answer = engine.answer()
    scanned.duplicates += answer.duplicates
    scanned.conflicts += answer.conflicts
    if answer.outcomes:
        on_outcomes(answer.outcomes)


class PureEngine:
    """Without a store: the pure pipeline, in this process or sharded over several."""

    def __init__(self, pipeline: Pipeline, processes: int = 1) -> None:
        self._pipeline: OneProcess | SeveralProcesses = (
            OneProcess(pipeline) if processes == 1 else SeveralProcesses(pipeline, processes)
        )
        self._seen = _Seen(REMEMBERED_IDS)
        self._under_way: deque[_Marked] = deque()
        self._raids: dict[str, Raid] = {}
        self._campaigns = Campaigns()

    def submit(self, items: Sequence[Parsed]) -> None:
        marked = self._seen.mark(items)
        self._under_way.append(marked)
        self._pipeline.submit(marked.fresh)

    def answer(self) -> Answer:
        marked = self._under_way.popleft()
        result = self._pipeline.answer()
        for change in result.raids:
            self._raids[change.raid.id] = change.raid
        for told in result.campaigns:
            self._campaigns.note(told.campaign)
        if marked.repeated:
            outcomes = self._seen.repeat(marked, result)
        else:
            outcomes = [outcome for outcome in result.outcomes if outcome is not None]
        self._seen.remember(marked, result)
        duplicates = len(marked.repeated)
        return Answer(_encode_lines(outcomes), duplicates - marked.conflicts, marked.conflicts)

    def raids(self) -> list[Raid]:
        for raid in self._pipeline.open_raids():
            self._raids[raid.id] = raid
        return list(self._raids.values())

    def campaigns(self) -> list[Campaign]:
        for campaign in self._pipeline.campaigns():
            self._campaigns.note(campaign)
        return self._campaigns.all()

    def close(self) -> None:
        self._pipeline.close()


class Campaigns:
    """Campaigns as they were last told; what another one took in is left out."""

    def __init__(self) -> None:
        self._told: dict[str, Campaign] = {}

    def note(self, campaign: Campaign) -> None:
        self._told[campaign.id] = campaign
        for other in campaign.joined:
            self._told.pop(other, None)

    def knows(self, campaign: Campaign) -> bool:
        return campaign.id in self._told

    def forget(self) -> None:
        self._told = {}

    def all(self) -> list[Campaign]:
        return list(self._told.values())


class _Marked(NamedTuple):
    """A chunk with its repeated items set apart: positions in the chunk, and their keys."""

    items: Sequence[Parsed]
    fresh: Sequence[Parsed]
    repeated: dict[int, str]
    conflicts: int


class _Seen:
    """The ids of the last items in two generations, and the outcomes that say something."""

    def __init__(self, at_least: int) -> None:
        self._at_least = at_least
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}
        self._young_outcomes: dict[str, Outcome] = {}
        self._old_outcomes: dict[str, Outcome] = {}

    def mark(self, items: Sequence[Parsed]) -> _Marked:
        repeated: dict[int, str] = {}
        conflicts = 0
        young, old = self._young, self._old
        for position, (item, raw) in enumerate(items):
            key = f"{item.platform}\0{item.id}"
            body = hash(raw)
            earlier = young.get(key)
            if earlier is None:
                earlier = old.get(key)
            if earlier is None:
                young[key] = body
            else:
                repeated[position] = key
                conflicts += earlier != body
        fresh = items
        if repeated:
            fresh = [part for position, part in enumerate(items) if position not in repeated]
        if len(young) >= self._at_least:
            self._young, self._old = {}, young
            self._young_outcomes, self._old_outcomes = {}, self._young_outcomes
        return _Marked(items, fresh, repeated, conflicts)

    def remember(self, marked: _Marked, result: StepResult) -> None:
        for part, outcome in zip(marked.fresh, result.outcomes, strict=True):
            if outcome is not None and (outcome.signals or outcome.verdict is not Verdict.ALLOW):
                self._young_outcomes[f"{part.item.platform}\0{part.item.id}"] = outcome

    def repeat(self, marked: _Marked, result: StepResult) -> list[Outcome]:
        """Outcomes of the whole chunk, the repeated ones as they were the first time."""
        outcomes: list[Outcome] = []
        fresh = iter(result.outcomes)
        here: dict[str, Outcome] = {}
        for position, (item, _) in enumerate(marked.items):
            key = marked.repeated.get(position)
            if key is None:
                outcome = next(fresh)
                if outcome is not None:
                    here[f"{item.platform}\0{item.id}"] = outcome
            elif isinstance(item, Message):
                outcome = (
                    here.get(key)
                    or self._young_outcomes.get(key)
                    or self._old_outcomes.get(key)
                    or Outcome(item.id, Verdict.ALLOW, 0.0)
                )
            else:
                outcome = None
            if outcome is not None:
                outcomes.append(outcome)
        return outcomes
