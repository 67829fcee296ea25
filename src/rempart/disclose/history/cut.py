"""As of when a disclosure is read: always a size of the log, which the output names (ADR 47).

Rules kept here:

1. Everything is read as it stood when the log had that size: orders, disputes, deliveries, cases,
   deadlines, declarations. What is written later changes nothing in it.
2. Without another wish it is the *closing*: what the log held two months after the last day, when a
   report is due (Impl. Reg. (EU) 2024/2835, art. 2(3)), by the newest checkpoint signed until then.
   So a report of a year counts what was settled soon after it, and an order that is answered years
   later changes nothing. Until that day, or where no checkpoint is that old, it is *now*.
3. The entries at the end that only tell that something was given out are not in it: what is made
   again right after it was made is the same, though making it is an entry.
4. Declared too late to be in the closing, or imported later: ask for *now*, or for a size.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from rempart.errors import InputError
from rempart.model.moments import ms_of
from rempart.store.interface import Tables

MONTHS = 2


class Moment(StrEnum):
    """A cut by its name. `closing`: two months after the last day; `now`: all that is there."""

    CLOSING = "closing"
    NOW = "now"


Cut = int | Moment
"""What somebody asks for; an int is the size of the log itself."""


def cut_of(text: str) -> Cut:
    """InputError: neither a size nor a name."""
    asked = text.strip().lower()
    if asked in list(Moment):
        return Moment(asked)
    if asked.isascii() and asked.isdigit() and len(asked) <= 18:
        return int(asked)
    raise InputError(
        "a cut is `closing`, `now`, or a number of entries of the log", where=text[:60]
    )


def closing_ms(last: date) -> int:
    """The first moment (UTC) that a period ending with this day no longer counts."""
    months = last.year * 12 + last.month - 1 + MONTHS
    year, month = months // 12, months % 12 + 1
    day = min(last.day, calendar.monthrange(year, month)[1])
    if last.day == calendar.monthrange(last.year, last.month)[1]:
        day = calendar.monthrange(year, month)[1]
    after = datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
    return ms_of(after)


def size_of(tables: Tables, asked: Cut, last: date) -> int:
    """The size of the log that a cut means, for a period ending with this day."""
    size = tables.log.size()
    if not isinstance(asked, Moment):
        return min(asked, size)
    if asked is Moment.CLOSING and not _open(tables, last):
        closed = tables.log.size_signed_before(closing_ms(last))
        size = size if closed is None else min(closed, size)
    return tables.given_out.size_without_notes(size)


def _open(tables: Tables, last: date) -> bool:
    """Whether the log goes on being signed no later than the closing: it is not closed yet."""
    newest = tables.log.last_checkpoint()
    return newest is None or newest[2] < closing_ms(last)
