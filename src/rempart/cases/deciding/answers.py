"""What a reporter reads, generated from the facts of the decision in French and English. Pure.

Rules kept here:

1. Nothing is said that the facts do not say: no measure is announced that is not in force, and
   automated means are named exactly when they were used (DSA art. 16(6)).
2. What was done to an account is not told, nor who decided: only that a person did.
3. The reason is the reviewer's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from rempart.model import NO_ACTION, Again, DecisionOutcome, Ground

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_GROUND = {
    Ground.LAW: {"en": "It is against the law.", "fr": "C’est contraire à la loi."},
    Ground.TERMS: {
        "en": "It is against the terms of this community.",
        "fr": "C’est contraire aux conditions de cette communauté.",
    },
    Ground.NONE: {"en": "", "fr": ""},
}

_AGAIN = {
    Again.APPEAL: {
        "en": "It was appealed against, and another person has examined it again; the earlier "
        "answer no longer holds.",
        "fr": "La décision a été contestée, et une autre personne a réexaminé ; la réponse "
        "précédente ne vaut plus.",
    },
    Again.SECOND_LOOK: {
        "en": "Another person has examined it a second time; the earlier answer no longer holds.",
        "fr": "Une autre personne a réexaminé ; la réponse précédente ne vaut plus.",
    },
}


class AnswerFacts(NamedTuple):
    """`kept`/`undone`: measures in force after the decision / taken back by it. `automated`: some
    measure was taken by machine. `earlier`: the decision was there before the report; `because`: it
    replaces one that this reporter was told of before. `reference`: article or term."""

    received_at: datetime
    decided_at: datetime
    outcome: DecisionOutcome
    ground: Ground
    reason: str
    kept: int
    undone: int
    automated: bool
    earlier: bool = False
    reference: Mapping[str, str] = MappingProxyType({})
    because: Again | None = None


def receipt_message(received_at: datetime) -> dict[str, str]:
    """The automatic acknowledgement (DSA art. 16(4))."""
    return {
        "en": f"We received your report on {in_words(received_at, 'en')}. A person will look at "
        "it, and the answer will be here. No number of reports decides anything by itself.",
        "fr": f"Nous avons reçu votre signalement le {in_words(received_at, 'fr')}. Une personne "
        "va l’examiner et la réponse sera ici. Aucun nombre de signalements ne décide à lui seul.",
    }


def compose(facts: AnswerFacts) -> dict[str, str]:
    """The one outcome notice of a report, by language."""
    return {"en": _join(_english(facts)), "fr": _join(_french(facts))}


def _english(facts: AnswerFacts) -> list[str]:
    day = in_words(facts.received_at, "en")
    lines = [f"Thank you for your report of {day}."]
    decided = in_words(facts.decided_at, "en")
    if facts.earlier:
        lines.append(
            f"This had already been examined by a person on {decided}; the decision stands."
        )
    elif facts.because is not None:
        lines.append(_AGAIN[facts.because]["en"])
    else:
        lines.append("A person has examined it.")
    if facts.outcome not in NO_ACTION:
        lines.append(
            "Your report was well-founded in part."
            if facts.outcome is DecisionOutcome.PARTIAL
            else "Your report was well-founded."
        )
        lines.append(_ground(facts, "en"))
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
    lines.append(
        "If you disagree, you can ask for it to be looked at again, by another person, within six "
        "months, where you read this."
    )
    return lines


def _french(facts: AnswerFacts) -> list[str]:
    day = in_words(facts.received_at, "fr")
    lines = [f"Merci pour votre signalement du {day}."]
    decided = in_words(facts.decided_at, "fr")
    if facts.earlier:
        lines.append(
            f"Une personne avait déjà examiné cela le {decided} ; la décision reste valable."
        )
    elif facts.because is not None:
        lines.append(_AGAIN[facts.because]["fr"])
    else:
        lines.append("Une personne l’a examiné.")
    if facts.outcome not in NO_ACTION:
        lines.append(
            "Votre signalement était fondé en partie."
            if facts.outcome is DecisionOutcome.PARTIAL
            else "Votre signalement était fondé."
        )
        lines.append(_ground(facts, "fr"))
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
    lines.append(
        "Si vous n’êtes pas d’accord, vous pouvez demander un nouvel examen, par une autre "
        "personne, dans les six mois, à l’endroit où vous lisez ceci."
    )
    return lines


def _ground(facts: AnswerFacts, language: str) -> str:
    text = _GROUND[facts.ground][language]
    named = facts.reference.get(language)
    return f"{text[:-1]} ({named})." if text and named else text


def _join(lines: list[str]) -> str:
    return " ".join(line for line in lines if line)


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many.format(n=number)


def in_words(at: datetime, language: str, *, clock: bool = False) -> str:
    """A day as people write it; `clock`: with the time, in UTC."""
    month = _MONTHS[language].split()[at.month - 1]
    day = "1er" if language == "fr" and at.day == 1 else str(at.day)
    said = f"{day} {month} {at.year}"
    if not clock:
        return said
    return f"{said}, {at:%H:%M} UTC" if language == "en" else f"{said} à {at:%H:%M} UTC"
