"""Whom a body is about, and what lets it expire: the two halves of its key (see ADR 36).

A *subject* is a string: `account:<platform>/<id>`, `target:<name>`, `report:<id>`, `case:<id>`; the
empty one is nobody, so the community itself. Destroying a subject's key makes all its bodies
unreadable.

A *bucket* is the bodies of one kind and one day (UTC, of the day they were written), whose key is
destroyed when their retention ends. What is `KEPT` has no day: only its subject's key ends it.
"""

from __future__ import annotations

from typing import Final

NOBODY: Final = ""
TRAFFIC: Final = "traffic"
"""Messages and events as they came: the mass, and the shortest retention."""
RECORDS: Final = "records"
"""What the community wrote: reports, decisions, notes, measures, versions …"""
KEPT: Final = "kept"
"""Without a day: what a case, a hold or the running of the service itself needs."""


def account_subject(platform: str, id: str) -> str:
    return f"account:{platform}/{id}"


def target_subject(target: str) -> str:
    """A protected person, for what they wrote themselves."""
    return f"target:{target}"


def report_subject(id: str) -> str:
    return f"report:{id}"
