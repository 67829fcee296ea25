"""How many rounds a fault test makes: CI-sized by default, more with REMPART_FAULT_ROUNDS=10."""

from __future__ import annotations

import os


def rounds(usual: int) -> int:
    return max(1, int(usual * float(os.environ.get("REMPART_FAULT_ROUNDS", "1"))))
