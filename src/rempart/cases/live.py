"""What the console is told once a transaction of this room has committed.

Facts only, never words of a message or a report: who listens reads the case with their own rights,
which is why platform and channel are always named.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.model import Case, Measure
from rempart.store.interface import Tables

_MOST_IDS = 50


def tell_case(tables: Tables, case: Case | None) -> None:
    if case is not None:
        tables.announce(
            "case",
            {
                "id": case.id,
                "kind": case.kind.value,
                "state": case.state.value,
                "platform": case.platform,
                "channel": case.channel,
                "target": case.target,
                "priority": case.priority,
                "raid": case.raid,
            },
        )


def tell_report(tables: Tables, case: Case, category: str) -> None:
    tables.announce(
        "report",
        {
            "case": case.id,
            "category": category,
            "platform": case.platform,
            "channel": case.channel,
        },
    )


def tell_measures(tables: Tables, measures: Sequence[Measure], case: str | None) -> None:
    """One event for each place the measures are in, with the first ids and how many there are."""
    places: dict[tuple[str, str], list[Measure]] = {}
    for measure in measures:
        places.setdefault((measure.scope.platform, measure.scope.channel), []).append(measure)
    for (platform, channel), rows in places.items():
        tables.announce(
            "measure",
            {
                "ids": [row.id for row in rows[:_MOST_IDS]],
                "count": len(rows),
                "state": rows[0].state.value,
                "case": case,
                "platform": platform,
                "channel": channel,
            },
        )
