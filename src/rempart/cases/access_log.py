"""The access log: who came in, who was refused, who looked at which case, who took what away,
what an auditor opened and asked.

Rules kept here:

1. Each of these is an entry of the one log; what is listed beside it only finds it again.
2. A view of a case is noted once per person and case in half an hour: reading on is no new look.
3. Refused sign-ins are noted in groups, with a count and never with what was typed: a password in
   the field of the name must not stand in a log.
4. Whoever looks up or searches in far more cases than is usual for her alarms the other admins;
   what she looks for is not told, only how many. Each search counts, also in the same case.
"""

from __future__ import annotations

from typing import Any

from rempart.cases.entries import entry, record, rfc3339
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.access_log import AccessEntryRow

AGAIN_MS = 30 * 60_000
USUAL_MS = 30 * 24 * 3_600_000
BEYOND = 3
"""How many times her usual number of views makes an alarm, when it also reaches the limit."""
KINDS = ("sign-in", "person", "role", "invitation", "access", "alarm", "audit")
_ABOUT = {
    "sign-in": "person",
    "person": "person",
    "role": "role",
    "invitation": "invitation",
    "access": "case",
    "alarm": "person",
    "audit": "page",
}


def note(
    tables: Tables,
    kind: str,
    what: str,
    by: str,
    about: str,
    at_ms: int,
    *,
    case: str | None = None,
    **more: Any,
) -> int:
    """An entry of the log that the access log lists; returns its sequence."""
    told = {"what": what, _ABOUT[kind]: about, "by": by, **more, "at": rfc3339(at_ms)}
    seq = record(tables, [(case, entry(kind, told))])
    tables.access_log.add(AccessEntryRow(seq, at_ms, kind, what, by, about))
    return seq


def note_sign_in(
    tables: Tables, person: str, what: str, at_ms: int, *, means: str | None = None
) -> int:
    """`what`: signed in, signed out."""
    return note(tables, "sign-in", what, person, person, at_ms, means=means)


def note_refused(
    tables: Tables, person: str, means: str, count: int, since_ms: int, at_ms: int
) -> int:
    """`count` sign-ins as that person (empty: as nobody known) were refused since `since_ms`."""
    return note(
        tables,
        "sign-in",
        "refused",
        "",
        person,
        at_ms,
        means=means,
        count=count,
        since=rfc3339(since_ms),
    )


def must_note_view(tables: Tables, case: str, by: str, at_ms: int) -> bool:
    """Whether this look at a case is a new one."""
    return not tables.access_log.viewed(by, case, at_ms - AGAIN_MS)


def note_view(
    tables: Tables, case: str, by: str, at_ms: int, *, limit: int, window_ms: int
) -> None:
    """A look at a case; `limit` such looks in `window_ms`, beyond what is usual, make an alarm."""
    if not must_note_view(tables, case, by, at_ms):
        return
    note(tables, "access", "view", by, case, at_ms, case=case)
    _alarm_if_many(tables, by, at_ms, limit, window_ms)


def note_search(
    tables: Tables,
    case: str,
    kind: str,
    reason: str,
    by: str,
    at_ms: int,
    *,
    limit: int,
    window_ms: int,
) -> None:
    """A search from inside a case: by what (never what) and why. It counts as a look."""
    note(tables, "access", "search", by, case, at_ms, case=case, search=kind, reason=reason)
    _alarm_if_many(tables, by, at_ms, limit, window_ms)


def _alarm_if_many(tables: Tables, by: str, at_ms: int, limit: int, window_ms: int) -> None:
    now = len(tables.access_log.views(by, at_ms - window_ms, at_ms + 1))
    if now < limit:
        return
    last = tables.access_log.last_alarm(by, "look-ups")
    if last is not None and last > at_ms - window_ms:
        return
    before = tables.access_log.views(by, at_ms - USUAL_MS, at_ms - window_ms)
    usual = usual_of(before, window_ms)
    if now >= BEYOND * usual:
        note(tables, "alarm", "look-ups", by, by, at_ms, count=now, usual=usual)
        tables.announce("alarm", {"what": "look-ups"})


def usual_of(times: list[int], window_ms: int) -> int:
    """How many looks her busier windows held: of ten with any, the second busiest."""
    windows: dict[int, int] = {}
    for at_ms in times:
        windows[at_ms // window_ms] = windows.get(at_ms // window_ms, 0) + 1
    counts = sorted(windows.values())
    return counts[int(0.9 * (len(counts) - 1))] if counts else 0


def alarm_seen(tables: Tables, seq: int, by: str, at_ms: int) -> None:
    """Another admin has seen an alarm: it is no longer shown as new."""
    if not tables.access_log.saw_alarm(seq, by):
        raise NotFoundError("there is no such alarm for you to see", where=str(seq))
    note(tables, "person", "alarm seen", by, by, at_ms, alarm=seq)
