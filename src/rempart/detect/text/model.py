"""The weights of the classifier: their file, and logits from features.

Rules of this module:

1. A logit is `bias + scale * (sum of the int8 weights of the text's features) * damping(number of
   features)`: the sum is an exact integer, so every path gives the same bytes. A text without
   features has the logit `NOTHING`.
2. The file is deterministic: the same weights give the same bytes, on every platform.
3. A file that is cut, altered or of another form is refused with the reason, never half read.
4. Calibration belongs to the weights: thresholds are valid for exactly these numbers.

Form of the file: the magic `rempart-words-1\\n`, the length of a JSON header in 8 little-endian
bytes, the header (canonical JSON), `scale` and `bias` as little-endian float32, the weights row by
row as int8, and the SHA-256 of everything before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text import kernel
from rempart.detect.text.features import (
    BUCKETS,
    Features,
    blocks_and_aim,
    compiled,
    in_rows,
    laid_out,
)
from rempart.detect.text.words import digest

HEADS: Final[tuple[str, ...]] = (
    "hate",
    "insult",
    "threat",
    "sexual",
    "self_harm_incitement",
    "abusive",
    "counter_or_quote",
    "reclaimed",
    "identity_neutral",
    "profanity_untargeted",
    "object_target",
)
LANGUAGES: Final[tuple[str, ...]] = ("en", "fr", "de", "other")
"""What `languages` of a score may say. The first three have a head of their own."""
LANGUAGE_HEADS: Final[tuple[str, ...]] = ("lang_en", "lang_fr", "lang_de")
ALL_HEADS: Final = HEADS + LANGUAGE_HEADS
"""The columns of the weights: what a message says, then in which language it says it."""

_SHORT: Final = 64
"""Features of some eight words; shorter texts are damped like these."""

_MAGIC: Final = b"rempart-words-1\n"
_LANES: Final = 3
_LANE_BITS: Final = 21
_LANE_MASK: Final = np.uint64((1 << _LANE_BITS) - 1)
_LANE_ROWS: Final = (1 << _LANE_BITS) // 255 - 1
"""So many rows of bytes can be added before a lane runs over."""


NOTHING: Final = np.float32(-20.0)


def damping(counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """What the sum of a text's weights is multiplied with, from its number of features: long texts
    do not pile up weight, and one striking word alone does not weigh more than in a sentence."""
    return np.asarray(1 / np.sqrt(np.maximum(counts, _SHORT).astype(np.float32)), np.float32)


class WeightsError(ValueError):
    """The weights cannot be read; the message says why and what to do."""


class Calibration(NamedTuple):
    """For one language and label: flagged from the logit `threshold`; the score is
    `sigmoid(steepness * (logit - threshold))`; the chance that a reader would agree is
    `sigmoid(slope * logit + offset)`."""

    threshold: float
    slope: float = 1.0
    offset: float = 0.0
    steepness: float = 1.0


@dataclass(frozen=True, eq=False)
class Weights:
    """`weights` int8[BUCKETS, len(ALL_HEADS)]; `scale`, `bias` float32[len(ALL_HEADS)].

    `calibration[language][head]`; a language that is missing has that of `other`.
    `mix[label][head]`: so much of a positive logit of `head` is added to the logit of `label`;
    negative numbers let the non-abuse heads lower a label. `lists`: `words.digest` of the lists
    that they were trained with; empty until they are written to a file. `unaimed[label]` is taken
    from the logit of `label` where nobody is meant.
    """

    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    version: str
    calibration: Mapping[str, Mapping[str, Calibration]] = field(default_factory=dict)
    mix: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    lists: str = ""
    unaimed: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        heads = len(ALL_HEADS)
        if self.weights.shape != (BUCKETS, heads) or self.weights.dtype != np.int8:
            raise WeightsError(f"the weights must be int8 [{BUCKETS}, {heads}]")
        for name in ("scale", "bias"):
            row = getattr(self, name)
            if row.shape != (heads,) or row.dtype != np.float32 or not np.isfinite(row).all():
                raise WeightsError(f"{name} must be {heads} finite float32 numbers")

    @cached_property
    def lanes(self) -> tuple[NDArray[np.uint64], ...]:
        """The weights, three heads to a number, each weight plus 128 in a lane of 21 bits: one
        gather and one running sum serve three heads."""
        raised = self.weights.astype(np.uint64) + np.uint64(128)
        raised &= np.uint64(255)
        lanes = []
        for first in range(0, len(ALL_HEADS), _LANES):
            packed = np.zeros(BUCKETS, np.uint64)
            for place, column in enumerate(range(first, min(first + _LANES, len(ALL_HEADS)))):
                packed |= raised[:, column] << np.uint64(place * _LANE_BITS)
            lanes.append(packed)
        return tuple(lanes)

    @cached_property
    def rows(self) -> NDArray[np.int8]:
        """The weights as the kernel reads them: rows of `kernel.HEADS`, filled up with nought."""
        rows = np.zeros((BUCKETS, kernel.HEADS), np.int8)
        rows[:, : len(ALL_HEADS)] = self.weights
        return rows

    def read(self, folds: Sequence[str]) -> NDArray[np.float32]:
        """`logits(features(folds))` in one go, compiled where it can be."""
        return self.read_aim(folds)[0]

    def read_aim(self, folds: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The logits, and whether somebody is meant (`features.blocks_and_aim`), bool[texts]."""
        fast = compiled()
        if fast is None:
            found, aimed = blocks_and_aim(folds)
            counts = np.sum([np.diff(block.bounds) for block in found], axis=0)
            if counts.max(initial=0) > _LANE_ROWS:
                return self.logits(in_rows(found, len(folds))), aimed
            # Kind by kind as it stands: an order of rows would only be undone by adding up.
            sizes = np.cumsum([0, *(len(block.indices) for block in found[:-1])])
            bounds = np.stack([block.bounds for block in found]) + sizes[:, None]
            indices = np.concatenate([block.indices for block in found])
            return self.from_sums(self._added(indices, bounds, counts), counts), aimed
        sums, counts, aimed = fast.sums(*laid_out(folds), self.rows)
        return self.from_sums(sums[:, : len(ALL_HEADS)], counts), aimed

    def logits(self, features: Features) -> NDArray[np.float32]:
        """float32[texts, len(ALL_HEADS)]."""
        return self.from_sums(self.sums(features), np.diff(features.starts))

    def from_sums(self, sums: NDArray[np.int32], counts: NDArray[np.int64]) -> NDArray[np.float32]:
        """Rule 1 of this module, from integer sums and the numbers of features."""
        scaled = (sums.astype(np.float32) * self.scale) * damping(counts)[:, None]
        found = np.asarray(self.bias + scaled, np.float32)
        found[counts == 0] = NOTHING
        return found

    def sums(self, features: Features) -> NDArray[np.int32]:
        """int32[texts, len(ALL_HEADS)]: the weights of each text's features, added up."""
        indices, starts = features
        counts = np.diff(starts)
        if counts.max(initial=0) > _LANE_ROWS:
            return self._long_sums(features)
        return self._added(indices, starts[None, :], counts)

    def _added(
        self, indices: NDArray[np.uint32], bounds: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray[np.int32]:
        """Text `i` has `indices[bounds[k, i]:bounds[k, i + 1]]` for every `k`: `counts[i]`."""
        sums = np.empty((len(counts), len(ALL_HEADS)), np.int32)
        running = np.zeros(len(indices) + 1, np.uint64)
        places = indices.astype(np.intp)
        for number, lane in enumerate(self.lanes):
            np.cumsum(lane[places], out=running[1:])
            # Differences of wrapped running sums are exact: both wrap at 2^64.
            packed = (running[bounds[:, 1:]] - running[bounds[:, :-1]]).sum(axis=0)
            first = number * _LANES
            for place, column in enumerate(range(first, min(first + _LANES, len(ALL_HEADS)))):
                lane_sum = (packed >> np.uint64(place * _LANE_BITS)) & _LANE_MASK
                sums[:, column] = lane_sum.astype(np.int64) - 128 * counts
        return sums

    def _long_sums(self, features: Features) -> NDArray[np.int32]:
        """Texts with more features than a lane holds are added up in pieces."""
        indices, starts = features
        cuts = [
            np.arange(first, last, _LANE_ROWS)
            for first, last in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
        ]
        pieces = np.concatenate([*cuts, starts[-1:]])
        parts = self.sums(Features(indices, pieces))
        owner = np.repeat(np.arange(len(cuts)), [len(cut) for cut in cuts])
        sums = np.zeros((len(cuts), len(ALL_HEADS)), np.int32)
        np.add.at(sums, owner, parts)
        return sums


def dump(weights: Weights) -> bytes:
    """The file of these weights."""
    header = {
        "version": weights.version,
        "lists": weights.lists or digest(),
        "buckets": BUCKETS,
        "heads": ALL_HEADS,
        "calibration": {
            language: {head: list(map(float, row)) for head, row in heads.items()}
            for language, heads in weights.calibration.items()
        },
        "mix": {label: dict(heads) for label, heads in weights.mix.items()},
        "unaimed": dict(weights.unaimed),
    }
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    body = b"".join(
        (
            _MAGIC,
            len(text).to_bytes(8, "little"),
            text,
            weights.scale.astype("<f4").tobytes(),
            weights.bias.astype("<f4").tobytes(),
            weights.weights.tobytes(),
        )
    )
    return body + hashlib.sha256(body).digest()


def load(blob: bytes) -> Weights:
    """The weights of a file made by `dump`.

    Raises:
        WeightsError: it is no such file, was cut or altered, or is made for other features.
    """
    if not blob.startswith(_MAGIC):
        raise WeightsError("not a file of weights for this version; train it again")
    body, digest = blob[:-32], blob[-32:]
    if hashlib.sha256(body).digest() != digest:
        raise WeightsError("the weights were cut or altered: their checksum does not fit")
    place = len(_MAGIC) + 8
    length = int.from_bytes(body[len(_MAGIC) : place], "little")
    try:
        header = json.loads(body[place : place + length])
        if (header["buckets"], tuple(header["heads"])) != (BUCKETS, ALL_HEADS):
            raise WeightsError("the weights are made for other features or heads; train them again")
        calibration = {
            language: {head: Calibration(*row) for head, row in heads.items()}
            for language, heads in header["calibration"].items()
        }
        mix, version, lists = header["mix"], header["version"], header["lists"]
        unaimed = header.get("unaimed", {})
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise WeightsError(f"the header of the weights cannot be read: {error}") from error
    place += length
    heads = len(ALL_HEADS)
    if len(body) != place + heads * 8 + BUCKETS * heads:
        raise WeightsError("the weights have the wrong length")
    scale = np.frombuffer(body, "<f4", heads, place).astype(np.float32)
    bias = np.frombuffer(body, "<f4", heads, place + 4 * heads).astype(np.float32)
    table = np.frombuffer(body, np.int8, BUCKETS * heads, place + 8 * heads)
    return Weights(
        table.reshape(BUCKETS, heads), scale, bias, version, calibration, mix, lists, unaimed
    )
