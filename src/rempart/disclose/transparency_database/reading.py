"""What each restriction says to the Transparency Database, read from the statements of the store.

One per restriction: the machine's statement, then each decision about it; the last one that imposes
speaks, and one that took it back gives its end. `Gate` holds what both gates read before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rempart.disclose.transparency_database.payload import (
    Payload,
    edited,
    ended,
    payload_of,
)
from rempart.disclose.transparency_database.privacy import Privacy
from rempart.disclose.transparency_database.rules import Fault, Quality
from rempart.model import Statement, StatementSource
from rempart.store.interface import Tables

_PAGE = 500
Puid = Callable[[str], str]
"""From the id of a measure."""


class Gated(NamedTuple):
    """What would be sent, and why not."""

    measure: str
    payload: Payload
    faults: list[Fault]


class Gate:
    """Makes payloads and holds back those that must not leave. One per run: it remembers texts."""

    def __init__(self, puid: Puid, language: str) -> None:
        self._puid = puid
        self._language = language
        self._quality = Quality()
        self._privacy = Privacy()

    def of(self, told: Sequence[Statement], texts: dict[str, str] | None = None) -> Gated | None:
        """`told`: all of one restriction, oldest first; `texts`: what a person wrote instead. None
        when none of them imposes anything, or an authority ordered it: that is no statement of
        article 17 (17(5)), though the person is told."""
        imposing = [one for one in told if not one.ends]
        if not imposing or imposing[0].source is StatementSource.ORDER:
            return None
        last = imposing[-1]
        payload = payload_of(last, self._puid(last.measure), self._language)
        over = [one for one in told if one.ends and one.number > last.number]
        if over:
            payload = ended(payload, over[0].made_at)
        if texts:
            payload = edited(payload, texts)
        found = self._quality.faults(payload)
        found += self._privacy.faults(payload, (last.account, last.channel))
        return Gated(last.measure, payload, found)


def all_gated(tables: Tables, gate: Gate) -> Iterator[Gated]:
    """Every restriction without an exemption once, in the order in which they were imposed."""
    number = 0
    while rows := tables.statements.after(number, _PAGE):
        first, number = rows[0].statement.number, rows[-1].statement.number
        measures = [row.statement.measure for row in rows]
        exempt = tables.statements.exemptions(list(dict.fromkeys(measures)))
        for measure, told in by_measure(tables, measures).items():
            wanted = told[0].number >= first and measure not in exempt
            gated = gate.of(told) if wanted else None
            if gated is not None:
                yield gated


def by_measure(tables: Tables, measures: Sequence[str]) -> dict[str, list[Statement]]:
    """All statements of these restrictions, oldest first, by restriction."""
    found: dict[str, list[Statement]] = {}
    for row in tables.statements.of_measures(list(dict.fromkeys(measures))):
        found.setdefault(row.statement.measure, []).append(row.statement)
    return found
