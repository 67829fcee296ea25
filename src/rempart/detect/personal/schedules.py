"""When somebody is where: what is left or reached at which time, on which days, and absences.

A time alone is no schedule: it needs a place that is left or reached ("sort à 18 h de la fac"). The
times of streams, matches and films are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rempart.detect.personal.found import Found
from rempart.detect.personal.subjects import (
    NAMED_EN,
    OFTEN_EN,
    OFTEN_FR,
    SOMEBODY_EN,
    WHO_EN,
    WHO_FR,
)

_PLACE_FR: Final = (
    r"(?:boulangerie|pharmacie|supermarche|carrefour|leclerc|auchan|lidl|intermarche|monoprix|"
    r"decathlon|ikea|mcdo\w*"
    r"|fnac|boutique|magasin|resto\w*|restaurant|bar|cafe|salon|agence|banque|mairie|prefecture|"
    r"hopital|clinique|cabinet"
    r"|entreprise|societe|usine|bureaux?|ecole|college|lycee|fac|faculte|universite|iut|creche|"
    r"maternelle|primaire|campus"
    r"|librairie|garage|station|hotel|poste|gare|theatre|musee|mediatheque|bibliotheque|"
    r"conservatoire|institut|labo\w*"
    r"|start-?up|studio|ehpad|maison de retraite|centre|salle|club|gymnase|piscine|stade|chantier|"
    r"accueil|caisse|atelier"
    r"|chu|caf|cpam|pole emploi|tribunal|commissariat|caserne|zone|tour|clinique|veterinaire|"
    r"dentiste|coiffeur|orange"
    r"|airbus|renault|sncf|edf|total|michelin|amazon|capgemini|thales|bts|prepa|sciences po|"
    r"polytechnique|insa|ens|sorbonne)"
)
TIME_FR: Final = (
    r"(?:vers |a partir de )?(?:\d{1,2} ?(?:h|heures?|:)(?: ?\d{2})?|midi|minuit)(?: ?(?:pile|"
    r"environ))?"
)
_LEAVES_FR: Final = re.compile(
    rf"\b{WHO_FR}{OFTEN_FR}(?:sort|quitte|finit|termine|rentre|part|arrive|commence|embauche|"
    rf"debauche|descend|revient|passe|est|attend|prend)\b"
    rf"[^.!?\n]{{0,40}}?(?:a|vers|jusqu'a|de|entre|"
    rf"a partir de) {TIME_FR}(?P<rest>[^.!?\n]{{0,90}})"
)
_LEFT_FR: Final = re.compile(
    rf"\b(?:(?:son|sa) (?:service|shift|cours|travail|boulot|taf|garde|entrainement|journee|"
    rf"seance)|ses cours|le (?:boulot|travail|taf|service)|(?:du|au|de son|de l'|de la|la|a la|"
    rf"a l'|le|son|sa|chez|a) ?(?:{_PLACE_FR}|boulot|travail|taf|lycee|college|ecole|fac|maison|"
    rf"metro|tram|bus|train|gym|sport|entrainement|chien|courses|danse|sport|gare|arret|elle|lui|"
    rf"domicile|appart\w*|parking))\b"
)
_ITS_SHIFT_FR: Final = re.compile(
    rf"\b(?:son|sa|ses) (?:service|shift|cours|travail|boulot|taf|garde|entrainement|journee|"
    rf"train|bus)(?: du \w+)? (?:finit|termine|commence|se termine|debute|s'arrete|est|"
    rf"part)\w* (?:\w+ ){{0,2}}?(?:a|vers) {TIME_FR}"
)
_DAYS_FR: Final = re.compile(
    r"\b(?:tous les|chaque|le) (?:jours?|matins?|soirs?|midis?|lundis?|mardis?|mercredis?|"
    r"jeudis?|vendredis?|samedis?|dimanches?|week-?ends?)\b[^.!?\n]{0,30}\b(?:elle|"
    r"il)\b[^.!?\n]{0,60}"
)

TIME_EN: Final = r"(?:\d{1,2}(?::\d{2})? ?(?:am|pm|a\.m\.?|p\.m\.?|o'?clock)?|noon|midnight)"
_LEAVES_EN: Final = re.compile(
    rf"{WHO_EN}{OFTEN_EN}(?:gets? (?:off|out|home|back)|leaves?|finishes|gets? done|ends|"
    rf"starts?|clocks? (?:out|in)|comes? (?:home|back|out)|walks?|takes?|picks? up|is|are|"
    rf"arrives?|heads?|goes|catches|closes|opens)\b"
    rf"(?P<what>[^.!?\n]{{0,60}}?)(?:at|around|by|after|until|before|from|"
    rf"between) {TIME_EN}(?P<rest>[^.!?\n]{{0,50}})"
)
_LEFT_EN: Final = re.compile(
    r"\b(?:off work|warehouse|factory|plant|depot|from work|of work|for work|her work|his work|"
    r"work at|shift|class(?:es)?|"
    r"school|gym|home|house|office|store|job|practice|campus|dorm|apartment|flat|train|bus|subway|"
    r"dog|kids?"
    r"|daycare|restaurant|bar|cafe|hospital|library|church|rehearsal|lesson|training|back alone|"
    r"alone)\b"
)
_ITS_SHIFT_EN: Final = re.compile(
    rf"\b(?:her|his|their|[a-z]{{2,20}}'s) (?:\w+ )?(?:shift|class|classes|work|job|practice|"
    rf"training|lesson|day|bus|train|rehearsal|lecture)(?: \w+){{0,3}}? (?:ends?|starts?|finishes|"
    rf"is over|is done|begins|leaves|gets out|lets out|is|are)(?: \w+)?(?: at| around| from|"
    rf" until)? {TIME_EN}"
)
_DAYS_EN: Final = re.compile(
    r"\b(?:every|each|on) (?:day|morning|evening|night|weekday|weekend|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday)s?\b[^.!?\n]{0,20}\b(?:she|he)\b[^.!?\n]{0,60}"
)
_DAY_EN: Final = (
    r"(?:day|morning|evening|night|weekday|weekend|monday|tuesday|wednesday|thursday|friday|"
    r"saturday|sunday)s?"
)
_DAYS_LATE_EN: Final = re.compile(
    rf"\b(?:she|he|shes|hes)\b (?!(?:is|was|said|says|does|did|asks|"
    rf"has)\b)[^.!?\n]{{4,60}}\b(?:every|each) {_DAY_EN}\b[^.!?\n]{{0,40}}"
)
_DAYS_LATE_FR: Final = re.compile(
    r"\b(?:elle|il) [^.!?\n]{4,60}\b(?:tous les|chaque) (?:matins?|soirs?|midis?|lundis?|mardis?|"
    r"mercredis?|jeudis?|vendredis?|samedis?|dimanches?|week-?ends?)\b[^.!?\n]{0,50}"
)
_RIDE_FR: Final = re.compile(
    rf"\b{WHO_FR}{OFTEN_FR}(?:prend|attrape|chope) (?:toujours )?(?:le|son|un) (?:train|bus|"
    rf"tram|metro|rer|ter|car)\b[^.!?\n]{{0,15}}(?:de|a|vers) {TIME_FR}"
)
_RIDE_EN: Final = re.compile(
    rf"(?:\b{SOMEBODY_EN}|{NAMED_EN}) {OFTEN_EN}(?:takes|catches|rides) (?:the|her|"
    rf"his) (?:{TIME_EN} (?:train|bus|tube|tram|ferry|subway)\b|"
    rf"(?:train|bus|tube|tram|ferry|subway)\b[^.!?\n]{{0,15}}(?:{TIME_EN}|from [a-z]+))"
)
_EVERY_EN: Final = re.compile(
    rf"\b(?:she|he)(?:'?ll be| will be|'s| is)(?: always| usually)? (?:at|"
    rf"in) (?:the )?[^.!?\n]{{3,50}}\b(?:every|each) {_DAY_EN}"
)
_WEEKLY_FR: Final = re.compile(
    rf"\b(?:elle|il) (?:fait|va|est|a) [^.!?\n]{{4,60}}\ble (?:lundi|mardi|mercredi|jeudi|"
    rf"vendredi|samedi|dimanche)s? (?:\w+ )?(?:a|de|vers|des) {TIME_FR}"
)
_AWAY: Final = re.compile(
    r"\b(?:she|he)(?:'s| is|'ll be| will be) (?:always |usually )?home alone\b|"
    r"\b(?:(?:sa|leur) (?:maison|baraque)|son appart\w*|la maison) (?:sera|est) vide\b|\b(?:elle|"
    r"il|ils) (?:part|partent|sera|seront|est|sont) (?:en vacances|absente?s?) (?:du \d|jusqu|"
    r"a partir)"
    r"|\b(?:her|his|their) (?:house|place|flat|apartment|home) (?:will be|is) empty\b|\b(?:she|he|"
    r"they)(?:'s|'re|'ll be| is| are| will be) (?:out of town|away|on (?:vacation|"
    r"holiday)) (?:until|from|till|all)\b"
)
_STREAMING: Final = re.compile(
    r"\b(?:streams?|stream\w*|live|lives|lance|joue|plays?|raid|match|partie|game|episode|video|"
    r"show|concert|film|movie|emission|online|en ligne|sub|patch|event|kick|goal|serie|saison)\b"
)


def schedules(folded: str) -> Iterator[Found]:
    """When somebody leaves or reaches a place."""
    for pattern in (_ITS_SHIFT_FR, _ITS_SHIFT_EN):
        for match in pattern.finditer(folded):
            if not _STREAMING.search(match.group()):
                yield Found("schedule", match.start(), match.end(), 0.6)
    for pattern, places in ((_LEAVES_FR, _LEFT_FR), (_LEAVES_EN, _LEFT_EN)):
        for match in pattern.finditer(folded):
            text = match.group()
            if places.search(text) and not _STREAMING.search(text):
                yield Found("schedule", match.start(), match.end(), 0.6)
    for pattern in (_RIDE_FR, _RIDE_EN, _WEEKLY_FR, _AWAY):
        for match in pattern.finditer(folded):
            yield Found("schedule", match.start(), match.end(), 0.6)
    for pattern, places in (
        (_DAYS_FR, _LEFT_FR),
        (_DAYS_EN, _LEFT_EN),
        (_EVERY_EN, _EVERY_EN),
        (_DAYS_LATE_EN, _LEFT_EN),
        (_DAYS_LATE_FR, _LEFT_FR),
    ):
        for match in pattern.finditer(folded):
            text = match.group()
            if places.search(text) and not _STREAMING.search(text):
                yield Found("schedule", match.start(), match.end(), 0.6)
