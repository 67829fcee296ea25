"""From what a person registers to the compact forms it is looked for by; what is too common is
refused with a reason.

Rules of this module:

1. A fact is registered by its text, which goes into forms here and is kept nowhere.
2. Too short, too regular or made of common words only: it would be found in everybody's messages,
   and who tries words would find it by trying. It is refused, and the reason says what to do.
3. Ways of writing that people use count too: a telephone number without its prefix, a way with its
   usual short form or without its little words, a name the other way round, a mail address spoken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final

import phonenumbers

from rempart.detect.facts.stream import canonical
from rempart.detect.text.fold import fold_one

MAX_TEXT: Final = 200
MAX_FORMS: Final = 64
MIN_FORM: Final = 6
MIN_NAME: Final = 5
MIN_DIGITS: Final = 7
MIN_EVERYONE: Final = 8
"""What is held for everybody must be longer: it is found in more people's messages."""
_MIN_DISTINCT: Final = 4
_COUNTING: Final = "01234567890123456789", "98765432109876543210"


class FactKind(StrEnum):
    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"
    OTHER = "other"


class Refusal(StrEnum):
    """Why a fact is not taken; the pages say it in words."""

    EMPTY = "empty"
    LONG = "long"
    SHORT = "short"
    REGULAR = "regular"
    COMMON = "common"
    NO_NUMBER = "no_number"
    NO_EMAIL = "no_email"
    NICKNAME = "nickname"
    NICKNAME_TELLS = "nickname_tells"
    EVERYONE = "everyone"
    PUBLIC_NAME = "public_name"
    TOO_MANY = "too_many"
    KNOWN = "known"


