"""Conditions: fields, logic with unknown values, patterns, lists."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.model import Media, RaidStage
from rempart.rules import RaidTouch
from rempart.rules.language.expression import MESSAGES, Mistake, check
from rempart.rules.language.parts import Parts
from rempart.rules.language.types import Type
from rempart.rules.language.vocabulary import FIELDS, Field

from .conftest import Trial, message, rule

Make = Callable[..., Trial]


def test_a_new_account_with_a_link(trial: Make) -> None:
    tried = trial("account.age < days(2) and len(message.links) > 0")
    assert tried.fires(message(age_days=1, links=("https://a.example",)))
    assert not tried.fires(message(age_days=3, links=("https://a.example",)))
    assert not tried.fires(message(age_days=1))


def test_an_unknown_age_is_unknown_and_what_that_means_is_declared(trial: Make) -> None:
    when = "account.age < days(2) and len(message.links) > 0"
    linked = message(links=("https://a.example",))
    skipped = trial(when).run(linked)
    assert skipped.effects == [] and skipped.unknown == ["tried"]
    held = trial(when, unknown="hold").run(linked)
    assert [effect.kind.value for effect in held.effects] == ["hold", "alarm"]
    alarmed = trial(when, unknown="alarm").run(linked)
    assert [effect.kind.value for effect in alarmed.effects] == ["alarm"]
    # false and unknown is false, whatever the unknown would have been
    assert trial(when, unknown="hold").run(message()).effects == []


def test_known_and_default_ask_about_what_was_not_told(trial: Make) -> None:
    assert trial("not known(account.age)").fires(message())
    assert not trial("not known(account.age)").fires(message(age_days=1))
    tried = trial("default(account.age, days(0.5)) < days(1)")
    assert tried.fires(message()) and not tried.fires(message(age_days=4))


def test_a_failed_detector_makes_its_scores_unknown(trial: Make) -> None:
    tried = trial("score('hate') >= 0.5", unknown="hold")
    assert tried.fires("x", labels={"hate": 0.7})
    assert not tried.fires("x", labels={"hate": 0.2})
    assert tried.run("x", failed=("text",)).unknown == ["tried"]


def test_texts_patterns_and_lists(trial: Make) -> None:
    assert trial("contains(message.fold, 'free followers')").fires("Get FREE followers now")
    assert trial("starts_with(message.text, '!')").fires("!drop")
    assert trial("matches(message.fold, 'foll?owers')").fires("some folowers")
    assert trial("matches(account.name, '^hoss[0-9]+')").fires(message(name="hoss00312"))
    assert not trial("matches(account.name, '^hoss[0-9]+')").fires(message(name="lea"))
    lists = {"ads": ["free followers", "viewbot"], "other": ["never"]}
    listed = trial("in_list(message.fold, 'ads')", lists)
    assert listed.fires("get free   followers!".replace("   ", " "))
    assert not listed.fires("carefree followership")
    assert not trial("in_list(message.fold, 'other')", lists).fires("viewbot")
    assert trial("capitals(message.text) > 0.8").fires("STOP IT now".replace("now", "NOW"))


def test_a_hostile_pattern_is_linear(trial: Make) -> None:
    """FAULTS row 10: `re` takes seconds on 27 characters, here 50,000 are nothing."""
    assert not trial("matches(message.text, '(a+)+$')").fires("a" * 50_000 + "!")


def test_membership_of_roles_and_choices(trial: Make) -> None:
    tried = trial("not ('moderator' in account.roles) and message.kind in ('chat', 'comment')")
    assert tried.fires(message()) and not tried.fires(message(roles=("moderator",)))
    assert not tried.fires(message(kind="direct"))


def test_raids_are_seen(trial: Make) -> None:
    tried = trial("raid.stage in ('suspect', 'attack') and raid.member")
    touch = RaidTouch("r-1", RaidStage.ATTACK, True, ())
    assert tried.fires("x", raid=touch)
    assert not tried.fires("x", raid=touch._replace(member=False)) and not tried.fires("x")


def test_rules_of_one_kind_see_only_it(trial: Make) -> None:
    tried = trial("count(by=channel, over=hours(1)) >= 2", kinds=["sms"])
    assert not tried.fires(message(kind="chat", at=1))
    assert not tried.fires(message(kind="sms", at=2))
    assert tried.fires(message(kind="sms", at=3))


KLEENE = {True: "account.id == 'u1'", False: "account.id == 'u2'", None: "account.age < days(1)"}


def _and(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def _or(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


@pytest.mark.parametrize("values", list(product([True, False, None], repeat=3)))
@pytest.mark.parametrize("word", ["and", "or"])
def test_logic_is_kleenes(word: str, values: tuple[bool | None, ...], trial: Make) -> None:
    expected = (_and if word == "and" else _or)(*values)
    when = f" {word} ".join(f"({KLEENE[value]})" for value in values)
    tried = trial(when).run(message())
    assert (bool(tried.effects), tried.unknown == ["tried"]) == (expected is True, expected is None)
    negated = trial(f"not ({when})").run(message())
    assert bool(negated.effects) is (expected is False)


@given(st.text(max_size=60))
def test_no_text_makes_the_checker_fail(text: str) -> None:
    found = check(text, MESSAGES, Parts(frozenset({"ads"})))
    assert isinstance(found, Mistake) or found.type is Type.BOOL


@given(
    st.recursive(
        st.sampled_from(["account.age", "abuse", "days(1)", "1", "'x'", "message.text", "True"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["<", "==", "and", "or", "+", "/", "in"]), inner).map(
                lambda parts: f"({' '.join(parts)})"
            ),
            inner.map(lambda part: f"(not {part})"),
        ),
        max_leaves=8,
    )
)
def test_what_is_accepted_runs_without_an_error(when: str) -> None:
    """The types hold: no accepted condition raises on a message."""
    checked = check(when, MESSAGES, Parts())
    if not isinstance(checked, Mistake):
        tried = Trial(rule(when))
        for one in (message(), message(age_days=2), message("", age_days=0)):
            assert tried.run(one).errors == []


def test_a_rule_that_fails_does_not_disturb_the_others(
    trial: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Field(Type.NUMBER, "len(m.no_such_field)", False, "raises")
    monkeypatch.setitem(FIELDS, "message.broken", broken)
    text = rule("message.broken > 0", name="broken") + rule("abuse >= 0.5", name="works")
    both = Trial(text)
    fired = both.run("x", labels={"hate": 0.9})
    assert {name for name, _ in fired.errors} >= {"broken"}
    assert both.state.errors["broken"] == 1
    assert any(effect.kind.value == "alarm" for effect in fired.effects)


def test_a_counter_that_fails_fails_only_the_rules_that_ask_it() -> None:
    def product_of(parts: list[str]) -> str:  # in pairs, so that it is not nested deeply
        middle = len(parts) // 2
        return (
            f"({product_of(parts[:middle])} * {product_of(parts[middle:])})" if middle else parts[0]
        )

    huge = product_of(["message.media", *["1000000000000000"] * 319])
    fails = rule(f"count(by={huge}, over=minutes(1)) > 0", name="fails")
    tried = Trial(fails + rule("count(by=account, over=minutes(1)) > 0", name="counts"))
    found = tried.run(message("hello"))
    assert [effect.rule for effect in found.effects] == ["fails", "counts"]
    media = (Media("m1"),)
    found = tried.run(message("hello", media=media))
    assert [name for name, _ in found.errors] == ["fails"]
    assert "digits" in found.errors[0][1]
    assert [effect.rule for effect in found.effects if effect.lease_seconds == 86_400] == ["counts"]


def test_shadow_and_canary(trial: Make) -> None:
    when = "contains(message.text, 'x')"
    assert trial(when, state="shadow").run("x").shadow == ["tried"]
    assert trial(when, state="off").run("x").shadow == []
    canary = trial(when, state="canary 20 %")
    bitten = [canary.fires(message("x", account=f"a{number}")) for number in range(1_000)]
    assert 150 < sum(bitten) < 250
    again = [canary.fires(message("x", account=f"a{number}")) for number in range(1_000)]
    assert bitten == again


def test_labels_bear_their_end_and_a_persons_word_stands_above(trial: Make) -> None:
    text = rule(
        "contains(message.text, 'ad')", name="marks", measures=["label account spammer for 1 hour"]
    ) + rule("labelled(account, 'spammer')", name="holds")
    tried = Trial(text)
    assert not tried.fires(message("ad", at=0))
    assert tried.fires(message("later", at=60))
    assert not tried.fires(message("after", at=3_700))
    thing = "account\x1ftwitch\x1fu1"
    now = message(at=4_000).sent_at.timestamp()
    set_by_hand: dict[str, Any] = {"now": now, "until": now + 9_000, "reason": "a moderator"}
    tried.state.labels.set(thing, "spammer", **set_by_hand, by_hand=True, on=False)
    assert not tried.fires(message("ad", at=4_001)) and not tried.fires(message("x", at=4_002))
