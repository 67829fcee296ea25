"""The compact stream of texts: what is left when everything people vary is taken away, and keyed
hashes of all its windows at once.

Rules of this module:

1. Of folded texts only letters and digits stay; a letter repeated in a word counts once; digits and
   signs that stand for letters become them ("j3an" and "jean" are one). Spaces, dots, dashes and
   the like vanish, so that "06.12", "0612" and "0 6 1 2" are one.
2. A fact goes through the very same function; what it says is found wherever it is written alike.
3. The windows' hashes are keyed (a table of random numbers by character, random multipliers), 64
   bit wide, and made for all texts of a batch together. They only propose: a keyed BLAKE2b
   confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import shake_256
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOWS: Final = (4, 8, 16)
"""Characters of a window; a fact is looked for by the longest window that fits into it."""
_LEET: Final = dict(zip("0134578@$l", "oieastbasi", strict=True))
_ASCII: Final = 128
_LETTER, _DIGIT, _OTHER = 1, 2, 3


def _canonical() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """For each ASCII character what it becomes (0: vanishes) and what it was."""
    codes = np.zeros(_ASCII, np.uint32)
    kinds = np.zeros(_ASCII, np.uint8)
    for char in "abcdefghijklmnopqrstuvwxyz0123456789@$":
        codes[ord(char)] = ord(_LEET.get(char, char))
        kinds[ord(char)] = _LETTER if char.isalpha() else _DIGIT if char.isdigit() else _OTHER
    codes[10] = 10
    kinds[10] = _OTHER
    return codes, kinds


_CODES, _KINDS = _canonical()


class Compact(NamedTuple):
    """`codes[i]` stands at `places[i]` of the joined texts. `gaps[i]`: how many breaks (spaces,
    signs) there were up to it; two characters with the same count stood together. `is_digit`."""

    codes: NDArray[np.uint32]
    places: NDArray[np.int64]
    gaps: NDArray[np.int64]
    is_digit: NDArray[np.bool_]


def compact(joined: str) -> Compact:
    """The compact stream of texts joined by line feeds; a line feed stays, and no window that holds
    one is anybody's fact."""
    raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    small = np.minimum(raw, _ASCII - 1)
    codes = _CODES[small]
    kinds = _KINDS[small]
    if not joined.isascii():
        high = raw >= _ASCII
        # Letters of other alphabets stay; punctuation, symbols and emoji vanish.
        vanish = (
            (raw < 0xC0)
            | ((raw >= 0x2000) & (raw < 0x2C00))
            | ((raw >= 0x3000) & (raw < 0x3040))
            | (raw >= 0xE000)
        )
        codes = np.where(high, np.where(vanish, 0, raw), codes)
        kinds = np.where(high, _LETTER, kinds)
    places = np.flatnonzero(codes)
    kept, raw_kept, kinds_kept = codes[places], raw[places], kinds[places]
    gap = np.zeros(len(places), np.int64)
    twice = np.zeros(len(places), np.bool_)
    if len(places) > 1:
        gap[1:] = np.diff(places) > 1
        twice[1:] = (raw_kept[1:] == raw_kept[:-1]) & (kinds_kept[1:] == _LETTER) & (gap[1:] == 0)
    # A line feed is a break on both sides, though it stays.
    feeds = np.flatnonzero(kept == 10)
    gap[feeds] = 1
    gap[feeds[feeds + 1 < len(gap)] + 1] = 1
    gaps = np.cumsum(gap)
    once = ~twice
    return Compact(kept[once], places[once], gaps[once], kinds_kept[once] == _DIGIT)


class WindowHash:
    """Keyed 64-bit hashes of all windows of a stream."""

    def __init__(self, key: bytes) -> None:
        numbers = np.frombuffer(shake_256(b"rempart windows" + key).digest(8 * 160), np.uint64)
        self._table = numbers[:_ASCII].copy()
        self._mix = numbers[_ASCII] | np.uint64(1)
        self._factors = tuple(numbers[_ASCII + 1 + n] | np.uint64(1) for n in range(8))

    def windows(self, codes: NDArray[np.uint32]) -> dict[int, NDArray[np.uint64]]:
        """By length of the window: entry i is the hash of the window that begins at i."""
        with np.errstate(over="ignore"):
            one = self._table[np.minimum(codes, _ASCII - 1)]
            if codes.size and int(codes.max()) >= _ASCII:
                others = (codes.astype(np.uint64) + np.uint64(1)) * self._mix
                one = np.where(codes < _ASCII, one, others)
            found: dict[int, NDArray[np.uint64]] = {}
            length, level = 1, 0
            while length < WINDOWS[-1]:
                if len(one) <= length:
                    break
                one = one[:-length] * self._factors[level] + one[length:]
                # Multiplication only carries upwards: fold the top half back in.
                one = one ^ (one >> np.uint64(29))
                length, level = length * 2, level + 1
                if length in WINDOWS:
                    found[length] = one
            return found


def canonical(text: str) -> str:
    """The compact form of one folded text."""
    return "".join(map(chr, compact(text).codes.tolist()))


def joined_texts(folds: Sequence[str]) -> tuple[str, NDArray[np.int64]]:
    """The texts joined by line feeds, and where each begins."""
    starts = np.zeros(len(folds), np.int64)
    lengths = np.fromiter(map(len, folds), np.int64, len(folds)) + 1
    np.cumsum(lengths[:-1], out=starts[1:])
    return "\n".join(fold.replace("\n", " ") for fold in folds), starts
