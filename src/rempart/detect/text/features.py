"""From folded texts to hashed features: what the classifier sees of a message.

Rules of this module:

1. A *token* is a run of letters and digits, or one symbol that says something (emoji, quotation
   mark, question mark; a repeated one counts once). Everything else parts tokens.
2. Of each text: tokens; pairs of neighbours; pairs over one token; character 3-, 4- and 5-grams
   inside a word, its edges marked; the concept classes met, in pairs and threes over whatever
   stands between them.
3. An identity word is the token `<id>` and gives no character n-grams: no group weighs differently.
4. In one text a feature counts three times at most.
5. Vectors over the whole batch; no object per character or word. Integer arithmetic modulo 2^32
   only, so that every platform, and the compiled kernel, gives the very same indices.
6. The indices of a text stand in order of kind, then of place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text import kernel
from rempart.detect.text.words import POWER, WordList, classes_of, shipped, word_hash

BUCKETS: Final = 1 << 18
_BUCKET_SHIFT: Final = 14

Indices = NDArray[np.uint32]
Places = NDArray[np.int64]

SEPARATOR, WORD, SYMBOL = 0, 1, 2
TABLE_SIZE: Final = 0x20000
"""Code points from here on are words."""


def _character_classes() -> NDArray[np.uint8]:
    """Own ranges, not `unicodedata`: its version changes with the interpreter."""
    table = np.full(TABLE_SIZE, WORD, np.uint8)
    table[:0xC0] = SEPARATOR
    for first, last in (("0", "9"), ("a", "z"), ("A", "Z")):
        table[ord(first) : ord(last) + 1] = WORD
    table[[0xAA, 0xB5, 0xBA]] = WORD
    table[[0xD7, 0xF7]] = SEPARATOR
    for start, end, kind in (
        (0x2000, 0x2070, SEPARATOR),
        (0x20A0, 0x20D0, SEPARATOR),
        (0x2190, 0x2C00, SYMBOL),
        (0x2E00, 0x2E80, SEPARATOR),
        (0x3000, 0x3005, SEPARATOR),
        (0x3008, 0x3021, SEPARATOR),
        (0xFE30, 0xFE70, SEPARATOR),
        (0xFFE0, 0x10000, SEPARATOR),
        (0x1F000, 0x1FB00, SYMBOL),
    ):
        table[start:end] = kind
    table[[ord(char) for char in '"?«»“”„']] = SYMBOL
    return table


CLASSES: Final = _character_classes()

# Odd constants; one seed per kind of feature. The compiled kernel has the same.
_MIX_1: Final = np.uint32(0x9E3779B1)
_MIX_2: Final = np.uint32(0x85EBCA77)
_FIRST: Final = np.uint32(0xC2B2AE3D)
_SECOND: Final = np.uint32(0x27D4EB2F)
_THIRD: Final = np.uint32(0x165667B1)
_GRAM: Final = tuple(
    np.uint32(value) for value in (0xB5297A4D, 0x68E31DA5, 0x1B56C4E9, 0x7FEB352D, 0x846CA68B)
)
KINDS: Final = (
    "word", "pair", "skip", "3-gram", "4-gram", "5-gram",
    "concept", "concept pair", "concept three",
)  # fmt: skip
_SEEDS: Final = tuple(
    np.uint32(value)
    for value in (
        0x1F83D9AB, 0x5BE0CD19, 0x3C6EF372, 0xA54FF53A, 0x510E527F,
        0x9B05688C, 0x6A09E667, 0xBB67AE85, 0x2B3C4D5E,
    )
)  # fmt: skip
_WORD, _PAIR, _SKIP, _GRAM_3, _CONCEPT = 0, 1, 2, 3, 6


_AT: Final = ord("@")
_FEW: Final = 2
_MOST: Final = 3
_PROOF: Final = (
    "you hate all women, don't you?",
    "",
    '"\U0001f600\U0001f600" \U00020000 ok',
    "ha " * 5,
)


class Features(NamedTuple):
    """Rows of a sparse matrix: text `i` has `indices[starts[i]:starts[i + 1]]`, each in
    `[0, BUCKETS)`, a feature met twice stands twice, one met more often three times; `starts` has
    one entry more than texts."""

    indices: Indices
    starts: Places


class Block(NamedTuple):
    """The features of one kind: text `i` has `indices[bounds[i]:bounds[i + 1]]`; feature `j` was
    read from `[starts[j], ends[j])` of the joined texts."""

    indices: Indices
    bounds: Places
    starts: Places
    ends: Places


def features(folds: Sequence[str]) -> Features:
    """The features of folded texts, in order."""
    fast = compiled()
    if fast is not None:
        return Features(*fast.features(*laid_out(folds)))
    return in_rows(blocks(folds), len(folds))


@cache
def compiled() -> kernel.Kernel | None:
    """The compiled path over the shipped lists, or None: not built, not wanted, or it does not
    read `_PROOF` as numpy does (it was built from other source)."""
    if not kernel.available():
        return None
    fast = kernel.Kernel(shipped(), CLASSES, BUCKETS)
    found, aimed = blocks_and_aim(_PROOF)
    expected = in_rows(found, len(_PROOF))
    codes, bounds = laid_out(_PROOF)
    indices, starts = fast.features(codes, bounds)
    _, counts, meant = fast.sums(codes, bounds, np.zeros((BUCKETS, kernel.HEADS), np.int8))
    same = (
        np.array_equal(indices, expected.indices)
        and np.array_equal(starts, expected.starts)
        and np.array_equal(counts, np.diff(expected.starts))
        and np.array_equal(meant, aimed)
    )
    return fast if same else None


def laid_out(folds: Sequence[str]) -> tuple[Indices, Places]:
    """All texts in one row of code points, and where each begins: with the separator before it.

    Windows may begin at that separator; four more at the end keep every window of five inside.
    """
    joined = "\n".join(("", *folds, "\n\n\n\n"))
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    bounds = np.zeros(len(folds) + 1, np.int64)
    np.cumsum([len(text) + 1 for text in folds], out=bounds[1:])
    return np.asarray(codes, np.uint32), bounds


def in_rows(found: Sequence[Block], count: int) -> Features:
    """Blocks by kind to rows by text."""
    sizes = np.stack([np.diff(block.bounds) for block in found])
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(sizes.sum(axis=0), out=starts[1:])
    before = np.cumsum(sizes, axis=0) - sizes + starts[:-1]
    indices = np.empty(int(starts[-1]), np.uint32)
    for number, block in enumerate(found):
        shift = np.repeat(before[number] - block.bounds[:-1], sizes[number])
        indices[np.arange(len(block.indices)) + shift] = block.indices
    return Features(indices, starts)


def blocks(folds: Sequence[str]) -> list[Block]:
    """The features kind by kind, in the order of `KINDS`."""
    return blocks_and_aim(folds)[0]


def blocks_and_aim(folds: Sequence[str]) -> tuple[list[Block], NDArray[np.bool_]]:
    """The features kind by kind, and of each text whether somebody is meant: a word of a class that
    says so, an identity word, a mention, or hardly a word besides (a call: "idiot !")."""
    lists = shipped()
    codes, bounds = laid_out(folds)
    kinds = _kinds(codes)
    letter = kinds == WORD
    starts, ends = _tokens(codes, kinds, letter)
    hashes = _word_hashes(codes, starts, ends)
    classes = classes_of(hashes, lists)
    identity = np.flatnonzero(classes == lists.identity)
    if len(identity):
        hashes[identity] = lists.names[lists.identity]
        inside = np.zeros(len(codes) + 1, np.int8)
        inside[starts[identity]] = 1
        inside[ends[identity]] -= 1
        letter &= np.cumsum(inside[:-1], dtype=np.int8) == 0
    of_text = np.searchsorted(starts, bounds)
    meant = np.searchsorted(starts[lists.persons[classes] > 0], bounds)
    mentions = np.searchsorted(np.flatnonzero(codes == _AT), bounds)
    aimed = (np.diff(meant) > 0) | (np.diff(mentions) > 0) | (np.diff(of_text) <= _FEW)
    found = _token_blocks(hashes, starts, ends, of_text)
    found += _gram_blocks(np.where(letter, codes, np.uint32(0)), letter, bounds)
    found += _concept_blocks(classes, starts, ends, bounds, lists)
    return _capped(found, len(folds)), aimed


def _capped(found: list[Block], count: int) -> list[Block]:
    """Each feature at most `_MOST` times in a text, the first times: who writes one thing over and
    over says it once."""
    indices = np.concatenate([block.indices for block in found])
    sizes = np.concatenate([np.diff(block.bounds) for block in found])
    texts = np.tile(np.arange(count, dtype=np.uint32) * _MIX_2, len(found))
    # A hash of text and bucket: it may make a suspect too many, never one too few.
    bits = max(8, (2 * len(indices)).bit_length())
    cells = ((indices * _MIX_1 + np.repeat(texts, sizes)) >> np.uint32(32 - bits)).astype(np.intp)
    suspects = np.flatnonzero((np.bincount(cells, minlength=1 << bits) > _MOST)[cells])
    if not len(suspects):
        return found
    owners = (np.searchsorted(np.cumsum(sizes), suspects, "right")) % count
    exact = owners * BUCKETS + indices[suspects]
    order = suspects[np.argsort(exact, kind="stable")]
    ordered = np.sort(exact)
    first = np.searchsorted(ordered, ordered)
    gone = np.sort(order[np.arange(len(order)) - first >= _MOST])
    capped, done = [], 0
    for whole in found:
        block = whole
        begin, end = np.searchsorted(gone, (done, done + len(block.indices)))
        out = gone[begin:end] - done
        done += len(block.indices)
        if len(out):
            rest = (np.delete(row, out) for row in (block.starts, block.ends))
            bounds = block.bounds - np.searchsorted(out, block.bounds)
            block = Block(np.delete(block.indices, out), bounds, *rest)
        capped.append(block)
    return capped


def _kinds(codes: Indices) -> NDArray[np.uint8]:
    if codes.max(initial=0) < TABLE_SIZE:
        return CLASSES[codes]
    return np.where(codes < TABLE_SIZE, CLASSES[np.minimum(codes, TABLE_SIZE - 1)], np.uint8(WORD))


def _tokens(
    codes: Indices, kinds: NDArray[np.uint8], letter: NDArray[np.bool_]
) -> tuple[Places, Places]:
    """Where tokens begin and end."""
    begins = letter.copy()
    begins[1:] &= ~letter[:-1]
    stops = letter[:-1] & ~letter[1:]
    symbol = kinds == SYMBOL
    if symbol.any():
        symbol[1:] &= codes[1:] != codes[:-1]
        begins |= symbol
        stops |= symbol[:-1]
    return np.flatnonzero(begins), np.flatnonzero(stops) + 1


_powers: list[NDArray[np.uint32]] = []


def _power_tables(length: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """`POWER^i` and its inverse modulo 2^32, for `i < length`; grown when a text is longer."""
    if not _powers or len(_powers[0]) < length:
        size = max(1 << 16, 1 << length.bit_length())
        bases = (POWER, pow(POWER, -1, 1 << 32))
        tables = []
        for base in bases:
            table = np.full(size, base, np.uint32)
            table[0] = 1
            tables.append(np.cumprod(table, dtype=np.uint32))
        _powers[:] = tables
    return _powers[0], _powers[1]


def _word_hashes(codes: Indices, starts: Places, ends: Places) -> Indices:
    """`word_hash` of each token: a difference of running sums, taken back to power nought."""
    powers, inverses = _power_tables(len(codes))
    sums = np.zeros(len(codes) + 1, np.uint32)
    np.cumsum(codes * powers[: len(codes)], dtype=np.uint32, out=sums[1:])
    return (sums[ends] - sums[starts]) * inverses[starts]


def _buckets(values: Indices, kind: int) -> Indices:
    mixed = values ^ _SEEDS[kind]
    mixed *= _MIX_1
    mixed ^= mixed >> np.uint32(15)
    mixed *= _MIX_2
    mixed >>= np.uint32(_BUCKET_SHIFT)
    return mixed


def _chains(
    values: Indices, starts: Places, ends: Places, of_text: Places, step: int, kind: int
) -> Block:
    """Pairs of a value and the one `step` further, inside one text."""
    count = np.diff(of_text)
    pairs = np.maximum(count - step, 0)
    bounds = np.zeros(len(of_text), np.int64)
    np.cumsum(pairs, out=bounds[1:])
    first = np.arange(bounds[-1]) + np.repeat(of_text[:-1] - bounds[:-1], pairs)
    mixed = values[first] * _FIRST + values[first + step] * _SECOND
    return Block(_buckets(mixed, kind), bounds, starts[first], ends[first + step])


def _token_blocks(hashes: Indices, starts: Places, ends: Places, of_text: Places) -> list[Block]:
    return [
        Block(_buckets(hashes, _WORD), of_text, starts, ends),
        _chains(hashes, starts, ends, of_text, 1, _PAIR),
        _chains(hashes, starts, ends, of_text, 2, _SKIP),
    ]


def _gram_blocks(codes: Indices, letter: NDArray[np.bool_], bounds: Places) -> list[Block]:
    """A window may begin or end with the edge of its word, not both: that is the word itself."""
    size = len(codes) - 4
    inner = letter[1 : size + 1]
    mixed = (
        codes[:size] * _GRAM[0] + codes[1 : size + 1] * _GRAM[1] + codes[2 : size + 2] * _GRAM[2]
    )
    found = []
    for length in (3, 4, 5):
        if length > 3:
            last = codes[length - 1 : size + length - 1]
            mixed = mixed + last * _GRAM[length - 1]
            inner = inner & letter[length - 2 : size + length - 2]
        outer = letter[:size] | letter[length - 1 : size + length - 1]
        places = np.flatnonzero(inner & outer)
        values = _buckets(mixed[places], _GRAM_3 + length - 3)
        found.append(Block(values, np.searchsorted(places, bounds), places, places + length))
    return found


def _concept_blocks(
    classes: NDArray[np.uint8], starts: Places, ends: Places, bounds: Places, lists: WordList
) -> list[Block]:
    met = np.flatnonzero(classes)
    starts, ends = starts[met], ends[met]
    names = lists.names[classes[met]]
    of_text = np.searchsorted(starts, bounds)
    single = Block(_buckets(names, _CONCEPT), of_text, starts, ends)
    pairs = _chains(names, starts, ends, of_text, 1, _CONCEPT + 1)
    count = np.maximum(np.diff(of_text) - 2, 0)
    threes = np.zeros(len(of_text), np.int64)
    np.cumsum(count, out=threes[1:])
    first = np.arange(threes[-1]) + np.repeat(of_text[:-1] - threes[:-1], count)
    mixed = names[first] * _FIRST + names[first + 1] * _SECOND + names[first + 2] * _THIRD
    block = Block(_buckets(mixed, _CONCEPT + 2), threes, starts[first], ends[first + 2])
    return [single, pairs, block]


def identity_buckets() -> Indices:
    """Buckets of features made of identity words alone, rising: which group is named, and that one
    is named, must never speak for abuse. A trainer holds their weights at nought or below."""
    lists = shipped()
    name = lists.names[lists.identity : lists.identity + 1]
    chained = name * _FIRST + name * _SECOND
    found = [
        _buckets(name, _WORD),
        _buckets(chained, _PAIR),
        _buckets(chained, _SKIP),
        _buckets(name, _CONCEPT),
        _buckets(chained, _CONCEPT + 1),
        _buckets(chained + name * _THIRD, _CONCEPT + 2),
    ]
    return np.unique(np.concatenate(found))


class Reading(NamedTuple):
    """One feature of one text, for an explanation: `[start, end)` in the fold, shown to people."""

    bucket: int
    start: int
    end: int
    shown: str


def explain(fold: str) -> list[tuple[int, int, int, str]]:
    """Every feature of one fold: (bucket, start, end, shown form), in the order of `features`.

    Shown forms: `word`, `two words`, `one … other`, `part-` of a word, `word [class]`,
    `[class] [class]`.
    """
    found: list[tuple[int, int, int, str]] = []
    for kind, block in enumerate(blocks([fold])):
        starts = np.maximum(block.starts - 1, 0).tolist()
        ends = np.minimum(block.ends - 1, len(fold)).tolist()
        for bucket, start, end in zip(block.indices.tolist(), starts, ends, strict=True):
            found.append(Reading(bucket, start, end, shown(fold, start, end, kind)))
    return found


def shown(fold: str, start: int, end: int, kind: int) -> str:
    """How a feature of this kind (a place in `KINDS`), read from `[start, end)`, is shown."""
    text = fold[start:end]
    lists = shipped()
    if kind in (_WORD, _PAIR):
        return text
    if kind >= _CONCEPT:
        hashes = np.array([word_hash(piece) for piece in _pieces(text)], np.uint32)
        names = [lists.classes[code] for code in classes_of(hashes, lists) if code]
        listed = " ".join(f"[{name.strip('<>')}]" for name in names)
        return f"{text} {listed}" if kind == _CONCEPT else listed
    if kind == _SKIP:
        pieces = _pieces(text)
        return f"{pieces[0]} … {pieces[-1]}"
    head = "-" if start and _is_word(text[0]) and _is_word(fold[start - 1]) else ""
    tail = "-" if _is_word(text[-1]) and _is_word(fold[end : end + 1]) else ""
    return f"{head}{text.strip()}{tail}"


def _class_of(char: str) -> int:
    return int(CLASSES[ord(char)]) if ord(char) < TABLE_SIZE else WORD


def _is_word(char: str) -> bool:
    return char != "" and _class_of(char) == WORD


def _pieces(text: str) -> list[str]:
    """The tokens of a short text, one by one."""
    spaced = "".join(
        char if _is_word(char) else f" {char} " if _class_of(char) == SYMBOL else " "
        for char in text
    )
    return spaced.split()
