"""What one person alone may not do, and why. Pure readings; what waits is kept by `proposals`.

Rules kept here: to remove, or to end an account, cannot be taken back whole; a case of child safety
is not closed without action by one person alone; who reported under their name is not opened to one
person's curiosity. Each needs a second person, and a reason that stands in the log.
"""

from __future__ import annotations

from rempart.cases.deciding.ruling import Ruling
from rempart.cases.matter import CHILD_SAFETY, is_child_safety
from rempart.cases.measures.taking import grave
from rempart.model import NO_ACTION, Case
from rempart.store.interface import Tables


def needs_two(tables: Tables, case: Case, ruling: Ruling) -> str | None:
    """Why this decision needs a second person; None: it does not."""
    if any(grave(one) for one in ruling.measures):
        return "what cannot be undone is decided by two people"
    closes = ruling.outcome in NO_ACTION
    renamed = ruling.harm is not None and ruling.harm != CHILD_SAFETY
    if (closes or renamed) and is_child_safety(tables, case.id):
        return (
            "a case of child safety is closed without action, or as something else, by two people"
        )
    return None
