"""The machine's reasons in the reader's language.

Detectors write their reasons as English sentences with numbers, because they stand in the log and
in the dossier once and for all. For people the sentences of `detect.raid.reasons` and
`detect.campaign.reasons` are said in French; a sentence that is none of them stays as it is. The
key of a French sentence is the English template it translates: when a detector words a reason anew,
a test asks for its French.
"""

from __future__ import annotations

import re
from functools import cache

FRENCH: dict[str, str] = {
    # a raid
    "{0:.0f} accounts sent {1:.0f} abusive messages within {2:.0f} s, usual: {3:.1f}": (
        "{0} comptes ont envoyé {1} messages injurieux en {2} s ; d’ordinaire : {3}"
    ),
    "{0:.0f} of the {1:.0f} messages of this circle are abusive, usual share: {2:.0f} %": (
        "{0} des {1} messages de ce cercle sont injurieux ; part ordinaire : {2} %"
    ),
    "{0:.0f} accounts wrote near-identical text within {1:.0f} s, expected by chance: {2:.2f}": (
        "{0} comptes ont écrit presque le même texte en {1} s ; attendu par hasard : {2}"
    ),
    "{0:.0f} of {1:.0f} accounts share wording with another one ({2:.0f} %)": (
        "{0} comptes sur {1} partagent une formulation avec un autre ({2} %)"
    ),
    "{0:.0f} people were hostile to a person within {1:.0f} s, usual: {2:.1f}": (
        "{0} personnes ont été hostiles envers quelqu’un en {1} s ; d’ordinaire : {2}"
    ),
    "{0:.0f} of {1:.0f} people who are no regulars were hostile, usual: {2:.0f} %": (
        "{0} personnes sur {1} qui ne sont pas des habituées ont été hostiles ; "
        "part ordinaire : {2} %"
    ),
    "each of {0:.0f} accounts sent it {1:.1f} times, on average": (
        "chacun des {0} comptes l’a envoyé {1} fois en moyenne"
    ),
    "{0:.0f} of {1:.0f} accounts sent abusive messages ({2:.0f} %)": (
        "{0} comptes sur {1} ont envoyé des messages injurieux ({2} %)"
    ),
    "{0:.0f} of {1:.0f} accounts with a known date were made within {2:.0f} days,"
    " usual share: {3:.0f} %": (
        "{0} comptes sur {1} de date connue ont été créés en {2} jours ; part ordinaire : {3} %"
    ),
    "{0:.0f} of {1:.0f} newcomers with accounts of this kind are hostile": (
        "{0} nouveaux venus sur {1} aux comptes de ce genre sont hostiles"
    ),
    "{0:.0f} of {1:.0f} newcomers with accounts of this kind hide from filters what they write": (
        "{0} nouveaux venus sur {1} aux comptes de ce genre cachent aux filtres ce qu’ils écrivent"
    ),
    "{0:.0f} of {1:.0f} accounts with a known date were made on the same day": (
        "{0} comptes sur {1} de date connue ont été créés le même jour"
    ),
    "{0:.0f} of {1:.0f} account names belong to one family of names": (
        "{0} noms de compte sur {1} sont d’une même famille"
    ),
    "{0:.0f} accounts posted the same picture or file within {1:.0f} s": (
        "{0} comptes ont publié la même image ou le même fichier en {1} s"
    ),
    "{0:.0f} accounts with names of one kind that speak of the target within {1:.0f} s": (
        "{0} comptes aux noms du même genre, qui parlent de la cible, en {1} s"
    ),
    "{0:.0f} accounts posted the same link within {1:.0f} s": (
        "{0} comptes ont publié le même lien en {1} s"
    ),
    "hardly any of it is abusive: {0:.0f} of {1:.0f} accounts": (
        "presque rien n’est injurieux : {0} comptes sur {1}"
    ),
    "{0:.0f} accounts wrote the same in {1:.0f} channels within {2:.0f} minutes": (
        "{0} comptes ont écrit la même chose dans {1} canaux en {2} minutes"
    ),
    "{0:.0f} of {1:.0f} of these messages are abusive": "{0} de ces {1} messages sont injurieux",
    "somebody said of this wording by such people here that it was fine": "quelqu’un a dit de"
    " cette formule, venant de telles personnes ici, qu’elle ne posait pas de problème",
    "the platform announced visitors": "la plateforme a annoncé des visiteurs",
    # a slow attack, a campaign
    "{0:.0f} accounts use the same hostile wording at {1:.0f} different times within"
    " {2:.1f} days, expected by chance: {3:.2f}": (
        "{0} comptes emploient la même formulation hostile à {1} moments différents en {2} jours ; "
        "attendu par hasard : {3}"
    ),
    "{0:.0f} new accounts were hostile within {1:.1f} days, usual: {2:.1f}": (
        "{0} nouveaux comptes ont été hostiles en {1} jours ; d’ordinaire : {2}"
    ),
    "hostile messages on {0:.0f} of {1:.0f} days": "messages hostiles {0} jours sur {1}",
    "{0:.0f} of {1:.0f} of these accounts were made within a month before,"
    " usual share: {2:.0f} %": (
        "{0} de ces {1} comptes ont été créés dans le mois précédent ; part ordinaire : {2} %"
    ),
    "{0:.0f} of {1:.0f} of these accounts were made on the same day": (
        "{0} de ces {1} comptes ont été créés le même jour"
    ),
    "{0:.0f} pieces of wording are the same as in an earlier attack": (
        "{0} formulations sont celles d’une attaque précédente"
    ),
    "the same link as in an earlier attack": "le même lien que dans une attaque précédente",
    "{0:.0f} accounts took part in an earlier attack": (
        "{0} comptes ont pris part à une attaque précédente"
    ),
    "accounts made on the same day as accounts of an earlier attack: {0:.0f}": (
        "comptes créés le même jour que ceux d’une attaque précédente : {0}"
    ),
    "names of the same family as in an earlier attack: {0:.0f} accounts": (
        "noms de la même famille que dans une attaque précédente : {0} comptes"
    ),
    "accounts made soon after members of an earlier attack were banned: {0:.0f}": (
        "comptes créés peu après l’exclusion de membres d’une attaque précédente : {0}"
    ),
    "the same target within {0:.0f} days": "la même cible en {0} jours",
    "{0:.0f} accounts outside the raid use its wording": (
        "{0} comptes hors du raid emploient ses formulations"
    ),
    "{0:.0f} of {1:.0f} reporters used near-identical words": (
        "{0} personnes sur {1} ont signalé presque avec les mêmes mots"
    ),
    "{0:.0f} such reports within {1:.0f} minutes": ("{0} signalements de ce genre en {1} minutes"),
    "continues a campaign that began {0:.0f} days before": (
        "continue une campagne commencée {0} jours plus tôt"
    ),
    # a member
    "writes near-identical text with other members": "écrit presque le même texte que d’autres",
    "posts the same link as other members": "publie le même lien que d’autres membres",
    "posts the same picture or file as other members": (
        "publie la même image ou le même fichier que d’autres membres"
    ),
    "name speaks of the target as those of other members do": (
        "son nom parle de la cible, comme ceux d’autres membres"
    ),
    "sent abusive messages during the raid": "a envoyé des messages injurieux pendant le raid",
    "account made on the same day as other members": "compte créé le même jour que d’autres",
    "name of the same family as other members": "nom de la même famille que d’autres membres",
    "first seen here together with the other members": "vu ici pour la première fois avec eux",
    "account was made only days before": "compte créé quelques jours avant",
    "name looks like that of somebody who belongs here": (
        "son nom ressemble à celui de quelqu’un d’ici"
    ),
    "uses the hostile wording of other members": "emploie les formulations hostiles d’autres",
    "sent abusive messages to the target": "a envoyé des messages injurieux à la cible",
    "account was made within a month before": "compte créé dans le mois précédent",
    "member of a raid of this campaign": "membre d’un raid de cette campagne",
    "account made soon after other members were banned": (
        "compte créé peu après l’exclusion d’autres membres"
    ),
    "came back on several days": "revenu plusieurs jours",
}

