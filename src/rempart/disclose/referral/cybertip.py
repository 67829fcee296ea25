"""A report to the NCMEC's CyberTipline as XML, its elements in the order that is asked for.

Source: the public documentation of the interface (report.cybertip.org/ispws/documentation), read in
2026. Only the incident's type and time are required; what is not known is left out, never guessed.
Rules kept here (18 USC 2258A; *US v. Wilson*, 9th Cir. 2021):

1. No file is ever part of it: this product keeps none. `fileViewedByEsp` has no place here, and
   nothing claims that anybody looked at a file.
2. Addresses, hashes and times come through the type that has nothing else (`cases.child_safety`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

INCIDENT = "Child Pornography (possession, manufacture, and distribution)"
MOST_ADDRESSES = 100


class Tip(NamedTuple):
    """`at`: of the incident; `urgent`: why it cannot wait, empty when it can; `platform`: ours."""

    at: datetime
    addresses: Sequence[str]
    hashes: Sequence[str]
    platform: str
    reporter_email: str
    account: str = ""
    urgent: str = ""
    comment: str = ""


def tip_xml(tip: Tip) -> bytes:
    """The element `report`, UTF-8. Text is text: nothing in it becomes markup."""
    report = Element("report")
    summary = SubElement(report, "incidentSummary")
    _put(summary, "incidentType", INCIDENT)
    _put(summary, "platform", tip.platform)
    _put(summary, "escalateToHighPriority", tip.urgent[:3_000])
    _put(summary, "incidentDateTime", tip.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if tip.addresses:
        details = SubElement(report, "internetDetails")
        page = SubElement(details, "webPageIncident")
        for address in tip.addresses[:MOST_ADDRESSES]:
            _put(page, "url", address)
    reporter = SubElement(SubElement(report, "reporter"), "reportingPerson")
    _put(reporter, "email", tip.reporter_email)
    if tip.account:
        _put(SubElement(report, "personOrUserReported"), "espIdentifier", tip.account)
    told = [tip.comment, *(f"SHA-256 {digest}" for digest in tip.hashes)]
    _put(report, "additionalInfo", "\n".join(line for line in told if line))
    whole: bytes = tostring(report, encoding="utf-8", xml_declaration=True)
    return whole


def _put(parent: Element, name: str, text: str) -> None:
    if text:
        SubElement(parent, name).text = "".join(c if _is_xml(c) else "\ufffd" for c in text)


def _is_xml(c: str) -> bool:
    """Characters that XML 1.0 can hold."""
    return c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
