"""Which cells of a published table must be hidden so that none below five can be known. Pure.

Secondary cell suppression, as in handbooks of statistical disclosure control (Hundepool et al.,
*Statistical Disclosure Control*, Wiley 2012, ch. 4): hiding what is small is not enough where a
total stands beside it, since the hidden cells add up to what is left. Rules kept here:

1. A cell from one to four is hidden.
2. Hidden cells that are all alike give themselves away by their sum (1 + 1, 4 + 4, and one alone):
   the next smallest cells are hidden with them, until two hidden ones differ. Then any two of them
   could be exchanged, and no one of them is known.
3. What is hidden depends on the numbers alone, never on a name: all cells of one size go together.
   So somebody who knows this very rule learns no more than somebody who does not.
4. Of fewer than five in all, nothing is told apart, not even the empty cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LEAST: Final = 5


def hidden(counts: Mapping[str, int], least: int = LEAST) -> frozenset[str]:
    """Names of the cells to hide. `counts`: the parts of a total that is published, unless it is
    below `least` itself."""
    if 0 < sum(counts.values()) < least:
        return frozenset(counts)
    found = {name for name, count in counts.items() if 0 < count < least}
    while found and len({counts[name] for name in found}) == 1:
        left = {name: count for name, count in counts.items() if name not in found}
        more = [count for count in left.values() if count] or list(left.values())
        if not more:
            break
        found |= {name for name, count in left.items() if count == min(more)}
    return frozenset(found)
