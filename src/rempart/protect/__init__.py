"""Measures: planned purely within limits, each with scope, lease and undo; delivered by connectors.

`plan.py` is pure and decides, with the measures in force from `book.py`, which `enforce.py` carries
out on messages; `bundles.py` says what a shield does, `limits.py` how much of each kind is too
much; `connector.py` is the interface that `connect` implements; `outbox.py` delivers with retries.
"""

from rempart.protect.book import MeasureBook
from rempart.protect.bundles import Modes, Shields
from rempart.protect.limits import Ceilings, Limits
from rempart.protect.plan import Answer, Planner

__all__ = ["Answer", "Ceilings", "Limits", "MeasureBook", "Modes", "Planner", "Shields"]
