"""Reports: anyone may say what is wrong, gets a receipt, joins the case of the thing, is answered.

Rules kept here:

1. What is asked for is what the law asks (DSA art. 16(2)): an explanation, where it is, good faith.
   A name or address is never required.
2. A report joins the open case of what it names: its messages or their raid, else the same link or
   text, else a case of its own. What was already decided is answered at once with that decision.
3. A case holds messages of one channel only, whatever a report names: messages of another channel
   get a case there, and the report is answered by the first.
4. One report per reporter, thing and category. The very same report sent again gets another receipt
   to the report that is there; one that says something else is kept as well, and both are answered.
5. What a reporter sends is marked as submitted by a person and causes no measure, with the one
   exception of `first_aid`. The category buys one early look; reports that look arranged are told
   as a case of their own (see `brigade`).
6. A notice of a source whose notices are suspended is received and waits (see `waiting`).
7. The words of the receipt leave with the answer to the request and stay nowhere here. A contact is
   sealed, apart from the report.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterable
from secrets import token_hex
from typing import Literal, NamedTuple

import msgspec

from rempart.cases.child_safety import without_material
from rempart.cases.deciding.decisions import answer_at_once
from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.cases.harms import Harm, harm
from rempart.cases.live import tell_case, tell_report
from rempart.cases.measures.first_aid import Source, Told, hide_at_once
from rempart.cases.queue.triage import is_refuted, place_of_category
from rempart.cases.reading import read_message
from rempart.cases.reports.brigade import look_for_brigade
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receipts import new_receipt
from rempart.cases.reports.waiting import waits
from rempart.cases.things import (
    canonical_link,
    channel_places,
    link_thing,
    text_thing,
    unknown_message_thing,
)
from rempart.errors import InputError, StoreFullError, StoreReadOnlyError
from rempart.log.commit import SealedEntry, strict_json
from rempart.log.subjects import KEPT, report_subject
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    ReportContact,
    ReportRequest,
    message_key,
    stable_id,
)
from rempart.model.message import MAX_ID_BYTES
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseChange, CaseQuery, NewCase, NewReport
from rempart.store.interface.mail import MailAbout
from rempart.store.interface.misuse import SuspensionRow, WaitingNotice
from rempart.store.interface.stream import MessageRow

_LOG = logging.getLogger(__name__)
LONGEST_EXPLANATION = 5_000
LONGEST_TEXT = 10_000
LONGEST_LINK = 2_048
LONGEST_NAME = 200
LONGEST_EMAIL = 254
MOST_LINKS = 20
MOST_MESSAGES = 50
MOST_RAIDS = 200
MOST_WAITING = 50
"""Notices of a source that was suspended, examined in one pass."""
WISHES = ("stop", "evidence", "police", "talk", "nothing")
"""What a reporter may hope for; it is shown to whoever decides and causes nothing."""
RAID = "raid"
"""The category "attack by a group"."""


class Receipt(NamedTuple):
    """`words` are shown once and kept nowhere. `case` is empty when the report waits (see
    `waiting`). `joined`: the case was there before. `answered`: it had been decided already.
    `repeated`: the very same report was there already."""

    words: str
    language: str
    report: str
    case: str
    joined: bool
    answered: bool
    repeated: bool


_Place = tuple[int, dict[str, str]]


class _Named(NamedTuple):
    """What a report names: rows of known messages, and things (16-byte names) in order."""

    rows: list[MessageRow]
    things: list[bytes]


class _Sent(NamedTuple):
    """Who sent a report and how it is kept, whenever it is examined. `contact` is sealed; `digest`:
    of the receipt, `content`: of what it says."""

    report: str
    reporter: bytes | None
    flagger: str | None
    language: str
    content: bytes
    contact: bytes | None
    digest: bytes
    received_ms: int
    via: str


def receive(
    tables: Tables,
    request: ReportRequest,
    keys: ReportKeys,
    at_ms: int,
    reporter: str | None = None,
    *,
    flagger: str | None = None,
    via: Literal["form", "api", "platform"] = "form",
    told: Told = lambda *_: (),
) -> Receipt:
    """Takes in one report. `reporter`: whatever tells apart who reports (an account, an address);
    None when nothing is known, then each report counts as of somebody else. `flagger`: the trusted
    flagger who sends it, by the id of its token; it reports for many, so that its reports about
    different things are its own and about one thing are one. `via`: by which way it came.
    `told`: which connectors are told of what the report hides at once (see `first_aid`)."""
    request, category = _checked(request)
    language = "fr" if (request.language or "").lower().startswith("fr") else "en"
    named = _named(tables, request)
    request = without_material(request)
    who = flagger or reporter or (request.contact.email if request.contact else None)
    reporter_name = keys.reporter_name(who) if who else None
    content = keys.content_digest(msgspec.json.encode(request))
    words, entropy = new_receipt(language)
    first: str | None = None
    if reporter_name is not None:
        same = tables.cases.same_report(reporter_name, named.things[0], category.key)
        first = same[0][0] if same else None
        twin = next((id for id, digest in same if digest == content), None)
        row = tables.cases.report(twin) if twin is not None else None
        if row is not None:
            tables.cases.insert_receipt(keys.receipt_digest(entropy), row.id, at_ms)
            answered = row.answered_ms is not None
            return Receipt(words, language, row.id, row.case, True, answered, True)
    report = stable_id("rp", token_hex(16))
    contact = keys.seal_contact(report, request.contact) if request.contact else None
    digest = keys.receipt_digest(entropy)
    sent = _Sent(report, reporter_name, flagger, language, content, contact, digest, at_ms, via)
    if reporter_name is not None and flagger is None:
        waited_for = waits(tables, request, reporter_name, _known(tables, named), at_ms)
        if waited_for is not None:
            _keep_waiting(tables, request, sent, waited_for)
            return Receipt(words, language, report, "", False, False, False)
    case, joined, answered = _take(tables, request, category, named, sent, first, at_ms, told)
    return Receipt(words, language, report, case, joined, answered, False)


def take_waiting(tables: Tables, now_ms: int, limit: int = MOST_WAITING) -> int:
    """Examines notices whose source is no longer suspended, as if they came now; how many. One
    whose words were erased in between has nothing left to examine."""
    rows = tables.misuse.waited_out(now_ms, limit)
    for row in rows:
        tables.misuse.drop_waiting(row.id)
        bodies = tables.log.bodies_of([row.seq]).get(row.seq, ())
        if not bodies:
            continue
        told = strict_json(bodies[0])[2]
        request = msgspec.convert(
            {key: told[key] for key in ReportRequest.__struct_fields__ if key in told},
            ReportRequest,
        )
        named = _named(tables, request)
        same = tables.cases.same_report(row.reporter, named.things[0], row.category)
        twin = next((id for id, content in same if content == row.content), None)
        if twin is not None:
            tables.cases.insert_receipt(row.digest, twin, row.received_ms)
        else:
            sent = _Sent(
                row.id,
                row.reporter,
                None,
                row.language,
                row.content,
                row.contact,
                row.digest,
                row.received_ms,
                row.via,
            )
            first = same[0][0] if same else None
            _take(tables, request, harm(row.category), named, sent, first, now_ms, lambda *_: ())
        tables.log.erase([row.seq])
    return len(rows)


def _keep_waiting(
    tables: Tables, request: ReportRequest, sent: _Sent, waited_for: SuspensionRow
) -> None:
    """Received, and nothing more (see `waiting`)."""
    told = {
        "id": sent.report,
        "suspension": waited_for.id,
        "at": rfc3339(sent.received_ms),
        "until": rfc3339(waited_for.until_ms),
        "category": request.category,
        "explanation": request.explanation,
        "links": list(request.links),
        "text": request.text,
        "message_ids": list(request.message_ids),
        "good_faith": True,
        "wish": request.wish,
    }
    said = entry("notice-waiting", told, subject=report_subject(sent.report), bucket=KEPT)
    seq = record(tables, [(None, said)])
    tables.misuse.wait(
        WaitingNotice(
            sent.report,
            waited_for.id,
            waited_for.reporter,
            request.category,
            sent.language,
            sent.digest,
            sent.content,
            sent.contact,
            sent.received_ms,
            seq,
            sent.via,
        )
    )


def _known(tables: Tables, named: _Named) -> list[Case | None]:
    """For each thing that is named the case it has."""
    by_message = tables.cases.last_of_messages([row.seq for row in named.rows])
    by_thing = {thing: case for thing, (case, _) in tables.cases.last_of(named.things).items()}
    by_thing |= {row.key: by_message[row.seq] for row in named.rows if row.seq in by_message}
    return [by_thing.get(thing) for thing in named.things]


def _take(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    named: _Named,
    sent: _Sent,
    first: str | None,
    at_ms: int,
    told: Told,
) -> tuple[str, bool, bool]:
    """Opens or joins the case; its id, whether it was there, whether it was decided already."""
    report, reporter = sent.report, sent.reporter
    place = place_of_category(tables, category.key, reporter, minor=request.minor)
    case, joined = _case_of(tables, request, category, named, at_ms, place)
    if case.state is CaseState.OPEN:
        tables.cases.add_aliases(case.id, _passed_on(tables, case, named.rows))
    said = _entry(report, case.id, request, sent.received_ms, first, sent.flagger)
    entries: list[tuple[str | None, SealedEntry]] = [(case.id, said)]
    if sent.contact is not None:
        entries.append((None, _contact_entry(report, sent.contact)))
    seq = record(tables, entries)
    tables.cases.insert_report(
        NewReport(
            id=report,
            case=case.id,
            thing=named.things[0],
            category=category.key,
            language=sent.language,
            reporter=reporter,
            content=sent.content,
            repeats=first,
            received_ms=sent.received_ms,
            seq=seq,
            flagger=sent.flagger,
            minor=request.minor,
            wish=request.wish,
            items=max(1, len(request.links) + len(request.message_ids)),
            via=sent.via,
        )
    )
    if sent.contact is not None:
        tables.cases.put_contact(report, sent.contact)
        tables.mail.queue(report, MailAbout.RECEIPT, seq, at_ms)
    tables.cases.insert_receipt(sent.digest, report, sent.received_ms)
    source = Source(reporter, sent.flagger)
    hide_at_once(tables, case.id, category, named.rows, source, at_ms, told)
    answered = case.state is CaseState.DECIDED and _answered(tables, report, case.id, at_ms)
    _look_for_brigade(tables, case, at_ms)
    tell_report(tables, case, category.key)
    tell_case(tables, case)
    return case.id, joined, answered


def _checked(request: ReportRequest) -> tuple[ReportRequest, Harm]:
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


def _named(tables: Tables, request: ReportRequest) -> _Named:
    """Ids come without platform: an id is looked for on every platform seen here."""
    rows: list[MessageRow] = []
    things: list[bytes] = []
    if request.message_ids:
        platforms = tables.stream.platforms()
        keys = [message_key(p, id) for id in request.message_ids for p in platforms]
        known = tables.stream.known(keys)
        rows = tables.stream.messages([found.seq for found in known.values()])
        things.extend(row.key for row in rows)
        missing = set(request.message_ids) - {row.id for row in rows}
        things.extend(unknown_message_thing(id) for id in request.message_ids if id in missing)
    things.extend(link_thing(link) for link in request.links)
    if request.text is not None:
        things.append(text_thing(request.text))
    return _Named(rows, things or [text_thing(request.explanation)])


def _case_of(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    named: _Named,
    at_ms: int,
    place: _Place,
) -> tuple[Case, bool]:
    """The case to join, or a new one; True when it was there before."""
    by_message = tables.cases.last_of_messages([row.seq for row in named.rows])
    by_thing = {thing: case for thing, (case, _) in tables.cases.last_of(named.things).items()}
    by_thing |= {row.key: by_message[row.seq] for row in named.rows if row.seq in by_message}
    still_open = [case for case in by_thing.values() if case.state is CaseState.OPEN]
    unknown = [thing for thing in named.things if thing not in by_thing]
    if not still_open and not unknown:
        return max(by_thing.values(), key=lambda case: case.updated_at), True
    if not still_open and category.key == RAID and not named.rows:
        attacked = _attacked(tables, request.links)
        if attacked is not None:
            _raise(tables, attacked, category, 0, at_ms, place)
            return attacked, True
    loose = _by_place(row for row in named.rows if row.seq not in by_message)
    if still_open:
        case = max(still_open, key=lambda case: (case.priority, case.opened_at))
        own = loose.pop((case.platform, case.channel), [])
        _raise(tables, case, category, len(own), at_ms, place)
    else:
        first = next((row for row in named.rows if row.key == unknown[0]), None)
        own = [] if first is None else loose.pop((first.platform, first.channel))
        case = _open(tables, request, category, unknown[0], own, at_ms, place)
    elsewhere = {row.key for rows in loose.values() for row in rows}
    tables.cases.add_aliases(case.id, [thing for thing in unknown if thing not in elsewhere])
    tables.cases.add_messages((case.id, row.seq) for row in own)
    for rows in loose.values():
        _open_elsewhere(tables, request, category, rows, at_ms, place)
    return case, bool(still_open)


def _look_for_brigade(tables: Tables, case: Case, at_ms: int) -> None:
    """A failure here must not cost the report: its receipt is owed."""
    try:
        with tables.part():
            look_for_brigade(tables, case, at_ms)
    except (StoreFullError, StoreReadOnlyError):
        raise
    except Exception:
        _LOG.exception("whether the reports of case %s are arranged could not be told", case.id)


def _passed_on(tables: Tables, case: Case, rows: Iterable[MessageRow]) -> list[bytes]:
    """The pages that the reported messages of this case lead to: who reports such a link means the
    same thing. A link to a whole site means too much to be a name."""
    place = (case.platform, case.channel)
    messages = (read_message(tables, row) for row in rows if (row.platform, row.channel) == place)
    links = [link for message in messages if message is not None for link in message.links]
    return [link_thing(link) for link in links if "/" in canonical_link(link)]


def _raise(
    tables: Tables, case: Case, category: Harm, messages: int, at_ms: int, place: _Place
) -> None:
    """So many messages more, and the early look that the category buys; none when a person found
    that the case is no such thing."""
    rank, why = place
    if is_refuted(tables, case.id, category.key):
        rank = 0
    raised = why if rank > case.priority else None
    tables.cases.change(
        [CaseChange(case.id, rank, case.messages + messages, raised, at_ms, category.key)]
    )


def _attacked(tables: Tables, links: Iterable[str]) -> Case | None:
    """The open case of a raid on a channel to which one of these links leads. The link becomes no
    name of that case: the next raid on the channel is another thing."""
    places = {place for link in links for place in channel_places(link)}
    if not places:
        return None
    query = CaseQuery(CaseState.OPEN, CaseKind.RAID, limit=MOST_RAIDS)
    found = [
        case
        for case in tables.cases.page(query).cases
        if (case.platform.casefold(), case.channel.casefold().lstrip("#@")) in places
    ]
    return max(found, key=lambda case: case.opened_at, default=None)


def _by_place(rows: Iterable[MessageRow]) -> dict[tuple[str, str], list[MessageRow]]:
    """By platform and channel, in order of their coming."""
    places: dict[tuple[str, str], list[MessageRow]] = {}
    for row in rows:
        places.setdefault((row.platform, row.channel), []).append(row)
    return places


def _open_elsewhere(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    rows: list[MessageRow],
    at_ms: int,
    place: _Place,
) -> None:
    """Messages of another channel have a case there: who reads one channel's case must not be
    shown another's messages because a stranger named both in one report."""
    case = _open(tables, request, category, rows[0].key, rows, at_ms, place)
    tables.cases.add_aliases(case.id, [row.key for row in rows])
    tables.cases.add_messages((case.id, row.seq) for row in rows)
    tell_case(tables, case)


