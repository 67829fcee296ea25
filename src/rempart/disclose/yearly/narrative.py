"""Drafts of the qualitative part, in French and English, with the figures of the period.

A draft says only what is counted or built in; what a community does besides, a person writes. Each
is at most 5,000 characters. The second one gives the measure of exposure that Annex II asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from rempart.cases.dated import on
from rempart.cases.roster import roster
from rempart.disclose.history.classifiers import Classifier, together
from rempart.disclose.history.complaints import (
    complaints,
    suspended_sources,
    warned_accounts,
    warned_sources,
)
from rempart.disclose.yearly import notes
from rempart.disclose.yearly.report import Ground
from rempart.model import Training

_MOST_NAMED: Final = 24


def draft(ground: Ground, indicator: int) -> str:
    """Of indicator 1 to 11, in the report's language."""
    return _DRAFTS[indicator](ground)


def _pick(ground: Ground, en: str, fr: str) -> str:
    return en if ground.language == "en" else fr


def _number(ground: Ground, value: int) -> str:
    grouped = f"{value:,}"
    return grouped if ground.language == "en" else grouped.replace(",", "\u202f")


def _percent(ground: Ground, value: float | None) -> str:
    if value is None:
        return _pick(ground, "not measurable", "non mesurable")
    shown = f"{value * 100:.1f}"
    return f"{shown}%" if ground.language == "en" else f"{shown.replace('.', ',')} %"


def _hours(ground: Ground, value: float | None) -> str:
    if value is None:
        return _pick(ground, "no median", "aucune médiane")
    shown = f"{value:.1f}"
    return f"{shown} h" if ground.language == "en" else f"{shown.replace('.', ',')} h"


def _summary(ground: Ground) -> str:
    figures = ground.figures
    law, terms = figures.initiative("law"), figures.initiative("terms")
    total = law.measures + terms.measures
    machine = law.solely_automated + terms.solely_automated
    notices, appeals = figures.notices(), complaints(figures)
    n = partial(_number, ground)
    changed = appeals.partly + appeals.reversed_
    misuse = _misuse(ground)
    return _pick(
        ground,
        f"From {ground.period.first_day} to {ground.period.last_day} the service "
        f"restricted content or accounts {n(figures.restrictions())} times. {n(total)} of these "
        f"measures were of its own initiative: {n(law.measures)} on the "
        f"ground of law, {n(terms.measures)} on the ground of its terms; {n(machine)} of them "
        "followed a detection by automated means alone. The others followed a notice: "
        f"{n(notices.received)} notices about {n(notices.items)} items came in, "
        f"{n(notices.by_flaggers)} of them from trusted flaggers; the median time until something "
        f"was done was {_hours(ground, notices.median)}. {n(appeals.total)} appeals were received; "
        f"{n(changed)} ended in another decision. {misuse} Automated means hold or hide for a "
        "limited time; a person decides every case, every reporter is answered, and every account "
        "that is restricted gets a statement of reasons at that moment.",
        f"Du {ground.period.first_day} au {ground.period.last_day}, le service a restreint "
        f"{n(figures.restrictions())} fois un contenu ou un compte. {n(total)} de ces mesures "
        f"étaient d’initiative propre : {n(law.measures)} pour un motif légal, {n(terms.measures)} "
        f"au titre de ses règles ; {n(machine)} faisaient suite à une détection par des moyens "
        "automatisés seuls. Les autres faisaient suite à une notification : "
        f"{n(notices.received)} notifications visant {n(notices.items)} éléments ont été reçues, "
        f"dont {n(notices.by_flaggers)} de signaleurs de confiance ; le délai médian avant une "
        f"action était de {_hours(ground, notices.median)}. {n(appeals.total)} contestations ont "
        f"été reçues ; {n(changed)} ont conduit à une autre décision. {misuse} Les moyens "
        "automatisés retiennent ou masquent pour une durée limitée ; une personne tranche chaque "
        "dossier, chaque signalement reçoit une réponse, et chaque compte restreint reçoit un "
        "exposé des motifs au moment même.",
    )


