"""Tests that stand beside rules: they hold, they fail, they are miswritten."""

from __future__ import annotations

import pytest

from rempart.detect.text.fold import fold
from rempart.rules.language import Program, RuleProblemsError
from rempart.rules.language.trial import run_tests

from .conftest import rule

TOO_FAST = rule(
    "count(by=account, over=minutes(1)) > 2",
    measures=["mute account for 10 minutes", "label account fast for 1 day"],
    state="off",
)


def outcomes(text: str) -> list[tuple[bool, tuple[str, ...]]]:
    return [(one.passed, one.found) for one in run_tests(Program({"house.toml": text}, {}), fold)]


def test_a_test_sees_what_came_before_it_even_of_a_rule_that_is_off() -> None:
    text = TOO_FAST + (
        "[[rule.test]]\n"
        "before = [{ at = 0 }, { at = 1 }]\n"
        "message = { at = 2 }\n"
        'expect = ["mute account", "label account"]\n'
        "[[rule.test]]\n"
        "before = [{ at = 0 }, { at = 1, account = 'another' }]\n"
        "message = { at = 2 }\n"
        "expect = []\n"
    )
    assert outcomes(text) == [(True, ("label account", "mute account")), (True, ())]


def test_a_test_that_does_not_hold_says_what_was_found() -> None:
    text = TOO_FAST + '[[rule.test]]\nmessage = { at = 2 }\nexpect = ["mute account"]\n'
    (one,) = run_tests(Program({"house.toml": text}, {}), fold)
    assert (one.passed, one.expected, one.found) == (False, ("mute account",), ())
    assert one.line == 8


def test_every_test_is_alone() -> None:
    one = "[[rule.test]]\nmessage = { at = 2 }\nexpect = []\n"
    assert outcomes(TOO_FAST + one * 5) == [(True, ())] * 5


def test_the_fold_is_what_rules_look_at() -> None:
    text = rule("contains(message.fold, 'viewbot')")
    text += "[[rule.test]]\nmessage = { text = 'VIEWB\u03bft' }\nexpect = ['hold message']\n"
    assert outcomes(text) == [(True, ("hold message",))]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("{ tetx = 'x' }", "did you mean `text`?"),
        ("{ account_age = 'old' }", "not a length of time"),
        ("{ kind = 'shout' }", "Invalid enum value"),
        ("{ at = 1e300 }", "a test's message is wrong"),
        ("{ at = inf }", "a test's message is wrong"),
        ("{ account_age = '99999999999 days' }", "a test's message is wrong"),
        ("{ media = 2000000000 }", "media"),
    ],
)
def test_a_miswritten_test_is_told_with_its_line(message: str, told: str) -> None:
    text = TOO_FAST + f"[[rule.test]]\nmessage = {message}\nexpect = []\n"
    with pytest.raises(RuleProblemsError) as caught:
        outcomes(text)
    assert str(caught.value.problems[0]).startswith("house.toml:8:")
    assert told in str(caught.value)
