"""Rules over whole raids: what they may ask, what they call for, and their tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.rules.language.conftest import rule

from rempart.detect.text.fold import fold
from rempart.model import Campaign, CampaignMember, Member, Raid, RaidKind, RaidStage
from rempart.rules.language import Program, RuleProblemsError
from rempart.rules.language.raids import GoingRaids, Past, RaidFacts, past_of
from rempart.rules.language.trial import run_tests

NIGHT = datetime(2026, 3, 9, 21, 0, tzinfo=UTC)
RETURN = (
    rule(
        "raid.returns and raid.stage == 'attack'",
        name="they-came-back",
        measures=["suspend account for 30 days", "shield target for 1 hour"],
    ).replace("[[rule]]\n", '[[rule]]\non = "raid"\n')
    + """
[[rule.test]]
name = "the same people again"
raid = { returns = true, members = 30 }
expect = ["suspend account", "shield target"]

[[rule.test]]
name = "a first raid"
raid = { members = 30 }
expect = []
"""
)


def raid_rule(when: str, **more: Any) -> str:
    more.setdefault("measures", ["alarm channel for 1 hour"])
    return rule(when, **more).replace("[[rule]]\n", '[[rule]]\non = "raid"\n')


def raid(**more: Any) -> Raid:
    fields: dict[str, Any] = {
        "id": "r-2",
        "platform": "twitch",
        "channel": "lea",
        "target": "lea",
        "stage": RaidStage.ATTACK,
        "kind": RaidKind.BOT_RAID,
        "begin": NIGHT,
        "end": NIGHT + timedelta(minutes=2),
        "members": (Member("a"), Member("b"), Member("c", core=False)),
        "messages": 12,
        "confidence": 0.98,
    }
    return Raid(**(fields | more))


def problems(text: str) -> list[str]:
    with pytest.raises(RuleProblemsError) as refused:
        Program({"rules.toml": text}, {})
    return [f"{one.what} / {one.hint}" for one in refused.value.problems]


def test_the_tests_beside_a_raid_rule_are_run() -> None:
    results = run_tests(Program({"rules.toml": RETURN}, {}), fold)
    assert [one.passed for one in results] == [True, True], results


@pytest.mark.parametrize(
    ("when", "fires"),
    [
        ("raid.kind in ('bot_raid', 'link_raid')", True),
        ("raid.core == 2 and raid.members == 3", True),
        ("raid.confidence > 0.99", False),
        ("raid.length >= minutes(2)", True),
        ("raid.messages / raid.members > 3", True),
        ("starts_with(target.name, 'l') and channel.platform == 'twitch'", True),
        ("raid.earlier > 0 or raid.returning > 0", False),
        ("labelled(target, 'guest')", False),
        ("hour == 21", True),
    ],
)
def test_conditions_over_a_raid(when: str, fires: bool) -> None:
    program = Program({"rules.toml": raid_rule(when)}, {})
    facts = RaidFacts(raid(), Past(), NIGHT.timestamp())
    assert bool(program.run_raid(facts, program.new_state()).effects) is fires


def test_labels_go_to_every_core_member_and_not_to_the_crowd() -> None:
    text = raid_rule(
        "raid.stage == 'attack'", name="mark", measures=["label account raider for 7 days"]
    )
    program = Program({"rules.toml": text}, {})
    state, now = program.new_state(), NIGHT.timestamp()
    program.run_raid(RaidFacts(raid(), Past(), now), state)
    held = [state.labels.has(f"account\x1ftwitch\x1f{one}", "raider", now) for one in "abc"]
    assert held == [True, True, False]


def test_on_trial_nothing_bites_and_a_canary_bites_some_targets() -> None:
    facts = [RaidFacts(raid(target=f"t{n}"), Past(), NIGHT.timestamp()) for n in range(400)]
    trial = Program({"rules.toml": raid_rule("raid.members > 1", state="shadow")}, {})
    fired = trial.run_raid(facts[0], trial.new_state())
    assert fired.shadow == ["tried"] and not fired.effects
    canary = Program({"rules.toml": raid_rule("raid.members > 1", state="canary 30 %")}, {})
    bitten = sum(bool(canary.run_raid(one, canary.new_state()).effects) for one in facts)
    assert 80 < bitten < 160


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (raid_rule("count(by=target, over=days(1)) > 1"), "`count` looks at messages"),
        (raid_rule("abuse > 0.5"), "there is no field `abuse`"),
        (raid_rule("raid.kind == 'botraid'"), "never 'botraid'"),
        (raid_rule("raid.stage == 'none'"), "never 'none'"),
        (
            raid_rule("raid.members > 1", measures=["hide message for 1 day"]),
            "a raid is no message",
        ),
        (raid_rule("raid.members > 1", unknown="hold"), "`unknown` is never 'hold'"),
        (rule("raid.returns"), "there is no field `raid.returns`"),
        (RETURN.replace("raid = { members = 30 }", "message = { text = 'x' }"), "has `raid ="),
        (RETURN.replace("[[rule.test]]", "[[rule.test]]\nbefore = [{}]", 1), "looked at alone"),
    ],
)
def test_what_has_no_place_in_a_raid_rule_is_refused(text: str, told: str) -> None:
    assert any(told in one for one in problems(text)), problems(text)


def campaign(*raids: str, **more: Any) -> Campaign:
    begin = more.pop("begin", NIGHT - timedelta(days=7))
    members = (CampaignMember("a", "twitch", first_at=begin), CampaignMember("z", "twitch"))
    return Campaign("c-1", "lea", begin, NIGHT, NIGHT, raids=raids, members=members, **more)


def test_a_raid_returns_when_its_campaign_began_before_it() -> None:
    assert past_of(raid(), campaign("r-1", "r-2")) == Past("c-1", 1, 1)
    assert past_of(raid(), campaign("r-2")) == Past("c-1")
    same_evening = campaign("r-1", "r-2", begin=NIGHT - timedelta(minutes=10))
    assert past_of(raid(), same_evening) == Past("c-1"), "two raids of one evening are no return"


def test_what_is_known_of_raids_survives_a_restart() -> None:
    going, now = GoingRaids(), NIGHT.timestamp()
    assert going.take(raid(), now).past == Past()
    (told,) = going.learn(campaign("r-1", "r-2"), now)
    assert told.past.earlier == 1
    assert going.learn(campaign("r-1", "r-2"), now) == [], "said once"
    assert going.note("r-2", "x") and not going.note("r-2", "x")
    again = GoingRaids()
    again.restore(going.picture())
    assert again.picture() == going.picture()
    assert again.take(raid(messages=40), now).past.earlier == 1
    again.take(raid(id="r-9", end=NIGHT + timedelta(days=1)), now + 86_400)
    assert list(again.pictures) == ["r-9"], "a raid that ended is forgotten"
