"""What all sheets have in common: rows as the template has them, and who fills which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.disclose.plain_csv import Cell
from rempart.disclose.yearly.report import Ground
from rempart.disclose.yearly.template import (
    ALL,
    HOSTING,
    OTHER_TEXT,
    PERIOD,
    PLATFORMS,
    VERY_LARGE,
    VERY_LARGE_ANY,
    TemplateSheet,
)
from rempart.model import Layer

_FROM_LAYER: Final = {
    ALL: Layer.INTERMEDIARY,
    HOSTING: Layer.HOSTING,
    PLATFORMS: Layer.PLATFORM,
    VERY_LARGE: Layer.VERY_LARGE,
    VERY_LARGE_ANY: Layer.VERY_LARGE,
}
_ORDER: Final = tuple(Layer)
SERVICE: Final = 1
"""The column of the service's name, on every sheet but the second."""
LANGUAGES: Final = tuple(
    "bg hr cs da nl en et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv".split()  # noqa: SIM905
)
"""Official languages of the Union, in the template's order: from Bulgarian to Swedish."""
MEMBER_STATES: Final = tuple(
    "AT BE BG HR CY CZ DK EE FI FR DE EL HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
)
"""As Eurostat writes them (Greece is EL), in the template's order: from Austria to Sweden."""


def started(ground: Ground, row: Sequence[str]) -> list[Cell]:
    """A row of the template with service and period, and without its placeholder for *Other*."""
    cells: list[Cell] = [
        ground.period.cell if cell == PERIOD else (None if cell in ("", OTHER_TEXT) else cell)
        for cell in row
    ]
    cells[SERVICE] = ground.provider.name or None
    return cells


def applies(ground: Ground, row: Sequence[str]) -> bool:
    """Whether this tier fills the row (its first cell says for whom it is)."""
    return _ORDER.index(ground.layer) >= _ORDER.index(_FROM_LAYER[row[0]])


def start(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    return [started(ground, row) for row in sheet.rows]
