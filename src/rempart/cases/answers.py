"""What a reporter reads, generated from the facts of the decision in French and English. Pure.

Rules kept here:

1. Nothing is said that the facts do not say: no measure is announced that is not in force, and
   automated means are named exactly when they were used (DSA art. 16(6)).
2. What was done to an account is not told, nor who decided: only that a person did.
3. The reason is the reviewer's own words.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rempart.model import DecisionOutcome, Ground

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_GROUND = {
    Ground.LAW: {"en": "It is against the law.", "fr": "C’est contraire à la loi."},
    Ground.TERMS: {
        "en": "It is against the terms of this community.",
        "fr": "C’est contraire aux règles de cette communauté.",
    },
    Ground.NONE: {"en": "", "fr": ""},
}


class AnswerFacts(NamedTuple):
    """`kept`/`undone`: measures in force after the decision / taken back by it. `automated`: some
    measure was taken by machine. `earlier`: the decision was there before the report."""

    received_at: datetime
    decided_at: datetime
    outcome: DecisionOutcome
    ground: Ground
    reason: str
    kept: int
    undone: int
    automated: bool
    earlier: bool = False


def receipt_message(received_at: datetime) -> dict[str, str]:
    """The automatic acknowledgement (DSA art. 16(4))."""
    return {
        "en": f"We received your report on {_day(received_at, 'en')}. A person will look at it, "
        "and the answer will be here. No number of reports decides anything by itself.",
        "fr": f"Nous avons reçu votre signalement le {_day(received_at, 'fr')}. Une personne va "
        "l’examiner et la réponse sera ici. Aucun nombre de signalements ne décide à lui seul.",
    }


def compose(facts: AnswerFacts) -> dict[str, str]:
    """The one outcome notice of a report, by language."""
    return {"en": _join(_english(facts)), "fr": _join(_french(facts))}


def _english(facts: AnswerFacts) -> list[str]:
    day = _day(facts.received_at, "en")
    lines = [f"Thank you for your report of {day}."]
    decided = _day(facts.decided_at, "en")
    lines.append(
        f"This had already been examined by a person on {decided}; the decision stands."
        if facts.earlier
        else "A person has examined it."
    )
    if facts.outcome is DecisionOutcome.UPHOLD:
        lines += ["Your report was well-founded.", _GROUND[facts.ground]["en"]]
        lines.append(
            _count(facts.kept, "One protective measure is", "{n} protective measures are")
            + " in force."
            if facts.kept
            else "No measure is in force now."
        )
    else:
        lines.append("Nothing was found that would have to be restricted.")
        if facts.undone:
            lines.append(
                _count(facts.undone, "One measure was", "{n} measures were") + " taken back."
            )
    lines.append(f"Reason: {facts.reason}")
    lines.append(
        "Automated means had recognised the content and restricted it before a person decided; "
        "the decision itself was made by a person."
        if facts.automated
        else "No automated means were used for this decision."
    )
    return lines


def _french(facts: AnswerFacts) -> list[str]:
    day = _day(facts.received_at, "fr")
    lines = [f"Merci pour votre signalement du {day}."]
    decided = _day(facts.decided_at, "fr")
    lines.append(
        f"Une personne avait déjà examiné cela le {decided} ; la décision reste valable."
        if facts.earlier
        else "Une personne l’a examiné."
    )
    if facts.outcome is DecisionOutcome.UPHOLD:
        lines += ["Votre signalement était fondé.", _GROUND[facts.ground]["fr"]]
        lines.append(
            _count(facts.kept, "Une mesure de protection est", "{n} mesures de protection sont")
            + " en vigueur."
            if facts.kept
            else "Aucune mesure n’est en vigueur à présent."
        )
    else:
        lines.append("Rien n’a été trouvé qui doive être restreint.")
        if facts.undone:
            lines.append(
                _count(facts.undone, "Une mesure a été levée.", "{n} mesures ont été levées.")
            )
    lines.append(f"Motif : {facts.reason}")
    lines.append(
        "Des moyens automatisés avaient reconnu le contenu et l’avaient restreint avant qu’une "
        "personne décide ; la décision elle-même a été prise par une personne."
        if facts.automated
        else "Aucun moyen automatisé n’a été utilisé pour cette décision."
    )
    return lines


def _join(lines: list[str]) -> str:
    return " ".join(line for line in lines if line)


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many.format(n=number)


def _day(at: datetime, language: str) -> str:
    month = _MONTHS[language].split()[at.month - 1]
    day = "1er" if language == "fr" and at.day == 1 else str(at.day)
    return f"{day} {month} {at.year}"
