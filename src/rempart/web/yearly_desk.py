"""Draws up yearly reports beside the service (`web.drawing`).

Only publishing writes, at its end, one row and one entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rempart.disclose.history import Period
from rempart.disclose.yearly import Provider
from rempart.disclose.yearly.publish import PHASES, Drawn, draft, final, publish
from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface import Tables
from rempart.store.interface.history import YearlyRow
from rempart.web.drawing import Drawing, Told
from rempart.web.drawing import Standing as AnyStanding

Asked = Callable[[Tables], tuple[Period, Provider]]


class Wanted(NamedTuple):
    """Which report. `half` None: the whole year."""

    year: int
    half: int | None
    language: str


class Report(NamedTuple):
    """`published` None: a draft."""

    drawn: Drawn
    published: YearlyRow | None = None


Standing = AnyStanding[Wanted, Report]


class YearlyDesk:
    """Thread-safe."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._drawing: Drawing[Wanted, Report] = Drawing("the yearly report", PHASES)

    def standing(self) -> Standing | None:
        return self._drawing.standing()

    def draw(self, wanted: Wanted, asked: Asked) -> None:
        """Begins a draft. ConflictError while another is drawn."""

        def work(told: Told) -> Report:
            with self._engine.read() as tables:
                period, provider = asked(tables)
                return Report(draft(tables, period, provider, told=told))

        self._drawing.begin(wanted, work)

    def publish(self, wanted: Wanted, asked: Asked, reason: str, by: str, at_ms: int) -> None:
        """Begins a version that is published at the end."""

        def work(told: Told) -> Report:
            with self._engine.read() as tables:
                period, provider = asked(tables)
                drawn = final(tables, period, provider, reason, at_ms, told)
            row = self._engine.write(lambda tables: publish(tables, drawn, by, at_ms)).result()
            return Report(drawn, row)

        self._drawing.begin(wanted, work)
