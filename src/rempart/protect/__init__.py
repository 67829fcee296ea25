"""Measures: planned purely within limits, each with scope, lease and undo; delivered by connectors.

`plan.py` is pure and decides; `connector.py` is the interface that `connect` implements;
`outbox.py` delivers with retries.
"""

from rempart.protect.limits import Ceilings, Limits
from rempart.protect.plan import MeasureBook, Planner

__all__ = ["Ceilings", "Limits", "MeasureBook", "Planner"]
