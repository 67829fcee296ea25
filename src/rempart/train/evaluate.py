"""How good detection is on labelled text, at the shipped thresholds, through the shipped path.

Rules of this module:

1. What is judged is what runs: folds, classifier, term lists and second view, by `TextScorer`; for
   other labels the detectors in force. The language is found by the program, never given to it.
2. A bad row is refused alone, with its line and the reason; the others are judged.
3. `abuse` is the highest of all labels, as in an outcome.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.detect.interface import Batch, Detector
from rempart.detect.registry import default_detectors
from rempart.detect.text.fold import fold
from rempart.detect.text.scoring import LABELS, TextScorer
from rempart.errors import InputError
from rempart.model import Account, Label, Message
from rempart.train.figures import Figures, figures

ABUSE: Final = "abuse"
KNOWN_LABELS: Final = (ABUSE, *(label.value for label in Label if label is not Label.KNOWN_MEDIA))
_BATCH: Final = 2_000
_LARGEST: Final = 65_536

Progress = Callable[[int, int], object]
"""Told how many rows are judged and how many there are."""


def untold(*_: object) -> None:
    """Progress that nobody sees."""


class Labelled(NamedTuple):
    """A row to judge by; `lang` and `group` are empty when the file does not say."""

    text: str
    truth: bool
    lang: str = ""
    group: str = ""


class Refusal(msgspec.Struct, frozen=True):
    line: int
    reason: str


class Judged(msgspec.Struct, frozen=True):
    """Figures of one part: `kind` is `all`, `lang` or `group`, `name` which one."""

    kind: str
    name: str
    figures: Figures


class Report(msgspec.Struct, frozen=True):
    """What `rempart evaluate FILE --json` prints."""

    label: str
    weights: str
    rows: int
    refused: list[Refusal]
    parts: list[Judged]


class Scores(NamedTuple):
    """Of n texts: `values` and `probability` float32 [n] of one label; `langs` as found."""

    values: NDArray[np.float32]
    probability: NDArray[np.float32] | None
    langs: list[str]


def read_labelled(path: Path) -> tuple[list[Labelled], list[Refusal]]:
    """Rows of an NDJSON file (plain or gzip): `text`, `label` 0 or 1, optional `lang`, `group`.

    Raises InputError when the file cannot be read or has no row that can.
    """
    rows: list[Labelled] = []
    refused: list[Refusal] = []
    opened = gzip.open if path.suffix == ".gz" else Path.open
    try:
        with opened(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                row = _labelled(line)
                if isinstance(row, str):
                    refused.append(Refusal(number, row))
                else:
                    rows.append(row)
    except (OSError, EOFError) as error:
        raise InputError(getattr(error, "strerror", None) or str(error), where=str(path)) from error
    if not rows:
        first = f"; line {refused[0].line}: {refused[0].reason}" if refused else ""
        raise InputError(
            f"no labelled row{first}",
            where=str(path),
            next_step='each line: {"text": "…", "label": 0 or 1, "lang"?: "en", "group"?: "…"}',
        )
    return rows, refused


def _labelled(line: bytes) -> Labelled | str:
    """The row, or why it is refused."""
    try:
        data = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"no JSON: {error}"
    if not isinstance(data, dict) or not isinstance(text := data.get("text"), str):
        return "'text' is missing or is no text"
    truth = data.get("label")
    if len(text.encode("utf-8", "replace")) > _LARGEST:
        return "'text' is longer than 64 KiB"
    if truth not in (0, 1):
        return f"'label' must be 0 or 1, here {truth!r}"
    for name in ("lang", "group"):
        if not isinstance(data.get(name) or "", str):
            return f"{name!r} must be text"
    return Labelled(text, bool(truth), data.get("lang") or "", data.get("group") or "")


class Judge:
    """Scores texts for any label; makes its detectors once."""

    def __init__(self, scorer: TextScorer | None = None) -> None:
        self.scorer = scorer or TextScorer()
        words = {label.value for label in LABELS}
        self._others: list[Detector] = [
            detector
            for detector in default_detectors()
            if not words >= {label.value for label in detector.labels}
        ]

    def score(self, texts: Sequence[str], label: str, progress: Progress = untold) -> Scores:
        """Scores of one label, or of `abuse`. Raises InputError for a label that nothing judges."""
        if label not in KNOWN_LABELS:
            raise InputError(
                f"there is no label {label!r}", next_step=f"one of: {', '.join(KNOWN_LABELS)}"
            )
        column = next((at for at, one in enumerate(LABELS) if one.value == label), None)
        values = np.zeros(len(texts), np.float32)
        probability = np.zeros(len(texts), np.float32)
        langs: list[str] = []
        for at in range(0, len(texts), _BATCH):
            part = list(texts[at : at + _BATCH])
            folds = fold(part)
            scored = self.scorer.score(folds)
            langs += scored.languages
            here = slice(at, at + len(part))
            if column is not None:
                values[here] = scored.labels[:, column]
                probability[here] = scored.probability[:, column]
            else:
                if label == ABUSE:
                    values[here] = scored.labels.max(axis=1)
                    probability[here] = scored.probability.max(axis=1)
                self._add_others(part, folds, label, values[here])
            progress(at + len(part), len(texts))
        calibrated = label == ABUSE or column is not None
        return Scores(values, probability if calibrated else None, langs)

    def _add_others(
        self, texts: list[str], folds: list[str], label: str, values: NDArray[np.float32]
    ) -> None:
        """Raises `values` to what the other detectors say, in place."""
        batch = Batch([_message(number, text) for number, text in enumerate(texts)], folds)
        for detector in self._others:
            if label != ABUSE and label not in detector.labels:
                continue
            for place, signal in detector.detect(batch):
                if label in (ABUSE, signal.label.value):
                    values[place] = max(values[place], signal.score)


def _message(number: int, text: str) -> Message:
    return Message(
        id=f"row-{number}",
        platform="file",
        channel="evaluate",
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
        author=Account(id="someone"),
        text=text,
    )


def judge(
    rows: Sequence[Labelled],
    label: str,
    weights: str,
    refused: Iterable[Refusal] = (),
    scorer: Judge | None = None,
    progress: Progress = untold,
) -> Report:
    """The report on labelled rows: all of them, then per language, then per group."""
    scores = (scorer or Judge()).score([row.text for row in rows], label, progress)
    truth = np.array([row.truth for row in rows], bool)
    parts = [Judged("all", "", figures(scores.values, truth, scores.probability))]
    columns: Mapping[str, list[str]] = {
        "lang": [row.lang for row in rows],
        "group": [row.group for row in rows],
    }
    for kind, names in columns.items():
        column = np.array(names)
        for name in sorted(set(names) - {""}):
            inside = column == name
            probability = None if scores.probability is None else scores.probability[inside]
            parts.append(
                Judged(kind, name, figures(scores.values[inside], truth[inside], probability))
            )
    return Report(label, weights, len(rows), list(refused), parts)
