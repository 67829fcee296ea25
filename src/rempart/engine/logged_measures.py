"""Measures that people took, as they stand in the log: the planner remembers them in their place
among the messages, also when the log is read again."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from rempart.model import Measure

_ENTRY = "measure"
_MARK = f'"{_ENTRY}"'.encode()
_BY_HAND = b'"automated":false'
_entry = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])


def taken_by_hand(bodies: Iterable[bytes]) -> Measure | None:
    """The measure in the bodies of an entry; None when it is another kind of entry, or a machine
    took it."""
    for body in bodies:
        if _MARK not in body[:64] or _BY_HAND not in body:
            return None
        _, name, value = _entry.decode(body)
        if name != _ENTRY:
            return None
        told = {"until": None, **msgspec.json.decode(value)}  # what has no value is left out
        measure = msgspec.convert(told, Measure)
        return None if measure.automated else measure
    return None
