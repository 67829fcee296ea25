"""Fingerprints: a few integers that near-identical texts have in common.

A text becomes its skeleton (letters only, leet read as letters, repeats collapsed, no spaces), the
skeleton its 7-letter grams, and the grams with the smallest hashes are the fingerprints (bottom-k
sampling, Broder 1997). Whoever inserts words, spaces letters or swaps look-alikes leaves most grams
as they were, and the same grams stay smallest.

Rules of this module:

1. Deterministic: the hash is written here and depends on nothing of the interpreter.
2. What a text's fingerprints are does not depend on its neighbours in the batch.
3. Only the first characters of a long text count, so the cost per text is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

GRAM: Final = 7
KEEP: Final = 5
MAX_TEXT: Final = 480
MIN_SKELETON: Final = 3
_BREAK: Final = 0x0A
# Letters that are swapped for each other in leet get one class: `1`, `l`, `!` and `|` read as `i`.
_READ: Final = bytes(
    b"oizeasgtbg"[code - 0x30]
    if 0x30 <= code <= 0x39
    else {0x6C: 0x69, 0x7C: 0x69, 0x40: 0x61, 0x24: 0x73, 0x7A: 0x73, 0x79: 0x69}.get(code, code)
    for code in range(256)
)
_DROP: Final = bytes(
    code
    for code in range(128)
    if code != _BREAK and not chr(code).isalnum() and chr(code) not in "@$|"
)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX2: Final = np.uint64(0xD6E8FEB86659FD93)
_LOW: Final = np.uint64(0xFFFFFFFF)
_AT_ONCE: Final = 500
_SORTED: Final = 20
_SORTED_OF: Final = _SORTED << 32

_Bytes = NDArray[np.uint8]
_Words = NDArray[np.uint64]
_Places = NDArray[np.int64]


class Fingerprint(NamedTuple):
    """`keys`: distinct, smallest first. `letters`: length of the skeleton, which says how much it
    means that somebody else has the same keys."""

    keys: tuple[int, ...]
    letters: int


EMPTY: Final = Fingerprint((), 0)


def fingerprints(folds: Sequence[str]) -> list[Fingerprint]:
    """The fingerprints of many folded texts, in order; at most so many at once as the processor's
    caches hold, beyond which a text costs three times as much."""
    if len(folds) > _AT_ONCE:
        parts = (folds[start : start + _AT_ONCE] for start in range(0, len(folds), _AT_ONCE))
        return [one for part in parts for one in fingerprints(part)]
    if not folds:
        return []
    joined = "\n".join([fold[:MAX_TEXT] for fold in folds]) + "\n"
    raw = np.frombuffer(joined.encode("utf-8", "replace").translate(_READ, _DROP), dtype=np.uint8)
    keep = np.empty(len(raw), dtype=bool)
    keep[0] = True
    np.not_equal(raw[1:], raw[:-1], out=keep[1:])
    keep |= raw == _BREAK
    skeleton = raw[keep]
    breaks = np.flatnonzero(skeleton == _BREAK)
    starts = np.empty_like(breaks)
    starts[0] = 0
    starts[1:] = breaks[:-1] + 1
    lengths = breaks - starts
    return _smallest(_grams(skeleton), starts, lengths)


def _grams(skeleton: _Bytes) -> _Words:
    """One hash per place: of the seven bytes from there on, and of none behind a break."""
    padded = np.zeros(len(skeleton) + GRAM, dtype=np.uint64)
    padded[: len(skeleton)] = skeleton
    word = padded[:-GRAM].copy()
    inside = word != _BREAK
    for offset in range(1, GRAM):
        byte = padded[offset : offset - GRAM]
        inside &= byte != _BREAK
        word |= (byte * inside) << np.uint64(8 * offset)
    word *= _MIX
    word ^= word >> np.uint64(29)
    word *= _MIX2
    word ^= word >> np.uint64(32)
    return word & _LOW


def _smallest(
    grams: _Words, starts: _Places, lengths: _Places, *, every: bool = False
) -> list[Fingerprint]:
    """The smallest distinct grams of each text. A text shorter than a gram has one key, its whole
    skeleton. Of a longer text only grams that can be among the smallest are sorted, some twenty of
    them; the few texts that repeat themselves so much that this is not enough are done again with
    `every` one."""
    counts = np.where(lengths >= GRAM, lengths - (GRAM - 1), (lengths >= MIN_SKELETON) * 1)
    owner = np.repeat(np.arange(len(starts)), counts)
    first = np.cumsum(counts) - counts
    places = np.arange(len(owner)) - first[owner] + starts[owner]
    hashes = grams[places]
    if not every:
        low = hashes <= (_SORTED_OF // np.maximum(counts, _SORTED)).astype(np.uint64)[owner]
        owner, hashes = owner[low], hashes[low]
    order = np.sort((owner.astype(np.uint64) << np.uint64(32)) | hashes)
    fresh = np.empty(len(order), dtype=bool)
    fresh[:1] = True
    np.not_equal(order[1:], order[:-1], out=fresh[1:])
    order = order[fresh]
    ends = np.bincount((order >> np.uint64(32)).astype(np.int64), minlength=len(starts)).tolist()
    keys = (order & _LOW).tolist()
    found = []
    begin = 0
    for end, letters in zip(accumulate(ends), lengths.tolist(), strict=True):
        last = end if end - begin < KEEP else begin + KEEP
        found.append(Fingerprint(tuple(keys[begin:last]), letters) if end > begin else EMPTY)
        begin = end
    if not every:
        again = [
            place
            for place, count in enumerate(counts.tolist())
            if count > _SORTED and len(found[place].keys) < KEEP
        ]
        if again:
            for place, one in zip(
                again, _smallest(grams, starts[again], lengths[again], every=True), strict=True
            ):
                found[place] = one
    return found
