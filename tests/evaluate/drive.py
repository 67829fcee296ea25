"""Runs the keyed operators over a prepared stream, as the pipeline does between detectors and
rules: per target first, then what it offers across channels under each signature, then hostile
acts and raids over time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import process_time
from typing import Any, NamedTuple

from rempart.detect.campaign.operator import CampaignOperator, target_key
from rempart.detect.interface import (
    Batch,
    Candidate,
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
    Touch,
)
from rempart.detect.text.detector import TextDetector
from rempart.engine.over_time import LongMemory
from rempart.engine.pipeline import target_keys
from rempart.model import THRESHOLD, Item, Message, Raid, Signal

Row = Observation | EventObservation


class Found(NamedTuple):
    """What the operators said; `last` is the final picture of each raid, `states` the target
    states afterwards, `long` the dumped long memories; the `seconds` are CPU."""

    changes: list[RaidChange]
    touches: list[Touch]
    last: dict[str, Raid]
    states: dict[str, Any]
    target_seconds: float
    spread_seconds: float
    long: dict[str, bytes]
    long_seconds: float


class Operators(NamedTuple):
    target: KeyedOperator[Any]
    spread: KeyedOperator[Any]
    campaign: CampaignOperator = CampaignOperator()


def drive(
    operators: Operators,
    rows: Sequence[Row],
    states: Mapping[str, bytes | None],
    long: Mapping[str, bytes] | None = None,
) -> Found:
    """`states` and `long` are the dumped states to start from; a target that has none starts
    fresh."""
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        item = row.message if isinstance(row, Observation) else row.event
        for key in target_keys(item):
            by_key.setdefault(key, []).append(row)
    live = {key: _take(operators.target, key, states.get(key)) for key in by_key}
    changes: list[RaidChange] = []
    touches: list[Touch] = []
    offered: list[Candidate] = []
    loaded = process_time()
    for key, batch in by_key.items():
        live[key], detections = operators.target.step(live[key], batch)
        changes.extend(detections.changes)
        touches.extend(detections.touches)
        offered.extend(detections.candidates)
    stepped = process_time()
    open_raids = [raid for key in live for raid in operators.target.open_raids(live[key])]
    open_raids += _across(operators.spread, rows, sorted(offered), changes, touches)
    done = process_time()
    memory = LongMemory(operators.campaign)
    for key, blob in (long or {}).items():
        memory.states.restore(key, blob)
        memory.on.add(key)
    memory.restore()
    touches, changes = _over_time(memory, rows, offered, changes, touches)
    open_raids += memory.open_raids()
    over = process_time()
    changes.sort(key=lambda change: (change.position, change.raid.id))
    touches.sort(key=lambda touch: (touch.position, touch.raid))
    last = {change.raid.id: change.raid for change in changes}
    last.update({raid.id: raid for raid in open_raids})
    dumped = {key: memory.states.dump(key) or b"" for key in sorted(set(memory.states.keys()))}
    return Found(
        changes, touches, last, live, stepped - loaded, done - stepped, dumped, over - done
    )


def _take(operator: KeyedOperator[Any], key: str, blob: bytes | None) -> Any:
    return operator.fresh(key) if blob is None else operator.load(blob)


def _across(
    operator: KeyedOperator[Any],
    rows: Sequence[Row],
    offered: Sequence[Candidate],
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


class _Analysed(NamedTuple):
    """What the long memory wants of the pipeline's analysis."""

    signals: dict[int, list[Signal]]
    candidates: list[Any]


def _over_time(
    memory: LongMemory,
    rows: Sequence[Row],
    offered: Sequence[Candidate],
    changes: list[RaidChange],
    touches: list[Touch],
) -> tuple[list[Touch], list[RaidChange]]:
    items: list[Item] = [row.message if isinstance(row, Observation) else row.event for row in rows]
    touched: dict[int, list[Touch]] = {}
    for touch in touches:
        touched.setdefault(touch.position, []).append(touch)
    analysed = _Analysed(_signals(rows), [(candidate, None) for candidate in offered])
    touched, changes, _ = memory.step(items, analysed, touched, changes, _is_open)
    return [touch for found in touched.values() for touch in found], changes


def _signals(rows: Sequence[Row]) -> dict[int, list[Signal]]:
    """The signals of what is flagged, once more: the prepared rows keep only their scores."""
    flagged = [r for r in rows if isinstance(r, Observation) and r.abuse >= THRESHOLD]
    found: dict[int, list[Signal]] = {}
    batch = Batch([row.message for row in flagged], [row.fold for row in flagged])
    for index, signal in _detector().detect(batch):
        found.setdefault(flagged[index].position, []).append(signal)
    return found


@lru_cache
def _detector() -> TextDetector:
    return TextDetector()


def _is_open(message: Message) -> bool:
    return not message.private


def long_key(channel: str) -> str:
    """Under which key the long memory knows a channel's owner."""
    return target_key(channel)
