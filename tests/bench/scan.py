"""`rempart scan` of 200,000 messages, measured: messages per CPU-second of the whole process.

Each run is a process of its own, told by its own summary (CPU from its start, children included).
Beside it, in the same run: decoding the same file with msgspec into plain objects, the least that
any reader has to do. The ratio of the two can be compared between machines.

Run: `python -m tests.bench.scan [--messages 200000]`. The chat is real when the folder with it is
beside the checkout, else generated (`rempart replay hate-raid`, many seeds and days).
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from rempart.model import Message
from rempart.scenario import generate, load

CHAT = "data/chat/ubuntu_irc.ndjson.gz"
ROOT = Path(__file__).resolve().parents[2]
DECODE = """
import resource, sys, msgspec
decode = msgspec.json.Decoder().decode
count = 0
with open(sys.argv[1], "rb") as file:
    for line in file:
        decode(line)
        count += 1
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime)
"""


class Figures(NamedTuple):
    name: str
    messages: int
    cpu: float
    wall: float
    peak_mb: float

    def line(self, reference: float) -> str:
        return (
            f"{self.name}: {self.messages / self.cpu:,.0f} messages per CPU-second "
            f"({self.cpu:.2f} CPU-s, {self.wall:.2f} s wall, peak {self.peak_mb:.0f} MiB; "
            f"{self.cpu / reference:.1f} × decoding alone)"
        )


def real_chat() -> Iterator[bytes]:
    path = Path(os.environ.get("REMPART_SHARED", ROOT.parent / "shared")) / CHAT
    if path.is_file():
        with gzip.open(path) as file:
            yield from file


def generated_chat() -> Iterator[bytes]:
    """One stream after the other; the raids are part of it."""
    encode = msgspec.json.Encoder().encode
    for seed in itertools.count(1):
        for item in generate("hate-raid", load("hate-raid", seed)).items:
            if isinstance(item, Message):
                yield encode(msgspec.structs.replace(item, channel=f"c{seed % 40}")) + b"\n"


def write_input(path: Path, messages: int) -> str:
    """What kind of chat it is."""
    for name, lines in (("real chat", real_chat()), ("generated chat", generated_chat())):
        count = 0
        with path.open("wb") as file:
            for line in itertools.islice(lines, messages):
                file.write(line)
                count += 1
        if count == messages:
            return name
    raise AssertionError("the generator never ends")


def scan(name: str, path: Path, folder: Path, *options: str) -> Figures:
    summary, out = folder / "summary.json", folder / "out.ndjson"
    command = [sys.executable, "-m", "rempart.cli", "scan", str(path), *options]
    command += ["--summary", str(summary), "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    told = json.loads(summary.read_text())
    return Figures(
        name, told["messages"], told["cpu_seconds"], told["wall_seconds"], told["peak_rss_mb"]
    )


def measure(messages: int, rounds: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as place:
        folder = Path(place)
        path = folder / "chat.ndjson"
        kind = write_input(path, messages)
        runs = [
            subprocess.run(
                [sys.executable, "-c", DECODE, str(path)],
                check=True,
                capture_output=True,
                text=True,
            )
            for _ in range(rounds)
        ]
        reference = min(float(run.stdout) for run in runs)
        yield f"{messages:,} messages of {kind}; decoding alone: {reference:.2f} CPU-s"
        best = min(
            (scan("scan", path, folder) for _ in range(rounds)), key=lambda figures: figures.cpu
        )
        yield best.line(reference)
        stored = min(
            (
                scan("scan --data", path, folder, "--data", str(folder / f"data{number}"))
                for number in range(rounds)
            ),
            key=lambda figures: figures.cpu,
        )
        yield stored.line(reference)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=2, help="The best of so many is told.")
    asked = parser.parse_args()
    for line in measure(asked.messages, asked.rounds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
