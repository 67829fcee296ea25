"""Every restriction has its statement of reasons: a machine's at once, a person's as it decides."""

from __future__ import annotations

import pytest

from rempart.cases.deciding.codes import read_code, statement_code
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.measures.taking import Reach, Wanted
from rempart.cases.reports.receiving import receive
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.log.commit import strict_json
from rempart.model import (
    AutomatedDecision,
    DecisionOutcome,
    Ground,
    MeasureKind,
    MeasureState,
    ReportRequest,
    StatementSource,
)

CAMILLE = Decider("camille", person=True)
AT = 1_772_400_000_000
ACT, UPHOLD = DecisionOutcome.ACT, DecisionOutcome.UPHOLD


def held(community, id="m1", label="insult", author="u7"):
    community.says(id, "va-t'en", author=author, labels={label: 0.9})
    [case] = community.step()
    return case


def ruled(community, case, outcome, ground=Ground.TERMS, **more):
    with community.store.begin() as tables:
        return decide(tables, case.id, outcome, ground, "Insulte répétée.", CAMILLE, AT, **more)


def told(community, *measures):
    with community.store.read() as tables:
        return [row.statement for row in tables.statements.of_measures(measures)]


def test_what_the_machine_held_says_so_to_who_wrote_it(community):
    held(community)
    [statement] = told(community, "m-m1")
    assert statement.automated_decision is AutomatedDecision.FULLY
    assert (statement.account, statement.harm) == ("u7", "harassment")
    assert statement.source is StatementSource.OWN_INITIATIVE
    text = statement_text(statement)
    assert "Your message is held in lea (twitch), since 1 March 2026" in text["en"]
    assert "Automated means recognised this and took the measure" in text["en"]
    assert "Règles de la communauté : ni harcèlement ni insultes" in text["fr"]
    assert "six mois" in text["fr"]


def test_it_lies_in_the_very_entry_of_its_measure(community):
    held(community)
    with community.store.read() as tables:
        row = tables.statements.of_measures(["m-m1"])[0]
        assert row.seq == tables.stream.measure("m-m1").seq
        [(_, name, value)] = [strict_json(body) for body in tables.log.bodies(row.seq)]
    assert name == "measure"
    assert value["statement"]["account"] == "u7"


def test_a_shield_and_a_lock_out_tell_nobody_anything(community):
    community.measure("m-shield", raid="r-1", kind=MeasureKind.SHIELD)
    community.says("m1", "rien", author="u1")
    community.measure("m-out", account="u1", kind=MeasureKind.LOCK_OUT)
    community.step(community.raid())
    assert told(community, "m-shield", "m-out") == []


def test_a_decision_takes_several_measures_and_states_each(community):
    case = held(community)
    decision = ruled(
        community,
        case,
        ACT,
        measures=[Wanted(MeasureKind.HIDE), Wanted(MeasureKind.TIME_OUT, minutes=1440)],
        reach=Reach(("bot",), ("bot",)),
    )
    assert len(decision.taken) == 2
    assert set(decision.measures) == {"m-m1", *decision.taken}
    statements = told(community, *decision.measures)
    by_person = [one for one in statements if one.decision == decision.id]
    assert {one.kind for one in by_person} == {
        MeasureKind.HOLD,
        MeasureKind.HIDE,
        MeasureKind.TIME_OUT,
    }
    kept = next(one for one in by_person if one.kind is MeasureKind.HOLD)
    assert kept.automated_decision is AutomatedDecision.PARTIALLY
    taken = next(one for one in by_person if one.kind is MeasureKind.TIME_OUT)
    assert taken.automated_decision is AutomatedDecision.NOT
    assert taken.automated_detection  # the machine had held the message
    assert "camille" not in "".join(statement_text(taken).values())
    with community.store.read() as tables:
        rows = tables.stream.deliveries(list(decision.taken))
        assert {row.operation for row in rows} == {"apply", f"statement {decision.id}"}
        standing = tables.stream.measure(taken.measure)
        assert standing.measure.state is MeasureState.ACTIVE
        assert standing.case == case.id
        assert (standing.measure.until - standing.measure.from_at).total_seconds() == 86_400


