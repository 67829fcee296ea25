"""Links to images of children and to intimate images, once a person has confirmed them.

Rules kept here:

1. Only after a decision that found the report right, of a harm that says `at_once`, and only links
   with a path: a whole site is never refused because of one page.
2. From then on a message with such a link (or one that begins with it) is held before anybody sees
   it, whoever sends it. The links are a list like any other, called `decided here`.
3. A decision that takes the first one back (an appeal, a second look) takes its links off again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.harms import harms
from rempart.cases.reading import read_messages, read_reports
from rempart.detect.links.extract import split_link
from rempart.detect.links.hosts import host_to_ascii
from rempart.model import Decision, Ground
from rempart.store.interface import Tables

MOST_LINKS: Final = 200
LIST_NAME: Final = "decided here"


def follow_decision(tables: Tables, decision: Decision, at_ms: int) -> None:
    """In the transaction of a decision: what it means for the links of its case."""
    case = decision.case
    reports = read_reports(tables, case)
    serious = {harm.key for harm in harms().values() if harm.at_once}
    if not any(report.category in serious for report in reports):
        return
    if decision.ground is Ground.NONE:
        dropped = tables.refused_links.drop(case)
        if dropped:
            _tell(tables, case, "let-through", dropped, at_ms)
        return
    said = [link for report in reports if report.category in serious for link in report.links]
    said += [
        link
        for one in read_messages(tables, case)
        for known in (one.message or one.sealed,)
        if known is not None
        for link in known.links
    ]
    added = tables.refused_links.add(_pages(said), case, at_ms)
    if added:
        _tell(tables, case, "refused", added, at_ms)


def _pages(links: Iterable[str]) -> list[str]:
    """Host and path of each link that has a path (rule 1)."""
    found: dict[str, None] = {}
    for link in links:
        host, path = split_link(link)
        host = host_to_ascii(host).removeprefix("www.")
        path = path.partition("#")[0].partition("?")[0].strip("/")
        if host and path:
            found[f"{host}/{path}"] = None
    return list(found)[:MOST_LINKS]


def _tell(tables: Tables, case: str, what: str, number: int, at_ms: int) -> None:
    """How many, not which: the links themselves stand in the reports and messages of the case."""
    told = {"case": case, "what": what, "links": number, "at": rfc3339(at_ms)}
    record(tables, [(case, entry("refused-links", told))])
    tables.announce("links", {"case": case, "what": what})
