"""What is held gets a case: one per raid, one per message outside a raid, none for the rest."""

from __future__ import annotations

from tests.silence import held_without_case

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.reading import read_messages
from rempart.log.commit import strict_json
from rempart.model import CaseKind, CaseState, DecisionOutcome, Ground, MeasureKind, RaidStage
from rempart.store.interface.cases import URGENT, CaseQuery

MODERATOR = Decider("moderator", person=True)


def cases_of(community, **query):
    with community.store.read() as tables:
        return tables.cases.page(CaseQuery(**query)).cases


def test_a_friendly_evening_opens_no_case_and_writes_nothing(community):
    community.says("m1")
    community.says("m2")
    assert community.step() == []
    with community.store.read() as tables:
        assert tables.log.size() == 2
        assert tables.cases.page(CaseQuery()).total == 0


def test_a_held_insult_has_its_own_case_and_the_case_its_entries(community):
    community.says("m1", "espèce d'idiot", labels={"insult": 0.8})
    [case] = community.step()
    assert (case.kind, case.subject, case.target) == (CaseKind.MESSAGE, "m1", "lea")
    assert "insult" in case.why["en"] and "insulte" in case.why["fr"]
    with community.store.read() as tables:
        assert tables.cases.get(case.id) == case
        assert tables.cases.message_sequences(case.id) == [0]
        assert [row.measure.id for row in tables.cases.measures(case.id)] == ["m-m1"]
        names = [strict_json(tables.log.bodies(s)[0])[1] for s in tables.cases.sequences(case.id)]
        assert names == ["message", "measure", "case"]
        assert held_without_case(tables) == 0


def test_a_raid_of_forty_messages_is_one_case_that_grows(community):
    for n in range(20):
        community.says(f"b{n}", "dehors", author=f"bot{n}", raid="r-1")
    [case] = community.step(community.raid(messages=20))
    for n in range(20, 40):
        community.says(f"b{n}", "dehors", author=f"bot{n}", raid="r-1")
    [grown] = community.step(community.raid(messages=40, members=[f"bot{n}" for n in range(40)]))
    assert grown.id == case.id
    assert grown.messages == 40
    with community.store.read() as tables:
        assert len(tables.cases.message_sequences(case.id)) == 40
        assert len(tables.cases.measures(case.id)) == 40
        assert held_without_case(tables) == 0
        assert tables.cases.page(CaseQuery()).total == 1


def test_a_harmless_notice_opens_no_case_but_its_held_message_does(community):
    community.says("m1", "idiot", author="fan", labels={"insult": 0.9}, raid="r-1")
    [case] = community.step(community.raid(stage=RaidStage.NOTICE))
    assert case.kind is CaseKind.MESSAGE
    with community.store.read() as tables:
        assert held_without_case(tables) == 0


def test_cases_of_members_written_before_recognition_are_merged_into_the_raid(community):
    community.says("early", "dehors", author="b1", labels={"hate": 0.7}, seconds=5)
    community.says("fan", "idiot", author="viewer", labels={"insult": 0.7}, seconds=6)
    early, fan = community.step()
    community.says("late", "dehors", author="b2", raid="r-1", seconds=20)
    [raid] = community.step(community.raid(members=("b1", "b2"), begin=0, end=20))
    with community.store.read() as tables:
        merged = tables.cases.get(early.id)
        assert (merged.state, merged.merged_into) == (CaseState.MERGED, raid.id)
        assert tables.cases.get(fan.id).state is CaseState.OPEN
        assert [row.id for row in tables.cases.messages(raid.id)] == ["early", "late"]
        assert {row.measure.id for row in tables.cases.measures(raid.id)} == {"m-early", "m-late"}
        assert held_without_case(tables) == 0


def test_members_messages_of_the_very_step_that_recognises_the_raid_join_its_case(community):
    community.says("early", "dehors", author="b1", labels={"hate": 0.7}, seconds=5)
    community.says("fan", "idiot", author="viewer", labels={"insult": 0.7}, seconds=6)
    community.says("late", "dehors", author="b2", raid="r-1", seconds=20)
    cases = community.step(community.raid(members=("b1", "b2"), begin=0, end=20))
    assert sorted(case.kind for case in cases) == [CaseKind.MESSAGE, CaseKind.RAID]
    with community.store.read() as tables:
        raid = next(case for case in cases if case.kind is CaseKind.RAID)
        assert [row.id for row in tables.cases.messages(raid.id)] == ["early", "late"]
        assert held_without_case(tables) == 0


