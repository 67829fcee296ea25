"""The log: what sealing, tamper evidence, a full scrub and proofs cost. CPU of this process.

The log path is everything between a checked message and its durable commit in the log: sealing, its
leaf and tiles, encryption under the key of its author, one transaction per 1,000 messages
(`--batch`), every fiftieth author a new one as in a lively chat, and all new as in the worst raid.
Beside it the same with the row of each message, by which ids are known and pages found.
Proofs are made from tiles in SQLite of a tree of 10 million entries, whose leaf hashes are random.
Run: `python -m tests.bench.log [--entries 200000 --tree 10000000]`.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.log.trees import leaf_hash, verify_inclusion

from rempart.log.checkpoint import sign_checkpoint
from rempart.log.commit import SealedEntry, message_prefix, new_salts, seal_messages
from rempart.log.keys import load_signer
from rempart.log.merkle import joined_leaf_hashes
from rempart.log.scrub import scrub
from rempart.log.subjects import account_subject
from rempart.log.tiles import EMPTY_EDGE, extend, prove_consistency, prove_inclusion, root
from rempart.model import message_key
from rempart.store.interface.stream import MessageRow
from rempart.store.sqlite.store import SqliteStore

AT_MS = 1_772_395_200_000
WORDS = ("nuit", "il", "dit", "sait", "bien", "que", "tout", "va", "finir", "ici", "demain", "avec")


def cpu(work: Callable[[], Any]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def raws(entries: int, fresh: float) -> tuple[list[bytes], list[str]]:
    """Messages of about 350 bytes and their authors; `fresh`: the share of new ones."""
    rng = random.Random(1)
    strangers = itertools.count(1_000)
    found: list[bytes] = []
    authors: list[str] = []
    for number in range(entries):
        author = next(strangers) if rng.random() < fresh else rng.randrange(1_000)
        text = " ".join(rng.choices(WORDS, k=24))
        authors.append(f"u{author}")
        found.append(
            b'{"id":"m%d","platform":"twitch","channel":"lea","sent_at":"2026-03-01T20:14:03.120Z",'
            b'"author":{"id":"u%d","name":"Person %d","created_at":"2021-05-01T08:00:00Z"},'
            b'"text":"%b"}' % (number, author, author, text.encode())
        )
    return found, authors


def row(seq: int, author: str) -> MessageRow:
    id = f"m{seq}"
    key = message_key("twitch", id)
    place = ("twitch", "lea", "lea", author, author, "chat")
    return MessageRow(seq, key, id, *place, AT_MS + seq, AT_MS, "allow", 0, None, None)


def batches(entries: int, batch: int) -> Iterator[slice]:
    for start in range(0, entries, batch):
        yield slice(start, min(entries, start + batch))


def write(
    store: SqliteStore, messages: list[bytes], authors: list[str], batch: int, *, rows: bool
) -> None:
    prefix = message_prefix("2026-03-01T20:14:03Z", {"via": "api", "name": "bot"})
    for part in batches(len(messages), batch):
        subjects = [account_subject("twitch", author) for author in authors[part]]
        count = len(subjects)
        sealed = seal_messages(prefix, messages[part], [None] * count, new_salts(count), subjects)
        with store.begin() as tables:
            first = tables.log.append(sealed)
            if rows:
                tables.stream.add_messages([row(first + n, a) for n, a in enumerate(authors[part])])
        store.tidy()


def tamper_evidence(entries: list[SealedEntry], batch: int) -> float:
    """Leaf hashes and tiles alone: CPU seconds."""
    leaves = [entry.leaf for entry in entries]

    def work() -> None:
        edge = EMPTY_EDGE
        for part in batches(len(leaves), batch):
            edge, _ = extend(edge, joined_leaf_hashes(leaves[part]))

    return cpu(work)


def log_path(folder: Path, entries: int, batch: int) -> Iterator[str]:
    for name, fresh in (("2 % new authors", 0.02), ("all authors new", 1.0)):
        messages, authors = raws(entries, fresh)
        for rows in (True, False):
            store = SqliteStore.open(folder / f"{name} {rows}" / "rempart.db")
            used = cpu(lambda: write(store, messages, authors, batch, rows=rows))  # noqa: B023
            yield (
                f"{'with rows' if rows else 'log path'}, {name}: {entries / used:,.0f} messages "
                f"per CPU-second, {used / entries * 1e6:.1f} µs each"
                + ("" if rows else " (goal: 50,000)")
            )
            if rows:
                store.close()
        if fresh < 1:
            sealed = seal_messages(
                b'{"v":1,"item":', messages, [None] * entries, os.urandom(16 * entries)
            )
            used = tamper_evidence(sealed, batch)
            yield f"tamper evidence (leaf hash, tiles): {used / entries * 1e6:.2f} µs (goal: 2)"
        yield from _scrubbed(folder / f"{name} False", store, name)
        store.close()


def _scrubbed(folder: Path, store: SqliteStore, name: str) -> Iterator[str]:
    signer = load_signer(folder)
    with store.begin() as tables:
        size = tables.log.size()
        tables.log.put_checkpoint(size, sign_checkpoint(signer, size, tables.log.root()), 0)
    for what, bodies in (("leaves, tiles and bodies", True), ("leaves and tiles", False)):
        with store.read() as tables:
            begin = time.process_time()
            found = scrub(tables.log, signer.public, bodies=bodies)
            used = time.process_time() - begin
        assert not found.failed, found.failed
        yield f"scrub of {what}, {name}: {size / used:,.0f} entries per CPU-second"


def proofs(folder: Path, size: int, turns: int = 300) -> Iterator[str]:
    store = SqliteStore.open(folder / "tree" / "rempart.db")
    edge = EMPTY_EDGE
    rng = random.Random(3)
    leaf = b"the leaf that is proven"
    places = sorted(rng.sample(range(size), turns))
    chosen = iter(places)
    place = next(chosen)
    for start in range(0, size, 1 << 18):
        end = min(size, start + (1 << 18))
        hashes = bytearray(os.urandom(32 * (end - start)))
        while start <= place < end:
            hashes[32 * (place - start) : 32 * (place - start + 1)] = leaf_hash(leaf)
            place = next(chosen, size)
        edge, tiles = extend(edge, bytes(hashes))
        with store.begin() as tables:
            tables.connection.executemany(
                "INSERT OR REPLACE INTO tile VALUES (?, ?, ?)",
                [(tile.level, tile.index, tile.hashes) for tile in tiles],
            )
        store.tidy()
    store.tidy(force=True)
    top = root(edge)
    with store.read() as tables:
        begin = time.process_time()
        made = [prove_inclusion(place, size, tables.log.tile) for place in places]
        making = (time.process_time() - begin) / turns
        begin = time.process_time()
        for place, proof in zip(places, made, strict=True):
            verify_inclusion(leaf_hash(leaf), place, size, proof, top)
        checking = (time.process_time() - begin) / turns
        longest = max(32 * len(proof) for proof in made)
        begin = time.process_time()
        for place in places:
            prove_consistency(max(1, place), size, tables.log.tile)
        consistent = (time.process_time() - begin) / turns
    store.close()
    yield (
        f"inclusion at {size:,} entries: made in {making * 1e3:.2f} ms (goal: 1), checked in "
        f"{checking * 1e6:.0f} µs (goal: 50), {longest} B at most (goal: 1,024); "
        f"consistency made in {consistent * 1e3:.2f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--tree", type=int, default=10_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as folder:
        for line in log_path(Path(folder), asked.entries, asked.batch):
            print(line, flush=True)
        for line in proofs(Path(folder), asked.tree):
            print(line, flush=True)


if __name__ == "__main__":
    main()
