"""What a made-up year consists of, and the draws that decide it."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Annotated, Final

import msgspec

from rempart.model.moments import ms_of

HARMS: Final = (
    ("harassment", 24),
    ("hate", 18),
    ("threat", 9),
    ("raid", 8),
    ("doxxing", 7),
    ("sexual_harassment", 8),
    ("stalking", 4),
    ("defamation", 5),
    ("impersonation", 4),
    ("intimate_images", 3),
    ("self_harm_incitement", 2),
    ("child_safety", 1),
    ("spam", 4),
    ("other", 3),
)
"""Harms and how often, of a hundred."""
LABEL_OF_HARM: Final = {
    "harassment": "insult",
    "hate": "hate",
    "threat": "threat",
    "raid": "hate",
    "doxxing": "personal_data",
    "sexual_harassment": "sexual",
    "stalking": "threat",
    "defamation": "insult",
    "impersonation": "spam",
    "intimate_images": "sexual",
    "self_harm_incitement": "self_harm_incitement",
    "child_safety": "sexual",
    "spam": "spam",
    "other": "insult",
}
DETECTOR_OF_LABEL: Final = {"personal_data": "personal", "spam": "links"}
LANGUAGES: Final = (("fr", 62), ("en", 24), ("de", 6), ("el", 2), ("es", 6))
PLACES: Final = tuple(
    (platform, f"salon-{number}") for platform in ("twitch", "mastodon") for number in range(12)
)
MODERATORS: Final = tuple(f"mod-{number}" for number in range(14))
SECOND: Final = tuple(f"second-{number}" for number in range(4))
FLAGGERS: Final = ("Ligne d’écoute", "Association Vigie")
HOUR_MS: Final = 3_600_000
YEAR_MS: Final = 365 * 24 * HOUR_MS


class Plan(msgspec.Struct, frozen=True):
    """`reports` for each decision, on average, rounded over the year; `seen`: of a hundred
    messages, how many a platform tells views of."""

    decisions: Annotated[int, msgspec.Meta(ge=1)] = 100_000
    reports: float = 3.0
    year: int = 2026
    seed: int = 1
    seen: int = 20

    @property
    def begin_ms(self) -> int:
        return ms_of(datetime(self.year, 1, 1, tzinfo=UTC))

    def at_ms(self, number: int) -> int:
        """When case `number` begins: evenly over the year, with three days to spare for its end."""
        return self.begin_ms + number * (YEAR_MS - 72 * HOUR_MS) // self.decisions


class Draws:
    """Weighted draws from one seed."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self._harms = _wheel(HARMS)
        self._languages = _wheel(LANGUAGES)

    def harm(self) -> str:
        return self._harms[int(self.random.random() * 100)]

    def language(self) -> str:
        return self._languages[int(self.random.random() * 100)]

    def chance(self, of_hundred: float) -> bool:
        return self.random.random() * 100 < of_hundred

    def one(self, things: tuple[str, ...]) -> str:
        return things[int(self.random.random() * len(things))]

    def hours(self, median: float) -> int:
        """A waiting time in ms: log-normal around a median of hours, below two days."""
        return round(min(48.0, self.random.lognormvariate(0, 1) * median) * HOUR_MS)


def _wheel(weights: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    wheel = tuple(word for word, weight in weights for _ in range(weight))
    assert len(wheel) == 100, "weights are of a hundred"
    return wheel
