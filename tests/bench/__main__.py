"""`make bench`: every figure of docs/benchmarks.md, one after the other, on an idle machine.

Each part can be run alone: `python -m tests.bench.scan`, `python -m tests.bench.http_ingest`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

PARTS = (
    "scan",
    "http_ingest",
    "log",
    "text",
    "rules",
    "targets",
    "cases",
    "dossier",
    "statements",
    "documents",
    "yearly",
)


def main() -> None:
    chosen = sys.argv[1:] or PARTS
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}"
    )
    for part in chosen:
        print(f"\n## {part}", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.bench.{part}"], check=True)


if __name__ == "__main__":
    main()
