"""What personal data looks like: one recogniser per kind, each with its own check.

Rules of this module:

1. A pattern only proposes; a checksum or a numbering plan decides where there is one (IBAN: ISO
   13616, phone: the plan of the country).
2. Linear-time patterns with bounded repeats, on the first 8,000 characters.
3. A recogniser says where and how sure; it never says whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import phonenumbers
from stdnum import iban

MAX_TEXT: Final = 8_000


class Found(NamedTuple):
    """`folded[start:end]` is personal data of this kind."""

    kind: str
    start: int
    end: int
    score: float


_EMAIL: Final = re.compile(
    r"(?<![\w.+-])[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}(?![\w-])"
)
_ROLE: Final = re.compile(
    r"(?:contact|info|support|hello|bonjour|noreply|no-reply|admin|webmaster|presse|press|sales)@"
)
_IBAN: Final = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}(?![a-z0-9])")
_PHONE: Final = re.compile(
    r"(?<![\w.:/=#-])(?:\+|00[ .]?)?\(?\d(?:[ .\-()/]{0,3}\d){6,14}(?![\w:/=]|[.,-]\d)"
)
# Five pairs are meant as a phone number, whatever blocks the plan has given out so far.
_FRENCH_PAIRS: Final = re.compile(r"0[1-9](?:[ .-]\d\d){4}")
_COUNTING: Final = "0123456789012345"
_LIKE_DATE: Final = re.compile(
    r"(?:19|20)\d\d[-/. ]?[01]\d[-/. ]?[0-3]\d|[0-3]?\d[-/. ][01]?\d[-/. ](?:19|20)\d\d"
    r"|\d{1,3}(?:\.\d{1,3}){3}"
)
_FRENCH_WAY: Final = (
    r"(?:rue|avenue|av\.?|boulevard|bd\.?|bld\.?|blvd|place|pl\.|impasse|imp\.|allees?|all\."
    r"|chemin|ch\.|route|rte\.?|quai|cours|passage|square|sq\.|villa|residence|res\.|lotissement"
    r"|lot\.|faubourg|fbg|sentier|ruelle|hameau|esplanade|promenade|venelle|rond[- ]point)"
)
_LITTLE_WORDS: Final = r"(?:de la|de l'|des|du|de|d'|la|le|les|l'|aux?|saint|st|ste|sainte)[ -]?"
_ADDRESS_FR: Final = re.compile(
    r"(?<![\w.])(?P<number>\d{1,4}) ?(?:bis|ter|quater|[a-d](?= ))?,? {1,2}"
    rf"(?P<way>{_FRENCH_WAY}) {{1,2}}(?P<name>(?:{_LITTLE_WORDS}){{0,3}}"
    r"[a-z][a-z'-]{1,24}(?:[ -][a-z][a-z'-]{1,24}){0,3}?)"
    r"(?P<town>,? {0,2}(?:a |- )?(?P<code>\d{5})(?: [a-z][a-z' -]{1,30})?)?(?![\w])"
)
_ADDRESS_EN: Final = re.compile(
    r"(?<![\w.])\d{1,5} (?:[nsew]\.? )?(?:[a-z][a-z'-]{1,20} ){1,3}"
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|boulevard|blvd|court|terrace|close|crescent|way)"
    r"\b\.?(?P<town>,? [a-z][a-z .'-]{1,30},? (?:[a-z]{2} )?"
    r"(?:\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}))?"
)
_LIVES: Final = re.compile(
    r"\b(?:habite|vit|loge|crech|adresse|domicile|chez|lives?|address|home|house|stays?|move[ds]?)"
)
_NOT_A_NAME: Final = frozenset(
    [
        "a",
        "au",
        "aux",
        "avec",
        "car",
        "dans",
        "de",
        "des",
        "du",
        "en",
        "est",
        "et",
        "il",
        "la",
        "le",
        "les",
        "ou",
        "par",
        "pas",
        "pour",
        "que",
        "qui",
        "si",
        "sur",
        "un",
        "une",
    ]
)


def emails(folded: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(folded, 0, MAX_TEXT):
        score = 0.4 if _ROLE.match(match.group()) else 0.8
        yield Found("email", match.start(), match.end(), score)


def ibans(folded: str) -> Iterator[Found]:
    for match in _IBAN.finditer(folded, 0, MAX_TEXT):
        # What follows an IBAN may look like a part of it: shorten by words until the sum is right.
        text = match.group()
        while len(text) >= 15:
            if iban.is_valid(text):
                yield Found("iban", match.start(), match.start() + len(text), 0.95)
                break
            cut = max(text.rfind(" "), text.rfind("-"))
            if cut < 0:
                break
            text = text[:cut]


def phones(folded: str) -> Iterator[Found]:
    for match in _PHONE.finditer(folded, 0, MAX_TEXT):
        text = match.group()
        if _LIKE_DATE.fullmatch(text.strip()) or not _is_phone(text):
            continue
        yield Found("phone", match.start(), match.end(), 0.85)


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    if digits in _COUNTING:
        return False
    if _FRENCH_PAIRS.fullmatch(text):
        return True
    if text.startswith("00"):
        text, region = "+" + digits[2:], None
    elif text.startswith("+"):
        region = None
    elif digits.startswith("0") and len(digits) == 10:
        region = "FR"
    elif len(digits) == 10 and re.search(r"\d{3}[ .)-]{1,2}\d{3}[ .-]\d{4}", text):
        region = "US"
    else:
        return False
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def addresses(folded: str) -> Iterator[Found]:
    for match in _ADDRESS_FR.finditer(folded, 0, MAX_TEXT):
        name = match.group("name").split(" ")[-1]
        if name in _NOT_A_NAME:
            continue
        score = 0.9 if match.group("code") else 0.6
        yield Found("address", match.start(), match.end(), score)
    for match in _ADDRESS_EN.finditer(folded, 0, MAX_TEXT):
        if match.group("town"):
            yield Found("address", match.start(), match.end(), 0.9)
        elif _LIVES.search(folded, max(0, match.start() - 60), match.start()):
            yield Found("address", match.start(), match.end(), 0.6)
