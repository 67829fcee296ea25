"""The ways in which people write the same sentence: what stands around it, the short forms of SMS
and chat, slips of the finger, letters swapped, left out or repeated, words run together, leet.

Rules of this module:

1. It is done to every family alike, so that a way of writing never says what is written.
2. Only what the fold and the second view do not undo is worth it: no case, no accents.
3. The words for groups and slurs are hidden as often as any other word.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from random import Random
from typing import Final

from rempart.train.generate.grammar import Grammar

_SHORT_FORMS: Final = 0.18
_SLIPS: Final = 0.14
_HIDDEN: Final = 0.05
_ENDINGS: Final = 0.25
_LEET: Final = str.maketrans("aeiost", "431057")


@cache
def _short_forms(lang: str) -> dict[str, tuple[str, ...]]:
    file = resources.files("rempart.train.generate").joinpath("data", "short_forms.toml")
    table: dict[str, dict[str, str]] = tomllib.loads(file.read_text("utf-8"))
    return {long: tuple(short.split()) for long, short in table[lang].items()}


class Spelling:
    """How samples of one language are written."""

    def __init__(self, lang: str, words: Grammar, random: Random) -> None:
        self._words = words
        self._random = random
        self._short = _short_forms(lang)

    def around(self, text: str) -> str:
        """Something that says nothing, before the sentence or after it."""
        random = self._random
        way = random.random()
        if way < 0.35:
            return self._words.say(f"{{opening}} {text}", None, random).text
        if way < 0.7:
            return self._words.say(f"{text} {{ending}}", None, random).text
        if way < 0.85:
            return self._words.say(f"{{before}} {text}", None, random).text
        return self._words.say(f"{text} {{after}}", None, random).text

    def write(self, text: str) -> str:
        """The sentence as somebody typed it."""
        random = self._random
        if random.random() < _SHORT_FORMS:
            text = self._shortened(text)
        if random.random() < _SLIPS:
            text = self._slipped(text)
        elif random.random() < _HIDDEN:
            text = self._hidden(text)
        if random.random() < _ENDINGS:
            text = text.rstrip(".!") + random.choice(("!", "!!", "...", " !", "?!", ".", ".."))
        return text

    def _shortened(self, text: str) -> str:
        words = []
        for word in text.split(" "):
            short = self._short.get(word.lower().strip(",.!?"))
            words.append(self._random.choice(short) if short is not None else word)
        return " ".join(words)

    def _slipped(self, text: str) -> str:
        """One or two words of four letters and more: letters swapped, dropped or repeated."""
        random = self._random
        words = text.split(" ")
        long = [at for at, word in enumerate(words) if len(word) > 3 and word.isalpha()]
        for at in random.sample(long, min(len(long), random.choice((1, 1, 2)))):
            word = words[at]
            cut = random.randrange(1, len(word) - 1)
            way = random.random()
            if way < 0.35:
                words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
            elif way < 0.7:
                words[at] = word[:cut] + word[cut + 1 :]
            elif way < 0.9:
                words[at] = word + word[-1] * random.randint(1, 4)
            else:
                words[at] = word[:cut] + word[cut] + word[cut:]
        return " ".join(words)

    def _hidden(self, text: str) -> str:
        """A word in leet, starred or pulled apart, or two or more words run together."""
        random = self._random
        words = text.split(" ")
        at = random.randrange(len(words))
        way = random.random()
        if way < 0.3:
            words[at] = words[at].translate(_LEET)
        elif way < 0.5 and len(words[at]) > 3:
            cut = random.randrange(1, len(words[at]) - 1)
            words[at] = f"{words[at][:cut]}*{words[at][cut + 1 :]}"
        elif way < 0.65:
            words[at] = " ".join(words[at])
        elif way < 0.8:
            return "".join(words)
        elif len(words) > 1:
            at = min(at, len(words) - 2)
            words[at : at + 2] = ["".join(words[at : at + 2])]
        return " ".join(words)
