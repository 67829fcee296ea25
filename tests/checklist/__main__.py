"""Prints the tests of the checklist, each file in its own order: what `make checklist`
runs."""

from __future__ import annotations

from pathlib import Path

from rempart.disclose.checklist import behaviours

ROOT = Path(__file__).parents[2]


def place(test: str) -> tuple[str, int]:
    file, _, name = test.partition("::")
    return file, (ROOT / file).read_text("utf-8").find(f"def {name}(")


for test in sorted({test for one in behaviours().values() for test in one.tests}, key=place):
    print(test)
