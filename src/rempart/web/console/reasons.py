"""The machine's reasons in the reader's language.

Detectors write their reasons as English sentences with numbers, because they stand in the log and
in the dossier once and for all. For the console the known sentences are said in French; a sentence
that is not known stays English.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Saying(NamedTuple):
    english: re.Pattern[str]
    french: str


_SAYINGS: list[_Saying] = []


def reason_in(sentence: str, language: str) -> str:
    """The sentence in French when it is a known one, else as it is."""
    if language != "fr":
        return sentence
    for saying in _SAYINGS:
        match = saying.english.fullmatch(sentence)
        if match:
            return saying.french.format(**match.groupdict())
    return sentence
