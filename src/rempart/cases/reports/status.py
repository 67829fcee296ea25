"""What a receipt opens: the state of one report, what was said, and what can be done next.

Whoever has the words may read, add to the report and take it back; nobody is asked who they are.
The page tells nothing of the account reported, of other reporters or of who decides.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from rempart.cases.deciding.answers import receipt_message
from rempart.cases.deciding.look_text import appeal_message
from rempart.cases.deciding.second_looks import WINDOW
from rempart.cases.entries import at_time
from rempart.cases.harms import harms
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receipts import read_receipt
from rempart.cases.reports.thread import WITHDRAWN, read_said
from rempart.cases.reports.waiting import NOTICES, statement, waiting_message_of
from rempart.errors import ConflictError, NotFoundError
from rempart.model import ReportState
from rempart.store.interface import Tables
from rempart.store.interface.cases import Answer, ReportRow
from rempart.store.interface.misuse import WaitingAppeal, WaitingNotice
from rempart.store.interface.threads import Side

_KEEP = {
    "en": "Keep your twelve words: they are the only way to this page.",
    "fr": "Gardez vos douze mots : ils sont le seul chemin vers cette page.",
}
_WAIT = {
    "en": "Come back with the same words; nothing else is needed from you.",
    "fr": "Revenez avec les mêmes mots ; rien d’autre ne vous est demandé.",
}
_MORE = {
    "en": "If you have something to add, write it below: it joins this report.",
    "fr": "Si vous avez quelque chose à ajouter, écrivez-le ci-dessous : cela rejoint ce "
    "signalement.",
}
_BACK = {
    "en": "You may take your report back until it is answered.",
    "fr": "Vous pouvez retirer votre signalement tant qu’il n’a pas de réponse.",
}
_DANGER = {
    "en": "If someone is in immediate danger, call 112.",
    "fr": "Si quelqu’un est en danger immédiat, appelez le 17 ou le 112.",
}
_DONE = {
    "en": "Nothing more is needed. New facts can be sent as a new report.",
    "fr": "Rien de plus n’est nécessaire. De nouveaux faits peuvent faire l’objet d’un nouveau "
    "signalement.",
}


class StatusMessage(msgspec.Struct, frozen=True):
    """One message of the conversation. `kind`: `receipt`, `waiting` (nothing is decided yet),
    `suspended` (reports of this source are not examined for a while), `appeals_warned` and
    `appeals_suspended` (the same of what it contests), `terms` (they changed since the report; the
    link is the new version), `answer` (one for each
    decision), `appeal` (its acknowledgement), `appeal_answer` and
    `withdrawn` are the service's, generated; `team` was written by a person of the team, `you` by
    the reporter (their words stand under every language)."""

    at: datetime
    kind: str
    text: dict[str, str]
    links: tuple[str, ...] = ()


class ReportStatus(msgspec.Struct, frozen=True):
    """`state` received, answered or withdrawn; texts by language. `open`: more can be said, and the
    report can be taken back."""

    state: ReportState
    received_at: datetime
    category: str
    category_label: dict[str, str]
    messages: tuple[StatusMessage, ...]
    next_steps: tuple[dict[str, str], ...]
    answered_at: datetime | None = None
    open: bool = False
    appeal_until: datetime | None = None


def status(tables: Tables, words: str, keys: ReportKeys) -> ReportStatus:
    """The state of the report behind a receipt; errors as `report_of`."""
    waiting = _waiting(tables, words, keys)
    if waiting is not None:
        return _of_waiting(tables, waiting)
    report = report_of(tables, words, keys)
    received_at = at_time(report.received_ms)
    messages = [StatusMessage(received_at, "receipt", receipt_message(received_at))]
    messages += [
        StatusMessage(
            said.at,
            "you" if said.side is Side.REPORTER else "team",
            {"en": said.text, "fr": said.text},
            said.links,
        )
        for said in read_said(tables, [report.id])
    ]
    messages += [
        StatusMessage(at_time(told.at_ms), "waiting", told.text)
        for told in tables.deadlines.told(report.case, report.received_ms)
    ]
    messages.sort(key=lambda message: message.at)
    steps: tuple[dict[str, str], ...] = (_WAIT, _MORE, _BACK, _KEEP, _DANGER)
    state, closed_at = ReportState.RECEIVED, None
    answers = tables.cases.answers_of(report.id)
    answer = answers[-1] if answers else None
    if report.withdrawn and report.answered_ms is not None:
        state, steps, closed_at = ReportState.WITHDRAWN, (_DONE,), at_time(report.answered_ms)
        messages.append(StatusMessage(closed_at, "withdrawn", WITHDRAWN))
    elif answer is not None:
        state, steps, closed_at = ReportState.ANSWERED, (_DONE, _KEEP), at_time(answer.at_ms)
        messages += [StatusMessage(at_time(one.at_ms), "answer", one.text) for one in answers]
    for look in tables.looks.of_report(report.id):
        messages.append(StatusMessage(look.received_at, "appeal", appeal_message(look.received_at)))
        if look.decided_at is not None:
            messages.append(StatusMessage(look.decided_at, "appeal_answer", look.answer))
    waits = tables.misuse.waiting_appeal_of(report=report.id)
    if waits is not None:
        messages.append(_waiting_appeal(tables, waits))
    messages += _changed_terms(tables, report.received_ms)
    messages += _suspensions(tables, report.reporter)
    messages += _appeals_warned(tables, report.reporter)
    messages.sort(key=lambda one: one.at)
    known = harms().get(report.category)
    return ReportStatus(
        state=state,
        received_at=received_at,
        category=report.category,
        category_label=known.label if known is not None else {},
        messages=tuple(messages),
        next_steps=steps,
        answered_at=closed_at,
        open=state is ReportState.RECEIVED,
        appeal_until=_appeal_until(tables, report, answer),
    )


def _waiting(tables: Tables, words: str, keys: ReportKeys) -> WaitingNotice | None:
    digests = [keys.receipt_digest(entropy) for entropy in read_receipt(words)]
    found = (tables.misuse.waiting_of_receipt(digest) for digest in digests)
    return next((row for row in found if row is not None), None)


def _of_waiting(tables: Tables, row: WaitingNotice) -> ReportStatus:
    """A notice that waits for the end of a suspension (see `waiting`)."""
    received_at, known = at_time(row.received_ms), harms().get(row.category)
    return ReportStatus(
        state=ReportState.RECEIVED,
        received_at=received_at,
        category=row.category,
        category_label=known.label if known is not None else {},
        messages=(
            StatusMessage(received_at, "receipt", receipt_message(received_at)),
            *_suspensions(tables, row.reporter),
            *_changed_terms(tables, row.received_ms),
        ),
        next_steps=(_WAIT, _KEEP, _DANGER),
    )


def _changed_terms(tables: Tables, since_ms: int) -> list[StatusMessage]:
    """The last significant change of the terms since the report came (DSA art. 14(2)): told for as
    long as its conversation can be read, however late its reader comes back."""
    row = tables.terms.announced_since(since_ms)
    if row is None or row.announced_ms is None:
        return []
    any_words = next(iter(row.summary.values()), "")
    text = {language: row.summary.get(language, any_words) for language in ("en", "fr")}
    return [StatusMessage(at_time(row.announced_ms), "terms", text, (f"/terms/{row.version}",))]


def _suspensions(tables: Tables, reporter: bytes | None) -> list[StatusMessage]:
    """What a source was told of its notices not being examined, with each of its receipts."""
    rows = tables.misuse.of_source(reporter) if reporter is not None else []
    return [
        StatusMessage(
            at_time(row.from_ms),
            "suspended" if row.what == NOTICES else "appeals_suspended",
            statement(row),
        )
        for row in rows
    ]


def _appeals_warned(tables: Tables, reporter: bytes | None) -> list[StatusMessage]:
    warning = tables.misuse.appeal_warning(reporter) if reporter is not None else None
    if warning is None:
        return []
    return [StatusMessage(at_time(warning.warned_ms), "appeals_warned", warning.text)]


def _waiting_appeal(tables: Tables, row: WaitingAppeal) -> StatusMessage:
    return StatusMessage(at_time(row.received_ms), "appeal", waiting_message_of(tables, row))


def _appeal_until(tables: Tables, report: ReportRow, answer: Answer | None) -> datetime | None:
    """Until when the last answer may be appealed; None: it cannot be."""
    if answer is None or report.withdrawn:
        return None
    waits = tables.misuse.waiting_appeal_of(report=report.id)
    if waits is not None and waits.decision == answer.decision:
        return None
    if any(look.decision == answer.decision for look in tables.looks.of_report(report.id)):
        return None
    return at_time(answer.at_ms) + WINDOW


def report_of(tables: Tables, words: str, keys: ReportKeys) -> ReportRow:
    """The report behind a receipt. InputError: these are no receipt; NotFoundError: of none here.

    The look-up is by keyed hash, so what an index comparison's time tells is nothing about the
    words.
    """
    report = None
    for entropy in read_receipt(words):
        found = tables.cases.report_of_receipt(keys.receipt_digest(entropy))
        if found is not None:
            report = tables.cases.report(found)
    if report is None and _waiting(tables, words, keys) is not None:
        raise ConflictError(
            "this report waits until your reports are examined again",
            where="receipt",
            next_step="its status says until when, and how to contest it",
        )
    if report is None:
        raise NotFoundError(
            "no report has this receipt",
            where="receipt",
            next_step="check that you are on the site that gave it to you",
        )
    return report
