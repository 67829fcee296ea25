"""The place of a case in the queue, and the sentence that says why it is first. Pure.

Order: class (0 life and children; 1 urgent, a minor, or a deadline that lapsed; 2 the others), then
the time that is left, then reach: views, messages and independent reporters, as logarithms. What a
trusted flagger reported comes a day before its like (DSA art. 22(1)); in the first class nobody's
word comes before anybody's (recital 61).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from rempart.cases.harms import harms

LIFE, SOON, OTHER = 0, 1, 2
_SLOT_MS = {LIFE: 60_000, SOON: 5 * 60_000, OTHER: 15 * 60_000}
"""Within so much time reach decides; a finer order of time would leave it nothing to say."""


_TRUSTED_LEAD_MS = 86_400_000


class Reach(NamedTuple):
    """What of a case is seen: `views` as the platform tells, messages, and the logarithm of its
    independent reporters (see `independence`)."""

    views: int
    messages: int
    independent: float


def rank_of_case(rank: int, *, minor: bool, lapses: int) -> int:
    """One class up for a minor, and for a deadline that lapsed; the first class is for life and
    children alone, so that no number of lapsed cases stands before them."""
    if rank == LIFE:
        return LIFE
    return SOON if minor or lapses else rank


def weight_of(reach: Reach) -> int:
    """Reach as one number; one more of it is a hundredth of a doubling."""
    return round(100 * (math.log2(1 + reach.views + reach.messages) + reach.independent))


def turn_of(rank: int, due_ms: int, *, trusted: bool = False) -> int:
    """The slot of time in which reach decides."""
    slot = _SLOT_MS[rank]
    lead = _TRUSTED_LEAD_MS if trusted and rank != LIFE else 0
    return due_ms // slot * slot - lead


def why_first(
    harm: str, *, minor: bool, due_ms: int | None, now_ms: int, lapses: int
) -> dict[str, str]:
    """One sentence: what it is, about whom, how much time is left."""
    known = harms().get(harm)
    said = []
    for language in ("en", "fr"):
        label = known.label[language] if known is not None else ""
        parts = [label or {"en": "A case", "fr": "Un dossier"}[language]]
        if minor:
            parts.append({"en": "minor", "fr": "personne mineure"}[language])
        if lapses:
            parts.append(
                {
                    "en": f"{lapses} deadline{'s' if lapses > 1 else ''} missed",
                    "fr": f"{lapses} échéance{'s' if lapses > 1 else ''} "
                    f"dépassée{'s' if lapses > 1 else ''}",
                }[language]
            )
        if due_ms is not None:
            parts.append(_left(due_ms - now_ms, language))
        said.append(", ".join(parts))
    return {"en": said[0], "fr": said[1]}


def _left(ms: int, language: str) -> str:
    span = _span(abs(ms), language)
    if ms >= 0:
        return f"{span} left" if language == "en" else f"il reste {span}"
    return f"{span} late" if language == "en" else f"{span} de retard"


def _span(ms: int, language: str) -> str:
    minutes = ms // 60_000
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest:02d}"
    return f"{hours // 24} {'days' if language == 'en' else 'jours'}"
