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

_ONSETS_LIST = (
    "b bl br c ch cl cr d dr f fl fr g gh gl gr h j k kh kl kr l m n p ph pl pr qu r rh s "
    "sc sh sk sl sm sn sp st str t th tr tw v w wh x y z zh"
)
_ONSETS = _ONSETS_LIST.split()
_VOWELS_LIST = "a e i o u y ai au ea ee ei ia ie io oa oe oo ou ue"
_VOWELS = _VOWELS_LIST.split()
_CODAS_LIST = "b ck d f g k l ll m n nd ng nn p r rd rk rn s sh ss st t th tt x z"
_CODAS = _CODAS_LIST.split()
_WORDS_LIST = (
    "wolf moon toast pilot sock ninja berry storm cat fox tea lemon pixel rusty velvet "
    "north ghost paper sugar iron quiet jolly spicy lazy bear otter raven fish king queen "
    "doc chef bass drum sky lake mint echo nova zero turbo mega uncle aunt baron duke "
    "frost ember cloud river stone"
)
_WORDS = _WORDS_LIST.split()


def _syllable(rng: Random) -> str:
    return (
        rng.choice(_ONSETS)
        + rng.choice(_VOWELS)
        + (rng.choice(_CODAS) if rng.random() < 0.4 else "")
    )


def human_name(rng: Random) -> str:
    """A name as people choose them: syllables, sometimes words, sometimes a year or some digits. Of
    250 such names hardly any four begin alike, as among real ones (test_people.py)."""
    form = rng.random()
    name = "".join(_syllable(rng) for _ in range(rng.randint(2, 3)))
    if form < 0.2:
        ends = [rng.choice(_WORDS), name if rng.random() < 0.6 else rng.choice(_WORDS)]
        rng.shuffle(ends)
        name = rng.choice(("_", "", "")).join(ends)
    elif form < 0.3:
        name = rng.choice("aeiou") + name
    if rng.random() < 0.15:
        name = rng.choice("xlmdtjzk") + rng.choice("xoia_") + name
    if rng.random() < 0.45:
        name += str(
            rng.choice((rng.randint(1, 99), rng.randint(1980, 2012), rng.randint(100, 9999)))
        )
    return name.title() if rng.random() < 0.3 else name


def family_names(rng: Random, count: int) -> list[str]:
    """Names as one program makes them: a stem with numbers, letters or both."""
    stem = _syllable(rng) + _syllable(rng) + rng.choice(("", "_", "bot", "xx"))
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
