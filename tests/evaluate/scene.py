"""What a generator knows of the moment it injects into, and what it gives back."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from tests.evaluate import (
    texts_people_seen,
    texts_people_unseen,
    texts_seen,
    texts_unseen,
)
from tests.evaluate.grammar import Grammar
from tests.evaluate.hosts import Host
from tests.evaluate.mutation import mutate
from tests.evaluate.people import crowd, moment

from rempart.model import Account, Event

UNSEEN_FROM = 900_000
"""Runs with a seed from here on use the held-out frames and mutation operators only."""

_SEEN = Grammar(texts_seen.HOSTILE, texts_seen.HARMLESS, texts_people_seen.PEOPLE)
_UNSEEN = Grammar(texts_unseen.HOSTILE, texts_unseen.HARMLESS, texts_people_unseen.PEOPLE)
_NAMES = ("lea", "mona_live", "theo", "captain_rae", "ines")


class Line(NamedTuple):
    """One injected message; `hostile` lines are the attack's (ground truth)."""

    at: float
    author: Account
    text: str
    hostile: bool = True
    channel: str | None = None


class Injection(NamedTuple):
    """Everything one run adds to a benign excerpt. `begin` and `end` bound what is judged;
    `returns`: when the second wave begins, where there is one."""

    lines: list[Line]
    begin: float
    end: float
    events: tuple[Event, ...] = ()
    note: str = ""
    returns: float | None = None


class Scene:
    """A moment `at` (seconds since the epoch) in a host, with its own randomness. With `real`,
    people use these texts by language in place of the grammar's."""

    def __init__(
        self,
        host: Host,
        at: float,
        rng: Random,
        *,
        seed: int,
        ages: bool,
        real: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._real = real
        self.host, self.at, self.rng, self.ages, self.seed = host, at, rng, ages, seed
        self.unseen = seed >= UNSEEN_FROM
        self.grammar = _UNSEEN if self.unseen else _SEEN
        rules = texts_unseen if self.unseen else texts_seen
        self.words: Sequence[str] = rules.HARMLESS["word"]
        self.name = rng.choice(_NAMES)

    def say(self, symbol: str, **given: str) -> str:
        if self._real is not None and symbol.startswith("human."):
            return self.rng.choice(self._real[symbol.removeprefix("human.")])
        return self.grammar.say(self.rng, symbol, name=self.name, **given)

    def mutate(self, text: str, level: int) -> str:
        return mutate(self.rng, text, level, self.words, unseen=self.unseen)

    def language(self) -> str:
        return "fr" if self.rng.random() < 0.3 else "en"

    def people(self, count: int) -> list[Account]:
        """New people, with ages as in the benign chat."""
        return crowd(self.rng, count, moment(self.at), ages=self.ages)

    def regulars(self, count: int) -> list[Account]:
        """Accounts of the channel that wrote in the hours before and had written earlier; fewer
        than asked for where the channel is small."""
        host = self.host
        index = bisect_left(host.times, self.at)
        found: dict[str, Account] = {}
        for row in reversed(host.rows[max(0, index - 4_000) : index]):
            author = row.message.author
            if host.first[author.id] < index - 1:
                found.setdefault(author.id, author)
            if len(found) >= 4 * count:
                break
        pool = list(found.values())
        self.rng.shuffle(pool)
        return pool[:count]

    def said_before(self, days: float) -> tuple[float, str]:
        """A time and a text out of the channel's last days, at least 16 hours ago."""
        host = self.host
        first = bisect_left(host.times, self.at - days * 86_400)
        last = bisect_left(host.times, self.at - 16 * 3_600)
        if last - first < 20:
            first, last = max(0, last - 2_000), max(last, 1)
        index = self.rng.randrange(first, max(last, first + 1))
        return host.times[index] + self.rng.uniform(0.5, 40), host.rows[index].message.text


def log_uniform(rng: Random, low: float, high: float) -> float:
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def machine_times(rng: Random, start: float, end: float, per_minute: float) -> Iterator[float]:
    """A program's cadence: even gaps, with a jitter of up to a third."""
    gap, at = 60.0 / per_minute, start
    while at <= end:
        yield at
        at += gap * rng.uniform(0.67, 1.33)


def human_times(rng: Random, start: float, end: float, per_minute: float) -> Iterator[float]:
    """A person's cadence: log-normal gaps with a long tail, seldom under three seconds."""
    at = start
    while at <= end:
        yield at
        at += max(2.5, rng.lognormvariate(math.log(60.0 / per_minute) - 0.4, 0.9))
