"""Taking a published version from view: when it says what it must not, such as somebody's name.

Rules kept here:

1. One person may take it from view at once, with a reason that everybody reads; it comes back by
   itself after `ALONE_DAYS` unless another person agreed. Reports are owed for five years: nobody
   hides one alone.
2. The version stays in the store, and its hash in the log and on the page. Others go on standing.
3. Each step is an entry of the log, who took it a disclosure of its own (see `publish`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.second_person import must_be_another
from rempart.errors import AccessError, ConflictError, NotFoundError
from rempart.model import stable_id
from rempart.store.interface import Tables
from rempart.store.interface.history import WithdrawalRow, YearlyRow

DAY_MS: Final = 86_400_000
ALONE_DAYS: Final = 3
"""As long as one person's word hides a version."""
BY: Final = "yearly-withdrawal-by"


def in_force(rows: Iterable[WithdrawalRow], at_ms: int) -> dict[tuple[str, int], WithdrawalRow]:
    """Pure: the withdrawals that hide something now, by period and version."""
    return {
        (row.period, row.version): row
        for row in rows
        if row.restored_ms is None and (row.confirmed_by is not None or at_ms < row.until_ms)
    }


def version_of(tables: Tables, period: str, version: int) -> YearlyRow:
    """NotFoundError: it was never published."""
    for row in tables.history.yearly(period):
        if row.version == version:
            return row
    raise NotFoundError("there is no such version")


def withdraw(
    tables: Tables, period: str, version: int, reason: str, by: str, at_ms: int
) -> WithdrawalRow:
    """By one person, until another agrees. InputError: no reason; ConflictError: it is withdrawn
    already."""
    version_of(tables, period, version)
    reason = checked_reason(reason)
    known = tables.history.withdrawals()
    if (period, version) in in_force(known, at_ms):
        raise ConflictError("this version is withdrawn already", where=period)
    until_ms = at_ms + ALONE_DAYS * DAY_MS
    id = stable_id("yw", period, str(version), str(len(known)))
    row = WithdrawalRow(id, period, version, reason, by, at_ms, until_ms)
    tables.history.put_withdrawal(row)
    _note(tables, row, "withdrawn", by, at_ms, {"reason": reason, "until": rfc3339(until_ms)})
    return row


def confirm(tables: Tables, period: str, version: int, by: str, at_ms: int) -> WithdrawalRow:
    """Another person agrees: it stays withdrawn. AccessError: the same person."""
    row = _standing(tables, period, version, at_ms)
    if row.confirmed_by is not None:
        raise ConflictError("this withdrawal was confirmed already", where=period)
    same = AccessError(
        "another person than who withdrew it agrees",
        where=period,
        next_step="ask somebody who also declares what the place says of itself",
    )
    must_be_another(tables, by, [row.by], at_ms, same, about=row.id)
    fresh = row._replace(confirmed_by=by)
    tables.history.put_withdrawal(fresh)
    _note(tables, row, "confirmed", by, at_ms, {})
    return fresh


def restore(
    tables: Tables, period: str, version: int, reason: str, by: str, at_ms: int
) -> WithdrawalRow:
    """Everybody reads it again."""
    row = _standing(tables, period, version, at_ms)
    reason = checked_reason(reason)
    fresh = row._replace(restored_ms=at_ms)
    tables.history.put_withdrawal(fresh)
    _note(tables, row, "restored", by, at_ms, {"reason": reason})
    return fresh


def _standing(tables: Tables, period: str, version: int, at_ms: int) -> WithdrawalRow:
    row = in_force(tables.history.withdrawals(), at_ms).get((period, version))
    if row is None:
        raise ConflictError("this version is not withdrawn", where=period)
    return row


def _note(
    tables: Tables, row: WithdrawalRow, what: str, by: str, at_ms: int, more: Mapping[str, Any]
) -> None:
    told = {
        "id": row.id,
        "what": what,
        "period": row.period,
        "version": row.version,
        "at": rfc3339(at_ms),
        **more,
    }
    record(tables, [(None, entry("yearly-withdrawal", told, (BY, {"by": by})))])
