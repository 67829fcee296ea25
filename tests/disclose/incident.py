"""A small raid in a busy channel, written through the real rooms: store, log, cases.

30 viewers chat; 5 fresh accounts shout the same mild insult; one message is private; the raid's
case is opened, looked at by a moderator, decided; one reporter's contact lies sealed beside.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.entries import entry, record
from rempart.cases.evidence.promoted import promote
from rempart.cases.intake import HeldMessage, open_for_step
from rempart.log import commit
from rempart.log.checkpoint import sign_checkpoint
from rempart.log.keys import load_signer
from rempart.log.note import Signer
from rempart.model import (
    Account,
    Decision,
    DecisionOutcome,
    Ground,
    Member,
    Message,
    Outcome,
    Raid,
    RaidKind,
    RaidStage,
    Verdict,
    message_key,
)
from rempart.store.interface import Tables
from rempart.store.interface.stream import MessageRow
from rempart.store.sqlite.store import SqliteStore

BEGIN = datetime(2026, 3, 1, 20, 14, tzinfo=UTC)
EXPORTED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPORTER = "reporter@example.org"
PRIVATE = "between us: a secret"
BENIGN = "what a nice stream"
MODERATOR = "mod-7"
SAID = "leave, idiot \u202e=1+1 <b>"


class Incident(NamedTuple):
    data: Path
    store: SqliteStore
    signer: Signer
    case: str


def build(
    data: Path, *, chat: int = 30, bots: int = 5, said: str = SAID, promoted: bool = True
) -> Incident:
    store = SqliteStore.open(data / "rempart.db")
    signer = load_signer(data, "chat.example.org/log")
    with store.begin() as tables:
        case = _write(tables, chat, bots, said)
        if promoted:
            promote(tables, case)
        size, root = tables.log.size(), tables.log.root()
        tables.log.put_checkpoint(size, sign_checkpoint(signer, size, root), _ms(EXPORTED))
    return Incident(data, store, signer, case)


def _write(tables: Tables, chat: int, bots: int, said: str) -> str:
    items: list[dict[str, Any]] = []
    every = max(1, chat // bots)
    for i in range(chat):
        items.append(_item(f"m-{i}", f"viewer{i % 30}", BENIGN))
        if i % every == every - 1:
            items.append(_item(f"b-{i}", f"bot{i % 50}", said))
    items.append({**_item("p-1", "bot9", PRIVATE), "private": True})
    raid = _raid(sum("b-" in item["id"] for item in items))
    rows, held = _append(tables, items, raid.id)
    tables.stream.add_messages(rows)
    raid_seq = tables.log.append([commit.seal("raid", commit.to_value(raid))])
    tables.stream.put_raid(raid, raid_seq, _ms(BEGIN))
    (case,) = open_for_step(tables, [raid], held, _ms(BEGIN) + 9_000)
    sealed = entry("report", {"id": "p-9", "case": case.id}, ("contact", {"email": REPORTER}))
    record(tables, [(case.id, sealed)])
    looked = {"action": "view", "by": MODERATOR, "case": case.id, "at": "2026-03-01T21:00:00Z"}
    record(tables, [(case.id, entry("access", looked))])
    tables.log.append(commit.seal_messages(_prefix(), [b"{}"] * 3, [None] * 3, bytes(48)))
    decision: Decision = decide(
        tables, case.id, DecisionOutcome.UPHOLD, Ground.TERMS, "an attack by fresh accounts",
        Decider(MODERATOR, person=True), _ms(BEGIN) + 3_600_000,
    )  # fmt: skip
    assert decision.case == case.id
    return case.id


def _append(
    tables: Tables, items: Sequence[dict[str, Any]], raid: str
) -> tuple[list[MessageRow], list[HeldMessage]]:
    raws = [json.dumps(item, ensure_ascii=False).encode() for item in items]
    of_raid = ["viewer" not in item["author"]["id"] for item in items]
    told = json.dumps({"verdict": "hold", "abuse": 0.97, "raid": raid}).encode()
    outcomes = [told if hit else None for hit in of_raid]
    salts = commit.new_salts(len(raws))
    first = tables.log.append(commit.seal_messages(_prefix(), raws, outcomes, salts))
    rows: list[MessageRow] = []
    held: list[HeldMessage] = []
    for seq, (item, hit, outcome) in enumerate(zip(items, of_raid, outcomes, strict=True), first):
        rows.append(_row(seq, item, outcome, raid if hit else None))
        if hit:
            sent = BEGIN + timedelta(seconds=seq)
            author = Account(item["author"]["id"])
            message = Message(item["id"], "twitch", "lea", sent, author, item["text"])
            outcome_of = Outcome(item["id"], Verdict.HOLD, 0.97, raid=raid)
            held.append(HeldMessage(seq, message, outcome_of))
    return rows, held


def _row(seq: int, item: dict[str, Any], outcome: bytes | None, raid: str | None) -> MessageRow:
    return MessageRow(
        seq=seq,
        key=message_key("twitch", item["id"]),
        id=item["id"],
        platform="twitch",
        channel="lea",
        target="lea",
        author=item["author"]["id"],
        author_name=None,
        kind="chat",
        sent_at_ms=_ms(BEGIN) + 1_000 * seq,
        received_at_ms=_ms(BEGIN) + 1_000 * seq,
        verdict="allow" if raid is None else "hold",
        abuse=0 if raid is None else 970,
        raid=raid,
        outcome=outcome,
    )


def _item(id: str, author: str, text: str) -> dict[str, Any]:
    return {
        "id": id,
        "platform": "twitch",
        "channel": "lea",
        "sent_at": "2026-03-01T20:14:03.250Z",
        "author": {"id": author},
        "text": text,
    }


def _raid(messages: int) -> Raid:
    return Raid(
        id="r-1",
        platform="twitch",
        channel="lea",
        target="lea",
        stage=RaidStage.ATTACK,
        kind=RaidKind.BOT_RAID,
        begin=BEGIN,
        end=BEGIN + timedelta(minutes=2),
        members=tuple(Member(f"bot{i}") for i in range(5)),
        messages=messages,
        confidence=0.99,
    )


def _prefix() -> bytes:
    return commit.message_prefix("2026-03-01T20:14:04Z", {"connector": "api", "proof": "token"})


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
