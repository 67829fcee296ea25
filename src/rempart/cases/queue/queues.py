"""Queues: which cases go where, who works on them, who is kept from one.

Rules kept here:

1. A case is in every queue whose conditions it meets; one that meets none is in *everything*, which
   is always there: no rule can make a case belong nowhere.
2. Who is reported does not judge it: a case about an account that somebody of the console has is
   never shown to that person, and goes to an administrator.
3. Who is concerned says so (*recusal*): the case is never shown to them again and goes to somebody
   else. Both are entries of the log.
4. Who has read enough of a harm today (`care`) is passed by, unless nobody else is there: a case is
   never left without anybody for that.
5. After a lapse a case goes to somebody else than who was silent, if there is anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec

from rempart.cases.care import CareSettings, capped_harms
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.harms import harms
from rempart.cases.live import tell_case
from rempart.cases.people import bounds_of, rights_of_person
from rempart.cases.rights import Right
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import Case, CaseState, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow

RECUSED, CONFLICT, SILENT = "recused", "conflict", "silent"
HIDDEN_FROM = frozenset({RECUSED, CONFLICT})
"""For these reasons a case is not shown; who was merely silent may still see and decide it."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class Queue(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Empty conditions ask nothing. `kinds`: raid, message, account; `languages`: of a report;
    `people`: who works on it, empty: everybody with rights on the channel. `removed`: no more."""

    name: dict[str, Name]
    harms: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    removed: bool = False


def put_queue(tables: Tables, id: str | None, queue: Queue, by: str, at_ms: int) -> str:
    """A new queue, or a new version of one; returns its id."""
    if not queue.name.get("en") or not queue.name.get("fr"):
        raise InputError("a queue has a name in French and in English", where="name")
    unknown = [harm for harm in queue.harms if harm not in harms()]
    if unknown:
        raise InputError(
            f"no such harm: {unknown[0]}", where="harms", next_step="one of: " + ", ".join(harms())
        )
    known = {person.id for person in tables.access.people()}
    strangers = [person for person in queue.people if person not in known]
    if strangers:
        raise InputError("nobody here has this id", where="people")
    if id is not None and id not in queues(tables, removed=True):
        raise NotFoundError("there is no such queue", where=id)
    id = id or stable_id("q", queue.name["en"], by, str(at_ms))
    told = {"id": id, "by": by, "at": rfc3339(at_ms), "queue": msgspec.to_builtins(queue)}
    seq = record(tables, [(None, entry("queue", told))])
    tables.deadlines.put_queue(id, at_ms, by, seq, msgspec.json.encode(queue).decode())
    return id


def queues(tables: Tables, *, removed: bool = False) -> dict[str, Queue]:
    """The queues as they are now."""
    found = {
        id: msgspec.json.decode(picture, type=Queue)
        for id, picture in tables.deadlines.queues().items()
    }
    return found if removed else {id: one for id, one in found.items() if not one.removed}


def belongs(
    queue: Queue, *, harm: str, channel: str, platform: str, kind: str, languages: Iterable[str]
) -> bool:
    """Whether a case with these facts is in the queue."""
    places = {channel, f"{platform}/{channel}"}
    return (
        (not queue.harms or harm in queue.harms)
        and (not queue.channels or bool(places & set(queue.channels)))
        and (not queue.kinds or kind in queue.kinds)
        and (not queue.languages or bool(set(queue.languages) & set(languages)))
    )


def next_reviewer(
    tables: Tables, case: Case, care: CareSettings, at_ms: int, *, admin: bool = False
) -> str | None:
    """Who has least to do among those who may have it; None when nobody else is there."""
    apart = tables.deadlines.apart(case.id)
    people = [
        person
        for person in tables.access.people()
        if person.id not in apart and _may_work(tables, person, case, admin=admin)
    ]
    if not people:
        return None
    standing = tables.deadlines.standing([case.id]).get(case.id)
    harm = standing.harm if standing is not None else ""
    rested = [one for one in people if harm not in capped_harms(tables, one.id, care, at_ms)]
    people = rested or people
    routed = _routed(tables, case, harm)
    chosen = [person for person in people if person.id in routed] or people
    load = tables.deadlines.load()
    return min(chosen, key=lambda person: (load.get(person.id, 0), person.created_ms)).id


def assign(
    tables: Tables, case: Case, person: str, by: str, care: CareSettings, at_ms: int
) -> None:
    """Gives an open case to somebody who may have it."""
    _open(case)
    row = tables.access.person(person)
    if row is None or not _may_work(tables, row, case, admin=False):
        raise InputError("this person has no right to decide in this channel", where="person")
    if tables.deadlines.apart(case.id).get(person) in HIDDEN_FROM:
        raise ConflictError("this person is kept from this case", where=person)
    standing = tables.deadlines.standing([case.id]).get(case.id)
    if standing is not None and standing.harm in capped_harms(tables, person, care, at_ms):
        raise ConflictError(
            "this person has read enough of this today",
            where=person,
            next_step="give it to somebody else, or wait until tomorrow",
        )
    told = {"case": case.id, "what": "assigned", "to": person, "by": by, "at": rfc3339(at_ms)}
    record(tables, [(case.id, entry("assignment", told))])
    tables.deadlines.assign(case.id, person)
    tell_case(tables, case)


def recuse(
    tables: Tables, case: Case, person: str, reason: str, care: CareSettings, at_ms: int
) -> str | None:
    """`person` says they are concerned: never shown to them again; returns who has it now."""
    _open(case)
    return _keep_from(tables, case, person, RECUSED, care, at_ms, reason=reason, admin=False)


def keep_from_the_reported(tables: Tables, case: Case, care: CareSettings, at_ms: int) -> None:
    """Rule 2, when a case is opened."""
    author = tables.cases.author(case.id)
    if author is None:
        return
    for person in tables.deadlines.people_behind(case.platform, author):
        if person not in tables.deadlines.apart(case.id):
            _keep_from(tables, case, person, CONFLICT, care, at_ms, reason=None, admin=True)


def is_kept_from(tables: Tables, case: str, person: str) -> bool:
    return tables.deadlines.apart(case).get(person) in HIDDEN_FROM


def _keep_from(
    tables: Tables,
    case: Case,
    person: str,
    why: str,
    care: CareSettings,
    at_ms: int,
    *,
    reason: str | None,
    admin: bool,
) -> str | None:
    told = {
        "case": case.id,
        "what": why,
        "person": person,
        "reason": reason,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(case.id, entry("assignment", told))])
    tables.deadlines.set_apart(case.id, person, why, at_ms, seq)
    successor = next_reviewer(tables, case, care, at_ms, admin=admin)
    tables.deadlines.assign(case.id, successor)
    tell_case(tables, case)
    return successor


def _open(case: Case) -> None:
    if case.state is not CaseState.OPEN:
        raise ConflictError("this case is closed already", where=case.id)


def _may_work(tables: Tables, person: PersonRow, case: Case, *, admin: bool) -> bool:
    """By the rights of the roles, inside the person's own bounds."""
    if person.disabled_ms is not None:
        return False
    rights = rights_of_person(tables, person)
    if Right.DECIDE not in rights or (admin and Right.PEOPLE not in rights):
        return False
    standing = tables.deadlines.standing([case.id]).get(case.id)
    bounds = bounds_of(person)
    return bounds.channel(case.channel, case.platform) and (
        standing is None or not standing.harm or bounds.harm(standing.harm)
    )


def _routed(tables: Tables, case: Case, harm: str) -> set[str]:
    """Who works on the queues that this case is in; empty: nobody in particular."""
    languages: Sequence[str] = [row.language for row in tables.cases.reports(case.id, 50)]
    return {
        person
        for queue in queues(tables).values()
        if belongs(
            queue,
            harm=harm,
            channel=case.channel,
            platform=case.platform,
            kind=case.kind.value,
            languages=languages,
        )
        for person in queue.people
    }
