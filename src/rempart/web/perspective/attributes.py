"""From our labels to the attributes that clients ask for, and what of a score is told.

Rules kept here:

1. An attribute is served when one of our labels (or a word list) means the same; what we cannot
   score honestly is not made up: it *supports none of the languages*, as the original answered for
   attributes that a language did not have.
2. A score is ours: monotone, 0.5 at the shipped threshold of the language. It is told in steps of
   0.05, rounded down, so that rounding never carries a text over a threshold on a step.
3. Swearing at nobody is PROFANITY and not TOXICITY: it does no harm to anybody.

The descriptions are in `docs/perspective.md`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache

from rempart.detect.text.fold import fold
from rempart.detect.text.scoring import LABELS, TextScorer
from rempart.detect.text.words import read_classes
from rempart.model import Label

LANGUAGES = frozenset({"en", "fr"})
UNDETERMINED = "und"
"""ISO 639 for a language that was not recognised: the text is scored all the same."""
STEP = 20
"""So many steps from 0 to 1."""

_ALL = frozenset(LABELS)
SERVED: dict[str, frozenset[Label]] = {
    "TOXICITY": _ALL,
    "SEVERE_TOXICITY": frozenset({Label.HATE, Label.THREAT, Label.SELF_HARM_INCITEMENT}),
    "IDENTITY_ATTACK": frozenset({Label.HATE}),
    "INSULT": frozenset({Label.INSULT}),
    "PROFANITY": frozenset(),
    "THREAT": frozenset({Label.THREAT}),
    "SEXUALLY_EXPLICIT": frozenset({Label.SEXUAL}),
}
"""Which labels an attribute is the highest of; PROFANITY comes from the word lists."""

_EXPERIMENTAL = "_EXPERIMENTAL"
_TWINS = frozenset(SERVED) - {"SEXUALLY_EXPLICIT"}
NOT_SERVED = frozenset(
    {
        "FLIRTATION",
        "TOXICITY_FAST",
        "ATTACK_ON_AUTHOR",
        "ATTACK_ON_COMMENTER",
        "ATTACK_ON_PUBLISHER",
        "INCOHERENT",
        "INFLAMMATORY",
        "LIKELY_TO_REJECT",
        "OBSCENE",
        "OFF_TOPIC",
        "SPAM",
        "UNSUBSTANTIAL",
        *(
            f"{name}{_EXPERIMENTAL}"
            for name in (
                "AFFINITY",
                "ALIENATION",
                "COMPASSION",
                "CURIOSITY",
                "FEARMONGERING",
                "GENERALIZATION",
                "MORAL_OUTRAGE",
                "NUANCE",
                "PERSONAL_STORY",
                "POWER",
                "REASONING",
                "RESPECT",
                "SCAPEGOATING",
            )
        ),
    }
)
"""Names the original knew and nothing here can score."""
_SWEARING = frozenset({"profanity", "slur"})
_ONE_SWEAR, _MORE_SWEARS = 0.8, 0.95
_WORD = re.compile(r"[^\W_]+")


def served_name(name: str) -> str | None:
    """The attribute behind a name that was asked for, or None. An experimental twin (the same in
    other languages) is the attribute itself."""
    base = name.removesuffix(_EXPERIMENTAL)
    if base != name and base not in _TWINS:
        return None
    return base if base in SERVED else None


def told(score: float) -> float:
    """What a client is told of a score in [0, 1]."""
    return math.floor(min(1.0, max(0.0, score)) * STEP + 1e-6) / STEP


class Attributes:
    """Scores of attributes for texts. Pure; safe to share between threads. `scorer` gives what
    scores words at the moment of a request."""

    def __init__(self, scorer: Callable[[], TextScorer]) -> None:
        self._scorer = scorer

    def score(self, texts: Sequence[str]) -> tuple[list[dict[str, float]], list[str]]:
        """For each text what is told of all served attributes, and its language."""
        folds = fold(texts)
        scored = self._scorer().score(folds)
        rows: list[dict[str, float]] = []
        for folded, labels in zip(folds, scored.labels.tolist(), strict=True):
            by_label = dict(zip(LABELS, labels, strict=True))
            row = {
                name: told(max((by_label[label] for label in of), default=0.0))
                for name, of in SERVED.items()
            }
            row["PROFANITY"] = told(_swearing(folded))
            rows.append(row)
        known = [name if name in LANGUAGES else UNDETERMINED for name in scored.languages]
        return rows, known


def _swearing(folded: str) -> float:
    words = _swear_words()
    found = sum(1 for word in _WORD.findall(folded) if word in words)
    return 0.0 if not found else _ONE_SWEAR if found == 1 else _MORE_SWEARS


@cache
def _swear_words() -> frozenset[str]:
    listed = read_classes("concepts.tsv")
    return frozenset(word for word, kind in listed.items() if kind in _SWEARING)