def _misuse(ground: Ground) -> str:
    """Art. 23: who was warned, and who was suspended after it."""
    figures, n = ground.figures, partial(_number, ground)
    accounts, offenders = warned_accounts(figures), figures.repeat_suspensions()
    warned = [warned_sources(figures, what) for what in ("notices", "complaints")]
    rested = [suspended_sources(figures, what) for what in ("notices", "complaints")]
    return _pick(
        ground,
        f"Against misuse (art. 23): {n(accounts)} warnings to accounts for illegal content and "
        f"{n(offenders)} suspensions after one; {n(warned[0])} warnings to senders of unfounded "
        f"notices and {n(rested[0])} suspensions; {n(warned[1])} warnings to senders of unfounded "
        f"complaints and {n(rested[1])} suspensions.",
        f"Contre les abus (art. 23) : {n(accounts)} avertissements à des comptes pour contenu "
        f"illégal et {n(offenders)} suspensions après un avertissement ; {n(warned[0])} "
        f"avertissements à des auteurs de notifications infondées et {n(rested[0])} suspensions ; "
        f"{n(warned[1])} avertissements à des auteurs de réclamations infondées et "
        f"{n(rested[1])} suspensions.",
    )


def _information(ground: Ground) -> str:
    figures = ground.figures
    seen = figures.exposure()
    n = partial(_number, ground)
    kinds: dict[str, int] = {}
    for basis in ("law", "terms"):
        for (_, key), count in figures.initiative(basis).forms.items():
            if key and count:
                kinds[key] = kinds.get(key, 0) + count
    named = ", ".join(f"{key}: {n(count)}" for key, count in sorted(kinds.items()))
    reach = "-" if seen.median is None else f"{seen.median:g}"
    return _pick(
        ground,
        f"Measures of the own initiative, by form: {named or 'none'}. Content is detected by "
        "detectors for words, personal data, links and photos, and by a detector of coordinated "
        "attacks that looks at each target; or a moderator sees it. A measure has a scope, an end "
        "and an undo; measures of a raid are undone together. Moderators see abuse blurred by "
        "default, their exposure is counted and capped, and grave decisions need two people. "
        f"Exposure: platforms told {n(seen.views)} views of {n(seen.messages)} messages of the "
        f"period; {n(seen.before)} of these views ({_percent(ground, seen.share)}) were of content "
        f"later restricted, before it was. Average reach before action: a median of {reach} views, "
        f"over {n(seen.restricted_messages)} restricted messages of which views are told. "
        f"{notes.definition('exposure', 'en')}",
        f"Mesures d’initiative propre, par forme : {named or 'aucune'}. Les contenus sont détectés "
        "par des détecteurs de mots, de données personnelles, de liens et de photos, et par un "
        "détecteur d’attaques coordonnées qui observe chaque cible ; ou par un modérateur. Une "
        "mesure a une portée, une fin et une annulation ; celles d’un raid s’annulent ensemble. "
        "Les modérateurs voient les propos floutés par défaut, leur exposition est comptée et "
        "plafonnée, et les décisions graves demandent deux personnes. Exposition : les "
        f"plateformes ont communiqué {n(seen.views)} vues de {n(seen.messages)} messages de la "
        f"période ; {n(seen.before)} de ces vues ({_percent(ground, seen.share)}) portaient sur "
        "des contenus restreints ensuite, avant qu’ils le soient. Portée moyenne avant action : "
        f"médiane de {reach} vues, sur {n(seen.restricted_messages)} messages restreints dont les "
        f"vues sont connues. {notes.definition('exposure', 'fr')}",
    )


