"""Misuse of reports and of appeals (DSA art. 23): the four factors of one source, and the warning
before anything.

Rules kept here:

1. Nothing is ever suspended here, and nothing is sent by a machine: the factors are computed and
   shown, the warning is prepared in French and English, and a person sends it.
2. The factors are those of art. 23(3), over a year: the absolute number of unfounded reports, their
   share of all by this source, how grave they were, and what speaks for intent.
3. Only what a person judged counts: a refuted category, or a decision that nothing was to be done;
   of appeals only what the person who rejected it called manifestly unfounded. Who was only one of
   many in a brigade is not punished for it.
4. The warning goes to who reported by the receipt, as a message of the team, and to who appealed
   with each receipt or code they have; it is an entry.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.figures import Share, wilson
from rempart.cases.harms import Urgency, harms
from rempart.cases.reports.senders import Sent, past, sender_of, warned_ms
from rempart.cases.reports.thread import say
from rempart.errors import ConflictError
from rempart.model import SecondLook
from rempart.store.interface import Tables
from rempart.store.interface.deadlines import PastReport
from rempart.store.interface.misuse import AppealWarning, WarningRow
from rempart.store.interface.threads import Side

YEAR_MS = 365 * 86_400_000
HERE = {"en": "answer here", "fr": "répondez ici"}
OVER = {
    "en": "write to our contact point (page Contact)",
    "fr": "écrivez à notre point de contact (page Contact)",
}
LEAST = 3
"""So many unfounded reports at least before anybody is warned."""


class Factors(msgspec.Struct, frozen=True):
    """`unfounded` of `judged` (with its interval), of `all_` reports in a year; `grave`: unfounded
    ones that asked for the first place (life, children); `after_refusal`: unfounded ones of a
    category that had been refuted to this source before, which speaks for intent."""

    all_: int
    judged: int
    unfounded: int
    share: Share
    grave: int
    after_refusal: int

    @property
    def may_warn(self) -> bool:
        return self.unfounded >= LEAST and self.unfounded * 2 > self.judged

    @property
    def told(self) -> dict[str, int]:
        """As entries say them."""
        return {
            "reports": self.all_,
            "judged": self.judged,
            "unfounded": self.unfounded,
            "grave": self.grave,
            "after_refusal": self.after_refusal,
        }


def factors(past: list[PastReport]) -> Factors:
    """Pure: the reports of one source in a year, in order."""
    judged = [one for one in past if one.unfounded is not None]
    wrong = [one for one in judged if one.unfounded]
    refused: set[str] = set()
    again = 0
    for one in wrong:
        again += one.category in refused
        refused.add(one.category)
    known = harms()
    grave = sum(
        one.category in known and known[one.category].urgency is Urgency.LIFE for one in wrong
    )
    return Factors(
        len(past), len(judged), len(wrong), wilson(len(wrong), len(judged)), grave, again
    )


def text_for(sent: Sent, found: Factors) -> dict[str, str]:
    """The warning that fits what was sent last: in a conversation that is over nobody answers."""
    if isinstance(sent, SecondLook):
        return appeal_warning(found)
    return warning(found, OVER if sent.answered_ms is not None else HERE)


def warning(found: Factors, reply: Mapping[str, str]) -> dict[str, str]:
    """The text a person may send, generated from the factors; `reply`: where to say it is wrong."""
    return {
        "en": f"Of your {found.judged} reports of the last year that a person examined, "
        f"{found.unfounded} were unfounded, {found.grave} of them about someone’s life or a child. "
        "Each of them took the time of people who are waited for elsewhere. If this goes on, we "
        "may stop examining your reports for a while (article 23 of the Digital Services Act). If "
        f"you think we are wrong, {reply['en']}: a person reads it.",
        "fr": f"Sur vos {found.judged} signalements de l’année écoulée examinés par une personne, "
        f"{found.unfounded} étaient infondés, dont {found.grave} au sujet de la vie de quelqu’un "
        "ou d’un enfant. Chacun a pris le temps de personnes attendues ailleurs. Si cela continue, "
        "nous pourrions cesser d’examiner vos signalements pendant un temps (article 23 du "
        "règlement sur les services numériques). Si vous pensez que nous nous trompons, "
        f"{reply['fr']} : une personne le lira.",
    }


def appeal_warning(found: Factors) -> dict[str, str]:
    """The same to who appeals."""
    return {
        "en": f"Of your {found.judged} appeals of the last year that a person examined, "
        f"{found.unfounded} were manifestly unfounded. Each of them took the time of a second "
        "person. If this goes on, we may stop examining your appeals for a while (article 23 of "
        f"the Digital Services Act). If you think we are wrong, {OVER['en']}: a person reads it.",
        "fr": f"Sur vos {found.judged} contestations de l’année écoulée examinées par une "
        f"personne, {found.unfounded} étaient manifestement infondées. Chacune a pris le temps "
        "d’une seconde personne. Si cela continue, nous pourrions cesser d’examiner vos "
        "contestations pendant un temps (article 23 du règlement sur les services numériques). Si "
        f"vous pensez que nous nous trompons, {OVER['fr']} : une personne le lira.",
    }


def factors_of(tables: Tables, sent: Sent, now_ms: int) -> Factors:
    """Of the source of a report or an appeal; of one that is not told apart, nothing is known."""
    return factors(past(tables, sender_of(tables, sent), now_ms - YEAR_MS))


def warn(tables: Tables, sent: Sent, by: str, at_ms: int) -> Factors:
    """A person sends the warning: by the receipt of this report, or to who made this appeal.
    ConflictError: the factors do not call for one, or this source was warned within the year."""
    sender = sender_of(tables, sent)
    found = factors_of(tables, sent, at_ms)
    if sender.source is None or not found.may_warn:
        raise ConflictError("what is known of this source calls for no warning", where=sender.named)
    warned = warned_ms(tables, sender)
    if warned is not None and warned > at_ms - YEAR_MS:
        raise ConflictError("this source was warned within the year", where=sender.named)
    text = text_for(sent, found)
    if isinstance(sent, SecondLook):
        tables.misuse.note_appeal_warning(sender.source, AppealWarning(at_ms, text))
    else:
        said = text[sent.language if sent.language in ("en", "fr") else "en"]
        say(tables, sent, Side.TEAM, said, at_ms, by=by, after_answer=True)
        tables.deadlines.note_warning(sender.source, at_ms)
    told = {**sender.told, "by": by, "at": rfc3339(at_ms), **found.told}
    seq = record(tables, [(sender.case, entry("misuse-warning", told, subject=sender.subject))])
    tables.misuse.warned(WarningRow(sender.what, at_ms, seq))
    return found
