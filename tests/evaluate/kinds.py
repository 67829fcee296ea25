"""Every kind of the evaluation, what it needs of its host, and the goal of its cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.evaluate import negatives
from tests.evaluate.attacks import (
    BOT_LEVELS,
    bots_in_hype,
    dogpile,
    links,
    machine_written,
    sleepers_diverse,
    sleepers_shared,
)
from tests.evaluate.scene import Injection, Scene
from tests.evaluate.slow_attacks import comes_back, slow_day, slow_weeks
from tests.evaluate.untold_attacks import (
    a_few,
    one_each,
    sign_flood,
    trickle,
    under_a_friendly_raid,
    walls,
)

HOSTS = ("stream", "stream-30", "stream-6", "irc-run", "irc-run-25")
RUN_HOSTS = ("irc-run", "irc-run-25")


class Goal(NamedTuple):
    """The goal of each cell: share found, member precision and recall, and the time to *attack* at
    the median and at 95 %, in seconds or, where `in_messages`, in attack messages."""

    found: float
    p50: float
    p95: float | None
    precision: float
    recall: float
    in_messages: bool = False


class Kind(NamedTuple):
    """`make` draws one injection. `history` seconds of chat are replayed before it; `ahead` is how
    much chat must follow. No goal: a hard negative, whose share of *attack* may be `allowed`."""

    name: str
    make: Callable[[Scene], Injection] | None
    goal: Goal | None
    allowed: float = 0.0
    history: float = 0.0
    ahead: float = 3_600.0
    hosts: tuple[str, ...] = HOSTS


FAST_BOTS = Goal(0.99, 3, 10, 0.98, 0.97)
SLOW_BOTS = Goal(0.99, 12, 20, 0.98, 0.97, in_messages=True)
"""Below 240 attack messages a minute the time counts in messages."""

NO_TEXT = Goal(0.85, math.inf, None, 0.98, 0.97)
"""Bot and link raids with the text detector off."""
NO_GOAL = Goal(0.0, math.inf, None, 0.0, 0.0)

_DAY = 86_400.0
_ATTACKS = (
    *(Kind(name, make, FAST_BOTS) for name, make in BOT_LEVELS.items()),
    Kind("bots-hype", bots_in_hype, FAST_BOTS),
    Kind("sleepers-shared", sleepers_shared, Goal(0.90, 30, 180, 0.95, 0.85), history=3.1 * _DAY),
    Kind("sleepers-diverse", sleepers_diverse, Goal(0.65, 75, 480, 0.9, 0.6), history=3.1 * _DAY),
    Kind("links", links, Goal(0.97, 15, 60, 0.98, 0.95)),
    Kind("machine", machine_written, Goal(0.85, 60, 300, 0.9, 0.75)),
    Kind("dogpile", partial(dogpile, least=60, most=250), Goal(0.95, 75, 480, 0.9, 0.75)),
    Kind("dogpile-small", partial(dogpile, least=15, most=25), Goal(0.75, 75, 480, 0.9, 0.75)),
    Kind("slow-day", slow_day, Goal(0.85, 10, None, 0.97, 0.85, True), ahead=1.1 * _DAY),
    Kind(
        "slow-weeks",
        slow_weeks,
        Goal(0.80, 3 * _DAY, None, 0.97, 0.85),
        ahead=22 * _DAY,
        hosts=RUN_HOSTS,
    ),
    Kind("spread", None, Goal(0.90, 120, 300, 0.97, 0.85)),
)
_UNTOLD = (
    Kind("return", comes_back, NO_GOAL, ahead=6.2 * _DAY),
    Kind("one-each", one_each, NO_GOAL),
    Kind("trickle", trickle, NO_GOAL),
    Kind("bots-friendly", under_a_friendly_raid, NO_GOAL),
    Kind("sign-flood", sign_flood, NO_GOAL),
    Kind("walls", walls, NO_GOAL),
    Kind("a-few", a_few, NO_GOAL),
)
_NEGATIVES = (
    Kind("hype", negatives.hype, None),
    Kind("friendly", partial(negatives.friendly_raid, announced=False), None),
    Kind("friendly-told", partial(negatives.friendly_raid, announced=True), None),
    Kind("vote", negatives.vote, None),
    Kind("news-link", negatives.news_link, None),
    Kind("workshop", negatives.workshop, None),
    Kind("signup-wave", negatives.signup_wave, None),
    Kind("rage", negatives.rage, None, allowed=0.05),
    Kind("irony", negatives.irony, None),
)
KINDS = {kind.name: kind for kind in (*_ATTACKS, *_UNTOLD, *_NEGATIVES)}
EARLY = ("bots-0", "bots-1", "bots-2", "bots-3", "bots-hype", "links")
"""What must still be found with the text detector off."""
PEOPLE = ("sleepers-diverse", "machine", "dogpile", "dogpile-small", "a-few")
"""Kinds in which each message is somebody's own: what `real-words` looks at."""
