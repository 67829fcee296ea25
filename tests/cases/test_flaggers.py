"""DSA art. 22(6): how often a trusted flagger was right, and when a letter is due."""

from __future__ import annotations

import pytest

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.reports.flaggers import LEAST, flaggers, standing
from rempart.cases.reports.receiving import receive
from rempart.model import DecisionOutcome, Ground, ReportRequest

MODERATOR = Decider("moderator-1", person=True)


@pytest.mark.parametrize(
    ("right", "judged", "letter"),
    [
        (2, LEAST, True),
        (LEAST - 2, LEAST, False),
        (0, LEAST - 1, False),
        (45, 100, False),
        (30, 100, True),
    ],
)
def test_a_letter_is_due_only_where_figures_say_something(
    right: int, judged: int, letter: bool
) -> None:
    found = standing("t1", "A hotline", right, judged)
    assert bool(found.letter) is letter
    if letter:
        assert f"{judged - right} " in found.letter["en"]
        assert "A hotline" in found.letter["fr"]


def test_only_what_was_decided_counts_and_other_reporters_do_not(community) -> None:
    outcomes = [DecisionOutcome.LIFT, DecisionOutcome.UPHOLD, None]
    cases = []
    for n, outcome in enumerate(outcomes):
        community.says(f"m{n}", "idiot", author=f"x{n}", labels={"insult": 0.9})
        [case] = community.step()
        request = ReportRequest(
            "harassment", "again and again", message_ids=(f"m{n}",), good_faith=True
        )
        with community.store.begin() as tables:
            receive(tables, request, community.keys, 1_000, flagger="t1")
            receive(tables, request, community.keys, 1_000, "somebody")
        cases.append((case, outcome))
    for case, outcome in cases:
        if outcome is not None:
            with community.store.begin() as tables:
                ground = Ground.NONE if outcome is DecisionOutcome.LIFT else Ground.TERMS
                decide(tables, case.id, outcome, ground, "it was looked at", MODERATOR, 2_000)
    with community.store.read() as tables:
        [found] = flaggers(tables, 3_000)
    assert (found.id, found.right.part, found.right.whole) == ("t1", 1, 2)
    assert found.letter == {}
