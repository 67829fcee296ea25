"""From a data folder to the weights of the classifier: read, train, round, set thresholds.

Rules of this module:

1. The same data and seed give the same bytes. The version of the weights is the digest of what
   they are made of, so that a signal names the weights that gave it.
2. A set counts by what it is worth (`WORTH`), not by how large it is; clean sentences and chat are
   in, else a language itself looks like abuse.
3. Thresholds are set on rows that were held back, on held-out frames of the generated sentences and
   on clean chat that is not trained on (`calibrate`).
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.features import BUCKETS, Features, features, identity_buckets
from rempart.detect.text.fold import fold
from rempart.detect.text.model import ALL_HEADS, HEADS, Weights, dump
from rempart.detect.text.words import shipped
from rempart.errors import InputError
from rempart.train.corpus import (
    ABUSE_HEADS,
    UNKNOWN,
    Corpus,
    Row,
    corpus,
    find,
    fragments,
    key,
    keys,
    read_rows,
)
from rempart.train.generate import generate
from rempart.train.thresholds import fitted
from rempart.train.trainer import Floats, Plan, Trained, joined, rounded, train

TRAIN_FILE: Final = "train.ndjson.gz"
TEST_FILE: Final = "test.ndjson.gz"
CHAT_FILE: Final = "ubuntu_irc.ndjson.gz"
GENERATED: Final = "generated"
"""Groups of generated rows are called `generated/FAMILY`."""
WINDOW: Final = 600
"""The scorer reads long texts in windows of about this many characters; so does the trainer."""

WORTH: Final = {
    "mlma_en": 0.3,
    "mlma_fr": 0.7,
    "edos": 0.7,
    "toxic_spans": 0.7,
    "germeval18": 0.5,
    "generated": 0.6,
}
"""Sets that count less than 1 per row: noisy labels, or another kind of text."""
FAMILY_WORTH: Final = {"identity_": 2.0}
"""Generated families whose name begins so count that many times more: a group is named in so much
hate that naming it needs weight on the other side."""
UNAIMED: Final = {"insult": 1.0, "threat": 0.5, "sexual": 0.5}
"""So much is taken from a label's logit where a text means nobody (see `Weights.unaimed`)."""

# So much of a positive logit of the head is added to the label's.
MIX: Final[dict[str, dict[str, float]]] = {
    "hate": {
        "counter_or_quote": -0.5,
        "reclaimed": -0.5,
        "identity_neutral": -0.5,
        "object_target": -0.3,
    },
    "insult": {
        "counter_or_quote": -0.5,
        "reclaimed": -0.5,
        "identity_neutral": -0.3,
        "profanity_untargeted": -0.5,
        "object_target": -0.5,
    },
    "threat": {"counter_or_quote": -0.5, "object_target": -0.5},
    "sexual": {"counter_or_quote": -0.3},
    "self_harm_incitement": {"counter_or_quote": -0.5},
}

# The column of a label is made of these heads' weights: what a roll-up knows counts as an insult.
BLEND: Final[dict[str, dict[str, float]]] = {"insult": {"insult": 0.3, "abusive": 0.8}}

CHAT_SAMPLE: Final = 40_000

Progress = Callable[[str, int, int], object]
"""Told the step's name, how much of it is done and how much there is."""


class Material(NamedTuple):
    """All that a training run reads. `chat`: folds of clean chat that is not trained on."""

    rows: Corpus
    held_out: Corpus
    chat: list[str]
    digest: str


class Built(NamedTuple):
    """The weights and what a card says of them: rows trained on per group and language."""

    weights: Weights
    trained_on: dict[tuple[str, str], int]


def _nothing(*_: object) -> None:
    """Progress that nobody sees."""


def material(
    data: Path, seed: int, *, leave_out: frozenset[str] = frozenset(), sample: int | None = None
) -> Material:
    """Reads the folder `data` and generates; families in `leave_out` are not learned from.

    `sample`: at most so many rows of each set and family, the first ones; for a quick trial."""
    path = find(data, TRAIN_FILE)
    digest = hashlib.sha256(path.read_bytes())
    held_out = corpus(_generated(seed, held_out=True, most=sample))
    without = keys(row.text for row in read_rows(find(data, TEST_FILE)))
    without |= keys(held_out.texts)
    made = [
        row for row in _generated(seed, most=sample) if row.group.split("/")[1] not in leave_out
    ]
    for row in made:
        digest.update(repr(row).encode())
    rows = corpus(_first((*made, *read_rows(path)), sample), without=without)
    chat = clean_chat(data, keys(rows.texts))
    return Material(rows, held_out, chat, digest.hexdigest())


def _first(rows: Iterable[Row], sample: int | None) -> Iterator[Row]:
    taken: Counter[tuple[str, str]] = Counter()
    for row in rows:
        taken[row.group, row.lang] += 1
        if sample is None or taken[row.group, row.lang] <= sample:
            yield row


