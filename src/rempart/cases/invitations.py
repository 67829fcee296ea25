"""Letting people in: by an invitation that works once, and letting them in again.

Rules kept here:

1. The link's secret is told once, to who made it; only its digest is stored. It expires, and it is
   used once, revoked once, or neither.
2. What an invitation gives is fixed when it is made: name, roles, channels.
3. A reset takes the password and every second factor away and ends every session; until the link
   is used nothing of the old access works.
4. Every step is an entry of the log without a name in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from rempart.cases.access_log import note
from rempart.cases.entries import rfc3339
from rempart.cases.people import checked_name, checked_roles, note_person, person_of
from rempart.cases.second_person import vouched
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow
from rempart.store.interface.invitations import InvitationRow

LIFETIME_MS = 3 * 24 * 3600 * 1000
RESET_MS = 24 * 3600 * 1000
MOST_PENDING = 1_000


def invite(
    tables: Tables,
    id: str,
    digest: bytes,
    name: str,
    roles: Iterable[str],
    by: str,
    at_ms: int,
    *,
    channels: Iterable[str] | None = None,
    email: str | None = None,
) -> InvitationRow:
    """ConflictError when somebody has, or is invited by, that name."""
    name = checked_name(name)
    pending = tables.invitations.pending(at_ms)
    if len(pending) >= MOST_PENDING:
        raise ConflictError("too many invitations wait", next_step="revoke some of them")
    if tables.access.person_by_name(name) is not None or any(
        one.name.casefold() == name.casefold() for one in pending
    ):
        raise ConflictError(
            "somebody has this name, or is invited by it", where="name", next_step="choose another"
        )
    if email is not None and ("@" not in email or len(email) > 254):
        raise InputError("this is no mail address", where="email")
    row = InvitationRow(
        id=id,
        digest=digest,
        name=name,
        roles=checked_roles(tables, roles),
        channels=None if channels is None else tuple(dict.fromkeys(channels)),
        email=email,
        person=None,
        made_by=by,
        created_ms=at_ms,
        expires_ms=at_ms + LIFETIME_MS,
    )
    tables.invitations.forget(at_ms)
    tables.invitations.put(row)
    _note(tables, row, "made", by, at_ms)
    return row


def reset_access(
    tables: Tables, id: str, digest: bytes, person: str, by: str, at_ms: int
) -> InvitationRow:
    """A link by which somebody who lost her password or her second factor comes in again."""
    found = person_of(tables, person)
    for earlier in tables.invitations.pending(at_ms):
        if earlier.person == person:
            tables.invitations.remove(earlier.id)
    row = InvitationRow(
        id=id,
        digest=digest,
        name=found.name,
        roles=found.roles,
        channels=found.channels,
        email=None,
        person=person,
        made_by=by,
        created_ms=at_ms,
        expires_ms=at_ms + RESET_MS,
    )
    tables.invitations.put(row)
    tables.access.put_person(found._replace(password_hash=""))
    tables.factors.remove_all(person)
    tables.access.remove_identities(person)
    tables.access.end_sessions(person)
    vouched(tables, person, by, at_ms)
    note_person(tables, person, "reset", by, at_ms, invitation=id)
    return row


def revoke_invitation(tables: Tables, id: str, by: str, at_ms: int) -> None:
    found = next((one for one in tables.invitations.pending(at_ms) if one.id == id), None)
    if found is None or not tables.invitations.remove(id):
        raise NotFoundError("there is no such invitation, or it was used", where=id)
    _note(tables, found, "revoked", by, at_ms)


def accept(tables: Tables, digest: bytes, password_hash: str, at_ms: int) -> PersonRow:
    """The person who holds the link chose a password. AccessError when the link is not good."""
    found = tables.invitations.by_digest(digest, at_ms)
    if found is None or not tables.invitations.remove(found.id):
        raise AccessError(
            "this invitation is wrong, was used already or is too old",
            next_step="ask who invited you for another one",
        )
    return join(tables, found, password_hash, at_ms)


def join(tables: Tables, used: InvitationRow, password_hash: str, at_ms: int) -> PersonRow:
    """The person of an invitation that was just used up, by whatever means."""
    if used.person is not None:
        row = person_of(tables, used.person)._replace(password_hash=password_hash)
        if row.disabled_ms is not None:
            raise AccessError("this person is disabled", next_step="ask an admin")
        tables.access.put_person(row)
        vouched(tables, row.id, used.made_by, at_ms)
        note_person(tables, row.id, "access again", row.id, at_ms, invitation=used.id)
        return row
    row = PersonRow(
        tables.access.next_person(),
        used.name,
        password_hash,
        used.roles,
        used.channels,
        at_ms,
        None,
        last_ms=at_ms,
    )
    tables.access.put_person(row)
    vouched(tables, row.id, used.made_by, at_ms)
    note_person(
        tables, row.id, "joined", row.id, at_ms, invitation=used.id, roles=row.roles,
        channels=row.channels,
    )  # fmt: skip
    return row


def _note(tables: Tables, row: InvitationRow, what: str, by: str, at_ms: int) -> None:
    note(
        tables,
        "invitation",
        what,
        by,
        row.id,
        at_ms,
        roles=row.roles,
        channels=row.channels,
        until=rfc3339(row.expires_ms),
    )
