"""What waits for this person as the second one: one line for each kind, with its oldest case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rempart.cases.deciding.proposals import DECISION, EXPORT, UNSEAL
from rempart.cases.second_person import too_close_to
from rempart.store.interface import Tables
from rempart.store.interface.looks import ProposalRow
from rempart.web.auth import Caller, Right
from rempart.web.console.reading import moment
from rempart.web.console.screens import Alarm

MOST: Final = 200
"""Of the oldest that wait; nobody has more in hand."""

RIGHTS: Final = {DECISION: Right.DECIDE, UNSEAL: Right.UNSEAL, EXPORT: Right.EXPORT}


def second_alarms(
    tables: Tables, who: Caller, now_ms: int, sees: Callable[[str], bool]
) -> list[Alarm]:
    """`sees`: whether she may open this case. What she could not agree to is not told: what she
    asked for herself, and what somebody too close to her did."""
    if not who.is_person:
        return []
    waiting = tables.looks.waiting(MOST)
    close = too_close_to(tables, who.id, now_ms) if waiting else {}
    hers: dict[str, list[ProposalRow]] = {}
    for row in waiting:
        own = row.proposed_by == who.id or row.proposed_by in close
        if not own and RIGHTS[row.what] in who.rights and sees(row.case):
            hers.setdefault(row.what, []).append(row)
    return [
        Alarm(f"second_{what}", "", moment(rows[0].proposed_ms), len(rows), rows[0].case)
        for what, rows in hers.items()
    ]
