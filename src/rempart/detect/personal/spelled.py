"""Digits and signs written as words: "zero six douze …", "oh seven double four", "x dot fr".

Rules of this module:

1. Both ways of saying a number are read: digit by digit, and the French two by two.
2. What is read keeps its place: every digit knows the characters of the fold it came from.
3. Counting ("un deux trois …") and one digit again and again are no number of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rempart.detect.personal.found import Found

_UNITS: Final = {
    "zero": 0, "oh": 0, "o": 0, "nul": 0, "un": 1, "une": 1, "one": 1, "deux": 2, "two": 2,
    "trois": 3, "three": 3, "quatre": 4, "four": 4, "cinq": 5, "five": 5, "six": 6, "sept": 7,
    "seven": 7, "huit": 8, "eight": 8, "neuf": 9, "nine": 9,
}  # fmt: skip
_TEENS: Final = {
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90, "twenty": 20, "thirty": 30,
    "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_TIMES: Final = {"double": 2, "triple": 3, "treble": 3}
_BETWEEN: Final = frozenset({"et", "and", "puis", "then", "plus"})
NUMBER_WORDS: Final = tuple(
    word for word in (*_UNITS, *_TEENS, *_TENS, *_TIMES) if len(word) > 2 and word != "nul"
)
_TOKEN: Final = re.compile(r"[a-z]+|\d+|[^\sa-z\d]")
_PAUSES: Final = frozenset(".,-_/|*~;:()")
_ASKS: Final = re.compile(
    r"\b(?:num(?:ero)?s?|tel(?:ephone)?|portable|appel\w*|joindre|call|phone|number|cell|mobile"
    r"|text (?:her|him|them)|ring|dial|whatsapp|sms)\b"
)
_COUNTING: Final = "0123456789012345678901234567891011121314151617181920"
_COUNTING_DOWN: Final = "109876543210987654321"
MIN_DIGITS: Final = 8
MAX_DIGITS: Final = 15
_MIN_WORDS: Final = 3

_MAIL_AT: Final = (
    r"(?:@|\(at\)|\[at\]|\{at\}|<at>|\bat\b|\barobase\b|\barobas\b|\(arobase\)|\[arobase\]|\(a\)|"
    r"\[a\])"
)
_MAIL_DOT: Final = r"(?:\.|\(dot\)|\[dot\]|\{dot\}|<dot>|\bdot\b|\bpoint\b|\(point\)|\[point\])"
_MAIL_END: Final = (
    "com|fr|org|net|eu|be|ch|ca|uk|de|info|io|me|lu|es|it|gg|tv|live|mail|email|dev|app|xyz"
)
_SPOKEN_MAIL: Final = re.compile(
    rf"(?<![\w.])[a-z0-9][a-z0-9._+-]{{0,40}}(?: {{0,2}}{_MAIL_DOT} "
    rf"{{0,2}}[a-z0-9_+-]{{1,40}}){{0,3}}"
    rf" {{0,2}}{_MAIL_AT} {{0,2}}"
    rf"[a-z0-9-]{{2,40}}(?: {{0,2}}{_MAIL_DOT} {{0,2}}[a-z0-9-]{{2,30}}){{0,2}}"
    rf" {{0,2}}{_MAIL_DOT} {{0,2}}(?:{_MAIL_END})\b"
)
_KNOWN_HOST: Final = re.compile(
    r"(?:@|\bat\b|arobase?|\(a|\[a).{0,4}(?:gmail|hotmail|outlook|yahoo|proton\w*|icloud|orange|"
    r"free"
    r"|laposte|wanadoo|sfr|live|aol|gmx|mail|me)\b"
)


def spelled_numbers(folded: str) -> Iterator[Found]:
    """Telephone numbers said in words, or partly in words."""
    asked: bool | None = None
    for digits, words, start, end in _runs(folded):
        if words < _MIN_WORDS or not MIN_DIGITS <= len(digits) <= MAX_DIGITS + 2:
            continue
        if len(set(digits)) < 3 or digits in _COUNTING or digits in _COUNTING_DOWN:
            continue
        if not digits.startswith(("0", "33", "44", "32", "41", "1")):
            asked = _ASKS.search(folded) is not None if asked is None else asked
            if not asked:
                continue
        yield Found("phone", start, end, 0.8)


def spoken_mails(folded: str) -> Iterator[Found]:
    """Addresses whose signs were written out; "at" alone is a common word, so then the host must
    be one where people have their mail."""
    for match in _SPOKEN_MAIL.finditer(folded):
        text = match.group()
        if "@" in text and " " not in text:
            continue
        bare_at = re.search(r"(?<![(\[{<])\bat\b(?![)\]}>])", text) is not None
        bare_dot = re.search(r"\b(?:dot|point)\b", text) is not None
        common = (bare_at or ("@" in text and not bare_dot)) and not _KNOWN_HOST.search(text)
        if common and (not bare_dot or "@" in text):
            continue
        yield Found("email", match.start(), match.end(), 0.75)


def _runs(folded: str) -> Iterator[tuple[str, int, int, int]]:
    """(digits, how many words gave them, start, end) of each run of numbers."""
    digits: list[str] = []
    words = start = end = 0
    times = 1
    tokens = [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(folded)]
    place = 0
    while place < len(tokens):
        token, begin, stop = tokens[place]
        value, used = _number(tokens, place)
        if used:
            if not digits:
                start = begin
            words += token.isalpha()
            digits.append(value * times)
            times = 1
            end = tokens[place + used - 1][2]
            place += used
            continue
        if token in _TIMES:
            if not digits:
                start = begin
            times = _TIMES[token]
        elif not (digits and (token in _PAUSES or token in _BETWEEN)):
            if digits:
                yield "".join(digits), words, start, end
            digits, words, times = [], 0, 1
            if token == "plus":
                start = stop
        place += 1
    if digits:
        yield "".join(digits), words, start, end


def _number(tokens: list[tuple[str, int, int]], place: int) -> tuple[str, int]:
    """The digits of the number that begins here, and how many tokens it takes; 0: none."""
    token = tokens[place][0]
    if token.isdecimal() and token.isascii():
        return token, 1
    if token in _TEENS:
        if token == "dix" and _at(tokens, place + 1) in ("sept", "huit", "neuf"):
            return str(10 + _UNITS[_at(tokens, place + 1)]), 2
        return str(_TEENS[token]), 1
    if token == "quatre" and _at(tokens, place + 1) in ("vingt", "vingts"):
        more, used = _below_twenty(tokens, place + 2)
        return str(80 + more), 2 + used
    if token in _TENS:
        more, used = _below_twenty(tokens, place + 1, teens=token == "soixante")
        return str(_TENS[token] + more), 1 + used
    if token in _UNITS:
        return str(_UNITS[token]), 1
    return "", 0


def _below_twenty(
    tokens: list[tuple[str, int, int]], place: int, *, teens: bool = True
) -> tuple[int, int]:
    """What is added to the tens: "deux", "et un", "dix-sept"."""
    skipped = 0
    if _at(tokens, place) == "-":
        skipped = 1
    if _at(tokens, place + skipped) == "et":
        skipped += 1
        if _at(tokens, place + skipped) == "-":
            skipped += 1
    word = _at(tokens, place + skipped)
    if teens and word in _TEENS and _TEENS[word] < 17:
        following = _at(tokens, place + skipped + 1)
        dash = following == "-"
        unit = _at(tokens, place + skipped + 2) if dash else following
        if word == "dix" and unit in ("sept", "huit", "neuf"):
            return 10 + _UNITS[unit], skipped + 2 + dash
        return _TEENS[word], skipped + 1
    value = _UNITS.get(word, 0) if len(word) > 1 else 0
    return (value, skipped + 1) if value else (0, 0)


def _at(tokens: list[tuple[str, int, int]], place: int) -> str:
    return tokens[place][0] if place < len(tokens) else ""
