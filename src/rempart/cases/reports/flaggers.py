"""Trusted flaggers (DSA art. 22): how often each was right, and the letter when too often not.

Rules kept here:

1. Only decided notices count, over a year, and what was overturned afterwards was not right.
2. A platform takes no status away: it explains to the Digital Services Coordinator that granted it
   (art. 22(6)). The letter is prepared from the figures in French and English; a person sends it.
3. Prepared only where it says something: enough notices, and an interval that lies below a half.
"""

from __future__ import annotations

from typing import Final

import msgspec

from rempart.cases.figures import Share, wilson
from rempart.store.interface import Tables

YEAR_MS: Final = 365 * 86_400_000
LEAST: Final = 20
"""So many decided notices at least."""
HALF: Final = 0.5


class FlaggerStanding(msgspec.Struct, frozen=True):
    """`id`: of its token; `right`: of its decided notices, those that were upheld and stayed so.
    `letter`: what a person may send to the coordinator, by language; empty when nothing calls for
    it."""

    id: str
    name: str
    right: Share
    letter: dict[str, str] = {}


def flaggers(
    tables: Tables, now_ms: int, channels: tuple[str, ...] | None = None
) -> list[FlaggerStanding]:
    """Of the last year, by name."""
    names = {row.id: row.name for row in tables.access.tokens()}
    found = [
        standing(one.group, names.get(one.group, one.group), one.upheld - one.overturned, one.total)
        for one in tables.figures.by_flagger(now_ms - YEAR_MS, channels)
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def standing(id: str, name: str, right: int, judged: int) -> FlaggerStanding:
    """Pure."""
    share = wilson(right, judged)
    calls = judged >= LEAST and share.high < HALF
    return FlaggerStanding(id, name, share, letter(name, share) if calls else {})


def letter(name: str, right: Share) -> dict[str, str]:
    """Names no account, no content and no person: figures, and where they can be examined."""
    wrong = right.whole - right.part
    low, high = round(100 * (1 - right.high)), round(100 * (1 - right.low))
    return {
        "en": f"To the Digital Services Coordinator that granted the status of trusted flagger to "
        f"{name}.\n\nUnder article 22(6) of Regulation (EU) 2022/2065 we inform you that, of the "
        f"{right.whole} notices by {name} that we decided in the last twelve months, {wrong} were "
        f"insufficiently precise, inaccurate or inadequately substantiated (between {low} and "
        f"{high} %, 95 % interval). Each decision is reasoned and recorded in a log that can be "
        "verified; on your request we send the notices, the decisions and their reasons. We go on "
        "handling this flagger's notices with priority until you decide.",
        "fr": f"Au coordinateur pour les services numériques qui a accordé à {name} le statut de "
        f"signaleur de confiance.\n\nEn application de l’article 22, paragraphe 6, du règlement "
        f"(UE) 2022/2065, nous vous informons que, sur les {right.whole} notifications de {name} "
        f"que nous avons décidées ces douze derniers mois, {wrong} étaient trop peu précises, "
        f"inexactes ou insuffisamment étayées (entre {low} et {high} %, intervalle à 95 %). Chaque "
        "décision est motivée et inscrite à un journal vérifiable ; sur demande, nous vous "
        "transmettons les notifications, les décisions et leurs motifs. Nous continuons de traiter "
        "en priorité les notifications de ce signaleur jusqu’à votre décision.",
    }
