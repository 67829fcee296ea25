"""No hidden cell can be known: somebody with all that is published, and with this very code, tries
every table that there could be."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest

from rempart.cases.roster import OTHER, merged
from rempart.cases.small_cells import LEAST, hidden
from rempart.disclose.transparency.cells import cell, cells

MOST = 11


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_no_hidden_cell_can_be_pinned_to_one_value(parts: int) -> None:
    """By brute force: of all tables that are published alike, each hidden cell has two values."""
    most = {2: 14, 3: MOST, 4: 8}[parts]
    alike: dict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
    names = [f"part {number}" for number in range(parts)]
    for table in product(range(most + 1), repeat=parts):
        told = cells(dict(zip(names, table, strict=True)))
        total = cell(sum(table)).count
        alike[(total, *(told[name].count for name in names))].append(table)
    hid = 0
    for (_, *published), tables in alike.items():
        if max(map(max, tables)) > most - LEAST:
            continue  # what could be meant lies partly beyond what is tried
        for place, count in enumerate(published):
            if count is None:
                hid += 1
                assert len({table[place] for table in tables}) > 1, (published, tables)
    assert hid > 10


@pytest.mark.parametrize("parts", [2, 3])
def test_what_is_merged_cannot_be_parted_again(parts: int) -> None:
    """Also when everybody knows which names there are, as with levels of a language."""
    alike: dict[tuple[tuple[str, int], ...], list[tuple[int, ...]]] = defaultdict(list)
    names = [f"part {number}" for number in range(parts)]
    for table in product(range(MOST + 1), repeat=parts):
        told = merged(dict(zip(names, table, strict=True)))
        alike[tuple(sorted(told.items()))].append(table)
    for published, tables in alike.items():
        shown = dict(published)
        if OTHER not in shown or max(map(max, tables)) > MOST - LEAST:
            continue
        for place, name in enumerate(names):
            if name not in shown:
                assert len({table[place] for table in tables}) > 1, (published, tables)


def test_two_alike_take_a_third_with_them() -> None:
    assert hidden({"a": 1, "b": 1, "c": 9, "d": 7}) == {"a", "b", "d"}
    assert hidden({"a": 4, "b": 4, "c": 9, "d": 9}) == {"a", "b", "c", "d"}
    assert hidden({"a": 1, "b": 3, "c": 9}) == {"a", "b"}
    assert hidden({"a": 3, "b": 0, "c": 9}) == {"a", "c"}
    assert hidden({"a": 5, "b": 0}) == frozenset()
    assert hidden({"a": 1, "b": 0}) == {"a", "b"}
    assert merged({"FR": 9, "BE": 4, "DE": 4}) == {OTHER: 17}
    assert merged({"FR": 9, "BE": 4, "DE": 3}) == {"FR": 9, OTHER: 7}
