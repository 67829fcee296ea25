"""Measures that the planner did not plan, as they stand in the log: those of people, and lock-outs,
which deadlines and reports cause too. It remembers them in their place among the messages, also
when the log is read again."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rempart.model import Measure, MeasureKind

_ENTRY = "measure"
_MARK = f'"{_ENTRY}"'.encode()
_WORDS = (b'"automated":false', b'"kind":"lock_out"')
_entry = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])


def taken_outside(bodies: Iterable[bytes]) -> Measure | None:
    """The measure in the bodies of an entry; None when it is another kind of entry, or one that the
    planner planned. (A lock-out that it planned is remembered a second time, which changes
    nothing.)"""
    for body in bodies:
        if _MARK not in body[:64] or not any(word in body for word in _WORDS):
            return None
        _, name, value = _entry.decode(body)
        if name != _ENTRY:
            return None
        told = {"until": None, **msgspec.json.decode(value)}  # what has no value is left out
        measure = msgspec.convert(told, Measure)
        outside = not measure.automated or measure.kind is MeasureKind.LOCK_OUT
        return measure if outside else None
    return None
