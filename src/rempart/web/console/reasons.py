"""The machine's reasons in the reader's language.

Detectors write their reasons as English sentences with numbers, because they stand in the log and
in the dossier once and for all. For the console the sentences of `detect.raid.reasons` are said in
French; a sentence that is not one of them stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from rempart.detect.raid.reasons import MEMBER_SENTENCES, RAID_SENTENCES

FRENCH: dict[str, str] = {
    "harm": "{0} comptes ont envoyé {1} messages injurieux en {2} s ; d’ordinaire : {3}",
    "share": "{0} des {1} messages de ce cercle sont injurieux ; part ordinaire : {2} %",
    "text": "{0} comptes ont écrit presque le même texte en {1} s ; attendu par hasard : {2}",
    "sharing": "{0} comptes sur {1} partagent une formulation avec un autre ({2} %)",
    "abuse": "{0} comptes sur {1} ont envoyé des messages injurieux ({2} %)",
    "young": "{0} comptes sur {1} de date connue ont été créés en {2} jours ; "
    "part ordinaire : {3} %",
    "cohort": "{0} comptes sur {1} de date connue ont été créés le même jour",
    "names": "{0} noms de compte sur {1} sont d’une même famille",
    "link": "{0} comptes ont publié le même lien en {1} s",
    "harmless": "presque rien n’est injurieux : {0} comptes sur {1}",
    "channels": "{0} comptes ont écrit la même chose dans {1} canaux en {2} minutes",
    "abuse_messages": "{0} de ces {1} messages sont injurieux",
    "announced": "la plateforme a annoncé des visiteurs venus d’un autre canal",
}

FRENCH_MEMBER: dict[str, str] = {
    "writes near-identical text with other members": "écrit presque le même texte que d’autres",
    "posts the same link as other members": "publie le même lien que d’autres membres",
    "sent abusive messages during the raid": "a envoyé des messages injurieux pendant le raid",
    "account made on the same day as other members": "compte créé le même jour que d’autres",
    "name of the same family as other members": "nom de la même famille que d’autres membres",
    "first seen here together with the other members": "vu ici pour la première fois avec eux",
    "account was made only days before": "compte créé quelques jours avant",
}

_SLOT = re.compile(r"\{\d+[^}]*\}")


def reason_in(sentence: str, language: str) -> str:
    """The sentence in French when it is a known one, else as it is."""
    if language != "fr":
        return sentence
    if sentence in FRENCH_MEMBER:
        return FRENCH_MEMBER[sentence]
    for code, pattern in _patterns().items():
        match = pattern.fullmatch(sentence)
        if match and code in FRENCH:
            return FRENCH[code].format(*(number.replace(".", ",") for number in match.groups()))
    return sentence


def without_french() -> list[str]:
    """Reasons that a detector can give and that have no French yet (a test keeps this empty)."""
    members = [sentence for _, sentence in MEMBER_SENTENCES if sentence not in FRENCH_MEMBER]
    return [code for code in RAID_SENTENCES if code not in FRENCH] + members


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """A pattern for each English template: its slots become numbers."""
    return {
        code: re.compile(r"(-?[\d.]+)".join(re.escape(part) for part in _SLOT.split(template)))
        for code, template in RAID_SENTENCES.items()
    }
