"""Reads labelled text: the training sets, the project's generated sentences, clean chat.

Rules of this module:

1. What a set does not label is *unknown* and stays so (−1); the trainer leaves it out of the loss.
   Only what follows from the meaning of the heads is added (`_imply`): who threatens, abuses; what
   is no abuse at all is no hate.
2. No text of the test file is trained on, also not with other case, accents, spacing, punctuation,
   user names or addresses.
3. A bad row is an error with its line: a training run on half of a file would go unnoticed.
4. One row in twenty is held back (`Corpus.held_back`), of clean sentences one in five, to set
   thresholds on text that was not trained on. Which ones depends on their text only.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.fold import fold
from rempart.detect.text.model import ALL_HEADS, HEADS, LANGUAGE_HEADS
from rempart.errors import InputError

UNKNOWN: Final = -1
ABUSE_HEADS: Final = HEADS[:6]
"""The five labels and their roll-up `abusive`."""
HARMLESS_HEADS: Final = HEADS[6:]
"""What reads like abuse and is none."""
HELD_BACK: Final = 20
"""One row in so many is not trained on."""
CLEAN_HELD_BACK: Final = 4
"""Of clean sets so many in twenty: rare false alarms need many rows to be counted."""

_FRAGMENT: Final = 3

_PLACE: Final = {head: place for place, head in enumerate(HEADS)}
_MENTION: Final = re.compile(r"@\w+|https?\S*|www\.\S+|\burl\b|\[user\]|\[url\]")
_NOT_READ: Final = re.compile(r"[^\w\u2190-\u2bff\U0001f000-\U0001faff]+|_+")


class Row(NamedTuple):
    """A labelled text. `heads`: only what is known. `group`: a set, a functionality, a family."""

    text: str
    lang: str
    group: str
    heads: Mapping[str, int]
    split: str = ""


class Corpus(NamedTuple):
    """Rows as columns. `labels`: int8 [n, ALL_HEADS], −1 is unknown; `held_back`: bool [n]."""

    texts: list[str]
    langs: list[str]
    groups: list[str]
    labels: NDArray[np.int8]
    held_back: NDArray[np.bool_]

    def rows(self, chosen: NDArray[np.bool_]) -> Corpus:
        """Only the chosen rows."""
        places = np.flatnonzero(chosen).tolist()
        return Corpus(
            [self.texts[place] for place in places],
            [self.langs[place] for place in places],
            [self.groups[place] for place in places],
            self.labels[chosen],
            self.held_back[chosen],
        )


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of an NDJSON file, plain or gzip: `text`, `lang`, `set`, and heads with 0 or 1.

    Raises InputError with file and line for a row that cannot be read.
    """
    opened = gzip.open if path.suffix == ".gz" else Path.open
    try:
        with opened(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _row(line, f"{path.name}:{number}")
    except OSError as error:
        raise InputError(str(error.strerror or error), where=str(path)) from error
    except (EOFError, zlib.error) as error:
        raise InputError("the file ends in the middle", where=str(path)) from error


def _row(line: bytes, where: str) -> Row:
    try:
        data = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"no JSON: {error}", where=where) from error
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise InputError("'text' is missing or is no text", where=where)
    heads: dict[str, int] = {}
    for head in HEADS:
        if (value := data.get(head)) is None:
            continue
        if value not in (0, 1):
            raise InputError(f"{head!r} must be 0 or 1, here {value!r}", where=where)
        heads[head] = int(value)
    return Row(
        data["text"],
        str(data.get("lang") or ""),
        str(data.get("set") or ""),
        heads,
        str(data.get("split") or ""),
    )


def key(folded: str) -> str:
    """What two texts share that are the same to a reader: letters, digits and emoji of the
    fold, without user names and addresses. Empty when nothing is left of it."""
    return _NOT_READ.sub("", _MENTION.sub(" ", folded))


def keys(texts: Iterable[str]) -> set[str]:
    """The keys of many texts, without the empty one."""
    found = {key(folded) for folded in fold(list(texts))}
    found.discard("")
    return found