_SLOT = re.compile(r"\{\d+[^}]*\}")

_ONE = (
    (r"1 comptes ont\b", "1 compte a"),
    (r"1 formulations sont celles\b", "1 formulation est celle"),
    (r"1 (compte|jour|message|minute|day|account)s\b", r"1 \1"),
    (r"1 pieces of wording are\b", "1 piece of wording is"),
)
_TIDY = (
    *((re.compile(rf"(?<![\d.,]){one}"), said) for one, said in _ONE),
    (re.compile(r"(\d)[.,]0 (jours|days)\b"), r"\1 \2"),
    (re.compile(r"(\d) (s|%)(?!\w)"), "\\1\u00a0\\2"),
)


def reason_in(sentence: str, language: str) -> str:
    """The sentence in French when it is a known one, else as it is; one of something is said in the
    singular, and a number is not parted from its unit."""
    said = _in_french(sentence) if language == "fr" else sentence
    for pattern, tidy in _TIDY:
        said = pattern.sub(tidy, said)
    return said


def _in_french(sentence: str) -> str:
    known = FRENCH.get(sentence)
    if known is not None:
        return known
    for template, pattern in _patterns().items():
        match = pattern.fullmatch(sentence)
        if match:
            return FRENCH[template].format(*(n.replace(".", ",") for n in match.groups()))
    return sentence


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """A pattern for each English template with slots: they become numbers."""
    return {
        template: re.compile(r"(-?[\d.]+)".join(re.escape(part) for part in _SLOT.split(template)))
        for template in FRENCH
        if _SLOT.search(template)
    }
