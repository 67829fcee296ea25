"""Runs the keyed operators over a prepared stream, as the pipeline does between detectors and
rules: per target first, then what it offers across channels under each signature, then hostile
acts and raids over time, by the very call that `Pipeline.conclude` makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from time import process_time
from typing import Any, NamedTuple

from rempart.detect.campaign.campaigns import CampaignChange
from rempart.detect.campaign.operator import CampaignOperator
from rempart.detect.campaign.raids import target_key
from rempart.detect.interface import (
    Batch,
    Candidate,
    Detector,
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
    Touch,
)
from rempart.detect.registry import (
    campaign_operator,
    default_detectors,
    spread_operator,
    target_operator,
)
from rempart.engine.over_time import LongMemory
from rempart.engine.pipeline import Analysis, target_keys
from rempart.model import Campaign, Item, Message, Raid, Signal

Row = Observation | EventObservation


class Found(NamedTuple):
    """What the operators said; `last` is the final picture of each raid, `states` the target
    states afterwards, `long` the dumped long memories, `campaigns` what was told of each in
    order, `known` how each stands in the end; the `seconds` are CPU."""

    changes: list[RaidChange]
    touches: list[Touch]
    last: dict[str, Raid]
    states: dict[str, Any]
    target_seconds: float
    spread_seconds: float
    long: dict[str, bytes]
    long_seconds: float
    campaigns: list[CampaignChange]
    known: list[Campaign]


class Operators(NamedTuple):
    """`campaign` may be left out, to see what the others find without it. `detectors` are those
    that judged the rows."""

    target: KeyedOperator[Any]
    spread: KeyedOperator[Any]
    campaign: CampaignOperator | None
    detectors: tuple[Detector, ...]


def in_force() -> Operators:
    """Those of the product."""
    return Operators(target_operator(), spread_operator(), campaign_operator(), _all_detectors())


@lru_cache
def _all_detectors() -> tuple[Detector, ...]:
    return default_detectors()


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
    over = Over(touches, changes, [], [], [], {}, 0.0)
    if operators.campaign is not None:
        over = _over_time(
            operators.campaign, operators.detectors, rows, long or {}, offered, changes, touches
        )
    changes, touches = over.changes, over.touches
    changes.sort(key=lambda change: (change.position, change.raid.id))
    touches.sort(key=lambda touch: (touch.position, touch.raid))
    last = {change.raid.id: change.raid for change in changes}
    last.update({raid.id: raid for raid in (*open_raids, *over.open_raids)})
    return Found(
        changes, touches, last, live, stepped - loaded, done - stepped,
        over.dumped, over.seconds, over.campaigns, over.known,
    )  # fmt: skip


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


class Over(NamedTuple):
    """What the long memory made of it: everything said so far with its own words among it."""

    touches: list[Touch]
    changes: list[RaidChange]
    campaigns: list[CampaignChange]
    known: list[Campaign]
    open_raids: list[Raid]
    dumped: dict[str, bytes]
    seconds: float


def _over_time(
    operator: CampaignOperator,
    detectors: Sequence[Detector],
    rows: Sequence[Row],
    long: Mapping[str, bytes],
    offered: Sequence[Candidate],
    changes: list[RaidChange],
    touches: list[Touch],
) -> Over:
    memory = LongMemory(operator)
    for key, blob in long.items():
        memory.states.restore(key, blob)
        memory.on.add(key)
    memory.restore()
    items: list[Item] = [row.message if isinstance(row, Observation) else row.event for row in rows]
    touched: dict[int, list[Touch]] = {}
    for touch in touches:
        touched.setdefault(touch.position, []).append(touch)
    analysed = Analysis.empty()
    analysed.signals = _signals(rows, detectors)
    for candidate in offered:
        row = rows[candidate.position]
        if isinstance(row, Observation):
            analysed.candidates.append((candidate, row))
    begin = process_time()
    touched, changes, campaigns = memory.step(items, analysed, touched, changes, _is_open)
    seconds = process_time() - begin
    found = [touch for one in touched.values() for touch in one]
    dumped = {key: memory.states.dump(key) or b"" for key in sorted(set(memory.states.keys()))}
    return Over(found, changes, campaigns, memory.campaigns(), memory.open_raids(), dumped, seconds)


def _signals(rows: Sequence[Row], detectors: Sequence[Detector]) -> dict[int, list[Signal]]:
    """The signals of what has any, once more: the prepared rows keep only scores and labels."""
    flagged = [row for row in rows if isinstance(row, Observation) and row.labels]
    found: dict[int, list[Signal]] = {}
    batch = Batch([row.message for row in flagged], [row.fold for row in flagged])
    for detector in detectors:
        for index, signal in detector.detect(batch):
            found.setdefault(flagged[index].position, []).append(signal)
    return found


def _is_open(message: Message) -> bool:
    return not message.private


def long_key(channel: str) -> str:
    """Under which key the long memory knows a channel's owner."""
    return target_key(channel)
