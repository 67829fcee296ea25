"""Small numbers are not published: a count below five could be somebody. Pure.

A hidden cell stays hidden beside its total, too: which others go with it is `cases.small_cells`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rempart.cases.small_cells import LEAST, hidden


class Cell(msgspec.Struct, frozen=True):
    """`count` null: it is small, or hidden so that a small one cannot be reckoned."""

    count: int | None

    @property
    def hidden(self) -> bool:
        return self.count is None


def cell(count: int) -> Cell:
    return Cell(count if count == 0 or count >= LEAST else None)


def cells(counts: Mapping[str, int]) -> dict[str, Cell]:
    """Parts of a total that is published too."""
    away = hidden(counts)
    return {name: Cell(None if name in away else count) for name, count in counts.items()}


def merged_small(counts: Mapping[str, int], other: str) -> dict[str, Cell]:
    """Parts below five under one name; that one is hidden when it stays below."""
    kept = {name: count for name, count in counts.items() if count >= LEAST and name != other}
    rest = sum(counts.values()) - sum(kept.values())
    ordered = dict(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0])))
    return cells(ordered | ({other: rest} if rest else {}))
