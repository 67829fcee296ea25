"""Text families: near-identical messages of a raid grouped, with what differs between them.

Rules of this module:

1. Pure: texts in, families out; the same texts give the same families in the same order.
2. Two texts are of one family when what the eye reads of them shares more than a third of its
   three-letter pieces; who was there first decides between two families that fit equally.
3. A difference is told by its kind: written in (`added`), left out (`missing`), written otherwise
   (`changed`), a look-alike character (`alike`), a character that cannot be seen (`hidden`).
4. Work is bounded: so many texts, variants and characters, never the square of a flood.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

import msgspec

from rempart.cases.hidden import is_hidden, symbol
from rempart.detect.text.fold import fold

MOST_VARIANTS = 6
COMPARED = 400
"""So many characters of a text are compared and shown."""
_PIECE = 3
_ALIKE = 0.36
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Written(NamedTuple):
    """One message: who wrote what."""

    account: str
    text: str


class Piece(msgspec.Struct, frozen=True):
    """A run of a variant. `kind`: same, added, missing, changed, alike or hidden; `text` as it is
    shown; `instead`: what the example has there."""

    kind: str
    text: str
    instead: str = ""


class Variant(msgspec.Struct, frozen=True):
    """Another way of writing the example, and how many messages wrote it so."""

    messages: int
    pieces: list[Piece]


class Family(msgspec.Struct, frozen=True):
    """Near-identical messages. `name`: a letter; `example`: of what was written often the one that
    hides nothing, then the most frequent, then what has most in common with the others;
    `accounts`: who wrote it, most messages first."""

    name: str
    messages: int
    accounts: list[str]
    example: str
    variants: list[Variant]
    more_variants: int = 0


class _Group:
    def __init__(self) -> None:
        self.texts: Counter[str] = Counter()
        self.accounts: Counter[str] = Counter()


def families(written: Iterable[Written]) -> list[Family]:
    """Families of at least two messages, the largest first."""
    rows = [row for row in written if row.text.strip()]
    texts = list(dict.fromkeys(row.text[:COMPARED] for row in rows))
    read = dict(zip(texts, map(_read, fold(texts)), strict=True))
    of_read = _group(list(dict.fromkeys(read.values())))
    groups: dict[int, _Group] = {}
    for account, text in rows:
        cut = text[:COMPARED]
        group = groups.setdefault(of_read[read[cut]], _Group())
        group.texts[cut] += 1
        group.accounts[account] += 1
    shared = [group for group in groups.values() if group.texts.total() > 1]
    shared.sort(key=lambda group: -group.texts.total())
    return [_family(name, group) for name, group in zip(_LETTERS, shared, strict=False)]


def _family(name: str, group: _Group) -> Family:
    example = _central(group.texts)
    others = [(text, count) for text, count in group.texts.most_common() if text != example]
    return Family(
        name=name,
        messages=group.texts.total(),
        accounts=[account for account, _ in group.accounts.most_common()],
        example=example,
        variants=[
            Variant(count, list(differences(example, text)))
            for text, count in others[:MOST_VARIANTS]
        ],
        more_variants=max(0, len(others) - MOST_VARIANTS),
    )


def _central(texts: Counter[str]) -> str:
    most = max(texts.values())
    folded = [(text, _pieces(read)) for text, read in zip(texts, fold(list(texts)), strict=True)]
    common = Counter(piece for text, pieces in folded for piece in pieces)
    often = [(text, pieces) for text, pieces in folded if 2 * texts[text] >= most]
    return max(
        often,
        key=lambda pair: (
            -sum(map(is_hidden, pair[0])),
            texts[pair[0]],
            sum(common[piece] for piece in pair[1]) / len(pair[1]),
            sum(char.isascii() for char in pair[0]) - len(pair[0]),
        ),
    )[0]


def _pieces(text: str) -> set[str]:
    return {text[at : at + _PIECE] for at in range(max(1, len(text) - _PIECE + 1))}


def _read(folded: str) -> str:
    """Letters and digits only: spacing and punctuation are the cheapest disguise."""
    return "".join(filter(str.isalnum, folded)) or folded.strip()


def _group(texts: Sequence[str]) -> dict[str, int]:
    """The family of each text, by number. A piece leads to the families that have it, so that no
    text is compared with all others."""
    families_of: dict[str, set[int]] = {}
    sizes: list[int] = []
    found: dict[str, int] = {}
    for text in texts:
        pieces = _pieces(text)
        votes = Counter(family for piece in pieces for family in families_of.get(piece, ()))
        best = max(
            votes,
            key=lambda family: (
                votes[family] / (len(pieces) + sizes[family] - votes[family]),
                -family,
            ),
            default=None,
        )
        if best is not None:
            union = len(pieces) + sizes[best] - votes[best]
            if votes[best] >= _ALIKE * union:
                found[text] = best
                continue
        found[text] = len(sizes)
        for piece in pieces:
            families_of.setdefault(piece, set()).add(len(sizes))
        sizes.append(len(pieces))
    return found


@lru_cache(maxsize=2_048)
def differences(example: str, text: str) -> tuple[Piece, ...]:
    """The text in runs, each with how it differs from the example. Compared is what the eye reads,
    so that a disguised letter is told as a disguise and not as another word."""
    before, after = _cells(example), _cells(text)
    matcher = SequenceMatcher(None, [one[0] for one in before], [one[0] for one in after], False)
    pieces: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        old = "".join(char for _, char in before[a:b])
        if tag == "equal":
            pieces.extend(_same(before[a:b], after[c:d]))
        elif tag == "delete":
            if any(not is_hidden(char) for char in old):
                pieces.append(Piece("missing", "", old))
        elif _only_case(old, after[c:d]):
            pieces.append(Piece("same", "".join(char for _, char in after[c:d])))
        else:
            pieces.extend(_written(after[c:d], "added" if tag == "insert" else "changed", old))
    return tuple(_joined(pieces))


def _cells(text: str) -> list[tuple[str, str]]:
    """Each character with what the eye reads of it; a hidden one reads as itself."""
    cut = text[:COMPARED]
    folded = fold(list(cut))
    return [
        (char if is_hidden(char) else read, char) for char, read in zip(cut, folded, strict=True)
    ]


def _only_case(old: str, cells: Sequence[tuple[str, str]]) -> bool:
    return bool(old) and old.casefold() == "".join(char for _, char in cells).casefold()


def _same(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[Piece]:
    pieces: list[Piece] = []
    for (_, old), (_, new) in zip(before, after, strict=True):
        if is_hidden(new):
            pieces.append(Piece("hidden", symbol(new)))
        elif old.casefold() != new.casefold():
            pieces.append(Piece("alike", new, old))
        else:
            pieces.append(Piece("same", new))
    return pieces


def _written(cells: Sequence[tuple[str, str]], kind: str, old: str) -> list[Piece]:
    pieces: list[Piece] = []
    for _, char in cells:
        if is_hidden(char):
            pieces.append(Piece("hidden", symbol(char)))
        else:
            pieces.append(Piece(kind, char, old))
            old = ""
    if old:
        pieces.append(Piece("missing", "", old))
    return pieces


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one kind as one run."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and last.kind == piece.kind and piece.kind != "hidden":
            joined[-1] = Piece(piece.kind, last.text + piece.text, last.instead + piece.instead)
        else:
            joined.append(piece)
    return joined
