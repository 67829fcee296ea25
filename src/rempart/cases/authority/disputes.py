"""Out-of-court disputes (DSA art. 21): what a certified body was asked, said, and what was done.

Rules kept here:

1. A body decides, we record: its name, its days, its outcome. What it says binds nobody, and
   whether an outcome that reverses was carried out is its own date.
2. What is known is never taken back: an outcome is said once, a carrying-out is said once. Each is
   an entry; the yearly report reads the table (sheet 7).
"""

from __future__ import annotations

from datetime import date

import msgspec

from rempart.cases.entries import clean, entry, record, rfc3339
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import REVERSING, Dispute, DisputeOutcome, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.orders import DisputeRow


def open_dispute(tables: Tables, dispute: Dispute, today: date, by: str, at_ms: int) -> DisputeRow:
    """A body told us of a dispute. ConflictError when it is known already."""
    if dispute.submitted > today:
        raise InputError("it was not submitted after today", where="submitted")
    if dispute.outcome is not None or dispute.decided is not None:
        raise InputError("its outcome is said when it is there", where="outcome")
    if dispute.decision is not None and tables.cases.decision_by_id(dispute.decision) is None:
        raise NotFoundError("there is no such decision", where=dispute.decision)
    id = stable_id("u", dispute.body.casefold(), dispute.reference)
    if tables.orders.dispute(id) is not None:
        raise ConflictError("this dispute is known already", where=dispute.reference)
    return _put(tables, id, dispute, "submitted", by, at_ms)


def close_dispute(
    tables: Tables,
    id: str,
    outcome: DisputeOutcome,
    decided: date,
    note: str,
    today: date,
    by: str,
    at_ms: int,
) -> DisputeRow:
    row = _row(tables, id)
    if row.dispute.outcome is not None:
        raise ConflictError("its outcome is known already", where=id)
    if not row.dispute.submitted <= decided <= today:
        raise InputError("it was decided after it was submitted, until today", where="decided")
    fresh = msgspec.structs.replace(
        row.dispute, outcome=outcome, decided=decided, note=clean(note).strip()
    )
    return _put(tables, id, fresh, "decided", by, at_ms)


def implement(tables: Tables, id: str, day: date, today: date, by: str, at_ms: int) -> DisputeRow:
    """The outcome was carried out on that day. Only one that reverses can be."""
    row = _row(tables, id)
    one = row.dispute
    if one.outcome not in REVERSING or one.decided is None:
        raise ConflictError("there is nothing to carry out", where=id)
    if one.implemented is not None:
        raise ConflictError("it was carried out already", where=id)
    if not one.decided <= day <= today:
        raise InputError("it was carried out after it was decided", where="implemented")
    fresh = msgspec.structs.replace(one, implemented=day)
    return _put(tables, id, fresh, "carried out", by, at_ms)


def _put(tables: Tables, id: str, dispute: Dispute, what: str, by: str, at_ms: int) -> DisputeRow:
    told = {
        "dispute": id,
        "what": what,
        "record": msgspec.to_builtins(dispute),
        "by": by,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(None, entry("dispute", told))])
    row = DisputeRow(id, dispute, seq)
    tables.orders.put_dispute(row)
    return row


def _row(tables: Tables, id: str) -> DisputeRow:
    found = tables.orders.dispute(id)
    if found is None:
        raise NotFoundError("there is no such dispute", where=id)
    return found
