"""Holds: what is kept although its erasure is asked for or its time has come.

Rules kept here:

1. A hold has a kind, a legal source, a reason, what it covers, and an end: there is none without
   end. It is extended before its end, with a reason, by as much as its kind allows at a time.
2. Lifting the hold of an authority needs two people; others one, with a reason.
3. When a hold ends, what waited for it goes on by itself.
4. Each step is an entry of the log; it does not say whom the hold covers.
"""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.entries import clean, entry, record, rfc3339
from rempart.cases.erasure.facts import DAY_MS, hold_rules
from rempart.cases.erasure.requests import LONGEST_SUBJECT, look
from rempart.cases.second_person import must_be_another
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.model import stable_id
from rempart.store.interface import Tables
from rempart.store.interface.erasure import HoldRow

AUTHORITY = "authority"
COVERS = ("account", "target", "reporter", "case", "channel")
LONGEST_SOURCE = 300


def place(
    tables: Tables,
    kind: str,
    covers: str,
    subject: str,
    source: str,
    reason: str,
    days: int,
    by: str,
    at_ms: int,
) -> HoldRow:
    """`source`: the law, order or file number it rests on; `days`: until it ends."""
    if kind not in hold_rules():
        raise InputError(
            "no such kind of hold", where="kind", next_step="one of: " + ", ".join(hold_rules())
        )
    subject, source = clean(subject).strip(), " ".join(clean(source).split())
    if covers not in COVERS:
        raise InputError("what does it cover?", where="covers", next_step=", ".join(COVERS))
    if not subject or len(subject) > LONGEST_SUBJECT:
        raise InputError("this names nothing", where="subject")
    if covers in ("account", "channel") and not all(subject.partition("/")):
        raise InputError("write it with its platform", where="subject", next_step="twitch/12345")
    if not source or len(source) > LONGEST_SOURCE:
        raise InputError("on what law or order does it rest?", where="source")
    until_ms = at_ms + _allowed(kind, days) * DAY_MS
    row = HoldRow(
        stable_id("h", token_hex(16)), kind, source, checked_reason(reason), covers, subject, by,
        at_ms, until_ms,
    )  # fmt: skip
    tables.erasure.put_hold(row)
    _tell(tables, row, "placed", by, at_ms, source=source, until=rfc3339(until_ms))
    _look_again(tables, at_ms)
    return row


def extend(tables: Tables, id: str, days: int, reason: str, by: str, at_ms: int) -> HoldRow:
    """From now on so many days; never shorter than it was."""
    row = _standing(tables, id, at_ms)
    until_ms = at_ms + _allowed(row.kind, days) * DAY_MS
    if until_ms <= row.until_ms:
        raise InputError(
            "it would end earlier than it does", where="days", next_step="lift it instead"
        )
    row = row._replace(until_ms=until_ms)
    tables.erasure.put_hold(row)
    told = {"until": rfc3339(until_ms), "reason": checked_reason(reason)}
    _tell(tables, row, "extended", by, at_ms, **told)
    _look_again(tables, at_ms)
    return row


def lift(tables: Tables, id: str, reason: str, by: str, at_ms: int) -> HoldRow:
    """Ends it now; an authority's only when a second person lifts it too."""
    row = _standing(tables, id, at_ms)
    if row.kind == AUTHORITY:
        if row.lift_asked_by is None:
            row = row._replace(
                lift_asked_by=by, lift_asked_ms=at_ms, lift_reason=checked_reason(reason)
            )
            tables.erasure.put_hold(row)
            _tell(tables, row, "lifting asked", by, at_ms, reason=row.lift_reason)
            return row
        same = AccessError(
            "the second person is somebody else",
            where=id,
            next_step="ask a colleague to open the page Erasure",
        )
        must_be_another(tables, by, [row.lift_asked_by], at_ms, same, about=id)
    row = row._replace(lifted_by=by, lifted_ms=at_ms)
    tables.erasure.put_hold(row)
    said = row.lift_reason if row.kind == AUTHORITY else checked_reason(reason)
    _tell(tables, row, "lifted", by, at_ms, reason=said, asked_by=row.lift_asked_by)
    _look_again(tables, at_ms)
    return row


def _allowed(kind: str, days: int) -> int:
    longest = hold_rules()[kind].longest
    if not 1 <= days <= longest:
        raise InputError(
            f"a hold of this kind runs 1 to {longest} days",
            where="days",
            next_step="extend it before it ends, with a reason",
        )
    return days


def _standing(tables: Tables, id: str, at_ms: int) -> HoldRow:
    row = tables.erasure.hold(id)
    if row is None:
        raise NotFoundError("there is no such hold", where=id)
    if not row.holds(at_ms):
        raise ConflictError("this hold has ended", where=id)
    return row


def _look_again(tables: Tables, at_ms: int) -> None:
    """What waits learns at once what stands against it now (rule 3)."""
    for waiting in tables.erasure.rows(states=("waiting", "needed"), limit=10_000):
        look(tables, waiting, at_ms)


def _tell(tables: Tables, row: HoldRow, happened: str, by: str, at_ms: int, **more: Any) -> None:
    told = {
        "id": row.id,
        "kind": row.kind,
        "covers": row.covers,
        "happened": happened,
        "by": by,
        "at": rfc3339(at_ms),
        **more,
    }
    record(tables, [(None, entry("hold", told))])
    tables.announce("erasure", {"id": row.id, "happened": happened})
