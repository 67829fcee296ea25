"""Evasion, measured: how much recall is lost when abusive texts are written to be overlooked.

Rules of this module:

1. An attack alters words of four letters and more, each with probability 0.6, as a person would who
   wants to be read by people; the texts to be found are all attacked, the clean ones are not.
2. The threshold is that of 1 % false alarms on the clean texts, the same for every attack.
3. Deterministic: the seed gives the very same altered texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

ALTERED: Final = 0.6
FALSE_ALARMS: Final = 0.01
_WORD: Final = re.compile(r"[A-Za-zÀ-ÿ]{4,}")

_HOMOGLYPHS: Final = str.maketrans("aceiopsxyABEHKMOPTX", "асеіорѕхуАВЕНКМОРТХ")
_LEET: Final = str.maketrans("aeiostAEIOST", "431057431057")
_SYMBOLS: Final = str.maketrans("aeistloAEISTLO", "@€!$+|0@€!$+|0")
_BOLD: Final = {ord("a") + n: chr(0x1D41A + n) for n in range(26)} | {
    ord("A") + n: chr(0x1D400 + n) for n in range(26)
}
_VOWELS: Final = "aeiouyAEIOUYàâéèêëîïôùûü"

Alter = Callable[[str, Random], str]


class Loss(NamedTuple):
    """`recall` under the attack `attack`, `lost` against the texts as they were written."""

    attack: str
    recall: float
    lost: float


def _swap(word: str, random: Random) -> str:
    """Two inner neighbours swapped; the first letter stays."""
    place = random.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _repeat(word: str, random: Random) -> str:
    place = random.randrange(1, len(word))
    return word[:place] + word[place] * random.randint(2, 5) + word[place:]


def _stars(word: str, random: Random) -> str:
    """One or two inner vowels starred out."""
    places = [n for n in range(1, len(word)) if word[n] in _VOWELS]
    starred = set(random.sample(places, min(len(places), random.randint(1, 2))))
    return "".join("*" if n in starred else char for n, char in enumerate(word))


ATTACKS: Final[dict[str, Alter]] = {
    "homoglyphs": lambda word, _: word.translate(_HOMOGLYPHS),
    "styled letters": lambda word, _: word.translate(_BOLD),
    "zero-width": lambda word, _: "\u200b".join(word),
    "combining marks": lambda word, _: "\u0336".join(word) + "\u0336",
    "leet": lambda word, _: word.translate(_LEET),
    "symbol leet": lambda word, _: word.translate(_SYMBOLS),
    "dots": lambda word, _: ".".join(word),
    "repeats": _repeat,
    "stars": _stars,
    "letter swap": _swap,
}


def attacked(text: str, attack: str, random: Random) -> str:
    """The text as somebody would write it who uses this attack."""
    alter = ATTACKS[attack]

    def word(match: re.Match[str]) -> str:
        return alter(match.group(), random) if random.random() < ALTERED else match.group()

    return _WORD.sub(word, text)


def losses(
    score: Callable[[Sequence[str]], NDArray[np.float32]],
    abusive: Sequence[str],
    clean: Sequence[str],
    seed: int = 0,
) -> list[Loss]:
    """Recall at 1 % false alarms without an attack (first row) and under each.

    `score`: texts as written (not folded) to one number each, higher is worse.
    """
    threshold = np.quantile(score(clean), 1 - FALSE_ALARMS)
    plain = float((score(abusive) > threshold).mean())
    rows = [Loss("none", plain, 0.0)]
    for attack in ATTACKS:
        random = Random(f"{seed} {attack}")
        texts = [attacked(text, attack, random) for text in abusive]
        recall = float((score(texts) > threshold).mean())
        rows.append(Loss(attack, recall, plain - recall))
    return rows