def _generated(seed: int, *, held_out: bool = False, most: int | None = None) -> Iterator[Row]:
    for sample in generate(seed, held_out=held_out, most=most):
        yield Row(sample.text, sample.lang, f"{GENERATED}/{sample.family}", sample.heads)


def clean_chat(data: Path, known: set[str], size: int = CHAT_SAMPLE) -> list[str]:
    """Texts of real technical chat whose key is not in `known`, at most `size` of them, chosen by
    their digest; the file must hold messages in the form of the contract."""
    path = find(data, CHAT_FILE)
    found: list[tuple[int, str]] = []
    with gzip.open(path, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                text = msgspec.json.decode(line, type=_Text).text
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InputError(f"no message: {error}", where=f"{path.name}:{number}") from error
            found.append((zlib.crc32(text.encode()), text))
    folded = fold([text for _, text in found])
    fresh = [row for row, short in zip(found, folded, strict=True) if key(short) not in known]
    return [text for _, text in sorted(fresh)[:size]]


class _Text(msgspec.Struct):
    text: str


def text_features(texts: Iterable[str], size: int = 2_000) -> Features:
    """Features of original texts, each cut to one window."""
    cut = [text[:WINDOW] for text in texts]
    parts = [features(fold(cut[at : at + size])) for at in range(0, len(cut), size)]
    return joined(parts or [features([])])


def plan_of(seed: int, passes: int | None = None) -> Plan:
    """The plan of the shipped weights with this seed."""
    plan = Plan(seed=seed)
    return plan if passes is None else plan._replace(passes=passes)


def build(found: Material, plan: Plan, progress: Progress = _nothing) -> Built:
    """Trains, rounds and calibrates."""
    raw = trained_weights(found, plan, progress)
    progress("thresholds", 0, 1)
    weights = fitted(raw, found.rows, found.held_out, found.chat)
    progress("thresholds", 1, 1)
    counted: dict[tuple[str, str], int] = {}
    rows = found.rows
    for group, lang, back in zip(rows.groups, rows.langs, rows.held_back.tolist(), strict=True):
        if not back:
            counted[group, lang] = counted.get((group, lang), 0) + 1
    return Built(weights, counted)


def trained_weights(found: Material, plan: Plan, progress: Progress = _nothing) -> Weights:
    """Weights without thresholds."""
    rows = found.rows
    labels = rows.labels.copy()
    labels[rows.held_back] = UNKNOWN
    progress("features", 0, 1)
    pieces = fragments(rows, plan.seed)
    inputs = text_features((*rows.texts, *pieces.texts))
    labels = np.concatenate((labels, pieces.labels))
    each = np.concatenate((worth(rows), worth(pieces)))
    progress("features", 1, 1)
    whole = plan.passes * len(labels)
    done = [0]

    def step(count: int) -> None:
        done[0] += count
        progress("training", min(done[0], whole), whole)

    trained = train(inputs, labels, each, plan, step, _identity_bounds())
    trained = blended(trained)
    steps, scale = rounded(trained)
    version = hashlib.sha256(
        steps.tobytes() + scale.tobytes() + trained.bias.tobytes() + found.digest.encode()
    ).hexdigest()[:12]
    return Weights(steps, scale, trained.bias, version, {}, MIX, unaimed=UNAIMED)


def blended(trained: Trained) -> Trained:
    """The columns of `BLEND` put together; what is linear costs nothing when it runs."""
    weights, bias = trained.weights.copy(), trained.bias.copy()
    for name, parts in BLEND.items():
        places = [HEADS.index(head) for head in parts]
        shares = np.array(list(parts.values()), np.float32)
        weights[:, HEADS.index(name)] = (trained.weights[:, places] * shares).sum(axis=1)
        bias[HEADS.index(name)] = (trained.bias[places] * shares).sum()
    return Trained(weights, bias)


def _worth(group: str) -> float:
    source, _, family = group.partition("/")
    more = (times for start, times in FAMILY_WORTH.items() if family.startswith(start))
    return WORTH.get(source, 1.0) * next(more, 1.0)


def _identity_bounds() -> NDArray[np.bool_]:
    """Where a weight may not rise [BUCKETS, heads]: that a group is named speaks for no abuse.

    One name alone may speak for hatred, which is always of a group; else any hostility would be
    hatred. Several names may not."""
    bounds = np.zeros((BUCKETS, len(ALL_HEADS)), np.bool_)
    first, last = HEADS.index(ABUSE_HEADS[0]), HEADS.index(ABUSE_HEADS[-1])
    bounds[identity_buckets(), first : last + 1] = True
    alone = features([next(iter(shipped().groups))]).indices
    bounds[alone, HEADS.index("hate")] = False
    return bounds


def worth(rows: Corpus) -> Floats:
    """The weight of each row for each head [n, ALL_HEADS]."""
    each = np.array([_worth(group) for group in rows.groups], np.float32)
    return np.repeat(each[:, None], len(ALL_HEADS), axis=1)


def write(path: Path, weights: Weights) -> int:
    """Writes the file of the weights; its size in bytes."""
    blob = dump(weights)
    path.write_bytes(blob)
    return len(blob)
