"""The full check of a log: everything it stores against its newest signed checkpoint.

What is checked, from the leaves upwards:

1. Every entry is there, in order, and is a canonical leaf.
2. Every body opens with its key and belongs to its leaf: one that does not is wrong. A body whose
   key was destroyed, or whose row is gone, is erased, not wrong: they are counted.
3. Every stored tile holds the hashes that the leaves give.
4. The newest checkpoint of the store, and the one kept beside the key, are signed by the key, and
   the leaves give their roots at their sizes. A log that is now shorter was cut or is an old copy.

So one changed bit in evidence, an edited, deleted or inserted row is found and named. Entries after
the newest checkpoint are checked against their bodies only, as nobody has signed them yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple, Protocol

from rempart.errors import LogError, VerificationError
from rempart.log.checkpoint import Checkpoint, open_checkpoint
from rempart.log.commit import LEAF_HEAD, LEAF_TAIL, leaf_digests, open_leaf
from rempart.log.merkle import EMPTY_ROOT, joined_leaf_hashes
from rempart.log.note import PublicKey
from rempart.log.tiles import EMPTY_EDGE, Edge, Tile, extend, root, tile_path

CHUNK = 1_024
MOST_TOLD = 100


class Opened(NamedTuple):
    """Bodies of a range of entries: `texts` that opened, in the order of the log, with the entry of
    each in `sequences`; places (entry, part) whose key was destroyed on purpose; and places that
    do not open although they should: damaged, changed, or their key is lost."""

    sequences: list[int]
    texts: list[bytes]
    erased: list[tuple[int, int]]
    damaged: list[tuple[int, int]]

    @property
    def bodies(self) -> list[tuple[int, tuple[bytes, ...]]]:
        """What opened, by entry."""
        grouped: dict[int, list[bytes]] = {}
        for seq, text in zip(self.sequences, self.texts, strict=True):
            grouped.setdefault(seq, []).append(text)
        return [(seq, tuple(texts)) for seq, texts in grouped.items()]


class Digested(NamedTuple):
    """The same as leaves: what each body alone would give (`commit.lone_leaves`), in the order of
    the log, with the entry of each in `sequences`; and the entries of which a body does not open
    although it should."""

    sequences: list[int]
    leaves: list[bytes]
    damaged: list[int]


class StoredLog(Protocol):
    """What a scrub reads (`store.interface.LogTables` has it)."""

    def size(self) -> int: ...
    def leaves(self, start: int, end: int) -> list[bytes]: ...
    def opened(self, start: int, end: int) -> Opened: ...
    def digested(self, start: int, end: int) -> Digested: ...
    def tile(self, level: int, index: int) -> bytes | None: ...
    def last_checkpoint(self) -> tuple[int, str, int] | None: ...


class ScrubReport(NamedTuple):
    """`failed`: what does not hold, at most a hundred of them; `signed`: size of the newest
    checkpoint; `erased`: entries whose bodies are gone; `root` of all entries."""

    entries: int
    signed: int
    erased: int
    root: bytes
    failed: list[str]


def scrub(
    log: StoredLog,
    key: PublicKey,
    *,
    kept: str | None = None,
    bodies: bool = True,
    chunk: int = CHUNK,
    progress: Callable[[int], None] = lambda _: None,
) -> ScrubReport:
    """Checks the whole log.

    `kept`: a signed checkpoint from elsewhere, such as the one beside the key, which a restored
    store does not reach; `bodies` False: only leaves and tiles, for what a proof rests on (four
    times as fast; the number of erased entries is 0 then); `chunk`: entries read at once;
    `progress` is told how many were done since its last call.
    """
    failed: list[str] = []
    size = _size(log, failed)
    signed = _signed(log, key, kept, size, failed)
    edge, erased = EMPTY_EDGE, 0
    roots = {0: EMPTY_ROOT}
    signed_sizes = sorted({checkpoint.size for checkpoint in signed})
    for start, end in _chunks(size, signed_sizes, chunk):
        leaves = log.leaves(start, end)
        if len(leaves) != end - start:
            failed.append(
                f"{end - start - len(leaves)} entries are missing in {start} to {end - 1}"
            )
            break
        if bodies:
            erased += _check_bodies(log, start, leaves, failed)
        else:
            _check_leaves(start, leaves, failed)
        edge = _check_tiles(log, edge, leaves, failed)
        if end in signed_sizes:
            roots[end] = root(edge)
        progress(end - start)
        if len(failed) >= MOST_TOLD:
            break
    failed += [
        f"the first {checkpoint.size} entries do not give the root that was signed"
        for checkpoint in signed
        if roots.get(checkpoint.size, checkpoint.root) != checkpoint.root
    ]
    newest = max((checkpoint.size for checkpoint in signed), default=0)
    return ScrubReport(size, newest, erased, root(edge), failed[:MOST_TOLD])


def _size(log: StoredLog, failed: list[str]) -> int:
    try:
        return log.size()
    except LogError as error:
        failed.append(error.what)
        return 0


def _signed(
    log: StoredLog, key: PublicKey, kept: str | None, size: int, failed: list[str]
) -> list[Checkpoint]:
    """The checkpoints that the log must continue; what is wrong with them is told at once."""
    stored = log.last_checkpoint()
    notes = [note for note in (stored[1] if stored else None, kept) if note is not None]
    if not notes and size:
        failed.append("no checkpoint was ever signed, or it was removed: rempart log checkpoint")
    signed: list[Checkpoint] = []
    for note in notes:
        try:
            checkpoint = open_checkpoint(note, key)
        except VerificationError as error:
            failed.append(f"a checkpoint: {error}")
            continue
        signed.append(checkpoint)
        if stored is not None and note == stored[1] and checkpoint.size != stored[0]:
            failed.append(f"a checkpoint of {checkpoint.size} entries is kept as of {stored[0]}")
    failed += [
        f"the log has {size} entries, but {checkpoint.size} were signed: it was cut, or is old"
        for checkpoint in signed
        if size < checkpoint.size
    ]
    return signed


def _chunks(size: int, signed: list[int], most: int) -> Iterator[tuple[int, int]]:
    """Ranges of at most so many entries, so that one ends at each signed size."""
    start = 0
    while start < size:
        end = min([size, start + most, *(cut for cut in signed if cut > start)])
        yield start, end
        start = end


def _check_bodies(log: StoredLog, start: int, leaves: list[bytes], failed: list[str]) -> int:
    """Bodies of these entries; returns how many have none. An entry of one body, as nearly all are,
    is right when that body alone gives its leaf; the bodies of any other are read."""
    found = log.digested(start, start + len(leaves))
    damaged = set(found.damaged)
    failed += [f"entry {seq}: its text does not open with its key" for seq in sorted(damaged)]
    sequences = found.sequences
    if found.leaves == leaves and sequences == list(range(start, start + len(leaves))):
        return 0
    unlike = {
        seq
        for seq, leaf in zip(sequences, found.leaves, strict=True)
        if leaves[seq - start] != leaf
    }
    unlike.update(seq for seq, following in pairwise(sequences) if seq == following)
    for seq in sorted(unlike):
        try:
            for _, bodies in log.opened(seq, seq + 1).bodies:
                open_leaf(leaves[seq - start], bodies)
        except VerificationError as error:
            failed.append(f"entry {seq}: {error.what}")
    without = set(range(start, start + len(leaves))).difference(sequences)
    for seq in without:
        try:
            leaf_digests(leaves[seq - start])
        except VerificationError as error:
            failed.append(f"entry {seq}: {error.what}")
    return len(without - damaged)


def _check_leaves(start: int, leaves: list[bytes], failed: list[str]) -> None:
    """Their form alone; what they hold is in the tiles and the signed root."""
    for seq, leaf in enumerate(leaves, start):
        if not (leaf.startswith(LEAF_HEAD) and leaf.endswith(LEAF_TAIL)):
            failed.append(f"entry {seq}: not a leaf of this log")


def _check_tiles(log: StoredLog, edge: Edge, leaves: list[bytes], failed: list[str]) -> Edge:
    edge, tiles = extend(edge, joined_leaf_hashes(leaves))
    for tile in tiles:
        stored = log.tile(tile.level, tile.index) or b""
        if not stored.startswith(tile.hashes):
            failed.append(f"{_place(tile)} does not hold the hashes of its entries")
    return edge


def _place(tile: Tile) -> str:
    return tile_path(tile.level, tile.index, len(tile.hashes) // 32)
