"""Sheets 8 to 10: automated means, people, active recipients. By position.

Rows of single classifiers come after those of the template, so that these keep their places. Rows
by language and by Member State are for very large platforms alone: they are written out then, and
stand as in the template otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.cases.dated import on, spans
from rempart.cases.roster import ENOUGH, roster
from rempart.disclose.history.classifiers import Classifier, together
from rempart.disclose.plain_csv import Cell
from rempart.disclose.yearly import notes
from rempart.disclose.yearly.report import Ground
from rempart.disclose.yearly.sheets.start import (
    LANGUAGES,
    MEMBER_STATES,
    applies,
    start,
    started,
)
from rempart.disclose.yearly.template import VERY_LARGE, TemplateSheet
from rempart.model import Layer, Moderator, Recipients

_SCOPE, _VALUE, _CONTEXT = 5, 6, 7
_TOTAL, _OWN, _NOTICES, _FLAGGERS = 0, 5, 10, 15
_BY_LANGUAGE: Final = ((20, 23), (23, 26), (26, 27), (27, 28), (28, 29))
"""Rows of the template by indicator: solely, not, accuracy, precision, recall; `bg […] sv`."""
_REPEATED: Final = range(29, 35)


def automated_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    rows = start(ground, sheet)
    _measures(ground, rows, _TOTAL, own=False)
    _measures(ground, rows, _OWN, own=True)
    _notices(ground, rows, _NOTICES, flaggers=False)
    _notices(ground, rows, _FLAGGERS, flaggers=True)
    language = ground.language
    for first in (_TOTAL, _OWN):
        _add(rows[first + 2], notes.SWAPPED_LABELS[language])
        _add(rows[first + 3], notes.SWAPPED_LABELS[language])
    for cells, row in zip(rows, sheet.rows, strict=True):
        if not applies(ground, row):
            cells[_VALUE] = None
    if ground.layer is Layer.VERY_LARGE:
        kept = rows[: _BY_LANGUAGE[0][0]]
        for first, _ in _BY_LANGUAGE:
            kept += [_spoken(ground, sheet.rows[first], code) for code in LANGUAGES]
        _add(kept[_BY_LANGUAGE[0][0]], notes.REPEATED_ROW[language])
        rows = kept
    else:
        for place in _REPEATED:
            rows[place][_CONTEXT] = notes.REPEATED_ROW[language]
    rows += _classifiers(ground, sheet)
    return rows


def people_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    rows = start(ground, sheet)
    if not applies(ground, sheet.rows[0]):
        return rows
    day = ground.period.last_day
    found = roster(on(ground.figures.history.declared.said, day))
    language = ground.language
    internal = found.full_time - found.full_time_external
    for place, exact in ((0, internal), (1, found.full_time_external)):
        rows[place][_VALUE] = round(exact)
        rows[place][_CONTEXT] = notes.FULL_TIME[language].format(day=day, exact=f"{exact:.2f}")
    rows[2][_VALUE] = _able(ground)
    rows[2][_CONTEXT] = notes.SPOKEN[language].format(day=day)
    kept = rows[:3]
    for code in LANGUAGES:
        cells = started(ground, sheet.rows[3])
        cells[_SCOPE], cells[_VALUE] = code, found.languages.get(code, 0)
        kept.append(cells)
    return kept


def recipients_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    rows = start(ground, sheet)
    if not applies(ground, sheet.rows[0]):
        return rows
    period = ground.period
    told = [
        one.value.monthly
        for one in spans(ground.figures.history.declared.said)
        if isinstance(one.value, Recipients)
        and one.from_day <= period.last_day
        and (one.until is None or one.until >= period.first_day)
    ]
    rows[0][_VALUE] = round(sum(told) / len(told)) if told else None
    kept = rows[:1]
    for code in MEMBER_STATES:
        cells = started(ground, sheet.rows[1])
        cells[_SCOPE] = code
        kept.append(cells)
    return kept


def _measures(ground: Ground, rows: list[list[Cell]], first: int, *, own: bool) -> None:
    language = ground.language
    found = ground.figures.automated(own_initiative=own)
    rows[first][_VALUE], rows[first + 1][_VALUE] = found.solely, found.by_hand
    rows[first][_CONTEXT] = notes.definition("automated", language)
    rows[first + 1][_CONTEXT] = notes.PARTLY[language].format(partly=found.partly)
    whole = together(ground.own_classifiers if own else ground.classifiers)
    for place, value in enumerate(_three(whole), first + 2):
        rows[place][_VALUE] = value
        _add(
            rows[place],
            notes.NOT_JUDGED[language]
            if whole is None
            else notes.TOGETHER[language].format(judged=whole.judged),
        )
    _add(rows[first + 2], notes.definition("classifier", language))


def _notices(ground: Ground, rows: list[list[Cell]], first: int, *, flaggers: bool) -> None:
    language = ground.language
    found = ground.figures.processed(flaggers=flaggers)
    rows[first][_VALUE], rows[first + 1][_VALUE] = found.solely, found.by_hand
    rows[first][_CONTEXT] = notes.BY_PEOPLE[language].format(partly=found.partly)
    for place in range(first + 2, first + 5):
        rows[place][_CONTEXT] = notes.NO_CLASSIFIER[language]


def _classifiers(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    """Three rows for each classifier, in all and of the own initiative."""
    rows: list[list[Cell]] = []
    for first, found in ((_TOTAL, ground.classifiers), (_OWN, ground.own_classifiers)):
        for one in found:
            for place, value in enumerate(_three(one), first + 2):
                cells = started(ground, sheet.rows[place])
                cells[_VALUE] = value
                cells[_CONTEXT] = notes.CLASSIFIER[ground.language].format(
                    **{**one._asdict(), "versions": ", ".join(one.versions) or "-"}
                )
                rows.append(cells)
    return rows


def _spoken(ground: Ground, row: Sequence[str], code: str) -> list[Cell]:
    cells = started(ground, row)
    assert row[0] == VERY_LARGE, "rows by language are for very large platforms"
    cells[_SCOPE] = code
    cells[_CONTEXT] = notes.LANGUAGE_UNKNOWN[ground.language]
    return cells


def _able(ground: Ground) -> int:
    """People who know an official language well enough, each once."""
    people = on(ground.figures.history.declared.said, ground.period.last_day)
    return sum(_knows(one.value) for one in people if isinstance(one.value, Moderator))


def _knows(person: Moderator) -> bool:
    return any(level in ENOUGH and code in LANGUAGES for code, level in person.languages.items())


def _three(found: Classifier | None) -> list[Cell]:
    if found is None:
        return [None, None, None]
    return [found.accuracy, found.precision, found.recall]


def _add(cells: list[Cell], text: str) -> None:
    before = cells[_CONTEXT]
    cells[_CONTEXT] = text if before is None else f"{before} {text}"
