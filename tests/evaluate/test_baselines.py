"""Each of the four rules fires on what it is made for, and not one step below."""

from __future__ import annotations

from tests.evaluate.baselines import Baselines


def alarms(rules: Baselines) -> set[str]:
    return {name for name, found in rules.alarms.items() if found}


def test_one_account_over_the_rate_limit() -> None:
    rules = Baselines({"ann"})
    for number in range(20):
        rules.feed(number, number * 1.4, "ann", "hi", False)
    assert alarms(rules) == set()
    rules.feed(20, 28.0, "ann", "hi", False)
    assert alarms(rules) == {"rate"}


def test_ten_first_time_authors_in_ten_seconds() -> None:
    rules = Baselines({"old"})
    for number in range(9):
        rules.feed(number, float(number), f"new{number}", "hi", False)
    rules.feed(9, 9.0, "old", "hi", False)
    assert alarms(rules) == set()
    rules.feed(10, 9.5, "new10", "hi", False)
    assert alarms(rules) == {"joins"}


def test_the_same_text_by_five_authors() -> None:
    known = {f"a{number}" for number in range(6)}
    rules = Baselines(known)
    for number in range(8):
        rules.feed(number, float(number), f"a{number % 4}", "exactly this text", False)
    assert alarms(rules) == set()
    rules.feed(9, 9.0, "a5", "exactly this text", False)
    assert alarms(rules) == {"same"}


def test_five_newcomers_of_whom_three_are_flagged_are_named() -> None:
    rules = Baselines({"old"})
    for number in range(5):
        rules.feed(number, number * 5.0, f"new{number}", "hi", number < 2)
    rules.feed(5, 26.0, "old", "rude", True)
    assert alarms(rules) == set()
    rules.feed(6, 30.0, "new4", "rude", True)
    assert alarms(rules) == {"newcomers"}
    assert rules.named == {f"new{number}" for number in range(5)}


def test_alarms_close_together_are_one() -> None:
    rules = Baselines({"ann"})
    for number in range(100):
        rules.feed(number, number * 1.0, "ann", "hi", False)
    for number in range(100, 200):
        rules.feed(number, 2_000 + number * 1.0, "ann", "hi", False)
    assert len(rules.alarms["rate"]) == 2
