"""Counters: windows in event time, exactly once, bounded, the same however the stream is cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.rules.language import budgets, counters, distinct, labels
from rempart.rules.language.budgets import Budget
from rempart.rules.language.counters import Counter
from rempart.rules.language.distinct import EXACT, Distinct
from rempart.rules.language.labels import Labels

from .conftest import Trial, message, rule

Make = Callable[..., Trial]


def test_too_many_in_a_minute(trial: Make) -> None:
    tried = trial("count(by=account, over=minutes(1)) > 5")
    fast = [tried.fires(message(at=second)) for second in range(8)]
    assert fast == [False] * 5 + [True] * 3
    assert not tried.fires(message(at=8, account="another"))
    assert not tried.fires(message(at=200))


def test_a_condition_on_what_is_counted(trial: Make) -> None:
    tried = trial("count(by=target, over=minutes(5), where=score('insult') >= 0.5) >= 3")
    for second in range(10):
        assert not tried.fires(message(at=second), labels={"insult": 0.2})
    rude = [tried.fires(message(at=20 + n), labels={"insult": 0.9}) for n in range(3)]
    assert rude == [False, False, True]


def test_crossed_fires_once_per_key_and_window(trial: Make) -> None:
    tried = trial("crossed(3, by=target, over=minutes(10))")
    fired = [tried.fires(message(at=second, account=f"u{second}")) for second in range(20)]
    assert fired.index(True) == 2 and sum(fired) == 1
    later = [tried.fires(message(at=1_300 + second)) for second in range(5)]
    assert sum(later) == 1


def test_distinct_accounts(trial: Make) -> None:
    tried = trial("distinct(account, by=target, over=minutes(10)) >= 4")
    assert not any(tried.fires(message(at=n, account="one")) for n in range(30))
    found = [tried.fires(message(at=40 + n, account=f"u{n}")) for n in range(5)]
    assert found == [False, False, True, True, True]


@pytest.mark.parametrize("many", [20, 100, 300])
def test_distinct_is_nearly_right_when_there_are_many(many: int) -> None:
    counted = Distinct(600.0)
    found = 0
    for number in range(3 * many):
        found = counted.add("key", 1_000.0 + number % 60, f"value {number % many}")
    assert abs(found - many) <= max(0, 0.12 * many) if many > EXACT else found == many


def test_the_ratio_to_the_own_baseline(trial: Make) -> None:
    tried = trial("ratio(by=channel, over=minutes(5), baseline=hours(4)) > 10")
    calm = [tried.fires(message(at=120.0 * n)) for n in range(100)]
    assert not any(calm[10:])
    begin = 120.0 * 100
    assert any(tried.fires(message(at=begin + n)) for n in range(60))


def test_a_budget_refills(trial: Make) -> None:
    tried = trial("over_budget(by=account, size=3, every=minutes(1))")
    assert [tried.fires(message(at=n)) for n in range(5)] == [False, False, False, True, True]
    assert not tried.fires(message(at=40))


@given(st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from("abc")), min_size=1, max_size=200))
def test_a_count_is_never_less_than_the_window_minus_a_slot_nor_more_than_the_window(
    events: list[tuple[int, str]],
) -> None:
    over = 160.0
    counter = Counter(over)
    seen: list[tuple[int, str]] = []
    for at, key in sorted(events):
        found = counter.add(key, float(at))
        seen.append((at, key))
        within = sum(1 for when, k in seen if k == key and at - over < when <= at)
        surely = sum(1 for when, k in seen if k == key and at - over * 15 / 16 < when <= at)
        assert surely <= found <= within
        assert counter.peek(key, float(at)) == found


@given(st.lists(st.tuples(st.integers(0, 5_000), st.sampled_from("abcde")), max_size=120))
@settings(max_examples=50)
def test_dumped_and_loaded_anywhere_the_state_is_the_same(events: list[tuple[int, str]]) -> None:
    text = (
        rule("count(by=account, over=minutes(5)) > 3", name="count")
        + rule("distinct(account, by=channel, over=minutes(5)) > 2", name="distinct")
        + rule("crossed(2, by=account, over=minutes(2))", name="crossed")
        + rule("over_budget(by=account, size=2, every=minutes(3))", name="budget")
    )
    whole, cut = Trial(text), Trial(text)
    for number, (at, account) in enumerate(events):
        one = message(at=float(at), account=account)
        assert whole.run(one) == cut.run(one)
        if number % 7 == 3:
            blob = cut.state.dump()
            cut.state = cut.program.new_state()
            cut.state.load(blob)
            assert cut.state.dump() == blob
    assert whole.state.dump() == cut.state.dump()


def test_a_set_that_changes_keeps_the_counts_it_shares() -> None:
    first = Trial(rule("count(by=account, over=minutes(5)) > 3", name="old"))
    for second in range(4):
        first.run(message(at=second))
    more = rule("abuse > 0.9", name="new") + rule(
        "count(by=account, over=minutes(5)) > 4", name="kept"
    )
    second = Trial(more)
    second.state.load(first.state.dump())
    assert second.fires(message(at=5))


def test_late_and_far_future_messages_do_no_harm(trial: Make) -> None:
    tried = trial("count(by=account, over=minutes(1)) > 3")
    for second in range(3):
        tried.run(message(at=1_000 + second))
    assert not tried.fires(message(at=10))  # late: out of the window
    assert tried.fires(message(at=1_003))
    budget = Budget(1, 60.0)
    assert not budget.exceeded("k", 1e9)
    assert budget.exceeded("k", 5.0)


def test_an_endless_key_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (counters, distinct, budgets):
        monkeypatch.setattr(kind, "MOST_KEYS", 1_000)
    counter, values, budget = Counter(3_600.0), Distinct(3_600.0), Budget(2, 3_600.0)
    for number in range(5_000):
        counter.add(f"key {number}", 10.0 + number / 10)
        values.add(f"key {number}", 10.0 + number / 10, "x")
        budget.exceeded(f"key {number}", 10.0 + number / 10)
    assert len(counter) <= 1_000 and len(values) <= 1_000 and len(budget) <= 1_000
    assert counter.peek("key 4999", 510.0) == 1


def test_labels_without_end_are_bounded_and_those_of_people_go_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(labels, "MOST_LABELS", 1_000)
    held = Labels()
    held.set("person", "trusted", now=0.0, until=9_000.0, reason="Mo", by_hand=True)
    for number in range(5_000):
        end = 10_000.0 + number
        held.set(f"message {number}", "seen", now=0.0, until=end, reason="a rule")
    assert len(held) <= 1_000
    assert held.has("person", "trusted", 1.0) and held.has("message 4999", "seen", 1.0)


def test_keys_unused_for_a_window_are_swept() -> None:
    counter = Counter(60.0)
    for number in range(500):
        counter.add(f"key {number}", 10.0)
    counter.add("later", 10_000.0)
    assert len(counter) == 1
