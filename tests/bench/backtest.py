"""Rules over stored history: read, decode and 20 rules with counters, detection excluded.

`python -m tests.bench.backtest`: messages per CPU-second of `engine.backtest` from a store that a
scan has filled, with the signals that were stored then.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import msgspec
from tests.bench.rules import rule_file, stream

from rempart.engine.backtest import backtest
from rempart.engine.embedded import STORE_FILE
from rempart.engine.scan import scan
from rempart.engine.stored_scan import StoredEngine
from rempart.ingest import Parsed
from rempart.model import Message
from rempart.rules.language import Program
from rempart.store.sqlite.store import SqliteStore

MESSAGES = 100_000
RULES = 20
GOAL = 100_000
_CHUNK = 2_000


def fill(folder: Path, messages: int) -> None:
    """A scan of made-up chat into a store; every fiftieth message insults."""
    encode = msgspec.json.Encoder().encode
    items: list[Message] = [one.message for one in stream(messages)]
    items = [
        msgspec.structs.replace(item, text="you are an idiot " + item.text) if n % 50 == 0 else item
        for n, item in enumerate(items)
    ]
    parts = [Parsed(item, encode(item)) for item in items]
    engine = StoredEngine(folder, ["stream.ndjson"])
    try:
        chunks = (parts[at : at + _CHUNK] for at in range(0, len(parts), _CHUNK))
        scan(chunks, engine, lambda lines: None, lambda refusals: None)
    finally:
        engine.close()


def program(rules: int = RULES) -> Program:
    lists = {f"list{n}": [f"term{n}x{k}" for k in range(200)] for n in range(200)}
    return Program({"bench.toml": rule_file(rules)}, lists)


def measure(folder: Path, rounds: int = 3) -> str:
    rules = program()
    store = SqliteStore.open_for_reading(folder / STORE_FILE)
    best = 0.0
    try:
        for _ in range(rounds):
            with store.read() as tables:
                begin = time.process_time()
                found = backtest(tables, rules, messages=MESSAGES)
                spent = time.process_time() - begin
            best = max(best, found.messages / spent)
    finally:
        store.close()
    hits = sum(one.hits for one in found.rules)
    return (
        f"backtest, {RULES} rules: {best:9,.0f} messages per CPU-second from the store "
        f"(goal {GOAL:,}), {found.messages:,} messages, {hits:,} hits"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        fill(Path(place) / "data", MESSAGES)
        print(measure(Path(place) / "data"))
