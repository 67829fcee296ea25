"""The report form: what was typed, and what is missing, said in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rempart.cases.harms import harms
from rempart.model import ReportContact, ReportRequest
from rempart.web.console.labels import N_
from rempart.web.console.templates import translations

FIELDS = (
    *("category", "explanation", "links", "text", "wish", "minor"),
    *("name", "email", "good_faith"),
)
WISHES = {
    "stop": N_("That it stops"),
    "evidence": N_("That it is kept as evidence"),
    "police": N_("That the police are told"),
    "talk": N_("That somebody talks with me"),
    "nothing": N_("Nothing; you should know of it"),
}
"""What a reporter may hope for, in the form's words (keys of `cases.reports.request.WISHES`)."""
EMPTY = dict.fromkeys(FIELDS, "")
_MISSING = {
    "category": N_("Choose what happened."),
    "explanation": N_("Tell us in your own words what is wrong."),
    "email": N_("This e-mail address cannot be right. Correct it or leave it empty."),
    "good_faith": N_("Please confirm that what you say is true as far as you know."),
}


def as_form(data: Mapping[str, str]) -> dict[str, str]:
    return {name: data.get(name, "").strip() for name in FIELDS}


def errors_of(form: Mapping[str, str], language: str) -> dict[str, str]:
    """By field; empty when the report can be sent."""
    wrong = []
    if form["category"] not in harms():
        wrong.append("category")
    if not any(character.isalnum() for character in form["explanation"]):
        wrong.append("explanation")
    if form["email"] and "@" not in form["email"]:
        wrong.append("email")
    if not form["good_faith"]:
        wrong.append("good_faith")
    gettext = translations(language).gettext
    return {field: gettext(_MISSING[field]) for field in wrong}


def as_request(form: Mapping[str, str], language: str) -> ReportRequest:
    """A form without errors as a report. No name or address is taken for harms of which nobody is
    asked who they are, whatever was typed."""
    links, message_ids = links_and_messages(form["links"])
    name, email = form["name"] or None, form["email"] or None
    unasked = harms()[form["category"]].anonymous or not (name or email)
    return ReportRequest(
        category=form["category"],
        explanation=form["explanation"],
        links=links,
        text=form["text"] or None,
        message_ids=message_ids,
        contact=None if unasked else ReportContact(name, email),
        good_faith=bool(form["good_faith"]),
        language=language,
        minor=bool(form["minor"]),
        wish=form["wish"] if form["wish"] in WISHES else None,
    )


def links_and_messages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One per line: what has no dot, slash or colon is the number of a message."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    links = tuple(line for line in lines if any(mark in line for mark in "./:"))
    return links, tuple(line for line in lines if line not in links)
