"""DSA art. 16(3): which notice gives knowledge, and since when the service knew."""

from __future__ import annotations

import pytest

from rempart.cases.reports.knowledge import KNOWN, NEEDS_STUDY, NO_PLACE, NO_REASON, knowledge_of
from rempart.cases.reports.receiving import receive
from rempart.model import ReportRequest

THREAT = "he writes that he will come to my house tonight"


def noticed(community, at_ms: int = 5_000, **fields: object) -> str:
    """The case of a report."""
    said = {"category": "threat", "explanation": THREAT, "links": ("https://forum.example/t/1",)}
    request = ReportRequest(**{**said, **fields}, good_faith=True)
    with community.store.begin() as tables:
        return receive(tables, request, community.keys, at_ms).case


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, KNOWN),
        ({"category": "doxxing"}, KNOWN),
        ({"links": ()}, NO_PLACE),
        ({"explanation": "bad"}, NO_REASON),
        ({"category": "defamation"}, NEEDS_STUDY),
    ],
)
def test_a_notice_gives_knowledge_or_says_what_it_lacks(community, fields, why) -> None:
    case = noticed(community, **fields)
    with community.store.read() as tables:
        found = knowledge_of(tables, case)
    assert found is not None
    assert found.why == why
    assert (found.since is not None) is (why == KNOWN)


def test_the_first_clear_notice_is_the_moment(community) -> None:
    case = noticed(community, 5_000, explanation="bad")
    assert noticed(community, 60_000) == case
    assert noticed(community, 90_000, explanation=THREAT + " again") == case
    with community.store.read() as tables:
        found = knowledge_of(tables, case)
    assert found is not None
    assert found.since is not None
    assert found.since.timestamp() == 60


def test_nobody_reported_it_nobody_said_it(community) -> None:
    community.says("m1", "idiot", author="x1", labels={"insult": 0.9})
    [case] = community.step()
    with community.store.read() as tables:
        assert knowledge_of(tables, case.id) is None
