"""`python -m tests.evaluate.page F.json`: writes the figures of a report into docs/raids.md.

Nobody types a figure: what stands between the two markers of the page is made from the JSON that
`python -m tests.evaluate.raids --json F.json` wrote, with the command that made it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
from tests.evaluate import table
from tests.evaluate.benign import Quiet
from tests.evaluate.score import Score

PAGE = Path(__file__).resolve().parents[2] / "docs" / "raids.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
_ATTACKS = ("kind", "found", "95 %", "goal", "p50", "p95", "goal", "members P", "R", "goal")
_MORE = ("after", "bystanders", "flagged", "newcomers", "newc. P/R")
WANTED_RUNS, WANTED_NEGATIVES = 300, 200
_TITLES = {
    "ages": "With simulated account ages",
    "no-ages": "Without account ages",
    "text-off": "With the text detector off (ages known)",
    "real-words": "With real abusive messages as texts of people (ages known)",
}


class Mode(msgspec.Struct):
    benign: list[Quiet]
    runs: list[Score]


class Report(msgspec.Struct):
    command: str
    detector: str
    runs: int
    seed: int
    modes: dict[str, Mode]


def figures(reports: Sequence[Report]) -> str:
    """The section in Markdown."""
    lines = ["## Figures", "", "A cell with `!` misses its goal."]
    for report in reports:
        lines += ["", f"Made by `{report.command}`, raid operator version {report.detector}."]
        for mode, found in report.modes.items():
            unseen = ", held-out frames and operators" if report.seed >= 900_000 else ""
            lines += ["", f"### {_TITLES[mode]}{unseen}", "", _how_many(found.runs), ""]
            lines += _markdown(table.attacks(found.runs, mode), (*_ATTACKS, *_MORE))
            wrong = _markdown(table.negatives(found.runs), None)
            lines += ["", *wrong] if wrong else []
            if found.benign and mode == "ages":
                lines += ["", *_markdown(table.benign_rows(found.benign), None)]
            if found.benign:
                lines += ["", *(f"In {line}." for line in table.given_chat(found.benign))]
    return "\n".join(lines)


def _how_many(scores: Sequence[Score]) -> str:
    """What the intervals rest on, and that it is less than acceptance asks for where it is."""
    counts = Counter(score.kind for score in scores)
    runs = min(counts.values(), default=0)
    said = f"**{runs} runs** of each kind and of each hard negative."
    if runs >= WANTED_RUNS:
        return said
    return (
        f"{said} Acceptance asks for {WANTED_RUNS} of each kind and {WANTED_NEGATIVES} of each "
        f"hard negative: these are fewer, and the intervals are as wide as that makes them."
    )


def _markdown(lines: Sequence[str], wanted: Sequence[str] | None) -> list[str]:
    """The printed table as Markdown, with some columns or all."""
    if not lines:
        return []
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    places = range(len(rows[0])) if wanted is None else _places(rows[0], wanted)
    kept = [[row[place] if place < len(row) else "" for place in places] for row in rows]
    return [
        f"| {' | '.join(kept[0])} |",
        f"|{'---|' * len(kept[0])}",
        *(f"| {' | '.join(row)} |" for row in kept[1:]),
    ]


def _places(head: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Columns of these names in order; a name that comes again means the next one of it."""
    places: list[int] = []
    for name in wanted:
        after = places[-1] + 1 if places else 0
        places.append(head.index(name, after))
    return places


def main(arguments: Sequence[str]) -> int:
    """Rewrites the page; several reports follow each other."""
    reports = [msgspec.json.decode(Path(name).read_bytes(), type=Report) for name in arguments]
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{figures(reports)}\n{END}{after}", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
