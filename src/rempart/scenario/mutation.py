"""How bots alter one text so that no two copies are equal: levels 0 to 3.

0 verbatim; 1 homoglyphs, zero-width characters, case; 2 letters spaced or dotted, doubled, leet;
3 word order shuffled in places, random words around, and a light touch of 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

MAX_LEVEL = 3

_LOOK_ALIKES = {
    "a": "аɑ",
    "c": "сϲ",
    "e": "её",
    "i": "іí",
    "o": "оο0",
    "p": "р",
    "s": "ѕ",
    "x": "х",
    "y": "у",
    "n": "ո",
    "h": "һ",
    "j": "ј",
}
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def mutate(text: str, level: int, random: Random) -> str:
    """A copy of this text at this level of disguise."""
    if level <= 0:
        return text
    if level == 1:
        return _disguised(text, 0.12, random)
    if level == 2:
        return _disguised(_spread(text, random), 0.04, random)
    return _disguised(_reordered(text, random), 0.05, random)


def reworded(text: str, words: Mapping[str, str], random: Random) -> str:
    """The same thing said otherwise: known words replaced, the parts in another order."""
    said = [
        words[word] if word in words and random.random() < 0.8 else word for word in text.split(" ")
    ]
    parts = " ".join(said).split(", ")
    if len(parts) > 1:
        parts = [*parts[1:], parts[0]]
    return ", ".join(parts)


def _disguised(text: str, share: float, random: Random) -> str:
    shout = random.random() < 0.15
    letters: list[str] = []
    for letter in text:
        draw = random.random()
        look_alikes = _LOOK_ALIKES.get(letter)
        if draw < share and look_alikes:
            letters.append(random.choice(look_alikes))
        elif draw < share * 1.5 and letter.isalpha():
            letters.append(letter + random.choice(_ZERO_WIDTH))
        elif draw < share * 2 or shout:
            letters.append(letter.upper())
        else:
            letters.append(letter)
    return "".join(letters)


def _spread(text: str, random: Random) -> str:
    words = text.split(" ")
    for at, word in enumerate(words):
        draw = random.random()
        if len(word) < 4 or draw > 0.5:
            continue
        if draw < 0.15:
            words[at] = random.choice((" ", ".", "-", "_")).join(word)
        elif draw < 0.3:
            words[at] = "".join(
                random.choice(_LEET[letter])
                if letter in _LEET and random.random() < 0.6
                else letter
                for letter in word
            )
        else:
            place = random.randrange(len(word))
            words[at] = word[:place] + word[place] * random.randint(2, 4) + word[place + 1 :]
    return " ".join(words)


def _reordered(text: str, random: Random) -> str:
    words = text.split(" ")
    for _ in range(max(1, len(words) // 5)):
        at = random.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    tail = ["".join(random.choices(_LETTERS, k=random.randint(3, 7))) for _ in range(2)]
    if random.random() < 0.5:
        words.insert(0, tail.pop())
    return " ".join([*words, *tail])