def _imply(labels: NDArray[np.int8], groups: Sequence[str]) -> None:
    """What follows from the known labels, in place."""
    abusive = labels[:, _PLACE["abusive"]]
    for head in ABUSE_HEADS[:5]:
        abusive[(labels[:, _PLACE[head]] == 1) & (abusive == UNKNOWN)] = 1
    for head in ABUSE_HEADS[:5]:
        column = labels[:, _PLACE[head]]
        column[(abusive == 0) & (column == UNKNOWN)] = 0
    # Hate in a corpus is neither a quotation nor neutral; of a clean sentence nothing is known but
    # that: whether it swears or names a group, its set does not say.
    hate = labels[:, _PLACE["hate"]] == 1
    for head in HARMLESS_HEADS:
        column = labels[:, _PLACE[head]]
        column[hate & (column == UNKNOWN)] = 0
    clean = np.array([group in CLEAN_SETS for group in groups], bool)
    for head in HARMLESS_HEADS:
        column = labels[:, _PLACE[head]]
        column[clean & (column == UNKNOWN)] = 0


CLEAN_SETS: Final = frozenset({"commonvoice_fr", "ubuntu_irc"})
"""Ordinary French sentences and technical chat: whoever is flagged here is flagged for nothing."""


def corpus(rows: Iterable[Row], *, without: set[str] | None = None) -> Corpus:
    """Columns of the rows, each text once, texts whose key is in `without` left out.

    Of two rows with the same key the first one stays; what it does not know it learns from the
    second. Rows without any known head are left out too."""
    kept: list[Row] = []
    folded: list[str] = []
    known: dict[str, int] = {}
    taken = [row for row in rows if row.heads]
    for row, text in zip(taken, fold([row.text for row in taken]), strict=True):
        short = key(text) or text
        if without and short in without:
            continue
        place = known.setdefault(short, len(kept))
        if place < len(kept):
            kept[place] = kept[place]._replace(heads={**row.heads, **kept[place].heads})
            continue
        kept.append(row)
        folded.append(short)
    labels = np.full((len(kept), len(ALL_HEADS)), UNKNOWN, np.int8)
    for place, row in enumerate(kept):
        for head, value in row.heads.items():
            labels[place, _PLACE[head]] = value
        labels[place, len(HEADS) :] = [f"lang_{row.lang}" == name for name in LANGUAGE_HEADS]
    groups = [row.group for row in kept]
    _imply(labels, groups)
    back = [
        zlib.crc32(short.encode("utf-8", "replace")) % HELD_BACK
        < (CLEAN_HELD_BACK if group in CLEAN_SETS else 1)
        for short, group in zip(folded, groups, strict=True)
    ]
    return Corpus(
        [row.text for row in kept],
        [row.lang for row in kept],
        groups,
        labels,
        np.array(back, bool),
    )


def fragments(rows: Corpus, seed: int) -> Corpus:
    """One to three neighbouring words out of each clean row that is trained on.

    Chat is full of them ("touch?", "already do"), the sets are not: a single word that stands in
    many threats would else be one by itself."""
    random = Random(f"fragments {seed}")
    texts: list[str] = []
    source: list[int] = []
    for place, (text, group) in enumerate(zip(rows.texts, rows.groups, strict=True)):
        words = text.split() if group in CLEAN_SETS and not rows.held_back[place] else ()
        if len(words) > _FRAGMENT:
            size = random.randint(1, _FRAGMENT)
            first = random.randrange(len(words) - size + 1)
            texts.append(" ".join(words[first : first + size]))
            source.append(place)
    return Corpus(
        texts,
        [rows.langs[place] for place in source],
        [rows.groups[place] for place in source],
        rows.labels[source],
        np.zeros(len(source), np.bool_),
    )


def find(data: Path, name: str) -> Path:
    """A file of the data folder by name, in the folder itself or one below. Raises InputError."""
    for place in (data / name, *sorted(data.glob(f"*/{name}"))):
        if place.is_file():
            return place
    raise InputError(f"no file {name} there", where=str(data), next_step="see docs/words.md")
