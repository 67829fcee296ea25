"""One filler for each sheet of the template, by its number."""

from __future__ import annotations

from collections.abc import Callable

from rempart.disclose.plain_csv import Cell
from rempart.disclose.yearly.report import Ground
from rempart.disclose.yearly.sheets.complaints import complaints_sheet
from rempart.disclose.yearly.sheets.identification import categories_sheet, identification
from rempart.disclose.yearly.sheets.means import automated_sheet, people_sheet, recipients_sheet
from rempart.disclose.yearly.sheets.measures import initiative_sheet, notices_sheet, orders_sheet
from rempart.disclose.yearly.sheets.words import words_sheet
from rempart.disclose.yearly.template import TemplateSheet

Filler = Callable[[Ground, TemplateSheet], list[list[Cell]]]
FILLERS: dict[int, Filler] = {
    1: identification,
    2: categories_sheet,
    3: orders_sheet,
    4: notices_sheet,
    5: initiative_sheet,
    6: initiative_sheet,
    7: complaints_sheet,
    8: automated_sheet,
    9: people_sheet,
    10: recipients_sheet,
    11: words_sheet,
}
