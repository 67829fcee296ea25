"""Notices that wait, because a person suspended their source (see `suspending`).

Rules kept here:

1. A notice that waits is received and has its receipt; it is examined by itself when the suspension
   ends or is lifted. Notices of others about the same thing are examined as ever.
2. What may be about life, a child or a minor is always examined, and so is the first notice of a
   thing: nobody's safety depends on who reports it.
3. The source reads the suspension, its reason, its end and how to contest it with every receipt it
   has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.cases.entries import at_time
from rempart.cases.harms import Urgency, harms
from rempart.cases.matter import is_child_safety
from rempart.model import Case, ReportRequest
from rempart.store.interface import Tables
from rempart.store.interface.misuse import SuspensionRow

NOTICES: Final = "notices"


def waits(
    tables: Tables,
    request: ReportRequest,
    reporter: bytes,
    named: Sequence[Case | None],
    at_ms: int,
) -> SuspensionRow | None:
    """The suspension that a notice waits for, if it may wait (rule 2). `named`: for each thing it
    names the case that it would join."""
    row = tables.misuse.standing(reporter, NOTICES, at_ms)
    if row is None or request.minor or _of_life(request.category):
        return None
    for case in named:
        if case is None or not tables.cases.report_times(case.id, 1):
            return None
        if _of_life(tables.deadlines.standing([case.id])[case.id].harm):
            return None
        if is_child_safety(tables, case.id):
            return None
    return row


def _of_life(category: str) -> bool:
    known = harms().get(category)
    return known is not None and known.urgency is Urgency.LIFE


def statement(row: SuspensionRow) -> dict[str, str]:
    """What the source reads with its receipts."""
    until = at_time(row.until_ms).date().isoformat()
    since = at_time(row.from_ms).date().isoformat()
    warned = at_time(row.warned_ms).date().isoformat()
    told = {
        "en": f"From {since} until {until} we do not examine your reports (article 23(2) of the "
        f"Digital Services Act), because many of them were manifestly unfounded, also after our "
        f"warning of {warned}. A person decided this, for this reason: {row.reason} You may go on "
        "reporting: each report is received, kept, and examined when this ends. Reports about "
        "someone’s life, a child or a minor, and the first about a thing, are examined at once. "
        "Nothing else of your account is touched. If you think we are wrong, write to our contact "
        "point (page Contact) or below a report that is still open: a person reads it.",
        "fr": f"Du {since} au {until}, nous n’examinons pas vos signalements (article 23, "
        "paragraphe 2, du règlement sur les services numériques), parce que beaucoup étaient "
        f"manifestement infondés, aussi après notre avertissement du {warned}. Une personne l’a "
        f"décidé, pour cette raison : {row.reason} Vous pouvez continuer à signaler : chaque "
        "signalement est reçu, conservé et examiné à la fin de cette période. Ceux qui concernent "
        "la vie de quelqu’un, un enfant ou une personne mineure, et le premier sur une chose, sont "
        "examinés aussitôt. Rien d’autre de votre compte n’est touché. Si vous pensez que nous "
        "nous trompons, écrivez à notre point de contact (page Contact) ou sous un signalement "
        "encore ouvert : une personne le lira.",
    }
    if row.ended_ms is not None:
        ended = at_time(row.ended_ms).date().isoformat()
        told["en"] += f" On {ended} we took this back: your reports are examined again."
        told["fr"] += (
            f" Le {ended}, nous sommes revenus sur cette décision : vos signalements sont de "
            "nouveau examinés."
        )
    return told
