"""Suspended notices (DSA art. 23(2)): after a warning, for a time, never an account, never life."""

from __future__ import annotations

import pytest

from rempart.cases.queue.triage import triage
from rempart.cases.reports.misuse import warn
from rempart.cases.reports.receiving import receive, take_waiting
from rempart.cases.reports.status import report_of, status
from rempart.cases.reports.suspending import DAY_MS, lift, suspend
from rempart.errors import ConflictError, InputError
from rempart.model import ReportContact, ReportRequest

WHY = "Four reports of harmless greetings within a week, also after the warning."
WARNED = 10_000
BEGUN = WARNED + 5 * DAY_MS


def notice(thing: str, category: str = "harassment", **more: object) -> ReportRequest:
    return ReportRequest(
        category=category,
        explanation="Look at this.",
        links=(f"https://chat.example/{thing}",),
        good_faith=True,
        **more,
    )


def reports(community, thing, at_ms, who="troll", category="harassment", **more):
    with community.store.begin() as tables:
        request = notice(thing, category, **more)
        return receive(tables, request, community.keys, at_ms, who)


def judged_wrong(community, receipt, at_ms):
    with community.store.begin() as tables:
        triage(tables, receipt.case, "spam", "moderator-1", at_ms, person=True)


@pytest.fixture
def warned(community):
    """A source that was warned, and was wrong again."""
    sent = [reports(community, f"greeting-{n}", 1_000 + n) for n in range(3)]
    for receipt in sent:
        judged_wrong(community, receipt, 5_000)
    with community.store.begin() as tables:
        warn(tables, tables.cases.report(sent[0].report), "moderator-1", WARNED)
    return sent[0]


def wrong_again(community):
    judged_wrong(community, reports(community, "greeting-9", WARNED + DAY_MS), WARNED + 2 * DAY_MS)


def begins(community, receipt, at_ms=BEGUN, days=30, why=WHY):
    with community.store.begin() as tables:
        return suspend(tables, tables.cases.report(receipt.report), days, why, "moderator-1", at_ms)


def test_nothing_is_suspended_without_a_warning_time_and_more_of_the_same(community, warned):
    other = reports(community, "greeting-20", 9_000, who="somebody else")
    with pytest.raises(ConflictError, match="not warned"):
        begins(community, other)
    with pytest.raises(ConflictError, match="3 days"):
        begins(community, warned, WARNED + DAY_MS)
    with pytest.raises(ConflictError, match="after the warning"):
        begins(community, warned)
    wrong_again(community)
    for days in (0, 91):
        with pytest.raises(InputError, match="1 to 90"):
            begins(community, warned, days=days)
    with pytest.raises(InputError):
        begins(community, warned, why="spam")
    row = begins(community, warned)
    assert row.warned_ms == WARNED and row.until_ms == BEGUN + 30 * DAY_MS
    with pytest.raises(ConflictError, match="already"):
        begins(community, warned, BEGUN + 1)


def test_only_what_others_reported_waits_and_is_examined_at_the_end(community, warned):
    wrong_again(community)
    first = reports(community, "insult", BEGUN - 1, who="witness")
    row = begins(community, warned)
    with community.store.read() as tables:
        before = tables.cases.get(first.case)
    contact = ReportContact("Troll Person", "troll@example.org")
    waits = reports(community, "insult", BEGUN + 1, contact=contact)
    assert waits.words and waits.case == ""
    with community.store.read() as tables:
        assert tables.cases.get(first.case) == before
        assert tables.cases.report(waits.report) is None
        said = status(tables, waits.words, community.keys)
        (told,) = (m.text for m in said.messages if m.kind == "suspended")
        assert WHY in told["en"] and "Contact" in told["fr"] and not said.open
        assert tables.stream.measures() == []
        with pytest.raises(ConflictError, match="waits"):
            report_of(tables, waits.words, community.keys)
        # With its other receipts the source reads it too.
        assert "suspended" in {
            m.kind for m in status(tables, warned.words, community.keys).messages
        }
    # Somebody else's notice of the same thing joins the case as ever.
    assert reports(community, "insult", BEGUN + 2, who="third").case == first.case
    with community.store.begin() as tables:
        assert take_waiting(tables, row.until_ms - 1) == 0
        assert take_waiting(tables, row.until_ms) == 1
        assert take_waiting(tables, row.until_ms) == 0
    with community.store.read() as tables:
        found = report_of(tables, waits.words, community.keys)
        assert (found.id, found.case) == (waits.report, first.case)
        assert found.has_contact and found.received_ms == BEGUN + 1
        sealed = tables.cases.sealed_contact(found.id)
        assert community.keys.open_contact(found.id, sealed) == contact


def test_life_children_minors_and_the_first_notice_of_a_thing_never_wait(community, warned):
    wrong_again(community)
    reports(community, "insult", BEGUN - 2, who="witness")
    reports(community, "menace", BEGUN - 1, who="witness", category="threat")
    begins(community, warned)
    at_once = [
        reports(community, "insult", BEGUN + 1, category="threat"),
        reports(community, "insult", BEGUN + 2, category="child_safety"),
        reports(community, "insult", BEGUN + 3, minor=True),
        reports(community, "menace", BEGUN + 4),
        reports(community, "never-seen", BEGUN + 5),
    ]
    assert all(receipt.case for receipt in at_once)
    assert not reports(community, "never-seen", BEGUN + 6, category="hate").case


def test_it_is_lifted_and_what_waited_is_examined_at_once(community, warned):
    wrong_again(community)
    first = reports(community, "insult", BEGUN - 1, who="witness")
    row = begins(community, warned)
    waits = reports(community, "insult", BEGUN + 1)
    with community.store.begin() as tables:
        lift(tables, row.id, "The team was wrong about two of the four.", "admin-1", BEGUN + 9)
        assert take_waiting(tables, BEGUN + 9) == 1
    with pytest.raises(ConflictError, match="ended"), community.store.begin() as tables:
        lift(tables, row.id, "The team was wrong about two of the four.", "admin-1", BEGUN + 10)
    with community.store.read() as tables:
        assert report_of(tables, waits.words, community.keys).case == first.case
        (told,) = (
            m.text
            for m in status(tables, waits.words, community.keys).messages
            if m.kind == "suspended"
        )
        assert "took this back" in told["en"]
    assert reports(community, "insult", BEGUN + 11, category="hate").case == first.case
