"""What a plug-in is: a batch of texts in, for each of them labels with probabilities out.

Rules of the contract, which every kind keeps:

1. It gets texts and nothing else: no name, no id, no channel, no time.
2. It answers for every text, in order, or raises `OpinionError` for the whole batch. A number that
   is not in [0, 1], a label that is not ours, an answer too few: all of that is an error.
3. Only labels it was asked about and knows stand in an answer; what it does not know it leaves out.
4. Whoever asks bounds its time; a kind may give up earlier, never later.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from rempart.errors import OutboundError
from rempart.model import ABUSE_LABELS, THRESHOLD, Label

OPINION_LABELS = ABUSE_LABELS
"""What an opinion may be about."""

LabelName = Literal["", "hate", "insult", "threat", "sexual", "self_harm_incitement"]
"""The same as settings write it; empty: not used."""


class OpinionError(OutboundError):
    """A plug-in did not answer, or not as the contract says. Nothing is changed by it."""


class Answer(NamedTuple):
    """`probabilities` in [0, 1], as the model says them; `model`: who answered."""

    probabilities: Mapping[Label, float]
    model: str


class OpinionSource(ABC):
    """One plug-in. `model` is what the settings call it; `most` so many texts it takes at once."""

    model: str
    most: int = 256

    @abstractmethod
    async def ask(self, texts: Sequence[str]) -> list[Answer]:
        """Raises OpinionError or OutboundError; never anything else for what a server does."""


def probability(value: Any, where: str) -> float:
    """The number, if it is one in [0, 1]. A hair's breadth beyond is rounding."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OpinionError("a score is no number", where=where)
    if not math.isfinite(value) or not -1e-6 <= value <= 1 + 1e-6:
        raise OpinionError("a score is not between 0 and 1", where=where)
    return min(1.0, max(0.0, float(value)))


def on_scale(value: float, threshold: float) -> float:
    """A probability on our scale: monotone, 0.5 at the plug-in's threshold, 4 decimals."""
    if value < threshold:
        return round(min(THRESHOLD * value / threshold, THRESHOLD - 1e-4), 4)
    rest = 1 - threshold
    return round(THRESHOLD + THRESHOLD * (value - threshold) / rest if rest else 1.0, 4)
