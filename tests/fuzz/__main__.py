"""`python -m tests.fuzz TARGET [SECONDS | libFuzzer's options]`: one target with coverage as guide.

What it finds is kept in `fuzz-findings/`, one file each, ready to be made a test.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rempart"]):
    from tests.fuzz.targets import TARGETS, seeds, sound

FINDINGS = Path("fuzz-findings")


def main() -> None:
    name, *options = sys.argv[1:] or ["?"]
    if name not in TARGETS:
        raise SystemExit(f"one of {', '.join(TARGETS)}")
    if options and options[0].isdigit():
        options[0] = f"-max_total_time={options[0]}"
    FINDINGS.mkdir(exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix="rempart-corpus-"))
    for number, seed in enumerate(seeds(name)):
        (corpus / str(number)).write_bytes(seed)
    kept = [f"-artifact_prefix={FINDINGS}/{name}-", "-timeout=10", "-rss_limit_mb=3000"]
    sound()
    atheris.Setup([sys.argv[0], *kept, *options, str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
