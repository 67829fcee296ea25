"""The second person: whoever agrees to what one alone must not do. Every such place asks here.

Rules kept here:

1. Who asked is not the second person, nor whoever gave her the means to ask, or got them from her:
   an account that one of the two let in, let in again or gave more rights within the last `days`.
   This follows the whole chain, and two people whom the same one let in are no two either: an
   account that an admin made yesterday is a second pair of hands and no second pair of eyes.
2. It ends by itself: after `days` from the newest link that the chain cannot do without. There is
   no exception, also not for the first two people of a community.
3. A try that was refused is an entry (`note_too_close`, by who rolled the step back). Whoever was
   let in within `days` and agrees to what somebody else asked alarms the other admins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rempart.cases.access_log import note
from rempart.cases.entries import rfc3339
from rempart.errors import AccessError, InputError, RempartError
from rempart.store.interface import Tables
from rempart.store.interface.sponsors import SponsorRow

DAY_MS: Final = 86_400_000
DAYS: Final = 7
MOST_DAYS: Final = 366
ALARM: Final = "second person"
_ALWAYS: Final = 1 << 62


class TooCloseError(AccessError):
    """The second person is somebody's of the first. `by` tried, `first` had asked, `until_ms`: from
    when on it is possible."""

    def __init__(self, by: str, first: str, about: str, until_ms: int) -> None:
        day = rfc3339(until_ms)[:16].replace("T", " ")
        super().__init__(
            f"who asked for this and you were let in by one another, or by the same person, a "
            f"short while ago: you can be the second person from {day} UTC on",
            where=about,
            next_step="until then somebody who has been here longer can agree",
        )
        self.by, self.first, self.about, self.until_ms = by, first, about, until_ms


def vouched(tables: Tables, person: str, by: str, at_ms: int) -> None:
    """`by` let `person` in, let her in again, or gave her more rights. Only people count: groups of
    an identity provider and the commands of the server give nobody a second pair of hands."""
    if by != person and tables.access.person(by) is not None:
        tables.sponsors.put(SponsorRow(person, by, at_ms))


def days_of(tables: Tables) -> int:
    days = tables.sponsors.days()
    return DAYS if days is None else days


def set_days(tables: Tables, days: int, at_ms: int) -> None:
    """What the settings say; a change of it is an entry."""
    if not 0 <= days <= MOST_DAYS:
        raise InputError(f"a number of days from 0 to {MOST_DAYS}", where="second_person_days")
    before = days_of(tables)
    if days != before:
        tables.sponsors.set_days(days)
        note(tables, "person", "second person days", "", "", at_ms, days=days, before=before)


def must_be_another(
    tables: Tables,
    by: str,
    first: Iterable[str | None],
    at_ms: int,
    same: RempartError,
    *,
    about: str = "",
) -> None:
    """Raises `same` when `by` is one of the `first`, TooCloseError when she is too close to one
    (rule 1); otherwise notes what rule 3 wants. In the transaction of what she agrees to."""
    people = {one for one in first if one}
    check_another(tables, by, people, at_ms, same, about=about)
    let_in = [row for row in _fresh(tables, at_ms) if row.person == by]
    if let_in and people:
        newest = max(let_in, key=lambda row: row.at_ms)
        note(
            tables, "alarm", ALARM, by, by, at_ms, agreed_to=about or None,
            first=sorted(people), let_in_by=newest.by, since=rfc3339(newest.at_ms),
        )  # fmt: skip
        tables.announce("alarm", {"what": ALARM})


def check_another(
    tables: Tables,
    by: str,
    first: Iterable[str | None],
    at_ms: int,
    same: RempartError,
    *,
    about: str = "",
) -> None:
    """The same, only looking: for pages, and before something leaves."""
    for one in sorted({one for one in first if one}):
        if one == by:
            raise same
        until_ms = free_from(tables, by, one, at_ms)
        if until_ms is not None:
            raise TooCloseError(by, one, about, until_ms)


def free_from(tables: Tables, by: str, first: str, at_ms: int) -> int | None:
    """From when on `by` can be the second person for what `first` asks; None: now."""
    linked = _linked_ms(_links(_fresh(tables, at_ms)), by, first)
    return None if linked is None else linked + days_of(tables) * DAY_MS


def too_close_to(tables: Tables, by: str, at_ms: int) -> dict[str, int]:
    """For whose requests she cannot be the second person yet, and from when on she can."""
    links = _links(_fresh(tables, at_ms))
    if not links:
        return {}
    found = {
        person.id: _linked_ms(links, by, person.id)
        for person in tables.access.people()
        if person.id != by and person.disabled_ms is None
    }
    for_ms = days_of(tables) * DAY_MS
    return {person: at + for_ms for person, at in found.items() if at is not None}


def note_too_close(tables: Tables, error: TooCloseError, at_ms: int) -> None:
    """A try that was refused: after its own transaction was undone."""
    note(
        tables, "person", "second person refused", error.by, error.by, at_ms,
        agreed_to=error.about or None, first=[error.first], until=rfc3339(error.until_ms),
    )  # fmt: skip


def _fresh(tables: Tables, at_ms: int) -> list[SponsorRow]:
    return tables.sponsors.since(at_ms - days_of(tables) * DAY_MS)


def _links(rows: Iterable[SponsorRow]) -> Mapping[str, Mapping[str, int]]:
    """By person: who let her in, and when."""
    links: dict[str, dict[str, int]] = {}
    for row in rows:
        links.setdefault(row.person, {})[row.by] = row.at_ms
    return links


def _linked_ms(links: Mapping[str, Mapping[str, int]], one: str, other: str) -> int | None:
    """The newest link that two people have by all these; None: they have none."""
    mine, hers = _behind(one, links), _behind(other, links)
    shared = [min(mine[one], hers[one]) for one in mine.keys() & hers.keys()]
    return max(shared, default=None)


def _behind(person: str, links: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Whoever stands behind a person, herself too, and the oldest link on the newest way there."""
    found = {person: _ALWAYS}
    waiting = [person]
    while waiting:
        one = waiting.pop()
        for by, at_ms in links.get(one, {}).items():
            weakest = min(found[one], at_ms)
            if weakest > found.get(by, -1):
                found[by] = weakest
                waiting.append(by)
    return found
