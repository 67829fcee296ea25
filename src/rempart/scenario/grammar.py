"""Phrases with slots, and the small habits in which people write the same thing differently."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import deque
from importlib import resources
from random import Random

_SHORT = 16
"""Characters; shorter ones (gg, lol) are said by everybody at once."""
_SLOT = re.compile(r"\{(\w+)\}")


class Grammar:
    """The phrases of one file. `given` values take the place of slots of that name."""

    def __init__(self, name: str) -> None:
        file = resources.files("rempart.scenario").joinpath("data", f"{name}.toml")
        self._entries: dict[str, list[str]] = tomllib.loads(file.read_text("utf-8"))
        self._lately: dict[str, deque[str]] = {
            name: deque(maxlen=len(phrases) * 3 // 5) for name, phrases in self._entries.items()
        }

    def say(self, entry: str, random: Random, given: dict[str, str]) -> str:
        """One phrase of this entry, its slots filled."""

        def fill(slot: re.Match[str]) -> str:
            name = slot[1]
            if name in given:
                return given[name]
            return _SLOT.sub(fill, random.choice(self._entries[name]))

        return _SLOT.sub(fill, self._not_said_lately(entry, random))

    def _not_said_lately(self, entry: str, random: Random) -> str:
        """In a chat one seldom reads the same sentence from two people within minutes."""
        lately = self._lately[entry]
        while True:
            phrase = random.choice(self._entries[entry])
            if len(phrase) < _SHORT or phrase not in lately:
                lately.append(phrase)
                return phrase


class Habit:
    """How one person types; drawn once for each."""

    def __init__(self, random: Random) -> None:
        self._lower = random.random() < 0.55
        self._plain = random.random() < 0.35
        self._stretch = random.choice((0.0, 0.0, 0.05, 0.15))
        self._typo = random.choice((0.0, 0.02, 0.06))
        self._ending = random.choice(("", "", "", "", "!", " !!", "..", " ^^", " :)", " haha"))

    def write(self, text: str, random: Random) -> str:
        if text.startswith(("!", "http")):
            return text
        words = text.split(" ")
        for at, word in enumerate(words):
            if "://" in word or word.startswith("@") or not word.isalpha() or not word.islower():
                continue
            last = at == len(words) - 1
            if last and random.random() < self._stretch * 3 and word[-1] in "aeiouyé":
                words[at] = word + word[-1] * random.randint(1, 4)
            elif random.random() < self._typo and len(word) > 4:
                cut = random.randrange(1, len(word) - 1)
                words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
        text = " ".join(words)
        if self._lower and len(words) > 2:
            text = text[:1].lower() + text[1:]
        if self._plain:
            text = _without_accents(text)
        if self._ending and random.random() < 0.3 and text[-1:].isalpha():
            text += self._ending
        return text


def _without_accents(text: str) -> str:
    spread = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in spread if c not in "\u0301\u0300\u0302"))
