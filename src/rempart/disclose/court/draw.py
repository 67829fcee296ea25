"""Draws a dossier: every table of the four heads, what is missing, the definitions behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from rempart.cases.dated import on
from rempart.cases.harms import harm
from rempart.disclose.court.authorities import head_4
from rempart.disclose.court.coverage import Gap, gaps
from rempart.disclose.court.definitions import DEFINITIONS
from rempart.disclose.court.means import head_1
from rempart.disclose.court.people import head_2
from rempart.disclose.court.read import Perimeter, Read, read
from rempart.disclose.court.reports import head_3
from rempart.disclose.court.table import Table
from rempart.disclose.history import Definition, Period
from rempart.errors import InputError
from rempart.model import Territory
from rempart.store.interface import Tables

EVERYTHING: Final = Perimeter()
PHASES = (READING, COUNTING, WRITING, SETTING) = ("reading", "counting", "writing", "setting")
HEADS: Final = (head_1, head_2, head_3, head_4)
SECTIONS: Final = (
    *(f"1.{number}" for number in range(1, 9)),
    *(f"2.{number}" for number in range(1, 6)),
    *(f"3.{number}" for number in range(1, 7)),
    *(f"4.{number}" for number in range(1, 5)),
)


class Dossier(NamedTuple):
    """`tables` in the order of the sections, each section with one at least."""

    read: Read
    tables: list[Table]
    gaps: list[Gap]
    definitions: list[Definition]

    def table(self, key: str) -> Table:
        return next(one for one in self.tables if one.key == key)


def draw(
    tables: Tables,
    provider: str,
    language: str,
    period: Period,
    perimeter: Perimeter = EVERYTHING,
    *,
    as_of: int | None = None,
    told: Callable[[str], object] = lambda _: None,
) -> Dossier:
    """Reads only. InputError: no such offence, or a jurisdiction that nobody declared."""
    for offence in perimeter.offences:
        harm(offence)
    told(READING)
    found = read(tables, provider, language, period, perimeter, as_of)
    _check_jurisdiction(found)
    told(COUNTING)
    drawn = [one for head in HEADS for one in head(found)]
    used = [key for one in drawn for key in one.figures]
    known = [DEFINITIONS[key] for key in dict.fromkeys(used)]
    return Dossier(found, drawn, gaps(found, drawn), known)


def _check_jurisdiction(found: Read) -> None:
    wanted = found.perimeter.jurisdiction
    if not wanted:
        return
    declared = [
        one.value
        for one in on(found.history.declared.said, found.period.last_day)
        if isinstance(one.value, Territory)
    ]
    countries = [country for one in declared for country in one.jurisdictions]
    if wanted not in countries:
        raise InputError(
            "the territory that is declared does not include this country",
            where=wanted,
            next_step=f"one of {', '.join(countries)}" if countries else "declare the territory",
        )
