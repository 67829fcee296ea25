"""Head 2: who handles reports: number, place, nationality, language. Pure, from dated settings.

Rules kept here: cells that fewer than five people share are merged, until what is merged is five or
more; nationalities and languages are told of one day only, the last one of the period, so that no
two tables can be subtracted to find one person; nobody's number stands in a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rempart.cases.dated import spans
from rempart.cases.roster import OTHER, Roster, merged, roster
from rempart.cases.small_cells import LEAST
from rempart.disclose.court.read import Read
from rempart.disclose.court.table import Empty, Table, table
from rempart.disclose.plain_csv import Cell
from rempart.model import Dated, Moderator

FRENCH = "fr"
MERGED = "merged"


def head_2(read: Read) -> Iterator[Table]:
    people = [one for one in spans(read.history.declared.said) if isinstance(one.value, Moderator)]
    by_month = [(month.cell[:7], _on(people, month.last_day)) for month in read.months]
    yield _heads(by_month)
    yield _countries(by_month)
    last = by_month[-1][1]
    yield _nationalities(last)
    yield _languages(last)
    yield _cover(last)
    yield table(
        "2.5-method",
        "what value",
        [
            ["told_of_each_month", "last_day"],
            ["nationality_and_language_told_of", read.period.last_day.isoformat()],
            ["least_cell", LEAST],
            ["months_declared", sum(one.people > 0 for _, one in by_month)],
            ["months", len(by_month)],
        ],
        "roster",
    )


def _on(people: list[Dated], day: date) -> Roster:
    return roster(
        one for one in people if one.from_day <= day and (one.until is None or day <= one.until)
    )


def _heads(months: list[tuple[str, Roster]]) -> Table:
    rows: list[list[Cell]] = []
    for month, found in months:
        if found.people == 0:
            rows.append([month, *[Empty.UNDECLARED.value] * 5])
            continue
        apart = all(number == 0 or number >= LEAST for number in (found.internal, found.external))
        own = [found.internal, found.external] if apart else [MERGED, MERGED]
        external = round(found.full_time_external, 2) if apart else MERGED
        rows.append([month, found.people, *own, round(found.full_time, 2), external])
    head = "month people internal external full_time full_time_external"
    return table("2.1-people", head, rows, "roster")


def _countries(months: list[tuple[str, Roster]]) -> Table:
    """The same countries are told apart in every month: those with five people in each of them."""
    declared = [(month, found) for month, found in months if found.people]
    apart: set[str] = set()
    if declared:
        each = [set(merged(found.countries)) - {OTHER} for _, found in declared]
        apart = set.intersection(*each)
    rows: list[list[Cell]] = []
    for month, found in months:
        if not found.people:
            rows.append([month, Empty.UNDECLARED.value, None])
            continue
        shown = {name: count for name, count in found.countries.items() if name in apart}
        rest = found.people - sum(shown.values())
        shown |= {OTHER: rest} if rest else {}
        if found.people < LEAST:
            shown = {MERGED: found.people}
        rows += [[month, name, count] for name, count in sorted(shown.items())]
    return table("2.2-countries", "month country people", rows, "roster")


def _nationalities(found: Roster) -> Table:
    rows: list[list[Cell]] = [[name, count] for name, count in found.nationalities.items()]
    if found.people and not rows:
        rows = [[MERGED, found.people]]
    empty = Empty.UNDECLARED
    return table("2.3-nationalities", "nationality people", rows, "nationality", empty)


def _languages(found: Roster) -> Table:
    totals = {language: sum(levels.values()) for language, levels in found.levels.items()}
    kept = {language: count for language, count in totals.items() if count >= LEAST}
    rows: list[list[Cell]] = []
    for language in sorted(kept):
        for level, count in sorted(merged(found.levels[language]).items()):
            rows.append([language, level, count])
    rest = sum(totals.values()) - sum(kept.values())
    if rest:
        rows.append([OTHER, MERGED, rest if rest >= LEAST else "1-4"])
    head = "spoken level people"
    return table("2.4-languages", head, rows, "language", Empty.UNDECLARED)


def _cover(found: Roster) -> Table:
    """People who speak French from B2 on, at each hour of the day;
    one to four are not told apart."""
    hours = found.hours.get(FRENCH, [])
    rows: list[list[Cell]] = []
    if any(hours):
        rows = [[hour, "1-4" if 0 < n < LEAST else n] for hour, n in enumerate(hours)]
    return table("2.4-cover", "hour french_speaking", rows, "cover", Empty.UNDECLARED)
