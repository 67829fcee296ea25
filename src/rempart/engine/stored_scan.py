"""A scan into a store: the same entries, cases and measures as the service would write.

Leases do not run out by this machine's clock while old files are read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from rempart.engine.embedded import EmbeddedEngine, ItemResult, Source
from rempart.engine.pipeline import Analysis, Pipeline, PipelineSettings, PipelineState, StepResult
from rempart.engine.scan import Answer, Campaigns
from rempart.engine.settings import load_engine_settings
from rempart.engine.shards import open_raids, raid_key
from rempart.ingest import Parsed
from rempart.model import Campaign, Item, Raid
from rempart.rules.language import Program

_MAX_SOURCE_NAME = 200


class StoredEngine:
    """Answers come after the durable commit. `inputs`: the names of the files, for the log."""

    def __init__(self, data: Path, inputs: Sequence[str], program: Program | None = None) -> None:
        settings = load_engine_settings(data)
        self._pipeline = _Watched(settings.pipeline)
        if program is not None:
            self._pipeline.use_rules(program)
        self._engine = EmbeddedEngine.open(data, settings, pipeline=self._pipeline, sweep=False)
        self._pipeline.forget()
        self._engine.start()
        name = ", ".join(inputs)[:_MAX_SOURCE_NAME]
        self._source = Source("file", name, proof="user-submitted")
        self._under_way: deque[Future[list[ItemResult]]] = deque()

    def submit(self, items: Sequence[Parsed]) -> None:
        self._under_way.append(self._engine.submit(items, self._source))

    def answer(self) -> Answer:
        results = self._under_way.popleft().result()
        statuses = [result.status for result in results]
        lines = [result.outcome for result in results if not result.event]
        return Answer(
            outcomes=b"\n".join([*lines, b""]),
            duplicates=statuses.count("duplicate"),
            conflicts=statuses.count("conflict"),
        )

    def raids(self) -> list[Raid]:
        """Asked on the engine's thread, which owns the states and the store they lie in."""
        return self._engine.write(lambda _: self._pipeline.raids()).result()

    def campaigns(self) -> list[Campaign]:
        return self._engine.write(lambda _: self._pipeline.campaigns()).result()

    def close(self) -> None:
        self._engine.stop()


class _Watched(Pipeline):
    """Notes the raids and campaigns it told of."""

    def __init__(self, settings: PipelineSettings) -> None:
        super().__init__(settings)
        self._state: PipelineState | None = None
        self._told: dict[str, Raid] = {}
        self._campaigns = Campaigns()

    def forget(self) -> None:
        """What was told while the memory was rebuilt from the log belongs to earlier runs."""
        self._told = {}
        self._campaigns.forget()

    def conclude(
        self, state: PipelineState, items: Sequence[Item], analysis: Analysis
    ) -> StepResult:
        result = super().conclude(state, items, analysis)
        self._state = state
        for change in result.raids:
            self._told[change.raid.id] = change.raid
        for told in result.campaigns:
            self._campaigns.note(told.campaign)
        return result

    def raids(self) -> list[Raid]:
        """As they were last known, of those that changed in this run."""
        if self._state is not None:
            keys = {raid_key(raid) for raid in self._told.values()}
            for raid in open_raids(self, self._state, keys):
                if raid.id in self._told:
                    self._told[raid.id] = raid
        return list(self._told.values())

    def campaigns(self) -> list[Campaign]:
        if self._state is not None:
            for campaign in self._state.over_time.campaigns():
                if self._campaigns.knows(campaign):
                    self._campaigns.note(campaign)
        return self._campaigns.all()
