"""Receipts: twelve words of 128 random bits, in French or English (BIP-39 word lists).

The words are shown once, to the reporter. What people type back is understood whatever the case,
spacing, punctuation and accents; a word that is not in the list, or words that do not fit together,
is said clearly and never guessed.
"""

from __future__ import annotations

import os
import re
import unicodedata
from difflib import get_close_matches
from functools import cache

from mnemonic import Mnemonic

from rempart.errors import InputError

WORDS = 12
ENTROPY_BYTES = 16
LONGEST = 400
_LISTS = {"en": "english", "fr": "french"}
_SEPARATORS = re.compile(r"[\s,;.\-_/|·•:]+")


def new_receipt(language: str) -> tuple[str, bytes]:
    """Twelve words in the language (English for any that has no list), and their 128 bits."""
    entropy = os.urandom(ENTROPY_BYTES)
    words = _mnemonic(_LISTS.get(language, "english")).to_mnemonic(entropy)
    return unicodedata.normalize("NFC", words), entropy


def read_receipt(words: str) -> list[bytes]:
    """The 128 bits that the words may mean (more than one only when all twelve words are in both
    lists). Raises InputError that says what is wrong, without repeating the words."""
    if len(words) > LONGEST:
        raise InputError("a receipt has twelve words", where="receipt")
    typed = [word for word in _SEPARATORS.split(_fold(words)) if word]
    if len(typed) != WORDS:
        raise InputError(
            f"a receipt has twelve words, these are {len(typed)}",
            where="receipt",
            next_step="copy all of them, in their order",
        )
    known = {language: _by_fold(language) for language in _LISTS.values()}
    language = max(known, key=lambda name: sum(word in known[name] for word in typed))
    unknown = [place for place, word in enumerate(typed, 1) if word not in known[language]]
    if unknown:
        raise InputError(
            _unknown_words(unknown),
            where="receipt",
            next_step=_suggestion(typed[unknown[0] - 1], known[language]),
        )
    found: list[bytes] = []
    for name, words_of in known.items():
        if all(word in words_of for word in typed):
            try:
                bits = _mnemonic(name).to_entropy([words_of[word] for word in typed])
            except ValueError:
                continue
            found.append(bytes(bits))
    if not found:
        raise InputError(
            "these twelve words do not belong together",
            where="receipt",
            next_step="one of them is another word, or two of them have changed places",
        )
    return found


def _unknown_words(places: list[int]) -> str:
    listed = ", ".join(str(place) for place in places)
    return (
        f"word {listed} is in no receipt"
        if len(places) == 1
        else f"words {listed} are in no receipt"
    )


def _suggestion(word: str, known: dict[str, str]) -> str:
    close = get_close_matches(word[:20], list(known), n=2, cutoff=0.75)
    return "did you mean: " + ", ".join(close) + "?" if close else "look at the spelling"


@cache
def _mnemonic(language: str) -> Mnemonic:
    return Mnemonic(language)


@cache
def _by_fold(language: str) -> dict[str, str]:
    return {_fold(word): word for word in _mnemonic(language).wordlist}


def _fold(text: str) -> str:
    """Lower case without accents or format characters."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    return "".join(
        c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
    ).casefold()
