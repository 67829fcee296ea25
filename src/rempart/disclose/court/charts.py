"""What one rather looks at than reads: bars over the months and the hours of the day, beside the
tables they are drawn from. Nothing stands in a chart that stands in no table.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rempart.disclose.court.table import Table
from rempart.disclose.court.words import Words
from rempart.disclose.dossier.document.blocks import Block, bars, under_bars


class Chart(NamedTuple):
    """Names of columns: `along` the axis, `own` in black, `others` hatched behind. `alone`: the
    table itself stands in its file only."""

    along: str
    own: str
    others: str | None = None
    alone: bool = False


CHARTS: Final = {
    "2.1-people": Chart("month", "external", "people"),
    "2.4-cover": Chart("hour", "french_speaking", alone=True),
    "3.1-months": Chart("month", "trusted_flagger", "reports"),
    "3.4-months": Chart("month", "acted", "reports"),
}
_TICKS: Final = 12


def chart_of(one: Table, words: Words) -> Block | None:
    """None: it has none, nothing to show, or counts too small to tell (`1-4`)."""
    chart = CHARTS.get(one.key)
    if chart is None or not one.rows:
        return None
    wanted = [chart.own] if chart.others is None else [chart.own, chart.others]
    if any(isinstance(value, str) for name in wanted for value in _column(one, name)):
        return None
    names = [str(value) for value in _column(one, chart.along)]
    own = _counts(one, chart.own)
    others = None if chart.others is None else _counts(one, chart.others)
    if not any(own if others is None else others):
        return None
    legend = [words.key("column", name) for name in wanted]
    told = "; ".join(
        f"{name}: " + ", ".join(words.number(counts[at]) for counts in (own, others) if counts)
        for at, name in enumerate(names)
    )
    return bars(
        own,
        others,
        axis=under_bars(names, _TICKS),
        caption=words(
            "chart_two" if others else "chart_one",
            along=words.key("column", chart.along),
            what=" / ".join(legend),
        ),
        alt=f"{' / '.join(legend)}. {told}",
        legend=legend if others else (),
    )


def _column(one: Table, name: str) -> list[object]:
    place = one.head.index(name)
    return [row[place] for row in one.rows]


def _counts(one: Table, name: str) -> list[int]:
    return [int(str(value or 0)) for value in _column(one, name)]
