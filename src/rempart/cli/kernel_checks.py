"""What `rempart doctor` says of the compiled kernels: is each in force, and what it costs if not.

Both give the very same results as Python; only speed is at stake. Figures: docs/benchmarks.md.
"""

from __future__ import annotations

import os
from pathlib import Path

from rempart.cli.findings import Finding, State

SWITCH = "REMPART_NO_KERNEL"


def check_classifier_kernel() -> Finding:
    from rempart.detect.text.features import compiled
    from rempart.detect.text.kernel import BUILT

    return _finding(
        "classifier kernel",
        BUILT,
        used=compiled() is not None,
        cost="words are read with numpy: the same scores, at about a sixth of the speed",
    )


def check_log_kernel() -> Finding:
    from rempart.log.compiled import BUILT, KERNEL

    return _finding(
        "log kernel",
        BUILT,
        used=KERNEL is not None,
        cost="the log is hashed and sealed in Python: the same bytes, at about half the speed",
    )


def _finding(check: str, built: Path, *, used: bool, cost: str) -> Finding:
    if used:
        return Finding(check, State.OK, "compiled, and gives what Python gives")
    if os.environ.get(SWITCH) == "1":
        why, mend = f"switched off by {SWITCH}=1", f"start without {SWITCH}"
    elif not built.exists():
        why, mend = "not built", "install a C compiler, then the package again"
    else:
        why, mend = "built, but cannot be used here", "install the package again from its source"
    return Finding(check, State.MIND, f"{why}; {cost}", mend)
