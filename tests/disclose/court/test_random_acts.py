"""Whatever people do over the turn of a year: statements, yearly report, court dossier and a plain
count of the log say the same number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.disclose.court.acts import BEGIN_MS, Evening

from rempart.cases.dated import declare
from rempart.disclose.court.draw import draw
from rempart.disclose.history import Figures, Period, read_history, year_of
from rempart.disclose.transparency_database.reading import all_gated
from rempart.disclose.transparency_database.reconcile import reconcile
from rempart.disclose.yearly import Provider, draw_up
from rempart.model import Territory
from rempart.store.interface import Tables
from rempart.store.interface.feed import Database

NOTICED = ("notice", "trusted_flagger")
COUNTED = ("ground", "source", "harm", "automated_decision", "automated_detection")
ZONES = ("UTC", "Europe/Paris", "Pacific/Auckland", "America/Los_Angeles")


@settings(max_examples=6, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), zone=st.sampled_from(ZONES))
def test_three_outputs_and_the_log_agree(seed: int, zone: str) -> None:
    with TemporaryDirectory() as name:
        evening = Evening(Path(name) / "data", Random(seed))
        with evening.community.store.begin() as tables:
            territory = Territory(("FR",), time_zone=zone)
            declare(tables, territory, "", date(2026, 1, 1), None, "admin", BEGIN_MS)
        evening.goes_on(90)
        stated, exempt, words = of_log(evening.opened())
        with evening.community.store.read() as tables:
            sent = list(all_gated(tables, evening.gate))
            for year in (2026, 2027):
                period = year_of(year, zone)
                counted = sum(period.begin_ms <= at < period.end_ms for at in stated.values())
                assert counted == of_report(tables, period) == of_court(tables, period)
                days = [one.payload.application_date for one in sent]
                assert counted == sum(day.startswith(f"{year}-") for day in days)
                whole = Figures(read_history(tables), period)
                begun = [m for m, at in stated.items() if period.begin_ms <= at < period.end_ms]
                assert whole.said_otherwise() == sum(words[m][0] != words[m][-1] for m in begun)
                firsts = Counter((words[m][0][0], words[m][0][1] in NOTICED) for m in begun)
                assert firsts == by_ground(tables, period)
            assert set(stated) == {one.measure for one in sent}
            found = reconcile(tables, Database.SANDBOX)
        evening.community.store.close()
        assert found.holds and found.unread == 0
        assert found.exempt == len(exempt)
        assert found.restrictions == len(stated) + len(exempt)


Said = tuple[Any, ...]


def of_log(values: list[Any]) -> tuple[dict[str, int], set[str], dict[str, list[Said]]]:
    """When each restriction was first stated, but for exempt ones; these; and what each statement
    that imposes says of it. From the bodies of the log alone, in their order."""
    stated: dict[str, int] = {}
    exempt: set[str] = set()
    words: dict[str, list[Said]] = {}
    for one in (part for value in values for part in _parts(value)):
        if {"measure", "explanation", "number"} <= set(one):
            made = round(datetime.fromisoformat(one["made_at"]).timestamp() * 1000)
            stated.setdefault(one["measure"], made)
            if not one.get("ends"):
                words.setdefault(one["measure"], []).append(tuple(one[name] for name in COUNTED))
        elif {"measure", "reason", "at"} <= set(one):
            exempt.add(one["measure"])
    return {id: at for id, at in stated.items() if id not in exempt}, exempt, words


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _parts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _parts(one)


def of_report(tables: Tables, period: Period) -> int:
    report = draw_up(read_history(tables), period, Provider("x"))
    rows = {sheet.of.n: sheet.rows[0] for sheet in report.sheets}
    cells = (rows[4][11], rows[4][13], rows[5][5], rows[6][5])
    return sum(int(cell or 0) for cell in cells)


def by_ground(tables: Tables, period: Period) -> Counter[tuple[str, bool]]:
    """Restrictions of the sheets, by ground and whether a notice came before."""
    report = draw_up(read_history(tables), period, Provider("x"))
    rows = {sheet.of.n: sheet.rows[0] for sheet in report.sheets}
    cells = {("law", True): rows[4][11], ("terms", True): rows[4][13]}
    cells |= {("law", False): rows[5][5], ("terms", False): rows[6][5]}
    return Counter({key: int(cell) for key, cell in cells.items() if cell})


def of_court(tables: Tables, period: Period) -> int:
    rows = draw(tables, "x", "en", period).table("3.4-restrictions").rows
    return sum(int(row[-1] or 0) for row in rows if row[3] != "order")
