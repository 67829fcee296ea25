"""What each figure of the dossier is that no other output tells.

Annex B prints these and the shared ones (`disclose.history.definitions`), each with its
version and the queries that it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rempart.disclose.history import DEFINITIONS as SHARED
from rempart.disclose.history import Definition


def _d(key: str, version: int, reads: str, en: str, fr: str) -> Definition:
    return Definition(key, version, tuple(reads.split()), {"en": en, "fr": fr})


_OWN: Final = (
    _d(
        "declared",
        1,
        "dated",
        "What somebody declared in the console, with its days, as it was said last about each day.",
        "Ce qui a été déclaré dans la console, avec ses dates ; pour chaque jour vaut la dernière "
        "déclaration.",
    ),
    _d(
        "roles",
        1,
        "",
        "Roles that the software ships, with their rights. A community may add others.",
        "Rôles livrés avec le logiciel, avec leurs droits. Une communauté peut en ajouter.",
    ),
    _d(
        "roster",
        1,
        "dated",
        "People declared as handling reports, on the last day of each month; 100 percent of a post "
        "is one full-time equivalent. Internal and external ones are not told apart while one side "
        "has one to four people. A country has its own row when five people or more work there in "
        "every month of the period; all others are together.",
        "Personnes déclarées comme affectées au traitement des signalements, le dernier jour de "
        "chaque mois ; 100 % d’un poste valent un équivalent temps plein. Internes et externes ne "
        "sont pas distingués tant qu’un côté compte une à quatre personnes. Un pays a sa ligne "
        "quand cinq personnes au moins y travaillent chaque mois de la période ; les autres sont "
        "réunis.",
    ),
    _d(
        "nationality",
        1,
        "dated",
        "Declared freely by each person, on the last day of the period only. Below five people it "
        "is merged, until what is merged is five or more.",
        "Déclarée librement par chaque personne, au dernier jour de la période seulement. En "
        "dessous de cinq personnes elle est fusionnée, jusqu’à ce que l’ensemble en compte cinq.",
    ),
    _d(
        "language",
        1,
        "dated",
        "Languages with their level (CEFR) on the last day of the period, a person in each of "
        "hers; below five people merged.",
        "Langues et niveaux (CECRL) au dernier jour de la période, une personne dans chacune des "
        "siennes ; fusion en dessous de cinq personnes.",
    ),
    _d(
        "cover",
        1,
        "dated",
        "People with French from level B2 on who usually work at that hour, as declared. One to "
        "four are not told apart.",
        "Personnes parlant français dès le niveau B2 qui travaillent habituellement à cette heure, "
        "selon les déclarations. Une à quatre ne sont pas distinguées.",
    ),
    _d(
        "criteria",
        1,
        "terms",
        "Published terms, by version, with the days on which each was in force.",
        "Conditions publiées, par version, avec les jours où chacune était en vigueur.",
    ),
    _d(
        "version_change",
        1,
        "versions moves",
        "Each version of the rules and of the learned words, what became of it, and who did it "
        "(pseudonym). Thresholds stand in the rules; the threshold of a detector is fixed.",
        "Chaque version des règles et des mots appris, ce qu’elle est devenue et qui l’a fait "
        "(pseudonyme). Les seuils figurent dans les règles ; celui d’un détecteur est fixe.",
    ),
    _d(
        "queues",
        1,
        "queues",
        "Queues of the review by people, each version of each.",
        "Files de la revue par des personnes, chaque version de chacune.",
    ),
    _d(
        "clocks_shipped",
        1,
        "",
        "By when a person looks and decides, as shipped. A community may tighten these and never "
        "loosen them.",
        "Délais dans lesquels une personne regarde et décide, tels que livrés. Une communauté peut "
        "les resserrer, jamais les relâcher.",
    ),
    _d(
        "clocks_kept",
        2,
        "clocks",
        "Deadlines that began in the period. Late: ended after they were due. Never: due before "
        "the end of the period and not ended at the log position.",
        "Délais commencés dans la période. En retard : terminés après l’échéance. Jamais : échus "
        "avant la fin de la période et non terminés à la position du journal.",
    ),
    _d(
        "second_look",
        1,
        "looks",
        "Second looks asked for in the period, by who asked; samples are drawn by the service "
        "itself. Who decides again is somebody else.",
        "Réexamens demandés dans la période, selon le demandeur ; les échantillons sont "
        "tirés par le service. Une autre personne décide à nouveau.",
    ),
    _d(
        "failure",
        2,
        "failures",
        "Orders to a platform that failed for good, each once and an entry of the log, by the "
        "month of the last attempt.",
        "Demandes à une plateforme qui ont définitivement échoué, chacune comptée une fois et "
        "inscrite au journal, selon le mois du dernier essai.",
    ),
    _d(
        "alarm",
        1,
        "alarms",
        "Alarms that the service raised about itself.",
        "Alertes que le service a données sur lui-même.",
    ),
    _d(
        "channel",
        1,
        "reports report_details",
        "Each report in one channel: that of a trusted flagger (art. 22) whatever its way, else "
        "the public form (art. 16), the API, or a connected platform.",
        "Chaque signalement dans un seul canal : celui d’un signaleur de confiance (art. 22) "
        "quelle que soit la voie, sinon le formulaire public (art. 16), l’API ou une plateforme "
        "connectée.",
    ),
    _d(
        "internal_flag",
        1,
        "cases decisions reports",
        "Cases decided in the period that no report is about: a detector or a moderator brought "
        "them up.",
        "Dossiers décidés dans la période qu’aucun signalement ne vise : un détecteur ou un "
        "modérateur les a ouverts.",
    ),
    _d(
        "distinct",
        1,
        "reports report_details",
        "Items and reporters are told apart by keyed hashes, never by name. A reporter about whom "
        "nothing was known is counted under reporters unknown.",
        "Éléments et auteurs sont distingués par des empreintes à clé, jamais par leur nom. Un "
        "auteur dont rien n’est connu figure sous auteurs inconnus.",
    ),
    _d(
        "report_outcome",
        1,
        "reports decisions statements cases",
        "What stands about the case of each report of the period at the log position: the gravest "
        "restriction of a case that was upheld (removed, hidden, restricted), acted without a "
        "restriction of an account, none, or open. Hours from the report to the first decision of "
        "its case; a case that had been decided counts 0; open ones are left out.",
        "Ce qui vaut pour le dossier de chaque signalement de la période à la position du journal :"
        " la restriction la plus grave d’un dossier confirmé (retiré, masqué, restreint), une "
        "suite sans restriction d’un compte, aucune, ou en cours. Heures du signalement à la "
        "première décision du dossier ; un dossier déjà décidé compte 0 ; ceux en cours sont "
        "exclus.",
    ),
    _d(
        "open_by_age",
        1,
        "reports decisions",
        "Reports of the period not decided at the log position, by their age at the end of the "
        "period.",
        "Signalements de la période non décidés à la position du journal, selon leur âge à la fin "
        "de la période.",
    ),
    _d(
        "silence",
        1,
        "reports report_details unanswered withdrawn",
        "Reports of the period that were neither answered nor withdrawn at the log position.",
        "Signalements de la période ni répondus ni retirés à la position du journal.",
    ),
    _d(
        "transmission",
        1,
        "referrals",
        "What a person confirmed to have sent to a public authority, by the day it left.",
        "Ce qu’une personne a confirmé avoir envoyé à une autorité publique, selon le jour "
        "d’envoi.",
    ),
    _d(
        "transmission_time",
        1,
        "referrals",
        "Hours from the opening of the case, when the service knew, to the sending.",
        "Heures de l’ouverture du dossier, moment où le service a su, jusqu’à l’envoi.",
    ),
)
DEFINITIONS: Final[Mapping[str, Definition]] = {**SHARED, **{one.key: one for one in _OWN}}
