"""Who looked at a case and who took its dossier away: entries of the same log as the case."""

from __future__ import annotations

from rempart.cases.access_log import note
from rempart.store.interface import Tables


def note_access(
    tables: Tables,
    case: str,
    what: str,
    by: str,
    at_ms: int,
    *,
    reason: str | None = None,
    edition: str | None = None,
) -> int:
    """`what`: view or export; `by`: the pseudonym of who did it; `edition`: for whom it leaves.
    Returns the entry's sequence."""
    return note(tables, "access", what, by, case, at_ms, case=case, reason=reason, edition=edition)
