"""One decision per case, by a person, with a reason; everyone answered; lifting undoes all."""

from __future__ import annotations

import pytest

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.deciding.notices import preview
from rempart.cases.deciding.ruling import Ruling
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.measures.by_hand import shield
from rempart.cases.measures.undo import undo_measure, undo_raid
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.log.commit import strict_json
from rempart.model import (
    CaseState,
    DecisionOutcome,
    Ground,
    MeasureKind,
    MeasureState,
    ReportRequest,
)

MODERATOR = Decider("camille", person=True)
TOKEN = Decider("token-bot", person=False)
UPHOLD, LIFT = DecisionOutcome.UPHOLD, DecisionOutcome.LIFT


def report(community, *ids, reporter=None, at_ms=1_000):
    request = ReportRequest(
        category="harassment", explanation="Stop.", message_ids=ids, good_faith=True
    )
    with community.store.begin() as tables:
        return receive(tables, request, community.keys, at_ms, reporter)


def close(community, case, outcome=UPHOLD, ground=Ground.TERMS, reason="Règle 3.", by=MODERATOR):
    with community.store.begin() as tables:
        return decide(tables, case, outcome, ground, reason, by, 1_772_400_000_000)


def answers(community, case):
    with community.store.read() as tables:
        return tables.cases.answers(case)


def entries(community, name):
    with community.store.read() as tables:
        opened = [
            strict_json(body)
            for _, bodies in tables.log.bodies_between(0, tables.log.size())
            for body in bodies
        ]
    return [value for _, part, value in opened if part == name]


@pytest.fixture
def raided(community):
    """A raid of three accounts with a shield, and three people who reported it."""
    community.measure("m-shield", raid="r-1", kind=MeasureKind.SHIELD)
    for n in range(3):
        community.says(f"b{n}", "dehors", author=f"bot{n}", raid="r-1")
    [case] = community.step(community.raid(messages=3))
    receipts = [report(community, f"b{n}", reporter=f"viewer{n}") for n in range(3)]
    return case, receipts


def test_upholding_a_raid_keeps_its_measures_and_answers_everyone_once(community, raided):
    case, receipts = raided
    decision = close(community, case.id)
    assert set(decision.measures) == {"m-shield", "m-b0", "m-b1", "m-b2"}
    assert decision.undone == ()
    assert {answer.report for answer in answers(community, case.id)} == {
        receipt.report for receipt in receipts
    }
    with community.store.read() as tables:
        assert tables.cases.get(case.id).state is CaseState.DECIDED
        seen = status(tables, receipts[0].words, community.keys)
        assert tables.cases.counts().unanswered == 0
    english, french = seen.messages[-1].text["en"], seen.messages[-1].text["fr"]
    assert "4 protective measures are in force" in english
    assert "4 mesures de protection sont en vigueur" in french
    assert "Automated means had recognised" in english
    assert "moyens automatisés" in french
    assert "Règle 3." in english
    assert "camille" not in english + french


def test_lifting_a_raid_takes_everything_back_in_the_same_moment(community, raided):
    case, _ = raided
    decision = close(community, case.id, LIFT, Ground.NONE, "Un raid amical.")
    assert set(decision.undone) == {"m-shield", "m-b0", "m-b1", "m-b2"}
    with community.store.read() as tables:
        states = {row.measure.state for row in tables.cases.measures(case.id)}
        assert states == {MeasureState.UNDONE}
        assert tables.stream.lifted_raids() == ["r-1"]
        assert tables.stream.measure("m-b0").ended_by == decision.id
        ended = tables.stream.measure("m-b0").ended_seq
        assert ended in tables.cases.sequences(case.id)
    [undone] = entries(community, "measure-undone")
    assert sorted(undone["measures"]) == sorted(decision.undone)
    assert "4 measures were taken back" in answers(community, case.id)[0].text["en"]


def test_the_decision_in_the_log_says_what_the_machine_did(community, raided):
    case, _ = raided
    close(community, case.id)
    [told] = entries(community, "decision")
    assert told["automated"] == {"decision": False, "measures": True, "rules": ["hold-abuse"]}
    assert told["by"] == "camille"
    assert len(entries(community, "answer")) == 3


def test_without_automated_means_none_are_named(community):
    community.says("m1", "bonjour")
    community.step()
    receipt = report(community, "m1")
    close(community, receipt.case, LIFT, Ground.NONE, "Rien à redire.")
    [answer] = answers(community, receipt.case)
    assert "No automated means" in answer.text["en"]
    assert "taken back" not in answer.text["en"]


def test_a_token_decides_nothing(community, raided):
    with pytest.raises(AccessError):
        close(community, raided[0].id, by=TOKEN)
    with community.store.read() as tables:
        assert tables.cases.get(raided[0].id).state is CaseState.OPEN


@pytest.mark.parametrize("reason", ["", "   ", "\u200b…", "x" * 4_001])
def test_a_decision_needs_a_reason(community, raided, reason):
    with pytest.raises(InputError) as caught:
        close(community, raided[0].id, reason=reason)
    assert caught.value.where == "reason"
    assert answers(community, raided[0].id) == []


def test_upholding_needs_a_ground(community, raided):
    with pytest.raises(InputError) as caught:
        close(community, raided[0].id, ground=Ground.NONE)
    assert caught.value.where == "ground"


