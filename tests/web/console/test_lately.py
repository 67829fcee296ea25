"""What happened lately: neither one attack's cases nor a brigade's reports push everything else off
the page."""

from __future__ import annotations

from datetime import timedelta

import made_up

from rempart.web.console.live.lately import _gathered
from rempart.web.console.screens import Happening


def _opened(minute: int, target: str, case: str) -> Happening:
    at = made_up.NOW - timedelta(minutes=minute)
    return Happening(at, "case_opened", {"case_kind": "message", "target": target}, case)


def _reported(minute: int, case: str) -> Happening:
    return Happening(made_up.NOW - timedelta(minutes=minute), "report_received", {}, case)


def _told(found: list[Happening]) -> list[tuple[str | None, str]]:
    return [(one.case, one.facts.get("more", "")) for one in _gathered(found)]


def test_like_cases_are_one_line_that_says_so_until_something_else_happened() -> None:
    up = Happening(made_up.NOW - timedelta(minutes=3), "shield_on", {"channel": "lea"}, "c-9")
    found = [
        _opened(0, "lea", "c-1"),
        _opened(1, "mirabelle", "c-2"),
        _opened(2, "lea", "c-3"),
        up,
        _opened(4, "lea", "c-4"),
        _opened(5, "mirabelle", "c-5"),
    ]
    assert _told(found) == [("c-1", "yes"), ("c-2", ""), ("c-9", ""), ("c-4", ""), ("c-5", "")]


def test_a_brigade_does_not_push_an_attack_off_the_page() -> None:
    """Each of its reports opens a case of its own, so that reports and cases alternate."""
    flood = [
        one
        for number in range(0, 40, 2)
        for one in (
            _reported(number, f"c-{number}"),
            _opened(number + 1, "innocent", f"c-{number}"),
        )
    ]
    attack = Happening(made_up.NOW - timedelta(minutes=99), "raid_attack", {}, "c-99")
    assert _told([*flood, attack]) == [("c-0", "yes"), ("c-0", "yes"), ("c-99", "")]
