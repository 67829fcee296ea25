"""The roster of moderators as others may see it: counts, and small cells merged.

Pure. A cell that fewer than five people share could name one of them: nationalities below five are
merged into *other*, and when *other* itself stays below five, the smallest named one joins it, so
that nothing can be reckoned back from the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from rempart.cases.small_cells import LEAST, hidden
from rempart.model import Cefr, Dated, Moderator

OTHER = "other"
ENOUGH = frozenset({Cefr.B2, Cefr.C1, Cefr.C2})
"""From which level a language counts (Annex II)."""


class Roster(msgspec.Struct, frozen=True):
    """On one day. `full_time` sums full posts; `languages`: people from B2 on, each in every
    language of hers; `hours`: for each language, how many people usually work at each of the 24
    hours; `nationalities` merged below five, people who declared none under *undeclared*."""

    people: int
    internal: int
    external: int
    full_time: float
    full_time_external: float
    countries: dict[str, int]
    languages: dict[str, int]
    levels: dict[str, dict[str, int]]
    hours: dict[str, list[int]]
    nationalities: dict[str, int]


def roster(dated: Iterable[Dated]) -> Roster:
    people = [one.value for one in dated if isinstance(one.value, Moderator)]
    levels: dict[str, Counter[str]] = {}
    hours: dict[str, list[int]] = {}
    for one in people:
        for language, level in one.languages.items():
            levels.setdefault(language, Counter())[level.value] += 1
            if level in ENOUGH:
                at_hours = hours.setdefault(language, [0] * 24)
                for hour in working_hours(one):
                    at_hours[hour] += 1
    return Roster(
        people=len(people),
        internal=sum(not one.external for one in people),
        external=sum(one.external for one in people),
        full_time=sum(one.full_time for one in people) / 100,
        full_time_external=sum(one.full_time for one in people if one.external) / 100,
        countries=_ordered(Counter(one.country for one in people)),
        languages=_ordered(
            Counter(
                language
                for one in people
                for language, level in one.languages.items()
                if level in ENOUGH
            )
        ),
        levels={
            language: dict(sorted(found.items())) for language, found in sorted(levels.items())
        },
        hours=dict(sorted(hours.items())),
        nationalities=nationalities(people),
    )


def nationalities(people: Iterable[Moderator]) -> dict[str, int]:
    """Merged below five (see module)."""
    people = list(people)
    return merged(Counter(one.nationality or "undeclared" for one in people))


def merged(counts: Mapping[str, int], least: int = LEAST) -> dict[str, int]:
    """Cells below `least` under *other*; nothing at all when everybody together is below it. Which
    larger ones go with them: `small_cells`, and more while what is merged is below `least`."""
    if sum(counts.values()) < least:
        return {}
    away = hidden(counts, least)
    kept = {name: count for name, count in counts.items() if count and name not in away}
    other = sum(counts[name] for name in away)
    while 0 < other < least and kept:
        smallest = min(kept.values())
        other += sum(count for count in kept.values() if count == smallest)
        kept = {name: count for name, count in kept.items() if count != smallest}
    return _ordered(Counter(kept)) | ({OTHER: other} if other else {})


def working_hours(one: Moderator) -> list[int]:
    """The hours of the day (0 to 23) at which she usually works; none when not declared."""
    if one.from_hour is None or one.to_hour is None:
        return []
    if one.from_hour < one.to_hour:
        return list(range(one.from_hour, one.to_hour))
    return (
        [hour % 24 for hour in range(one.from_hour, one.to_hour + 24)]
        if (one.from_hour != one.to_hour)
        else list(range(24))
    )


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
