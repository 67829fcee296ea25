"""Runs the two keyed operators over a prepared stream, as the pipeline does between detectors and
rules: per target first, then what it offers across channels under each signature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import process_time
from typing import Any, NamedTuple

from rempart.detect.interface import (
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
    Touch,
)
from rempart.engine.pipeline import target_keys
from rempart.model import Raid

Row = Observation | EventObservation


class Found(NamedTuple):
    """What the operators said; `last` is the final picture of each raid, `states` the target
    states afterwards; `target_seconds` and `spread_seconds` are CPU."""

    changes: list[RaidChange]
    touches: list[Touch]
    last: dict[str, Raid]
    states: dict[str, Any]
    target_seconds: float
    spread_seconds: float


class Operators(NamedTuple):
    target: KeyedOperator[Any]
    spread: KeyedOperator[Any]


def drive(operators: Operators, rows: Sequence[Row], states: Mapping[str, bytes | None]) -> Found:
    """`states` are the dumped states to start from; a target that has none starts fresh."""
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        item = row.message if isinstance(row, Observation) else row.event
        for key in target_keys(item):
            by_key.setdefault(key, []).append(row)
    live = {key: _take(operators.target, key, states.get(key)) for key in by_key}
    changes: list[RaidChange] = []
    touches: list[Touch] = []
    offered: list[tuple[int, tuple[int, ...]]] = []
    loaded = process_time()
    for key, batch in by_key.items():
        live[key], detections = operators.target.step(live[key], batch)
        changes.extend(detections.changes)
        touches.extend(detections.touches)
        offered.extend((found.position, found.signatures) for found in detections.candidates)
    stepped = process_time()
    open_raids = [raid for key in live for raid in operators.target.open_raids(live[key])]
    open_raids += _across(operators.spread, rows, sorted(offered), changes, touches)
    done = process_time()
    changes.sort(key=lambda change: (change.position, change.raid.id))
    touches.sort(key=lambda touch: (touch.position, touch.raid))
    last = {change.raid.id: change.raid for change in changes}
    last.update({raid.id: raid for raid in open_raids})
    return Found(changes, touches, last, live, stepped - loaded, done - stepped)


def _take(operator: KeyedOperator[Any], key: str, blob: bytes | None) -> Any:
    return operator.fresh(key) if blob is None else operator.load(blob)


def _across(
    operator: KeyedOperator[Any],
    rows: Sequence[Row],
    offered: Sequence[tuple[int, tuple[int, ...]]],
    changes: list[RaidChange],
    touches: list[Touch],
) -> list[Raid]:
    """The operator that works across channels; returns the raids it still has open."""
    by_signature: dict[int, list[Row]] = {}
    for position, signatures in offered:
        for signature in signatures:
            by_signature.setdefault(signature, []).append(rows[position])
    still_open: list[Raid] = []
    for signature, batch in by_signature.items():
        state, detections = operator.step(operator.fresh(str(signature)), batch)
        changes.extend(detections.changes)
        touches.extend(detections.touches)
        still_open.extend(operator.open_raids(state))
    return still_open
