"""What a reason must be before it is sent to anybody. Pure.

A reason goes word for word into the answers and the statements of reasons: one that is empty, that
still has a placeholder in it, or that says nothing ("ok", "spam", "against the rules") is refused.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from rempart.cases.entries import clean
from rempart.errors import InputError

LONGEST_REASON: Final = 4_000
_PLACEHOLDER: Final = re.compile(
    r"\[(?:…|\.\.\.|[A-Z][A-Z _'’-]{2,})\]|\{\{?[^{}]*\}?\}|<[^<>@/]{1,40}>|\$\{|%\([a-z_]+\)s"
    r"|\b(?:TODO|TBD|XXX+|FIXME|lorem ipsum)\b|\?\?\?|_{3,}",
    re.IGNORECASE,
)
_GENERIC: Final = frozenset(
    """
    ok okay yes no none na n a nope test asdf spam abuse abusive bad rule rules violation reason
    motif oui non rien néant aucun aucune idem same ditto done fait vu seen inappropriate
    inapproprié inapproprie inacceptable unacceptable toxic toxique insulte insult haine hate
    harcèlement harcelement harassment signalement report reported signalé signale
    """.split()  # noqa: SIM905 - a list of 45 strings is harder to read
) | frozenset(
    {
        "against the rules",
        "against our rules",
        "contre les règles",
        "contraire aux règles",
        "contre le règlement",
        "breaks the rules",
        "rule violation",
        "violation des règles",
        "see above",
        "voir plus haut",
        "no violation",
        "no comment",
        "sans commentaire",
    }
)


def checked_reason(reason: str, *, where: str = "reason") -> str:
    """The reason with half surrogates replaced and its ends trimmed, or InputError (see module)."""
    reason = clean(reason).strip()
    if not any(c.isalnum() for c in reason):
        raise InputError("a decision needs a reason", where=where)
    if len(reason) > LONGEST_REASON:
        raise InputError(f"a reason has at most {LONGEST_REASON} characters", where=where)
    found = _PLACEHOLDER.search(reason)
    if found:
        raise InputError(
            f"a placeholder is left in the reason: {found.group()[:40]}",
            where=where,
            next_step="write what belongs there: people will read it",
        )
    if says_nothing(reason):
        raise InputError(
            "this reason says nothing to who reads it",
            where=where,
            next_step="say what in this case led to the decision",
        )
    return reason


def says_nothing(reason: str) -> bool:
    """Whether it is a phrase that fits every case, or a heap of such words."""
    plain = _plain(reason)
    return plain in _GENERIC or all(word in _GENERIC for word in plain.split())


def _plain(reason: str) -> str:
    kept = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFC", reason))
    return " ".join(kept.casefold().split())
