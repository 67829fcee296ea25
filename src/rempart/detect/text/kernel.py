"""The compiled path, when it is there: `kernel.c` called through ctypes.

Rules of this module:

1. The compiled path gives the very same integers as numpy; without it everything works as well.
2. `REMPART_NO_KERNEL=1` at the start leaves it out. A library that cannot be loaded is left out.
3. Texts are handed over as one UTF-32 buffer; memory is of the size of the batch, no more.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.words import WordList

HEADS: Final = 16
"""Columns of a row of weights as the kernel reads them; those not used are nought."""
BUILT: Final = Path(__file__).with_name("_kernel.so")
_PER_CHARACTER: Final = 9
_SCRATCH: Final = 5
_SPARE: Final = 8


class _Tables(ctypes.Structure):
    _fields_ = (
        ("characters", ctypes.c_void_p),
        ("table_size", ctypes.c_uint32),
        ("hashes", ctypes.c_void_p),
        ("codes", ctypes.c_void_p),
        ("probes", ctypes.c_uint32),
        ("names", ctypes.c_void_p),
        ("identity", ctypes.c_uint32),
        ("persons", ctypes.c_void_p),
    )


def _load() -> ctypes.CDLL | None:
    if os.environ.get("REMPART_NO_KERNEL") == "1" or not BUILT.exists():
        return None
    try:
        library = ctypes.CDLL(str(BUILT))
        library.rempart_features.restype = ctypes.c_int64
        library.rempart_sums.restype = None
    except (OSError, AttributeError):
        return None
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    library.rempart_features.argtypes = [pointer, pointer, pointer, number, *[pointer] * 4]
    library.rempart_sums.argtypes = [pointer, pointer, pointer, number, *[pointer] * 7]
    return library


_LIBRARY: Final = _load()


def available() -> bool:
    """Whether there is a library; `features.compiled` says whether it can be trusted."""
    return _LIBRARY is not None


class Kernel:
    """The compiled path over one set of word lists."""

    def __init__(self, words: WordList, characters: NDArray[np.uint8], buckets: int) -> None:
        self._buckets = buckets
        self._kept = (words, np.ascontiguousarray(characters))
        self._tables = _Tables(
            self._kept[1].ctypes.data,
            len(characters),
            words.hashes.ctypes.data,
            words.codes.ctypes.data,
            words.probes,
            words.names.ctypes.data,
            words.identity,
            words.persons.ctypes.data,
        )
        self._address = ctypes.addressof(self._tables)

    def features(
        self, codes: NDArray[np.uint32], bounds: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """As `features.Features`: `codes` as laid out by `features.laid_out`."""
        assert _LIBRARY is not None
        texts = len(bounds) - 1
        longest = int(np.diff(bounds).max(initial=0))
        indices = np.empty(_PER_CHARACTER * len(codes), np.uint32)
        starts = np.empty(texts + 1, np.int64)
        times = np.zeros(self._buckets, np.uint8)
        scratch = np.empty(_SCRATCH * longest + 2 * _SPARE, np.uint32)
        count = _LIBRARY.rempart_features(
            self._address,
            codes.ctypes.data,
            bounds.ctypes.data,
            texts,
            scratch.ctypes.data,
            times.ctypes.data,
            indices.ctypes.data,
            starts.ctypes.data,
        )
        return indices[:count].copy(), starts

    def sums(
        self, codes: NDArray[np.uint32], bounds: NDArray[np.int64], weights: NDArray[np.int8]
    ) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.bool_]]:
        """Sums of weights int32[texts, HEADS], numbers of features int64[texts], and whether
        somebody is meant, bool[texts]; `weights` is int8[BUCKETS, HEADS], in one piece."""
        assert _LIBRARY is not None
        texts = len(bounds) - 1
        longest = int(np.diff(bounds).max(initial=0))
        times = np.zeros(self._buckets, np.uint8)
        room = np.empty((_SCRATCH + _PER_CHARACTER) * longest + 2 * _SPARE, np.uint32)
        sums = np.empty((texts, HEADS), np.int32)
        counts = np.empty(texts, np.int64)
        aimed = np.empty(texts, np.bool_)
        _LIBRARY.rempart_sums(
            self._address,
            codes.ctypes.data,
            bounds.ctypes.data,
            texts,
            room.ctypes.data,
            times.ctypes.data,
            room[_SCRATCH * longest + 2 * _SPARE :].ctypes.data,
            weights.ctypes.data,
            sums.ctypes.data,
            counts.ctypes.data,
            aimed.ctypes.data,
        )
        return sums, counts, aimed
