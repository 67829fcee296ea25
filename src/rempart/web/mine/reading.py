"""What the page shows: the facts by nickname, and the messages that were kept from the target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from rempart.cases.child_safety import sealed_messages
from rempart.cases.erasure.needs import TARGET
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import logged_message
from rempart.store.interface import Tables
from rempart.store.interface.facts import FactMatchRow
from rempart.web.api.request import moment

MOST_KEPT = 50


class FactShown(msgspec.Struct, frozen=True):
    """`kind` null: its key is lost, it protects no more."""

    id: str
    kind: str | None
    nickname: str
    everyone: bool
    added_at: datetime


class KeptShown(msgspec.Struct, frozen=True):
    """A message kept from the target. `fact`: its nickname; null where the sender goes on trying
    and everything from them is kept away. `text` null: it was erased meanwhile."""

    id: str
    platform: str
    channel: str
    sent_at: datetime
    author: str
    text: str | None
    fact: str | None


class ErasureShown(msgspec.Struct, frozen=True):
    """The erasure that is asked for. `state`: `asked` (a person of the team must agree), `waiting`
    or `needed` (something stands against it) until `due_at`, or it has begun."""

    state: str
    asked_at: datetime
    due_at: datetime | None


class Mine(msgspec.Struct, frozen=True):
    target: str
    facts: list[FactShown]
    kept: list[KeptShown]
    opened: list[datetime]
    erasure: ErasureShown | None = None


def read_mine(engine: EmbeddedEngine, target: str) -> Mine:
    with engine.read() as tables:
        rows = tables.facts.facts(target)
        matches = tables.facts.matches(target, limit=MOST_KEPT)
        opened = [moment(row.created_ms) for row in tables.facts.sessions(target)]
        views = engine.facts.views(rows)
        names = {view.id: view.nickname for view in views}
        kept = _kept(tables, matches, names)
        asked = tables.erasure.waiting_for(TARGET, target)
    facts = [
        FactShown(
            view.id,
            view.kind.value if view.kind is not None else None,
            view.nickname,
            view.everyone,
            moment(view.added_ms),
        )
        for view in views
    ]
    erasure = None
    if asked is not None:
        due = None if asked.due_ms is None else moment(asked.due_ms)
        erasure = ErasureShown(asked.state, moment(asked.asked_ms), due)
    return Mine(target, facts, kept, opened, erasure)


def _kept(
    tables: Tables, matches: Sequence[FactMatchRow], names: dict[str, str]
) -> list[KeptShown]:
    by_seq: dict[int, str] = {}
    for match in matches:
        by_seq[match.seq] = by_seq.get(match.seq) or match.fact
    shown: list[KeptShown] = []
    sealed = sealed_messages(tables, list(by_seq))
    for seq, fact in by_seq.items():
        rows = tables.stream.messages([seq])
        if not rows or seq in sealed:
            continue
        row = rows[0]
        shown.append(
            KeptShown(
                row.id,
                row.platform,
                row.channel,
                moment(row.sent_at_ms),
                row.author_name or row.author,
                _text(tables, seq),
                names.get(fact) if fact else None,
            )
        )
    return shown


def _text(tables: Tables, seq: int) -> str | None:
    message = logged_message(tables.log.bodies(seq))
    return message.text if message is not None else None
