"""People of the console: their roles, their bounds, and that somebody always holds the keys.

Rules kept here:

1. There is always an enabled person with the right `people` over everything: no change takes the
   last one away.
2. Every change is an entry of the log, by pseudonyms; names are only in the table of people.
3. Nobody hands out what reaches further than her own bounds: who changes people has the right
   `people` over every channel, queue and harm.
4. A built-in role can be changed, and is never removed; a role somebody holds is not removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from rempart.cases.access_log import note
from rempart.cases.harms import harms as all_harms
from rempart.cases.rights import (
    ADMIN,
    ALL_RIGHTS,
    BUILTIN,
    Bounds,
    Right,
    Role,
    rights_of,
    with_reading,
)
from rempart.cases.second_person import vouched
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow, RoleRow

MAX_NAME = 64
_KEY = re.compile(r"[a-z][a-z0-9_]{1,31}")


def roles(tables: Tables) -> dict[str, Role]:
    """All roles by key: the built-in ones first, as they are now."""
    found = dict(BUILTIN)
    for row in tables.access.roles():
        if row.removed:
            found.pop(row.key, None)
            continue
        known = with_reading(frozenset(Right(one) for one in row.rights if one in ALL_RIGHTS))
        found[row.key] = Role(
            row.key, row.name, known, row.second_factor, builtin=row.key in BUILTIN
        )
    return found


def rights_of_person(tables: Tables, person: PersonRow) -> frozenset[Right]:
    known = roles(tables)
    return rights_of(known[key] for key in person.roles if key in known)


def bounds_of(person: PersonRow) -> Bounds:
    return Bounds(
        channels=_set(person.channels),
        queues=_set(person.queues),
        harms=_set(person.harms),
        without=frozenset(person.without),
    )


def needs_second_factor(tables: Tables, person: PersonRow) -> bool:
    known = roles(tables)
    return any(known[key].second_factor for key in person.roles if key in known)


def person_of(tables: Tables, id: str) -> PersonRow:
    found = tables.access.person(id)
    if found is None:
        raise NotFoundError("there is no such person", where=id)
    return found


def people_with(tables: Tables, right: Right) -> list[PersonRow]:
    """Enabled people with that right, whatever their bounds."""
    return [
        person
        for person in tables.access.people()
        if person.disabled_ms is None and right in rights_of_person(tables, person)
    ]


def checked_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise InputError(
            "a name has 1 to 64 visible characters", where="name", next_step="choose another one"
        )
    return name


def first_admin(tables: Tables, name: str, password_hash: str, at_ms: int) -> PersonRow:
    """The person who used the printed login. ConflictError when somebody has that name."""
    row = PersonRow(
        tables.access.next_person(), name, password_hash, (ADMIN,), None, at_ms, None, last_ms=at_ms
    )
    tables.access.put_person(row)
    note_person(tables, row.id, "first admin", row.id, at_ms, roles=row.roles)
    return row


def change_person(
    tables: Tables,
    id: str,
    by: str,
    at_ms: int,
    *,
    roles: Iterable[str],
    channels: Iterable[str] | None,
    queues: Iterable[str] | None = None,
    harms: Iterable[str] | None = None,
) -> PersonRow:
    """Other roles or bounds. ConflictError when nobody would hold the keys any more."""
    before = person_of(tables, id)
    row = before._replace(
        roles=checked_roles(tables, roles),
        channels=_listed(channels, "channels"),
        queues=_listed(queues, "queues"),
        harms=_harms(harms),
    )
    if row == before:
        return row
    tables.access.put_person(row)
    _somebody_holds_the_keys(tables)
    if _reaches_further(tables, before, row):
        vouched(tables, id, by, at_ms)
    note_person(
        tables,
        id,
        "changed",
        by,
        at_ms,
        roles=row.roles,
        channels=row.channels,
        queues=row.queues,
        harms=row.harms,
    )
    return row


def opt_out(tables: Tables, id: str, without: Iterable[str], at_ms: int) -> PersonRow:
    """A person's own word: these harms are not for her."""
    row = person_of(tables, id)._replace(without=_harms(without) or ())
    tables.access.put_person(row)
    note_person(tables, id, "opted out", id, at_ms, without=row.without)
    return row


def disable_person(tables: Tables, id: str, by: str, at_ms: int) -> None:
    """She can no longer sign in, and every session of hers ends."""
    row = person_of(tables, id)
    if row.disabled_ms is not None:
        raise ConflictError("this person is disabled already", where=id)
    tables.access.put_person(row._replace(disabled_ms=at_ms))
    tables.access.end_sessions(id)
    _somebody_holds_the_keys(tables)
    note_person(tables, id, "disabled", by, at_ms)


