"""Postal addresses in French and English: number, way, name, postcode, town, in any usual order.

Rules of this module:

1. A number in front of a way and its name proposes; a postcode and town make it sure; words that
   are also something else ("cours", "place", "passage", "way", "drive") need more than a number.
2. "Le 14 juillet, avenue de …" is a date: a word between the number and the way ends the pattern.
3. A town with its postcode, or a way without a number, counts where the message says that somebody
   lives there. Whether a place is public is `context`'s question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rempart.detect.personal.found import Found

_SURE_WAY: Final = (
    r"(?:rue|r\.|avenue|av\.|ave?|boulevard|bd\.?|bld\.?|blvd|impasse|imp\.|allees?|all\.|chemin|"
    r"chem\."
    r"|rte\.?|quai|square|sq\.|residence|res\.|lotissement|lot\.|faubourg|fbg|sentier|ruelle|hameau"
    r"|esplanade|promenade|venelle|rond[- ]point|montee|traverse|chaussee|clos|mail|cite)"
)
_DOUBTFUL_WAY: Final = r"(?:place|pl\.|cours|passage|villa|route|domaine|parc|cour|voie|porte)"
_LITTLE: Final = (
    r"(?:de la|de l'|des|du|de|d'|la|le|les|l'|aux?|a la|a l'|saint|st|ste|sainte|general|marechal"
    r"|docteur|dr|professeur|president|abbe|colonel|commandant|capitaine)[ -]?"
)
_DAY: Final = (
    r"\d{1,2}(?:er)? (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|"
    r"novembre|decembre)(?: \d{4})?"
)
_NAME: Final = (
    rf"(?:{_LITTLE}){{0,3}}(?:{_DAY}|"
    rf"[a-z0-9][a-z0-9'-]{{1,24}})(?:[ -][a-z][a-z'-]{{1,24}}){{0,3}}?"
)
_TOWN: Final = (
    r"(?P<town>,? {0,2}(?:a |- |\()?(?P<code>\d{5}|\d{2} \d{3})(?:,? {1,2}[a-z][a-z' -]{1,30})?)?"
)
_FRENCH: Final = re.compile(
    r"(?<![\w.])(?P<number>\d{1,4}) ?(?:bis|ter|quater|[a-d](?=[ ,]))?[, ]{1,3}(?:et \d{1,4} |"
    r"- ?\d{1,4} )?"
    rf"(?P<way>{_SURE_WAY}|{_DOUBTFUL_WAY}) {{1,2}}(?P<name>{_NAME}){_TOWN}(?![\w])"
)
_FRENCH_LATE: Final = re.compile(
    rf"\b(?P<way>{_SURE_WAY}|{_DOUBTFUL_WAY}) {{1,2}}(?P<name>{_NAME})"
    r"[, ]{1,3}(?:au |n ?° ?|no\.? ?|numero |num )(?P<number>\d{1,4}) ?(?:bis|ter)?(?![\w])"
)
_CODE_TOWN: Final = re.compile(
    r"(?<![\w.,-])(?:0[1-9]|[1-8]\d|9[0-578])\d{3},? {1,2}(?:le |la |les |l'|saint[- ]|"
    r"st[- ])?[a-z][a-z'-]{2,24}"
    r"(?:[ -][a-z][a-z'-]{1,20}){0,3}"
)
_BELGIAN: Final = re.compile(
    rf"\b(?P<way>{_SURE_WAY}|place|"
    rf"chaussee) {{1,2}}(?P<name>{_NAME}),? {{1,2}}\d{{1,4}}[,;]? {{1,2}}"
    r"(?:[bf]-)?\d{4,5} {1,2}[a-z][a-z'-]{2,24}"
)
_FLAT: Final = re.compile(
    r"\b(?:bat(?:iment)?\.? ?[a-z0-9]{1,3}|appt?\.? ?\d{1,4}|appartement \d{1,4}|\d{1,2}(?:e|er|"
    r"eme) etage"
    r"|etage \d{1,2}|escalier [a-z0-9]|digicode|interphone|code (?:de la porte|d'entree|porte))\b"
)
_DIGICODE: Final = re.compile(
    r"\b(?:digicode|code (?:de la porte|d'entree|porte|immeuble)|door ?code|gate code|"
    r"buzzer)\b.{0,20}?\d{2,5}[ab]?\d*"
)
_ENGLISH_SURE: Final = (
    r"street|avenue|ave|road|rd|lane|ln|boulevard|blvd|terrace|crescent|mews|gardens|grove|"
    r"parkway|pkwy|highway|hwy"
)
_ENGLISH_DOUBTFUL: Final = (
    r"st|drive|dr|court|ct|close|way|place|pl|square|sq|circle|cir|row|walk|hill|green|park|trail|"
    r"loop"
)
_ENGLISH: Final = re.compile(
    r"(?<![\w.,:$/-])(?P<number>\d{1,5})[a-d]?,? (?:(?:[nsew]|north|south|east|west)\.? )?"
    r"(?P<name>(?:(?!(?:the|a|an|on|of|in|at|to|for|and|or|is|are|more|days?|hours?|minutes?|"
    r"mins?|seconds?|years?|people|times|percent)\b)"
    r"[a-z][a-z'-]{0,20}|\d{1,3}(?:st|nd|rd|th)) (?:[a-z][a-z'-]{1,20} ){0,2}?)"
    rf"(?P<way>{_ENGLISH_SURE}|{_ENGLISH_DOUBTFUL})\b\.?"
    r"(?P<flat>,? (?:apt|apartment|unit|flat|suite|ste|#)\.? ?#?[a-z0-9]{1,5})?"
    r"(?P<town>,? (?:[a-z][a-z.'-]{1,20},? ){1,4}(?:[a-z]{2} )?"
    r"(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})(?![\w]))?"
)
_BRITISH_CODE: Final = re.compile(
    r"(?<![\w-])(?:[a-z]{1,2}\d{1,2}|[a-z]{1,2}\d[a-z]) \d[a-z]{2}(?![\w-])"
)
_US_TOWN: Final = re.compile(
    r"\b[a-z][a-z.'-]{2,20}(?: [a-z]{3,20}){0,2},? [a-z]{2},? \d{5}(?![\w-])"
)
LIVES: Final = re.compile(
    r"\b(?:habit(?:e|ait|ent|er)|vit|vivent|loge|crech\w*|reside|demeure|adresse|domicile|chez|"
    r"maison|appart\w*"
    r"|immeuble|sonne\w*|lives?|living|resid\w+|address|home|house|flat|apartment|stays?|staying|"
    r"moved?|door\w*"
    r"|addy|doxx?\w*|located|find (?:her|him|them)|trouver|rendre visite|visit|crib|coordonnees|"
    r"dort|deliver\w*"
    r"|send|envoy\w+|livr\w+)\b"
)
_NOT_A_NAME: Final = frozenset(
    "a au aux avec car dans de des du en est et il la le les ou par pas pour que qui si sur un une"
    " d c j l ca ce je tu on".split()
)
_NOT_A_TOWN: Final = frozenset(
    "euros eur dollars fois personnes messages viewers abonnes habitants points lignes mots jours"
    "  heures km metres ans kg likes vues subs followers bits balles francs hommes femmes morts"
    " joueurs"
    " kilometres visiteurs exemplaires membres soldats votes voix".split()
)
_NOT_AN_ENGLISH_NAME: Final = frozenset(
    "way out no any this that same other new your my janvier fevrier mars avril mai juin juillet"
    " aout septembre octobre"
    "  novembre decembre january february march april may june july august september october"
    " november december".split()
)


def addresses(folded: str, *, strict: bool = False) -> Iterator[Found]:
    lives = LIVES.search(folded) is not None
    for pattern in (_FRENCH, _FRENCH_LATE, _BELGIAN):
        for match in pattern.finditer(folded):
            found = _french(match, folded, lives=lives or strict)
            if found is not None:
                yield found
    for match in _ENGLISH.finditer(folded):
        found = _english(match, lives=lives or strict)
        if found is not None:
            yield found
    for match in _DIGICODE.finditer(folded):
        yield Found("address", match.start(), match.end(), 0.7)
    if lives or strict:
        yield from _where_one_lives(folded)


def _french(match: re.Match[str], folded: str, *, lives: bool) -> Found | None:
    groups = match.groupdict()
    if groups["name"].split(" ")[-1] in _NOT_A_NAME:
        return None
    if groups.get("code") or match.re is _BELGIAN:
        return Found("address", match.start(), match.end(), 0.9)
    sure = re.fullmatch(_SURE_WAY, groups["way"]) is not None and groups["way"] not in (
        "mail", "cite", "clos", "res.", "lot.", "traverse", "ave", "av", "quai", "r."
    )  # fmt: skip
    if lives or _FLAT.search(folded):
        return Found("address", match.start(), match.end(), 0.7)
    if sure:
        return Found("address", match.start(), match.end(), 0.6)
    return None


def _english(match: re.Match[str], *, lives: bool) -> Found | None:
    if match.group("name").strip() in _NOT_AN_ENGLISH_NAME:
        return None
    if match.group("town"):
        return Found("address", match.start(), match.end(), 0.9)
    sure = re.fullmatch(_ENGLISH_SURE, match.group("way")) is not None
    if lives or match.group("flat"):
        return Found("address", match.start(), match.end(), 0.7)
    if sure and match.group("way") not in ("highway", "hwy", "grove", "gardens"):
        return Found("address", match.start(), match.end(), 0.6)
    return None


def _where_one_lives(folded: str) -> Iterator[Found]:
    for match in _CODE_TOWN.finditer(folded):
        town = re.split(r"[ ,]+", match.group(), maxsplit=1)[1].split(" ")[0]
        if town not in _NOT_A_TOWN and town not in _NOT_A_NAME:
            yield Found("address", match.start(), match.end(), 0.6)
    for pattern in (_BRITISH_CODE, _US_TOWN):
        for match in pattern.finditer(folded):
            yield Found("address", match.start(), match.end(), 0.6)
