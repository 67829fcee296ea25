"""A signal: what one detector says of one message or account."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Label(StrEnum):
    HATE = "hate"
    INSULT = "insult"
    THREAT = "threat"
    SEXUAL = "sexual"
    SELF_HARM_INCITEMENT = "self_harm_incitement"
    PERSONAL_DATA = "personal_data"
    SPAM = "spam"
    BAD_LINK = "bad_link"
    KNOWN_MEDIA = "known_media"


THRESHOLD = 0.5
"""Scores are monotone in [0, 1], with 0.5 at the shipped threshold of the language."""

ABUSE_LABELS = frozenset(
    {Label.HATE, Label.INSULT, Label.THREAT, Label.SEXUAL, Label.SELF_HARM_INCITEMENT}
)


class Signal(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """`score` in [0, 1], rounded to 4 decimals; `span` is [start, end) in the original text."""

    detector: str
    version: str
    label: Label
    score: float
    span: tuple[int, int] | None = None
    why: str | None = None
