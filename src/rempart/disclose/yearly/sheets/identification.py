"""Sheets 1 and 2: who reports when, and what the categories hold."""

from __future__ import annotations

from rempart.cases.harms import harms
from rempart.disclose.history import History
from rempart.disclose.history.taken import entries_of
from rempart.disclose.plain_csv import Cell
from rempart.disclose.yearly import notes
from rempart.disclose.yearly.categories import NOTICES, OTHER_KEYWORD, named, place
from rempart.disclose.yearly.report import Ground
from rempart.disclose.yearly.sheets.start import start
from rempart.disclose.yearly.template import TemplateSheet


def identification(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    rows = start(ground, sheet)
    days = (
        ground.published,
        ground.previous,
        ground.period.first_day,
        ground.period.last_day,
    )
    values: list[Cell] = [
        ground.provider.name or None,
        *(None if day is None else day.isoformat() for day in days),
    ]
    for row, value in zip(rows, values, strict=True):
        row[3] = value
    return rows


def categories_sheet(ground: Ground, sheet: TemplateSheet) -> list[list[Cell]]:
    """Label, description and key as they are; beside them what this service counts there."""
    rows: list[list[Cell]] = [[cell or None for cell in row] for row in sheet.rows]
    language, apart = ground.language, ground.provider.apart
    rows[0][3] = _general(ground.figures.history, language)
    category = ""
    for cells, row in zip(rows, sheet.rows, strict=True):
        key = row[2]
        if key.startswith("STATEMENT_CATEGORY_"):
            category = key
        here, gone = [], []
        for harm in harms():
            found = place(harm, NOTICES, language, apart)
            usual = place(harm, NOTICES, language)
            if found.category == category and (found.keyword or category) == key:
                here.append(named(harm, language))
            elif found != usual and usual.category == category and usual.keyword == key:
                gone.append(named(harm, language))
        told = []
        if (here and key not in ("TOTAL", category)) or (here and key == category):
            told.append(notes.COUNTED_HERE[language].format(harms=", ".join(here)))
        if gone:
            told.append(notes.EXCLUDED[language].format(harms=", ".join(gone)))
        if told and key != "TOTAL":
            cells[3] = " ".join(told)
    _other_rows(ground, rows, sheet)
    return rows


def _other_rows(ground: Ground, rows: list[list[Cell]], sheet: TemplateSheet) -> None:
    """Descriptions of what is counted under the *other* rows of sheets 5 and 6."""
    for number in (5, 6):
        found = place("other", number, ground.language)
        category = ""
        for cells, row in zip(rows, sheet.rows, strict=True):
            if row[2].startswith("STATEMENT_CATEGORY_"):
                category = row[2]
            if category == found.category and row[2] == OTHER_KEYWORD:
                said = f"{sheet_name(number)}: {found.other}."
                cells[3] = said if cells[3] is None else f"{cells[3]} {said}"


def sheet_name(number: int) -> str:
    return {5: "5_own_initiative_illegal", 6: "6_own_initiative_TC"}[number]


def _general(history: History, language: str) -> str:
    """What holds for every figure, and what was taken from them since (nothing, as a rule)."""
    told = notes.GENERAL[language].format(as_of=history.as_of)
    if history.taken:
        told += notes.TAKEN[language].format(
            erasures=len(history.erasures),
            erased=entries_of(history.erasures) or "-",
            expiries=len(history.expiries),
            expired=entries_of(history.expiries) or "-",
        )
    if any(history.before):
        told += notes.BEFORE[language].format(
            cases=history.before.cases, deadlines=history.before.deadlines
        )
    return told
