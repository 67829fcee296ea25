"""Who disagrees is heard by somebody else: both sides, once, within six months, with a reason."""

from __future__ import annotations

import pytest

from rempart.cases.deciding.appeals import appeal_by_account, appeal_by_reporter, look_again
from rempart.cases.deciding.codes import statement_code
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.deciding.proposals import (
    confirm_decision,
    confirm_unsealing,
    propose_decision,
    propose_unsealing,
    refuse,
)
from rempart.cases.deciding.ruling import Ruling
from rempart.cases.deciding.second_looks import drawn
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.deciding.strikes import in_force, ladder, recommend
from rempart.cases.entries import at_time
from rempart.cases.harms import harms
from rempart.cases.measures.taking import FOREVER, Wanted, planned
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.cases.reports.thread import withdraw
from rempart.errors import AccessError, ConflictError, InputError, StoreError
from rempart.model import (
    Appellant,
    CaseKind,
    CaseState,
    DecisionOutcome,
    Ground,
    LookState,
    MeasureKind,
    MeasureState,
    ReportContact,
    ReportRequest,
)
from rempart.store.interface.cases import CaseQuery

CAMILLE, SACHA = Decider("camille", person=True), Decider("sacha", person=True)
TOKEN = Decider("token-bot", person=False)
AT = 1_772_400_000_000
DAY = 86_400_000
UPHOLD, LIFT, ACT = DecisionOutcome.UPHOLD, DecisionOutcome.LIFT, DecisionOutcome.ACT
NO_VIOLATION = DecisionOutcome.NO_VIOLATION


def reported(community, category="harassment", contact=None, minor=False, **said):
    community.says("m1", "va-t'en", author="u7", **said)
    community.step()
    request = ReportRequest(
        category=category,
        explanation="Encore lui.",
        message_ids=("m1",),
        good_faith=True,
        contact=contact,
        minor=minor,
    )
    with community.store.begin() as tables:
        return receive(tables, request, community.keys, 1_000, "viewer1")


def ruled(community, case, outcome, ground=Ground.TERMS, by=CAMILLE, sample=0.0, **more):
    with community.store.begin() as tables:
        return decide(
            tables, case, outcome, ground, "Insulte répétée.", by, AT, sample=sample, **more
        )


def code_of(community, measure):
    with community.store.read() as tables:
        row = tables.statements.of_measures([measure])[-1]
    return statement_code(row.statement.number, community.keys)


def appealed(community, receipt, at_ms=AT + DAY):
    with community.store.begin() as tables:
        return appeal_by_reporter(tables, receipt.words, "Regardez encore.", community.keys, at_ms)


def contested(community, measure, at_ms=AT + DAY):
    code = code_of(community, measure)
    with community.store.begin() as tables:
        return appeal_by_account(tables, code, "C'était une blague.", community.keys, at_ms)


def looked(community, look, *, granted, by=SACHA, ruling=None):
    with community.store.begin() as tables:
        fresh = tables.looks.get(look.id)
        return look_again(
            tables,
            fresh,
            granted=granted,
            reason="Relu en entier.",
            by=by,
            at_ms=AT + 2 * DAY,
            ruling=ruling,
        )


def test_an_appeal_of_the_account_undoes_what_was_decided_and_tells_everyone_anew(community):
    receipt = reported(community, labels={"insult": 0.9})
    first = ruled(community, receipt.case, UPHOLD)
    look = contested(community, "m-m1")
    assert look.appellant is Appellant.ACCOUNT
    closed = looked(community, look, granted=True)
    assert "You were right" in closed.answer["en"]
    with community.store.read() as tables:
        assert tables.stream.measure("m-m1").measure.state is MeasureState.UNDONE
        chain = tables.cases.decisions(receipt.case)
        assert [one.replaces for one in chain] == [None, first.id]
        assert chain[-1].decided_by == "sacha"
        told = tables.cases.answers_of(receipt.report)
        assert [one.decision for one in told] == [one.id for one in chain]
        assert "another person has examined it again" in told[-1].text["en"]
        last = tables.statements.of_measures(["m-m1"])[-1].statement
        assert last.ends
        [strike] = tables.statements.strikes("twitch", "u7")
        assert strike.overturned_by == chain[-1].id


