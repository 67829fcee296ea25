"""Prints the tests of the checklist, one a line: what `make checklist` runs."""

from __future__ import annotations

from rempart.disclose.checklist import behaviours

for test in sorted({test for one in behaviours().values() for test in one.tests}):
    print(test)
