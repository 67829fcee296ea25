"""Across channels: one message in each of many channels is one raid, a news link is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.detect.interface import Observation
from rempart.detect.raid.spread import SpreadOperator
from rempart.model import Account, Label, Message, RaidKind, RaidStage

BEGIN = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
NONE: frozenset[Label] = frozenset()


def said(number: int, account: str, channel: str, at: float, abuse: float) -> Observation:
    sent = BEGIN + timedelta(seconds=at)
    message = Message(f"m{number}", "twitch", channel, sent, Account(account), "go away all of you")
    return Observation(number, message, message.text, abuse, NONE)


def run(rows: list[Observation], step: int) -> tuple[list, list, bytes]:
    operator = SpreadOperator()
    state = operator.fresh("12345")
    touches, changes = [], []
    for start in range(0, len(rows), step):
        state, found = operator.step(state, rows[start : start + step])
        touches += found.touches
        changes += found.changes
        state = operator.load(operator.dump(state))
    return touches, changes, operator.dump(state)


def test_one_signature_in_many_channels_is_a_spread_raid() -> None:
    rows = [said(n, f"b{n % 20}", f"c{n}", 12.0 * n, 0.9) for n in range(40)]
    touches, changes, _ = run(rows, 7)
    raid = changes[-1].raid
    assert (raid.kind, raid.stage) == (RaidKind.SPREAD, RaidStage.ATTACK)
    assert {member.account for member in raid.members} == {f"b{n}" for n in range(20)}
    assert touches[0].position <= 8
    assert raid.detected_at is not None
    assert raid.detected_at - BEGIN <= timedelta(minutes=2)


def test_harmless_or_single_channel_or_single_author_is_none() -> None:
    for rows in (
        [said(n, f"b{n}", f"c{n}", 5.0 * n, 0.0) for n in range(40)],
        [said(n, f"b{n}", "c", 5.0 * n, 0.9) for n in range(40)],
        [said(n, "b", f"c{n}", 5.0 * n, 0.9) for n in range(40)],
        [said(n, f"b{n}", f"c{n}", 3600.0 * n, 0.9) for n in range(40)],
    ):
        assert run(rows, 10)[:2] == ([], [])


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 6), st.integers(-60, 900), st.booleans()),
        max_size=50,
    ),
    st.integers(1, 50),
)
def test_cutting_changes_nothing(acts: list[tuple[int, int, int, bool]], step: int) -> None:
    rows = []
    at = 0
    for number, (author, channel, gap, abusive) in enumerate(acts):
        at += gap
        rows.append(said(number, f"b{author}", f"c{channel}", at, 0.9 if abusive else 0.0))
    assert run(rows, step) == run(rows, 1)


def test_the_state_stays_small() -> None:
    operator = SpreadOperator()
    state = operator.fresh("1")
    rows = [said(n, "é" * 120 + str(n), "ö" * 250 + str(n), 0.1 * n, 0.9) for n in range(1000)]
    state, _ = operator.step(state, rows)
    assert len(operator.dump(state)) <= operator.max_state_bytes
