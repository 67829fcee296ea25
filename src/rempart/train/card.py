"""The model card: what the shipped weights were made of, how good they are, where they fail.

Rules of this module:

1. Every figure is measured while the card is written, through the path that runs, and stands with
   its number of rows and 95 % interval. The sentences that need no data are in `data/card_*.md`.
2. What the data cannot tell is said, with the nearest thing that can be measured.
3. The card is Markdown (Mitchell et al. 2019 for what belongs into it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Final

from rempart.detect.text.model import Weights
from rempart.detect.text.scoring import LABELS, TextScorer
from rempart.train.build import GENERATED, Built
from rempart.train.evaluate import Judge
from rempart.train.figures import Figures, Interval
from rempart.train.suite import Line, Table, suite

LICENCES: Final[Mapping[str, tuple[str, str]]] = {
    "commonvoice_fr": ("Common Voice French sentences", "CC0-1.0"),
    "convabuse": ("ConvAbuse", "CC-BY-4.0"),
    "davidson": ("Davidson et al. 2017", "MIT"),
    "edos": ("EDOS (SemEval-2023 task 10)", "CC0-1.0"),
    "germeval18": ("GermEval 2018", "CC-BY-4.0"),
    "hatemojibuild": ("HatemojiBuild", "CC-BY-4.0"),
    "hatexplain": ("HateXplain", "MIT"),
    "jigsaw_en": ("ToxiFrench, Jigsaw rows in English", "MIT"),
    "jigsaw_fr": ("ToxiFrench, Jigsaw rows in French", "MIT"),
    "mhs": ("Measuring Hate Speech", "CC-BY-4.0"),
    "mlma_en": ("MLMA, English", "MIT"),
    "mlma_fr": ("MLMA, French", "MIT"),
    "mlma_fr_rott": ("MLMA, French, as sampled by Röttger et al. 2022", "MIT"),
    "paradetox": ("ParaDetox", "CC0-1.0"),
    "surge": ("Surge AI toxicity", "MIT"),
    "toxic_spans": ("Toxic Spans (Civil Comments)", "CC0-1.0"),
    "toxifrench_agree": ("ToxiFrench, rows with agreement", "MIT"),
    "ubuntu_irc": ("Ubuntu IRC (irc-disentanglement)", "CC-BY-4.0"),
}

_LANGS: Final = {"en": "English", "fr": "French", "de": "German"}
_PARTS: Final = {
    "set": "Held-out parts of the sets",
    "family mean": "Generated sentences, held-out frames, all families",
    "family": "Generated sentences, held-out frames, per family",
    "identity": "Neutral sentences, per group of people",
    "clean": "Clean text: whatever is flagged is a false alarm",
}

Progress = Callable[[str, int, int], object]


def prose(name: str) -> str:
    """A part of the card that needs no data; Markdown."""
    return resources.files("rempart.train").joinpath("data", f"{name}.md").read_text("utf-8")


def card_of(built: Built, data: Path, seed: int, progress: Progress) -> str:
    """The card of freshly trained weights; measures them on the folder `data`."""
    table = suite(Judge(TextScorer(built.weights)), data, seed, progress)
    return card(built.weights, built.trained_on, table, seed)


def card(
    weights: Weights, trained_on: Mapping[tuple[str, str], int], table: Table, seed: int
) -> str:
    """The card from what was trained on and measured."""
    parts = [
        prose("card_head"),
        f"Weights `{weights.version}`, seed {seed}.\n",
        "## Trained on\n",
        _trained_on(trained_on),
        "## Thresholds\n",
        "The logit from which a label is flagged, per language; 30 means never.\n",
        _thresholds(weights),
        "## Figures\n",
        prose("card_figures"),
    ]
    for part, rows in groupby(table.lines, key=lambda line: line.part):
        parts += [f"### {_PARTS.get(part, part)}\n", _figures(part, list(rows))]
    if table.evasion:
        parts += [
            "### Evasion: words of abusive texts altered, 1 % false alarms\n",
            _evasion(table),
        ]
    parts.append(prose("card_limits"))
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in lines)


def _trained_on(trained_on: Mapping[tuple[str, str], int]) -> str:
    rows = []
    generated: dict[str, int] = {}
    for (group, lang), count in sorted(trained_on.items()):
        if group.startswith(f"{GENERATED}/"):
            generated[lang] = generated.get(lang, 0) + count
        else:
            name, licence = LICENCES.get(group, (group, "not stated"))
            rows.append((name, _LANGS.get(lang, lang), str(count), licence))
    for lang, count in sorted(generated.items()):
        own = ("sentences written and generated for this project", _LANGS[lang], str(count))
        rows.append((*own, "Apache-2.0"))
    return _table(("set", "language", "rows", "licence"), rows)


def _thresholds(weights: Weights) -> str:
    rows = [
        (lang, *(f"{heads[label.value].threshold:.2f}" for label in LABELS))
        for lang, heads in sorted(weights.calibration.items())
    ]
    return _table(("language", *(label.value for label in LABELS)), rows)


def _figures(part: str, lines: Sequence[Line]) -> str:
    if part in ("clean", "identity"):
        rows = [
            (line.name, line.lang, line.label, str(line.figures.rows), _flagged(line.figures))
            for line in lines
        ]
        return _table(("text", "language", "label", "rows", "flagged %"), rows)
    rows_ = [
        (
            line.name,
            line.lang,
            line.label,
            f"{line.figures.rows} ({line.figures.positives})",
            _share(line.figures.precision, line.figures.precision_interval),
            _share(line.figures.recall, line.figures.recall_interval),
            _share(line.figures.false_alarm_rate, line.figures.false_alarm_interval),
            _share(line.figures.macro_f1, line.figures.macro_f1_interval),
            _share(line.figures.auc, line.figures.auc_interval),
            "–" if line.figures.ece is None else f"{line.figures.ece:.2f}",
        )
        for line in lines
    ]
    head = ("rows (of it)", "precision", "recall", "false alarms", "macro-F1", "AUC", "ECE")
    return _table(("text", "language", "label", *head), rows_)


def _evasion(table: Table) -> str:
    rows = [
        (one.attack, f"{100 * one.recall:.1f}", f"{100 * one.lost:.1f}") for one in table.evasion
    ]
    return _table(("attack", "recall %", "lost, points"), rows)


def _flagged(one: Figures) -> str:
    low, high = one.flag_rate_interval
    return f"{100 * one.flag_rate:.2f} [{100 * low:.2f}–{100 * high:.2f}]"


def _share(value: float | None, interval: Interval | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" + ("" if interval is None else f" [{interval[0]:.2f}–{interval[1]:.2f}]")
