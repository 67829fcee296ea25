"""What happened lately: one attack's cases do not push everything else off the page."""

from __future__ import annotations

from datetime import timedelta

import made_up

from rempart.web.console.live.lately import _gathered
from rempart.web.console.screens import Happening


def _opened(minute: int, target: str, case: str) -> Happening:
    at = made_up.NOW - timedelta(minutes=minute)
    return Happening(at, "case_opened", {"case_kind": "message", "target": target}, case)


def test_like_cases_in_a_row_are_one_line_that_says_so() -> None:
    report = Happening(made_up.NOW - timedelta(minutes=3), "report_received", {}, "c-9")
    found = [
        _opened(0, "lea", "c-1"),
        _opened(1, "lea", "c-2"),
        _opened(2, "lea", "c-3"),
        report,
        _opened(4, "lea", "c-4"),
        _opened(5, "mirabelle", "c-5"),
    ]
    told = _gathered(found)
    assert [one.case for one in told] == ["c-1", "c-9", "c-4", "c-5"]
    assert [one.facts.get("more", "") for one in told] == ["yes", "", "", ""]