def test_a_partial_decision_says_what_ends_and_what_stays(community):
    community.says("m1", "va-t'en", author="u7", labels={"insult": 0.9})
    extra = community.measure("m-acc", account="u7", kind=MeasureKind.MUTE)
    [case] = community.step()
    with community.store.begin() as tables:
        tables.stream.bind_measures([extra.id], case.id)
    decision = ruled(community, case, DecisionOutcome.PARTIAL, lift=["m-acc"])
    assert (decision.measures, decision.undone) == (("m-m1",), ("m-acc",))
    ends = [one for one in told(community, "m-acc") if one.ends]
    assert "A restriction was taken back" in statement_text(ends[0])["en"]


@pytest.mark.parametrize(
    ("outcome", "more", "where"),
    [
        (ACT, {}, "measures"),
        (UPHOLD, {"measures": [Wanted(MeasureKind.HIDE)]}, "measures"),
        (ACT, {"measures": [Wanted(MeasureKind.SHIELD)]}, "measures[0]"),
        (ACT, {"measures": [Wanted(MeasureKind.MUTE, minutes=0)]}, "measures[0].minutes"),
        (ACT, {"measures": [Wanted(MeasureKind.MUTE, account="u99")]}, "measures[0].account"),
        (DecisionOutcome.PARTIAL, {}, "lift"),
        (DecisionOutcome.PARTIAL, {"lift": ["m-m1"]}, "lift"),
        (DecisionOutcome.NO_VIOLATION, {}, "ground"),
    ],
)
def test_a_ruling_that_does_not_add_up_is_refused(community, outcome, more, where):
    case = held(community)
    with pytest.raises(InputError) as caught:
        ruled(community, case, outcome, **more)
    assert caught.value.where == where


def test_the_law_as_a_ground_names_its_article(community):
    spam = held(community, label="spam")
    with pytest.raises(InputError) as caught:
        ruled(community, spam, UPHOLD, Ground.LAW)
    assert caught.value.where == "provision"
    decision = ruled(community, spam, UPHOLD, Ground.LAW, provision="Code pénal, art. 313-1")
    [_, statement] = told(community, *decision.measures)
    assert "Code pénal, art. 313-1" in statement_text(statement)["fr"]


@pytest.mark.parametrize(
    "reason",
    ["ok", "Spam.", "TODO", "Voir [NOM]", "{{reason}}", "Contre les règles !", "motif ___"],
)
def test_placeholders_and_empty_phrases_never_leave(community, reason):
    case = held(community)
    with pytest.raises(InputError) as caught, community.store.begin() as tables:
        decide(tables, case.id, UPHOLD, Ground.TERMS, reason, CAMILLE, AT)
    assert caught.value.where == "reason"


def test_a_notice_makes_it_a_case_of_notice_and_the_statement_never_names_the_notifier(community):
    community.says("m1", "bof", author="u7")
    community.step()
    request = ReportRequest(
        category="harassment",
        explanation="C'est Lou qui écrit.",
        message_ids=("m1",),
        good_faith=True,
    )
    with community.store.begin() as tables:
        receipt = receive(tables, request, community.keys, 1_000, "lou@example.org")
        decision = decide(
            tables,
            receipt.case,
            ACT,
            Ground.TERMS,
            "Insulte répétée.",
            CAMILLE,
            AT,
            measures=[Wanted(MeasureKind.HIDE)],
        )
    [statement] = told(community, *decision.taken)
    assert statement.source is StatementSource.NOTICE
    text = " ".join(statement_text(statement).values())
    assert "It had been reported" in text
    assert "Lou" not in text
    assert "lou@" not in text


def test_a_code_opens_one_statement_and_cannot_be_made_without_the_key(community):
    held(community)
    [statement] = told(community, "m-m1")
    code = statement_code(statement.number, community.keys)
    assert code.encode() not in community.bytes_on_disk()
    with community.store.read() as tables:
        typed = code.upper().replace("-", " ")
        assert read_code(tables, typed, community.keys).statement.id == statement.id
        last = "0" if code[-1] != "0" else "1"
        with pytest.raises(NotFoundError):
            read_code(tables, code[:-1] + last, community.keys)
        with pytest.raises(InputError):
            read_code(tables, "abc", community.keys)


def test_to_remove_takes_two_people(community):
    case = held(community)
    with pytest.raises(ConflictError) as caught:
        ruled(community, case, ACT, measures=[Wanted(MeasureKind.REMOVE)])
    assert "two people" in caught.value.what
    decision = ruled(
        community, case, ACT, measures=[Wanted(MeasureKind.REMOVE)], confirmed_by="sacha"
    )
    assert decision.confirmed_by == "sacha"
