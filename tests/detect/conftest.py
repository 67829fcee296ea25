"""What the tests of detection share: messages, and the way from messages to observations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from rempart.detect.interface import Batch, Detections, EventObservation, Observation
from rempart.detect.raid.operator import RaidOperator
from rempart.detect.registry import default_detectors
from rempart.detect.text.fold import fold
from rempart.model import ABUSE_LABELS, Account, Item, Message, Raid, Signal

BEGIN = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
DETECTORS = default_detectors()

Observe = Callable[[Sequence[Item]], list[Observation | EventObservation]]
Watch = Callable[..., "Watched"]


class Watched:
    """What the raid operator said of a stream: raids in their last picture, and touches."""

    def __init__(self) -> None:
        self.raids: dict[str, Raid] = {}
        self.touched: dict[int, list[str]] = {}
        self.state: bytes = b""

    def take(self, detections: Detections) -> None:
        for change in detections.changes:
            self.raids[change.raid.id] = change.raid
        for touch in detections.touches:
            self.touched.setdefault(touch.position, []).append(touch.raid)

    def of_stage(self, stage: str) -> list[Raid]:
        return [raid for raid in self.raids.values() if raid.stage.value == stage]


def signals_of(texts: Sequence[str]) -> list[list[Signal]]:
    messages = [_message(number, text) for number, text in enumerate(texts)]
    batch = Batch(messages, fold(texts))
    found: list[list[Signal]] = [[] for _ in texts]
    for detector in DETECTORS:
        for index, signal in detector.detect(batch):
            found[index].append(signal)
    return found


def _message(number: int, text: str, at: float = 0.0, author: str = "u1") -> Message:
    sent = BEGIN + timedelta(seconds=at)
    return Message(f"m{number}", "twitch", "lea", sent, Account(author), text)


def _observe(items: Sequence[Item]) -> list[Observation | EventObservation]:
    messages = [item for item in items if isinstance(item, Message)]
    signals = iter(signals_of([message.text for message in messages]))
    folds = iter(fold([message.text for message in messages]))
    rows: list[Observation | EventObservation] = []
    for position, item in enumerate(items):
        if not isinstance(item, Message):
            rows.append(EventObservation(position, item))
            continue
        found = next(signals)
        abuse = max((s.score for s in found if s.label in ABUSE_LABELS), default=0.0)
        labels = frozenset(s.label for s in found)
        rows.append(Observation(position, item, next(folds), abuse, labels))
    return rows


def _watch(
    rows: Sequence[Observation | EventObservation], step: int = 100, key: str = "twitch/lea"
) -> Watched:
    operator = RaidOperator()
    state = operator.fresh(key)
    watched = Watched()
    for start in range(0, len(rows), step):
        state, detections = operator.step(state, rows[start : start + step])
        watched.take(detections)
    for raid in operator.open_raids(state):
        watched.raids[raid.id] = raid
    watched.state = operator.dump(state)
    return watched


@pytest.fixture
def observe() -> Observe:
    return _observe


@pytest.fixture
def watch() -> Watch:
    return _watch


@pytest.fixture
def signals() -> Callable[[Sequence[str]], list[list[Signal]]]:
    return signals_of


@pytest.fixture
def message() -> Callable[..., Message]:
    return _message
