"""The outcome of one accepted message: what was found and what is done."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from rempart.model.signal import Signal


class Verdict(StrEnum):
    """Ordered by how far it goes: allow < hold < hide < remove."""

    ALLOW = "allow"
    HOLD = "hold"
    HIDE = "hide"
    REMOVE = "remove"

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = {Verdict.ALLOW: 0, Verdict.HOLD: 1, Verdict.HIDE: 2, Verdict.REMOVE: 3}


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One per accepted message, in input order. `shadow`: rules on trial that would have acted.
    `locked_out`: targets to whom it is not delivered; for everybody else the verdict holds."""

    id: str
    verdict: Verdict
    abuse: float
    labels: dict[str, float] = {}
    raid: str | None = None
    signals: tuple[Signal, ...] = ()
    rules: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    shadow: tuple[str, ...] = ()
    locked_out: tuple[str, ...] = ()


class ItemRefusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item that was refused alone: where it stood, which field, why.

    `line` is 1-based in a file or stream, 0-based `index` in an array; `id` when it could be read.
    """

    reason: str
    field: str | None = None
    line: int | None = None
    index: int | None = None
    id: str | None = None