def test_an_appeal_is_a_case_in_the_queue_with_its_own_clock(community):
    receipt = reported(community)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    look = appealed(community, receipt)
    with community.store.read() as tables:
        [case] = tables.cases.page(CaseQuery(state=CaseState.OPEN, kind=CaseKind.APPEAL)).cases
    assert case.id == look.case
    assert (look.due_at - look.received_at).total_seconds() == 72 * 3600


def test_who_decided_cannot_decide_the_appeal(community):
    receipt = reported(community)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    look = appealed(community, receipt)
    for by in (CAMILLE, TOKEN):
        with pytest.raises(AccessError):
            looked(community, look, granted=False, by=by)
    with community.store.read() as tables:
        assert tables.looks.get(look.id).state is LookState.OPEN


def test_not_even_past_the_code_can_the_same_person_decide_twice(community):
    receipt = reported(community)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    look = appealed(community, receipt)
    with pytest.raises(StoreError, match="somebody else"), community.store.begin() as tables:
        tables.connection.execute(
            "UPDATE second_look SET state = 'rejected', decided_by = 'camille', decided_ms = 1,"
            " reason = 'non', answer = '{}' WHERE id = ?",
            (look.id,),
        )


def test_a_rejected_appeal_is_answered_and_nothing_else_changes(community):
    receipt = reported(community)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    look = appealed(community, receipt)
    looked(community, look, granted=False)
    with community.store.read() as tables:
        assert len(tables.cases.decisions(receipt.case)) == 1
        seen = status(tables, receipt.words, community.keys)
        assert tables.cases.get(look.case).state is CaseState.DECIDED
    kinds = [message.kind for message in seen.messages]
    assert kinds == ["receipt", "answer", "appeal", "appeal_answer"]
    assert "The first decision stands" in seen.messages[-1].text["en"]
    assert seen.appeal_until is None
    with pytest.raises(ConflictError):
        looked(community, look, granted=True)
    with pytest.raises(ConflictError):
        appealed(community, receipt)


def test_granting_a_reporter_says_what_is_done_instead(community):
    receipt = reported(community)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    look = appealed(community, receipt)
    with pytest.raises(InputError) as caught:
        looked(community, look, granted=True)
    assert caught.value.where == "instead"
    wanted = Ruling(ACT, Ground.TERMS, "Relu en entier.", measures=(Wanted(MeasureKind.HIDE),))
    looked(community, look, granted=True, ruling=wanted)
    with community.store.read() as tables:
        decision = tables.cases.decision(receipt.case)
        assert (decision.outcome, len(decision.taken)) == (ACT, 1)
        assert "well-founded" in tables.cases.answer(receipt.report).text["en"]


def test_six_months_and_not_a_day_more(community):
    receipt = reported(community)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    with pytest.raises(ConflictError) as caught:
        appealed(community, receipt, AT + 185 * DAY)
    assert "six months" in caught.value.what
    appealed(community, receipt, AT + 183 * DAY)


def test_the_machine_is_contested_before_anybody_looked_and_the_first_decision_answers(community):
    community.says("m1", "va-t'en", author="u7", labels={"insult": 0.9})
    [case] = community.step()
    look = contested(community, "m-m1", AT)
    with pytest.raises(ConflictError):
        looked(community, look, granted=True)
    ruled(community, case.id, NO_VIOLATION, Ground.NONE)
    with community.store.read() as tables:
        closed = tables.looks.get(look.id)
    assert (closed.state, closed.decided_by) == (LookState.GRANTED, "camille")
    assert "restriction was taken back" in closed.answer["en"]


def test_an_answer_of_an_open_case_cannot_be_appealed(community):
    receipt = reported(community)
    with pytest.raises(ConflictError):
        appealed(community, receipt)


# -- the sample ----------------------------------------------------------------------------------


