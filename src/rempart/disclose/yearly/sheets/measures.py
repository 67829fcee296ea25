"""Sheets 3 to 6: orders, notices, measures of the own initiative, by category.

Each row stands for a set of harms. Rows of the template come first, in its order; where a category
has more than one described *other* row, the further ones follow the template's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from rempart.disclose.history.orders import orders
from rempart.disclose.plain_csv import Cell
from rempart.disclose.yearly import notes
from rempart.disclose.yearly.categories import OTHER_KEYWORD, UNNAMED, Row, place
from rempart.disclose.yearly.report import Ground
from rempart.disclose.yearly.sheets.start import MEMBER_STATES, applies, started
from rempart.disclose.yearly.template import COUNTRIES, TemplateSheet
from rempart.model import LADDER

_KEY, _OTHER, _SCOPE = 3, 4, 5
_HARM_KEYS: Final = ("STATEMENT_CATEGORY_", "KEYWORD_")
_MISSING: Final = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"
_MINORS: Final = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
_FORMS: Final = (
    ("decision_visibility", ("DECISION_VISIBILITY_CONTENT_REMOVED",)),
    ("decision_visibility", ("DECISION_VISIBILITY_CONTENT_DISABLED",)),
    ("decision_visibility", ("DECISION_VISIBILITY_CONTENT_DEMOTED",)),
    ("decision_visibility", ("DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",)),
    ("decision_visibility", ("DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",)),
    ("decision_visibility", ("DECISION_VISIBILITY_CONTENT_LABELLED",)),
    ("decision_visibility", ("DECISION_VISIBILITY_OTHER",)),
    ("decision_monetary", ("DECISION_MONETARY_SUSPENSION",)),
    ("decision_monetary", ("DECISION_MONETARY_TERMINATION",)),
    ("decision_monetary", ("DECISION_MONETARY_OTHER",)),
    (
        "decision_provision",
        ("DECISION_PROVISION_PARTIAL_SUSPENSION", "DECISION_PROVISION_TOTAL_SUSPENSION"),
    ),
    (
        "decision_provision",
        ("DECISION_PROVISION_PARTIAL_TERMINATION", "DECISION_PROVISION_TOTAL_TERMINATION"),
    ),
    ("decision_account", ("DECISION_ACCOUNT_SUSPENDED",)),
    ("decision_account", ("DECISION_ACCOUNT_TERMINATED",)),
)
"""The columns of sheets 5 and 6 after the first two, in their order."""
_KNOWN_FORMS: Final = frozenset(
    (form.field, form.key) for rung in LADDER.values() for form in rung.form.values()
)
"""What this service can do. The other columns cannot be on it: blank."""


class _Line(NamedTuple):
    """A row to fill: of which harms (None: all), and how its *other* is described."""

    row: Sequence[str]
    harms: tuple[str, ...] | None
    other: str = ""


def orders_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    """The TOTAL block, then one block for each Member State."""
    found = ground.figures.history.declared.orders
    harms = [row.order.harm or UNNAMED for row in found]
    total = [row for row in sheet.rows if row[_SCOPE] != COUNTRIES]
    block = [row for row in sheet.rows if row[_SCOPE] == COUNTRIES]
    union = [_declared(code) for code in MEMBER_STATES]
    rows = [_orders(ground, line, "TOTAL", union) for line in _lines(ground, sheet.n, total, harms)]
    for code in MEMBER_STATES:
        rows += [
            _orders(ground, line, code, [_declared(code)])
            for line in _lines(ground, sheet.n, block, harms)
        ]
    language = ground.language
    period = ground.period
    outside = sum(
        period.begin_ms <= row.received_ms < period.end_ms and row.order.country not in union
        for row in found
    )
    _note(rows[0], sheet, 6, notes.definition("order", language))
    if outside:
        _add_note(rows[0], sheet, 6, notes.FOREIGN[language].format(count=outside))
    return rows


def notices_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    harms = {
        *ground.figures.history.columns.reports.category.names,
        *ground.figures.history.columns.statements.harm.names,
    }
    rows = []
    for line in _lines(ground, sheet.n, sheet.rows, harms):
        cells = _begun(ground, line)
        if applies(ground, line.row):
            cells[5:15] = list(ground.figures.notices(line.harms))
        rows.append(cells)
    for column, key in (
        (5, "notice"),
        (6, "trusted_flagger"),
        (7, "notice_items"),
        (9, "notice_median"),
        (11, "notice_actions"),
        (13, "notice_actions"),
    ):
        _note(rows[0], sheet, column, notes.definition(key, ground.language))
    return rows


def initiative_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    """Sheet 5 on the ground of law, sheet 6 on that of the terms."""
    law = "law" if sheet.n == 5 else "terms"
    harms = ground.figures.history.columns.statements.harm.names
    rows = []
    for line in _lines(ground, sheet.n, sheet.rows, harms):
        cells = _begun(ground, line)
        if applies(ground, line.row):
            found = ground.figures.initiative(law, line.harms)
            cells[5:7] = [found.measures, found.solely_automated]
            for column, (field, keys) in enumerate(_FORMS, 7):
                if _can(field, keys):
                    cells[column] = sum(found.forms.get((field, key), 0) for key in keys)
        rows.append(cells)
    language = ground.language
    _note(rows[0], sheet, 5, notes.definition("own_initiative", language))
    _add_note(rows[0], sheet, 5, notes.definition("restriction", language))
    exempt = ground.figures.exempt()
    if exempt:
        counts = ", ".join(f"{reason} {number}" for reason, number in exempt.items())
        _add_note(rows[0], sheet, 5, notes.EXEMPT[language].format(counts=counts))
    later = ground.figures.said_otherwise()
    if later:
        _add_note(rows[0], sheet, 5, notes.LATER_WORD[language].format(count=later))
    _note(rows[0], sheet, 6, notes.definition("solely_automated_detection", language))
    for column, (field, keys) in enumerate(_FORMS, 7):
        if not _can(field, keys):
            _note(rows[0], sheet, column, notes.CANNOT[language])
    return rows


def _orders(ground: Ground, line: _Line, scope: str, countries: list[str]) -> list[Cell]:
    cells = _begun(ground, line)
    cells[_SCOPE] = scope
    if applies(ground, line.row):
        cells[6:13] = list(orders(ground.figures, line.harms, countries))
    if scope != "TOTAL" and line.row[_KEY] == _MINORS:
        cells[13] = notes.MISSING_ROW[ground.language]
    return cells


def _begun(ground: Ground, line: _Line) -> list[Cell]:
    cells = started(ground, line.row)
    cells[_OTHER] = line.other or None
    return cells


def _lines(
    ground: Ground, number: int, rows: Sequence[Sequence[str]], harms: Iterable[str]
) -> list[_Line]:
    """The rows of a block with the harms that each stands for."""
    places = {
        harm: place(harm, number, ground.language, ground.provider.apart)
        for harm in sorted(set(harms))
    }
    keys = {row[_KEY] for row in rows}
    if _MISSING not in keys:
        places = {
            harm: one._replace(keyword=OTHER_KEYWORD, other=one.other or _MISSING)
            if one.keyword == _MISSING
            else one
            for harm, one in places.items()
        }
    found: list[_Line] = []
    category = ""
    for row in rows:
        key = row[_KEY]
        if not key.startswith(_HARM_KEYS):
            found.append(_Line(row, None))
            continue
        if key.startswith("STATEMENT_CATEGORY_"):
            category = key
            found.append(_Line(row, _those(places, _in_category(category))))
        elif key == OTHER_KEYWORD:
            found += _other_lines(row, category, places)
        else:
            found.append(_Line(row, _those(places, _in_row(category, key))))
    return found


def _other_lines(row: Sequence[str], category: str, places: dict[str, Row]) -> list[_Line]:
    """One for each description; one without when there is none."""
    of = _in_row(category, OTHER_KEYWORD)
    described = sorted({one.other for one in places.values() if of(one)})
    if not described:
        return [_Line(row, ())]
    return [
        _Line(
            row,
            tuple(harm for harm, one in places.items() if of(one) and one.other == other),
            other,
        )
        for other in described
    ]


def _those(places: dict[str, Row], of: Callable[[Row], bool]) -> tuple[str, ...]:
    return tuple(harm for harm, one in places.items() if of(one))


def _in_category(category: str) -> Callable[[Row], bool]:
    return lambda one: one.category == category


def _in_row(category: str, keyword: str) -> Callable[[Row], bool]:
    return lambda one: one.category == category and one.keyword == keyword


def _can(field: str, keys: Sequence[str]) -> bool:
    return any((field, key) in _KNOWN_FORMS for key in keys)


def _declared(code: str) -> str:
    """Countries are declared with two ISO letters; the report writes Greece as Eurostat does."""
    return "GR" if code == "EL" else code


def _context(sheet: TemplateSheet, column: int) -> int:
    """The contextual column of a column: the second half repeats the first, in its order."""
    first = next(
        place for place, name in enumerate(sheet.header) if name.lower().startswith("contextual")
    )
    values = next(place for place, name in enumerate(sheet.header) if name.startswith("Number"))
    return first + column - values


def _note(cells: list[Cell], sheet: TemplateSheet, column: int, text: str) -> None:
    cells[_context(sheet, column)] = text


def _add_note(cells: list[Cell], sheet: TemplateSheet, column: int, text: str) -> None:
    place = _context(sheet, column)
    before = cells[place]
    cells[place] = text if before is None else f"{before} {text}"
