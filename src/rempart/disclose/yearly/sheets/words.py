"""Sheet 11: the qualitative part. What somebody wrote, else a draft from the figures."""

from __future__ import annotations

from rempart.disclose.plain_csv import Cell
from rempart.disclose.yearly.narrative import draft
from rempart.disclose.yearly.report import Ground
from rempart.disclose.yearly.sheets.start import applies, start
from rempart.disclose.yearly.template import TemplateSheet

LONGEST = 5_000
_VALUE = 4


def words_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    rows = start(ground, sheet)
    for place, (cells, row) in enumerate(zip(rows, sheet.rows, strict=True)):
        if not applies(ground, row):
            cells[_VALUE] = None
            continue
        written = ground.provider.texts.get(place + 1) or draft(ground, place + 1)
        cells[_VALUE] = shortened(written)
    return rows


def shortened(text: str) -> str:
    """At most 5,000 characters, cut at the end of a sentence where there is one."""
    if len(text) <= LONGEST:
        return text
    cut = text[: LONGEST - 1]
    stop = cut.rfind(". ")
    return cut[: stop + 1] if stop > LONGEST // 2 else cut + "…"
