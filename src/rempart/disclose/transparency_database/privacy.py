"""The personal-data gate: free texts that hold anything about anybody stay here (art. 24(5)). Pure.

Rules kept here:

1. What looks like personal data is found by the detector that watches messages, in its strict way:
   here even a public number says too much.
2. So are addresses of pages and handles, and the names that this statement must not tell: of the
   account and of the channel, which is most often a person's name too.
3. A finding says where: field, from, to. What was found is shown on the console's page alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from rempart.detect.interface import Batch
from rempart.detect.personal.detector import PersonalDataDetector
from rempart.detect.text.fold import fold
from rempart.disclose.transparency_database.payload import Payload, free_texts
from rempart.disclose.transparency_database.rules import Fault
from rempart.model import Account, Message

_PLACE: Final = "feed"
_DETECTOR: Final = PersonalDataDetector(frozenset({_PLACE}))
_MARKS: Final = (
    (re.compile(r"(?<![\w.])@[\w.-]{2,}"), "a handle"),
    (re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE), "the address of a page"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "e-mail address"),
)
_SHORTEST_NAME: Final = 3
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Privacy:
    """Remembers what it read: statements of one raid say the same words."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[tuple[str, int, int], ...]] = {}

    def faults(self, payload: Payload, names: Iterable[str]) -> list[Fault]:
        """`names`: of the account and the channel."""
        words = [name for name in dict.fromkeys(names) if len(name) >= _SHORTEST_NAME]
        found: list[Fault] = []
        for field, text in free_texts(payload).items():
            found += [Fault(field, what, start, end) for what, start, end in self._in(text)]
            folded = text.casefold()
            found += [
                Fault(field, "a name", at.start(), at.end())
                for name in words
                if name.casefold() in folded
                for at in _named(name).finditer(text)
            ]
        return found

    def _in(self, text: str) -> tuple[tuple[str, int, int], ...]:
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


def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
