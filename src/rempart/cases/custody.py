"""Who looked at a case and who took its dossier away: entries of the same log as the case."""

from __future__ import annotations

from rempart.cases.entries import entry, record, rfc3339
from rempart.store.interface import Tables


def note_access(
    tables: Tables, case: str, what: str, by: str, at_ms: int, *, reason: str | None = None
) -> int:
    """`what`: view or export. `by`: the pseudonym of who did it. Returns the entry's sequence."""
    told = {"what": what, "case": case, "by": by, "reason": reason, "at": rfc3339(at_ms)}
    return record(tables, [(case, entry("access", told))])
