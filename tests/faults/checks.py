"""What must hold of a data folder after any fault: nothing acknowledged is missing, the log is
contiguous, its tiles and bodies fit, its root is the one its leaves have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.faults.traffic import key

from rempart.engine.embedded.items import logged_item
from rempart.engine.start import check_tail
from rempart.log.commit import open_leaf
from rempart.log.merkle import leaf_hashes, tree_hash
from rempart.store.interface import Tables


def check_log(tables: Tables, *, bodies: bool = True) -> None:
    size = tables.log.size()
    leaves = tables.log.leaves(0, size + 1)
    assert len(leaves) == size, "the log is not contiguous"
    assert tree_hash(leaf_hashes(leaves)) == tables.log.root(), "the root is not that of the leaves"
    check_tail(tables)
    if bodies:
        opened = tables.log.bodies_between(0, size)
        assert [seq for seq, _ in opened] == list(range(size)), "bodies are missing"
        for seq, found in opened:
            open_leaf(leaves[seq], found)


def check_acknowledged(tables: Tables, acknowledged: Mapping[int, int]) -> None:
    """Every acknowledged message (number → sequence) is there, where it was said to be."""
    known = tables.stream.known([key(number) for number in acknowledged])
    missing = [number for number in acknowledged if key(number) not in known]
    assert not missing, f"{len(missing)} acknowledged messages are missing: {missing[:5]}"
    moved = [n for n, seq in acknowledged.items() if known[key(n)].seq != seq]
    assert not moved, f"acknowledged messages have another place: {moved[:5]}"


def check_rows_and_entries(tables: Tables, numbers: Iterable[int]) -> None:
    """Each message has exactly one entry, and its row points to it."""
    entries: dict[bytes, int] = {}
    for seq, bodies in tables.log.bodies_between(0, tables.log.size()):
        found = logged_item(bodies)
        if found is not None and found.name == "message":
            assert found.raw not in entries, "one message has two entries"
            entries[found.raw] = seq
    rows = tables.stream.known([key(number) for number in numbers])
    assert sorted(row.seq for row in rows.values()) == sorted(entries.values())
