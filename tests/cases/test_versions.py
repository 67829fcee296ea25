"""Versions in the store: what differs from the log is refused, what is gone leaves nothing."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest
from tests.faults.traffic import SOURCE, line, parsed

from rempart.cases.versions import go_live, propose_rules
from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.errors import StoreError
from rempart.rules.language import Program
from rempart.store.interface.versions import VersionKind

RULE = """
[[rule]]
name = "{name}"
state = "live"
description = {{ en = "Tried out.", fr = "À l’essai." }}
reason = {{ en = "Tried out.", fr = "À l’essai." }}
when = {when!r}
measures = ["{measure}"]
"""
MARK = RULE.format(
    name="mark", when="contains(message.fold, 'vote')", measure="label account seen for 2 days"
)
HOLD = RULE.format(name="use", when="labelled(account, 'seen')", measure="hold message for 1 day")


def put_in_force(engine: EmbeddedEngine, *rules: str) -> str:
    program = Program({f"{place}.toml": text for place, text in enumerate(rules)}, {})
    who: dict[str, Any] = {"reason": "agreed", "at_ms": 1_000}
    engine.write(lambda tables: propose_rules(tables, program, author="Mo", **who)).result()
    engine.write(
        lambda tables: go_live(tables, VersionKind.RULES, program.hash, by="Mo", **who)
    ).result()
    return program.hash


def test_rules_that_were_changed_in_the_store_do_not_start(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path, sweep=False)
    engine.start()
    id = put_in_force(engine, MARK)
    engine.stop()
    other = zlib.compress(msgspec.msgpack.encode({"files": {"0.toml": HOLD}, "lists": {}}))
    connection = apsw.Connection(str(tmp_path / STORE_FILE))
    guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in guards:
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("UPDATE version SET body = ? WHERE id = ?", (other, id))
    connection.close()
    with pytest.raises(StoreError, match="not what the log says"):
        EmbeddedEngine.open(tmp_path, sweep=False)


def test_labels_of_a_rule_that_is_gone_stay_gone_after_a_crash(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path / "data", sweep=False)
    engine.start()
    try:
        put_in_force(engine, MARK, HOLD)
        engine.submit(parsed(line(1, text="vote now")), SOURCE).result()
        put_in_force(engine, HOLD)
        shutil.copytree(tmp_path / "data", tmp_path / "crashed")
        assert engine.writer.memory.state.rules is not None
        before = engine.writer.memory.state.rules.dump()
    finally:
        engine.stop()
    again = EmbeddedEngine.open(tmp_path / "crashed", sweep=False)
    try:
        assert again.writer.memory.state.rules is not None
        assert again.writer.memory.state.rules.dump() == before
    finally:
        again.stop()
