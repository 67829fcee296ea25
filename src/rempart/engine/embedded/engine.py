"""The embedded engine: one process, one thread that decides and writes, one durable transaction
for everything that waits.

Rules kept here:

1. A future is resolved after the commit, never before: an answer is a promise.
2. Everything that waits when the thread comes back is one group: one pipeline step, one commit.
3. What cannot be taken is refused at the door (`QueueFullError`), never dropped behind it.
4. No space: what was decided stays decided (see `embedded.step`), raids and measures go on being
   told live, and it writes again when space returns. Another write error: nothing more is written
   until a restart has checked the log.
5. Live events are told after the commit, except those of rule 4, which say `"saved": false`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

from rempart.cases.queue.policy import Policy
from rempart.detect.links.policy import LinkRules
from rempart.engine.embedded.chores import Chores
from rempart.engine.embedded.clock_watch import ClockWatch
from rempart.engine.embedded.erasing import empty_caches
from rempart.engine.embedded.futures import answer, resolve
from rempart.engine.embedded.items import ItemResult, Source
from rempart.engine.embedded.memory import EngineMemory, Owed
from rempart.engine.embedded.notary import Notary
from rempart.engine.embedded.raids import RaidBook, raid_digest, redrawn_raids
from rempart.engine.embedded.rollup import Rollup
from rempart.engine.embedded.step import PipelineError, Step, Submission
from rempart.engine.live import LiveHub
from rempart.engine.mistakes import watch_budgets
from rempart.engine.pipeline import Pipeline
from rempart.engine.protected_facts import FactKeeper
from rempart.engine.settings import EngineSettings, load_engine_settings
from rempart.engine.start import Lock, check_tail
from rempart.engine.versions import changed_versions, live_versions
from rempart.errors import (
    LogError,
    QueueFullError,
    RempartError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)
from rempart.ingest import Parsed
from rempart.log.keys import load_signer
from rempart.log.note import Signer
from rempart.model import Measure, Raid
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore

__all__ = ["EmbeddedEngine", "ItemResult", "Source"]

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
STORE_FILE = "rempart.db"
IDLE_SECONDS = 0.25
WORTH_SAVING = 20
"""Replaying this fraction of a snapshot's messages at a start is saved at once: a service that is
killed again and again starts as quickly each time."""


class _Write(NamedTuple):
    change: Callable[[Tables], Any]
    future: Future[Any]


_Job = Submission | _Write


class EmbeddedEngine:
    """`submit`, `write`, `read` and `hub` may be used from any thread, between start and stop."""

    def __init__(
        self,
        data_dir: Path,
        settings: EngineSettings,
        store: SqliteStore,
        lock: Lock,
        notary: Notary,
        pipeline: Pipeline,
        *,
        clock: Callable[[], float],
        elapsed: Callable[[], float] | None,
        sweep: bool,
    ) -> None:
        self.data_dir = data_dir
        self.settings = settings
        self.hub = LiveHub()
        self.on_step: Callable[[Step], None] | None = None
        self.pipeline = pipeline
        self.facts = FactKeeper(data_dir)
        self._store = store
        self._lock = lock
        self._clock = clock
        self._memory = EngineMemory(pipeline)
        self._raids = RaidBook()
        self._rollup = Rollup()
        self._notary = notary
        self._chores = Chores(
            settings,
            notary,
            self._memory,
            self._raids,
            self._now_ms,
            sweep=sweep,
            watch=ClockWatch() if elapsed is None else ClockWatch(elapsed),
        )
        self._refused: dict[bytes, bytes] = {}
        self._carried: list[Measure] = []
        self._full = False
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._door = threading.Lock()
        self._waiting = 0
        self._open = False
        self._thread: threading.Thread | None = None

    @classmethod
    def open(
        cls,
        data_dir: Path,
        settings: EngineSettings | None = None,
        *,
        pipeline: Pipeline | None = None,
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] | None = None,
        sweep: bool = True,
        vfs: str | None = None,
    ) -> EmbeddedEngine:
        """Takes the data folder, checks the log, rebuilds the memory; call `start` then.

        `sweep` False: leases do not run out by this machine's clock (scans of old files). `vfs`:
        the file system of SQLite, for crash tests. StoreError: the folder is in use or its disk
        refuses; LogError: the log is not what it was.
        """
        settings = settings or load_engine_settings(data_dir)
        lock = Lock(data_dir)
        try:
            known = (data_dir / STORE_FILE).exists()
            signer = load_signer(data_dir, settings.log.origin, has_entries=known)
            store = SqliteStore.open(data_dir / STORE_FILE, vfs=vfs, clock=clock)
            try:
                engine = cls(
                    data_dir,
                    settings,
                    store,
                    lock,
                    Notary(data_dir, signer),
                    pipeline or Pipeline(settings.pipeline),
                    clock=clock,
                    elapsed=clock if elapsed is None and clock is not time.time else elapsed,
                    sweep=sweep,
                )
                engine._check_and_rebuild()
            except BaseException:
                store.close()
                raise
        except BaseException:
            lock.release()
            raise
        return engine

    def _check_and_rebuild(self) -> None:
        try:
            with self._store.read() as tables:
                check_tail(tables)
                self._notary.check(tables)
                self._memory.use(live_versions(tables))
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
        owed = self._memory.rebuild(tables)
        self._refused, self._carried = dict(owed.refused), list(owed.measures)
        self._raids.restore(tables, owed.raids, self._memory.changed_raids.values())
        replayed = tables.log.size() - tables.stream.snapshot_seq()
        worth_saving = self.settings.engine.snapshot_messages // WORTH_SAVING
        if replayed >= worth_saving or self._memory.outdated:
            self._chores.snapshot_due = True

    # -- for everybody -----------------------------------------------------------------------

    @property
    def signer(self) -> Signer:
        return self._notary.signer

    @property
    def policy(self) -> Policy:
        """What must happen by when."""
        return self._chores.policy

    @property
    def writable(self) -> bool:
        """False while the disk is full, and for good after a write error (until a restart)."""
        return self._open and self._store.broken is None and not self._full

    def start(self) -> None:
        self._open = True
        self._thread = threading.Thread(target=self._run, name="rempart-engine", daemon=True)
        self._thread.start()
        self.write(self._chores.tell_facts).result()

    def stop(self) -> None:
        """Commits what waits, saves the memory, signs a checkpoint, closes. Idempotent."""
        with self._door:
            was_open, self._open = self._open, False
        if was_open:
            self._queue.put(None)
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.hub.stop()
        self._store.close()
        self._lock.release()

    def submit(self, items: Sequence[Parsed], source: Source) -> Future[list[ItemResult]]:
        """Results in order, after the durable commit. QueueFullError: try again later."""
        size = sum(len(raw) for _, raw in items)
        future: Future[list[ItemResult]] = Future()
        self._enqueue(Submission(items, source, size, future), len(items))
        return future

    def write(self, change: Callable[[Tables], _T]) -> Future[_T]:
        """Runs `change` inside the next transaction, on the engine's thread. If it raises, what it
        wrote is taken back and its future says so; nobody else is affected."""
        future: Future[_T] = Future()
        self._enqueue(_Write(change, future), 1)
        return future

    def use_links(self, links: LinkRules) -> Future[None]:
        """Other lists of links, from the next step on; the log is told which."""

        def change(tables: Tables) -> None:
            self.pipeline.use_links(links)
            self._chores.tell_facts(tables)

        return self.write(change)

    def rule_errors(self) -> dict[str, int]:
        """Errors of the community's own rules since they came into force, by rule."""
        state = self._memory.state.rules
        return dict(state.errors) if state is not None else {}

    def rule_failures(self) -> dict[tuple[str, str], int]:
        """How often something that a rule asked failed, by rule and by what it was."""
        state = self._memory.state.rules
        return dict(state.failures) if state is not None else {}

    def read(self) -> AbstractContextManager[Tables]:
        """A consistent moment of all tables."""
        return self._store.read()

    def checkpoint(self) -> Future[str]:
        """Signs a checkpoint now; the signed note, once it is durable."""
        return self.write(lambda tables: self._notary.sign(tables, self._now_ms()))

    def note_time(self, change: Callable[[Tables], _T]) -> Future[_T]:
        """As `write`, for entries that are about time only (see `embedded.notary`)."""

        def noted(tables: Tables) -> _T:
            before = tables.log.size()
            value = change(tables)
            self._notary.note_time(before, tables.log.size())
            return value

        return self.write(noted)

    @property
    def foreign_writes(self) -> int:
        """How often somebody else wrote into the store since the start."""
        return self._chores.foreign_writes

    def seal(self) -> Future[int]:
        """Signs everything so far and has the authorities stamp it at once; the size of the log
        then."""

        def ask(tables: Tables) -> int:
            tables.attested.seal_asked = True
            return tables.log.size()

        return self.write(ask)

    def stop_signing(self, why: LogError, proof: str | None = None) -> Future[None]:
        """No checkpoint is signed any more; see `Notary.stop`. An alarm tells so."""

        def stop(tables: Tables) -> None:
            if self._notary.stopped is None:
                tables.announce("alarm", {"what": "signing-stopped", "detail": why.diagnostics()})
            self._notary.stop(why, proof)

        return self.write(stop)

    @property
    def signing_stopped(self) -> LogError | None:
        """Why nothing is signed any more."""
        return self._notary.stopped

    def _enqueue(self, job: _Job, weight: int) -> None:
        if self._store.broken is not None:
            raise self._store.broken
        with self._door:
            if not self._open:
                raise StoreError("the engine has stopped")
            if self._waiting and self._waiting + weight > self.settings.engine.waiting:
                raise QueueFullError(
                    f"{self._waiting} items are waiting to be committed",
                    next_step=f"send the same again in {QueueFullError.retry_after} s",
                )
            self._waiting += weight
            self._queue.put(job)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    # -- on the engine's thread --------------------------------------------------------------

    def _run(self) -> None:
        try:
            going = True
            while going:
                jobs, going = self._collect()
                if jobs:
                    self._commit(jobs)
                elif self._chores.due(self._now_ms(), full=self._full):
                    self._commit([])
                self._tell_digests(force=not jobs)
            self._chores.ending = True
            was_full = self._full
            self._commit([])
            if was_full and not self._full:
                self._commit([])
        except BaseException:
            _LOG.critical("the engine's thread ended", exc_info=True)
            raise
        finally:
            self._open = False
            self._fail_waiting()

    def _collect(self) -> tuple[list[_Job], bool]:
        """What waits, up to the size of a group. False with it: the engine is to stop."""
        jobs: list[_Job] = []
        items = size = 0
        limits = self.settings.engine
        going = True
        while items < limits.group and size < limits.group_bytes:
            try:
                idle = going and not jobs
                job = self._queue.get(timeout=IDLE_SECONDS) if idle else self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                going = False
                continue
            weight = len(job.items) if isinstance(job, Submission) else 1
            with self._door:
                self._waiting -= weight
            if not job.future.set_running_or_notify_cancel():
                continue
            jobs.append(job)
            items += weight
            size += job.size if isinstance(job, Submission) else 0
        if not going and not self._queue.empty():
            self._queue.put(None)
            going = True
        return jobs, going

    def _commit(self, jobs: Sequence[_Job], *, undigested: bool = False) -> None:
        """One group, one transaction; resolves all its futures, one way or the other."""
        submissions = [job for job in jobs if isinstance(job, Submission)]
        writes = [job for job in jobs if isinstance(job, _Write)]
        step = Step(
            self._memory, self._raids, self._rollup, self.settings, self._refused, self._carried
        )
        now_ms = self._now_ms()
        try:
            with self._store.begin() as tables:
                self._memory.attach(tables)
                step.run(
                    tables,
                    submissions,
                    now_ms,
                    undigested=undigested,
                    everything=self._chores.ending,
                )
                answers = [answer(tables, job.change) for job in writes]
                if tables.stream.undone and not tables.versions.changed:
                    self._watch_budgets(tables, now_ms)
                swapped = changed_versions(tables)
                protected = self.facts.changed(tables)
                taught = self._memory.teach(tables, tables.stream.taught)
                if taught or swapped is not None or protected is not None:
                    self._chores.snapshot_due = True
                self._chores.run(tables, now_ms, self._owed, full=self._full)
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
            self._memory.take_up(taken)
            self._memory.take_back(lifted, undone, corrected)
            self._memory.taught()
            if swapped is not None:
                self._memory.use(swapped)
                self._chores.facts_due = True
            if protected is not None:
                self.pipeline.protect(protected)
                self._chores.facts_due = True
            for submission, results in zip(submissions, step.results, strict=True):
                resolve(submission.future, results)
            for job, (value, failure) in zip(writes, answers, strict=True):
                resolve(job.future, value, failure)
            self._publish(step, told)
            if self.on_step is not None:
                self.on_step(step)
            self._raids.correct(self._memory.state.book.corrections, redrawn)
            if self._chores.erasing.carried_out:
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
        self._memory.committed()
        if self._full:
            self._full = False
            self._chores.snapshot_due = True
            self.hub.publish("alarm", {"what": "store-recovered"})

    def _forget_step(self) -> None:
        self._memory.unteach()
        self._rollup.failed()
        self._chores.failed()

    # -- when it fails -----------------------------------------------------------------------

    def _refuse(
        self,
        step: Step,
        submissions: Sequence[Submission],
        writes: Sequence[_Write],
        error: Exception,
        now_ms: int,
    ) -> None:
        """Nothing was acknowledged. What was decided is remembered, so that the same items sent
        again are not counted twice; raids and measures are told all the same."""
        self._forget_step()
        if isinstance(error, StoreFullError):
            first, self._full = not self._full, True
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
        self._chores.tried(now_ms)

    def _recover(
        self, submissions: Sequence[Submission], writes: Sequence[_Write], error: PipelineError
    ) -> None:
        """The pipeline failed: rebuild its memory, then go item by item; the one it fails on is
        held without it, with an alarm, and costs no other item."""
        _LOG.error("the pipeline failed on a group: %s", error, exc_info=error.__cause__)
        with self._store.read() as tables:
            self._rebuild(tables)
        if writes:
            self._commit(writes)
        for submission in submissions:
            if len(submission.items) == 1:
                self._commit([submission], undigested=len(submissions) == 1)
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
        self._commit([Submission((item,), submission.source, len(item.raw), single)])
        return single.result()

    def _fail_waiting(self) -> None:
        while True:
            try:
                job = self._queue.get_nowait()
            except Empty:
                return
            if job is not None:
                resolve(job.future, None, StoreError("the engine has stopped"))

    # -- afterwards --------------------------------------------------------------------------

    def _publish(self, step: Step, told: list[tuple[str, dict[str, Any]]]) -> None:
        for kind, data in (*told, *self._chores.committed(self._raids.committed())):
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

    def _tell_digests(self, *, force: bool) -> None:
        if not self._chores.digest_due(self._now_ms(), force=force):
            return
        for platform, channel, data in self._rollup.digests():
            self._tell("outcomes", {"platform": platform, "channel": channel, **data})

    def _forget(self) -> None:
        """Somebody was erased in the transaction that has just committed: memory is built again
        from the store, and nothing that was said before is told again."""
        self._chores.erasing.carried_out = False
        self._rollup = Rollup()
        self._raids = self._chores.raids = RaidBook()
        with self._store.read() as tables:
            self._rebuild(tables)
        self.hub.forget_events()
        empty_caches()

    def _tidy(self) -> None:
        erasing = self._chores.erasing
        try:
            if not erasing.cleaning_due(self._now_ms()):
                self._store.tidy()
            elif self._store.tidy(force=True):
                erasing.unclean = False
        except StoreReadOnlyError as error:
            _LOG.error("the write-ahead log could not be brought in", exc_info=error)
            self.hub.publish("alarm", {"what": "store-read-only"})