def test_of_two_reviewers_at_once_the_second_learns_who_was_first(community, raided):
    case, _ = raided
    close(community, case.id, reason="Attaque.")
    with pytest.raises(ConflictError) as caught:
        close(community, case.id, LIFT, Ground.NONE, "Amis.", Decider("sacha", person=True))
    assert "camille" in caught.value.what
    assert "2026-03-01 21:20 UTC" in caught.value.what
    assert len(answers(community, case.id)) == 3
    assert len(entries(community, "decision")) == 1
    with community.store.read() as tables:
        assert tables.stream.measure("m-b0").measure.state is MeasureState.ACTIVE


def test_a_merged_case_is_decided_where_it_went(community):
    community.says("early", author="b1", labels={"hate": 0.9}, seconds=1)
    [early] = community.step()
    receipt = report(community, "early")
    community.says("late", author="b2", raid="r-1", seconds=9)
    [raid] = community.step(community.raid())
    with pytest.raises(ConflictError) as caught:
        close(community, early.id)
    assert raid.id in caught.value.what
    close(community, raid.id)
    assert [answer.report for answer in answers(community, raid.id)] == [receipt.report]


def test_an_unknown_case_is_not_found(community):
    with pytest.raises(NotFoundError):
        close(community, "c-nothing")


def test_a_failed_decision_leaves_nothing_behind(community, raided):
    """The answers and the decision are one transaction: if one fails, none is there."""
    case, receipts = raided
    with pytest.raises(RuntimeError), community.store.begin() as tables:
        decide(tables, case.id, LIFT, Ground.NONE, "Amis.", MODERATOR, 1)
        raise RuntimeError("the power goes")
    assert answers(community, case.id) == []
    with community.store.read() as tables:
        assert tables.cases.decision(case.id) is None
        assert tables.stream.measure("m-b0").measure.state is MeasureState.ACTIVE
    close(community, case.id)
    assert len(answers(community, case.id)) == len(receipts)


def test_the_preview_is_what_reporters_will_read(community, raided):
    case, _ = raided
    with community.store.read() as tables:
        ruling = Ruling(LIFT, Ground.NONE, "Un raid amical.")
        found = tables.cases.get(case.id)
        shown = preview(tables, found, ruling, "camille", 1_772_400_000_000)
    close(community, case.id, LIFT, Ground.NONE, "Un raid amical.")
    assert answers(community, case.id)[0].text == shown.answer
    assert shown.reporters == 3
    with community.store.read() as tables:
        told = tables.statements.of_measures(["m-b0"])[-1].statement
    assert shown.accounts[0].text == statement_text(told)
    assert shown.accounts[0].accounts == 3


def test_undoing_a_measure_twice_is_undoing_it_once(community, raided):
    with community.store.begin() as tables:
        assert undo_measure(tables, "m-b0", "camille", 5).state is MeasureState.UNDONE
    with community.store.begin() as tables:
        assert undo_measure(tables, "m-b0", "sacha", 6).state is MeasureState.UNDONE
        assert tables.stream.measure("m-b0").ended_by == "camille"
        with pytest.raises(NotFoundError):
            undo_measure(tables, "m-nothing", "sacha", 6)
    [undone] = entries(community, "measure-undone")
    assert undone["case"] == raided[0].id


def test_undoing_a_raid_is_one_call_and_leaves_the_case_open(community, raided):
    with community.store.begin() as tables:
        tables.stream.queue_deliveries(["m-shield"], "webhook", "apply", 1)
        [row] = tables.stream.due_deliveries(2)
        tables.stream.settle_delivery(row.id, state="done", detail="", at_ms=2)
    with community.store.begin() as tables:
        ended = undo_raid(tables, "r-1", "camille", 5)
        assert undo_raid(tables, "r-1", "camille", 6) == []
    assert {measure.id for measure in ended} == {"m-shield", "m-b0", "m-b1", "m-b2"}
    with community.store.read() as tables:
        assert tables.cases.get(raided[0].id).state is CaseState.OPEN
        assert tables.stream.lifted_raids() == ["r-1"]
        operations = [row.operation for row in tables.stream.deliveries(["m-shield"])]
        assert operations == ["apply", "undo"]
    assert len(entries(community, "measure-undone")) == 1


def test_a_shield_by_hand_goes_on_and_off(community):
    community.says("m1")
    community.step()
    with community.store.begin() as tables:
        on, slow, folder = shield(
            tables, "lea", on=True, by="lea", at_ms=10, minutes=5, connectors=("webhook",)
        )
        assert [row.measure.id for row in tables.cases.shields("lea")] == [on.id]
        assert (slow.kind, folder.kind) == (MeasureKind.SLOW_MODE, MeasureKind.LOCK_OUT)
        assert {slow.part_of, folder.part_of} == {on.id}
        assert len(tables.stream.due_deliveries(20)) == 3
        assert (on.scope.platform, on.automated) == ("twitch", False)
    with community.store.begin() as tables:
        off = shield(tables, "lea", on=False, by="lea", at_ms=20)
        assert {one.id for one in off} == {on.id, slow.id, folder.id}
        assert {one.state for one in off} == {MeasureState.UNDONE}
        assert shield(tables, "lea", on=False, by="lea", at_ms=30) == []
        with pytest.raises(InputError):
            shield(tables, "lea", on=True, by="lea", at_ms=30, minutes=0)
        with pytest.raises(NotFoundError):
            shield(tables, "nobody", on=True, by="lea", at_ms=30)
