"""Accounts: names and simulated ages. No public chat log has account ages, so a model gives them.

The model, for every account of the benign chat and for people of dogpiles and hard negatives:
4 % were made in the week before they first wrote, 1 % of all within the hour before; the others
are log-normal with a median of 900 days (sigma 1.1). Bots: a cohort made within 2 days, some time
in the 30 days before the attack; in 4 of 10 raids instead each on its own day of the last 90.
Aged accounts: 120 to 1,500 days old, each on its own day.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from rempart.model import Account

_START = ("ka", "lo", "mi", "ra", "ze", "bo", "tri", "sha", "vel", "nor", "pix", "dan", "jo", "fre")
_MIDDLE = ("ri", "na", "lo", "ve", "sta", "mi", "ko", "du", "la", "the", "ber", "xi")
_END = ("a", "o", "n", "s", "ty", "ck", "rd", "x", "le", "ma", "zz", "in")
_WORDS = ("wolf", "moon", "toast", "pilot", "sock", "ninja", "berry", "storm", "cat", "fox", "tea")


def human_name(rng: Random) -> str:
    """A name as people choose them: syllables, sometimes a word, sometimes a year or two digits."""
    name = (
        rng.choice(_START) + "".join(rng.choices(_MIDDLE, k=rng.randint(1, 2))) + rng.choice(_END)
    )
    if rng.random() < 0.3:
        name = (
            rng.choice(("", "the_", "mr", "x"))
            + rng.choice(_WORDS)
            + rng.choice(("_", "", ""))
            + name
        )
    if rng.random() < 0.45:
        name += str(
            rng.choice((rng.randint(1, 99), rng.randint(1980, 2012), rng.randint(100, 9999)))
        )
    return name.title() if rng.random() < 0.3 else name


def family_names(rng: Random, count: int) -> list[str]:
    """Names as one program makes them: a stem with numbers, letters or both."""
    stem = (
        rng.choice(_START)
        + rng.choice(_MIDDLE)
        + rng.choice(_END)
        + rng.choice(("", "_", "bot", "xx"))
    )
    form = rng.randrange(3)
    if form == 0:
        return [f"{stem}{number:05d}" for number in rng.sample(range(100_000), count)]
    if form == 1:
        letters = "abcdefghijklmnopqrstuvwxyz0123456789"
        return [f"{stem}_{''.join(rng.choices(letters, k=6))}" for _ in range(count)]
    return [f"{rng.choice(_WORDS)}{stem}{rng.randint(1, 999)}" for _ in range(count)]


def human_age(rng: Random, first_seen: datetime) -> datetime:
    """When a real account was made, by the model above."""
    draw = rng.random()
    if draw < 0.01:
        return first_seen - timedelta(minutes=rng.uniform(2, 60))
    if draw < 0.04:
        return first_seen - timedelta(days=rng.uniform(0.05, 7))
    days = min(5_500.0, math.exp(rng.gauss(math.log(900), 1.1)))
    return first_seen - timedelta(days=days)


def age_of(account: str, first_seen: datetime) -> datetime:
    """The simulated age of a benign account: the same in every run."""
    return human_age(Random(zlib.crc32(account.encode())), first_seen)


def bot_ages(rng: Random, count: int, at: datetime) -> list[datetime]:
    if rng.random() < 0.4:
        return [at - timedelta(days=rng.uniform(0.02, 90)) for _ in range(count)]
    made = at - timedelta(days=rng.uniform(2.1, 30))
    return [made + timedelta(days=rng.uniform(0, 2)) for _ in range(count)]


def aged(rng: Random, count: int, at: datetime) -> list[datetime]:
    return [at - timedelta(days=rng.uniform(120, 1_500)) for _ in range(count)]


def accounts(
    rng: Random, names: Sequence[str], made: Sequence[datetime], *, ages: bool
) -> list[Account]:
    """Accounts with opaque ids; without ages nobody's date is known."""
    return [
        Account(f"u{rng.getrandbits(40):x}", name, born if ages else None)
        for name, born in zip(names, made, strict=True)
    ]


def crowd(rng: Random, count: int, at: datetime, *, ages: bool) -> list[Account]:
    """People like any others."""
    names = [human_name(rng) for _ in range(count)]
    return accounts(rng, names, [human_age(rng, at) for _ in range(count)], ages=ages)


def moment(seconds: float) -> datetime:
    """Event time from seconds since the epoch, on the millisecond."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)
