"""Misuse of reports: four factors by what people judged; a person warns, nobody is suspended."""

from __future__ import annotations

import pytest

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.queue.triage import triage
from rempart.cases.reports.misuse import factors, factors_of, text_for, warn
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.cases.reports.thread import say
from rempart.errors import ConflictError
from rempart.model import DecisionOutcome, Ground, ReportRequest
from rempart.store.interface.deadlines import PastReport
from rempart.store.interface.threads import Side


def test_the_four_factors_count_only_what_people_judged() -> None:
    found = factors(
        [
            PastReport(1, "child_safety", True),
            PastReport(2, "child_safety", True),
            PastReport(3, "spam", False),
            PastReport(4, "threat", True),
            PastReport(5, "threat", None),
        ]
    )
    assert (found.all_, found.judged, found.unfounded) == (5, 4, 3)
    assert (found.grave, found.after_refusal, found.may_warn) == (3, 1, True)
    assert not factors([PastReport(1, "threat", None)] * 500).may_warn
    mostly_right = [PastReport(n, "hate", n < 3) for n in range(10)]
    assert not factors(mostly_right).may_warn


def test_a_person_warns_once_and_the_reporter_reads_it_with_the_receipt(community) -> None:
    receipts = []
    for number in range(4):
        community.says(f"m{number}", "what a lovely evening")
        community.step()
        request = ReportRequest(
            category="child_safety",
            explanation="Look at this.",
            message_ids=(f"m{number}",),
            good_faith=True,
        )
        with community.store.begin() as tables:
            receipts.append(receive(tables, request, community.keys, 1_000 + number, "troll"))
    with community.store.begin() as tables:
        row = tables.cases.report(receipts[3].report)
        with pytest.raises(ConflictError, match="no warning"):
            warn(tables, row, "moderator-1", 5_000)
        for receipt in receipts[:3]:
            triage(tables, receipt.case, "spam", "moderator-1", 6_000, person=True)
        assert factors_of(tables, row, 7_000).unfounded == 3
        warn(tables, row, "moderator-1", 7_000)
        with pytest.raises(ConflictError, match="within the year"):
            warn(tables, row, "moderator-1", 8_000)
    with community.store.read() as tables:
        said = status(tables, receipts[3].words, community.keys).messages
        assert tables.stream.measures() is not None
    assert any(message.kind == "team" and "unfounded" in message.text["en"] for message in said)


def test_who_has_every_answer_already_is_warned_all_the_same(community) -> None:
    """Else nobody could warn a source whose last report is answered, and so never suspend it."""
    for number in range(3):
        community.says(f"m{number}", "what a lovely evening")
        community.step()
        request = ReportRequest(
            category="threat",
            explanation="Look at this.",
            message_ids=(f"m{number}",),
            good_faith=True,
        )
        with community.store.begin() as tables:
            receipt = receive(tables, request, community.keys, 1_000 + number, "troll")
            decide(
                tables, receipt.case, DecisionOutcome.NO_VIOLATION, Ground.NONE, "A greeting.",
                Decider("moderator-1", person=True), 2_000 + number, sample=0.0,
            )  # fmt: skip
    with community.store.begin() as tables:
        row = tables.cases.report(receipt.report)
        assert row.answered_ms is not None
        text = text_for(row, factors_of(tables, row, 7_000))
        assert "contact point" in text["en"] and "answer here" not in text["en"]
        assert "point de contact" in text["fr"] and "répondez" not in text["fr"]
        warn(tables, row, "moderator-1", 7_000)
        with pytest.raises(ConflictError, match="answered already"):
            say(tables, row, Side.TEAM, "One more thing.", 8_000, by="moderator-1")
    with community.store.read() as tables:
        said = status(tables, receipt.words, community.keys).messages
    assert [one.text["en"] for one in said if one.kind == "team"] == [text["en"]]
