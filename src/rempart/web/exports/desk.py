"""Makes dossiers beside everything else, one at a time, and keeps them until they were taken.

Rules kept here:

1. What is made lies in `<data>/exports/`, each file encrypted under a key that is in memory only:
   after a restart nobody can read it, and the start removes it. It is made again when asked for.
2. Nothing waits for a dossier but who wants it; how far it is can be seen.
3. What was made before something in it was erased or closed is dropped when it is asked for.
4. What breaks is said to who asked, and is never tried in a circle.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from rempart.cases.evidence.exports import LIFETIME_MS, Wish, begin, held_by, note_made
from rempart.cases.evidence.promoted import PORTION, promote
from rempart.cases.live import tell_case
from rempart.disclose.dossier import Copy, edition, volumes_of
from rempart.disclose.dossier.delivery import Form, deliver
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import RempartError
from rempart.model.moments import at_time, ms_of, written
from rempart.store.interface.looks import ProposalRow
from rempart.store.sealed_files import SealedFiles
from rempart.web.attest.sealing import sealed
from rempart.web.documents import setting_of
from rempart.web.settings import WebSettings

_LOG = logging.getLogger(__name__)
FOLDER: Final = "exports"
MAKING, READY, FAILED = "making", "ready", "failed"


class MadeFile(NamedTuple):
    """One file: `name` as it is offered, `stored` and `key` to read it again."""

    name: str
    sha256: str
    size: int
    stored: str
    key: bytes


class Job:
    """One dossier: how far it is. `volumes` 0: not known yet; `made_ms`: when it was read, `held`:
    the messages in it."""

    def __init__(self, until_ms: int) -> None:
        self.state = MAKING
        self.volumes = 0
        self.files: list[MadeFile] = []
        self.why = ""
        self.made_ms = 0
        self.held: frozenset[int] = frozenset()
        self.until_ms = until_ms


class ExportDesk:
    """One per service. `pages`: where captured pages lie."""

    def __init__(
        self, engine: EmbeddedEngine, settings: WebSettings, data: Path, pages: SealedFiles | None
    ) -> None:
        self._engine, self._settings, self._data, self._pages = engine, settings, data, pages
        self._files = SealedFiles(data / FOLDER)
        self._jobs: dict[str, Job] = {}
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._files.drop_unfinished()
        for name in self._files.names():
            self._files.drop(name)

    def job(self, id: str) -> Job | None:
        return self._jobs.get(id)

    def start(self, row: ProposalRow, by: str) -> Job:
        """Begins to make it, unless it is made or being made."""
        self._forget_old()
        known = self._jobs.get(row.id)
        if known is not None and known.state != FAILED:
            return known
        job = self._jobs[row.id] = Job((row.closed_ms or 0) + LIFETIME_MS)
        task = asyncio.get_running_loop().create_task(self._make(row, by, job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def content(self, file: MadeFile) -> bytes:
        return self._files.get(file.stored, file.key)

    def drop(self, id: str) -> None:
        """It may leave no more: the key and the files go."""
        job = self._jobs.pop(id, None)
        for file in job.files if job is not None else ():
            self._files.drop(file.stored)

    def _forget_old(self) -> None:
        now_ms = time.time_ns() // 1_000_000
        for id, job in list(self._jobs.items()):
            if now_ms > job.until_ms and job.state != MAKING:
                self.drop(id)

    async def _make(self, row: ProposalRow, by: str, job: Job) -> None:
        try:
            async with self._one_at_a_time:
                now = datetime.now(UTC)
                now_ms = job.made_ms = ms_of(now)
                wish = await asyncio.wrap_future(
                    self._engine.write(lambda tables: begin(tables, row, by, now_ms))
                )
                while await asyncio.wrap_future(
                    self._engine.write(lambda tables: promote(tables, row.case, PORTION))
                ):
                    pass
                await sealed(self._engine, self._settings.witnesses)
                await asyncio.to_thread(self._write, row, wish, by, now, job)
                hashes = [file.sha256 for file in job.files]
                await asyncio.wrap_future(
                    self._engine.write(lambda tables: note_made(tables, row, by, hashes, now_ms))
                )
            job.state = READY
            await self._tell(row.case)
        except RempartError as error:
            job.state, job.why = FAILED, error.what
        except Exception as error:
            _LOG.exception("a dossier could not be made")
            job.state, job.why = FAILED, f"it broke: {type(error).__name__}"

    async def _tell(self, case: str) -> None:
        """Pages that show the case look again."""
        await asyncio.wrap_future(
            self._engine.write(lambda tables: tell_case(tables, tables.cases.get(case)))
        )

    def _write(self, row: ProposalRow, wish: Wish, by: str, now: datetime, job: Job) -> None:
        form = Form(wish.form)
        until = at_time(job.until_ms)
        with self._engine.read() as tables:
            case = tables.cases.get(row.case)
            job.held = held_by(tables, case) if case is not None else frozenset()
            volumes = volumes_of(
                tables,
                row.case,
                self._engine.signer,
                now,
                edition=edition(wish.edition, wish.hide_words),
                language=wish.language,
                by=by,
                pages=self._pages,
                copy=Copy(
                    row.id,
                    wish.recipient,
                    wish.capacity.value,
                    wish.mandate,
                    row.closed_by or "",
                    written(until),
                ),
                most_messages=form.most_messages,
            )
        job.volumes = len(volumes)
        setting = None
        if form is Form.PDF:
            setting = setting_of(
                self._data, self._settings, self._engine.signer.name, wish.language, now
            )
        for one in deliver(volumes, form, setting, wish.age):
            stored = f"{row.id}-{one.volume}"
            key = self._files.put(stored, one.data)
            name = f"{row.case}{one.name}"
            job.files.append(MadeFile(name, one.sha256, len(one.data), stored, key))
            self._engine.write(lambda tables: tell_case(tables, tables.cases.get(row.case)))