def _means(ground: Ground) -> str:
    said = ground.figures.history.columns.statements
    rules = sorted(name for name in said.rule.names if name)[:_MOST_NAMED]
    named = ", ".join(
        f"{one.name} ({', '.join(one.versions) or '-'})" for one in ground.classifiers[:_MOST_NAMED]
    )
    none = _pick(ground, "none judged", "aucun jugé")
    return _pick(
        ground,
        "Detectors give each message signals: a label with a score between 0 and 1. Text is read "
        "by a linear model over hashed features in two languages and by rules over normalised "
        "words; personal data, links and photos have detectors of their own; coordinated attacks "
        "are recognised from new accounts, near-identical texts and bursts against one target. "
        f"Classifiers used, with versions: {named or none}. Rules that took measures: "
        f"{', '.join(rules) or 'none'}. Rules are written down, tested against past decisions "
        "before they go live, and published with the terms.",
        "Des détecteurs donnent à chaque message des signaux : une étiquette et un score entre 0 "
        "et 1. Le texte est lu par un modèle linéaire sur traits hachés en deux langues et par des "
        "règles sur des mots normalisés ; données personnelles, liens et photos ont leurs propres "
        "détecteurs ; les attaques coordonnées se reconnaissent aux comptes récents, aux textes "
        "quasi identiques et aux rafales contre une même cible. Classificateurs employés, avec "
        f"leurs versions : {named or none}. Règles ayant pris des mesures : "
        f"{', '.join(rules) or 'aucune'}. Les règles sont écrites, éprouvées sur les décisions "
        "passées avant leur mise en service, et publiées avec les conditions.",
    )


def _accuracy(ground: Ground) -> str:
    whole = together(ground.classifiers)
    appeals = complaints(ground.figures)
    decided = appeals.upheld + appeals.partly + appeals.reversed_
    changed = (appeals.partly + appeals.reversed_) / decided if decided else None
    lines = [_one(ground, one) for one in ground.classifiers[:_MOST_NAMED]]
    head = _pick(
        ground,
        f"Judged by people: {_number(ground, whole.judged if whole else 0)} judgements of "
        f"classifiers. {_percent(ground, changed)} of decided appeals changed the decision. ",
        f"Jugés par des personnes : {_number(ground, whole.judged if whole else 0)} jugements de "
        f"classificateurs. {_percent(ground, changed)} des contestations tranchées ont changé la "
        "décision. ",
    )
    return head + " ".join(lines) + " " + notes.definition("classifier", ground.language)


def _one(ground: Ground, one: Classifier) -> str:
    return _pick(
        ground,
        f"{one.name}: accuracy {_percent(ground, one.accuracy)}, precision "
        f"{_percent(ground, one.precision)}, recall {_percent(ground, one.recall)} "
        f"({_number(ground, one.judged)} messages).",
        f"{one.name} : exactitude {_percent(ground, one.accuracy)}, précision "
        f"{_percent(ground, one.precision)}, rappel {_percent(ground, one.recall)} "
        f"({_number(ground, one.judged)} messages).",
    )


def _purposes(ground: Ground) -> str:
    return _pick(
        ground,
        "Automated means are used to protect the person under attack within seconds: to hold or "
        "hide what is probably abuse until a person has looked, to recognise coordinated attacks "
        "and shield their target, to order the queue so that lives and children come first, to "
        "warn about links and personal data, and to recognise groups that misuse reports. They "
        "are not used to decide cases, appeals or notices.",
        "Les moyens automatisés servent à protéger en quelques secondes la personne attaquée : "
        "retenir ou masquer ce qui est probablement abusif jusqu’à ce qu’une personne regarde, "
        "reconnaître les attaques coordonnées et protéger leur cible, ordonner la file pour que "
        "les vies et les enfants passent d’abord, avertir des liens et des données personnelles, "
        "et reconnaître les groupes qui abusent des signalements. Ils ne servent à trancher ni "
        "dossiers, ni contestations, ni notifications.",
    )


