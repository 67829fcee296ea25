"""A moderator corrects the machine: who was not part of it, what are two raids, what is one."""

from __future__ import annotations

import json

import pytest
from tests.silence import held_without_case

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.measures.undo import undo_raid
from rempart.cases.raids.corrections import (
    combined,
    lift_member,
    merge_raids,
    pictures_of,
    put_member_back,
    split_raid,
)
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import CaseState, DecisionOutcome, Ground, MeasureState

AT = 1_772_400_000_000
NADIA = Decider("nadia", person=True)


def change(community, act, *arguments):
    with community.store.begin() as tables:
        return act(tables, *arguments, "nadia", AT)


def entries(community, name):
    with community.store.read() as tables:
        bodies = tables.log.bodies_between(0, tables.log.size())
        found = [json.loads(body) for _, row in bodies for body in row]
    return [value for _, kind, value in found if kind == name]


def active(community, raid):
    with community.store.read() as tables:
        rows = tables.stream.measures(raid=raid, active=True)
        return sorted(row.measure.id for row in rows)


@pytest.fixture
def raided(community):
    """Four bots wrote twice each; every account is held."""
    bots = ["b1", "b2", "b3", "b4"]
    for bot in bots:
        community.measure(f"m-hold-{bot}", raid="r-1", account=bot)
        for n in (1, 2):
            community.says(f"{bot}-{n}", "dehors", author=bot, raid="r-1")
    [case] = community.step(community.raid(members=bots, messages=8))
    return case


@pytest.fixture
def two_raids(community, raided):
    community.says("c1-1", "dehors aussi", author="c1", raid="r-2", seconds=30)
    cases = community.step(community.raid("r-2", members=["c1", "c2"], messages=3, begin=30))
    return raided, cases[0]


def test_lifting_a_member_out_frees_the_account_and_what_it_wrote(community, raided):
    undone = change(community, lift_member, "r-1", "b2")
    assert {measure.id for measure in undone} == {"m-hold-b2", "m-b2-1", "m-b2-2"}
    assert all(measure.state is MeasureState.UNDONE for measure in undone)
    with community.store.read() as tables:
        raid = tables.stream.raid("r-1").raid
        assert [member.account for member in raid.members] == ["b1", "b3", "b4"]
        assert len(tables.stream.measures(raid="r-1", active=True)) == 9
    [told] = entries(community, "correction")
    assert (told["what"], told["accounts"], told["by"]) == ("member-lifted", ["b2"], "nadia")
    assert change(community, lift_member, "r-1", "b2") == []
    assert len(entries(community, "correction")) == 1


def test_a_member_is_put_back_as_the_log_last_told_of_him(community, raided):
    change(community, lift_member, "r-1", "b2")
    change(community, put_member_back, "r-1", "b2")
    with community.store.read() as tables:
        members = tables.stream.raid("r-1").raid.members
        assert {member.account for member in members} == {"b1", "b2", "b3", "b4"}
        assert tables.stream.corrections() == []
    assert [told["what"] for told in entries(community, "correction")] == [
        "member-lifted",
        "member-put-back",
    ]


def test_a_stranger_cannot_be_lifted_out(community, raided):
    with pytest.raises(NotFoundError):
        change(community, lift_member, "r-1", "somebody")
    with pytest.raises(NotFoundError):
        change(community, lift_member, "r-none", "b1")


def test_splitting_gives_the_chosen_a_case_with_their_messages_and_measures(community, raided):
    part, case = change(community, split_raid, "r-1", ["b3", "b4"])
    assert [member.account for member in part.members] == ["b3", "b4"]
    with community.store.read() as tables:
        assert {row.author for row in tables.cases.messages(case.id)} == {"b3", "b4"}
        assert {row.author for row in tables.cases.messages(raided.id)} == {"b1", "b2"}
        assert len(tables.cases.measures(case.id)) == len(tables.cases.measures(raided.id)) == 6
        assert held_without_case(tables) == 0
        assert {row.id for row in map(tables.cases.get, (case.id, raided.id))} == {
            case.id,
            raided.id,
        }
    undone = change(community, undo_raid, part.id)
    assert {measure.account for measure in undone} == {"b3", "b4"}
    assert len(active(community, "r-1")) == 6


def test_somebody_must_stay_when_a_raid_is_split(community, raided):
    for chosen in ([], ["nobody"], ["b1", "b2", "b3", "b4"]):
        with pytest.raises(InputError):
            change(community, split_raid, "r-1", chosen)
    assert entries(community, "correction") == []


def test_merged_raids_are_one_case_that_one_decision_closes(community, two_raids):
    first, second = two_raids
    merged = change(community, merge_raids, "r-2", "r-1")
    assert merged.id == first.id
    assert merged.messages == 11
    with community.store.read() as tables:
        assert tables.cases.get(second.id).merged_into == first.id
        assert tables.cases.raids_of(first.id) == ["r-1", "r-2"]
        whole = combined(pictures_of(tables, first.id))
        assert len(whole.members) == 6
        assert {row.author for row in tables.cases.messages(first.id)} >= {"b1", "c1"}
        assert held_without_case(tables) == 0
    with community.store.begin() as tables:
        decide(tables, first.id, DecisionOutcome.LIFT, Ground.NONE, "Une fête.", NADIA, AT)
        assert [raid.id for raid in tables.stream.taught] == ["r-1", "r-2"]
    with community.store.read() as tables:
        assert sorted(tables.stream.lifted_raids()) == ["r-1", "r-2"]
    assert active(community, "r-1") == active(community, "r-2") == []


def test_a_merged_raid_that_goes_on_grows_the_case_it_joined(community, two_raids):
    first, second = two_raids
    change(community, merge_raids, "r-2", "r-1")
    community.says("c2-1", "dehors", author="c2", raid="r-2", seconds=40)
    grown = community.raid("r-2", members=["c1", "c2", "c3"], messages=5, begin=30)
    cases = community.step(grown, seconds=41)
    assert [case.id for case in cases] == [first.id]
    assert cases[0].messages == 13
    with community.store.read() as tables:
        assert tables.cases.get(second.id).state is CaseState.MERGED


def test_splitting_takes_a_merge_apart_again(community, two_raids):
    first, _ = two_raids
    change(community, merge_raids, "r-2", "r-1")
    part, case = change(community, split_raid, "r-2", ["c1"])
    with community.store.read() as tables:
        assert tables.cases.raids_of(case.id) == [part.id]
        assert {row.author for row in tables.cases.messages(case.id)} == {"c1"}
        assert "c1" not in {row.author for row in tables.cases.messages(first.id)}


def test_what_is_decided_or_one_already_is_not_put_together(community, two_raids):
    _, second = two_raids
    with pytest.raises(InputError):
        change(community, merge_raids, "r-1", "r-1")
    with community.store.begin() as tables:
        decide(tables, second.id, DecisionOutcome.UPHOLD, Ground.TERMS, "Règle 3.", NADIA, AT)
    with pytest.raises(ConflictError):
        change(community, merge_raids, "r-2", "r-1")
    with pytest.raises(ConflictError):
        change(community, split_raid, "r-2", ["c1"])
    assert change(community, lift_member, "r-2", "c1") != []
