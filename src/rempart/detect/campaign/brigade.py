"""Brigaded reports: many people who say the same of one account, at once and in the same words.

Who was really hurt writes in own words, whatever the number: a message that a hundred people report
is no brigade. People who were sent to report copy what they were given. So what counts here is
wording shared by many reporters; how many they are decides nothing, and nothing follows for whoever
is reported, nor for who reports.

Pure. Times in ms; `fold` is the folded explanation without what it quotes of the reported messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from rempart.detect.campaign.reasons import sentences
from rempart.detect.raid.fingerprint import fingerprints
from rempart.detect.raid.state import HOUR_MS, MINUTE_MS

WINDOW_MS: Final = 24 * HOUR_MS
MIN_REPORTERS: Final = 8
MIN_ALIKE: Final = 6
MIN_SHARE: Final = 0.5
MIN_KEYS: Final = 2
"""So many of five fingerprints in common: one alone happens between people of the same opinion."""
MIN_LETTERS: Final = 16
"""What everybody would say ("spam", "il me harcèle") binds nobody to anybody."""


class Complaint(NamedTuple):
    """One report. `reporter` tells reporters apart and says nothing of them."""

    at: int
    reporter: str
    fold: str


class Brigade(NamedTuple):
    """`alike`: places of the complaints of the largest family of texts."""

    alike: tuple[int, ...]
    begin: int
    end: int
    reporters: int
    confidence: float
    reasons: tuple[str, ...]


def brigade_of(complaints: Sequence[Complaint]) -> Brigade | None:
    """Looks at the day before the latest complaint."""
    if not complaints:
        return None
    last = max(one.at for one in complaints)
    places = [place for place, one in enumerate(complaints) if last - one.at <= WINDOW_MS]
    everybody = {complaints[place].reporter for place in places}
    if len(everybody) < MIN_REPORTERS:
        return None
    alike = _largest_family(complaints, places)
    reporters = {complaints[place].reporter for place in alike}
    if len(reporters) < max(MIN_ALIKE, MIN_SHARE * len(everybody)):
        return None
    times = [complaints[place].at for place in alike]
    begin, end = min(times), max(times)
    reasons = sentences(
        [
            ("reports-alike", [float(len(reporters)), float(len(everybody))]),
            ("reports-time", [float(len(alike)), max(1.0, (end - begin) / MINUTE_MS)]),
        ]
    )
    confidence = min(0.99, 0.5 + 0.5 * len(reporters) / len(everybody))
    return Brigade(tuple(alike), begin, end, len(reporters), round(confidence, 3), reasons)


def _largest_family(complaints: Sequence[Complaint], places: Sequence[int]) -> list[int]:
    """The place with most others that share its wording, and these; the first among equals. Not
    those that share something with one of these in turn: opinions chain, a script does not."""
    prints = fingerprints([complaints[place].fold for place in places])
    by_key: dict[int, list[int]] = {}
    alike: dict[int, list[int]] = {number: [number] for number in range(len(places))}
    for number, print_ in enumerate(prints):
        if print_.letters < MIN_LETTERS:
            continue
        common: Counter[int] = Counter()
        for key in print_.keys:
            others = by_key.setdefault(key, [])
            common.update(others)
            others.append(number)
        for other, keys in common.items():
            if keys >= MIN_KEYS:
                alike[other].append(number)
                alike[number].append(other)
    family = max(alike.values(), key=lambda found: (len(found), -found[0]))
    return sorted(places[number] for number in family)
