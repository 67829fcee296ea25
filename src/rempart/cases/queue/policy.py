"""The clocks as data (`clocks.toml`): what must happen by when, for whom it is the law, since when.

Rules kept here:

1. A house value may be tightened by a community's settings and never loosened.
2. A duty with a number counts where its jurisdiction, its tier of provider and its date apply: the
   shorter of house and duty is what runs. A duty in words ("promptly") is shown, not computed.
3. A minor's clock is never slower than an adult's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from rempart.errors import InputError

_DURATION = re.compile(r"^(\d{1,6}) ?(s|min|h|days?)$")
_UNIT_MS = {"s": 1_000, "min": 60_000, "h": 3_600_000, "day": 86_400_000, "days": 86_400_000}
APPEAL = "appeal_decision"
OTHER = "other_illegal"
"""The clock of what has no other."""


class Tier(StrEnum):
    """Of the provider, as the Digital Services Act counts them."""

    MICRO = "micro"
    SMALL = "small"
    PLATFORM = "platform"
    VERY_LARGE = "very_large"


class Spans(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Durations in words; None: nothing said."""

    look: str | None = None
    decide: str | None = None
    refer: str | None = None


class Duty(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the law asks: a number (`within`) or words (`says`)."""

    what: str
    jurisdiction: str
    since: date
    source: str
    within: str | None = None
    says: str | None = None
    tiers: tuple[Tier, ...] = ()


class Clock(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    key: str
    look: str
    decide: str
    since: date
    source: str
    refer: str | None = None
    minor: Spans = Spans()
    legal: tuple[Duty, ...] = ()


class Every(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for all clocks; see the head of `clocks.toml`."""

    since: date
    receipt: str
    tell: str
    remind: float
    warn: float
    again: float
    again_least: str
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    every: Every
    clock: list[Clock]


class DeadlineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[deadlines]` of settings.toml. `minors`: targets known to be minors; `tighten`: by clock."""

    provider: Tier = Tier.SMALL
    jurisdictions: tuple[str, ...] = ("EU", "FR")
    minors: tuple[str, ...] = ()
    tighten: dict[str, Spans] = {}


class Running(NamedTuple):
    """What runs for one clock, in ms."""

    look: int
    decide: int


class Policy(NamedTuple):
    """The clocks as they run here, resolved once. Durations in ms; shares of the time."""

    clocks: Mapping[str, Running]
    minor_clocks: Mapping[str, Running]
    minors: frozenset[str]
    tell: int
    remind: float
    warn: float
    again: float
    again_least: int

    def running(self, clock: str, target: str) -> Running:
        clocks = self.minor_clocks if target in self.minors else self.clocks
        return clocks.get(clock) or clocks[OTHER]


@cache
def clocks() -> dict[str, Clock]:
    """By key, as they ship."""
    return {clock.key: clock for clock in _file().clock}


@cache
def every() -> Every:
    return _file().every


@cache
def _file() -> _File:
    text = files(__package__).joinpath("clocks.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


def resolve(settings: DeadlineSettings, on: date, where: str = "settings.toml") -> Policy:
    """The clocks under these settings on this day. InputError: a value loosens, or is none."""
    for key in settings.tighten:
        if key not in clocks():
            raise InputError(
                f"there is no clock {key}",
                where=f"{where} [deadlines.tighten]",
                next_step="one of: " + ", ".join(clocks()),
            )
    plain, minor = {}, {}
    for key, clock in clocks().items():
        own = settings.tighten.get(key, Spans())
        look = _tightened(clock, "look", clock.look, own.look, settings, on, where)
        decide = _tightened(clock, "decide", clock.decide, own.decide, settings, on, where)
        plain[key] = Running(min(look, decide), decide)
        minor_decide = min(decide, duration(clock.minor.decide or clock.decide))
        minor_look = min(look, duration(clock.minor.look or clock.look), minor_decide)
        minor[key] = Running(minor_look, minor_decide)
    all_ = every()
    return Policy(
        plain,
        minor,
        frozenset(settings.minors),
        duration(all_.tell),
        all_.remind,
        all_.warn,
        all_.again,
        duration(all_.again_least),
    )


@cache
def shipped() -> Policy:
    """Without any settings: the house values as they ship."""
    return resolve(DeadlineSettings(jurisdictions=()), every().since)


def _tightened(
    clock: Clock,
    what: str,
    house: str,
    own: str | None,
    settings: DeadlineSettings,
    on: date,
    where: str,
) -> int:
    span = duration(house)
    if own is not None:
        chosen = duration(own, f"{where} [deadlines.tighten.{clock.key}] {what}")
        if chosen > span:
            raise InputError(
                f"{what}: {own} is longer than the {house} that this clock has",
                where=f"{where} [deadlines.tighten.{clock.key}]",
                next_step="settings can make a clock stricter, never looser",
            )
        span = chosen
    for duty in clock.legal:
        applies = (
            duty.what == what
            and duty.within is not None
            and duty.jurisdiction in settings.jurisdictions
            and (not duty.tiers or settings.provider in duty.tiers)
            and duty.since <= on
        )
        if applies and duty.within is not None:
            span = min(span, duration(duty.within))
    return span


def duration(text: str, where: str = "clocks.toml") -> int:
    """ "48 h" in ms."""
    found = _DURATION.match(text.strip())
    if found is None or int(found[1]) == 0:
        raise InputError(
            f"{text!r} is no duration",
            where=where,
            next_step="write for example 5 min, 4 h, 7 days",
        )
    return int(found[1]) * _UNIT_MS[found[2]]
