"""Suspending the processing of notices or appeals of a source that misuses them (DSA art. 23(2)),
by a person.

Rules kept here:

1. Never without a warning `LEAST_DAYS` before, within the year, and never unless people found more
   of what it sent unfounded that came after the warning. Always with an end, `MOST_DAYS` at most.
2. Only notices, or only appeals, wait, never an account: nothing the source writes or reads
   elsewhere is touched.
3. What waits, what never does and what the source reads: see `waiting`. A trusted flagger is not
   suspended here: that is its coordinator's (art. 22(6)).
4. Each step is an entry of the log.
"""

from __future__ import annotations

from secrets import token_hex
from typing import Final

from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.reports.misuse import YEAR_MS, factors_of
from rempart.cases.reports.senders import Sender, Sent, past, sender_of, warned_ms
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import stable_id
from rempart.store.interface import Tables
from rempart.store.interface.misuse import SuspensionRow

DAY_MS: Final = 86_400_000
LEAST_DAYS: Final = 3
"""Between the warning and a suspension: time to read it and to do otherwise."""
MOST_DAYS: Final = 90


def may_suspend(tables: Tables, sent: Sent, at_ms: int) -> str:
    """Why the source of this report or appeal cannot be suspended now; empty when it can."""
    sender = sender_of(tables, sent)
    if sender.source is None:
        return "nothing tells the source of this report apart"
    if sender.flagger:
        return "a trusted flagger is suspended by its coordinator"
    if tables.misuse.standing(sender.source, sender.what, at_ms) is not None:
        return "this source is suspended already"
    return _not_warned(tables, sender, at_ms) or (
        ""
        if factors_of(tables, sent, at_ms).may_warn
        else "what is known of this source calls for no suspension"
    )


def _not_warned(tables: Tables, sender: Sender, at_ms: int) -> str:
    warned = warned_ms(tables, sender)
    if warned is None or warned < at_ms - YEAR_MS:
        return "this source was not warned within the year"
    if at_ms < warned + LEAST_DAYS * DAY_MS:
        return f"the warning is not {LEAST_DAYS} days old"
    if not any(one.unfounded for one in past(tables, sender, warned + 1)):
        return "people found nothing unfounded that came after the warning"
    return ""


def suspend(
    tables: Tables, sent: Sent, days: int, reason: str, by: str, at_ms: int
) -> SuspensionRow:
    """A person suspends what the source of this report or appeal sends of its kind. InputError: no
    such time, or no reason; ConflictError: see `may_suspend`."""
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"a suspension lasts 1 to {MOST_DAYS} days", where="days")
    reason = checked_reason(reason)
    why_not = may_suspend(tables, sent, at_ms)
    sender = sender_of(tables, sent)
    if why_not:
        raise ConflictError(why_not, where=sender.named)
    warned = warned_ms(tables, sender)
    assert sender.source is not None and warned is not None, "or it could not be suspended"
    found = factors_of(tables, sent, at_ms)
    id, until_ms = stable_id("u", token_hex(16)), at_ms + days * DAY_MS
    told = {
        "id": id,
        "happened": "begun",
        **sender.told,
        "by": by,
        "at": rfc3339(at_ms),
        "until": rfc3339(until_ms),
        "warned": rfc3339(warned),
        "reason": reason,
        **found.told,
    }
    said = entry("misuse-suspension", told, subject=sender.subject)
    seq = record(tables, [(sender.case, said)])
    row = SuspensionRow(id, sender.source, sender.what, at_ms, until_ms, warned, reason, by, seq)
    tables.misuse.add(row)
    return row


def lift(tables: Tables, id: str, reason: str, by: str, at_ms: int) -> None:
    """A person takes a suspension back; what waited is examined at once."""
    row = tables.misuse.get(id)
    if row is None:
        raise NotFoundError("there is no such suspension", where=id)
    if row.ended_ms is not None or row.until_ms <= at_ms:
        raise ConflictError("this suspension has ended already", where=id)
    told = {
        "id": id,
        "happened": "lifted",
        "what": row.what,
        "by": by,
        "at": rfc3339(at_ms),
        "reason": checked_reason(reason),
    }
    record(tables, [(None, entry("misuse-suspension", told))])
    tables.misuse.end(id, at_ms)
