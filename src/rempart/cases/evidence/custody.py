"""Who looked at a case and who took its dossier away: entries of the same log as the case."""

from __future__ import annotations

from typing import Any

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
    **more: Any,
) -> int:
    """`what`: view, export, or exported (then `files` are the hashes of what left); `by`: the
    pseudonym of who did it; `edition`: for whom it leaves; `more`: of an export, to whom and on
    which mandate. Returns the entry's sequence."""
    return note(
        tables, "access", what, by, case, at_ms, case=case, reason=reason, edition=edition, **more
    )
