"""The built-in rules, read as what happens to a message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rempart.model import (
    Account,
    Label,
    MeasureKind,
    Message,
    Raid,
    RaidKind,
    RaidStage,
    ScopeKind,
)
from rempart.rules import Facts, RaidTouch, RuleSet, default_rules

AT = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
MESSAGE = Message("m1", "twitch", "lea", AT, Account("u1"), text="…")


def facts(
    labels: dict[str, float] | None = None,
    touch: RaidTouch | None = None,
    failed: tuple[str, ...] = (),
) -> Facts:
    labels = labels or {}
    return Facts(MESSAGE, (), labels, max(labels.values(), default=0.0), touch, failed)


def effects(rules: RuleSet, given: Facts) -> set[tuple[str, MeasureKind, ScopeKind]]:
    return {(effect.rule, effect.kind, effect.scope) for effect in rules.on_message(given)}


def test_an_insult_is_held_and_nothing_more() -> None:
    assert effects(default_rules(), facts({"insult": 0.5})) == {
        ("hold-abuse", MeasureKind.HOLD, ScopeKind.MESSAGE)
    }


@pytest.mark.parametrize("label", ["bad_link", "spam"])
def test_a_bad_link_and_advertising_are_held_and_nothing_more(label: str) -> None:
    assert effects(default_rules(), facts({label: 0.5})) == {
        ("hold-unwanted", MeasureKind.HOLD, ScopeKind.MESSAGE)
    }


@pytest.mark.parametrize(
    "label",
    [Label.INSULT, Label.HATE, Label.THREAT, Label.PERSONAL_DATA, Label.BAD_LINK, Label.SPAM],
)
def test_below_the_threshold_nothing_happens(label: Label) -> None:
    assert effects(default_rules(), facts({label.value: 0.4999})) == set()


def test_a_threat_goes_first_and_calls_a_person() -> None:
    found = default_rules().on_message(facts({"threat": 0.8}))
    assert max(effect.priority for effect in found) == 100
    assert MeasureKind.ALARM in {effect.kind for effect in found}


def test_a_message_of_a_raid_is_held_longer_for_members_than_for_the_crowd() -> None:
    rules = default_rules()
    core = rules.on_message(facts(touch=RaidTouch("r-1", RaidStage.ATTACK, True, ())))
    crowd = rules.on_message(facts(touch=RaidTouch("r-1", RaidStage.ATTACK, False, ())))
    suspect = rules.on_message(facts(touch=RaidTouch("r-1", RaidStage.SUSPECT, True, ())))
    assert core[0].lease_seconds == 7 * 24 * 3600
    assert crowd[0].lease_seconds == suspect[0].lease_seconds == 5 * 60


def test_what_is_coordinated_and_harmless_is_never_punished() -> None:
    notice = RaidTouch("r-1", RaidStage.NOTICE, True, ())
    assert effects(default_rules(), facts(touch=notice)) == set()


@pytest.mark.parametrize("stage", [RaidStage.NOTICE, RaidStage.SUSPECT])
def test_only_an_attack_shields_the_target(stage: RaidStage) -> None:
    raid = Raid("r-1", "twitch", "lea", "lea", stage, RaidKind.BOT_RAID, AT, AT)
    assert default_rules().on_raid(raid) == []


def test_an_attack_shields_and_holds_members() -> None:
    raid = Raid("r-1", "twitch", "lea", "lea", RaidStage.ATTACK, RaidKind.BOT_RAID, AT, AT)
    assert {effect.kind for effect in default_rules().on_raid(raid)} == {
        MeasureKind.SHIELD,
        MeasureKind.HOLD,
    }


def test_a_slow_attack_holds_its_members_and_slows_nobody_down() -> None:
    raid = Raid("r-1", "twitch", "lea", "lea", RaidStage.ATTACK, RaidKind.SLOW, AT, AT)
    (effect,) = default_rules().on_raid(raid)
    assert (effect.kind, effect.scope) == (MeasureKind.HOLD, ScopeKind.ACCOUNT)


def test_what_a_detector_could_not_examine_is_held_not_waved_through() -> None:
    assert ("hold-on-failure", MeasureKind.HOLD, ScopeKind.MESSAGE) in effects(
        default_rules(), facts(failed=("text",))
    )


def test_every_rule_explains_itself_in_both_languages() -> None:
    for rule in default_rules().rules:
        for text in (rule.description, rule.reason):
            assert set(text) == {"fr", "en"}
            assert all(len(sentence) > 20 for sentence in text.values())


def test_the_hash_of_a_rule_set_changes_with_its_rules() -> None:
    rules = default_rules()
    assert rules.hash == default_rules().hash
    assert RuleSet(rules.rules[:-1]).hash != rules.hash
