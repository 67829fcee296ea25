"""Numbers that belong to a person: telephone, IBAN, payment card, French social security number.

Rules of this module:

1. A pattern only proposes; a checksum or a numbering plan decides where there is one (IBAN: ISO
   13616; card: Luhn, ISO/IEC 7812; NIR: the key modulo 97; telephone: the plan of the country).
2. Numbers that only institutions have (free, shared-cost and premium numbers, short codes) are
   nobody's.
3. Digits may stand apart, with up to three signs between two of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers
from stdnum import iban

from rempart.detect.personal.found import Found

_IBAN: Final = re.compile(
    r"(?<![a-z0-9])[a-z]{2}(?:[ .-]?\d){2}(?:[ .-]?[a-z0-9]){11,30}(?![a-z0-9])"
)
_RUN: Final = re.compile(
    r"(?<![\w.:/=#@-])(?:\+|00[ .]?)?\(?\d(?:[^\w\n]{0,3}_?\d){6,18}(?![\w:=@])"
)
_DATE: Final = re.compile(
    r"(?:19|20)\d\d[-/. ]?[01]\d[-/. ]?[0-3]\d(?:\D*\d\d){0,3}"
    r"|[0-3]?\d[-/. ][01]?\d[-/. ](?:19|20)\d\d(?:\D*\d\d){0,3}|\d{1,3}(?:\.\d{1,3}){3}"
)
_WITH_O: Final = re.compile(r"(?<![\w.])[o0] ?[67](?:[ .-]?[\do][ .-]?[\do]){4}(?![\w])")
_FRENCH: Final = re.compile(r"0[1-79]\d{8}")
_PAIRS: Final = re.compile(r"0[1-79](?:\D{1,3}\d\d){4}")
_BRITISH: Final = re.compile(r"0(?:7\d{9}|[12]\d{8,9})")
_AMERICAN: Final = re.compile(r"(?:\+?1[ .-]?)?\(?([2-9]\d\d)\)?[ .-]{1,2}[2-9]\d{2}[ .-]\d{4}")
_BARE_AMERICAN: Final = re.compile(r"1?[2-9]\d\d[2-9]\d{6}")
_TOLL_FREE: Final = frozenset({"800", "833", "844", "855", "866", "877", "888", "900"})
_COUNTING: Final = "01234567890123456789"
_COUNTING_DOWN: Final = "98765432109876543210"
_ASKS: Final = re.compile(
    r"\b(?:num(?:ero)?s?|tel(?:ephone)?|portable|appel\w*|joindre|joignable|sonne\w*|harcel\w*|call"
    r"|calling|phone|number|cell|mobile|text (?:her|him|them|me)|ring|dial|whatsapp|sms|06|07)\b"
)
_NIR: Final = re.compile(
    r"(?<![\w.])[12][ .-]?\d{2}[ .-]?(?:0[1-9]|1[0-2]|[2-9]\d)[ .-]?(?:2[ab]|\d{2})[ .-]?\d{3}"
    r"[ .-]?\d{3}(?:[ .-/]{0,3}(?P<key>\d{2}))?(?![\w])"
)
_SOCIAL: Final = re.compile(r"\b(?:secu|securite sociale|nir|insee|social security|vitale|ssn)\b")
_SSN: Final = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\w-])")
_NINO: Final = re.compile(r"(?<!\w)[a-z]{2} ?(?:\d\d ?){3}[a-d](?!\w)")
_CARD: Final = re.compile(r"(?<![\w.+-])[3456](?:[ .-]?\d){12,18}(?![\w-]|\.\d)")
_GROUPED_CARD: Final = re.compile(r"\d{4}([ .-])\d{4}\1\d{4}\1\d{2,4}|3[47]\d\d([ .-])\d{6}\2\d{5}")
_ORDER: Final = re.compile(
    r"\b(?:commande|colis|suivi|order|tracking|ticket|serial|serie|licen[cs]e key|reference|ref|"
    r"imei|sn)\b"
)
_CARD_CUE: Final = re.compile(
    r"\b(?:cb|carte|card|visa|mastercard|amex|credit|debit|cvv|cvc|bank)\b"
)
_INSTITUTION: Final = frozenset(
    {
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
    }
)


def ibans(folded: str) -> Iterator[Found]:
    for match in _IBAN.finditer(folded):
        # What follows an IBAN may look like a part of it: shorten by words until the sum is right.
        text = match.group()
        while len(text) >= 15:
            if iban.is_valid(text.replace(".", " ")):
                yield Found("iban", match.start(), match.start() + len(text), 0.95)
                break
            cut = max(text.rfind(" "), text.rfind("-"))
            if cut < 0:
                break
            text = text[:cut]


def cards(folded: str) -> Iterator[Found]:
    for match in _CARD.finditer(folded):
        text = match.group()
        digits = _digits(text)
        if not 13 <= len(digits) <= 19 or len(set(digits)) < 2 or not luhn(digits):
            continue
        if _ORDER.search(folded) and not _CARD_CUE.search(folded):
            continue
        if len(set(digits)) < 3 and not _CARD_CUE.search(folded):
            continue
        grouped = _GROUPED_CARD.fullmatch(text) is not None
        if not grouped and len(digits) not in (15, 16) and not _CARD_CUE.search(folded):
            continue
        yield Found("card", match.start(), match.end(), 0.9)


def social_numbers(folded: str) -> Iterator[Found]:
    """The NIR with its key (13 + 2 digits, `2A` and `2B` for Corsica); without a key, or with a
    wrong one, only where the message says what it is."""
    for match in _NIR.finditer(folded):
        key = match.group("key")
        text = match.group() if key is None else folded[match.start() : match.start("key")]
        body = re.sub(r"[^\dab]", "", text)
        number = int(body.replace("2a", "19", 1).replace("2b", "18", 1)) if len(body) == 13 else 0
        right = key is not None and number and int(key) == 97 - number % 97
        if right or _SOCIAL.search(folded):
            yield Found("social", match.start(), match.end(), 0.9)


def other_social_numbers(folded: str) -> Iterator[Found]:
    """The American and the British number; only where the message says what it is (`gate`)."""
    for pattern in (_SSN, _NINO):
        for match in pattern.finditer(folded):
            yield Found("social", match.start(), match.end(), 0.8)


def phones(folded: str) -> Iterator[Found]:
    asked: bool | None = None
    for match in _WITH_O.finditer(folded):
        if "o" in match.group():
            yield Found("phone", match.start(), match.end(), 0.8)
    for match in _RUN.finditer(folded):
        text = match.group()
        if _DATE.fullmatch(text.strip()):
            continue
        start, end = match.span()
        verdict = _phone(text)
        if verdict is None:
            # Two numbers in a row, or something behind it: the French form at its beginning counts.
            pair = _PAIRS.match(text)
            if pair is not None and pair.end() < len(text):
                end, verdict = start + pair.end(), True
        if verdict is None:
            if asked is None:
                asked = _ASKS.search(folded) is not None
            verdict = asked and _maybe(text)
        if verdict:
            yield Found("phone", start, end, 0.85)


def _phone(text: str) -> bool | None:
    """True: a telephone number of somebody; False: of nobody; None: only if the message says so."""
    digits = _digits(text)
    if digits in _COUNTING or digits in _COUNTING_DOWN or len(set(digits)) < 3:
        return False
    if text.startswith("+") or (text.startswith("00") and len(digits) >= 11):
        return _international(digits.removeprefix("00") if not text.startswith("+") else digits)
    if _FRENCH.fullmatch(digits):
        return True
    if digits.startswith("33") and _FRENCH.fullmatch("0" + digits[2:].removeprefix("0")):
        return True if len(digits) > 11 or " " in text else None
    if digits.startswith("08") and len(digits) == 10:
        return False
    american = _AMERICAN.fullmatch(text)
    if american is not None:
        return american.group(1) not in _TOLL_FREE
    if _BRITISH.fullmatch(digits):
        return True if digits.startswith("07") or re.search(r"\D", text) else None
    return None


def _maybe(text: str) -> bool:
    """Bare digits in a message that speaks of telephoning."""
    digits = _digits(text)
    if _BARE_AMERICAN.fullmatch(digits):
        return digits[-10:-7] not in _TOLL_FREE
    return 8 <= len(digits) <= 13 and not digits.startswith(("08", "800", "0800"))


def _international(digits: str) -> bool | None:
    if not 8 <= len(digits) <= 15:
        return None
    # "+33 (0)6 …": the zero in brackets is not dialled.
    plain = "33" + digits[3:] if digits.startswith("330") and len(digits) == 12 else digits
    try:
        number = phonenumbers.parse("+" + plain)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.number_type(number) not in _INSTITUTION


def luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")
