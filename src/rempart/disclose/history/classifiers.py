"""How often each classifier was right, by the messages that a person judged (sheet 8). Pure.

A classifier is one detector speaking of one label. The truth of a message is the decision that
stands: a harm was found, or nothing. A classifier that said nothing of a message said no.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from rempart.disclose.history.figures import ACTING, Figures
from rempart.model import THRESHOLD
from rempart.store.interface.history import Flags

HARMS_OF_LABEL: Final[dict[str, tuple[str, ...]]] = {
    "hate": ("hate", "raid"),
    "insult": ("harassment", "raid", "defamation", "other"),
    "threat": ("threat", "stalking"),
    "sexual": ("sexual_harassment", "intimate_images", "child_safety"),
    "self_harm_incitement": ("self_harm_incitement",),
    "personal_data": ("doxxing",),
    "spam": ("spam", "impersonation"),
    "bad_link": ("spam",),
    "known_media": ("child_safety", "intimate_images"),
}
"""Which harms a label is about."""


class Classifier(NamedTuple):
    """Of `judged` messages: said yes and was right, said yes and was wrong, said no and was wrong,
    said no and was right. Shares are None when there is nothing to take one of."""

    name: str
    versions: tuple[str, ...]
    judged: int
    true_yes: int
    false_yes: int
    false_no: int
    true_no: int

    @property
    def accuracy(self) -> float | None:
        return _share(self.true_yes + self.true_no, self.judged)

    @property
    def precision(self) -> float | None:
        return _share(self.true_yes, self.true_yes + self.false_yes)

    @property
    def recall(self) -> float | None:
        return _share(self.true_yes, self.true_yes + self.false_no)


def classifiers(figures: Figures, *, own_initiative: bool = False) -> list[Classifier]:
    """Each one, by name. `own_initiative`: only messages that nobody had reported."""
    columns = figures.history.columns
    samples, decided = columns.samples, columns.decisions
    judged = figures.decided_in_period[samples.decision]
    if own_initiative:
        reported = np.zeros(len(columns.cases.root), np.bool_)
        reported[figures.notice_case] = True
        judged = judged & ~reported[decided.case[samples.decision]]
    found_harm = decided.outcome.is_(*ACTING)[samples.decision]
    harm = decided.harm.codes[samples.decision]
    total = int(judged.sum())
    found: list[Classifier] = []
    for detector in sorted(samples.detector.names):
        for label in sorted(samples.label.names):
            rows = samples.detector.is_(detector) & samples.label.is_(label)
            if not rows.any() or not total:
                continue
            yes = np.zeros(len(samples.seq), np.bool_)
            yes[samples.of[rows & (samples.score >= round(THRESHOLD * 1000))]] = True
            about = HARMS_OF_LABEL.get(label, ())
            codes = [code for code, name in enumerate(decided.harm.names) if name in about]
            true = found_harm & np.isin(harm, np.array(codes, np.int32))
            versions = samples.version.codes[rows & judged[samples.of]]
            names = sorted(samples.version.names[code] for code in np.unique(versions).tolist())
            found.append(
                Classifier(f"{detector}/{label}", tuple(names), *_table(judged, yes, true))
            )
    return found


def together(found: list[Classifier]) -> Classifier | None:
    """All classifiers as one table; None when nothing was judged."""
    if not found:
        return None
    return Classifier(
        "all",
        (),
        sum(one.judged for one in found),
        sum(one.true_yes for one in found),
        sum(one.false_yes for one in found),
        sum(one.false_no for one in found),
        sum(one.true_no for one in found),
    )


def _table(judged: Flags, yes: Flags, true: Flags) -> tuple[int, int, int, int, int]:
    return (
        int(judged.sum()),
        int((judged & yes & true).sum()),
        int((judged & yes & ~true).sum()),
        int((judged & ~yes & true).sum()),
        int((judged & ~yes & ~true).sum()),
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
