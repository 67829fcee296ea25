"""Small numbers are not published: a count below five could be somebody. Pure.

A hidden cell stays hidden: where a total is published beside its parts, one hidden part alone could
be reckoned back, so that the next smallest is hidden with it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

LEAST = 5


class Cell(msgspec.Struct, frozen=True):
    """`count` null: it is between 1 and 4, or hidden so that such a one cannot be reckoned."""

    count: int | None

    @property
    def hidden(self) -> bool:
        return self.count is None


def cell(count: int) -> Cell:
    return Cell(count if count == 0 or count >= LEAST else None)


def cells(counts: Mapping[str, int]) -> dict[str, Cell]:
    """Parts of a total that is published too."""
    hidden = {name for name, count in counts.items() if 0 < count < LEAST}
    rest = sorted((count, name) for name, count in counts.items() if count >= LEAST)
    if len(hidden) == 1 and rest:
        hidden.add(rest[0][1])
    return {name: Cell(None if name in hidden else count) for name, count in counts.items()}


def merged_small(counts: Mapping[str, int], other: str) -> dict[str, Cell]:
    """Parts below five under one name; that one is hidden when it stays below."""
    kept = {name: count for name, count in counts.items() if count >= LEAST and name != other}
    rest = sum(counts.values()) - sum(kept.values())
    ordered = dict(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0])))
    return cells(ordered | ({other: rest} if rest else {}))
