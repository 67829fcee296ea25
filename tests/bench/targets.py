"""100,000 quiet targets and 1,000 busy ones in one engine: memory, and what a quiet one costs.

Each quiet target has three messages once; each busy one has an evening of its own (`--evening`
messages of hundreds of people). Then both go on: the busy ones all the time, and now and then
somebody writes to a quiet one, whose state is read from the store. Told are the resident memory of
the whole process and CPU per message, commits as durable as in the service. Run:
`python -m tests.bench.targets [--quiet 100000 --busy 1000]`.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from tests.bench.http_ingest import WORDS, _real_texts

from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import Source
from rempart.ingest import Parsed, parse_lines

SOURCE = Source("test", "bench")
GROUP = 1_000
UNDER_WAY = 4
BEGIN = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
PEOPLE = 400


class Chat:
    """Messages to numbered targets; everybody's ids and texts come from one seed."""

    def __init__(self) -> None:
        self._rng = random.Random(1)
        self._numbers = count()
        self._texts = list(_real_texts()) or [
            " ".join(self._rng.choices(WORDS, k=self._rng.randint(2, 12))) for _ in range(5_000)
        ]

    def line(self, target: str, seconds: float) -> bytes:
        rng = self._rng
        account = f"{target}-{rng.randrange(PEOPLE)}"
        return json.dumps(
            {
                "id": f"m{next(self._numbers)}",
                "platform": "twitch",
                "channel": target,
                "sent_at": (BEGIN + timedelta(seconds=seconds)).isoformat(),
                "author": {"id": account, "name": account, "created_at": "2021-05-01T08:00:00Z"},
                "text": rng.choice(self._texts),
            }
        ).encode()


def rss_mb() -> float:
    with Path("/proc/self/status").open() as file:
        line = next(line for line in file if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def groups(lines: Iterable[bytes]) -> Iterator[list[Parsed]]:
    group: list[bytes] = []
    for line in lines:
        group.append(line)
        if len(group) == GROUP:
            yield _parsed(group)
            group = []
    if group:
        yield _parsed(group)


def _parsed(lines: list[bytes]) -> list[Parsed]:
    return [item for item in parse_lines(lines) if isinstance(item, Parsed)]


def send(engine: EmbeddedEngine, lines: Iterable[bytes]) -> tuple[int, float]:
    """How many messages, and the CPU seconds of this process without making them."""
    under_way: deque[Future[Any]] = deque()
    sent, made = 0, 0.0
    begin = time.process_time()
    waiting = groups(lines)
    while True:
        before = time.thread_time()
        group = next(waiting, None)
        made += time.thread_time() - before
        if group is None:
            break
        sent += len(group)
        under_way.append(engine.submit(group, SOURCE))
        if len(under_way) == UNDER_WAY:
            under_way.popleft().result()
    for future in under_way:
        future.result()
    return sent, time.process_time() - begin - made


def measure(quiet: int, busy: int, evening: int) -> Iterator[str]:
    chat, rng = Chat(), random.Random(2)
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as folder:
        engine = EmbeddedEngine.open(Path(folder))
        engine.start()
        yield f"empty engine: {rss_mb():.0f} MiB"
        order = [number % quiet for number in range(3 * quiet)]
        sent, cpu = send(
            engine, (chat.line(f"q{target}", at / 100) for at, target in enumerate(order))
        )
        yield (
            f"{quiet:,} targets with {sent // quiet} messages each: {rss_mb():.0f} MiB, "
            f"{cpu / sent * 1e6:.0f} µs of CPU per message"
        )
        later = 3 * quiet / 100
        sent, cpu = send(
            engine,
            (
                chat.line(f"b{target}", later + turn * 5)
                for turn in range(evening)
                for target in range(busy)
            ),
        )
        yield (
            f"then {busy:,} busy ones with {evening} messages each: {rss_mb():.0f} MiB, "
            f"{cpu / sent * 1e6:.0f} µs per message"
        )
        later += evening * 5
        mixed = [
            f"q{rng.randrange(quiet)}" if rng.random() < 0.1 else f"b{rng.randrange(busy)}"
            for _ in range(50_000)
        ]
        sent, cpu = send(
            engine, (chat.line(target, later + at / 200) for at, target in enumerate(mixed))
        )
        yield (
            f"then {sent:,} messages, one in ten of them to a quiet target: {rss_mb():.0f} MiB, "
            f"{cpu / sent * 1e6:.0f} µs per message"
        )
        engine.stop()
        yield f"peak of the whole process: {peak_mb():.0f} MiB (goal: 1,024)"
        size = (Path(folder) / "rempart.db").stat().st_size / (1 << 20)
        begin, cpu_begin = time.perf_counter(), time.process_time()
        engine = EmbeddedEngine.open(Path(folder))
        yield (
            f"store: {size:,.0f} MiB; opened again in {time.perf_counter() - begin:.1f} s "
            f"({time.process_time() - cpu_begin:.1f} CPU-s)"
        )
        engine.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quiet", type=int, default=100_000)
    parser.add_argument("--busy", type=int, default=1_000)
    parser.add_argument("--evening", type=int, default=300)
    asked = parser.parse_args()
    for line in measure(asked.quiet, asked.busy, asked.evening):
        print(line, flush=True)


if __name__ == "__main__":
    main()
