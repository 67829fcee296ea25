"""What every implementation of the store must do; `test_sqlite.py` runs it for SQLite.

An implementation subclasses `StoreSuite` in a `test_*.py` and gives the fixture `store`; `reopen`
gives the same data in a new object.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rempart.errors import StoreError
from rempart.log.commit import SealedEntry, new_salts, seal, seal_messages
from rempart.log.merkle import EMPTY_ROOT, leaf_hashes, tree_hash
from rempart.log.tiles import root_at
from rempart.model import (
    message_key,
)
from rempart.store.interface import Store
from rempart.store.interface.stream import EventRow, MessageRow

AT = datetime(2026, 3, 1, 20, tzinfo=UTC)
AT_MS = int(AT.timestamp() * 1000)


def entries(count: int, first: int = 0) -> list[SealedEntry]:
    raws = [b'{"id":"m%d"}' % number for number in range(first, first + count)]
    return seal_messages(b'{"v":1,"item":', raws, [None] * count, new_salts(count))


def row(seq: int, **changes: Any) -> MessageRow:
    plain = MessageRow(
        seq=seq,
        key=message_key("twitch", f"m{seq}"),
        id=f"m{seq}",
        platform="twitch",
        channel="lea",
        target="lea",
        author="u1",
        author_name="One",
        kind="chat",
        sent_at_ms=AT_MS + seq * 1000,
        received_at_ms=AT_MS,
        verdict="allow",
        abuse=0,
        raid=None,
        outcome=None,
    )
    return plain._replace(**changes)


class StoreSuite:
    # -- transactions ------------------------------------------------------------------------

    def test_nothing_of_a_failed_transaction_is_there(self, store: Store) -> None:
        with store.begin() as tables:
            tables.log.append(entries(300))
            root, size = tables.log.root(), tables.log.size()
        with pytest.raises(ZeroDivisionError), store.begin() as tables:
            tables.log.append(entries(300, 300))
            tables.stream.add_messages([row(300, channel="new")])
            tables.stream.lift_raid("r-1", 1)
            raise ZeroDivisionError
        with store.begin() as tables:
            assert (tables.log.size(), tables.log.root()) == (size, root)
            assert tables.stream.lifted == []
            assert tables.stream.channels() == []
            first = tables.log.append(entries(1))
            tables.stream.add_messages([row(first, channel="new")])
            assert first == 300
        with store.read() as tables:
            assert [channel.channel for channel in tables.stream.channels()] == ["new"]
            assert tables.log.root() == tree_hash(leaf_hashes(tables.log.leaves(0, 301)))

    def test_a_part_fails_alone(self, store: Store) -> None:
        with store.begin() as tables:
            tables.log.append(entries(3))
            tables.announce("case", {"id": "c-1"})
            with pytest.raises(ZeroDivisionError), tables.part():
                tables.log.append(entries(5, 3))
                tables.stream.count({"lost": 1})
                raise ZeroDivisionError
            with tables.part():
                tables.stream.count({"kept": 1})
            assert tables.log.append(entries(1, 3)) == 3
        with store.read() as tables:
            assert tables.log.size() == 4
            assert tables.stream.counters() == {"kept": 1}
            assert tables.log.root() == tree_hash(leaf_hashes(tables.log.leaves(0, 4)))

    def test_readers_see_one_moment(self, store: Store) -> None:
        with store.begin() as tables:
            tables.log.append(entries(2))
        with store.read() as moment:
            assert moment.log.size() == 2
            with store.begin() as tables:
                tables.log.append(entries(2, 2))
            assert len(moment.log.leaves(0, 10)) == 2
        with store.read() as moment:
            assert moment.log.size() == 4

    def test_reading_cannot_write(self, store: Store) -> None:
        with pytest.raises(StoreError), store.read() as tables:
            tables.stream.count({"x": 1})

    def test_what_was_committed_is_there_after_reopening(
        self, store: Store, reopen: Callable[[], Store]
    ) -> None:
        with store.begin() as tables:
            tables.log.append(entries(700))
            tables.stream.add_messages([row(seq) for seq in range(700)])
            root = tables.log.root()
        store.close()
        with reopen().begin() as tables:
            assert tables.log.root() == root
            tables.log.append(entries(100, 700))
            leaves = tables.log.leaves(0, 800)
            assert tables.log.root() == tree_hash(leaf_hashes(leaves))
            assert len(tables.stream.latest(limit=1_000)) == 700

    # -- log ---------------------------------------------------------------------------------

    def test_the_empty_log(self, store: Store) -> None:
        with store.read() as tables:
            assert (tables.log.size(), tables.log.root()) == (0, EMPTY_ROOT)
            assert tables.log.last_checkpoint() is None
            assert tables.log.tile(0, 0) is None

    @pytest.mark.parametrize("cuts", [[1] * 9, [255, 1, 1], [256, 256], [700, 3, 600], [65_800, 5]])
    def test_however_it_is_appended_root_and_tiles_are_those_of_the_leaves(
        self, store: Store, cuts: list[int]
    ) -> None:
        sizes = []
        for count in cuts:
            with store.begin() as tables:
                first = tables.log.append(entries(count, sizes[-1] if sizes else 0))
                assert first == (sizes[-1] if sizes else 0)
                sizes.append(tables.log.size())
        with store.read() as tables:
            hashes = leaf_hashes(tables.log.leaves(0, sizes[-1]))
            for size in sizes:
                assert root_at(size, tables.log.tile) == tree_hash(hashes[:size])
            assert tables.log.tile(0, 0) == b"".join(hashes[:256])
            assert tables.log.tile(0, sizes[-1] // 256 + 1) is None

    def test_bodies_can_be_erased_and_the_log_stays(self, store: Store) -> None:
        report = seal(
            "report", {"v": 1, "id": "n-1"}, ("contact", {"v": 1, "email": "a@b.example"})
        )
        with store.begin() as tables:
            tables.log.append([*entries(2), report, *entries(1, 2)])
            root = tables.log.root()
            assert tables.log.bodies(2) == report.bodies
        with store.begin() as tables:
            assert tables.log.erase([2, 0]) == 2
        with store.read() as tables:
            assert tables.log.bodies(2) == ()
            assert [seq for seq, _ in tables.log.bodies_between(0, 9)] == [1, 3]
            assert tables.log.root() == root

    def test_checkpoints(self, store: Store) -> None:
        with store.begin() as tables:
            tables.log.put_checkpoint(10, "ten", 1)
            tables.log.put_checkpoint(20, "twenty", 2)
        with store.read() as tables:
            assert tables.log.last_checkpoint() == (20, "twenty", 2)

    # -- messages ----------------------------------------------------------------------------

    def test_a_row_comes_back_as_it_was(self, store: Store) -> None:
        rich = row(
            1,
            target="anna",
            others=("ben", "caro"),
            author_name=None,
            verdict="hide",
            abuse=912,
            raid="r-1",
            outcome=b'{"id":"m1"}',
        )
        with store.begin() as tables:
            tables.stream.add_messages([row(0), rich])
        with store.read() as tables:
            assert tables.stream.message(rich.key) == rich
            assert tables.stream.messages([1, 0, 77]) == [row(0), rich]
            assert tables.stream.message(b"?" * 16) is None

    def test_known_keys_in_one_question(self, store: Store) -> None:
        rows = [row(seq, outcome=b"{}" if seq % 2 else None) for seq in range(50)]
        with store.begin() as tables:
            tables.stream.add_messages(rows)
            asked = [one.key for one in rows[10:20]] + [b"x" * 16]
            known = tables.stream.known(asked)
            assert {key: (one.seq, one.outcome) for key, one in known.items()} == {
                one.key: (one.seq, one.outcome) for one in rows[10:20]
            }
            assert tables.stream.known([]) == {}

    def test_a_known_key_cannot_be_added_again(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_messages([row(0)])
        with pytest.raises(StoreError), store.begin() as tables:
            tables.stream.add_messages([row(1, key=row(0).key)])
        with store.read() as tables:
            assert tables.stream.channels()[0].messages == 1

    def test_events_have_keys_of_their_own(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_events([EventRow(0, b"k" * 16, "twitch", "lea", "join", AT_MS, "u1")])
            assert tables.stream.known([b"k" * 16]) == {}
            assert tables.stream.known_events([b"k" * 16])[b"k" * 16].seq == 0

    def test_the_latest_of_a_channel_page_by_page(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_messages(
                [
                    row(seq, channel=f"c{seq % 3}", target=f"c{seq % 3}", abuse=600 * (seq % 2))
                    for seq in range(60)
                ]
            )
        with store.read() as tables:
            stream = tables.stream
            first = stream.latest("twitch", "c1", limit=5)
            assert [one.seq for one in first] == [58, 55, 52, 49, 46]
            second = stream.latest("twitch", "c1", before=first[-1].seq, limit=5)
            assert [one.seq for one in second] == [43, 40, 37, 34, 31]
            assert [one.seq for one in stream.latest(limit=3)] == [59, 58, 57]
            assert [one.seq for one in stream.latest(limit=2, within=["c0"])] == [57, 54]
            assert [one.seq for one in stream.latest(limit=2, flagged=True)] == [59, 57]
            assert stream.latest(within=[]) == []
            assert stream.latest("twitch", "unknown") == []

    def test_the_latest_of_an_author_inside_a_channel(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_messages(
                [
                    row(seq, author=f"u{seq % 4}", channel=f"c{seq % 2}", verdict=verdict)
                    for seq, verdict in enumerate(["allow", "hold", "allow", "allow"] * 10)
                ]
            )
        with store.read() as tables:
            found = tables.stream.latest_by_author("twitch", "c1", "u1", limit=3)
            assert [one.seq for one in found] == [37, 33, 29]
            found = tables.stream.latest_by_author("twitch", "c1", "u3", before=31)
            assert [one.seq for one in found] == [27, 23, 19, 15, 11, 7, 3]
            assert tables.stream.latest_by_author("twitch", "c0", "u1") == []

    def test_conflicts_are_counted_on_the_row(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_messages([row(0)])
            tables.stream.add_conflict(row(0).key, 5)
            tables.stream.add_conflict(row(0).key, 9)
        with store.read() as tables:
            assert tables.stream.conflicts(row(0).key) == [5, 9]
            assert tables.stream.messages([0])[0].conflicts == 2
