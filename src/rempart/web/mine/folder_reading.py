"""What is in the lock-out folder, for the target, for a helper, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from rempart.cases.child_safety import sealed_messages
from rempart.cases.folder import Visitor, names_of, row_name
from rempart.cases.measures.by_hand import BY_HAND, home_of
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import logged_message
from rempart.errors import NotFoundError
from rempart.model import Bundle, Measure, MeasureKind
from rempart.store.interface import Tables
from rempart.store.interface.folder import LockedRow
from rempart.web.api.request import moment

PAGE: Final = 50
MOST_EXPORTED: Final = 100_000


class Waiting(msgspec.Struct, frozen=True):
    """A message that was not delivered. `text` null: it was erased, or (to a helper) not looked at.
    `held`: it is held for everybody anyway."""

    seq: int
    id: str
    platform: str
    channel: str
    sent_at: datetime
    author: str | None
    text: str | None
    released_at: datetime | None
    held: bool


class HelperShown(msgspec.Struct, frozen=True):
    """`state`: `invited`, `open`, `expired` or `revoked`."""

    id: str
    name: str
    may_release: bool
    until: datetime
    state: str


class LockedAccount(msgspec.Struct, frozen=True):
    """An account that she locked out herself."""

    measure: str
    account: str
    channel: str
    since: datetime


class ShieldOn(msgspec.Struct, frozen=True):
    bundle: Bundle
    until: datetime | None


class Folder(msgspec.Struct, frozen=True):
    """`channel`: her own, where she may switch a shield on; null: she has none here."""

    target: str
    waiting: int
    released: int
    messages: list[Waiting]
    helpers: list[HelperShown]
    accounts: list[LockedAccount]
    channel: str | None
    shield: ShieldOn | None
    older: int | None


def read_folder(
    engine: EmbeddedEngine, target: str, now_ms: int, before: int | None = None
) -> Folder:
    with engine.read() as tables:
        names = names_of(tables, target)
        rows = tables.folder.folder(names, limit=PAGE, before=before)
        waiting, released = tables.folder.count(names)
        home = place_of(tables, target)
        return Folder(
            target,
            waiting,
            released,
            [one for row in rows if (one := _shown(tables, row, words=True)) is not None],
            [
                HelperShown(
                    row.id,
                    row.name,
                    row.may_release,
                    moment(row.expires_ms),
                    "revoked"
                    if row.revoked_ms is not None
                    else "expired"
                    if not row.is_good(now_ms)
                    else "invited"
                    if row.opened_ms is None
                    else "open",
                )
                for row in tables.folder.helpers(target)
            ],
            [
                LockedAccount(one.id, one.scope.ref, one.scope.channel, one.from_at)
                for one in locked_accounts(tables, target)
            ],
            home[1] if home is not None else None,
            _shield(tables, home),
            rows[-1].seq if len(rows) == PAGE else None,
        )


def read_helping(
    engine: EmbeddedEngine, who: Visitor, looked: int | None, before: int | None = None
) -> tuple[list[Waiting], int | None]:
    """What a helper sees: when and where, and the words of the one message she looks at."""
    with engine.read() as tables:
        names = names_of(tables, who.target)
        rows = tables.folder.folder(names, limit=PAGE, before=before)
        shown = [_shown(tables, row, words=row.seq == looked) for row in rows]
    older = rows[-1].seq if len(rows) == PAGE else None
    return [one for one in shown if one is not None], older


def locked_accounts(tables: Tables, target: str) -> list[Measure]:
    """Lock-outs of accounts that she took herself and that are in force."""
    rows = tables.stream.measures(kinds=[MeasureKind.LOCK_OUT], active=True)
    return [
        row.measure
        for row in rows
        if row.measure.rule == BY_HAND
        and row.measure.scope.kind == "account"
        and row.measure.target is not None
        and target in (row.measure.target, row_name(row.measure.scope.platform, row.measure.target))
    ]


def place_of(tables: Tables, target: str) -> tuple[str, str] | None:
    """Her own channel; None: she has none here."""
    platform, slash, name = target.partition("/")
    if slash and any(
        r.platform == platform and r.channel == name for r in tables.stream.channels()
    ):
        return platform, name
    try:
        return home_of(tables, target)
    except NotFoundError:
        return None


def as_text(engine: EmbeddedEngine, target: str) -> Iterator[str]:
    """A plain file of all that was not delivered to her: id, time, account, text of each."""
    before: int | None = None
    for _ in range(MOST_EXPORTED // PAGE):
        with engine.read() as tables:
            names = names_of(tables, target)
            rows = tables.folder.folder(names, limit=PAGE, before=before)
            found = [_shown(tables, row, words=True) for row in rows]
        for one in found:
            if one is not None:
                yield _paragraph(one)
        if len(rows) < PAGE:
            return
        before = rows[-1].seq


def _paragraph(one: Waiting) -> str:
    text = "(erased)" if one.text is None else one.text
    lines = "\n".join(f"  {line}" for line in text.splitlines() or [""])
    at = one.sent_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return (
        f"id: {one.id}\ntime: {at}\nchannel: {one.platform}/{one.channel}\n"
        f"account: {one.author}\nentry of the log: {one.seq}\ntext:\n{lines}\n\n"
    )


def _shown(tables: Tables, row: LockedRow, *, words: bool) -> Waiting | None:
    rows = tables.stream.messages([row.seq])
    if not rows or sealed_messages(tables, [row.seq]):
        return None
    message = rows[0]
    found = logged_message(tables.log.bodies(row.seq)) if words else None
    name = message.author_name
    author = f"{name} ({message.author})" if name and name != message.author else message.author
    return Waiting(
        row.seq,
        message.id,
        message.platform,
        message.channel,
        moment(message.sent_at_ms),
        author if words else None,
        found.text if found is not None else None,
        None if row.released_ms is None else moment(row.released_ms),
        message.held,
    )


def _shield(tables: Tables, place: tuple[str, str] | None) -> ShieldOn | None:
    if place is None:
        return None
    for row in tables.cases.shields(place[1]):
        scope = row.measure.scope
        if (scope.platform, scope.channel) == place:
            return ShieldOn(row.measure.bundle or Bundle.GENTLE, row.measure.until)
    return None