def _open(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    thing: bytes,
    rows: list[MessageRow],
    at_ms: int,
    place: _Place,
) -> Case:
    row = next((row for row in rows if row.key == thing), None)
    rank, why = place
    subject = row.id if row is not None else _subject(request, thing)
    case = Case(
        id=stable_id("c", CaseKind.MESSAGE, thing.hex(), "1"),
        kind=CaseKind.MESSAGE,
        subject=subject,
        platform=row.platform if row is not None else "",
        channel=row.channel if row is not None else "",
        target=row.target if row is not None else "",
        state=CaseState.OPEN,
        opened_at=at_time(at_ms),
        updated_at=at_time(at_ms),
        priority=rank,
        why=why,
        raid=row.raid if row is not None else None,
        messages=len(rows),
    )
    author, sent_ms = (row.author, row.sent_at_ms) if row is not None else (None, None)
    tables.cases.insert([NewCase(case, thing, author=author, at_ms=sent_ms, harm=category.key)])
    opened = entry(
        "case",
        {
            "id": case.id,
            "happened": "opened",
            "kind": case.kind.value,
            "thing": thing.hex(),
            "at": rfc3339(at_ms),
            "priority": rank,
            "why": why,
            "messages": [row.seq for row in rows],
        },
    )
    record(tables, [(case.id, opened)])
    return case


