"""The lock-out folder of a target: what was not delivered to her, let through, locked out again.

Rules kept here:

1. What is locked out is never deleted and stays visible to everybody else; letting it through is a
   live event for who delivers, and so is locking it out again.
2. Everything done in a folder is an entry: what was let through and by whom, each look of a helper,
   each export, helpers invited and revoked. No entry says what a message says.
3. A helper sees what she was let see, one message at a time, and nothing else; revoking her is at
   once and tells her nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rempart.cases.entries import clean, entry, record, rfc3339
from rempart.cases.measures.undo import undo_measures
from rempart.errors import AccessError, InputError, NotFoundError
from rempart.log.subjects import target_subject
from rempart.model import Measure, MeasureKind, ScopeKind, message_key, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.folder import HelperRow, LockedRow
from rempart.store.interface.stream import MessageRow

DAY_MS: Final = 86_400_000
MOST_HELPERS: Final = 10
LONGEST_HELP_DAYS: Final = 90
LONGEST_NAME: Final = 60


class Visitor(NamedTuple):
    """Who is in the folder: the target (`helper` None), or somebody she lets look."""

    target: str
    helper: HelperRow | None = None

    @property
    def by(self) -> str:
        """As entries name them."""
        return "target" if self.helper is None else self.helper.id


def names_of(tables: Tables, target: str) -> list[str]:
    """A target of a session is a name, on every platform, or `platform/name`; as rows have it."""
    return [target, *(f"{platform}/{target}" for platform in tables.stream.platforms())]


def row_name(platform: str, target: str) -> str:
    return f"{platform}/{target}"


def fill(tables: Tables, measures: Sequence[Measure], at_ms: int) -> None:
    """Puts messages that came before these lock-outs into the folders of their targets."""
    for measure in measures:
        scope = measure.scope
        if measure.kind is not MeasureKind.LOCK_OUT or scope.kind is not ScopeKind.MESSAGE:
            continue
        row = tables.stream.message(message_key(scope.platform, scope.ref))
        if row is None or row.channel != scope.channel:
            continue
        for name in [measure.target] if measure.target else [row.target, *row.others]:
            place = row_name(row.platform, name)
            known = tables.folder.locked([place], row.seq)
            if name != row.author and (known is None or known.released_ms is not None):
                tables.folder.lock([LockedRow(place, row.seq, at_ms)])
                _tell(tables, row, name, released=False)


def release(tables: Tables, who: Visitor, seq: int, at_ms: int) -> None:
    """Lets one message through. A lock-out of this very message ends with it."""
    if who.helper is not None and not who.helper.may_release:
        raise AccessError("this helper may look, not let through")
    row = message_in(tables, who, seq)
    names = names_of(tables, who.target)
    if not tables.folder.release(names, seq, at_ms, who.by):
        return
    _record(tables, "folder-released", who, at_ms, message=seq)
    own = [
        found.measure.id
        for found in tables.stream.measures_on(row.platform, row.channel, message=row.id)
        if found.measure.kind is MeasureKind.LOCK_OUT
        and found.measure.scope.kind is ScopeKind.MESSAGE
        and found.measure.state == "active"
        and len({row.target, *row.others}) == 1
    ]
    undo_measures(tables, own, who.by, at_ms)
    _tell(tables, row, who.target, released=True)


def lock_again(tables: Tables, who: Visitor, seq: int, at_ms: int) -> None:
    """Takes the letting through back."""
    if who.helper is not None and not who.helper.may_release:
        raise AccessError("this helper may look, not lock out")
    row = message_in(tables, who, seq)
    found = tables.folder.locked(names_of(tables, who.target), seq)
    if found is None or found.released_ms is None:
        return
    tables.folder.lock([found._replace(released_ms=None, released_by=None)])
    _record(tables, "folder-locked-again", who, at_ms, message=seq)
    _tell(tables, row, who.target, released=False)


def looked(tables: Tables, who: Visitor, seq: int, at_ms: int) -> MessageRow:
    """A look at one message; each one of a helper is an entry."""
    row = message_in(tables, who, seq)
    if who.helper is not None:
        _record(tables, "folder-looked", who, at_ms, message=seq)
    return row


def exported(tables: Tables, who: Visitor, messages: int, at_ms: int) -> None:
    if who.helper is not None:
        raise AccessError("a helper exports nothing")
    _record(tables, "folder-exported", who, at_ms, messages=messages)


def message_in(tables: Tables, who: Visitor, seq: int) -> MessageRow:
    """NotFoundError when it is not in this folder."""
    if tables.folder.locked(names_of(tables, who.target), seq) is not None:
        rows = tables.stream.messages([seq])
        if rows:
            return rows[0]
    raise NotFoundError("there is no such message in this folder")


# -- helpers ---------------------------------------------------------------------------------


def invite_helper(
    tables: Tables,
    target: str,
    name: str,
    *,
    may_release: bool,
    days: int,
    invitation: bytes,
    at_ms: int,
) -> HelperRow:
    """`invitation`: the digest of the secret that the target hands on."""
    name = " ".join(clean(name).split())
    if not 1 <= len(name) <= LONGEST_NAME or not any(c.isalnum() for c in name):
        raise InputError("a helper has a name, of at most 60 characters", where="name")
    if not 1 <= days <= LONGEST_HELP_DAYS:
        raise InputError("a helper may look for 1 to 90 days", where="days")
    good = [row for row in tables.folder.helpers(target) if row.is_good(at_ms)]
    if len(good) >= MOST_HELPERS:
        raise InputError("there are ten helpers already", where="name", next_step="revoke one")
    row = HelperRow(
        stable_id("h", target, name, str(at_ms)),
        target,
        name,
        may_release,
        at_ms,
        at_ms + days * DAY_MS,
        invitation,
    )
    tables.folder.put_helper(row)
    until = rfc3339(row.expires_ms)
    scope = "look and release" if may_release else "look"
    _record(
        tables, "folder-helper", Visitor(target), at_ms, helper=row.id, scope=scope, until=until
    )
    return row


def open_helper(tables: Tables, invitation: bytes, session: bytes, at_ms: int) -> HelperRow | None:
    row = tables.folder.open_helper(invitation, session, at_ms)
    if row is not None:
        _record(tables, "folder-opened", Visitor(row.target, row), at_ms)
    return row


def revoke_helper(tables: Tables, target: str, id: str, at_ms: int) -> None:
    if tables.folder.revoke_helper(target, id, at_ms):
        _record(tables, "folder-helper-revoked", Visitor(target), at_ms, helper=id)


def _record(tables: Tables, name: str, who: Visitor, at_ms: int, **more: object) -> None:
    told = {"target": who.target, "by": who.by, "at": rfc3339(at_ms), **more}
    record(tables, [(None, entry(name, told, subject=target_subject(who.target)))])


def _tell(tables: Tables, row: MessageRow, target: str, *, released: bool) -> None:
    """For who delivers: an id, never words."""
    tables.announce(
        "folder",
        {
            "id": row.id,
            "target": target.removeprefix(f"{row.platform}/"),
            "released": released,
            "platform": row.platform,
            "channel": row.channel,
        },
    )