def test_left_without_action_about_a_threat_is_always_looked_at_twice(community):
    receipt = reported(community, category="threat")
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    with community.store.read() as tables:
        [look] = tables.looks.of_case(receipt.case)
        assert look.appellant is Appellant.SAMPLE
        assert tables.cases.get(look.case).kind is CaseKind.SECOND_LOOK
        assert status(tables, receipt.words, community.keys).answered_at is not None


def test_left_without_action_about_a_minor_is_always_looked_at_twice(community):
    receipt = reported(community, minor=True)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    with community.store.read() as tables:
        [look] = tables.looks.of_case(receipt.case)
        assert look.appellant is Appellant.SAMPLE
        assert tables.cases.get(look.case).priority >= 900, "as urgent as a threat"


def test_the_sample_is_drawn_by_the_decision_alone():
    share = sum(drawn(f"d-{n}", 0.05) for n in range(20_000)) / 20_000
    assert 0.045 < share < 0.055
    assert drawn("d-1", 1.0)
    assert not drawn("d-1", 0.0)


def test_a_second_person_who_disagrees_replaces_the_decision(community):
    receipt = reported(community, category="threat")
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    with community.store.read() as tables:
        [look] = tables.looks.of_case(receipt.case)
    wanted = Ruling(ACT, Ground.LAW, "Menace réelle.", measures=(Wanted(MeasureKind.HIDE),))
    looked(community, look, granted=True, ruling=wanted)
    with community.store.read() as tables:
        text = tables.cases.answer(receipt.report).text["en"]
    assert "Another person has examined it a second time" in text
    assert "222-17" in text


def test_who_looks_again_removes_nothing_alone(community):
    """Else one person reports, appeals the answer, and grants that appeal with a removal."""
    receipt = reported(community, category="threat")
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    with community.store.read() as tables:
        [look] = tables.looks.of_case(receipt.case)
    wanted = Ruling(ACT, Ground.LAW, "Menace réelle.", measures=(Wanted(MeasureKind.REMOVE),))
    with pytest.raises(ConflictError):
        looked(community, look, granted=True, ruling=wanted)
    with community.store.read() as tables:
        assert tables.looks.get(look.id).state is LookState.OPEN


def test_who_took_a_report_back_is_not_answered_anew(community):
    receipt = reported(community, category="threat")
    with community.store.begin() as tables:
        withdraw(tables, tables.cases.report(receipt.report), AT - DAY)
    ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    with community.store.read() as tables:
        [look] = tables.looks.of_case(receipt.case)
    wanted = Ruling(ACT, Ground.LAW, "Menace réelle.", measures=(Wanted(MeasureKind.HIDE),))
    looked(community, look, granted=True, ruling=wanted)
    with community.store.read() as tables:
        assert tables.cases.answer(receipt.report) is None


# -- two people ----------------------------------------------------------------------------------


def test_a_child_safety_case_is_not_closed_by_one_person(community):
    receipt = reported(community, category="child_safety")
    with pytest.raises(ConflictError):
        ruled(community, receipt.case, NO_VIOLATION, Ground.NONE)
    with pytest.raises(ConflictError):
        ruled(community, receipt.case, UPHOLD, harm="spam")
    with community.store.begin() as tables:
        case = tables.cases.get(receipt.case)
        ruling = Ruling(NO_VIOLATION, Ground.NONE, "Une photo de chat.")
        row = propose_decision(tables, case, ruling, CAMILLE, AT)
        assert tables.cases.get(case.id).state is CaseState.OPEN
    with pytest.raises(AccessError), community.store.begin() as tables:
        confirm_decision(tables, row, CAMILLE, AT)
    with community.store.begin() as tables:
        decision = confirm_decision(tables, tables.looks.proposal(row.id), SACHA, AT)
    assert (decision.decided_by, decision.confirmed_by) == ("camille", "sacha")
    with pytest.raises(ConflictError), community.store.begin() as tables:
        confirm_decision(tables, tables.looks.proposal(row.id), SACHA, AT)


