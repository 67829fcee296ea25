"""A tiny grammar: start symbols, alternatives, and a seeded walk through them.

Rules of this module:

1. A rule book maps a symbol to alternatives; `<symbol>` inside an alternative is walked in turn.
2. An alternative is drawn with equal chance: one written twice is twice as likely.
3. Same seed, same text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

_SLOT = re.compile(r"<([a-z.]+)>")
_SPACES = re.compile(r" {2,}")
_GIVEN = frozenset({"name", "link", "number"})


class Grammar:
    """`say(rng, "raid.en")` draws one text."""

    def __init__(self, *books: Mapping[str, Sequence[str]]) -> None:
        self._rules: dict[str, Sequence[str]] = {}
        for book in books:
            self._rules.update(book)
        self._check()

    def say(self, rng: Random, symbol: str, **given: str) -> str:
        """`given` fixes slots for this text, e.g. `name="lea"`."""
        text = rng.choice(self._rules[symbol])
        while slot := _SLOT.search(text):
            key = slot.group(1)
            word = given[key] if key in given else rng.choice(self._rules[key])
            text = text[: slot.start()] + word + text[slot.end() :]
        return _SPACES.sub(" ", text).strip()

    def _check(self) -> None:
        for symbol, alternatives in self._rules.items():
            for alternative in alternatives:
                for slot in _SLOT.findall(alternative):
                    if slot not in self._rules and slot not in _GIVEN:
                        raise KeyError(f"<{slot}> in {symbol!r} is not a symbol")
