"""What a receipt opens: the state of one report, what was said, and what can be done next.

Whoever has the words may read; nobody else is asked who they are. The page tells nothing of the
account reported, of other reporters or of who decides.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from rempart.cases.answers import receipt_message
from rempart.cases.entries import at_time
from rempart.cases.harms import harms
from rempart.cases.keys import ReportKeys
from rempart.cases.receipts import read_receipt
from rempart.errors import NotFoundError
from rempart.model import ReportState
from rempart.store.interface import Tables

_KEEP = {
    "en": "Keep your twelve words: they are the only way to this page.",
    "fr": "Gardez vos douze mots : ils sont le seul chemin vers cette page.",
}
_WAIT = {
    "en": "Come back with the same words; nothing else is needed from you.",
    "fr": "Revenez avec les mêmes mots ; rien d’autre ne vous est demandé.",
}
_MORE = {
    "en": "If you have something to add, send another report about the same thing: it joins this "
    "case.",
    "fr": "Si vous avez quelque chose à ajouter, envoyez un autre signalement sur la même chose : "
    "il rejoint ce dossier.",
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
    """One message of the service to the reporter; `kind`: receipt or answer."""

    at: datetime
    kind: str
    text: dict[str, str]


class ReportStatus(msgspec.Struct, frozen=True):
    """`state` received or answered; texts by language."""

    state: ReportState
    received_at: datetime
    category: str
    category_label: dict[str, str]
    messages: tuple[StatusMessage, ...]
    next_steps: tuple[dict[str, str], ...]
    answered_at: datetime | None = None


def status(tables: Tables, words: str, keys: ReportKeys) -> ReportStatus:
    """The report behind a receipt. InputError: these are no receipt; NotFoundError: of none here.

    The look-up is by keyed hash, so what an index comparison's time tells is nothing about the
    words.
    """
    report = None
    for entropy in read_receipt(words):
        found = tables.cases.report_of_receipt(keys.receipt_digest(entropy))
        if found is not None:
            report = tables.cases.report(found)
    if report is None:
        raise NotFoundError(
            "no report has this receipt",
            where="receipt",
            next_step="check that you are on the site that gave it to you",
        )
    received_at = at_time(report.received_ms)
    messages = [StatusMessage(received_at, "receipt", receipt_message(received_at))]
    answer = tables.cases.answer(report.id)
    if answer is not None:
        messages.append(StatusMessage(at_time(answer.at_ms), "answer", answer.text))
    known = harms().get(report.category)
    steps = (_DONE, _KEEP) if answer is not None else (_WAIT, _MORE, _KEEP, _DANGER)
    return ReportStatus(
        state=ReportState.RECEIVED if answer is None else ReportState.ANSWERED,
        received_at=received_at,
        category=report.category,
        category_label=known.label if known is not None else {},
        messages=tuple(messages),
        next_steps=steps,
        answered_at=None if answer is None else at_time(answer.at_ms),
    )
