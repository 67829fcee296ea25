"""What is said of somebody: where she lives, works or studies, and of her family.

Rules of this module:

1. Somebody else is spoken of: "elle", "il", "she", "they", a name, "sa mère". What one says of
   oneself ("j'habite", "my mother") or of nobody in particular ("on", "qui", "it") is not meant.
2. A place must follow that one can go to. "Elle vit dans son monde" and "it works at last" name
   none; "loin", "à côté", "far away" say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rempart.detect.personal.found import Found
from rempart.detect.personal.gate import Look
from rempart.detect.personal.subjects import (
    FAMILY_EN,
    NAMED_EN,
    OFTEN_EN,
    OFTEN_FR,
    SOMEBODY_EN,
    WHO_EN,
    WHO_FR,
)

_VAGUE_FR: Final = (
    r"(?!(?:a )?(?:cote|fond|peine|nouveau|jamais|l'aise|la fois|l'etranger|plein temps|mi-temps|"
    r"temps|domicile\b|distance"
    r"|plusieurs|perpete|merveille|deux\b|100 a l'heure|l'heure|la campagne\b|la ville\b|"
    r"la montagne\b|proximite|ma|mon|mes|moi|nous"
    r"|ton|ta|tes|toi|la main|l'ancienne|la chaine|la rue$|paix|peur|bien|mal)\b)"
)
_AT_FR: Final = (
    rf"(?:a l'|a la |a |au |aux |dans |en face d\w+ |en |chez |sur |pres d\w* ?|juste derriere |"
    rf"derriere |devant |rue |place |pour |comme \w+ (?:a|au|chez|dans) )"
    rf"{_VAGUE_FR}"
)
_LIVES_FR: Final = re.compile(
    rf"\b{WHO_FR}{OFTEN_FR}(?:habit(?:e|ent|ait)|cr[ae]che|loge|reside|squatte|demeure|dort)\b "
    rf"{OFTEN_FR}(?:juste |pile |bien )?(?:{_AT_FR}|au? \d|le \d|la (?!bas)|l'|\d|(?!(?:a|au|aux|"
    rf"en|un|une|ici|la|la-bas|loin|seule?|ou|encore|toujours|deja|pas|plus|meme|avec|sous|tout|"
    rf"trop|vraiment|et|mais|dans|chez|sur|bien|maintenant|les|l|son|sa|ses|notre|mon|ma|ton|ta|"
    rf"cette|ce|leur|des|du|de|d)\b))(?P<place>['a-z0-9-]{{2,30}}(?: [a-z0-9'-]{{1,25}}){{0,6}})"
)
_VIT_FR: Final = re.compile(
    rf"\b{WHO_FR}{OFTEN_FR}(?:vit|vivent|emmenage|a demenage|a emmenage|"
    rf"s'est installee?) {OFTEN_FR}"
    r"(?:(?:a|au \d+|rue|chez|pres d\w) (?:l[ea] )?(?!peine|nouveau|cote|l'|la |fois|moi|nous|"
    r"lui\b|elle\b|100|fond)[a-z'-]{3,25}"
    r"|dans (?:le \d+|le quartier|la rue|la residence|l'immeuble|la tour|une? (?:appart\w*|maison|"
    r"studio|residence|resid)"
    r"|la cite|le lotissement|l'appart\w*|un immeuble))"
)
_WORKS_FR: Final = re.compile(
    rf"\b{WHO_FR}{OFTEN_FR}(?:travail(?:le|lent|lait)|bosse(?:nt)?|taffe|exerce|"
    rf"est (?:serveuse?|caissiere?|infirmiere?|prof\w*|vendeuse?|vendeur|employee?|stagiaire|"
    rf"en stage|en alternance|apprentie?|secretaire|receptionniste|aide-soignante?|coiffeuse?))\b "
    rf"{OFTEN_FR}{_AT_FR}(?P<place>['a-z0-9-]{{2,30}}(?: [a-z0-9'-]{{1,25}}){{0,6}})"
)
_STUDIES_FR: Final = re.compile(
    rf"\b{WHO_FR}{OFTEN_FR}(?:etudi(?:e|ent|ait)|est (?:scolarisee?s?|inscrite?|etudiante?|"
    rf"eleve|en (?:\w+ ){{1,3}})|fait ses etudes|va (?:en cours )?|suit des cours|est|"
    rf"sont (?:scolarise\w*)?|vont) ?"
    rf"(?:en \w+ )?(?:a l'|a la |au |a |dans (?:le |l'|la )?)(?:\w+[- ']){{0,2}}?(?:ecole|college|"
    rf"lycee|fac|faculte|universite|univ|iut|creche|maternelle|primaire|campus|conservatoire|"
    rf"institut|prepa|insa|sorbonne)\b (?P<place>\S.{{2,40}})"
)
_STUDENT_FR: Final = re.compile(
    rf"\b{WHO_FR}{OFTEN_FR}est etudiante? (?:en [a-z' -]{{2,25}} )?(?:a|au|aux|"
    rf"chez) (?!l'etranger)\S{{3,}}"
)
_ENROLLED_FR: Final = re.compile(r"\b(?:est|sont|etait) scolarise\w* (?:a|au|dans|en|chez) ?\S{2,}")
_FAMILY_FR: Final = (
    r"(?:mere|pere|maman|papa|soeur|frere|fils|fille|filles|enfants?|gosses?|gamins?|gamine|"
    r"parents|grand-mere|grand-pere|mamie|papi"
    r"|tante|oncle|cousine?|mari|femme|copain|copine|compagnon|compagne|ex|conjoint|fiancee?|bebe|"
    r"daronne?|reum|reup|petite? soeur|petit frere|nourrice|vieux|vieille)"
)
_HIS_FAMILY_FR: Final = re.compile(
    rf"\b(?:sa|son|ses|leur|leurs|(?:la|le|les) {_FAMILY_FR} (?:de |d'|"
    rf"a )[a-z-]{{2,20}})(?: (?:petite?|grande?|demi-?|belle-|beau-))? ?(?:{_FAMILY_FR})?,? "
    r"(?:(?!(?:est|sont|va|vont|tient)\b)[a-z-]{2,15} )?(?:(?:elle|il|ils) )?(?:(?:bosse|"
    r"travaille|taffe|habite|creche|loge|vit|etudie|"
    r"enseigne)(?:nt)? "
    r"(?:aussi |toujours |juste )?(?:a|au|aux|chez|dans|en face|pres|derriere|comme|rue|sur|avec|"
    r"en)\b"
    r"|(?:va|vont|est|sont)(?: scolarisee?s?| inscrite?s?| en \w+)? (?:a l'ecole|a l'|a la (?:fac|"
    r"creche|maternelle|maison de retraite)|au (?:college|lycee|\w+)|en (?:maternelle|cp|ce1|ce2|"
    r"cm1|cm2|6e|5e|4e|3e|primaire) )"
    r"|s'appell(?:e|ent) [a-z-]{2,}|(?:c'est|se nomment?) [a-z-]{2,} [a-z-]{2,}|tient (?:la|le|un|"
    r"une|l') ?\w+)"
)
_VAGUE_EN: Final = (
    r"(?!(?:the )?(?:fear|peace|hell|least|last|all|first|most|best|once|it\b|them\b|that\b|"
    r"this\b|a (?:bubble|lie|dream|world|cave)|my|your|me\b|you\b|home\b|night|moment"
    r"|end|past|present|future|time|own|your|theory|practice|general|full|any|every|some|"
    r"\d+ ?(?:fps|hz|%|percent)|his (?:own )?(?:world|head)|her (?:own )?(?:world|head)|far|here|"
    r"there))"
)
_NEAR_EN: Final = (
    r"(?:at|on|in|to|near|by|off|behind|above|across from|next to|around the corner from|"
    r"with (?:her|his|their) \w+ (?:in|at|on|near))"
)
_SOMEWHERE_EN: Final = (
    rf"(?:the |a )?{_VAGUE_EN}(?P<place>[a-z0-9][\w'&-]{{1,30}}(?: [\w'-]{{1,25}}){{0,6}})"
)
_LIVES_EN: Final = re.compile(
    rf"(?:\b{SOMEBODY_EN}(?:'s)? {OFTEN_EN}(?:lives?|is living|are living|living|resides?|"
    rf"stays?|is staying|staying|(?:just |has )?moved|rents|sleeps|crashes)"
    rf"|{NAMED_EN} {OFTEN_EN}(?:lives|is living|resides|is staying|just moved)) "
    rf"{OFTEN_EN}(?:alone |together |(?:a )?\w+ (?:minutes?|mins?|blocks?|"
    rf"doors?) )?{_NEAR_EN} {_SOMEWHERE_EN}"
)
_JOB_EN: Final = (
    r"(?:nights |evenings |mornings |weekends |part[- ]time |full[- ]time |as an? \w+ |shifts |"
    r"the \w+ shift )?"
)
_WORKS_EN: Final = re.compile(
    rf"(?:\b{SOMEBODY_EN}(?:'s)? {OFTEN_EN}(?:works?|is working|are working|working|is employed|"
    rf"has a job|got a job|interns?|(?:is )?an? (?:\w+ )?(?:nurse|teacher|waitress|waiter|cashier|"
    rf"barista|intern|receptionist|manager|clerk|bartender|hairdresser|bouncer|cook|chef|guard)|"
    rf"teaches|volunteers|"
    rf"bartends|waits tables) "
    rf"{_JOB_EN}(?:at|for|behind the counter (?:at|of)|in)"
    rf"|{NAMED_EN} {OFTEN_EN}(?:works|is working|is employed|has a job|got a job|interns|"
    rf"teaches|volunteers|bartends|is an? (?:\w+ )?(?:nurse|teacher|waitress|waiter|cashier|"
    rf"barista|receptionist|clerk|bartender|bouncer|cook|chef|guard)) {_JOB_EN}at) {_SOMEWHERE_EN}"
)
_STUDIES_EN: Final = re.compile(
    rf"{WHO_EN}{OFTEN_EN}(?:studies|is studying|study|goes|go|attends?|is enrolled|are enrolled|"
    rf"(?:is |'s )?an? (?:\w+ )?(?:student|freshman|sophomore|junior|senior|pupil)|majors? in \w+|"
    rf"is in (?:\w+ )?(?:grade|year)) ?"
    rf"(?:\w+ )?(?:to|at|in|of)? ?(?:the )?(?P<place>(?:[\w'.-]+ ){{0,4}}?(?:school|college|"
    rf"university|uni|high|academy|elementary|kindergarten|nursery|daycare|preschool|campus|"
    rf"institute|polytechnic|community college|middle school|state|tech|primary|"
    rf"grammar)\b(?: (?:of|in|on|at) [\w'-]+)?)"
)
_AT_UNI_EN: Final = re.compile(
    rf"{WHO_EN}(?:is |are )?(?:stud(?:ies|ying|y)|majors|enrolled)(?: \w+)? (?:at|"
    rf"in the) {_VAGUE_EN}[a-z][\w'-]{{2,}}"
)
_HIS_FAMILY_EN: Final = re.compile(
    rf"\b(?:(?:her|his|their)|[a-z]{{2,20}}'s) (?:little |big |older |younger |baby |step|"
    rf"ex[- ])?{FAMILY_EN},? (?:\w+ )?"
    r"(?:(?:lives?|works?|goes|go|teaches|runs|owns|studies|stays?|attends?|is a \w+|are|"
    r"is) (?:alone |also |currently |just )?(?:\w+ (?:doors?|blocks?|streets?|minutes?) (?:down|"
    r"away|over)? ?)?(?:at|in|on|to|for|near|the|a|with)\b(?! (?:lot|least|last|all))"
    r"|(?:is|are) (?:named|called)|(?:'s|s)? names? (?:is|are)|(?:attends?|teaches) \w+|owns the|"
    r"runs the|is (?:[a-z]{3,} [a-z]{3,})$)"
)
_HER_NAMES_EN: Final = re.compile(
    rf"\b(?:her|his|their) (?:little |big |older |younger )?{FAMILY_EN}'?s? (?:full |real |"
    rf"first )?(?:name|number|address|facebook|insta\w*|phone|workplace|house|school)s?\b"
)
_ITS_PLACE_FR: Final = re.compile(
    r"\b(?:son|sa|leur) (?:college|lycee|ecole|fac|boulot|taf|salle(?: de sport)?|club|bureau|"
    r"entreprise|quartier|immeuble|village|hotel|boite|residence)"
    r" (?:c'est|est|s'appelle|se trouve|:)(?: (?:a|au|le|la|l'|dans|rue|pres)\b)? ?(?!(?:pas|"
    r"nul\w*|trop|tres|super|genial|une?|de|fini|la|bien|mieux|important\w*|vraiment|que|"
    r"ferme\w*)\b)[a-z0-9'][a-z0-9'-]{2,}"
)
_ITS_PLACE_EN: Final = re.compile(
    r"\b(?:(?:her|his|their)(?: \w+(?:'s|s'))?|[a-z]{3,20}'s) (?:gym|school|college|uni|"
    r"university|church|hotel|dorm|workplace|daycare|office|neighbou?rhood|high school|studio|"
    r"apartment building)"
    r" (?:is|:)(?: (?:at|on|in|near|called|the))* (?!(?:not|so|very|really|a|an|too|great|good|"
    r"bad|cool|nice|fun|closed|open|over|down|better|shit|trash|full|empty|huge|small|always|also|"
    r"still|like|where|that|going|gonna|being|about)\b)[a-z0-9][\w'.-]{2,}"
)
_ROOM: Final = re.compile(
    r"\b(?:room|chambre|suite|chbre) (?:n ?° ?)?\d{2,4}\b.{0,30}\b(?:hotel|ibis|hilton|marriott|"
    r"novotel|mercure|inn|motel|hyatt|sheraton|kyriad|airbnb)\b"
    r"|\b(?:hotel|ibis|hilton|marriott|novotel|mercure|inn|motel|hyatt|sheraton|kyriad|"
    r"airbnb)\b.{0,30}\b(?:room|chambre|suite) (?:n ?° ?)?\d{2,4}\b"
)


def statements(folded: str, look: int) -> Iterator[Found]:
    """Where somebody lives, works, studies, and the family; one for each pattern at most."""
    for bit, pattern, kind in _PLACED:
        if not look & bit:
            continue
        for match in pattern.finditer(folded):
            if _names_a_place(match, kind):
                yield Found(kind, match.start(), match.end(), 0.6)
                break


_PLACED: Final = (
    (int(Look.LIVES_FR), _LIVES_FR, "lives"),
    (int(Look.LIVES_FR), _VIT_FR, "lives"),
    (int(Look.WORKS_FR), _WORKS_FR, "works"),
    (int(Look.STUDIES_FR), _STUDIES_FR, "studies"),
    (int(Look.STUDIES_FR), _STUDENT_FR, "studies"),
    (int(Look.STUDIES_FR), _ENROLLED_FR, "studies"),
    (int(Look.ITS_PLACE), _ITS_PLACE_FR, "works"),
    (int(Look.ITS_PLACE), _ITS_PLACE_EN, "works"),
    (int(Look.ROOM), _ROOM, "lives"),
    (int(Look.FAMILY_FR), _HIS_FAMILY_FR, "family"),
    (int(Look.LIVES_EN), _LIVES_EN, "lives"),
    (int(Look.WORKS_EN), _WORKS_EN, "works"),
    (int(Look.STUDIES_EN), _STUDIES_EN, "studies"),
    (int(Look.STUDIES_EN), _AT_UNI_EN, "studies"),
    (int(Look.FAMILY_EN), _HIS_FAMILY_EN, "family"),
    (int(Look.FAMILY_EN), _HER_NAMES_EN, "family"),
)
STATEMENTS: Final = sum({bit for bit, _, _ in _PLACED})


def _names_a_place(match: re.Match[str], kind: str) -> bool:
    place = match.groupdict().get("place")
    return kind == "family" or place is None or len(place.strip()) >= 3