def test_a_refused_proposal_leaves_the_case_open(community):
    receipt = reported(community)
    ruling = Ruling(ACT, Ground.TERMS, "Adresse publiée.", measures=(Wanted(MeasureKind.REMOVE),))
    with community.store.begin() as tables:
        case = tables.cases.get(receipt.case)
        row = propose_decision(tables, case, ruling, CAMILLE, AT)
        with pytest.raises(ConflictError):
            propose_decision(tables, case, ruling, CAMILLE, AT)
    with community.store.begin() as tables:
        refuse(tables, row, SACHA, "Masquer suffit ici.", AT)
        assert tables.looks.proposal(row.id).state == "refused"
        assert tables.cases.get(receipt.case).state is CaseState.OPEN
        assert tables.cases.measures(receipt.case) == []


def test_a_contact_is_opened_by_two_people_with_a_reason_that_stays(community):
    contact = ReportContact("Lou Martin", "lou@example.org")
    receipt = reported(community, contact=contact)
    with community.store.begin() as tables:
        case = tables.cases.get(receipt.case)
        row = propose_unsealing(
            tables, case, receipt.report, "Rappeler la plaignante.", CAMILLE, AT
        )
    with pytest.raises(AccessError), community.store.begin() as tables:
        confirm_unsealing(tables, row, CAMILLE, community.keys, AT)
    with community.store.begin() as tables:
        assert confirm_unsealing(tables, row, SACHA, community.keys, AT) == contact
    assert b"lou@example.org" not in community.bytes_on_disk()


# -- strikes -------------------------------------------------------------------------------------


def test_strikes_climb_the_ladder_and_expire(community):
    for n in range(3):
        community.says(f"s{n}", "va-t'en", author="u7", labels={"insult": 0.9}, seconds=n)
        [case] = community.step()
        ruled(community, case.id, UPHOLD)
    with community.store.read() as tables:
        rows = tables.statements.strikes("twitch", "u7")
        assert len(in_force(rows, AT)) == 3
        advice = recommend(tables, "twitch", "u7", "harassment", AT)
        assert (advice.what, advice.minutes, advice.strikes) == ("suspend", 43_200, 3)
        assert recommend(tables, "twitch", "u7", "threat", AT).what == "termination_review"
        assert recommend(tables, "twitch", "u8", "harassment", AT).what == "warning"
        later = AT + 181 * DAY
        assert in_force(rows, later) == []
        assert recommend(tables, "twitch", "u7", "harassment", later).what == "warning"


def test_the_ladder_suspends_only_who_was_warned_and_never_without_an_end(community):
    steps = {one.what: one for one in ladder().step}
    assert min(ladder().step, key=lambda one: one.strikes).what == "warning"
    for what, step in steps.items():
        assert (step.minutes or 0) > 0 or what in ("warning", "termination_review")
    with community.store.read() as tables:
        for harm in harms():
            fresh = recommend(tables, "twitch", "u7", harm, AT)
            assert fresh.warned_at is None
            assert fresh.what not in ("suspend", "termination_review")
    for n in range(3):
        community.says(f"s{n}", "va-t'en", author="u7", labels={"insult": 0.9}, seconds=n)
        [case] = community.step()
        ruled(community, case.id, UPHOLD)
    with community.store.read() as tables:
        advice = recommend(tables, "twitch", "u7", "harassment", AT + DAY)
        assert (advice.what, advice.minutes) == ("suspend", 43_200)
        strikes = tables.statements.strikes("twitch", "u7")
        assert advice.warned_at == at_time(min(row.at_ms for row in strikes))
        for row in strikes:
            told, _ = tables.statements.of_decision(row.decision, 10)
            assert told and all("Warning:" in statement_text(one.statement)["en"] for one in told)
        suspended = planned(
            tables, tables.cases.get(case.id), [Wanted(MeasureKind.SUSPEND)], AT, "again"
        )
        assert [one.until is not None for one in suspended] == [True]
        with pytest.raises(InputError, match="minutes"):
            endless = Wanted(MeasureKind.SUSPEND, minutes=FOREVER)
            planned(tables, tables.cases.get(case.id), [endless], AT, "again")


def test_who_was_cleared_has_no_strike(community):
    receipt = reported(community, labels={"insult": 0.9})
    ruled(community, receipt.case, LIFT, Ground.NONE)
    with community.store.read() as tables:
        assert tables.statements.strikes("twitch", "u7") == []
