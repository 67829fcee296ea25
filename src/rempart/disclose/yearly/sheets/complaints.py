"""Sheet 7: appeals, disputes, suspensions for repeated misuse. By position."""

from __future__ import annotations

from typing import Final

from rempart.disclose.history.complaints import (
    About,
    Outcomes,
    complaints,
    disputes,
    newly_imposed,
    suspended_sources,
    warned_accounts,
    warned_sources,
)
from rempart.disclose.plain_csv import Cell
from rempart.disclose.yearly import notes
from rempart.disclose.yearly.report import Ground
from rempart.disclose.yearly.sheets.start import applies, start
from rempart.disclose.yearly.template import TemplateSheet

_VALUE, _CONTEXT = 6, 7
_PARTS: Final = (
    (7, About.VISIBILITY),
    (12, About.PROVISION),
    (17, About.ACCOUNT),
    (22, About.MONETARY),
    (27, About.NO_ACTION),
    (32, About.NO_ACTION_FLAGGER),
)
"""The first row of each part: total, upheld, partially reversed, reversed, median."""
_MONETARY: Final = range(22, 27)


def complaints_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    figures, language = ground.figures, ground.language
    values: list[Cell] = [None] * len(sheet.rows)
    whole = complaints(figures)
    values[0:6] = [*_five(whole), whole.omitted]
    values[6] = newly_imposed(figures)
    for first, about in _PARTS:
        values[first : first + 5] = _five(complaints(figures, about))
    for place in _MONETARY:
        values[place] = None
    outside = disputes(figures)
    values[37:44] = [*_five(outside), outside.omitted, outside.implemented]
    values[44] = figures.repeat_suspensions()
    values[45] = suspended_sources(figures, "notices")
    values[46] = suspended_sources(figures, "complaints")
    rows = start(ground, sheet)
    for cells, row, value in zip(rows, sheet.rows, values, strict=True):
        cells[_VALUE] = value if applies(ground, row) else None
    rows[0][_CONTEXT] = notes.definition("complaint", language)
    rows[22][_CONTEXT] = notes.CANNOT[language]
    rows[32][_CONTEXT] = notes.IN_FLAGGERS[language]
    rows[37][_CONTEXT] = notes.definition("dispute", language)
    warned = (
        warned_accounts(figures),
        warned_sources(figures, "notices"),
        warned_sources(figures, "complaints"),
    )
    for place, count in zip(range(44, 47), warned, strict=True):
        rows[place][_CONTEXT] = notes.WARNED[language].format(count=count)
    both = ("repeat_suspension", "misuse_warning")
    rows[44][_CONTEXT] = " ".join(
        [str(rows[44][_CONTEXT]), *(notes.definition(one, language) for one in both)]
    )
    return rows


def _five(found: Outcomes) -> list[Cell]:
    return [found.total, found.upheld, found.partly, found.reversed_, found.median]
