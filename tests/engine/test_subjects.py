"""Whose key each text lies under, and that no file holds a text as it was written."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.traffic import SOURCE, hate_raid, line, parsed

from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import logged_item
from rempart.log.commit import seal
from rempart.log.subjects import account_subject
from rempart.model import Message

ABUSE = "you idiot, get lost, loser"
EVENT = json.dumps(
    {
        "event": "join",
        "id": "e1",
        "platform": "twitch",
        "channel": "lea",
        "at": "2026-03-01T20:00:00Z",
        "account": "u-joined",
    }
).encode()


def test_an_evening_leaves_no_text_in_any_file(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    raid = hate_raid()
    engine.submit(raid, SOURCE).result()
    engine.checkpoint().result()
    texts = {
        item.item.text.encode()
        for item in raid
        if isinstance(item.item, Message) and len(item.item.text) > 20
    }
    assert len(texts) > 50
    with engine.read() as tables:
        assert logged_item(tables.log.bodies(tables.stream.latest()[0].seq)) is not None
    for stopped in (False, True):
        if stopped:
            engine.stop()
        for path in tmp_path.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            found = [text for text in texts if text in content]
            assert not found, f"{path.name} holds {len(found)} texts"


def test_everything_about_one_account_lies_under_its_key(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    items = parsed(
        line(0, text=ABUSE), line(1), EVENT, line(0, text="the same id says something else")
    )
    engine.submit(items, SOURCE).result()
    abuser = account_subject("twitch", "u0")
    with engine.read() as tables:
        assert tables.keys.subjects("account:") == [
            "account:twitch/u-joined",
            abuser,
            account_subject("twitch", "u1"),
        ]
        about = [json.loads(tables.log.bodies(s)[0])[1] for s in tables.keys.sequences(abuser)]
        before = {seq for seq, _ in tables.log.bodies_between(0, tables.log.size())}
        sequences = set(tables.keys.sequences(abuser))
    assert sorted(about) == ["conflict", "measure", "message"]
    engine.write(lambda tables: tables.keys.destroy_subjects([abuser])).result()
    with engine.read() as tables:
        after = {seq for seq, _ in tables.log.bodies_between(0, tables.log.size())}
    assert before - after == sequences
    engine.stop()
    EmbeddedEngine.open(tmp_path).stop()


def test_a_part_of_evidence_that_is_named_message_is_no_message(tmp_path: Path) -> None:
    parts = [("message", {"v": 1, "is": "m1"}), ("event", {"v": 1, "is": "e1"})]
    sealed = seal("evidence", {"v": 1, "of": 3}, *parts)
    assert logged_item(sealed.bodies) is None
    assert logged_item(()) is None
    engine = EmbeddedEngine.open(tmp_path)
    engine.start()
    engine.write(lambda tables: tables.log.append([sealed])).result()
    engine.stop()
    EmbeddedEngine.open(tmp_path).stop()
