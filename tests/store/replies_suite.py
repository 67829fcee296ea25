"""What every implementation of the tables of paid lines must do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rempart.errors import StoreError
from rempart.model import Measure, MeasureKind, MeasureState, Scope, ScopeKind
from rempart.store.interface import Store
from rempart.store.interface.replies import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    LineRow,
    Pattern,
    ReplyRow,
    Sender,
    Spent,
)


def reply(sid: str, **changes: Any) -> ReplyRow:
    plain = ReplyRow(
        id=0,
        line="help",
        sid=sid,
        seq=1,
        sender="+33639981234",
        state="waiting",
        reason="cap",
        rank=2,
        pattern=7,
        cost=160_000,
        text="Bonjour",
        at_ms=1_000,
        clock_ms=10,
    )
    return plain._replace(**changes)


class ReplySuite:
    def test_what_was_spent_is_counted_by_windows_of_the_lines_clock(self, store: Store) -> None:
        with store.begin() as tables:
            tables.replies.spend("help", 0, 5, 1)
            tables.replies.spend("help", 30_000, 5, 1)
            tables.replies.spend("help", HOUR_MS, 7, 1)
            tables.replies.spend("other", HOUR_MS, 99, 1)
        with store.read() as tables:
            assert tables.replies.spent("help", HOUR_MS) == Spent(17, 17, 7)
            assert tables.replies.spent("help", HOUR_MS + MINUTE_MS) == Spent(7, 17, 7)
            assert tables.replies.spent("help", DAY_MS + MINUTE_MS) == Spent(0, 7, 0)

    def test_a_message_is_decided_about_once(self, store: Store) -> None:
        with store.begin() as tables:
            tables.replies.add([reply("SM1"), reply("SM1", line="other")])
        with pytest.raises(StoreError), store.begin() as tables:
            tables.replies.add([reply("SM2"), reply("SM1")])
        with store.read() as tables:
            assert list(tables.replies.of_sids("help", ["SM1", "SM2"])) == ["SM1"]

    def test_who_waits_comes_by_rank_and_age(self, store: Store) -> None:
        with store.begin() as tables:
            tables.replies.add(
                [
                    reply("old", at_ms=1),
                    reply("known", rank=1, at_ms=5),
                    reply("new", at_ms=9),
                    reply("silent", state="silent"),
                ]
            )
        with store.begin() as tables:
            assert [row.sid for row in tables.replies.waiting("help", 9)] == ["known", "old", "new"]
            row = tables.replies.waiting("help", 1)[0]
            tables.replies.settle(row._replace(state="sending", next_ms=50))
            assert tables.replies.due("help", 49, 9) == []
            assert [one.sid for one in tables.replies.due("help", 50, 9)] == ["known"]
            left = tables.replies.drop_waiting("help", [row.sender], "attack")
            assert sorted(one.sid for one in left) == ["new", "old"]
            assert tables.replies.counts("help", 0) == {
                ("sending", "cap"): 1,
                ("silent", "attack"): 2,
                ("silent", "cap"): 1,
            }

    def test_senders_patterns_and_the_line_are_remembered(self, store: Store) -> None:
        sender = Sender(3, 1, 10, 1, released=True, waits=True)
        with store.begin() as tables:
            tables.replies.put_senders("help", {"a": sender}, 5)
            tables.replies.put_patterns("help", {7: Pattern(HOUR_MS, 2, 1), 8: Pattern(0)}, HOUR_MS)
            tables.replies.put_line(LineRow("help", 9, 50, 0, 160_000))
        with store.read() as tables:
            assert tables.replies.senders("help", ["a", "b"]) == {"a": sender}
            assert tables.replies.patterns("help", [7, 8]) == {7: Pattern(HOUR_MS, 2, 1)}
            assert tables.replies.line("help") == LineRow("help", 9, 50, 0, 160_000)
            assert tables.replies.line("none") == LineRow("none", 0, 0, 0, 0)

    def test_reply_stops_are_seen_on_numbers_and_on_the_whole_line(self, store: Store) -> None:
        def stop(id: str, kind: ScopeKind, ref: str) -> Measure:
            at = datetime(2026, 3, 1, tzinfo=UTC)
            scope = Scope(kind, "sms", "+331", ref)
            return Measure(id, MeasureKind.REPLY_STOP, scope, at, None, "stop", account="+332")

        with store.begin() as tables:
            tables.stream.add_measures([stop("m-1", ScopeKind.ACCOUNT, "+332")], [1])
        with store.begin() as tables:
            assert tables.replies.stops("sms", "+331", ["+332", "+333"]) == {"+332": "active"}
            assert not tables.replies.channel_stopped("sms", "+331")
            tables.stream.end_measures(["m-1"], MeasureState.UNDONE, seq=2, at_ms=1, by="p-1")
            assert tables.replies.stops("sms", "+331", ["+332"]) == {"+332": "undone"}
            tables.stream.add_measures([stop("m-2", ScopeKind.CHANNEL, "+331")], [3])
            assert tables.replies.channel_stopped("sms", "+331")
            assert not tables.replies.channel_stopped("sms", "+334")
