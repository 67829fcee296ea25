"""Announcements: that people will come to somebody's home, or send the police or others there.

Both are threats, and both speak of a home: they get both labels (`detector`). Coming to dinner, to
a birthday or to help is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rempart.detect.personal.found import Found
from rempart.detect.personal.schedules import TIME_EN, TIME_FR

_HOME_EN: Final = (
    r"(?:her|his|their|your|ur|[a-z]{2,20}'s)(?: \w+)? ?(?:house|home|place|door|doorstep|"
    r"front door|apartment|flat|street|address|driveway|window|porch|work|office|school|dorm|job|"
    r"building|crib|hotel|hotel room|room)"
)
_HOME_FR: Final = (
    r"(?:chez (?:elle|lui|eux|toi|vous|cette \w+|ce \w+|sa mere|ses parents|ta mere|tes parents|"
    r"[a-z]{3,20})|(?:sa|ta|leur|votre) (?:maison|porte|fenetre|rue|baraque|residence|fac)"
    r"|(?:son|ton|leur|votre) (?:appart\w*|domicile|immeuble|boulot|travail|lycee|taf|bureau|"
    r"ecole|college|hotel|portail|palier|paillasson)|l'adresse de \w+|(?:a|sur) son adresse)"
)
_COMING_FR: Final = re.compile(
    r"\b(?:on (?:sera|est|va|vient|debarque|arrive|passe|ira|viendra|debarquera|passera|attend|"
    r"t'attend|l'attend|(?:lui|leur|te) rend visite|se retrouve|se rejoint|se donne rdv|"
    r"se pointe)|(?:je|j')(?:\s|)(?:serai|"
    r"suis|vais|viens|debarque|arrive|passe|irai|viendrai|passerai|attends|t'attends|l'attends|"
    r"me pointe)|rdv|rendez-vous|tous|nous (?:serons|irons|allons|viendrons)|on y va|allons|venez|"
    r"retrouvez|qui (?:vient|veut|est chaud)|chauds?|motives?|aller|viens|ils? (?:seront|vont|"
    r"arrivent|debarquent)|y'?a du monde|des gens)\b"
    rf"[^.!?\n]{{0,40}}?(?:devant |en bas de |a |au pied de |sonner |toquer |frapper |attendre |"
    rf"ce soir |demain |cette nuit |directement |la |tous )*{_HOME_FR}(?P<rest>[^.!?\n]{{0,60}})"
)
_SURE_FR: Final = re.compile(
    rf"(?:devant chez|en bas de chez|devant (?:sa|ta|son|ton)|en bas de (?:son|ton)|a (?:sa|"
    rf"ta) porte|debarqu\w+|sonner|toquer|frapper|t'attend|l'attend|attends?|{TIME_FR}|ce soir|"
    rf"cette nuit|demain|samedi|dimanche|jeudi|vendredi|mercredi|lundi|mardi|mercredi|jeudi|"
    rf"vendredi|tout a l'heure|dans \d+ ?(?:min|h|heures?)|prepare|\bsurprise)"
)
_INNOCENT_FR: Final = re.compile(
    r"\b(?:livr\w*|anniv\w*|bises?|bisous?|diner|dejeuner|aperos?|barbecue|manger|dormir|cafe|"
    r"dispo|courses|maman|grand-mere|aide\w*|demenag\w*|soiree|fete|vacances|noel|gateau)\b"
)
_SWAT_FR: Final = re.compile(
    r"\b(?:(?:envo(?:ie|yer|yons|ye|yez)|appel(?:le|er|lons|lez|ez|e)?|balanc\w*|command\w*|"
    r"livrer|preven\w+|alert\w+|contact\w+|faire venir|fais venir|j'ai appele|"
    r"on a appele)\b[^.!?\n]{0,25}\b(?:police|flics?|"
    r"keufs?|raid|gign|gendarm\w*|condes|bac|swat|pompiers|samu|forces de l'ordre|pizzas?|sushis?|"
    r"ambulance|colis)\b[^.!?\n]{0,60}?"
    rf"{_HOME_FR}|swatt?(?:er|e|ing|ons|ez)\b(?: \w+){{0,3}}|(?:police|flics?|keufs?|raid|gign|"
    rf"gendarm\w*|condes)\b[^.!?\n]{{0,25}}(?:vont |va )?(?:sont en route|debarqu\w+|arriv\w+|"
    rf"defonc\w+|"
    rf"forc\w+) (?:pour |vers |jusque )?(?:\w+ )?{_HOME_FR}|(?:fausse|faux) (?:alerte|"
    rf"appel)[^.!?\n]{{0,40}}{_HOME_FR})"
)
_COMING_EN: Final = re.compile(
    r"\b(?:(?:i'?m|im|we'?re|we are|i am|we'?ll be|i'?ll be|we will be|i will be|i'?ll|we'?ll|"
    r"they'?re|they'?ll be|see (?:you|ya)(?: all| guys| there)? outside|let'?s|gonna|going to|"
    r"about to|who'?s|everyone|meet|meeting|show up|"
    r"turn up|go|somebody|someone|people|a few of us|guys|boys|crew|me and \w+)\b)"
    rf"[^.!?\n]{{0,40}}?(?:at|outside|in front of|to|show(?:ing)? up|on|near|visit(?:ing)?|pay\w*|"
    rf"knock(?:ing)?|round|by|up|towards|"
    rf"waiting)[^.!?\n]{{0,20}}? {_HOME_EN}\b(?P<rest>[^.!?\n]{{0,60}})"
)
_SURE_EN: Final = re.compile(
    rf"(?:outside|in front of|show(?:ing|ed|s)? up|pull(?:ing)? up|knock|ring(?:ing)? (?:her|his|"
    rf"your|the)|waiting|pay\w* (?:her|him|them|you) a|\bvisit\b|doorstep|door\b|driveway|"
    rf"surprise|be there|{TIME_EN.replace('?)?', '?)', 1)} ?tonight|tonight|tomorrow|at \d|by \d|"
    rf"this (?:evening|weekend|friday|saturday|sunday)|in \d+ (?:min|hour)|bring)"
)
_INNOCENT_EN: Final = re.compile(
    r"\b(?:dinner|party|bbq|barbecue|lunch|birthday|sleepover|christmas|thanksgiving|movie|cake|"
    r"pick(?:ing)? (?:her|him|you|them) up|help\w* (?:her|him|them|you)|grandma|deliver\w*|"
    r"drop(?:ping)? off|stay(?:ing)? over|wedding|homework|visit my)\b"
)
_SWAT_EN: Final = re.compile(
    r"\b(?:(?:send(?:ing)?|sent|tell|told|report\w*|ring|phone|call(?:ing|ed)?|dispatch\w*|"
    r"get(?:ting)?|order(?:ed|ing)?|"
    r"deliver\w*)\b[^.!?\n]{0,25}\b(?:police|cops?|swat|fbi|911|999|armed (?:police|response)|"
    r"feds|fire (?:dep\w+|brigade|trucks?)|ambulance|pizzas?|sheriff|cps|"
    r"packages?)\b[^.!?\n]{0,60}?(?:to|at|on|over to|round to|for)[^.!?\n]{0,15}? "
    rf"(?:{_HOME_EN}|(?:her|him|them)\b(?! (?:for|to) help)|(?:her|his|their) ass)|"
    rf"(?:get(?:ting)?|gonna|going to|let'?s|will|about to|should|someone|somebody|we'?ll|i'?ll|"
    rf"to|be|been|gets?) swatt?(?:ed|ing|s)?\b[^.!?\n]{{0,25}}|swatting (?:her|him|them|you|this|"
    rf"that)|get \w+(?: \w+)? swatted|swat (?:her|him|them|this|the|that) \w*"
    rf"|(?:police|cops|swat team|swat|fbi)\b[^.!?\n]{{0,25}}(?:kick\w*|break\w*|storm\w*|raid\w*|"
    rf"show\w* up|bust\w*|at|outside)[^.!?\n]{{0,15}} {_HOME_EN}|fake (?:911|bomb|"
    rf"hostage)[^.!?\n]{{0,30}}(?:{_HOME_EN}|her|him)|hostage (?:call|situation) at {_HOME_EN})"
)


_A_HOME: Final = re.compile(
    r"\b(?:her|his|their|your|ur|him|them|you|chez|sa|ta|son|ton|leur|votre|l'adresse|swat\w*)\b|"
    r"[a-z]'s "
)


def visits(folded: str) -> Iterator[Found]:
    """People say that they come to somebody's home, or send others there."""
    if not _A_HOME.search(folded):
        return
    for pattern in (_SWAT_FR, _SWAT_EN):
        for match in pattern.finditer(folded):
            yield Found("swatting", match.start(), match.end(), 0.75)
    for pattern, sure, innocent in (
        (_COMING_FR, _SURE_FR, _INNOCENT_FR),
        (_COMING_EN, _SURE_EN, _INNOCENT_EN),
    ):
        for match in pattern.finditer(folded):
            text = match.group()
            if sure.search(text) and not innocent.search(folded):
                yield Found("visit", match.start(), match.end(), 0.65)
