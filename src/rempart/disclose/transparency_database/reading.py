"""What each restriction says to the Transparency Database, read from the statements of the store.

One per restriction: the machine's statement, then each decision about it; the last one that imposes
speaks, and one that took it back gives its end. `Gate` holds what both gates read before; `besides`
reads what a statement's record does not hold: the zone of its days, the names it must not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rempart.disclose.transparency_database.payload import (
    Payload,
    edited,
    ended,
    payload_of,
)
from rempart.disclose.transparency_database.privacy import Privacy
from rempart.disclose.transparency_database.rules import Fault, Quality
from rempart.disclose.yearly.period import zone_of
from rempart.model import AutomatedDecision, Statement, StatementSource
from rempart.store.interface import Tables

_PAGE = 500
Puid = Callable[[str], str]
"""From the id of a measure."""


class Gated(NamedTuple):
    """What would be sent, and why not."""

    measure: str
    payload: Payload
    faults: list[Fault]


class Beside(NamedTuple):
    """`zone`: of the territory in the year of the restriction; `names`: under which its account
    wrote, and whom its message hit."""

    zone: tzinfo = UTC
    names: tuple[str, ...] = ()


_NOTHING = Beside()


class Gate:
    """Makes payloads and holds back those that must not leave. One per run: it remembers texts."""

    def __init__(self, puid: Puid, language: str) -> None:
        self._puid = puid
        self._language = language
        self._quality = Quality()
        self._privacy = Privacy()

    def of(
        self,
        told: Sequence[Statement],
        texts: dict[str, str] | None = None,
        beside: Beside = _NOTHING,
    ) -> Gated | None:
        """`told`: all of one restriction, oldest first; `texts`: what a person wrote instead. None
        when none of them imposes anything, or an authority ordered it: that is no statement of
        article 17 (17(5)), though the person is told."""
        imposing = [one for one in told if not one.ends]
        if not imposing or imposing[0].source is StatementSource.ORDER:
            return None
        last = imposing[-1]
        payload = payload_of(
            last,
            self._puid(last.measure),
            self._language,
            zone=beside.zone,
            imposed_at=imposing[0].made_at,
        )
        over = [one for one in told if one.ends and one.number > last.number]
        if over:
            payload = ended(payload, over[0].made_at, beside.zone)
        if texts:
            payload = edited(payload, texts)
        found = self._quality.faults(payload)
        found += self._privacy.faults(payload, (last.account, last.channel, *beside.names))
        return Gated(last.measure, payload, found)


def all_gated(tables: Tables, gate: Gate) -> Iterator[Gated]:
    """Every restriction without an exemption once, in the order in which they were imposed."""
    number = 0
    while rows := tables.statements.after(number, _PAGE):
        first, number = rows[0].statement.number, rows[-1].statement.number
        measures = [row.statement.measure for row in rows]
        exempt = tables.statements.exemptions(list(dict.fromkeys(measures)))
        stated = by_measure(tables, measures)
        beside = besides(tables, stated)
        for measure, told in stated.items():
            wanted = told[0].number >= first and measure not in exempt
            gated = gate.of(told, None, beside[measure]) if wanted else None
            if gated is not None:
                yield gated


def by_measure(tables: Tables, measures: Sequence[str]) -> dict[str, list[Statement]]:
    """All statements of these restrictions, oldest first, by restriction."""
    found: dict[str, list[Statement]] = {}
    for row in tables.statements.of_measures(list(dict.fromkeys(measures))):
        found.setdefault(row.statement.measure, []).append(row.statement)
    return found


def besides(
    tables: Tables, stated: Mapping[str, Sequence[Statement]], *, edited: bool = False
) -> dict[str, Beside]:
    """By restriction. Names are looked for where a person wrote something: what a rule says was
    written before anybody came. `edited`: somebody does now."""
    zones: dict[int, ZoneInfo] = {}

    def zone_in(year: int) -> ZoneInfo:
        if year not in zones:
            zones[year] = ZoneInfo(zone_of(tables, year))
        return zones[year]

    def zone_at(at: datetime) -> ZoneInfo:
        year = at.astimezone(zone_in(at.year)).year
        return zone_in(year)

    looked = {measure: told[-1] for measure, told in stated.items() if edited or _by_person(told)}
    names = dict(zip(looked, tables.feed.names(list(looked.values())), strict=True))
    return {
        measure: Beside(zone_at(told[0].made_at), names.get(measure, ()))
        for measure, told in stated.items()
    }


def _by_person(told: Sequence[Statement]) -> bool:
    """Whether the words of one are a person's."""
    return any(one.automated_decision is not AutomatedDecision.FULLY for one in told)
