"""Quality figures as text for people: one line per group, intervals beside the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rempart.train.evaluate import Report
    from rempart.train.figures import Figures, Interval
    from rempart.train.suite import Table

_HEAD = ("rows", "of it", "flagged %", "precision", "recall", "macro-F1", "AUC", "ECE")
_PARTS = {
    "set": "Test file, per set",
    "family mean": "Generated sentences, held-out frames",
    "family": "Generated sentences, held-out frames, per family",
    "identity": "Neutral sentences, per group of people",
    "clean": "Clean text: whatever is flagged is a false alarm",
}


def report_for_people(report: Report) -> str:
    """The table of one labelled file, and how far its probabilities can be believed."""
    lines = [
        f"label {report.label}, weights {report.weights}, {report.rows} rows"
        + (f", {len(report.refused)} refused" if report.refused else "")
    ]
    names = [f"{part.kind} {part.name}".strip() for part in report.parts]
    lines += _table(names, [part.figures for part in report.parts])
    bins = report.parts[0].figures.bins
    if bins:
        lines += ["", "probability said   true   rows"]
        lines += [f"{one.said:16.2f} {one.true:6.2f} {one.rows:6d}" for one in bins]
    return "\n".join(lines) + "\n"


def table_for_people(table: Table, weights: str) -> str:
    """The whole table, part by part."""
    shown = [f"weights {weights}; flagged means a score of 0.5 or more; [95 % intervals]"]
    for part, rows in groupby(table.lines, key=lambda line: line.part):
        found = list(rows)
        shown += ["", _PARTS.get(part, part)]
        shown += _table(
            [f"{line.name} {line.lang} {line.label}" for line in found],
            [line.figures for line in found],
        )
    if table.evasion:
        shown += ["", "Evasion: words of abusive texts altered; 1 % false alarms on clean text"]
        shown += ["                  recall   lost, points"]
        shown += [
            f"{one.attack:16}{100 * one.recall:7.1f}%{100 * one.lost:10.1f}"
            for one in table.evasion
        ]
    return "\n".join(shown) + "\n"


def _table(names: Sequence[str], figures: Iterable[Figures]) -> list[str]:
    rows = [("", *_HEAD)]
    for name, one in zip(names, figures, strict=True):
        low, high = one.flag_rate_interval
        rows.append(
            (
                name,
                str(one.rows),
                str(one.positives),
                f"{100 * one.flag_rate:.2f} [{100 * low:.2f}–{100 * high:.2f}]",
                _with(one.precision, one.precision_interval),
                _with(one.recall, one.recall_interval),
                _with(one.macro_f1, one.macro_f1_interval),
                _with(one.auc, one.auc_interval),
                "–" if one.ece is None else f"{one.ece:.3f}",
            )
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _with(value: float | None, interval: Interval | None) -> str:
    if value is None:
        return "–"
    if interval is None:
        return f"{value:.3f}"
    return f"{value:.3f} [{interval[0]:.2f}–{interval[1]:.2f}]"
