"""A statement of reasons as its account reads it, generated from the record in two languages. Pure.

Rules kept here: the seven points of DSA art. 17(3), each from the record: what is restricted, since
when, until when; the facts; automated means; the ground with its reference and explanation; what
can be done against it. It names nobody who reported, nobody who decided, and repeats no abuse.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rempart.cases.deciding.answers import in_words
from rempart.model import AutomatedDecision, Ground, MeasureKind, Statement, StatementSource

_WHAT: Final = {
    MeasureKind.HOLD: ("Your message is held", "Votre message est retenu"),
    MeasureKind.HIDE: ("Your message is hidden", "Votre message est masqué"),
    MeasureKind.REMOVE: ("Your message was removed", "Votre message a été supprimé"),
    MeasureKind.MUTE: ("You cannot write here", "Vous ne pouvez pas écrire ici"),
    MeasureKind.TIME_OUT: ("You cannot write here", "Vous ne pouvez pas écrire ici"),
    MeasureKind.LINK_BLOCK: (
        "You cannot post links here",
        "Vous ne pouvez pas publier de liens ici",
    ),
    MeasureKind.SUSPEND: ("Your account is suspended here", "Votre compte est suspendu ici"),
}
_HELD_ACCOUNT: Final = (
    "Your messages are held until somebody has looked at them",
    "Vos messages sont retenus jusqu’à ce que quelqu’un les ait examinés",
)


def statement_text(told: Statement) -> dict[str, str]:
    """By language (`en`, `fr`), one paragraph per point."""
    return {"en": _english(told), "fr": _french(told)}


def _english(told: Statement) -> str:
    what = _what(told)[0]
    place = f"in {told.channel} ({told.platform})"
    day = in_words(told.from_at, "en")
    if told.ends:
        return "\n".join(
            [
                f"A restriction was taken back {place}. It said: “{what}”, since {day}.",
                f"Decided on {in_words(told.made_at, 'en')}, by a person.",
                f"Reason: {told.explanation.get('en', '')}",
            ]
        )
    lines = [f"{what} {place}, since {day}{_until(told, 'en')}."]
    lines.append(_territory(told)[0])
    lines.append(f"Facts: {_facts(told, 'en')}")
    lines.append(_automated(told)[0])
    ground = "the law" if told.ground is Ground.LAW else "the terms of this community"
    lines.append(f"Ground: {ground}, {told.reference.get('en', '')}.")
    lines.append(f"Why: {told.explanation.get('en', '')}")
    if _warns(told):
        lines.append(
            "Warning: if such things come from your account again and again, it may be suspended "
            "here for a limited time (DSA art. 23)."
        )
    lines.append(
        "What you can do: appeal within six months, on this page, free of charge; another person "
        "will look at it. You may also turn to a certified out-of-court body (DSA art. 21) or to "
        "a court."
    )
    return "\n".join(lines)


def _french(told: Statement) -> str:
    what = _what(told)[1]
    place = f"dans {told.channel} ({told.platform})"
    day = in_words(told.from_at, "fr")
    if told.ends:
        return "\n".join(
            [
                f"Une restriction a été levée {place}. Elle disait : « {what} », depuis le {day}.",
                f"Décidé le {in_words(told.made_at, 'fr')}, par une personne.",
                f"Motif : {told.explanation.get('fr', '')}",
            ]
        )
    lines = [f"{what} {place}, depuis le {day}{_until(told, 'fr')}."]
    lines.append(_territory(told)[1])
    lines.append(f"Faits : {_facts(told, 'fr')}")
    lines.append(_automated(told)[1])
    ground = "la loi" if told.ground is Ground.LAW else "les conditions de cette communauté"
    lines.append(f"Fondement : {ground}, {told.reference.get('fr', '')}.")
    lines.append(f"Pourquoi : {told.explanation.get('fr', '')}")
    if _warns(told):
        lines.append(
            "Avertissement : si de tels faits se répètent souvent, votre compte peut être suspendu "
            "ici pour un temps limité (DSA, art. 23)."
        )
    lines.append(
        "Ce que vous pouvez faire : contester dans les six mois, sur cette page, gratuitement ; "
        "une autre personne examinera. Vous pouvez aussi saisir un organe certifié de règlement "
        "extrajudiciaire (DSA, art. 21) ou un tribunal."
    )
    return "\n".join(lines)


def _warns(told: Statement) -> bool:
    """Of what a person decided: it is a strike, and the next one may suspend (see `strikes`)."""
    machine = told.automated_decision is AutomatedDecision.FULLY
    return not machine and told.kind is not MeasureKind.SUSPEND


def _what(told: Statement) -> tuple[str, str]:
    if told.kind is MeasureKind.HOLD and told.message is None:
        return _HELD_ACCOUNT
    return _WHAT.get(told.kind, ("A measure is on", "Une mesure est en vigueur"))


def _until(told: Statement, language: str) -> str:
    if told.until is None:
        return {"en": ", without an end", "fr": ", sans terme"}[language]
    return {"en": " until ", "fr": " jusqu’au "}[language] + in_words(
        told.until, language, clock=True
    )


def _facts(told: Statement, language: str) -> str:
    """What was seen, never the words themselves: who wrote them knows them."""
    english = language == "en"
    when: datetime = told.content_at or told.from_at
    day = in_words(when, language, clock=True)
    if told.message is not None:
        said = f"your message of {day}." if english else f"votre message du {day}."
    else:
        said = (
            f"what your account sent around {day}."
            if english
            else (f"ce que votre compte a envoyé vers le {day}.")
        )
    if told.raid is not None:
        said += (
            " It came together with many others against the same person."
            if english
            else " Il est arrivé avec beaucoup d’autres contre la même personne."
        )
    if told.source is StatementSource.ORDER:
        said += (
            " An authority ordered it (DSA art. 9)."
            if english
            else " Une autorité l’a ordonné (DSA, art. 9)."
        )
    elif told.source is not StatementSource.OWN_INITIATIVE:
        said += " It had been reported." if english else " Cela avait été signalé."
    return said


def _automated(told: Statement) -> tuple[str, str]:
    """Who recognised it and who decided, from the record; the rule by its name."""
    rule = told.rule or ""
    if told.automated_decision is AutomatedDecision.FULLY:
        if not told.automated_detection:
            return (
                f"It was reported; automated means (rule {rule}) took the measure upon that; no "
                "person has decided yet.",
                f"Cela a été signalé ; des moyens automatisés (règle {rule}) ont pris la mesure à "
                "la suite de ce signalement ; personne n’a encore décidé.",
            )
        return (
            f"Automated means recognised this and took the measure (rule {rule}); no person has "
            "decided yet.",
            f"Des moyens automatisés l’ont reconnu et ont pris la mesure (règle {rule}) ; personne "
            "n’a encore décidé.",
        )
    if told.automated_decision is AutomatedDecision.PARTIALLY:
        return (
            f"Automated means (rule {rule}) took the measure first; a person examined it and "
            "decided to keep it.",
            f"Des moyens automatisés (règle {rule}) ont d’abord pris la mesure ; une personne l’a "
            "examinée et a décidé de la maintenir.",
        )
    if told.automated_detection:
        return (
            "Automated means recognised this; the decision was made by a person.",
            "Des moyens automatisés l’ont reconnu ; la décision a été prise par une personne.",
        )
    return (
        "No automated means were used: a person decided.",
        "Aucun moyen automatisé n’a été utilisé : une personne a décidé.",
    )


def _territory(told: Statement) -> tuple[str, str]:
    if told.territory:
        countries = ", ".join(told.territory)
        return f"This holds in: {countries}.", f"Cela vaut dans : {countries}."
    return (
        "This holds wherever this place can be read.",
        "Cela vaut partout où ce lieu peut être lu.",
    )
