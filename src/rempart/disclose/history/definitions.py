"""What each figure is: in words, with the queries it reads and a version.

The words are what annex B of the court dossier and the contextual cells of the yearly report print.
Whoever changes how a figure is counted changes its words and raises its version here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Definition(NamedTuple):
    """`reads`: names of queries (`HistoryTables.queries`)."""

    key: str
    version: int
    reads: tuple[str, ...]
    says: Mapping[str, str]


def _d(key: str, version: int, reads: str, en: str, fr: str) -> Definition:
    return Definition(key, version, tuple(reads.split()), {"en": en, "fr": fr})


_ALL: Final = (
    _d(
        "restriction",
        2,
        "statements measures ordered exemptions",
        "A measure that restricts one account by name, counted once, at the time and with the "
        "ground, category, source and automated means of the first statement of reasons about it. "
        "A later statement about the same measure is no further restriction. What has a recorded "
        "exemption in place of a statement is told apart and is in no figure.",
        "Mesure qui restreint un compte nommément, comptée une fois, à la date et avec le motif, "
        "la catégorie, l’origine et les moyens automatisés du premier exposé des motifs qui la "
        "concerne. Un exposé ultérieur sur la même mesure n’est pas une restriction de plus. "
        "Ce qui a une dispense enregistrée au lieu d’un exposé est indiqué à part et ne figure "
        "dans aucun chiffre.",
    ),
    _d(
        "own_initiative",
        1,
        "statements",
        "Restrictions that neither a notice (art. 16) nor an order came before.",
        "Restrictions que ni une notification (art. 16) ni une injonction n’a précédées.",
    ),
    _d(
        "solely_automated_detection",
        1,
        "statements",
        "Restrictions of the own initiative whose content automated means alone had found, whoever "
        "decided afterwards.",
        "Restrictions d’initiative propre dont le contenu n’a été trouvé que par des moyens "
        "automatisés, quelle que soit la personne qui a décidé ensuite.",
    ),
    _d(
        "notice",
        1,
        "reports",
        "Every report received through the public form or the API, also when several are about the "
        "same item; withdrawn ones too.",
        "Tout signalement reçu par le formulaire public ou l’API, même si plusieurs visent le même "
        "élément ; y compris ceux qui ont été retirés.",
    ),
    _d(
        "notice_items",
        1,
        "reports",
        "Exact locations that a notice names (links and ids of messages); a pasted text is one.",
        "Emplacements exacts cités par une notification (liens et identifiants de messages) ; un "
        "texte collé compte pour un.",
    ),
    _d(
        "trusted_flagger",
        1,
        "reports",
        "Notices that came with the token of a trusted flagger (art. 22). They are in the totals "
        "as well.",
        "Notifications reçues avec le jeton d’un signaleur de confiance (art. 22). Elles figurent "
        "aussi dans les totaux.",
    ),
    _d(
        "notice_median",
        1,
        "reports decisions statements measures cases",
        "Median hours from the receipt of a notice to the first action about its case (a decision "
        "that restricts, or a measure that the notice itself brought). What was acted upon before "
        "the notice came counts 0; notices without action are left out.",
        "Médiane, en heures, de la réception d’une notification à la première action dans son "
        "dossier (décision qui restreint, ou mesure prise à la suite de la notification). Ce qui "
        "avait déjà fait l’objet d’une action compte 0 ; les notifications sans suite sont "
        "exclues.",
    ),
    _d(
        "notice_actions",
        1,
        "statements measures cases reports",
        "Restrictions that a notice came before, by the ground of their first statement; those of "
        "trusted flaggers are the ones whose statement names such a notice as its source.",
        "Restrictions qu’une notification a précédées, selon le motif de leur premier exposé ; "
        "celles des signaleurs de confiance sont celles dont l’exposé a une telle notification "
        "pour origine.",
    ),
    _d(
        "order",
        3,
        "orders",
        "Orders of authorities of the Member States received in the period (art. 9, 10); items are "
        "the exact addresses that an order names. Medians from receipt, in hours; an order that "
        "had not been answered at the log position is left out, and one that was refused has no "
        "time to effect.",
        "Injonctions d’autorités d’États membres reçues dans la période (art. 9 et 10) ; les "
        "éléments sont les adresses exactes citées. Médianes depuis la réception, en heures ; une "
        "injonction sans réponse à la position du journal est exclue, et celle à laquelle il n’a "
        "pas été donné suite n’a pas de délai d’exécution.",
    ),
    _d(
        "complaint",
        1,
        "looks reports statements decisions",
        "Appeals received in the period, from accounts and from notifiers. Reversed: granted; "
        "partially: the new decision keeps a part; omitted: not decided as of the log position. "
        "Medians from the appeal to its decision, in hours. Appeals of notifiers are counted under "
        "decisions not to act, those of trusted flaggers there and apart.",
        "Contestations reçues dans la période, des comptes et des auteurs de signalement. "
        "Infirmées : admises ; partiellement : la nouvelle décision en garde une partie ; sans "
        "décision : non tranchées à la position du journal. Médianes de la contestation à la "
        "décision, en heures. Celles des auteurs de signalement figurent sous les décisions de ne "
        "pas agir, celles des signaleurs de confiance s’y trouvent et sont aussi données à part.",
    ),
    _d(
        "dispute",
        2,
        "disputes",
        "Disputes submitted to certified out-of-court bodies in the period; medians from "
        "submission to decision, in hours of whole days; outcomes known at the log position.",
        "Litiges soumis à des organes certifiés dans la période ; médianes de la soumission à la "
        "décision, en heures de jours entiers ; issues connues à la position du journal.",
    ),
    _d(
        "repeat_suspension",
        2,
        "statements strikes misuse",
        "Suspensions of an account on the ground of law that had a strike in force. For notices "
        "and complaints: sources whose notices or complaints are not examined for a while.",
        "Suspensions, pour un motif légal, d’un compte qui avait un avertissement en cours. Pour "
        "les notifications et réclamations : sources dont elles ne sont plus examinées un temps.",
    ),
    _d(
        "misuse_warning",
        1,
        "strikes misuse_warning",
        "Warnings in the period. Of accounts: strikes on the ground of law, one for each account "
        "and decision; the statement of reasons says that the next one may suspend. Of notices and "
        "complaints: warnings that a person sent to a source whose notices or complaints people "
        "had often found unfounded; without one nothing is suspended.",
        "Avertissements de la période. Comptes : avertissements pour un motif légal, un par "
        "compte et par décision ; l’exposé des motifs dit que le suivant peut suspendre. "
        "Notifications et réclamations : avertissements qu’une personne a envoyés à une source "
        "dont les notifications ou réclamations avaient souvent été jugées infondées ; sans eux, "
        "rien n’est suspendu.",
    ),
    _d(
        "automated",
        1,
        "statements",
        "Solely automated: restrictions that a rule imposed. Not automated: those that a person "
        "imposed and no rule had proposed. What a rule proposed and a person imposed is in neither "
        "figure.",
        "Uniquement automatisées : restrictions imposées par une règle. Sans automatisation : "
        "celles qu’une personne a imposées sans qu’une règle les propose. Ce qu’une règle a "
        "proposé et qu’une personne a imposé ne figure dans aucun des deux chiffres.",
    ),
    _d(
        "classifier",
        1,
        "samples decisions",
        "Of messages that a person judged in the period. A classifier says yes when its score "
        "reached its threshold; it is right when the decision that stands found a harm that its "
        "label is about. Accuracy, precision and recall of the judged messages only: they are not "
        "drawn at random from all messages, and what nobody saw is not in them.",
        "Parmi les messages qu’une personne a jugés dans la période. Un classificateur dit oui "
        "quand son score atteint son seuil ; il a raison quand la décision en vigueur retient une "
        "atteinte que vise son étiquette. Exactitude, précision et rappel sur les messages jugés "
        "seulement : ils ne sont pas tirés au sort parmi tous, et ce que personne n’a vu n’y est "
        "pas.",
    ),
    _d(
        "exposure",
        1,
        "views statements",
        "Views that the platforms told in the period. Before action: the last telling of a message "
        "before the first statement that restricted it. Messages of which no views were told are "
        "not in it.",
        "Vues communiquées par les plateformes dans la période. Avant action : la dernière "
        "communication avant le premier exposé qui a restreint le message. Les messages dont "
        "aucune vue n’a été communiquée n’y sont pas.",
    ),
)
DEFINITIONS: Final[Mapping[str, Definition]] = {one.key: one for one in _ALL}
