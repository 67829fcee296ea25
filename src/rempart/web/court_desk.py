"""Draws court dossiers beside the service: one at a time, with its progress, kept till the next.

It reads from one consistent moment, so nobody who writes waits; at its end it writes one entry: who
asked, for which period and perimeter, as of which size of the log, and the hash of every file.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple

from rempart.cases.entries import entry, record, rfc3339
from rempart.disclose.court.draw import PHASES
from rempart.disclose.court.make import Made, Wanted, make
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import ConflictError, RempartError
from rempart.store.interface import Tables
from rempart.web.documents import setting_of
from rempart.web.settings import WebSettings

_LOG = logging.getLogger(__name__)


class Standing(NamedTuple):
    """Of the last one asked for. `phase`: of `PHASES`, counted from 0; None: done or failed."""

    wanted: Wanted
    phase: int | None
    seconds: float
    made: Made | None = None
    entry: int | None = None
    error: str = ""


class CourtDesk:
    """Thread-safe."""

    def __init__(self, engine: EmbeddedEngine, data: Path, settings: WebSettings) -> None:
        self._engine = engine
        self._data = data
        self._settings = settings
        self._lock = Lock()
        self._now: Standing | None = None
        self._begun = 0.0

    def standing(self) -> Standing | None:
        with self._lock:
            now = self._now
            if now is None or now.phase is None:
                return now
            return now._replace(seconds=time.monotonic() - self._begun)

    def draw(self, wanted: Wanted, by: str, at_ms: int) -> None:
        """Begins one. ConflictError while another is drawn."""
        with self._lock:
            if self._now is not None and self._now.phase is not None:
                raise ConflictError("a dossier is being drawn", next_step="wait until it is there")
            self._begun = time.monotonic()
            self._now = Standing(wanted, 0, 0.0)
        Thread(
            target=self._run, args=(wanted, by, at_ms), name="court dossier", daemon=True
        ).start()

    def _run(self, wanted: Wanted, by: str, at_ms: int) -> None:
        try:
            done = self._work(wanted, by, at_ms, lambda phase: self._told(wanted, phase))
        except RempartError as error:
            done = Standing(wanted, None, 0.0, error=error.diagnostics())
        except Exception:
            _LOG.exception("the court dossier could not be drawn")
            done = Standing(wanted, None, 0.0, error="the court dossier could not be drawn")
        with self._lock:
            self._now = done._replace(seconds=time.monotonic() - self._begun)

    def _work(self, wanted: Wanted, by: str, at_ms: int, told: Callable[[str], object]) -> Standing:
        setting = None
        if all(find_spec(name) is not None for name in ("typst", "pyhanko")):
            name, now = self._engine.signer.name, datetime.fromtimestamp(at_ms / 1000, UTC)
            setting = setting_of(self._data, self._settings, name, wanted.language, now)
        with self._engine.read() as tables:
            made = make(tables, self._engine.settings.community.name, wanted, setting, told)
        seq = self._engine.write(lambda tables: note_made(tables, wanted, made, by, at_ms)).result()
        return Standing(wanted, None, 0.0, made, seq)

    def _told(self, wanted: Wanted, phase: str) -> None:
        with self._lock:
            self._now = Standing(wanted, PHASES.index(phase), 0.0)


def note_made(tables: Tables, wanted: Wanted, made: Made, by: str, at_ms: int) -> int:
    """The entry of a dossier: what was asked, and what it was."""
    told = {
        "by": by,
        "at": rfc3339(at_ms),
        "from": wanted.first.isoformat(),
        "until": wanted.last.isoformat(),
        "language": wanted.language,
        "offences": list(wanted.perimeter.offences),
        "jurisdiction": wanted.perimeter.jurisdiction,
        "as_of": made.dossier.read.as_of,
        "root": made.dossier.read.root,
        "key_of_pseudonyms": bool(wanted.age),
        "files": {name: sha256(data).hexdigest() for name, data in made.files.items()},
    }
    return record(tables, [(None, entry("court-dossier", told))])
