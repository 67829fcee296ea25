"""What stands against an erasure, and until when. Reads the tables; decides nothing.

Rules kept here:

1. Each need has a key of `erasure.toml`, with its legal source, and an end date: the erasure is
   carried out then. Where the end is not known (a case that is open) it is when to look again.
2. What the person under attack put into her file is hers to prove with: an erasure asked for by who
   attacked her waits for it.
3. A hold covers an account, a target, a report, a case or a whole channel.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rempart.cases.erasure.facts import DAY_MS, needs
from rempart.store.interface import Tables
from rempart.store.interface.erasure import HoldRow, NeededCase

ACCOUNT, TARGET, REPORTER = "account", "target", "reporter"
KINDS = (ACCOUNT, TARGET, REPORTER)


class NeedFor(NamedTuple):
    """One thing that needs the material. `about`: the case or hold, for who works here."""

    key: str
    until_ms: int
    about: str = ""


def split_subject(subject: str) -> tuple[str, str]:
    """Platform (empty: all) and name."""
    platform, slash, name = subject.partition("/")
    return (platform, name) if slash else ("", subject)


def needed_for(tables: Tables, kind: str, subject: str, now_ms: int) -> list[NeedFor]:
    """All that needs the material of this subject now, the longest first."""
    platform, name = split_subject(subject)
    erasure = tables.erasure
    found: list[NeedFor] = []
    if kind == ACCOUNT:
        cases = erasure.cases_of_account(platform, name)
        found += _of_measures(erasure.measures_on_account(platform, name), now_ms)
        ban_ms = erasure.court_ban_until(platform, name)
        if ban_ms is not None:
            found.append(NeedFor("court_ban", ban_ms))
        kept_ms = erasure.in_files(platform, name)
        if kept_ms is not None:
            found.append(NeedFor("incident_file", kept_ms + _days("incident_file")))
    elif kind == TARGET:
        cases = erasure.cases_of_target(platform, name)
    else:
        cases = erasure.cases_of_report(subject)
    found += _of_cases(cases, now_ms)
    found += _of_holds(tables, kind, subject, cases, now_ms)
    still = [one for one in found if one.until_ms > now_ms]
    return sorted(still, key=lambda one: (-one.until_ms, one.key, one.about))


def _of_cases(cases: Iterable[NeededCase], now_ms: int) -> list[NeedFor]:
    found = []
    for case in cases:
        if case.looks:
            found.append(NeedFor("appeal_open", now_ms + _days("appeal_open"), case.id))
        if case.state == "open":
            due = case.due_ms or case.opened_ms + _days("case_open")
            found.append(NeedFor("case_open", max(due, now_ms + DAY_MS), case.id))
        elif case.decided_ms is not None:
            until = case.decided_ms + _days("appeal_window")
            found.append(NeedFor("appeal_window", until, case.id))
    return found


def _of_measures(spans: Iterable[tuple[int, int | None]], now_ms: int) -> list[NeedFor]:
    """Without an end of its own, a restriction can be contested for six months."""
    longest = _days("measure")
    ends = [min(end or begin + longest, begin + longest) for begin, end in spans]
    return [NeedFor("measure", end) for end in ends if end > now_ms]


def _of_holds(
    tables: Tables, kind: str, subject: str, cases: list[NeededCase], now_ms: int
) -> list[NeedFor]:
    ids = {case.id for case in cases}
    return [
        NeedFor(f"hold_{hold.kind}", hold.until_ms, hold.id)
        for hold in tables.erasure.holds(now_ms=now_ms, limit=10_000)
        if _covers(tables, hold, kind, subject, ids)
    ]


def _covers(tables: Tables, hold: HoldRow, kind: str, subject: str, cases: set[str]) -> bool:
    if hold.covers == "case":
        return hold.subject in cases
    if hold.covers == "channel":
        platform, channel = split_subject(hold.subject)
        if kind == ACCOUNT:
            mine, account = split_subject(subject)
            return mine == platform and tables.erasure.wrote_in(platform, channel, account)
        return kind == TARGET and split_subject(subject)[1] == channel
    if hold.covers != kind:
        return False
    return hold.subject == subject or (
        kind == TARGET and split_subject(hold.subject)[1] == split_subject(subject)[1]
    )


def _days(key: str) -> int:
    return needs()[key].days * DAY_MS
