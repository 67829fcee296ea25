"""Suspended processing of complaints (DSA art. 23(2)): never silently, always with an end."""

from __future__ import annotations

import pytest

from rempart.cases.deciding.appeals import (
    appeal_by_account,
    appeal_by_reporter,
    look_again,
    take_waiting_appeals,
)
from rempart.cases.deciding.codes import statement_code
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.reports.misuse import factors_of, warn
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.cases.reports.suspending import DAY_MS, lift, may_suspend, suspend
from rempart.errors import ConflictError
from rempart.model import DecisionOutcome, Ground, LookState, MeasureKind, ReportRequest, SecondLook
from rempart.store.interface.misuse import WaitingAppeal

CAMILLE, SACHA = Decider("camille", person=True), Decider("sacha", person=True)
AT = 1_772_400_000_000
WARNED = AT + 10 * DAY_MS
BEGUN = WARNED + 5 * DAY_MS
WHY = "Four appeals against harmless greetings, also after the warning."


def answered(community, thing, category="harassment", who="troll", at_ms=AT, minor=False):
    """A report of this person, and the decision that nothing is to be done."""
    request = ReportRequest(
        category=category,
        explanation="Look at this.",
        links=(f"https://chat.example/{thing}",),
        good_faith=True,
        minor=minor,
    )
    with community.store.begin() as tables:
        receipt = receive(tables, request, community.keys, at_ms, who)
        decide(
            tables, receipt.case, DecisionOutcome.NO_VIOLATION, Ground.NONE, "A friendly greeting.",
            CAMILLE, at_ms + 1, sample=0.0,
            confirmed_by="alex" if category == "child_safety" else None,
        )  # fmt: skip
    return receipt


def appeals(community, receipt, at_ms):
    with community.store.begin() as tables:
        return appeal_by_reporter(tables, receipt.words, "Look again!", community.keys, at_ms)


def rejected(community, look, at_ms, unfounded=True):
    with community.store.begin() as tables:
        fresh = tables.looks.get(look.id)
        return look_again(
            tables, fresh, granted=False, unfounded=unfounded, reason="It is a greeting.",
            by=SACHA, at_ms=at_ms,
        )  # fmt: skip


def unfounded(community, thing, at_ms, **more):
    look = appeals(community, answered(community, thing, at_ms=at_ms, **more), at_ms + 10)
    return rejected(community, look, at_ms + 20)


@pytest.fixture
def warned(community):
    """Who contested harmless things three times was warned, and did it again."""
    looks = [unfounded(community, f"greeting-{n}", AT + n * DAY_MS) for n in range(3)]
    with community.store.begin() as tables:
        warn(tables, looks[-1], "moderator-1", WARNED)
    return unfounded(community, "greeting-3", WARNED + DAY_MS)


def begins(community, look, at_ms=BEGUN, days=30):
    with community.store.begin() as tables:
        return suspend(tables, look, days, WHY, "moderator-1", at_ms)


def test_only_what_a_person_called_manifestly_unfounded_counts(community):
    looks = [
        rejected(
            community,
            appeals(community, answered(community, f"thing-{n}", at_ms=AT), AT + 10),
            AT + 20,
            unfounded=n == 0,
        )
        for n in range(4)
    ]
    with community.store.begin() as tables:
        found = factors_of(tables, looks[-1], AT + 30)
        assert (found.all_, found.judged, found.unfounded, found.may_warn) == (4, 4, 1, False)
        with pytest.raises(ConflictError, match="no warning"):
            warn(tables, looks[-1], "moderator-1", AT + 30)


def test_nothing_is_suspended_without_a_warning_time_and_more_of_the_same(community):
    looks = [unfounded(community, f"greeting-{n}", AT + n * DAY_MS) for n in range(3)]
    with community.store.begin() as tables:
        assert "not warned" in may_suspend(tables, looks[-1], WARNED)
        warn(tables, looks[-1], "moderator-1", WARNED)
        with pytest.raises(ConflictError, match="within the year"):
            warn(tables, looks[-1], "moderator-1", WARNED + 1)
        assert "3 days" in may_suspend(tables, looks[-1], WARNED + DAY_MS)
        assert "after the warning" in may_suspend(tables, looks[-1], BEGUN)
    again = unfounded(community, "greeting-9", WARNED + DAY_MS)
    row = begins(community, again)
    assert (row.what, row.warned_ms, row.until_ms) == ("complaints", WARNED, BEGUN + 30 * DAY_MS)


