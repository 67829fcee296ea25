"""Breaker, budget and memory of answers, with a clock of the test's."""

from __future__ import annotations

from rempart.connect.opinion.interface import Answer
from rempart.connect.opinion.limits import Breaker, BreakerState, Budget, Remembered
from rempart.model import Label

ANSWER = Answer({Label.HATE: 0.9}, "m")


def test_five_failures_in_a_row_open_the_breaker_and_a_good_probe_closes_it() -> None:
    breaker = Breaker()
    assert [breaker.bad(0.0) for _ in range(4)] == [False] * 4
    assert breaker.good() is False
    assert [breaker.bad(1.0) for _ in range(5)] == [False] * 4 + [True]
    assert breaker.state is BreakerState.OPEN
    assert not breaker.allows(30.9)
    assert breaker.allows(31.0)
    assert not breaker.allows(31.0), "one probe at a time"
    assert breaker.good() is True
    assert breaker.allows(31.0)
    assert breaker.opened == 1


def test_every_failed_probe_doubles_the_rest_up_to_ten_minutes() -> None:
    breaker = Breaker(failures=1)
    now = 0.0
    assert breaker.bad(now)
    rests = []
    for _ in range(7):
        start = now
        while not breaker.allows(now):
            now += 1
        rests.append(now - start)
        assert breaker.bad(now) is False
    assert rests == [30, 60, 120, 240, 480, 600, 600]
    assert breaker.opened == 1
    now += 600
    assert breaker.allows(now)
    breaker.good()
    assert breaker.bad(now)
    assert breaker.allows(now + 30), "after a good answer the rest begins small again"


def test_a_budget_is_refilled_evenly_and_never_saved_up() -> None:
    budget = Budget(60, 0.0)
    assert budget.take(100, 0.0) == 60
    assert budget.take(1, 0.5) == 0
    assert budget.take(5, 2.0) == 2
    assert budget.take(1_000, 10_000.0) == 60
    assert budget.take(1, 9_000.0) == 0, "a clock that jumps back gives nothing"


def test_answers_are_remembered_for_a_while_and_not_too_many() -> None:
    known = Remembered(most=2, seconds=10)
    known.put("a", ANSWER, 0.0)
    assert known.get("a", 10.0) == ANSWER
    assert known.get("b", 0.0) is None
    assert known.get("a", 10.1) is None
    for text in "abc":
        known.put(text, ANSWER, 20.0)
    assert [known.get(text, 20.0) is not None for text in "abc"] == [False, True, True]


def test_no_text_is_in_the_memory() -> None:
    known = Remembered()
    known.put("a very secret text", ANSWER, 0.0)
    assert "secret" not in repr(vars(known))
