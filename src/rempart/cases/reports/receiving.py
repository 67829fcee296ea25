"""Reports: anyone may say what is wrong, gets a receipt, joins the case of the thing, is answered.

Rules kept here:

1. Only what the law asks for is required (see `request`); a report joins the open case of what it
   names (see `joining`). What was already decided is answered at once with that decision.
2. One report per reporter, thing and category. The very same report sent again gets another receipt
   to the report that is there; one that says something else is kept as well, and both are answered.
3. What a reporter sends is marked as submitted by a person and causes no measure, with the one
   exception of `first_aid`. The category buys one early look; reports that look arranged are told
   as a case of their own (see `brigade`).
4. A notice of a source whose notices are suspended is received and waits (see `waiting`).
5. The words of the receipt leave with the answer to the request and stay nowhere here. A contact is
   sealed, apart from the report.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from secrets import token_hex
from typing import Literal, NamedTuple

import msgspec

from rempart.cases.child_safety import without_material
from rempart.cases.deciding.decisions import answer_at_once
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.harms import Harm, harm
from rempart.cases.live import tell_case, tell_report
from rempart.cases.measures.first_aid import Source, Told, hide_at_once
from rempart.cases.queue.triage import place_of_category
from rempart.cases.reports.brigade import look_for_brigade
from rempart.cases.reports.closing import close_named
from rempart.cases.reports.joining import Named, case_of, cases_named, named_by, passed_on
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receipts import new_receipt
from rempart.cases.reports.request import checked
from rempart.cases.reports.waiting import waits
from rempart.errors import StoreFullError, StoreReadOnlyError
from rempart.log.commit import SealedEntry, strict_json
from rempart.log.subjects import KEPT, report_subject
from rempart.model import Case, CaseState, ReportRequest, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.cases import NewReport
from rempart.store.interface.mail import MailAbout
from rempart.store.interface.misuse import SuspensionRow, WaitingNotice

_LOG = logging.getLogger(__name__)
MOST_WAITING = 50
"""Notices of a source that was suspended, examined in one pass."""


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
    request, category = checked(request)
    language = "fr" if (request.language or "").lower().startswith("fr") else "en"
    named = named_by(tables, request)
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
        waited_for = waits(tables, request, reporter_name, cases_named(tables, named), at_ms)
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
        named = named_by(tables, request)
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


def _take(
    tables: Tables,
    request: ReportRequest,
    category: Harm,
    named: Named,
    sent: _Sent,
    first: str | None,
    at_ms: int,
    told: Told,
) -> tuple[str, bool, bool]:
    """Opens or joins the case; its id, whether it was there, whether it was decided already."""
    report, reporter = sent.report, sent.reporter
    place = place_of_category(tables, category.key, reporter, minor=request.minor)
    case, joined = case_of(tables, request, category, named, at_ms, place)
    if case.state is CaseState.OPEN:
        tables.cases.add_aliases(case.id, passed_on(tables, case, named.rows))
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
    close_named(tables, report, case, category, named, at_ms, place)
    source = Source(reporter, sent.flagger)
    hide_at_once(tables, case.id, category, named.rows, source, at_ms, told)
    answered = case.state is CaseState.DECIDED and _answered(tables, report, case.id, at_ms)
    _look_for_brigade(tables, case, at_ms)
    tell_report(tables, case, category.key)
    tell_case(tables, case)
    return case.id, joined, answered


def _look_for_brigade(tables: Tables, case: Case, at_ms: int) -> None:
    """A failure here must not cost the report: its receipt is owed."""
    try:
        with tables.part():
            look_for_brigade(tables, case, at_ms)
    except (StoreFullError, StoreReadOnlyError):
        raise
    except Exception:
        _LOG.exception("whether the reports of case %s are arranged could not be told", case.id)


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
