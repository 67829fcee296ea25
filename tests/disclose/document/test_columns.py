"""Widths of columns: on the page, no word cut, narrow tables narrow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rempart.disclose.dossier.document.columns import PAGE_MM, layout

WORD = st.text("abcdefghij", min_size=1, max_size=14)
CELL = st.lists(WORD, max_size=40).map(" ".join)


def millimetres(widths: list[str]) -> list[float]:
    return [float(width.removesuffix("mm")) for width in widths]


@given(st.integers(1, 14).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n))))
def test_no_table_leaves_the_page(rows: list[list[str]]) -> None:
    columns = len(rows[0]) if rows else 3
    found = millimetres(layout(["head"] * columns, rows).widths)
    assert len(found) == columns
    assert sum(found) <= PAGE_MM + 0.1 * columns
    assert min(found) > 0


def test_a_narrow_table_stays_narrow() -> None:
    found = layout(["Month", "Reports"], [["2026-01", "12"], ["2026-02", "1 204"]])
    assert sum(millimetres(found.widths)) < PAGE_MM / 3
    assert not found.small


def test_a_column_of_sentences_takes_what_the_words_of_others_leave() -> None:
    sentence = "A message that was recognised as an insult waits until a person has seen it. " * 3
    row = ["1", "rule", "self_harm_incitement", "3", "Code pénal, art. 223-1-1", sentence]
    found = layout(["Terms", "Criterion", "Id", "Version", "Law", "Text"], [row])
    *others, text = millimetres(found.widths)
    assert found.small
    assert text > max(others)
    assert others[2] > 20 * 1.3
