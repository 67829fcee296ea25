"""The engine's writer: commits one group after the other, and what follows from each.

Everything here runs on the engine's one thread.

1. A group is one pipeline step and one durable transaction; its futures are resolved after it.
2. A group that failed was never acknowledged. What was decided is remembered, so that the same
   items sent again are not counted twice; raids and measures are told live all the same, and it
   writes again when there is space.
3. A pipeline that failed is rebuilt from the log, and goes item by item: the one it fails on is
   held without it, and costs no other item.
4. Live events are told after the commit, except those of rule 2, which say `"saved": false`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from rempart.cases.versions import changed_versions, live_versions
from rempart.engine.embedded.chores import Chores
from rempart.engine.embedded.clock_watch import ClockWatch
from rempart.engine.embedded.erasing import empty_caches
from rempart.engine.embedded.futures import Write, answer, resolve
from rempart.engine.embedded.items import ItemResult
from rempart.engine.embedded.memory import EngineMemory, Owed
from rempart.engine.embedded.notary import Notary
from rempart.engine.embedded.raids import RaidBook, raid_digest, redrawn_raids
from rempart.engine.embedded.rollup import Rollup
from rempart.engine.embedded.step import PipelineError, Step, Submission
from rempart.engine.live import LiveHub
from rempart.engine.mistakes import watch_budgets
from rempart.engine.pipeline import Pipeline
from rempart.engine.protected_facts import FactKeeper
from rempart.engine.settings import EngineSettings
from rempart.engine.start import check_tail
from rempart.errors import LogError, RempartError, StoreError, StoreFullError, StoreReadOnlyError
from rempart.ingest import Parsed
from rempart.model import Measure, Raid
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore

_LOG = logging.getLogger(__name__)
WORTH_SAVING = 20
"""Replaying this fraction of a snapshot's messages at a start is saved at once: a service that is
killed again and again starts as quickly each time."""


class Writer:
    """Made once per engine; `check_and_rebuild` before the first `commit`, `finish` after the
    last."""

    def __init__(
        self,
        data_dir: Path,
        settings: EngineSettings,
        store: SqliteStore,
        notary: Notary,
        pipeline: Pipeline,
        hub: LiveHub,
        now_ms: Callable[[], int],
        stepped: Callable[[Step], None],
        *,
        watch: ClockWatch,
        sweep: bool,
    ) -> None:
        self.settings = settings
        self.pipeline = pipeline
        self.hub = hub
        self.facts = FactKeeper(data_dir)
        self.memory = EngineMemory(pipeline)
        self.notary = notary
        self.full = False
        self._store = store
        self._now_ms = now_ms
        self._stepped = stepped
        self._raids = RaidBook()
        self._rollup = Rollup()
        self.chores = Chores(
            settings, notary, self.memory, self._raids, now_ms, sweep=sweep, watch=watch
        )
        self._refused: dict[bytes, bytes] = {}
        self._carried: list[Measure] = []

    def check_and_rebuild(self) -> None:
        """LogError: the log is not what it was."""
        try:
            with self._store.read() as tables:
                check_tail(tables)
                self.notary.check(tables)
                self.memory.use(live_versions(tables))
                self.pipeline.protect(self.facts.at_start(tables))
                self._rebuild(tables)
        except RempartError:
            raise
        except Exception as error:
            raise LogError(
                f"the store is damaged: {error}",
                where=str(self._store.path),
                next_step="keep it as it is, and restore a backup",
            ) from error

    def _rebuild(self, tables: Tables) -> None:
        owed = self.memory.rebuild(tables)
        self._refused, self._carried = dict(owed.refused), list(owed.measures)
        self._raids.restore(tables, owed.raids, self.memory.changed_raids.values())
        replayed = tables.log.size() - tables.stream.snapshot_seq()
        worth_saving = self.settings.engine.snapshot_messages // WORTH_SAVING
        if replayed >= worth_saving or self.memory.outdated:
            self.chores.snapshot_due = True

    def due(self) -> bool:
        """Whether something is to be done although nobody delivers."""
        return self.chores.due(self._now_ms(), full=self.full)

    def finish(self) -> None:
        """The last commit: what waits, the memory, a checkpoint."""
        self.chores.ending = True
        was_full = self.full
        self.commit([])
        if was_full and not self.full:
            self.commit([])

    def commit(self, jobs: Sequence[Submission | Write], *, undigested: bool = False) -> None:
        """One group, one transaction; resolves all its futures, one way or the other."""
        submissions = [job for job in jobs if isinstance(job, Submission)]
        writes = [job for job in jobs if isinstance(job, Write)]
        step = Step(
            self.memory, self._raids, self._rollup, self.settings, self._refused, self._carried
        )
        now_ms = self._now_ms()
        try:
            with self._store.begin() as tables:
                self.memory.attach(tables)
                step.run(
                    tables,
                    submissions,
                    now_ms,
                    undigested=undigested,
                    everything=self.chores.ending,
                )
                answers = [answer(tables, job.change) for job in writes]
                if tables.stream.undone and not tables.versions.changed:
                    self._watch_budgets(tables, now_ms)
                swapped = changed_versions(tables)
                protected = self.facts.changed(tables)
                taught = self.memory.teach(tables, tables.stream.taught)
                if taught or swapped is not None or protected is not None:
                    self.chores.snapshot_due = True
                self.chores.run(tables, now_ms, self._owed, full=self.full)
                told = list(tables.announced)
                undone, lifted = list(tables.stream.undone), list(tables.stream.lifted)
                taken = list(tables.stream.taken)
                corrected = list(tables.stream.corrected)
                redrawn = redrawn_raids(tables, corrected)
        except PipelineError as error:
            self._forget_step()
            self._recover(submissions, writes, error)
        except Exception as error:
            self._refuse(step, submissions, writes, error, now_ms)
        else:
            self._committed(step)
            self.memory.take_up(taken)
            self.memory.take_back(lifted, undone, corrected)
            self.memory.taught()
            if swapped is not None:
                self.memory.use(swapped)
                self.chores.facts_due = True
            if protected is not None:
                self.pipeline.protect(protected)
                self.chores.facts_due = True
            for submission, results in zip(submissions, step.results, strict=True):
                resolve(submission.future, results)
            for job, (value, failure) in zip(writes, answers, strict=True):
                resolve(job.future, value, failure)
            self._publish(step, told)
            self._stepped(step)
            self._raids.correct(self.memory.state.book.corrections, redrawn)
            if self.chores.erasing.carried_out:
                self._forget()
            self._tidy()

    def _watch_budgets(self, tables: Tables, now_ms: int) -> None:
        """A failure here must not cost what people decided."""
        try:
            with tables.part():
                program = self.pipeline.rules.program
                watch_budgets(tables, program, tables.stream.undone, now_ms)
        except (StoreFullError, StoreReadOnlyError):
            raise
        except Exception:
            _LOG.exception("the budgets of the rules could not be looked at")

    def _owed(self) -> Owed:
        return Owed(dict(self._refused), list(self._carried), self._raids.owed())

    def _committed(self, step: Step) -> None:
        for key in step.retried:
            self._refused.pop(key, None)
        self._carried.clear()
        self._rollup.committed()
        self.memory.committed()
        if self.full:
            self.full = False
            self.chores.snapshot_due = True
            self.hub.publish("alarm", {"what": "store-recovered"})

    def _forget_step(self) -> None:
        self.memory.unteach()
        self._rollup.failed()
        self.chores.failed()

    # -- when it fails -----------------------------------------------------------------------

    def _refuse(
        self,
        step: Step,
        submissions: Sequence[Submission],
        writes: Sequence[Write],
        error: Exception,
        now_ms: int,
    ) -> None:
        """Nothing was acknowledged. What was decided is remembered, so that the same items sent
        again are not counted twice; raids and measures are told all the same."""
        self._forget_step()
        if isinstance(error, StoreFullError):
            first, self.full = not self.full, True
            if first:
                self.hub.publish("alarm", {"what": "store-full"})
        else:
            _LOG.error("a group could not be committed", exc_info=error)
            what = "store-read-only" if isinstance(error, StoreReadOnlyError) else "store-failed"
            self.hub.publish("alarm", {"what": what})
        self._refused.update(step.stepped)
        self._carried.extend(step.measures)
        while len(self._refused) > self.settings.engine.remembered:
            del self._refused[next(iter(self._refused))]
        self._tell_unsaved(step.measures, self._raids.touched())
        told = error if isinstance(error, RempartError) else StoreError(f"not stored: {error}")
        for submission in submissions:
            resolve(submission.future, None, told)
        for write in writes:
            resolve(write.future, None, told)
        self.chores.tried(now_ms)

    def _recover(
        self, submissions: Sequence[Submission], writes: Sequence[Write], error: PipelineError
    ) -> None:
        """The pipeline failed: rebuild its memory, then go item by item; the one it fails on is
        held without it, with an alarm, and costs no other item."""
        _LOG.error("the pipeline failed on a group: %s", error, exc_info=error.__cause__)
        with self._store.read() as tables:
            self._rebuild(tables)
        if writes:
            self.commit(writes)
        for submission in submissions:
            if len(submission.items) == 1:
                self.commit([submission], undigested=len(submissions) == 1)
                continue
            results: list[ItemResult] = []
            try:
                for item in submission.items:
                    results += self._alone(item, submission)
            except Exception as failure:
                resolve(submission.future, None, failure)
            else:
                resolve(submission.future, results)

    def _alone(self, item: Parsed, submission: Submission) -> list[ItemResult]:
        single: Future[list[ItemResult]] = Future()
        self.commit([Submission((item,), submission.source, len(item.raw), single)])
        return single.result()

    # -- afterwards --------------------------------------------------------------------------

    def _publish(self, step: Step, told: list[tuple[str, dict[str, Any]]]) -> None:
        for kind, data in (*told, *self.chores.committed(self._raids.committed())):
            self._tell(kind, data)
        for alarm in step.alarms:
            self._tell("alarm", alarm)

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self.hub.publish(kind, data, platform=data.get("platform"), channel=data.get("channel"))

    def _tell_unsaved(self, measures: Sequence[Measure], raids: Sequence[Raid]) -> None:
        for raid in raids:
            self._tell("raid", {**raid_digest(raid), "saved": False})
        for measure in measures:
            scope = measure.scope
            place = {"platform": scope.platform, "channel": scope.channel}
            self._tell("measure", {"measure": measure, "saved": False, **place})

    def tell_digests(self, *, force: bool) -> None:
        if not self.chores.digest_due(self._now_ms(), force=force):
            return
        for platform, channel, data in self._rollup.digests():
            self._tell("outcomes", {"platform": platform, "channel": channel, **data})

    def _forget(self) -> None:
        """Somebody was erased in the transaction that has just committed: memory is built again
        from the store, and nothing that was said before is told again."""
        self.chores.erasing.carried_out = False
        self._rollup = Rollup()
        self._raids = self.chores.raids = RaidBook()
        with self._store.read() as tables:
            self._rebuild(tables)
        self.hub.forget_events()
        empty_caches()

    def _tidy(self) -> None:
        erasing = self.chores.erasing
        try:
            if not erasing.cleaning_due(self._now_ms()):
                self._store.tidy()
            elif self._store.tidy(force=True):
                erasing.unclean = False
        except StoreReadOnlyError as error:
            _LOG.error("the write-ahead log could not be brought in", exc_info=error)
            self.hub.publish("alarm", {"what": "store-read-only"})
