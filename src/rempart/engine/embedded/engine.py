"""The embedded engine: one process, one thread that decides and writes, one durable transaction
for everything that waits.

Rules kept here:

1. A future is resolved after the commit, never before: an answer is a promise.
2. Everything that waits when the thread comes back is one group: one pipeline step, one commit.
3. What cannot be taken is refused at the door (`QueueFullError`), never dropped behind it.
4. No space: what was decided stays decided, and it writes again when space returns (see `writer`).
   Another write error: nothing more is written until a restart has checked the log.
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
from typing import TypeVar

from rempart.cases.queue.policy import Policy
from rempart.detect.links.policy import LinkRules
from rempart.engine.embedded.clock_watch import ClockWatch
from rempart.engine.embedded.futures import Write, resolve
from rempart.engine.embedded.items import ItemResult, Source
from rempart.engine.embedded.notary import Notary
from rempart.engine.embedded.step import Step, Submission
from rempart.engine.embedded.writer import Writer
from rempart.engine.live import LiveHub
from rempart.engine.pipeline import Pipeline
from rempart.engine.settings import EngineSettings, load_engine_settings
from rempart.engine.start import Lock
from rempart.errors import (
    LogError,
    QueueFullError,
    StoreError,
)
from rempart.ingest import Parsed
from rempart.log.keys import load_signer
from rempart.log.note import Signer
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore

__all__ = ["EmbeddedEngine", "ItemResult", "Source"]

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
STORE_FILE = "rempart.db"
IDLE_SECONDS = 0.25


_Job = Submission | Write


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
        self._clock = clock
        self.on_step: Callable[[Step], None] | None = None
        self.pipeline = pipeline
        self.writer = Writer(
            data_dir,
            settings,
            store,
            notary,
            pipeline,
            self.hub,
            self.now_ms,
            self._stepped,
            watch=ClockWatch() if elapsed is None else ClockWatch(elapsed),
            sweep=sweep,
        )
        self.facts = self.writer.facts
        self._store = store
        self._lock = lock
        self._notary = notary
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
                engine.writer.check_and_rebuild()
            except BaseException:
                store.close()
                raise
        except BaseException:
            lock.release()
            raise
        return engine

    # -- for everybody -----------------------------------------------------------------------

    @property
    def signer(self) -> Signer:
        return self._notary.signer

    @property
    def policy(self) -> Policy:
        """What must happen by when."""
        return self.writer.chores.policy

    @property
    def writable(self) -> bool:
        """False while the disk is full, and for good after a write error (until a restart)."""
        return self._open and self._store.broken is None and not self.writer.full

    def start(self) -> None:
        self._open = True
        self._thread = threading.Thread(target=self._run, name="rempart-engine", daemon=True)
        self._thread.start()
        self.write(self.writer.chores.tell_facts).result()

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

    def listens_on(self, address: str) -> None:
        """Told to the commands that work beside the service (`start.last_address`)."""
        self._lock.tell(address)

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
        self._enqueue(Write(change, future), 1)
        return future

    def use_links(self, links: LinkRules) -> Future[None]:
        """Other lists of links, from the next step on; the log is told which."""

        def change(tables: Tables) -> None:
            self.pipeline.use_links(links)
            self.writer.chores.tell_facts(tables)

        return self.write(change)

    def rule_errors(self) -> dict[str, int]:
        """Errors of the community's own rules since they came into force, by rule."""
        state = self.writer.memory.state.rules
        return dict(state.errors) if state is not None else {}

    def rule_failures(self) -> dict[tuple[str, str], int]:
        """How often something that a rule asked failed, by rule and by what it was."""
        state = self.writer.memory.state.rules
        return dict(state.failures) if state is not None else {}

    def read(self) -> AbstractContextManager[Tables]:
        """A consistent moment of all tables."""
        return self._store.read()

    def checkpoint(self) -> Future[str]:
        """Signs a checkpoint now; the signed note, once it is durable."""
        return self.write(lambda tables: self._notary.sign(tables, self.now_ms()))

    def note_time(self, change: Callable[[Tables], _T]) -> Future[_T]:
        """As `write`, for entries that are about time only (see `notary`)."""

        def noted(tables: Tables) -> _T:
            before = tables.log.size()
            value = change(tables)
            self._notary.note_time(before, tables.log.size())
            return value

        return self.write(noted)

    @property
    def foreign_writes(self) -> int:
        """How often somebody else wrote into the store since the start."""
        return self.writer.chores.foreign_writes

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

    def now_ms(self) -> int:
        """By the engine's clock."""
        return int(self._clock() * 1000)

    def _stepped(self, step: Step) -> None:
        if self.on_step is not None:
            self.on_step(step)

    # -- on the engine's thread --------------------------------------------------------------

    def _run(self) -> None:
        try:
            going = True
            while going:
                jobs, going = self._collect()
                if jobs or self.writer.due():
                    self.writer.commit(jobs)
                self.writer.tell_digests(force=not jobs)
            self.writer.finish()
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

    def _fail_waiting(self) -> None:
        while True:
            try:
                job = self._queue.get_nowait()
            except Empty:
                return
            if job is not None:
                resolve(job.future, None, StoreError("the engine has stopped"))
