"""Requests for erasure: asked by one person, confirmed by another, carried out after a week.

Rules kept here:

1. Nobody erases alone: who asks and who confirms are two people, and so it stands in the tables.
2. Seven days pass between the confirmation and the erasure; until it has begun it can be cancelled.
   What expires by its retention needs neither.
3. While something needs the material the request waits, with what needs it and until when, and is
   carried out at that date by itself. That is told, also to who asked. What comes to need it after
   the erasure was begun stops it, as long as nothing is gone yet.
4. Each step is an entry of the log: on what ground, by whom (their pseudonym), how many. Never
   whose data, never what.
5. A request for somebody who has nothing here goes the same way and ends with nothing found: who
   asks learns from it whether there was something only when it is gone.
"""

from __future__ import annotations

from secrets import token_hex
from typing import Any, Final

from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.entries import clean, entry, record, rfc3339
from rempart.cases.erasure.facts import DAY_MS, bases
from rempart.cases.erasure.needs import ACCOUNT, KINDS, NeedFor, needed_for
from rempart.cases.second_person import must_be_another
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.model import stable_id
from rempart.store.interface import Tables
from rempart.store.interface.erasure import OPEN_STATES, ErasureRow

DELAY_MS: Final = 7 * DAY_MS
THE_TARGET: Final = "target"
"""Who asked, when a target asked for her own from her pages."""
LONGEST_SUBJECT: Final = 400


def ask(
    tables: Tables, kind: str, subject: str, basis: str, reason: str, by: str, at_ms: int
) -> ErasureRow:
    """The first person asks. `subject`: `platform/id` of an account, the name of a target or
    `platform/name`, the id of a report."""
    kind, subject = checked_subject(kind, subject)
    if basis not in bases():
        raise InputError(
            "this is no ground for an erasure",
            where="basis",
            next_step="one of: " + ", ".join(bases()),
        )
    row = ErasureRow(
        stable_id("x", token_hex(16)), kind, subject, basis, checked_reason(reason), "asked",
        by, at_ms,
    )  # fmt: skip
    if tables.erasure.waiting_for(kind, subject) is not None:
        raise ConflictError("a request for this subject waits already", where=subject)
    tables.erasure.put(row)
    tell(tables, row, "asked", by, at_ms)
    return row


def confirm(tables: Tables, id: str, by: str, at_ms: int) -> ErasureRow:
    """The second person agrees; the week begins."""
    row = found(tables, id)
    if row.state != "asked":
        raise ConflictError("this was answered already", where=id)
    same = AccessError(
        "you asked for this: somebody else must confirm it",
        where=id,
        next_step="ask a colleague to open the page Erasure",
    )
    must_be_another(tables, by, [row.asked_by], at_ms, same, about=id)
    row = row._replace(
        state="waiting", confirmed_by=by, confirmed_ms=at_ms, due_ms=at_ms + DELAY_MS
    )
    tables.erasure.put(row)
    tell(tables, row, "confirmed", by, at_ms, due=rfc3339(at_ms + DELAY_MS))
    return look(tables, row, at_ms)


def refuse(tables: Tables, id: str, by: str, reason: str, at_ms: int) -> ErasureRow:
    """The second person does not agree: nothing is erased."""
    row = found(tables, id)
    if row.state != "asked":
        raise ConflictError("this was answered already", where=id)
    return _close(tables, row, "refused", by, reason, at_ms)


def cancel(tables: Tables, id: str, by: str, reason: str, at_ms: int) -> ErasureRow:
    """Before it has begun anybody with the right may stop it."""
    row = found(tables, id)
    if row.state in ("finding", "erasing", "done"):
        raise ConflictError("this has begun already and cannot be taken back", where=id)
    if row.state not in OPEN_STATES:
        raise ConflictError("this was answered already", where=id)
    return _close(tables, row, "cancelled", by, reason, at_ms)


def look(tables: Tables, row: ErasureRow, at_ms: int) -> ErasureRow:
    """Whether something needs the material: the request then waits for it (rule 3)."""
    assert row.subject is not None
    assert row.confirmed_ms is not None
    standing = needed_for(tables, row.kind, row.subject, at_ms)
    earliest = row.confirmed_ms + DELAY_MS
    if not standing:
        fresh = row._replace(state="waiting", due_ms=earliest, needed_for=None,
                             needed_until_ms=None)  # fmt: skip
    else:
        until = standing[0].until_ms
        fresh = row._replace(
            state="needed",
            due_ms=max(earliest, until),
            needed_for=standing[0].key,
            needed_until_ms=until,
        )
    if fresh != row:
        tables.erasure.put(fresh)
    if fresh.state == "needed" and (fresh.needed_for, fresh.needed_until_ms) != (
        row.needed_for,
        row.needed_until_ms,
    ):
        tell(tables, fresh, "refused for now", None, at_ms, **_told_needs(standing))
    return fresh


def begin(tables: Tables, row: ErasureRow, at_ms: int) -> None:
    """It is due: the log is looked through from its beginning."""
    tables.erasure.put(row._replace(state="finding", upto=tables.log.size(), place=0))
    tell(tables, row, "begun", None, at_ms)


def stop(tables: Tables, row: ErasureRow, at_ms: int) -> bool:
    """Whether it waits again, because something came to need what is all there still (rule 3)."""
    assert row.subject is not None
    if row.counts != ErasureRow._field_defaults["counts"]:
        return False
    if not needed_for(tables, row.kind, row.subject, at_ms):
        return False
    tables.erasure.drop_noted(row.id)
    look(tables, row, at_ms)
    return True


def found(tables: Tables, id: str) -> ErasureRow:
    row = tables.erasure.get(id)
    if row is None:
        raise NotFoundError("there is no such request", where=id)
    return row


def checked_subject(kind: str, subject: str) -> tuple[str, str]:
    """InputError unless it names somebody in the form of its kind; nothing is looked up."""
    if kind not in KINDS:
        raise InputError("whose data?", where="kind", next_step="one of: " + ", ".join(KINDS))
    subject = clean(subject).strip()
    platform, slash, name = subject.partition("/")
    if not subject or len(subject) > LONGEST_SUBJECT:
        raise InputError("this names nobody", where="subject")
    if kind == ACCOUNT and not (platform and slash and name):
        raise InputError(
            "an account is named with its platform",
            where="subject",
            next_step="write it as twitch/12345",
        )
    return kind, subject


def tell(
    tables: Tables, row: ErasureRow, happened: str, by: str | None, at_ms: int, **more: Any
) -> int:
    """The entry of one step (rule 4)."""
    told = {
        "id": row.id,
        "kind": row.kind,
        "happened": happened,
        "basis": row.basis,
        "source": bases()[row.basis].source,
        "by": by,
        "at": rfc3339(at_ms),
        **more,
    }
    seq = record(tables, [(None, entry("erasure", told))])
    tables.announce("erasure", {"id": row.id, "happened": happened})
    return seq


def _told_needs(standing: list[NeedFor]) -> dict[str, Any]:
    return {
        "needed_for": sorted({one.key for one in standing}),
        "until": rfc3339(standing[0].until_ms),
    }


def _close(
    tables: Tables, row: ErasureRow, state: str, by: str, reason: str, at_ms: int
) -> ErasureRow:
    checked_reason(reason)
    row = row._replace(state=state, closed_by=by, closed_ms=at_ms, due_ms=None)
    tables.erasure.put(row)
    tell(tables, row, state, by, at_ms, reason=checked_reason(reason))
    return row
