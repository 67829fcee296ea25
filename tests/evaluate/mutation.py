"""What bots do to one text so that no two messages are the same.

Levels: 0 verbatim, 1 light (one change), 2 medium (two changes), 3 heavy (letters, and as many
random words as the text has of its own, or half of them). Operators of the unseen seeds are others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

Operator = Callable[[Random, str, Sequence[str]], str]

_TWINS = {"a": "аɑ", "e": "еé", "o": "оο0", "i": "іí1", "c": "сϲ", "p": "р", "x": "х", "s": "ѕ5$"}
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_BOLD = {chr(97 + n): chr(0x1D41A + n) for n in range(26)}
_WIDE = {chr(97 + n): chr(0xFF41 + n) for n in range(26)}
_EMOJI = "😂🔥💀👀🤡✨🎉💥"


def _some_letters(rng: Random, text: str, table: dict[str, str], share: float) -> str:
    return "".join(
        rng.choice(table[char]) if char in table and rng.random() < share else char for char in text
    )


def homoglyphs(rng: Random, text: str, words: Sequence[str]) -> str:
    return _some_letters(rng, text, _TWINS, 0.25)


def zero_width(rng: Random, text: str, words: Sequence[str]) -> str:
    return "".join(
        c + ("\u200b\u200d\u2060"[rng.randrange(3)] if rng.random() < 0.2 else "") for c in text
    )


def suffix(rng: Random, text: str, words: Sequence[str]) -> str:
    return f"{text} {''.join(rng.choices('abcdefghkmnpqrstuvwxyz23456789', k=rng.randint(3, 7)))}"


def leet(rng: Random, text: str, words: Sequence[str]) -> str:
    return _some_letters(rng, text.lower(), _LEET, 0.4)


def shouting(rng: Random, text: str, words: Sequence[str]) -> str:
    return "".join(char.upper() if rng.random() < 0.5 else char.lower() for char in text)


def long_letters(rng: Random, text: str, words: Sequence[str]) -> str:
    return "".join(
        c * (rng.randint(2, 4) if c.isalpha() and rng.random() < 0.08 else 1) for c in text
    )


def inserted_words(rng: Random, text: str, words: Sequence[str]) -> str:
    found = text.split()
    for _ in range(rng.randint(1, max(1, len(found) // 2))):
        found.insert(rng.randint(0, len(found)), rng.choice(words))
    return " ".join(found)


def emoji(rng: Random, text: str, words: Sequence[str]) -> str:
    return f"{text} {''.join(rng.choices(_EMOJI, k=rng.randint(1, 4)))}"


def spaced_word(rng: Random, text: str, words: Sequence[str]) -> str:
    found = text.split()
    place = rng.randrange(len(found))
    found[place] = " ".join(found[place])
    return " ".join(found)


def marks(rng: Random, text: str, words: Sequence[str]) -> str:
    return "".join(
        c + "".join(chr(0x300 + rng.randrange(70)) for _ in range(rng.randint(1, 3)))
        if c.isalpha() and rng.random() < 0.4
        else c
        for c in text
    )


def full_width(rng: Random, text: str, words: Sequence[str]) -> str:
    return _some_letters(rng, text.lower(), rng.choice((_WIDE, _BOLD)), 0.6)


def tags(rng: Random, text: str, words: Sequence[str]) -> str:
    return "".join(
        c + (chr(0xE0061 + rng.randrange(26)) if rng.random() < 0.3 else "") for c in text
    )


def bidi(rng: Random, text: str, words: Sequence[str]) -> str:
    return f"\u202a{text[: len(text) // 2]}\u202c\u2066{text[len(text) // 2 :]}\u2069"


def swapped(rng: Random, text: str, words: Sequence[str]) -> str:
    chars = list(text)
    for _ in range(max(1, len(chars) // 14)):
        place = rng.randrange(max(1, len(chars) - 1))
        chars[place : place + 2] = reversed(chars[place : place + 2])
    return "".join(chars)


def dropped(rng: Random, text: str, words: Sequence[str]) -> str:
    return "".join(c for c in text if not (c in "aeiou" and rng.random() < 0.2))


def punctuated(rng: Random, text: str, words: Sequence[str]) -> str:
    found = text.split()
    place = rng.randrange(len(found))
    found[place] = rng.choice("._-*").join(found[place])
    return " ".join(found)


def led_in(rng: Random, text: str, words: Sequence[str]) -> str:
    return f"{' '.join(rng.choices(words, k=rng.randint(2, 5)))} {text}"


SEEN: tuple[tuple[Operator, ...], tuple[Operator, ...]] = (
    (homoglyphs, zero_width, suffix, shouting, emoji),
    (leet, inserted_words, spaced_word, long_letters, homoglyphs, zero_width, suffix),
)
UNSEEN: tuple[tuple[Operator, ...], tuple[Operator, ...]] = (
    (marks, tags, bidi, swapped, led_in),
    (full_width, punctuated, dropped, led_in, marks, swapped, tags),
)


def mutate(rng: Random, text: str, level: int, words: Sequence[str], *, unseen: bool) -> str:
    """One message made of `text` at this level."""
    light, strong = UNSEEN if unseen else SEEN
    if level <= 0:
        return text
    if level == 1:
        return rng.choice(light)(rng, text, words)
    if level == 2:
        first, second = rng.sample(strong, 2)
        return second(rng, first(rng, text, words), words)
    found = text.split()
    for _ in range(rng.randint(len(found) // 2, len(found))):
        found.insert(rng.randint(0, len(found)), rng.choice(words))
    first, second = rng.sample(strong, 2)
    return second(rng, first(rng, " ".join(found), words), words)
