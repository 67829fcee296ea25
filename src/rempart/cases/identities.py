"""People who sign in through an identity provider.

Rules kept here:

1. Who she is, is told by issuer and subject alone: a name or a mail address that moved to somebody
   else opens nothing.
2. Who is new needs an invitation with the mail address the provider has verified.
3. Groups may give and take the roles the settings name, and never a role with the right `people`.
"""

from __future__ import annotations

from collections.abc import Mapping

from rempart.cases.invitations import join
from rempart.cases.people import change_person, note_person, person_of, roles
from rempart.cases.rights import Right
from rempart.errors import AccessError, ConflictError
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow


def person_by_identity(
    tables: Tables, issuer: str, subject: str, email: str | None, at_ms: int
) -> PersonRow:
    """AccessError when nobody here is meant."""
    known = tables.access.identity(issuer, subject)
    if known is not None:
        row = person_of(tables, known)
        if row.disabled_ms is not None:
            raise AccessError("your access here is disabled", next_step="ask an admin")
        return row
    invitation = tables.invitations.by_email(email, at_ms) if email is not None else None
    if invitation is None or not tables.invitations.remove(invitation.id):
        raise AccessError(
            "nobody has invited this identity",
            next_step="ask an admin for an invitation with your mail address",
        )
    row = join(tables, invitation, "", at_ms)
    tables.access.put_identity(issuer, subject, row.id)
    return row


def link_identity(tables: Tables, issuer: str, subject: str, person: str, at_ms: int) -> None:
    """A signed-in person says that this identity is hers."""
    known = tables.access.identity(issuer, subject)
    if known == person:
        return
    if known is not None:
        raise ConflictError("this identity belongs to somebody else here")
    tables.access.put_identity(issuer, subject, person)
    note_person(tables, person, "identity linked", person, at_ms)


def roles_by_groups(
    tables: Tables,
    row: PersonRow,
    groups: frozenset[str],
    mapping: Mapping[str, str],
    by: str,
    at_ms: int,
) -> PersonRow:
    """The roles the groups give, beside those no group speaks of. AccessError when none is left."""
    known = roles(tables)
    governed = {
        key for key in mapping.values() if key in known and Right.PEOPLE not in known[key].rights
    }
    given = {role for group, role in mapping.items() if group in groups} & governed
    wanted = [key for key in row.roles if key not in governed or key in given]
    wanted += sorted(given - set(wanted))
    if not wanted:
        raise AccessError("none of your groups has a role here", next_step="ask an admin")
    if tuple(wanted) == row.roles:
        return row
    return change_person(
        tables,
        row.id,
        by,
        at_ms,
        roles=wanted,
        channels=row.channels,
        queues=row.queues,
        harms=row.harms,
    )
