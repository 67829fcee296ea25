"""What every implementation of the store must do; `test_sqlite.py` runs it for SQLite.

An implementation subclasses `StoreSuite` in a `test_*.py` and gives the fixture `store`; `reopen`
gives the same data in a new object.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rempart.errors import NotFoundError, StoreError
from rempart.log.commit import SealedEntry, new_salts, seal, seal_messages
from rempart.log.merkle import EMPTY_ROOT, leaf_hashes, tree_hash
from rempart.log.tiles import root_at
from rempart.model import (
    Measure,
    MeasureKind,
    MeasureState,
    Member,
    Raid,
    RaidKind,
    RaidStage,
    Scope,
    ScopeKind,
    message_key,
)
from rempart.store.interface import Store
from rempart.store.interface.facts import MATCHES_KEPT_MS, FactMatchRow, FactRow, TargetSessionRow
from rempart.store.interface.stream import EventRow, MessageRow, MinuteRow
from rempart.store.interface.versions import VersionKind, VersionState

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


def raid(id: str = "r-1", **changes: Any) -> Raid:
    fields: dict[str, Any] = {
        "id": id,
        "platform": "twitch",
        "channel": "lea",
        "target": "lea",
        "stage": RaidStage.ATTACK,
        "kind": RaidKind.BOT_RAID,
        "begin": AT,
        "end": AT + timedelta(seconds=30),
        "members": (Member("u1"), Member("u2", core=False)),
        "messages": 12,
        "confidence": 0.97,
        **changes,
    }
    return Raid(**fields)


def measure(id: str, **changes: Any) -> Measure:
    fields: dict[str, Any] = {
        "id": id,
        "kind": MeasureKind.HOLD,
        "scope": Scope(ScopeKind.ACCOUNT, "twitch", "lea", "u1"),
        "from_at": AT,
        "until": AT + timedelta(minutes=10),
        "rule": "shield-on-raid",
        "raid": "r-1",
        **changes,
    }
    return Measure(**fields)


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

    # -- raids -------------------------------------------------------------------------------

    def test_a_raid_grows_and_stays_lifted(self, store: Store) -> None:
        grown = raid(messages=40, end=AT + timedelta(seconds=90))
        with store.begin() as tables:
            tables.stream.put_raid(raid(stage=RaidStage.SUSPECT), 3, 1)
            tables.stream.put_raid(raid(), 7, 2)
            tables.stream.lift_raid("r-1", 5)
            tables.stream.put_raid(grown, None, 6)
            tables.stream.put_raid(raid("r-2", channel="else", begin=AT + timedelta(hours=1)), 9, 6)
        with store.read() as tables:
            stored = tables.stream.raid("r-1")
            assert stored == (grown, 7, 6, 5)
            assert tables.stream.raid_entries("r-1") == [3, 7]
            assert tables.stream.lifted_raids() == ["r-1"]
            assert [one.raid.id for one in tables.stream.raids()] == ["r-2", "r-1"]
            assert [one.raid.id for one in tables.stream.raids(within=["lea"])] == ["r-1"]
            later = int((AT + timedelta(hours=1)).timestamp() * 1000)
            assert [one.raid.id for one in tables.stream.raids(channel="lea", since_ms=later)] == []

    def test_earlier_messages_join_the_raid(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_messages(
                [
                    row(0, author="u1", sent_at_ms=AT_MS - 60_000),
                    row(1, author="u1"),
                    row(2, author="u9"),
                    row(3, author="u2", raid="r-0"),
                    row(4, author="u2"),
                    row(5, author="u2", channel="else"),
                ]
            )
            joined = tables.stream.join_raid(
                "r-1", "twitch", "lea", ["u1", "u2"], from_ms=AT_MS, until_ms=AT_MS + 30_000
            )
            assert [one.seq for one in joined] == [1, 4]
            assert [one.raid for one in joined] == ["r-1", "r-1"]
        with store.read() as tables:
            assert tables.stream.raid_sequences("r-1") == [1, 4]
            assert [one.seq for one in tables.stream.latest_of_raid("r-1", limit=1)] == [4]

    # -- measures and deliveries -------------------------------------------------------------

    def test_measures_are_found_by_what_they_belong_to(self, store: Store) -> None:
        hold = measure("m-3", raid=None, message="m7", account="u1", until=None)
        with store.begin() as tables:
            tables.stream.add_measures([measure("m-1"), measure("m-2"), hold], [1, 2, 3])
            tables.stream.add_measures([measure("m-1", rule="again")], [9])
            tables.stream.bind_measures(["m-3"], "c-1")
        with store.read() as tables:
            stream = tables.stream
            assert ids(stream.measures()) == ["m-3", "m-2", "m-1"]
            assert ids(stream.measures(raid="r-1")) == ["m-2", "m-1"]
            assert ids(stream.measures(case="c-1", active=True)) == ["m-3"]
            assert ids(stream.measures(ids=["m-1", "nope"])) == ["m-1"]
            assert stream.measures(ids=[]) == []
            assert ids(stream.measures_on("twitch", "lea", message="m7")) == ["m-3"]
            assert len(stream.measures_on("twitch", "lea", account="u1")) == 3
            first = stream.measure("m-1")
            assert first is not None
            assert (first.measure.rule, first.seq) == ("shield-on-raid", 1)

    def test_a_measure_ends_once(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_measures([measure("m-1"), measure("m-2")], [1, 2])
            end_ms = AT_MS + 600_000
            assert tables.stream.due_measures(end_ms - 1) == []
            assert ids(tables.stream.due_measures(end_ms)) == ["m-1", "m-2"]
            ended = tables.stream.end_measures(
                ["m-1"], MeasureState.UNDONE, seq=5, at_ms=50, by="p-1"
            )
            assert ids(ended) == ["m-1"]
            assert [one.id for one in tables.stream.undone] == ["m-1"]
            again = tables.stream.end_measures(
                ["m-1", "m-2"], MeasureState.EXPIRED, seq=6, at_ms=60, by="lease"
            )
            assert ids(again) == ["m-2"]
            assert [one.id for one in tables.stream.undone] == ["m-1"]
        with store.read() as tables:
            one = tables.stream.measure("m-1")
            assert one is not None
            assert one.measure.state is MeasureState.UNDONE
            assert (one.ended_ms, one.ended_by, one.ended_seq) == (50, "p-1", 5)

    def test_what_was_told_is_taken_back_and_what_was_not_is_dropped(self, store: Store) -> None:
        with store.begin() as tables:
            stream = tables.stream
            stream.add_measures([measure("m-1"), measure("m-2"), measure("m-3")], [1, 2, 3])
            stream.queue_deliveries(["m-1", "m-2", "m-3"], "bot", "apply", 10)
            stream.queue_deliveries(["m-1"], "bot", "apply", 99)
            assert len(stream.due_deliveries(10, connector="bot")) == 3
            assert stream.due_deliveries(10, connector="other") == []
            assert stream.due_deliveries(10, without=["bot"]) == []
            assert len(stream.due_deliveries(10, without=["other"])) == 3
            done, tried, waiting = stream.due_deliveries(10)
            stream.settle_delivery(done.id, state="done", detail="204", at_ms=11)
            stream.settle_delivery(
                tried.id, state="pending", detail="timeout", at_ms=11, next_at_ms=500
            )
            assert stream.due_deliveries(499) == [waiting]
            stream.end_measures(
                ["m-1", "m-2", "m-3"], MeasureState.UNDONE, seq=9, at_ms=20, by="p-1"
            )
            left = stream.deliveries(["m-1", "m-2", "m-3"])
            assert [(one.measure, one.operation, one.state) for one in left] == [
                ("m-1", "apply", "done"),
                ("m-2", "apply", "failed"),
                ("m-1", "undo", "pending"),
                ("m-2", "undo", "pending"),
            ]
            assert [one.measure for one in stream.due_deliveries(20)] == ["m-1", "m-2"]

    # -- numbers, states, facts --------------------------------------------------------------

    def test_minutes_and_channels_add_up(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_minutes(
                [
                    MinuteRow("twitch", "a", 60_000, 5, 1, 2, 1, 4),
                    MinuteRow("x", "b", 60_000, *[1] * 5),
                ]
            )
            tables.stream.add_minutes([MinuteRow("twitch", "a", 60_000, 5, 1, 2, 1, 1)])
            tables.stream.add_minutes([MinuteRow("twitch", "a", 120_000, *[2] * 5)])
        with store.read() as tables:
            stream = tables.stream
            assert stream.minutes(0, 120_000, platform="twitch", channel="a") == [
                MinuteRow("twitch", "a", 60_000, 10, 2, 4, 2, 5)
            ]
            assert [one.messages for one in stream.minutes(0, 1 << 40)] == [11, 2]
            assert [one.messages for one in stream.minutes(0, 1 << 40, within=["b"])] == [1]

    def test_platforms_are_told_once_each(self, store: Store) -> None:
        with store.begin() as tables:
            assert tables.stream.platforms() == []
            places = [("twitch", "a"), ("forum", "a"), ("twitch", "b"), ("", "x"), ("zulip", "a")]
            seq = tables.log.append(entries(len(places)))
            tables.stream.add_messages(
                [
                    row(seq + n, platform=platform, channel=channel)
                    for n, (platform, channel) in enumerate(places)
                ]
            )
            assert tables.stream.platforms() == ["", "forum", "twitch", "zulip"]

    def test_channels_count_what_they_saw(self, store: Store) -> None:
        with store.begin() as tables:
            tables.stream.add_messages([row(0), row(1, verdict="hold"), row(2, abuse=700)])
            tables.stream.add_messages([row(3, channel="b", sent_at_ms=AT_MS + 9_000_000)])
        with store.read() as tables:
            second, first = tables.stream.channels()
            assert (second.channel, second.messages) == ("b", 1)
            assert (first.messages, first.held, first.flagged) == (3, 1, 2)
            assert (first.first_ms, first.last_ms) == (AT_MS, AT_MS + 2000)

    def test_states_are_one_snapshot(self, store: Store) -> None:
        with store.begin() as tables:
            assert tables.stream.states() == (0, [])
            tables.stream.put_states([("a", b"1"), ("b", b"2")], 10)
            tables.stream.put_states([("b", b"3"), ("c", b"4")], 20)
            tables.stream.drop_states(["a"])
        with store.read() as tables:
            assert tables.stream.states() == (20, [("b", b"3"), ("c", b"4")])
            assert tables.stream.snapshot_seq() == 20
            assert tables.stream.state("b") == b"3"
            assert tables.stream.state("a") is None
        with store.begin() as tables:
            tables.stream.put_states([("b/1", b"5"), ("b%/2", b"6")], 30)
            tables.stream.drop_states_under("b/")
            assert [key for key, _ in tables.stream.states()[1]] == ["b", "b%/2", "c"]
        with store.begin() as tables:
            tables.stream.drop_states()
            assert tables.stream.states() == (0, [])

    def test_facts(self, store: Store) -> None:
        with store.begin() as tables:
            assert tables.stream.fact("key") is None
            tables.stream.put_fact("key", "one", 1)
            tables.stream.put_fact("key", "two", 2)
            assert tables.stream.fact("key") == "two"


def ids(rows: list[Any]) -> list[str]:
    return [one.measure.id for one in rows]


class VersionSuite:
    """Versions of rules and of what was learned: never changed, one of a kind live."""

    def add(self, store: Store, kind: VersionKind, id: str, at_ms: int = AT_MS) -> bool:
        with store.begin() as tables:
            seq = tables.log.append(entries(1, at_ms - AT_MS))
            return tables.versions.add(
                kind,
                id,
                f"body of {id}".encode(),
                author="ana",
                reason="tried out",
                at_ms=at_ms,
                figures="{}",
                seq=seq,
            )

    def move(self, store: Store, kind: VersionKind, id: str, state: VersionState) -> None:
        with store.begin() as tables:
            tables.versions.move(kind, id, state, by="ben", reason="", at_ms=AT_MS, seq=0)

    def test_one_of_a_kind_is_live(self, store: Store) -> None:
        rules, words = VersionKind.RULES, VersionKind.WORDS
        for number, (kind, id) in enumerate([(rules, "a"), (rules, "b"), (words, "a")]):
            assert self.add(store, kind, id, AT_MS + number)
        assert not self.add(store, rules, "a", AT_MS + 9)
        self.move(store, rules, "a", VersionState.LIVE)
        self.move(store, words, "a", VersionState.LIVE)
        self.move(store, rules, "b", VersionState.LIVE)
        with store.read() as tables:
            live = tables.versions.live(rules)
            assert live is not None and (live.id, live.moved_by) == ("b", "ben")
            other = tables.versions.live(words)
            assert other is not None and other.id == "a"
            assert [row.id for row in tables.versions.latest(rules)] == ["b", "a"]
            assert [one.state for one in tables.versions.moves(rules, "a")] == [
                VersionState.PROPOSED,
                VersionState.LIVE,
                VersionState.REPLACED,
            ]
            assert tables.versions.body(rules, "a") == b"body of a"
            assert tables.versions.body(rules, "c") is None
        self.move(store, rules, "b", VersionState.REVERTED)
        with store.read() as tables:
            assert tables.versions.live(rules) is None
        self.add(store, rules, "c", AT_MS + 20)
        self.move(store, rules, "c", VersionState.LIVE)
        with store.read() as tables:
            assert tables.versions.get(rules, "c").parent is None  # type: ignore[union-attr]

    def test_what_is_not_there_cannot_go_live(self, store: Store) -> None:
        with pytest.raises(NotFoundError):
            self.move(store, VersionKind.RULES, "x", VersionState.LIVE)

    def test_a_failed_transaction_changes_nothing(self, store: Store) -> None:
        self.add(store, VersionKind.RULES, "a")
        with pytest.raises(RuntimeError), store.begin() as tables:
            tables.versions.move(
                VersionKind.RULES, "a", VersionState.LIVE, by="x", reason="", at_ms=0, seq=0
            )
            assert tables.versions.changed == {VersionKind.RULES}
            raise RuntimeError
        with store.begin() as tables:
            assert not tables.versions.changed
            assert tables.versions.live(VersionKind.RULES) is None

    # -- protected facts ---------------------------------------------------------------------

    def test_facts_are_kept_by_target_and_dropped_with_their_matches(self, store: Store) -> None:
        with store.begin() as tables:
            assert not tables.facts.changed
            tables.facts.put_fact(FactRow("f-1", "lea", b"sealed one", AT_MS))
            tables.facts.put_fact(FactRow("f-2", "twitch/sam", b"sealed two", AT_MS + 1))
            assert tables.facts.changed
            tables.facts.add_matches([FactMatchRow("lea", 7, "f-1", AT_MS)])
            tables.facts.add_matches([FactMatchRow("lea", 7, "f-1", AT_MS + 5)])
            tables.facts.add_matches([FactMatchRow("lea", 9, "", AT_MS)])
        with store.read() as tables:
            assert [row.id for row in tables.facts.facts()] == ["f-1", "f-2"]
            assert [row.id for row in tables.facts.facts("lea")] == ["f-1"]
            assert tables.facts.matches("lea") == [
                FactMatchRow("lea", 9, "", AT_MS),
                FactMatchRow("lea", 7, "f-1", AT_MS),
            ]
        with store.begin() as tables:
            assert not tables.facts.changed
            assert tables.facts.drop_facts(["f-1", "f-none"]) == 1
            assert tables.facts.changed
        with store.read() as tables:
            assert [row.id for row in tables.facts.facts()] == ["f-2"]
            assert [row.seq for row in tables.facts.matches("lea")] == [9]

    def test_what_was_kept_from_a_target_is_forgotten_after_three_months(
        self, store: Store
    ) -> None:
        with store.begin() as tables:
            tables.facts.add_matches([FactMatchRow("lea", 1, "", AT_MS)])
            tables.facts.add_matches([FactMatchRow("lea", 2, "", AT_MS + MATCHES_KEPT_MS)])
        with store.read() as tables:
            assert [row.seq for row in tables.facts.matches("lea")] == [2, 1]
        with store.begin() as tables:
            tables.facts.add_matches([FactMatchRow("sam", 3, "", AT_MS + MATCHES_KEPT_MS + 1)])
        with store.read() as tables:
            assert [row.seq for row in tables.facts.matches("lea")] == [2]

    def test_an_invitation_is_used_once_and_in_time(self, store: Store) -> None:
        with store.begin() as tables:
            assert tables.facts.use_invitation(b"one", AT_MS + 10, AT_MS)
            assert not tables.facts.use_invitation(b"one", AT_MS + 10, AT_MS)
            assert not tables.facts.use_invitation(b"late", AT_MS, AT_MS)

    def test_a_targets_sessions_end_alone_or_together(self, store: Store) -> None:
        with store.begin() as tables:
            for name in (b"a", b"b", b"c"):
                tables.facts.put_session(TargetSessionRow(name, "lea", AT_MS, AT_MS))
            tables.facts.touch_session(b"a", AT_MS + 9)
            assert tables.facts.end_sessions("lea", b"b") == 1
        with store.read() as tables:
            assert tables.facts.session(b"a") == TargetSessionRow(b"a", "lea", AT_MS, AT_MS + 9)
            assert tables.facts.session(b"b") is None
            assert len(tables.facts.sessions("lea")) == 2
        with store.begin() as tables:
            assert tables.facts.end_sessions("lea") == 2