def test_an_appeal_waits_is_told_so_and_is_examined_at_the_end(community, warned):
    earlier = answered(community, "greeting-20", at_ms=BEGUN - 100)
    row = begins(community, warned)
    waits = appeals(community, earlier, BEGUN + 1)
    assert isinstance(waits, WaitingAppeal)
    with pytest.raises(ConflictError, match="already"):
        appeals(community, earlier, BEGUN + 2)
    with community.store.read() as tables:
        assert tables.looks.of_report(earlier.report) == []
        said = status(tables, earlier.words, community.keys)
        kinds = [one.kind for one in said.messages]
        assert "appeal" in kinds and "appeals_suspended" in kinds and "appeals_warned" in kinds
        assert said.appeal_until is None
        told = next(one.text for one in said.messages if one.kind == "appeals_suspended")
        assert WHY in told["en"] and "Contact" in told["fr"]
    # Its reports are examined as ever: only what it contests waits.
    assert answered(community, "greeting-21", at_ms=BEGUN + 5).case
    with community.store.begin() as tables:
        assert take_waiting_appeals(tables, row.until_ms - 1) == 0
        assert take_waiting_appeals(tables, row.until_ms) == 1
        assert take_waiting_appeals(tables, row.until_ms) == 0
    with community.store.read() as tables:
        (look,) = tables.looks.of_report(earlier.report)
        assert look.state is LookState.OPEN
        assert round(look.received_at.timestamp() * 1000) == BEGUN + 1
        assert round(look.due_at.timestamp() * 1000) > row.until_ms
    closed = rejected(community, look, row.until_ms + 50, unfounded=False)
    assert closed.answer["en"]


def test_others_appeal_as_ever_and_it_is_taken_back_at_once(community, warned):
    mine = answered(community, "greeting-30", at_ms=BEGUN - 100)
    other = answered(community, "greeting-31", who="somebody else", at_ms=BEGUN - 90)
    row = begins(community, warned)
    assert isinstance(appeals(community, other, BEGUN + 1), SecondLook)
    assert isinstance(appeals(community, mine, BEGUN + 1), WaitingAppeal)
    with community.store.begin() as tables:
        lift(tables, row.id, "Two of the four were right after all.", "admin-1", BEGUN + 9)
        assert take_waiting_appeals(tables, BEGUN + 9) == 1


@pytest.mark.parametrize("category", ["threat", "child_safety", "self_harm_incitement"])
def test_what_may_be_about_life_or_a_child_never_waits(community, warned, category):
    grave = [
        answered(community, "menace", category=category, at_ms=BEGUN - 100),
        answered(community, "minor", minor=True, at_ms=BEGUN - 90),
    ]
    begins(community, warned)
    for receipt in grave:
        assert isinstance(appeals(community, receipt, BEGUN + 1), SecondLook)


def restricted(community, number, at_ms, kind=None):
    """A message of one account that a person judged; the code of its statement."""
    community.says(f"m{number}", "va-t'en", author="u7", labels={"insult": 0.9})
    community.step()
    with community.store.begin() as tables:
        request = ReportRequest(
            category="harassment", explanation="Encore lui.", message_ids=(f"m{number}",),
            good_faith=True,
        )  # fmt: skip
        case = receive(tables, request, community.keys, at_ms, f"viewer{number}").case
        decide(
            tables, case, DecisionOutcome.UPHOLD, Ground.TERMS, "Insulte répétée.", CAMILLE,
            at_ms + 1, sample=0.0,
        )  # fmt: skip
        row = tables.statements.of_measures([f"m-m{number}"])[-1]
        return statement_code(row.statement.number, community.keys)


def contests(community, code, at_ms):
    with community.store.begin() as tables:
        return appeal_by_account(tables, code, "C'était une blague.", community.keys, at_ms)


def test_an_account_that_contests_everything_waits_and_its_restriction_is_untouched(community):
    looks = []
    for number in range(3):
        code = restricted(community, number, AT + number * DAY_MS)
        look = contests(community, code, AT + number * DAY_MS + 10)
        looks.append(rejected(community, look, AT + number * DAY_MS + 20))
    with community.store.begin() as tables:
        warn(tables, looks[-1], "moderator-1", WARNED)
    again = contests(community, restricted(community, 5, WARNED + DAY_MS), WARNED + DAY_MS + 9)
    rejected(community, again, WARNED + DAY_MS + 20)
    code = restricted(community, 6, BEGUN - 100)
    row = begins(community, again)
    assert isinstance(contests(community, code, BEGUN + 1), WaitingAppeal)
    with pytest.raises(ConflictError, match="already"):
        contests(community, code, BEGUN + 2)
    with community.store.begin() as tables:
        assert not [
            one
            for one in tables.stream.measures(limit=100)
            if one.measure.kind is MeasureKind.SUSPEND
        ]
        assert take_waiting_appeals(tables, row.until_ms) == 1


def test_what_only_a_machine_did_is_never_left_waiting(community, warned):
    community.says("m1", "va-t'en", author="troll", labels={"insult": 0.9})
    community.step()
    begins(community, warned)
    with community.store.read() as tables:
        row = tables.statements.of_measures(["m-m1"])[-1]
    code = statement_code(row.statement.number, community.keys)
    assert isinstance(contests(community, code, BEGUN + 1), SecondLook)