def test_a_notice_that_becomes_an_attack_takes_its_message_cases_in(community):
    community.says("m1", "idiot", author="x1", labels={"insult": 0.9}, raid="r-1", seconds=1)
    [own] = community.step(community.raid(stage=RaidStage.NOTICE, members=()))
    [raid] = community.step(community.raid(stage=RaidStage.ATTACK, members=()))
    with community.store.read() as tables:
        assert tables.cases.get(own.id).merged_into == raid.id


def test_a_member_held_for_a_day_after_the_raid_stays_in_its_case(community):
    community.measure("m-account", account="b1", raid="r-1")
    community.says("b", author="b1", raid="r-1")
    [raid] = community.step(community.raid())
    community.says("later", "coucou", author="b1", under=["m-account"], seconds=3_000)
    [same] = community.step(seconds=3_000)
    assert same.id == raid.id
    with community.store.read() as tables:
        assert held_without_case(tables) == 0
        assert len(tables.cases.message_sequences(raid.id)) == 2


def test_a_threat_comes_before_the_raid_and_the_raid_before_an_older_insult(community):
    community.says("insult", labels={"insult": 0.9}, author="a1")
    community.step()
    community.says("b", author="b1", raid="r-1")
    community.step(community.raid(), seconds=10)
    community.says("threat", labels={"threat": 0.6, "insult": 0.9}, author="a2")
    community.step(seconds=20)
    queue = cases_of(community, state=CaseState.OPEN)
    assert [case.subject for case in queue] == ["threat", "r-1", "insult"]
    assert queue[0].priority >= URGENT > queue[1].priority


def test_a_threat_inside_a_raid_lifts_the_whole_raid_to_the_front_and_it_stays_there(community):
    community.says("b1", author="b1", raid="r-1")
    [before] = community.step(community.raid())
    community.says("b2", author="b2", raid="r-1", labels={"threat": 0.9})
    [after] = community.step()
    [later] = community.step(community.raid(messages=3))
    assert before.priority < URGENT <= after.priority == later.priority
    assert "threat" in later.why["en"].lower()


def test_a_raid_that_goes_on_after_its_decision_opens_the_next_case(community):
    community.says("b1", author="b1", raid="r-1")
    [first] = community.step(community.raid())
    with community.store.begin() as tables:
        decide(tables, first.id, DecisionOutcome.UPHOLD, Ground.TERMS, "raid", MODERATOR, 1)
    assert community.step(community.raid(messages=2, end=80)) == []
    community.says("b2", author="b2", raid="r-1")
    [second] = community.step(community.raid(messages=3, end=90))
    assert second.id != first.id
    assert second.state is CaseState.OPEN
    with community.store.read() as tables:
        assert tables.cases.get(first.id).state is CaseState.DECIDED


def test_messages_show_when_they_were_released(community):
    community.says("m1", "idiot", labels={"insult": 0.9})
    [case] = community.step()
    with community.store.read() as tables:
        [held] = read_messages(tables, case.id)
    assert (held.message.text, held.released) == ("idiot", False)
    with community.store.begin() as tables:
        decide(tables, case.id, DecisionOutcome.LIFT, Ground.NONE, "amis", MODERATOR, 1)
    with community.store.read() as tables:
        [free] = read_messages(tables, case.id)
    assert free.released


def test_the_queue_is_counted_and_paged_within_ones_channels(community):
    for n in range(5):
        community.says(f"l{n}", labels={"insult": 0.9}, author=f"a{n}")
        community.says(f"s{n}", labels={"threat": 0.9}, author=f"a{n}", channel="sam")
    community.step()
    with community.store.read() as tables:
        page = tables.cases.page(CaseQuery(channels=("lea",), limit=2, offset=4))
        assert page.total == 5
        assert [case.channel for case in page.cases] == ["lea"]
        assert tables.cases.page(CaseQuery(channels=())).total == 0
        counts = tables.cases.counts()
        assert (counts.open, counts.urgent, counts.open_messages) == (10, 5, 10)
        assert tables.cases.counts(("lea",)).urgent == 0
        assert tables.cases.counts(()).open == 0


def test_a_shield_is_part_of_the_raids_case(community):
    community.measure("m-shield", raid="r-1", kind=MeasureKind.SHIELD)
    community.says("b1", author="b1", raid="r-1")
    [case] = community.step(community.raid())
    with community.store.read() as tables:
        assert [row.measure.id for row in tables.cases.shields("lea")] == ["m-shield"]
        assert tables.cases.shields("sam") == []
        assert "m-shield" in {row.measure.id for row in tables.cases.measures(case.id)}
