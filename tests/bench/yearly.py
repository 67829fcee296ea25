"""The yearly report of 1,000,000 decisions and 3,000,000 reports, as the command draws it up.

Writes a made-up year (`rempart disclose rehearse`; keep it with `--data`), then runs `rempart
disclose yearly` as a process of its own and reads its CPU time and its memory.
Run: `python -m tests.bench.yearly [--decisions 1000000] [--data DIR]`.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rempart.engine.embedded import STORE_FILE


def _run(*arguments: str) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of one command."""
    process = subprocess.Popen([sys.executable, "-m", "rempart.cli", "disclose", *arguments])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{arguments[0]} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def measure(data: Path, decisions: int) -> None:
    if not (data / STORE_FILE).exists():
        begin = time.monotonic()
        cpu, _ = _run("rehearse", "--data", str(data), "--decisions", str(decisions))
        size = (data / STORE_FILE).stat().st_size / 1e9
        print(f"writing the year: {cpu:.0f} CPU-s, {time.monotonic() - begin:.0f} s, {size:.1f} GB")
    with tempfile.TemporaryDirectory() as out:
        cpu, memory = _run("yearly", "--data", str(data), "--year", "2026", "-o", out)
        text = (Path(out) / "4_notices.csv").read_text("utf-8")
        rows = list(csv.reader(io.StringIO(text)))
        print(f"yearly report: {cpu:.1f} CPU-s, {memory:.0f} MB, {rows[1][5]} notices")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path)
    asked = parser.parse_args()
    if asked.data is not None:
        measure(asked.data, asked.decisions)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "year", asked.decisions)


if __name__ == "__main__":
    main()
