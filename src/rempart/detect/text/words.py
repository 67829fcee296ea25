"""The two word lists the features know: concept classes and identity words.

Rules of this module:

1. A list is data: `folded word <tab> class`, one class per word, lines with `#` are provenance. A
   word is one token of `tokens` (letters and digits, or one emoji).
2. An identity word belongs to a *group* (women, muslims, …). For the features all groups are one
   and the same token, so that no group can weigh differently.
3. Words are looked up by their 32-bit hash in a small open table, many at once; a list in which two
   words would share a hash is refused at the start.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

IDENTITY: Final = "<id>"
_PERSONS: Final = frozenset((IDENTITY, "you", "he_she", "they", "people", "role"))
WEIGHTY: Final = (
    "slur",
    "insult",
    "profanity",
    "sexual",
    "kill",
    "suicide",
    "dehuman",
    "hate_verb",
)
"""Classes of words that carry a verdict, and are worth hiding."""
POWER: Final = 0x01000193
_MASK: Final = 0xFFFFFFFF
SLOTS: Final = 1 << 16
_SLOT_MIX: Final = 0x9E3779B1
SLOT_SHIFT: Final = 16


class WordList(NamedTuple):
    """`classes[0]` is no class; `codes[slot]` the class of the word whose hash is `hashes[slot]`.

    A word is in its home slot or in one of the `probes - 1` slots after it (around the end).
    `names` are 32-bit hashes of the class names, so that a new class moves no other feature;
    `persons[class]` is 1 where the class says that somebody is meant.
    """

    classes: tuple[str, ...]
    names: NDArray[np.uint32]
    hashes: NDArray[np.uint32]
    codes: NDArray[np.uint8]
    probes: int
    identity: int
    groups: dict[str, str]
    persons: NDArray[np.uint8]


def word_hash(word: str) -> int:
    """Polynomial hash of the code points, modulo 2^32: the sum of `code * POWER^position`."""
    value, power = 0, 1
    for char in word:
        value = (value + ord(char) * power) & _MASK
        power = (power * POWER) & _MASK
    return value


def read_classes(name: str) -> dict[str, str]:
    """A list shipped in `data/`; a missing list is an empty one.

    Raises:
        ValueError: a line is not `word<TAB>class`, or a word stands twice; says which line.
    """
    path = resources.files("rempart.detect.text").joinpath("data", name)
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        word, tab, kind = line.partition("\t")
        if not tab or not word or not kind or word != word.strip():
            raise ValueError(f"{name}, line {number}: expected 'word<TAB>class'")
        if found.get(word, kind) != kind:
            raise ValueError(f"{name}, line {number}: {word!r} stands in two classes")
        found[word] = kind
    return found


def compile_words(concepts: dict[str, str], identity: dict[str, str]) -> WordList:
    """The table of both lists; a word of both is an identity word."""
    kinds = {**concepts, **dict.fromkeys(identity, IDENTITY)}
    classes = ("", *sorted({*kinds.values(), IDENTITY}))
    if len(classes) > 255 or len(kinds) > SLOTS // 2:
        raise ValueError("the word lists hold too many classes or words")
    hashes = np.zeros(SLOTS, np.uint32)
    codes = np.zeros(SLOTS, np.uint8)
    known: dict[int, str] = {}
    probes = 1
    for word in sorted(kinds):
        value = word_hash(word)
        if value in known:
            raise ValueError(f"the words {known[value]!r} and {word!r} share a hash")
        known[value] = word
        slot = ((value * _SLOT_MIX) & _MASK) >> SLOT_SHIFT
        steps = 0
        while codes[(slot + steps) % SLOTS]:
            steps += 1
        hashes[(slot + steps) % SLOTS] = value
        codes[(slot + steps) % SLOTS] = classes.index(kinds[word])
        probes = max(probes, steps + 1)
    names = np.array([word_hash(name) for name in classes], np.uint32)
    persons = np.array([name in _PERSONS for name in classes], np.uint8)
    place = classes.index(IDENTITY)
    return WordList(classes, names, hashes, codes, probes, place, dict(identity), persons)


@cache
def shipped() -> WordList:
    """The lists in `data/`: `concepts.tsv` and `identity.tsv`."""
    return compile_words(read_classes("concepts.tsv"), read_classes("identity.tsv"))


@cache
def digest() -> str:
    """Names the shipped lists as the features see them: 16 hexadecimal digits."""
    words = shipped()
    seen = b"".join((words.hashes.astype("<u4").tobytes(), words.codes.tobytes()))
    names = words.names.astype("<u4").tobytes()
    return sha256(seen + names).hexdigest()[:16]


def classes_of(hashes: NDArray[np.uint32], words: WordList) -> NDArray[np.uint8]:
    """The class code of each hash, 0 for none; shape as given."""
    home = (hashes * np.uint32(_SLOT_MIX)) >> np.uint32(SLOT_SHIFT)
    found = np.where(words.hashes[home] == hashes, words.codes[home], np.uint8(0))
    for step in range(1, words.probes):
        slot = (home + np.uint32(step)) & np.uint32(SLOTS - 1)
        found |= np.where(words.hashes[slot] == hashes, words.codes[slot], np.uint8(0))
    return found