def _subject(request: ReportRequest, thing: bytes) -> str:
    """A name for the thing that repeats nothing of what the reporter wrote."""
    for id in request.message_ids:
        if unknown_message_thing(id) == thing:
            return "message"
    return "link" if any(link_thing(link) == thing for link in request.links) else "text"


def _entry(
    report: str,
    case: str,
    request: ReportRequest,
    at_ms: int,
    repeats: str | None,
    flagger: str | None,
) -> SealedEntry:
    said = {
        "id": report,
        "case": case,
        "at": rfc3339(at_ms),
        "category": request.category,
        "explanation": request.explanation,
        "links": list(request.links),
        "text": request.text,
        "message_ids": list(request.message_ids),
        "good_faith": True,
        "source": "user-submitted" if flagger is None else "trusted-flagger",
        "flagger": flagger,
        "minor": request.minor or None,
        "wish": request.wish,
        "repeats": repeats,
    }
    return entry("report", said, subject=report_subject(report))


def _contact_entry(report: str, contact: bytes) -> SealedEntry:
    """An entry of its own: as a second digest in the report's leaf, the public part of the log
    would tell whoever watches it that somebody has just reported under their name."""
    said = {"report": report, "sealed": b64encode(contact).decode()}
    return entry("contact", said, subject=report_subject(report))


def _answered(tables: Tables, report: str, case: str, at_ms: int) -> bool:
    row, decision = tables.cases.report(report), tables.cases.decision(case)
    if row is None or decision is None:
        return False
    answer_at_once(tables, row, decision, at_ms)
    return True
