"""Draws court dossiers beside the service: one at a time, with its progress, kept till the next.

It reads from one consistent moment, so nobody who writes waits; at its end it writes one entry: who
asked, for which period and perimeter, as of which size of the log, and the hash of every file.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from rempart.disclose.court.draw import PHASES
from rempart.disclose.court.make import Made, Wanted, given_of, make
from rempart.disclose.given_out import note
from rempart.engine.embedded import EmbeddedEngine
from rempart.model.moments import at_time
from rempart.web.documents import setting_of
from rempart.web.drawing import Drawing, Told
from rempart.web.drawing import Standing as AnyStanding
from rempart.web.settings import WebSettings


class Drawn(NamedTuple):
    """`entry`: of the log, by which it was noted."""

    made: Made
    entry: int


Standing = AnyStanding[Wanted, Drawn]


class CourtDesk:
    """Thread-safe."""

    def __init__(self, engine: EmbeddedEngine, data: Path, settings: WebSettings) -> None:
        self._engine = engine
        self._data = data
        self._settings = settings
        self._drawing: Drawing[Wanted, Drawn] = Drawing("the court dossier", PHASES)

    def standing(self) -> Standing | None:
        return self._drawing.standing()

    def draw(self, wanted: Wanted, by: str, at_ms: int) -> None:
        """Begins one. ConflictError while another is drawn."""
        self._drawing.begin(wanted, lambda told: self._work(wanted, by, at_ms, told))

    def _work(self, wanted: Wanted, by: str, at_ms: int, told: Told) -> Drawn:
        setting = None
        if all(find_spec(name) is not None for name in ("typst", "pyhanko")):
            name, now = self._engine.signer.name, at_time(at_ms)
            setting = setting_of(self._data, self._settings, name, wanted.language, now)
        with self._engine.read() as tables:
            made = make(tables, self._engine.settings.community.name, wanted, setting, told)
        given = given_of(wanted, made, by, at_ms)
        seq = self._engine.write(lambda tables: note(tables, given)).result()
        return Drawn(made, seq)
