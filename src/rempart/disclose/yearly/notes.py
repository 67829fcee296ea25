"""What stands in *contextual information*: how a figure is counted, what a blank means, and each
known defect of the official template, where it lies."""

from __future__ import annotations

from typing import Final

from rempart.disclose.history import DEFINITIONS

Words = dict[str, str]

MISSING_ROW: Final[Words] = {
    "en": "Defect of the template: the blocks of Member States have no row "
    "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE, which the TOTAL block has. Such orders are "
    "counted here under KEYWORD_OTHER, so that the rows add up.",
    "fr": "Défaut du modèle : les blocs par État membre n’ont pas de ligne "
    "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE, présente dans le bloc TOTAL. Ces injonctions "
    "sont comptées ici sous KEYWORD_OTHER, pour que les lignes s’additionnent.",
}
REPEATED_ROW: Final[Words] = {
    "en": "Defect of the template: this row repeats an earlier one (six rows of sheet 8 do). It is "
    "kept and left blank.",
    "fr": "Défaut du modèle : cette ligne en répète une précédente (six lignes de la feuille 8). "
    "Elle est conservée et laissée vide.",
}
SWAPPED_LABELS: Final[Words] = {
    "en": "Filled by position. Defect of the template: the French labels of accuracy and precision "
    "are exchanged (“Précision” stands for accuracy, “Exactitude” for precision).",
    "fr": "Rempli d’après la position. Défaut du modèle : les intitulés français d’exactitude et "
    "de précision sont inversés (« Précision » y désigne l’exactitude, « Exactitude » la "
    "précision).",
}
GENERAL: Final[Words] = {
    "en": "Known defects of the official template, kept as they are: the CSV of sheet 1 is called "
    "“summary” while the sheet is called report_identification; eleven CSV parts exist while ten "
    "are announced; sheet 3 lacks a row in the blocks of Member States; six rows of sheet 8 are "
    "repeated and its French labels of accuracy and precision are exchanged; the header "
    "“Contextual information” is written with and without a capital; the French sheet 1 carries "
    "an X in the column of the service; the Italian workbook writes TOTALE. Sheets are filled by "
    "position. Blank: cannot be on this service, or nothing to take a median or a share of; 0: "
    "could have been and was not. Every figure was counted from the first {as_of} entries of the "
    "log.",
    "fr": "Défauts connus du modèle officiel, conservés tels quels : le CSV de la feuille 1 "
    "s’appelle « summary » alors que la feuille s’appelle report_identification ; il existe onze "
    "parties CSV alors que dix sont annoncées ; il manque une ligne aux blocs par État membre de "
    "la feuille 3 ; six lignes de la feuille 8 sont répétées et ses intitulés français "
    "d’exactitude et de précision sont inversés ; l’en-tête « Contextual information » est écrit "
    "avec et sans majuscule ; la feuille 1 française porte un X dans la colonne du service ; le "
    "classeur italien écrit TOTALE. Les feuilles sont remplies d’après la position. Vide : "
    "impossible sur ce service, ou rien dont prendre une médiane ou une part ; 0 : aurait pu "
    "arriver et n’est pas arrivé. Chaque chiffre est compté sur les {as_of} premières entrées du "
    "journal.",
}
TAKEN: Final[Words] = {
    "en": " After that size {erasures} erasures (entries {erased}) and {expiries} portions of "
    "ended retention (entries {expired}) took something away that lay before it: words, names, "
    "judged messages. Counts of notices, decisions, restrictions and appeals are whole; accuracy "
    "rests on what is left.",
    "fr": " Après cette taille, {erasures} effacements (entrées {erased}) et {expiries} lots "
    "arrivés au terme de leur conservation (entrées {expired}) ont retiré des éléments "
    "antérieurs : textes, noms, messages jugés. Les décomptes de notifications, de décisions, de "
    "restrictions et de contestations sont complets ; l’exactitude repose sur ce qui reste.",
}
BEFORE: Final[Words] = {
    "en": " {cases} cases and {deadlines} deadlines are older than the keeping of what is written "
    "over: they count as having always stood as they stood when that began.",
    "fr": " {cases} dossiers et {deadlines} délais sont antérieurs à la conservation de ce qui est "
    "modifié : ils sont réputés avoir toujours été ce qu’ils étaient quand elle a commencé.",
}
COUNTED_HERE: Final[Words] = {
    "en": "Counted here by this service: {harms}.",
    "fr": "Comptés ici par ce service : {harms}.",
}
EXCLUDED: Final[Words] = {
    "en": "Excludes, counted apart under KEYWORD_OTHER: {harms}.",
    "fr": "Sont exclus et comptés à part sous KEYWORD_OTHER : {harms}.",
}
EXEMPT: Final[Words] = {
    "en": "Restrictions with a recorded exemption in place of a statement, which are in no row: "
    "{counts}.",
    "fr": "Restrictions ayant une dispense enregistrée au lieu d’un exposé, dans aucune ligne : "
    "{counts}.",
}
LATER_WORD: Final[Words] = {
    "en": "About {count} restrictions of the period a later statement gives another ground, "
    "category, source or automated means. They are counted as they were first stated; in the "
    "Commission’s database stands what was decided until they were sent.",
    "fr": "Pour {count} restrictions de la période, un exposé ultérieur indique un autre motif, "
    "une autre catégorie, une autre origine ou d’autres moyens automatisés. Elles sont comptées "
    "d’après le premier exposé ; dans la base de données de la Commission figure ce qui avait été "
    "décidé au moment de l’envoi.",
}
CANNOT: Final[Words] = {
    "en": "Blank: this service has no such measure.",
    "fr": "Vide : ce service ne connaît pas cette mesure.",
}
FOREIGN: Final[Words] = {
    "en": "Orders of authorities of Member States only; {count} from elsewhere are not in it.",
    "fr": "Injonctions d’autorités d’États membres seulement ; {count} venues d’ailleurs n’y "
    "figurent pas.",
}
BY_PEOPLE: Final[Words] = {
    "en": "Notices are decided by people; none is processed by automated means alone. {partly} "
    "were decided about content on which a rule had acted before: they are in neither row.",
    "fr": "Les notifications sont tranchées par des personnes ; aucune ne l’est par des moyens "
    "automatisés seuls. {partly} portaient sur un contenu sur lequel une règle avait déjà agi : "
    "elles ne figurent dans aucune des deux lignes.",
}
PARTLY: Final[Words] = {
    "en": "{partly} measures that a rule proposed and a person imposed are in neither row.",
    "fr": "{partly} mesures proposées par une règle et imposées par une personne ne figurent dans "
    "aucune des deux lignes.",
}
NO_CLASSIFIER: Final[Words] = {
    "en": "Blank: no automated means process notices on this service.",
    "fr": "Vide : aucun moyen automatisé ne traite les notifications sur ce service.",
}
CLASSIFIER: Final[Words] = {
    "en": "Classifier {name}, version {versions}, threshold 0.5: {judged} judged messages; said "
    "yes and was right {true_yes}, yes and wrong {false_yes}, no and wrong {false_no}, no and "
    "right {true_no}.",
    "fr": "Classificateur {name}, version {versions}, seuil 0,5 : {judged} messages jugés ; oui à "
    "raison {true_yes}, oui à tort {false_yes}, non à tort {false_no}, non à raison {true_no}.",
}
TOGETHER: Final[Words] = {
    "en": "All classifiers together, {judged} judgements; each one has its own rows at the end of "
    "the sheet.",
    "fr": "Tous les classificateurs ensemble, {judged} jugements ; chacun a ses propres lignes à "
    "la fin de la feuille.",
}
NOT_JUDGED: Final[Words] = {
    "en": "Blank: no message of the period was judged by a person.",
    "fr": "Vide : aucun message de la période n’a été jugé par une personne.",
}
LANGUAGE_UNKNOWN: Final[Words] = {
    "en": "Blank: the language of what was restricted is not recorded.",
    "fr": "Vide : la langue de ce qui a été restreint n’est pas enregistrée.",
}
FULL_TIME: Final[Words] = {
    "en": "Full-time equivalents on {day}: {exact}, rounded. Declared by the provider.",
    "fr": "Équivalents temps plein au {day} : {exact}, arrondis. Déclarés par le fournisseur.",
}
SPOKEN: Final[Words] = {
    "en": "People from level B2 (CEFR) on {day}; one person counts in each language, once in the "
    "total. Declared by the provider.",
    "fr": "Personnes à partir du niveau B2 (CECR) au {day} ; une personne compte dans chaque "
    "langue, une fois dans le total. Déclarées par le fournisseur.",
}
IN_FLAGGERS: Final[Words] = {
    "en": "Also counted under the complaints about notices above.",
    "fr": "Comptées aussi parmi les réclamations sur des notifications ci-dessus.",
}
WARNED: Final[Words] = {
    "en": "Warnings sent before (art. 23): {count} in the period.",
    "fr": "Avertissements préalables (art. 23) : {count} dans la période.",
}


def definition(key: str, language: str) -> str:
    return DEFINITIONS[key].says[language]
