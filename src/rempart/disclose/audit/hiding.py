"""Words without names: what an auditor reads of a case. Pure.

Rules kept here:

1. Whoever is known to the case (accounts, targets, channels, who works here) is a number wherever
   the name stands; what looks like personal data is told by its kind alone: `[phone number]`.
2. A name of five letters or more is hidden inside longer words too; a shorter one as a word.
3. So is whoever else has written here lately, by a name or an id of four characters or more that
   stands as a word, in whatever case: also where the word only happens to be a name.
4. A text of which this cannot be done to the end is hidden whole.

It cannot know a person who is named by somebody else and is no account here: the page says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from rempart.cases.erasure.phrases import Phrases
from rempart.disclose.transparency_database.privacy import personal_in

ENGLISH: Final[Mapping[str, str]] = {
    "account": "account",
    "place": "place",
    "target": "target",
    "withheld": "withheld",
}
"""What stands in the place of a name; in the reader's words on a page."""
_MOST_TURNS: Final = 50
_SHORTEST: Final = 2
_INSIDE_WORDS: Final = 5
SHORTEST_OTHER: Final = 4
_SHORTEST_NUMBER: Final = 7
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Around what was put in the place of a name, until the text is done: brackets anybody can type."""
_PUT: Final = re.compile(f"{_OPEN}[^{_CLOSE}]*{_CLOSE}")
_NO_MARKS: Final = {ord(_OPEN): None, ord(_CLOSE): None}


class Hiding:
    """Numbers by first appearance; the same of one reading has the same number everywhere."""

    def __init__(
        self, words: Mapping[str, str] = ENGLISH, kinds: Mapping[str, str] | None = None
    ) -> None:
        """`kinds`: words of the reader for kinds of personal data, by their English ones."""
        self._words, self._kinds = words, kinds or {}
        self._numbers: dict[str, dict[tuple[str, str], int]] = {}
        self._names: dict[str, str] = {}
        self._others: dict[str, tuple[str, str]] = {}
        self._other_names: Phrases[str] = Phrases(SHORTEST_OTHER)

    def account(self, platform: str, id: str, *names: str | None) -> str:
        return self._number("account", (platform, id), (id, *names))

    def place(self, platform: str, channel: str) -> str:
        return self._number("place", (platform, channel), (channel,))

    def target(self, name: str) -> str:
        return self._number("target", ("", name), (name,))

    def others(self, accounts: Iterable[tuple[str, str, str | None]]) -> None:
        """Platform, id and name of accounts that nothing drawn is about (rule 3)."""
        for platform, id, name in accounts:
            for one in (id, name):
                known = _folded((one or "").strip())
                if len(known) >= SHORTEST_OTHER and not _is_number(known):
                    self._others.setdefault(known, (platform, id))
                    self._other_names.add(known)

    def worker(self, id: str, name: str) -> None:
        """Who works here is told by her pseudonym, which is her id."""
        self._learn(id, (name,))

    def text(self, text: str) -> str:
        """Without names. Whatever was learned before this call counts."""
        text = text.translate(_NO_MARKS)
        for _ in range(_MOST_TURNS):
            seen = _PUT.sub(lambda put: "\u25ae" * len(put[0]), text)
            found = (
                self._named(seen)
                or self._named_elsewhere(seen)
                or [(a, b, self._told(what)) for what, a, b in personal_in(seen)]
            )
            if not found:
                return text.replace(_OPEN, "[").replace(_CLOSE, "]")
            text = _without(text, found)
        return f"[{self._words['withheld']}]"

    def _told(self, kind: str) -> str:
        return self._kinds.get(kind, kind)

    def _number(self, kind: str, key: tuple[str, str], names: Iterable[str | None] = ()) -> str:
        known = self._numbers.setdefault(kind, {})
        told = f"{self._words[kind]} {known.setdefault(key, len(known) + 1)}"
        self._learn(told, names)
        return told

    def _named_elsewhere(self, text: str) -> list[tuple[int, int, str]]:
        folded = _folded(text)
        return [
            (start, end, self._number("account", self._others[folded[start:end]]))
            for start, end in self._other_names.spans(folded, whole_words=True)
        ]

    def _learn(self, told: str, names: Iterable[str | None]) -> None:
        for name in names:
            parts = (name or "").split()
            whole = [] if name is None else [name.strip(), "".join(parts)]
            first = [part for part in parts if part[:1].isupper()] if len(parts) > 1 else []
            for one in (*whole, *first):
                if len(one) >= _SHORTEST:
                    self._names.setdefault(one.casefold(), told)

    def _named(self, text: str) -> list[tuple[int, int, str]]:
        folded = text.casefold()
        known = sorted((name for name in self._names if name in folded), key=len, reverse=True)
        if not known:
            return []
        pattern = re.compile("|".join(map(_pattern, known)), re.IGNORECASE)
        return [
            (*at.span(), self._names.get(at[0].casefold(), self._words["withheld"]))
            for at in pattern.finditer(text)
        ]


def _folded(text: str) -> str:
    """In one case, each letter in its place."""
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(one if len(low := one.casefold()) != 1 else low for one in text)


def _is_number(name: str) -> bool:
    """A short number is a year or a score more often than somebody."""
    return name.isdigit() and len(name) < _SHORTEST_NUMBER


def _without(text: str, found: list[tuple[int, int, str]]) -> str:
    """From the end on; what touches something hidden before takes it in."""
    put = [at.span() for at in _PUT.finditer(text)]
    last = len(text) + 1
    for start, end, told in sorted(found, reverse=True):
        touched = [(a, b) for a, b in put if a < end and start < b]
        first = min([start, *(a for a, _ in touched)])
        past = min(last, max([end, *(b for _, b in touched)]))
        if first < past:
            text = f"{text[:first]}{_OPEN}{told}{_CLOSE}{text[past:]}"
            last = first
    return text


def _pattern(name: str) -> str:
    escaped = re.escape(name)
    return escaped if len(name) >= _INSIDE_WORDS else rf"(?<!\w){escaped}(?!\w)"
