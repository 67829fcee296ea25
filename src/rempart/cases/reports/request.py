"""What a reporter may send, checked: length by length, link by link, before anything is kept.

What is asked for is what the law asks (DSA art. 16(2)): an explanation, where it is, good faith. A
name or address is never required.
"""

from __future__ import annotations

import msgspec

from rempart.cases.entries import clean
from rempart.cases.harms import Harm, harm
from rempart.errors import InputError
from rempart.model import ReportContact, ReportRequest
from rempart.model.message import MAX_ID_BYTES

LONGEST_EXPLANATION = 5_000
LONGEST_TEXT = 10_000
LONGEST_LINK = 2_048
LONGEST_NAME = 200
LONGEST_EMAIL = 254
MOST_LINKS = 20
MOST_MESSAGES = 50
WISHES = ("stop", "evidence", "police", "talk", "nothing")
"""What a reporter may hope for; it is shown to whoever decides and causes nothing."""


def checked(request: ReportRequest) -> tuple[ReportRequest, Harm]:
    """The request with half surrogates replaced and empty parts dropped, or InputError with the
    field's name."""
    category = harm(request.category)
    if not request.good_faith:
        raise InputError(
            "please confirm that what you report is true as far as you know", where="good_faith"
        )
    explanation = clean(request.explanation).strip()
    if not any(c.isalnum() for c in explanation):
        raise InputError("please say in your own words what is wrong", where="explanation")
    if len(explanation) > LONGEST_EXPLANATION:
        raise InputError(f"at most {LONGEST_EXPLANATION} characters", where="explanation")
    if request.wish is not None and request.wish not in WISHES:
        raise InputError("no such wish", where="wish", next_step="one of: " + ", ".join(WISHES))
    text = clean(request.text or "").strip() or None
    if text is not None and len(text) > LONGEST_TEXT:
        raise InputError(f"at most {LONGEST_TEXT} characters", where="text")
    checked = msgspec.structs.replace(
        request,
        explanation=explanation,
        links=checked_links(request.links),
        text=text,
        message_ids=_message_ids(request.message_ids),
        contact=_contact(request.contact),
    )
    return checked, category


def checked_links(links: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, without surrounding space; InputError with the place of one that is no link."""
    kept = tuple(dict.fromkeys(link for link in (clean(one).strip() for one in links) if link))
    if len(kept) > MOST_LINKS:
        raise InputError(f"at most {MOST_LINKS} links in one report", where="links")
    for place, link in enumerate(kept):
        where = f"links[{place}]"
        if len(link) > LONGEST_LINK:
            raise InputError(f"a link has at most {LONGEST_LINK} characters", where=where)
        if not link.lower().startswith(("https://", "http://")):
            raise InputError("a link begins with https:// or http://", where=where)
    return kept


def _message_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(id for id in map(clean, ids) if id))
    if len(kept) > MOST_MESSAGES:
        raise InputError(f"at most {MOST_MESSAGES} messages in one report", where="message_ids")
    if any(len(id.encode()) > MAX_ID_BYTES for id in kept):
        raise InputError(f"an id has at most {MAX_ID_BYTES} bytes", where="message_ids")
    return kept


def _contact(contact: ReportContact | None) -> ReportContact | None:
    if contact is None:
        return None
    name = clean(contact.name or "").strip() or None
    email = clean(contact.email or "").strip() or None
    if name is not None and len(name) > LONGEST_NAME:
        raise InputError(f"a name has at most {LONGEST_NAME} characters", where="contact.name")
    if email is not None and (
        len(email) > LONGEST_EMAIL or "@" not in email[1:-1] or any(c.isspace() for c in email)
    ):
        raise InputError("this is no e-mail address", where="contact.email")
    return ReportContact(name, email) if name or email else None
