"""A restriction without its reasons is refused: DSA art. 17(3), point by point, fr and en."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.deciding.statement_gate import Element, checked, lack
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.measures.by_hand import Wish, take
from rempart.cases.measures.taking import Wanted
from rempart.cases.reports.receiving import receive
from rempart.errors import ConflictError, InputError
from rempart.model import (
    LADDER,
    AutomatedDecision,
    Decision,
    DecisionOutcome,
    ExemptionReason,
    Ground,
    MeasureKind,
    ReportRequest,
    Scope,
    ScopeKind,
    StatementSource,
)
from rempart.protect import Shields

CAMILLE = Decider("camille", person=True)
AT = 1_772_400_000_000
replace = msgspec.structs.replace


@pytest.fixture
def whole(community):
    community.says("m1", "va-t'en", author="u7", labels={"insult": 0.9})
    community.step()
    [statement] = told(community, "m-m1")
    return statement


def told(community, *measures):
    with community.store.read() as tables:
        return [row.statement for row in tables.statements.of_measures(measures)]


def by_hand(community, reason, kind=MeasureKind.HIDE):
    wish = Wish(kind, Scope(ScopeKind.MESSAGE, "twitch", "lea", "m1"), 3_600, reason)
    with community.store.begin() as tables:
        return take(tables, [wish], Shields(), "camille", AT)


@pytest.mark.parametrize(
    ("change", "element"),
    [
        ({"kind": MeasureKind.SLOW_MODE}, Element.MEASURE),
        ({"until": None}, Element.MEASURE),
        ({"account": ""}, Element.MEASURE),
        ({"territory": ("FR", "XX")}, Element.MEASURE),
        ({"message": None}, Element.FACTS),
        ({"rule": None}, Element.AUTOMATED),
        ({"automated_decision": AutomatedDecision.PARTIALLY}, Element.AUTOMATED),
        ({"decision": "d-1"}, Element.AUTOMATED),
        ({"ground": Ground.NONE}, Element.CONTRACTUAL_GROUND),
        ({"reference": {}}, Element.CONTRACTUAL_GROUND),
        ({"reference": {"en": "Community rules", "fr": " "}}, Element.CONTRACTUAL_GROUND),
        ({"ground": Ground.LAW, "reference": {"en": "", "fr": ""}}, Element.LEGAL_GROUND),
        ({"explanation": {}}, Element.CONTRACTUAL_GROUND),
        ({"explanation": {"en": "Repeated insults.", "fr": ""}}, Element.CONTRACTUAL_GROUND),
        ({"explanation": {"en": "Spam.", "fr": "Spam."}}, Element.CONTRACTUAL_GROUND),
        ({"explanation": {"en": "spam abuse", "fr": "haine"}}, Element.CONTRACTUAL_GROUND),
        ({"explanation": {"en": "[REASON]", "fr": "[MOTIF]"}}, Element.CONTRACTUAL_GROUND),
    ],
)
def test_each_element_that_is_empty_or_generic_refuses_it(whole, change, element):
    assert lack(whole) is None
    if "until" in change:
        assert not LADDER[whole.kind].endless
    found = lack(replace(whole, **change))
    assert found is not None
    assert found.element is element
    with pytest.raises(InputError, match=r"art\. 17\(3\)"):
        checked(replace(whole, **change))


def test_it_ends_after_it_begins(whole):
    assert lack(replace(whole, until=whole.from_at - timedelta(seconds=1))).field == "until"


def test_every_text_has_all_six_points_in_both_languages(whole):
    text = statement_text(whole)
    for english, french in [
        ("Your message is held", "Votre message est retenu"),  # (a) what
        ("wherever this place can be read", "partout où ce lieu peut être lu"),  # (a) where
        (" until 8 March 2026", " jusqu’au 8 mars 2026"),  # (a) how long
        ("Facts: your message of 1 March 2026", "Faits : votre message du 1"),  # (b)
        ("Automated means recognised this", "Des moyens automatisés l’ont reconnu"),  # (c)
        ("rule hold-abuse", "règle hold-abuse"),  # (c)
        ("Ground: the terms of this community", "Fondement : les conditions"),  # (e)
        ("Why: The rule hold-abuse recognised: Harassment.", "a reconnu : Harcèlement."),
        ("appeal within six months", "contester dans les six mois"),  # (f)
        ("DSA art. 21", "DSA, art. 21"),
    ]:
        assert english in text["en"]
        assert french in text["fr"]


def test_a_persons_measure_without_a_reason_that_says_something_is_not_taken(community):
    community.says("m1", "bof", author="u7")
    community.step()
    with pytest.raises(InputError) as caught:
        by_hand(community, "Spam !")
    assert caught.value.where == "explanation"
    with community.store.read() as tables:
        assert tables.statements.restrictions() == 0
    [measure] = by_hand(community, "Third insult of the evening after two warnings.")
    [statement] = told(community, measure.id)
    assert statement.content_at is not None
    assert statement.automated_decision is AutomatedDecision.NOT
    assert not statement.automated_detection


def test_a_hold_that_names_no_account_has_its_exemption_in_the_same_transaction(community):
    community.measure("m-newcomers")
    community.step(community.raid())
    with community.store.read() as tables:
        assert tables.statements.unstated(10) == []
        row = tables.statements.exemptions(["m-newcomers"])["m-newcomers"]
        assert row.exemption.reason is ExemptionReason.NO_CONTACT
        assert row.seq == tables.stream.measure("m-newcomers").seq


def test_a_raid_of_ten_thousand_is_no_spam_each_message_is_stated(community):
    for number in range(300):
        community.says(f"r{number}", "dehors", author=f"b{number}", raid="r-1")
    community.step(community.raid(members=[f"b{n}" for n in range(300)]))
    with community.store.read() as tables:
        assert tables.statements.restrictions() == 300
        assert tables.statements.unstated(10) == []
        assert tables.statements.exemptions([f"m-r{n}" for n in range(300)]) == {}


def test_a_trusted_flaggers_word_is_named_as_such_and_never_who_it_was(community):
    community.says("m1", "bof", author="u7")
    community.step()
    request = ReportRequest(
        category="harassment",
        explanation="Signalé par Association Exemple.",
        message_ids=("m1",),
        good_faith=True,
    )
    with community.store.begin() as tables:
        receipt = receive(
            tables, request, community.keys, 1_000, "lou@example.org", flagger="flagger-token-7"
        )
        decision = decide(
            tables,
            receipt.case,
            DecisionOutcome.ACT,
            Ground.TERMS,
            "Insulte répétée.",
            CAMILLE,
            AT,
            measures=[Wanted(MeasureKind.HIDE)],
        )
    [statement] = told(community, *decision.taken)
    assert statement.source is StatementSource.TRUSTED_FLAGGER
    assert not statement.automated_detection
    everything = msgspec.json.encode(statement).decode() + "".join(
        statement_text(statement).values()
    )
    for word in ("flagger-token-7", "Association Exemple", "lou@", "camille"):
        assert word not in everything


@given(
    reason=st.dictionaries(st.sampled_from(["en", "fr"]), st.text(max_size=40)),
    rule=st.text("abc-", min_size=1, max_size=12),
)
def test_whatever_a_rule_gives_as_its_reason_what_it_takes_is_stated(reason, rule):
    """Protection never waits for words: the machine's statement is whole, always."""
    from rempart.cases.deciding.statement_gate import is_sound
    from rempart.cases.deciding.statements import explained

    community_measure = _measure(reason, rule)
    assert is_sound(explained(community_measure, "harassment"))


def _measure(reason, rule):
    from datetime import UTC, datetime

    from rempart.model import Measure

    at = datetime(2026, 3, 1, tzinfo=UTC)
    scope = Scope(ScopeKind.MESSAGE, "twitch", "lea", "m1")
    return Measure(
        "m-1",
        MeasureKind.HOLD,
        scope,
        at,
        at + timedelta(1),
        rule,
        message="m1",
        account="u",
        reason=reason,
    )


def test_a_decision_that_restricts_without_a_ground_cannot_even_be_stored(community):
    community.says("m1", "va-t'en", author="u7", labels={"insult": 0.9})
    [case] = community.step()
    decision = Decision(
        id="d-1",
        case=case.id,
        outcome=DecisionOutcome.UPHOLD,
        ground=Ground.NONE,
        reason="Third insult of the evening.",
        decided_by="camille",
        decided_at=case.opened_at,
        measures=("m-m1",),
        undone=(),
    )
    with pytest.raises(ConflictError) as caught, community.store.begin() as tables:
        tables.cases.insert_decision(decision, 1)
    assert "a restriction has a ground" in str(caught.value.__cause__)
    with community.store.read() as tables:
        assert tables.cases.decision(case.id) is None