def enable_person(tables: Tables, id: str, by: str, at_ms: int) -> None:
    row = person_of(tables, id)
    if row.disabled_ms is None:
        raise ConflictError("this person is not disabled", where=id)
    tables.access.put_person(row._replace(disabled_ms=None))
    vouched(tables, id, by, at_ms)
    note_person(tables, id, "enabled", by, at_ms)


def put_role(
    tables: Tables,
    key: str,
    name: str,
    rights: Iterable[str],
    by: str,
    at_ms: int,
    *,
    second_factor: bool = False,
) -> Role:
    """Changes a role, or adds one. Who holds it has its rights at once."""
    if not _KEY.fullmatch(key):
        raise InputError(
            "a role's key is a short word", where="key", next_step="as in `night_watch`"
        )
    name = "" if key in BUILTIN else checked_name(name)
    wrong = [right for right in rights if right not in ALL_RIGHTS]
    if wrong:
        raise InputError("no such right", where=wrong[0], next_step="one of: " + ", ".join(Right))
    held = with_reading(frozenset(Right(right) for right in rights))
    row = RoleRow(key, name, tuple(sorted(held)), second_factor)
    holders = [one for one in tables.access.people() if key in one.roles]
    before = {one.id: rights_of_person(tables, one) for one in holders}
    tables.access.put_role(row)
    _somebody_holds_the_keys(tables)
    for one in holders:
        if rights_of_person(tables, one) - before[one.id]:
            vouched(tables, one.id, by, at_ms)
    note(tables, "role", "set", by, key, at_ms, rights=row.rights, second_factor=second_factor)
    return roles(tables)[key]


def remove_role(tables: Tables, key: str, by: str, at_ms: int) -> None:
    known = roles(tables)
    if key not in known:
        raise NotFoundError("there is no such role", where=key)
    if key in BUILTIN:
        raise ConflictError("a built-in role stays", where=key, next_step="take its rights away")
    if any(key in person.roles for person in tables.access.people()):
        raise ConflictError(
            "somebody holds this role", where=key, next_step="give them another role first"
        )
    role = known[key]
    tables.access.put_role(RoleRow(key, role.name, (), second_factor=False, removed=True))
    note(tables, "role", "removed", by, key, at_ms)


def checked_roles(tables: Tables, keys: Iterable[str]) -> tuple[str, ...]:
    known = roles(tables)
    found = tuple(dict.fromkeys(keys))
    for key in found:
        if key not in known:
            raise InputError("no such role", where=key, next_step="one of: " + ", ".join(known))
    if not found:
        raise InputError(
            "a person has a role", where="roles", next_step="choose one, or disable the person"
        )
    return found


def note_person(tables: Tables, person: str, what: str, by: str, at_ms: int, **more: Any) -> int:
    """An entry about a person, by pseudonym; returns its sequence."""
    return note(tables, "person", what, by, person, at_ms, **more)


def _somebody_holds_the_keys(tables: Tables) -> None:
    for person in people_with(tables, Right.PEOPLE):
        if person.channels is None and person.queues is None and person.harms is None:
            return
    raise ConflictError(
        "nobody would be left who may change people",
        where="people",
        next_step="give somebody else the role of an admin over everything first",
    )


def _reaches_further(tables: Tables, before: PersonRow, after: PersonRow) -> bool:
    """Whether a change gave a right, or widened a bound."""
    if rights_of_person(tables, after) - rights_of_person(tables, before):
        return True
    bounds = (
        (before.channels, after.channels),
        (before.queues, after.queues),
        (before.harms, after.harms),
    )
    return any(
        was is not None and (now is None or bool(set(now) - set(was))) for was, now in bounds
    )


def _set(words: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(words)


def _listed(words: Iterable[str] | None, where: str) -> tuple[str, ...] | None:
    if words is None:
        return None
    found = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    if len(found) > 1000 or any(len(word) > 600 for word in found):
        raise InputError("too many, or too long", where=where)
    return found


def _harms(keys: Iterable[str] | None) -> tuple[str, ...] | None:
    if keys is None:
        return None
    wanted = set(keys)
    wrong = wanted - set(all_harms())
    if wrong:
        raise InputError(
            "no such harm", where=min(wrong), next_step="one of: " + ", ".join(all_harms())
        )
    return tuple(key for key in all_harms() if key in wanted)
