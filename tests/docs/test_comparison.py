"""What the comparison claims is shown by a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "comparison.md"
MOST_WITHOUT = 5


def rows() -> list[list[str]]:
    """The cells of each line of both tables, without their heads."""
    found = []
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[1] != "here" and "---" not in line:
            found.append(cells)
    return found


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    named = {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
    return named | {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_each_claim_names_a_test_that_exists() -> None:
    wrong = []
    for feature, here, shown in rows():
        if not here.startswith("yes") and not shown:
            continue
        proof = re.fullmatch(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", shown)
        path = ROOT / proof[1] if proof else None
        if proof is None or path is None or not path.is_file():
            wrong.append(f"{feature}: {shown or 'nothing'}")
        elif proof[2] and proof[2] not in names_in(path):
            wrong.append(f"{feature}: {proof[2]} is not in {proof[1]}")
    assert wrong == []


def test_few_rows_are_without_a_yes() -> None:
    without = [feature for feature, here, _ in rows() if "yes" not in here]
    assert len(without) <= MOST_WITHOUT, without
