"""Notices and appeals that wait, because a person suspended their source (see `suspending`).

Rules kept here:

1. A notice that waits is received and has its receipt; it is examined by itself when the suspension
   ends or is lifted. Notices of others about the same thing are examined as ever.
2. What may be about life, a child or a minor is always examined, and so is the first notice of a
   thing: nobody's safety depends on who reports it.
   An appeal waits only against what a person decided: what a machine did alone, and the suspension
   of an account, are always looked at.
3. The source reads the suspension, its reason, its end and how to contest it with every receipt it
   has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.cases.entries import at_time
from rempart.cases.harms import Urgency, harms
from rempart.cases.matter import harm_of, is_child_safety, is_grave
from rempart.model import Case, Decision, MeasureKind, ReportRequest
from rempart.store.interface import Tables
from rempart.store.interface.misuse import SuspensionRow, WaitingAppeal

NOTICES: Final = "notices"
APPEALS: Final = "complaints"
"""As the law calls them (art. 20, 23)."""
_AGAIN: Final = {
    NOTICES: ("your reports are examined again", "vos signalements sont de nouveau examinés"),
    APPEALS: ("your appeals are examined again", "vos contestations sont de nouveau examinées"),
}


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


def appeal_waits(
    tables: Tables, source: bytes | None, of: Case, decision: Decision | None, at_ms: int
) -> SuspensionRow | None:
    """The suspension that an appeal waits for, if it may wait (rule 2). `of`: the case whose
    `decision` it contests."""
    if source is None or decision is None:
        return None
    row = tables.misuse.standing(source, APPEALS, at_ms)
    if row is None:
        return None
    harm = decision.harm or harm_of(tables, of)
    if _of_life(harm) or is_grave(tables, of, harm) or is_child_safety(tables, of.id):
        return None
    standing = tables.cases.measures(of.id, active=True)
    if any(one.measure.kind is MeasureKind.SUSPEND for one in standing):
        return None
    return row


def _of_life(category: str) -> bool:
    known = harms().get(category)
    return known is not None and known.urgency is Urgency.LIFE


def statement(row: SuspensionRow) -> dict[str, str]:
    """What the source reads with its receipts, or with the codes of its statements."""
    told = _of_notices(row) if row.what == NOTICES else _of_appeals(row)
    if row.ended_ms is not None:
        ended = at_time(row.ended_ms).date().isoformat()
        en, fr = _AGAIN[row.what]
        told["en"] += f" On {ended} we took this back: {en}."
        told["fr"] += f" Le {ended}, nous sommes revenus sur cette décision : {fr}."
    return told


def waiting_message_of(tables: Tables, row: WaitingAppeal) -> dict[str, str]:
    """Beside an appeal that waits."""
    suspension = tables.misuse.get(row.suspension)
    assert suspension is not None, "what waits, waits for one"
    until = at_time(suspension.until_ms).date().isoformat()
    day = at_time(row.received_ms).date().isoformat()
    return {
        "en": f"We received your appeal on {day} and keep it. It is examined by itself when your "
        f"appeals are examined again, on {until} at the latest.",
        "fr": f"Nous avons reçu votre contestation le {day} et nous la conservons. Elle est "
        "examinée d’elle-même quand vos contestations sont de nouveau examinées, au plus tard le "
        f"{until}.",
    }


def told_to(tables: Tables, source: bytes) -> list[dict[str, str]]:
    """What who appeals was told of their appeals: the last warning, and each suspension."""
    warning = tables.misuse.appeal_warning(source)
    rows = [row for row in tables.misuse.of_source(source) if row.what == APPEALS]
    return [*([warning.text] if warning is not None else []), *map(statement, rows)]


def _of_appeals(row: SuspensionRow) -> dict[str, str]:
    since, until, warned = _days(row)
    return {
        "en": f"From {since} until {until} we do not examine your appeals (article 23(2) of the "
        "Digital Services Act), because many of them were manifestly unfounded, also after our "
        f"warning of {warned}. A person decided this, for this reason: {row.reason} You may go on "
        "appealing: each appeal is received, kept, and examined when this ends. What concerns "
        "someone’s life, a child or a minor, what only a machine decided, and the suspension of an "
        "account are examined at once. Your reports and your account are not touched. If you think "
        "we are wrong, write to our contact point (page Contact): a person reads it. A certified "
        "out-of-court body (article 21) and the courts stay open to you.",
        "fr": f"Du {since} au {until}, nous n’examinons pas vos contestations (article 23, "
        "paragraphe 2, du règlement sur les services numériques), parce que beaucoup étaient "
        f"manifestement infondées, aussi après notre avertissement du {warned}. Une personne l’a "
        f"décidé, pour cette raison : {row.reason} Vous pouvez continuer à contester : chaque "
        "contestation est reçue, conservée et examinée à la fin de cette période. Ce qui concerne "
        "la vie de quelqu’un, un enfant ou une personne mineure, ce que seule une machine a "
        "décidé et la suspension d’un compte sont examinés aussitôt. Vos signalements et votre "
        "compte ne sont pas touchés. Si vous pensez que nous nous trompons, écrivez à notre point "
        "de contact (page Contact) : une personne le lira. Un organe certifié de règlement "
        "extrajudiciaire (article 21) et les tribunaux vous restent ouverts.",
    }


def _days(row: SuspensionRow) -> tuple[str, str, str]:
    """Since, until, warned."""
    since, until, warned = (
        at_time(one).date().isoformat() for one in (row.from_ms, row.until_ms, row.warned_ms)
    )
    return since, until, warned


def _of_notices(row: SuspensionRow) -> dict[str, str]:
    since, until, warned = _days(row)
    return {
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