class FactRefusedError(Exception):
    """`reason` is for the person who registers; nothing of the text is in it."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


_WAYS: Final = (
    ("rue", "r"),
    ("avenue", "av", "ave"),
    ("boulevard", "bd", "bld", "blvd", "boul"),
    ("place", "pl"),
    ("impasse", "imp"),
    ("allee", "all"),
    ("chemin", "ch", "chem"),
    ("route", "rte"),
    ("residence", "res"),
    ("square", "sq"),
    ("faubourg", "fbg", "fg"),
    ("saint", "st"),
    ("sainte", "ste"),
    ("street", "st"),
    ("road", "rd"),
    ("lane", "ln"),
    ("drive", "dr"),
    ("court", "ct"),
    ("apartment", "apt"),
)
_LITTLE: Final = frozenset(
    ["de", "la", "du", "des", "d", "l", "le", "les", "a", "au", "aux", "the", "of"]
)
_WORD: Final = re.compile(r"[^\W_]+")
_MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")


@cache
def common_words() -> frozenset[str]:
    text = resources.files("rempart.detect.facts").joinpath("data", "common.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(" ".join(lines).split())


def forms_of(kind: FactKind, text: str, *, everyone: bool = False) -> tuple[tuple[str, bool], ...]:
    """The compact forms of a fact, each with whether it is a number. FactRefusedError otherwise."""
    if not text.strip():
        raise FactRefusedError(Refusal.EMPTY)
    if len(text) > MAX_TEXT:
        raise FactRefusedError(Refusal.LONG)
    folded = fold_one(text).strip()
    if kind is FactKind.PHONE:
        forms = [(form, True) for form in _phone(folded)]
    elif kind is FactKind.EMAIL:
        forms = [(form, False) for form in _email(folded)]
    else:
        forms = [(form, False) for words in _written(kind, folded) for form in _alike(words)]
    _check(kind, folded, forms[0][0], everyone=everyone)
    least = MIN_NAME if kind is FactKind.NAME else MIN_FORM
    distinct = dict.fromkeys(form for form in forms if len(form[0]) >= least)
    return tuple(distinct)[:MAX_FORMS]


def check_nickname(nickname: str, text: str) -> str:
    """The nickname, trimmed; it must not give away what it stands for."""
    trimmed = " ".join(nickname.split())
    if not 1 <= len(trimmed) <= 40 or not trimmed.isprintable():
        raise FactRefusedError(Refusal.NICKNAME)
    shown = canonical(fold_one(trimmed))
    for word in _WORD.findall(fold_one(text)):
        part = canonical(word)
        tells = len(part) >= 3 and (word.isdigit() or word not in common_words())
        if tells and part in shown and word not in _WAY_WORDS:
            raise FactRefusedError(Refusal.NICKNAME_TELLS)
    return trimmed


_WAY_WORDS: Final = frozenset(word for ways in _WAYS for word in ways)


def _check(kind: FactKind, folded: str, form: str, *, everyone: bool) -> None:
    words = _WORD.findall(folded)
    digits = sum(char.isdigit() for char in folded)
    if kind is FactKind.PHONE and digits < MIN_DIGITS:
        raise FactRefusedError(Refusal.NO_NUMBER)
    only = "".join(char for char in folded if char.isdigit())
    written = "".join(char for char in folded if char.isalnum())
    counted = len(only) >= MIN_FORM and any(only in row for row in _COUNTING)
    if only == written and (counted or len(set(only)) < _MIN_DISTINCT):
        raise FactRefusedError(Refusal.REGULAR)
    if len(form) < (MIN_NAME if kind is FactKind.NAME else MIN_FORM):
        raise FactRefusedError(Refusal.SHORT)
    if len(set(form)) < _MIN_DISTINCT:
        raise FactRefusedError(Refusal.REGULAR)
    known = common_words()
    if (
        kind is not FactKind.EMAIL
        and not digits
        and all(word in known or len(word) < 3 for word in words)
    ):
        raise FactRefusedError(Refusal.COMMON)
    if kind is FactKind.ADDRESS and len(words) < 2:
        raise FactRefusedError(Refusal.SHORT)
    if everyone and len(form) < MIN_EVERYONE:
        raise FactRefusedError(Refusal.EVERYONE)


def _phone(folded: str) -> Iterator[str]:
    digits = "".join(char for char in folded if "0" <= char <= "9")
    if len(digits) < MIN_DIGITS:
        raise FactRefusedError(Refusal.NO_NUMBER)
    text = "+" + digits[2:] if digits.startswith("00") else folded
    for region in (None, "FR", "GB", "US"):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            yield canonical(str(number.national_number))
            if text.startswith("+") or region == "FR":
                break
    yield canonical(digits.lstrip("0"))


def _email(folded: str) -> Iterator[str]:
    if _MAIL.fullmatch(folded) is None:
        raise FactRefusedError(Refusal.NO_EMAIL)
    yield canonical(folded)
    local, _, host = folded.partition("@")
    for at in (" at ", " arobase ", " arobas "):
        for dot in (" dot ", " point ", "."):
            yield canonical(local + at + host.replace(".", dot))
            yield canonical(local.replace(".", dot) + at + host.replace(".", dot))


def _alike(words: list[str]) -> Iterator[str]:
    """The forms of words in this order: apart, in one, letter by letter (doubled letters count
    once only where they stand together)."""
    yield canonical(" ".join(words))
    yield canonical("".join(words))
    yield canonical(" ".join("".join(words)))


def _written(kind: FactKind, folded: str) -> Iterator[list[str]]:
    """The orders and choices of words that people write."""
    words = _WORD.findall(folded)
    yield words
    if kind is FactKind.NAME and 2 <= len(words) <= 3:
        yield [*words[-1:], *words[:-1]]
        yield [*words[1:], words[0]]
    if kind is FactKind.ADDRESS:
        line = _line_of(folded)
        plain = [word for word in line if word not in ("bis", "ter", "quater")]
        for way in (way for base in (line, plain) for way in _ways(base)):
            bare = [word for word in way if word not in _LITTLE]
            for chosen in (way, bare) if len(bare) >= 3 else (way,):
                yield chosen
                number = [word for word in chosen[:2] if word.isdigit() or word in ("bis", "ter")]
                if chosen[0].isdigit():
                    yield [*chosen[len(number) :], *number]


def _line_of(folded: str) -> list[str]:
    """The words of the line with number and way: without flat, postcode and town."""
    parts = [part.split() for part in re.split(r"[,;\n]|\b\d{5}\b", folded)]
    lines = [
        [word for chunk in part for word in _WORD.findall(chunk)]
        for part in parts
        if any(char.isdigit() for word in part for char in word)
    ]
    whole = _WORD.findall(folded)
    line = next((words for words in lines if len(words) >= 3), whole)
    if lines and len(lines[0]) == 1 and len(parts) > 1:
        # "12, rue des Lilas": the number stands before the comma.
        following = [word for chunk in parts[1] for word in _WORD.findall(chunk)]
        line = [*lines[0], *following]
    return line or whole


def _ways(words: list[str]) -> Iterator[list[str]]:
    """The line as it is, and with each usual form of its way."""
    yield words
    for place, word in enumerate(words):
        for ways in _WAYS:
            if word in ways:
                for other in ways:
                    if other != word:
                        yield [*words[:place], other, *words[place + 1 :]]
