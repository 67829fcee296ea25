"""A cohort comes back, and the community's rule over raids answers: in the pipeline, in any cut."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rules.language.test_raids import raid_rule

from rempart.engine.pipeline import Pipeline
from rempart.engine.raid_rules import RaidNote
from rempart.model import Campaign, Item, Measure, MeasureKind, Raid, ScopeKind
from rempart.rules import default_rules
from rempart.rules.language import Program
from rempart.rules.ruleset import RuleSet
from rempart.scenario import generate, load

RULES = raid_rule(
    "raid.returns and raid.stage == 'attack'",
    name="they-came-back",
    measures=[
        "suspend account for 30 days",
        "shield target for 1 hour",
        "label account back for 30 days",
    ],
) + raid_rule("raid.members >= 1", name="any-raid", state="shadow")


@pytest.fixture(scope="module")
def weeks() -> list[Item]:
    items = generate("campaign", load("campaign", 3)).items
    return items[: len(items) // 2]


def play(items: list[Item], cut: int) -> dict[str, list[Any]]:
    pipeline = Pipeline(rules=RuleSet(default_rules().rules, Program({"r.toml": RULES}, {})))
    state = pipeline.new_state()
    found: dict[str, list[Any]] = {"measures": [], "raids": [], "campaigns": [], "notes": []}
    for at in range(0, len(items), cut):
        state, result = pipeline.step(state, items[at : at + cut])
        found["measures"] += result.measures
        found["raids"] += [change.raid for change in result.raids]
        found["campaigns"] += [change.campaign for change in result.campaigns]
        found["notes"] += result.raid_notes
    assert state.rules is not None
    found["state"] = [state.rules.dump()]
    return found


def test_a_returning_cohort_is_suspended_and_its_target_shielded(weeks: list[Item]) -> None:
    found = play(weeks, 700)
    ours: list[Measure] = [one for one in found["measures"] if one.rule == "they-came-back"]
    campaigns: list[Campaign] = found["campaigns"]
    kinds = {(one.kind, one.scope.kind) for one in ours}
    assert (MeasureKind.SUSPEND, ScopeKind.ACCOUNT) in kinds
    assert (MeasureKind.SHIELD, ScopeKind.TARGET) in kinds or any(
        one.kind is MeasureKind.SHIELD for one in found["measures"]
    )
    tied = {raid: one for one in campaigns for raid in one.raids}
    raids: dict[str, Raid] = {one.id: one for one in found["raids"]}
    for measure in ours:
        assert measure.raid is not None and measure.raid in tied
        campaign = tied[measure.raid]
        assert campaign.raids.index(measure.raid) > 0, "the first raid of a campaign is no return"
        assert measure.from_at >= raids[measure.raid].begin
    suspended = {one.scope.ref for one in ours if one.kind is MeasureKind.SUSPEND}
    core = {m.account for one in found["raids"] for m in one.members if m.core}
    assert suspended and suspended <= core
    notes: list[RaidNote] = found["notes"]
    assert {note.rule for note in notes} == {"any-raid"}
    assert len(notes) == len({note.raid.id for note in notes}), "each raid once"


def test_how_the_stream_is_cut_changes_nothing(weeks: list[Item]) -> None:
    one, other = play(weeks, 113), play(weeks, 5_000)
    assert one["measures"] == other["measures"]
    assert one["state"] == other["state"]
    assert [(n.raid.id, n.rule, n.at) for n in one["notes"]] == [
        (n.raid.id, n.rule, n.at) for n in other["notes"]
    ]
