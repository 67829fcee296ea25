"""Raids, measures, minutes and states of the stream: what every implementation must do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.store.suite import AT, AT_MS, entries, row

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
)
from rempart.store.interface import Store
from rempart.store.interface.stream import MinuteRow


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


class RaidSuite:
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
