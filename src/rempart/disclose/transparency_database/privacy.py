"""The personal-data gate: free texts that hold anything about anybody stay here (art. 24(5)). Pure.

Rules kept here:

1. What looks like personal data is found by the detector that watches messages, in its strict way:
   here even a public number says too much.
2. So are addresses of pages and of machines, handles, days of birth, and the names that this
   statement must not tell: of the account, under all that it was called, of the channel, which is
   most often a person's name too, and of whom the message hit.
3. A name is found however its parts are joined, and each capitalised part of one, as it is written.
4. A finding says where: field, from, to. What was found is shown on the console's page alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from rempart.detect.interface import Batch
from rempart.detect.personal.detector import PersonalDataDetector
from rempart.detect.text.fold import fold
from rempart.disclose.transparency_database.payload import Payload, free_texts
from rempart.disclose.transparency_database.rules import Fault
from rempart.model import Account, Message

_PLACE: Final = "feed"
_DETECTOR: Final = PersonalDataDetector(frozenset({_PLACE}))
_HEX: Final = r"[\da-f]{1,4}"
_MARKS: Final = (
    (re.compile(r"(?<![\w.])@[\w.-]{2,}"), "a handle"),
    (
        re.compile(r"\b(?:https?://|www\.|(?:[\w-]+\.)+[a-z]{2,}/)\S+", re.IGNORECASE),
        "the address of a page",
    ),
    (re.compile(r"(?<!\w)[\w.]{2,32}#\d{4}(?!\w)"), "a handle"),
    (re.compile(r"(?<!\w)/?u/[\w-]{3,}"), "a handle"),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)"), "the address of a machine"),
    (
        re.compile(rf"(?<![\w:])(?:(?:{_HEX}:){{7}}{_HEX}|(?:{_HEX}:){{1,7}}(?::{_HEX})+)", re.I),
        "the address of a machine",
    ),
    (re.compile(r"\b(?:née?s? le|born on|born)\s+\d[\w /.-]{3,}", re.IGNORECASE), "a day of birth"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "e-mail address"),
)
_SHORTEST_NAME: Final = 3
_SHORTEST_PART: Final = 4
_APART: Final = re.compile(r"[\W_]+")
_DAY: Final = re.compile(r"(?<![\w-])20\d\d-(?:0\d|1[0-2])-[0-3]\d(?![\w-])", re.ASCII)
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Privacy:
    """Remembers what it read: statements of one raid say the same words."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[tuple[str, int, int], ...]] = {}

    def faults(self, payload: Payload, names: Iterable[str]) -> list[Fault]:
        """`names`: of the account, the channel and whom it hit."""
        words = list(dict.fromkeys(names))
        found: list[Fault] = []
        for field, text in free_texts(payload).items():
            found += [Fault(field, what, start, end) for what, start, end in self._in(text)]
            folded = text.casefold()
            places = {place for name in words for place in _places(name, text, folded)}
            found += [Fault(field, "a name", start, end) for start, end in sorted(places)]
        return found

    def _in(self, text: str) -> tuple[tuple[str, int, int], ...]:
        """Texts that differ in a day alone are read once: it is written as long as any other."""
        text = _DAY.sub("2000-01-01", text)
        known = self._read.get(text)
        if known is None:
            if len(self._read) > 10_000:
                self._read.clear()
            known = self._read[text] = tuple(personal_in(text))
        return known


def personal_in(text: str) -> Iterable[tuple[str, int, int]]:
    """What looks like personal data: what it is, from, to. Of a kind that stands there twice, the
    surest one."""
    marked: list[tuple[int, int]] = []
    for pattern, what in _MARKS:
        for at in pattern.finditer(text):
            marked.append(at.span())
            yield what, *at.span()
    message = Message("1", _PLACE, _PLACE, _AT, Account("1"), text)
    for _, signal in _DETECTOR.detect(Batch([message], fold([text]))):
        start, end = signal.span or (0, len(text))
        if not any(a <= start < b for a, b in marked):
            yield signal.why or "personal data", start, end


def _places(name: str, text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Of the whole name in any case, its parts joined by anything or by nothing; then of each part
    of at least four letters that begins with a capital, as it is written. Patterns are made only
    for what is there: a raid has a thousand names."""
    parts, lowered, own = _parts_of(name)
    if parts and all(part in folded for part in lowered):
        between = r"[\W_]*" if len("".join(parts)) >= _SHORTEST_NAME else r"[\W_]+"
        whole = between.join(map(re.escape, parts))
        for at in re.finditer(rf"(?<!\w){whole}(?!\w)", text, re.IGNORECASE):
            yield at.span()
    for part in own:
        if part in text:
            for at in re.finditer(rf"(?<!\w){re.escape(part)}(?!\w)", text):
                yield at.span()


@lru_cache(maxsize=4_096)
def _parts_of(name: str) -> tuple[list[str], list[str], list[str]]:
    """The parts of a name; the same in one case; those that are looked for alone."""
    if len(name) < _SHORTEST_NAME:
        return [], [], []
    parts = [part for part in _APART.split(normalize("NFC", name)) if part]
    own = [part for part in parts if len(part) >= _SHORTEST_PART and part[:1].isupper()]
    return parts, [part.casefold() for part in parts], own if len(parts) > 1 else []
