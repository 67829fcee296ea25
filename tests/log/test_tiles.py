"""Tiles say the same as the tree in memory, at every size and however the batches fall."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.log import trees

from rempart.errors import LogError
from rempart.log import merkle, tiles

HASHES = [trees.leaf_hash(b"%d" % i) for i in range(70_000)]


class TileStore:
    """What a store keeps: the newest version of each tile."""

    def __init__(self) -> None:
        self.edge = tiles.EMPTY_EDGE
        self.kept: dict[tuple[int, int], bytes] = {}

    def append(self, hashes: list[bytes]) -> None:
        self.edge, changed = tiles.extend(self.edge, b"".join(hashes))
        for tile in changed:
            before = self.kept.get((tile.level, tile.index), b"")
            assert tile.hashes.startswith(before), "a tile only ever grows"
            self.kept[tile.level, tile.index] = tile.hashes

    def read(self, level: int, index: int) -> bytes | None:
        return self.kept.get((level, index))


def store_of(size: int) -> TileStore:
    store = TileStore()
    store.append(HASHES[:size])
    return store


@settings(max_examples=40, deadline=None)
@given(batches=st.lists(st.integers(0, 700), max_size=6))
def test_batches_do_not_matter(batches: list[int]) -> None:
    store = TileStore()
    at = 0
    for batch in batches:
        store.append(HASHES[at : at + batch])
        at += batch
        assert tiles.root(store.edge) == merkle.tree_hash(HASHES[:at])
    assert store.kept == store_of(at).kept
    assert tiles.edge_of(at, store.read) == store.edge


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537])
def test_proofs_of_this_and_every_earlier_size(size: int) -> None:
    store = store_of(size)
    root = tiles.root(store.edge)
    assert root == merkle.tree_hash(HASHES[:size])
    earlier = {1, size // 3, size // 2, size - 1, size, 255, 256, 257} & set(range(1, size + 1))
    for old in earlier:
        old_root = tiles.root_at(old, store.read)
        assert old_root == merkle.tree_hash(HASHES[:old])
        proof = tiles.prove_consistency(old, size, store.read)
        merkle.verify_consistency(old, size, old_root, root, proof)
        for index in {0, old // 2, old - 1}:
            path = tiles.prove_inclusion(index, old, store.read)
            trees.verify_inclusion(HASHES[index], index, old, path, old_root)


def test_a_missing_tile_is_named() -> None:
    store = store_of(1000)
    del store.kept[0, 2]
    with pytest.raises(LogError, match="tile/0/002"):
        tiles.prove_inclusion(600, 1000, store.read)


@pytest.mark.parametrize(
    ("index", "text"), [(0, "000"), (67, "067"), (1234067, "x001/x234/067"), (1000, "x001/000")]
)
def test_paths_are_those_of_the_specification(index: int, text: str) -> None:
    assert tiles.encode_index(index) == text
    assert tiles.decode_index(text) == index
    assert tiles.tile_path(1, index, 17) == f"tile/1/{text}.p/17"


@pytest.mark.parametrize("text", ["", "1", "x000/001", "001/002", "x001", "-01", "x001/x02", "٠٠١"])
def test_any_other_spelling_of_a_path_is_refused(text: str) -> None:
    with pytest.raises(LogError):
        tiles.decode_index(text)


def test_entry_bundle_has_two_length_bytes_before_each_leaf() -> None:
    assert tiles.entry_bundle([b"ab", b"", b"c" * 300]) == b"\0\2ab\0\0\1\x2c" + b"c" * 300
