"""Opinions as they stand in the log, and what of them the memory needs after a restart."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rempart.model import Measure, ScopeKind
from rempart.store.interface import Tables

ENTRY = "opinion"
_entry = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])
_MARK = f'"{ENTRY}"'.encode()


class LoggedOpinion(msgspec.Struct, frozen=True):
    """What an entry `opinion` says. `of`: the entry of the message; `labels` its scores, in decimal
    (the log has no other fractions); `was` and `now` are verdicts;
    `measures` those it caused, `released` those it took back (in `shadow`: what it would have).
    `cached`: said of the same folded text before."""

    of: int
    source: str
    model: str
    labels: dict[str, str]
    at: str
    was: str
    now: str
    message: str
    platform: str
    channel: str
    shadow: bool = False
    cached: bool = False
    measures: list[str] = []
    released: list[str] = []

    @property
    def scores(self) -> dict[str, float]:
        """The labels as numbers."""
        return {label: float(score) for label, score in self.labels.items()}


def logged_opinion(bodies: Iterable[bytes]) -> LoggedOpinion | None:
    """The opinion in the bodies of an entry; None when it is another kind of entry, or erased."""
    for body in bodies:
        if _MARK not in body[:64]:
            return None
        _, name, value = _entry.decode(body)
        return msgspec.json.decode(value, type=LoggedOpinion) if name == ENTRY else None
    return None


def beyond_the_message(measures: Iterable[Measure]) -> list[Measure]:
    """Those the planner keeps in mind: on a channel, a target or an account."""
    return [measure for measure in measures if measure.scope.kind is not ScopeKind.MESSAGE]


def measures_of(tables: Tables, told: LoggedOpinion) -> list[Measure]:
    """What the planner had in mind after this opinion."""
    if told.shadow or not told.measures:
        return []
    rows = tables.stream.measures(ids=told.measures)
    return beyond_the_message(row.measure for row in rows)