def _safeguards(ground: Ground) -> str:
    automated = ground.figures.automated()
    n = partial(_number, ground)
    return _pick(
        ground,
        f"{n(automated.solely)} restrictions were imposed by a rule, {n(automated.by_hand)} by a "
        "person. Each automated measure has a limit of time and number, and ends by itself; at a "
        "limit a person is asked. A number of reports or votes alone hides nothing. The account "
        "concerned is told at once, with the automated means named from the record, and may "
        "appeal free of charge for six months; another person decides, never a machine. Of what "
        "was left without action a share is drawn by lot and looked at again by somebody else. "
        "Every measure and decision is an entry of an append-only log that outsiders can check. "
        "A rule whose measures are undone too often falls back to its former version.",
        f"{n(automated.solely)} restrictions ont été imposées par une règle, "
        f"{n(automated.by_hand)} par une personne. Chaque mesure automatisée est limitée en durée "
        "et en nombre et prend fin d’elle-même ; à la limite, une personne est appelée. Un nombre "
        "de signalements ou de votes ne masque rien à lui seul. Le compte concerné est prévenu "
        "aussitôt, les moyens automatisés étant nommés d’après l’enregistrement, et peut contester "
        "sans frais pendant six mois ; une autre personne tranche, jamais une machine. Une part "
        "de ce qui est resté sans suite est tirée au sort et réexaminée par quelqu’un d’autre. "
        "Chaque mesure et chaque décision est une entrée d’un journal en ajout seul que des tiers "
        "peuvent vérifier. Une règle dont les mesures sont trop souvent annulées revient à sa "
        "version antérieure.",
    )


def _governance(ground: Ground) -> str:
    people = roster(on(ground.figures.history.declared.said, ground.period.last_day))
    return _pick(
        ground,
        f"{people.people} people handle reports ({people.internal} employed, {people.external} "
        "contracted). Who decides a case does not decide the appeal; what cannot be undone needs "
        "two people; rights are given by channel and dated.",
        f"{people.people} personnes traitent les signalements ({people.internal} internes, "
        f"{people.external} externes). Qui tranche un dossier ne tranche pas la contestation ; ce "
        "qui ne peut être annulé demande deux personnes ; les droits sont donnés par canal et "
        "datés.",
    )


def _qualifications(ground: Ground) -> str:
    people = roster(on(ground.figures.history.declared.said, ground.period.last_day))
    spoken = ", ".join(f"{code}: {count}" for code, count in people.languages.items())
    return _pick(
        ground,
        f"People with level B2 or more, by language: {spoken or 'none declared'}. Their judgement "
        "is tried on cases with an agreed answer.",
        f"Personnes de niveau B2 ou plus, par langue : {spoken or 'aucune déclarée'}. Leur "
        "jugement est éprouvé sur des dossiers dont la réponse est connue.",
    )


def _training(ground: Ground) -> str:
    return _declared(ground, support=False)


def _support(ground: Ground) -> str:
    return _declared(ground, support=True) + _pick(
        ground,
        " Abuse is blurred by default; each person’s exposure is counted and capped by day, and "
        "pauses are proposed.",
        " Les propos sont floutés par défaut ; l’exposition de chacun est comptée et plafonnée par "
        "jour, et des pauses sont proposées.",
    )


def _declared(ground: Ground, *, support: bool) -> str:
    found = [
        one.value
        for one in on(ground.figures.history.declared.said, ground.period.last_day)
        if isinstance(one.value, Training) and one.value.support == support
    ]
    if not found:
        return _pick(ground, "None declared.", "Aucun déclaré.")
    return " ".join(
        _pick(
            ground,
            f"{one.what}: {one.people} people, {one.hours} hours.",
            f"{one.what} : {one.people} personnes, {one.hours} heures.",
        )
        for one in found
    )


def _method(ground: Ground) -> str:
    day = ground.period.last_day
    return _pick(
        ground,
        f"People are counted on {day} from the dated roster; full-time equivalents are sums of "
        "declared shares of a full post, rounded to whole numbers.",
        f"Les personnes sont comptées au {day} d’après le registre daté ; les équivalents temps "
        "plein sont des sommes de parts déclarées d’un poste plein, arrondies à l’unité.",
    )


_DRAFTS: Final[dict[int, Callable[[Ground], str]]] = {
    1: _summary,
    2: _information,
    3: _means,
    4: _accuracy,
    5: _purposes,
    6: _safeguards,
    7: _governance,
    8: _qualifications,
    9: _training,
    10: _support,
    11: _method,
}
