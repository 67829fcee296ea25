"""What detection costs, in CPU microseconds per message, part by part.

`python tests/bench/detect.py [FILE.ndjson.gz]`: without a file, over the generated `hate-raid`
evening (attack included) and, where it is to be had, over the shared real chat.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

import msgspec

from rempart.detect.interface import Batch, Observation
from rempart.detect.raid.fingerprint import fingerprints
from rempart.detect.registry import default_detectors, target_operator
from rempart.detect.text.fold import fold
from rempart.model import ABUSE_LABELS, Message
from rempart.scenario import generate, load

STEP = 500
SHARED = Path(os.environ.get("REMPART_SHARED", Path(__file__).parents[3] / "shared"))


def measure(name: str, count: int, work: Callable[[], object]) -> None:
    best = float("inf")
    for _ in range(3):
        begin = process_time()
        work()
        best = min(best, process_time() - begin)
    print(f"  {name:<22}{best / count * 1e6:8.2f} us/message")


def run(name: str, messages: Sequence[Message]) -> None:
    batches = [messages[start : start + STEP] for start in range(0, len(messages), STEP)]
    folds = [fold([message.text for message in batch]) for batch in batches]
    rows = list(_observations(batches, folds))
    print(f"{name}: {len(messages)} messages in steps of {STEP}")
    measure("fold", len(messages), lambda: [fold([m.text for m in batch]) for batch in batches])
    for detector in default_detectors():
        measure(
            detector.name,
            len(messages),
            lambda detector=detector: [
                list(detector.detect(Batch(batch, folded)))
                for batch, folded in zip(batches, folds, strict=True)
            ],
        )
    measure("fingerprints (in raid)", len(messages), lambda: [*map(fingerprints, folds)])
    measure("raid", len(messages), lambda: _raid(rows))


def _observations(
    batches: list[Sequence[Message]], folds: list[list[str]]
) -> list[list[Observation]]:
    found = []
    for batch, folded in zip(batches, folds, strict=True):
        abuse = [0.0] * len(batch)
        labels: list[set[str]] = [set() for _ in batch]
        for detector in default_detectors():
            for index, signal in detector.detect(Batch(batch, folded)):
                labels[index].add(signal.label)
                if signal.label in ABUSE_LABELS:
                    abuse[index] = max(abuse[index], signal.score)
        found.append(
            [
                Observation(
                    position,
                    message,
                    folded[position],
                    abuse[position],
                    frozenset(labels[position]),
                )
                for position, message in enumerate(batch)
            ]
        )
    return found


def _raid(steps: list[list[Observation]]) -> None:
    operator = target_operator()
    state = operator.fresh("bench/bench")
    for rows in steps:
        state, _ = operator.step(state, rows)


def read(path: Path) -> list[Message]:
    decoder = msgspec.json.Decoder(Message)
    with gzip.open(path) as lines:
        return [decoder.decode(line) for line in lines]


def main() -> None:
    if len(sys.argv) > 1:
        run(sys.argv[1], read(Path(sys.argv[1])))
        return
    items = generate("hate-raid", load("hate-raid", 1)).items
    run("hate-raid, generated", [item for item in items if isinstance(item, Message)])
    for name in ("stream_chat", "ubuntu_irc"):
        path = SHARED / "data" / "chat" / f"{name}.ndjson.gz"
        if path.exists():
            run(name, read(path)[:60_000])


if __name__ == "__main__":
    main()
