"""Who gets a reply on a line where each reply costs money."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rempart.protect.replies import (
    Action,
    Arrival,
    Decision,
    LineClock,
    Rank,
    Reason,
    ReplyBook,
    ReplyLimits,
    level,
)
from rempart.store.interface.replies import DAY_MS, Sender, Spent

PRICE = 160_000
LIMITS = ReplyLimits(cap_hour=120_000_000, cap_day=600_000_000)


def book(
    limits: ReplyLimits = LIMITS, clock_ms: int = 0, spent: Spent | None = None, **senders: Sender
) -> ReplyBook:
    return ReplyBook(limits, clock_ms, spent or Spent(), senders, {})


def arrival(sender: str = "a", pattern: int = 0, **more: bool) -> Arrival:
    return Arrival(sender, pattern, PRICE, **more)


def one(on: ReplyBook, message: Arrival) -> Decision:
    return on.decide_all([message])[0]


def test_a_stranger_is_answered_and_pays_into_the_account() -> None:
    line = book()
    assert one(line, arrival())[:3] == (Action.ANSWER, Reason.ANSWERED, Rank.OWN_WORDS)
    assert line.spent == Spent(PRICE, PRICE, PRICE)


def test_one_number_gets_one_reply_a_day() -> None:
    line = book()
    first, second = line.decide_all([arrival(), arrival()])
    assert (first.action, second.reason) == (Action.ANSWER, Reason.SENDER_BUDGET)
    line.clock_ms = DAY_MS
    assert one(line, arrival())[:3] == (Action.ANSWER, Reason.ANSWERED, Rank.KNOWN)


def test_who_attacks_gets_no_reply_from_then_on() -> None:
    line = book()
    first = one(line, arrival(attack=True))
    assert (first.action, first.reason, first.stops) == (Action.SILENT, Reason.ATTACK, True)
    assert one(line, arrival()).reason is Reason.STOPPED
    assert line.spent.hour == 0


def test_whom_a_person_put_back_is_answered_even_when_the_machine_says_attack() -> None:
    line = book(a=Sender(released=True))
    assert one(line, arrival(attack=True)).action is Action.ANSWER


def test_a_held_message_is_not_answered_but_the_next_one_may_be() -> None:
    line = book()
    assert one(line, arrival(held=True)).reason is Reason.HELD
    assert one(line, arrival()).action is Action.ANSWER


def test_who_is_only_suspected_waits() -> None:
    line = book()
    assert one(line, arrival(suspect=True, held=True))[:2] == (Action.WAIT, Reason.SUSPECT)
    assert one(line, arrival()).reason is Reason.IN_QUEUE


def test_when_money_is_short_the_most_genuine_come_first() -> None:
    """Room for two: the one put back and the known one, though they wrote last."""
    limits = ReplyLimits(cap_hour=2 * PRICE, cap_day=100 * PRICE, pace=1.0)
    line = book(limits, known=Sender(answered=1, window_ms=-DAY_MS), back=Sender(released=True))
    found = line.decide_all([arrival("new"), arrival("known"), arrival("back")])
    assert [decision.action for decision in found] == [Action.WAIT, Action.ANSWER, Action.ANSWER]
    assert found[0].reason is Reason.CAP


def test_what_many_write_is_nobodys_own_words() -> None:
    line = book(spent=Spent(hour=61_000_000))
    found = line.decide_all([arrival(f"n{number}", pattern=7) for number in range(8)])
    assert found[0].rank is Rank.SHARED_WORDS, "the batch is looked at as a whole"
    assert {decision.reason for decision in found} == {Reason.CAP}
    assert one(line, arrival("own", pattern=8)).action is Action.ANSWER


def test_one_text_gets_so_many_replies_in_an_hour() -> None:
    limits = ReplyLimits(LIMITS.cap_hour, LIMITS.cap_day, per_pattern=3, pace=1.0)
    found = book(limits).decide_all([arrival(f"n{number}", pattern=7) for number in range(8)])
    assert [decision.reason for decision in found] == [Reason.ANSWERED] * 3 + [Reason.PATTERN] * 5


def test_a_minute_of_strangers_leaves_the_line_open() -> None:
    line = book()
    found = line.decide_all([arrival(f"n{number}") for number in range(20_000)])
    assert sum(decision.action is Action.ANSWER for decision in found) == 150
    later = book(spent=Spent(line.spent.hour, line.spent.day, 0))
    assert one(later, arrival("after it")).action is Action.ANSWER


def test_who_waits_is_answered_when_there_is_room_and_not_when_stopped_meanwhile() -> None:
    line = book(a=Sender(waits=True), b=Sender(waits=True, stopped=True))
    assert line.decide_waiting(arrival("a"), Rank.OWN_WORDS).action is Action.ANSWER
    assert line.decide_waiting(arrival("b"), Rank.OWN_WORDS).reason is Reason.STOPPED


def test_who_waits_never_takes_what_those_need_who_write_now() -> None:
    spent = Spent(hour=LIMITS.cap_hour * 8 // 10)
    assert book(spent=spent).decide_waiting(arrival(), Rank.OWN_WORDS).reason is Reason.CAP
    assert one(book(spent=spent), arrival()).action is Action.ANSWER


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 4), st.integers(1, 900_000), st.booleans()),
        max_size=200,
    ),
    st.integers(0, 3_000_000),
    st.integers(0, 5_000_000),
)
def test_no_cap_is_ever_passed(
    messages: list[tuple[int, int, int, bool]], cap_hour: int, cap_day: int
) -> None:
    line = book(ReplyLimits(cap_hour, cap_day, per_sender=3), n1=Sender(released=True))
    arrivals = [
        Arrival(f"n{sender}", pattern, cost, attack=attack)
        for sender, pattern, cost, attack in messages
    ]
    found = line.decide_all(arrivals)
    for message, decision in zip(arrivals, found, strict=True):
        if decision.action is Action.WAIT:
            line.decide_waiting(message, decision.rank)
    assert line.spent.hour <= cap_hour
    assert line.spent.day <= cap_day


def test_levels() -> None:
    assert [level(spent, 100, 10) for spent in (0, 49, 50, 79, 80, 90, 91)] == [
        0, 0, 50, 50, 80, 80, 100,
    ]  # fmt: skip


def test_no_jump_of_the_wall_clock_and_no_restart_opens_a_cap() -> None:
    seconds = [1_000.0]
    clock = LineClock(5_000, lambda: seconds[0])
    seconds[0] += 2
    assert clock.now_ms() == 7_000
    again = LineClock(clock.now_ms(), lambda: seconds[0] + 172_800)
    assert again.now_ms() == 7_000, "the days between two runs do not count"
    seconds[0] -= 50
    assert clock.now_ms() == 5_000, "and a clock that runs back gives nothing"
