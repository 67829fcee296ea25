"""What the detectors found in one batch, and what is done about one that fails."""

from __future__ import annotations

from typing import Final

import msgspec

from rempart.detect.facts.finder import FactMatch
from rempart.detect.interface import Batch, Candidate, Detector, Observation, RaidChange, Touch
from rempart.detect.raid.fingerprint import Fingerprint
from rempart.model import ABUSE_LABELS, Label, Message, Signal

NO_LABELS: Final[frozenset[Label]] = frozenset()


class Analysis(msgspec.Struct):
    """What the detectors found in one batch; positions are indexes into its items."""

    signals: dict[int, list[Signal]]
    touches: dict[int, list[Touch]]
    changes: list[RaidChange]
    candidates: list[tuple[Candidate, Observation]]
    keys: set[str]
    failures: dict[int, tuple[str, ...]]
    facts: dict[int, list[FactMatch]] = {}

    @classmethod
    def empty(cls) -> Analysis:
        return cls({}, {}, [], [], set(), {}, {})


def one_by_one(
    detector: Detector, batch: Batch, failed: dict[int, tuple[str, ...]]
) -> list[tuple[int, Signal]]:
    """Which messages of a failed batch the detector can look at; the rest goes to `failed`."""
    rows: list[tuple[int, Signal]] = []
    for index, (message, folded) in enumerate(zip(batch.messages, batch.folds, strict=True)):
        try:
            found = list(detector.detect(Batch((message,), (folded,))))
        except Exception:  # any error of a detector: the message is held, never waved through
            failed[index] = (*failed.get(index, ()), detector.name)
            continue
        rows.extend((index, signal) for _, signal in found)
    return rows


def observe(
    position: int,
    message: Message,
    folded: str,
    signals: list[Signal] | None,
    prints: Fingerprint,
) -> Observation:
    if not signals:
        return Observation(position, message, folded, 0.0, NO_LABELS, prints)
    abuse = max((s.score for s in signals if s.label in ABUSE_LABELS), default=0.0)
    labels = frozenset(s.label for s in signals)
    return Observation(position, message, folded, abuse, labels, prints)
