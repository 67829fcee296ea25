"""The official template as data (`templates/<day from which it holds>.json`).

Rows and headers are word for word; cells that the provider fills hold a word that says so
(`YYYY-MM-DD/YYYY-MM-DD`, `Text`), or nothing.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

PERIOD, TEXT, FREE_TEXT, DAY = "YYYY-MM-DD/YYYY-MM-DD", "Text", "Free text", "YYYY-MM-DD"
OTHER_TEXT = 'Text to detail the "Other" keyword.'
COUNTRIES, SOME = "AT, […], SE", "[...]"
PLACEHOLDERS = frozenset({PERIOD, TEXT, FREE_TEXT, DAY, OTHER_TEXT, COUNTRIES, SOME})
ALL = "All"
HOSTING = "Only for providers of hosting services, including online platforms"
PLATFORMS = "Only for providers of online platforms"
VERY_LARGE = "Only for VLOPs"
VERY_LARGE_ANY = "Only for VLOPs and VLOSEs"


class TemplateSheet(msgspec.Struct, frozen=True):
    """`rows` without the header; `header_fr` as in the French workbook, `xlsx_sheet` the
    name by language."""

    n: int
    official_csv_file: str
    xlsx_sheet: dict[str, str]
    header: list[str]
    header_fr: list[str]
    n_rows: int
    rows: list[list[str]]

    @property
    def name(self) -> str:
        """The English name, which the file carries."""
        return self.xlsx_sheet["en"]


class Template(msgspec.Struct, frozen=True):
    source: str
    valid_from: date
    sheets: list[TemplateSheet]

    def sheet(self, number: int) -> TemplateSheet:
        return next(sheet for sheet in self.sheets if sheet.n == number)


@cache
def templates() -> tuple[Template, ...]:
    """All that ever held, oldest first."""
    folder = files(__package__).joinpath("templates")
    found = [
        msgspec.json.decode(one.read_bytes(), type=Template)
        for one in folder.iterdir()
        if one.name.endswith(".json")
    ]
    return tuple(sorted(found, key=lambda one: one.valid_from))


def template_for(day: date) -> Template:
    """The template that holds for a period that begins on this day. Before the first one there was
    no such form: what is asked for then is drawn up after the first (see `is_early`)."""
    held = [one for one in templates() if one.valid_from <= day]
    return held[-1] if held else templates()[0]


def is_early(day: date) -> bool:
    """Whether a period that ends on this day was over before reports had this form."""
    return day < templates()[0].valid_from
