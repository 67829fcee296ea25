"""Simulated accounts: no more alike than real ones, and as old as the stated model says."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from tests.evaluate.people import age_of, bot_ages, family_names, human_age, human_name

NOW = datetime(2021, 6, 1, tzinfo=UTC)


def begin_alike(names: list[str], letters: int = 4) -> float:
    """Share of names whose first letters at least three others have too."""
    counts = Counter(name.lower()[:letters] for name in names)
    return sum(counts[name.lower()[:letters]] >= 4 for name in names) / len(names)


def test_names_of_people_are_no_families() -> None:
    """Of 250 real chatters 0.1 % share their first four letters with three others. Names from a few
    syllables would be found as families, and people of a dogpile would be taken for bots."""
    rng = Random(4)
    shares = [begin_alike([human_name(rng) for _ in range(250)]) for _ in range(20)]
    assert sum(shares) / len(shares) < 0.03


def test_names_of_one_program_mostly_are() -> None:
    rng = Random(4)
    families = [family_names(rng, 40) for _ in range(60)]
    assert all(len(names) == 40 for names in families)
    assert sum(begin_alike(names) > 0.9 for names in families) > 30


def test_ages_follow_the_model() -> None:
    rng = Random(9)
    days = sorted((NOW - human_age(rng, NOW)) / timedelta(days=1) for _ in range(4_000))
    young = sum(age < 7 for age in days) / len(days)
    assert 0.03 < young < 0.06
    assert 700 < days[len(days) // 2] < 1_000
    assert age_of("ann", NOW) == age_of("ann", NOW) < NOW
    for _ in range(50):
        assert all(made < NOW for made in bot_ages(rng, 30, NOW))
