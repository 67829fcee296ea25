"""A short fuzz of everything that strangers hand us; `make fuzz` runs as long as one likes.

Here seeded changes of sound input, in this process; and once the real fuzzer, so that it is known
to run. With coverage as guide it takes its time to start.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fuzz import targets
from tests.fuzz.targets import TARGETS, seeds, sound, verifier

ROOT = Path(__file__).parents[2]
RUNS = {"verifier": 150, "source_proof": 600}


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_breaks_what_reads_strangers_bytes(name: str) -> None:
    rng = random.Random(name)
    begin = seeds(name) or [rng.randbytes(40)]
    for _ in range(RUNS.get(name, 2_000)):
        TARGETS[name](changed(rng.choice(begin), rng))


def changed(data: bytes, rng: random.Random) -> bytes:
    """A few places of it overwritten, doubled, taken out or filled."""
    content = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(content) + 1)
        end = min(len(content), at + rng.randrange(1, 20))
        how = rng.randrange(4)
        if how == 0:
            content[at:end] = rng.randbytes(end - at)
        elif how == 1:
            content[at:at] = content[at:end] * rng.randrange(1, 50)
        elif how == 2:
            del content[at:end]
        else:
            content[at:at] = rng.choice((b"\x00", b'"', b"\n", b"{", b"\xff\xfe", b"9" * 400))
    return bytes(content)


def test_the_fuzzer_runs(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python")
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "archive", "-runs=5000", "-seed=7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)},
    )
    assert run.returncode == 0, run.stderr[-2_000:]
    assert "Done" in run.stderr


def test_the_fuzzer_of_the_verifier_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a verifier that looks at nothing the same target finds a change at once."""

    class Blind:
        failed: tuple[str, ...] = ()

    names = sorted(sound()[0])
    monkeypatch.setattr(targets, "verify", lambda files, key: Blind)
    with pytest.raises(AssertionError, match="was changed"):
        verifier(bytes([names.index("records.jsonl"), 0, 0, 9, 0]) + b"#")
