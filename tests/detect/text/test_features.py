"""Features and weights: the compiled path and numpy give the same integers, whatever the text."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rempart.detect.text import features as room
from rempart.detect.text import kernel
from rempart.detect.text.features import BUCKETS, Features, blocks, blocks_and_aim, explain, in_rows
from rempart.detect.text.fold import fold, fold_one
from rempart.detect.text.model import (
    ALL_HEADS,
    NOTHING,
    Calibration,
    Weights,
    WeightsError,
    dump,
    load,
)
from rempart.detect.text.words import compile_words, shipped, word_hash

COMPILED = pytest.mark.skipif(room.compiled() is None, reason="the kernel is not built here")


def numpy_features(folds: Sequence[str]) -> Features:
    return in_rows(blocks(folds), len(folds))


def some_weights(seed: int = 0) -> Weights:
    random = np.random.default_rng(seed)
    heads = len(ALL_HEADS)
    return Weights(
        random.integers(-128, 128, (BUCKETS, heads), np.int8),
        random.random(heads, np.float32),
        random.random(heads, np.float32),
        "test",
        {"fr": {"hate": Calibration(0.5, 2.0, -1.0)}},
        {"hate": {"reclaimed": -0.5}},
    )


WEIGHTS = some_weights()

HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.text(st.characters(codec=None, exclude_categories=()), max_size=30),
        st.lists(
            st.sampled_from(
                (
                    *("you", "women", "idiot", "hate", "a", "é", "don't", " ", "\n", '"', "?"),
                    *("\x00", "\ud800", "🎉", "🎉🎉", "\U0010ffff", "\u202e", "٣", "中文"),
                    *("🏳️\u200d🌈", "x" * 300),
                )
            ),
            max_size=12,
        ).map("".join),
    ),
    max_size=8,
)


def test_a_kernel_that_is_there_is_in_force() -> None:
    """One that reads otherwise than numpy is left out in silence: here it must not be."""
    assert kernel.available() == (room.compiled() is not None)


@COMPILED
@given(HOSTILE)
def test_the_compiled_path_reads_as_numpy_does(texts: list[str]) -> None:
    for folds in (texts, fold(texts)):
        fast, slow = room.features(folds), numpy_features(folds)
        assert fast.starts.tolist() == slow.starts.tolist()
        assert fast.indices.tolist() == slow.indices.tolist()
        logits, aimed = WEIGHTS.read_aim(folds)
        assert logits.tobytes() == WEIGHTS.logits(slow).tobytes()
        assert aimed.tolist() == blocks_and_aim(folds)[1].tolist()


@given(HOSTILE)
def test_sums_are_the_weights_added_up(texts: list[str]) -> None:
    found = room.features(texts)
    expected = [
        WEIGHTS.weights[found.indices[start:end]].astype(np.int64).sum(axis=0).tolist()
        for start, end in zip(found.starts, found.starts[1:], strict=False)
    ]
    assert WEIGHTS.sums(found).tolist() == expected


@given(HOSTILE, st.integers(0, 8))
def test_a_text_has_the_same_features_in_any_batch(texts: list[str], cut: int) -> None:
    whole = room.features(texts)
    parts = [room.features(texts[:cut]), room.features(texts[cut:])]
    assert whole.indices.tolist() == [*parts[0].indices.tolist(), *parts[1].indices.tolist()]


@given(HOSTILE)
def test_an_explanation_has_every_feature_and_its_place(texts: list[str]) -> None:
    for text in texts:
        rows = explain(text)
        assert [row[0] for row in rows] == room.features([text]).indices.tolist()
        for _, start, end, shown in rows:
            assert 0 <= start < end <= len(text)
            assert shown


def test_indices_are_the_same_on_every_machine() -> None:
    """A change here makes every file of weights useless: train again."""
    found = room.features([fold_one("Tu es nulle, dégage ! 🎉")])
    words = [int(word_hash(word)) for word in ("tu", "es", "nulle", "degage", "🎉")]
    mixed = [(word ^ 0x1F83D9AB) * 0x9E3779B1 % 2**32 for word in words]
    buckets = [((value ^ value >> 15) * 0x85EBCA77 % 2**32) >> 14 for value in mixed]
    assert found.indices[:5].tolist() == buckets


def test_no_group_can_weigh_differently() -> None:
    groups = ("women", "muslims", "jews", "noirs", "lesbiennes", "trans")
    assert {*groups} <= {*shipped().groups}
    rows = [room.features([f"i like {group} very much"]).indices.tolist() for group in groups]
    assert all(row == rows[0] for row in rows)
    assert rows[0] != room.features(["i like bananas very much"]).indices.tolist()


@pytest.mark.parametrize(
    ("text", "aimed"),
    [
        ("you made a mistake there", True),
        ("all these women over there", True),
        ("what a mess, @alix", True),
        ("idiot !", True),
        ("that was a stupid mistake", False),
        ("stupid lag again", False),
        ("", True),
    ],
)
def test_whether_somebody_is_meant(text: str, aimed: bool) -> None:
    assert WEIGHTS.read_aim([text])[1].tolist() == [aimed]
    assert blocks_and_aim([text])[1].tolist() == [aimed]


def test_what_is_written_over_and_over_counts_three_times() -> None:
    for often in (6, 40, 4_000):
        found = room.features(["zorglub " * often, "hello"]).indices.tolist()
        three = room.features(["zorglub " * 5, "hello"]).indices.tolist()
        assert sorted(found) == sorted(three)
        assert max(map(found.count, found)) == 3
    assert len(explain("zorglub " * 40)) == len(room.features(["zorglub " * 40]).indices)


def test_identity_buckets_are_those_of_groups_alone() -> None:
    groups = room.features(["women muslims jews trans"]).indices
    assert {*groups.tolist()} == {*room.identity_buckets().tolist()}


def test_a_feature_never_reaches_over_two_texts() -> None:
    one, two = room.features(["kill", "you"]), room.features(["kill you"])
    assert len(two.indices) > len(one.indices)


def test_two_words_with_one_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rempart.detect.text.words.word_hash", len)
    with pytest.raises(ValueError, match="share a hash"):
        compile_words({"abc": "x", "xyz": "y"}, {})


@pytest.mark.parametrize("unit", ["🎉", "e\u0301", "א", "a", "a ", "\udfff"])
@pytest.mark.parametrize("path", [room.features, numpy_features])
def test_long_texts_cost_linear_time(unit: str, path: object) -> None:
    text = fold_one((unit * 65_536)[:65_536])
    begin = process_time()
    assert callable(path)
    path([text])
    assert process_time() - begin < 2.0


def test_a_file_of_weights_comes_back_as_it_went() -> None:
    blob = dump(WEIGHTS)
    again = load(blob)
    assert dump(again) == blob == dump(some_weights())
    assert np.array_equal(again.weights, WEIGHTS.weights)
    assert (again.calibration, again.mix) == (WEIGHTS.calibration, WEIGHTS.mix)
    assert len(blob) <= 5_000_000


def _flipped(blob: bytes, place: int) -> bytes:
    return blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda blob: b"",
        lambda blob: blob[:-1],
        lambda blob: blob[: len(blob) // 2],
        lambda blob: _flipped(blob, 30),
        lambda blob: _flipped(blob, len(blob) // 2),
        lambda blob: b"PK" + blob,
    ],
)
def test_a_spoilt_file_of_weights_is_refused(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(WeightsError):
        load(spoil(dump(WEIGHTS)))


def test_weights_of_another_form_are_refused() -> None:
    short: NDArray[np.int8] = np.zeros((8, len(ALL_HEADS)), np.int8)
    with pytest.raises(WeightsError):
        Weights(short, WEIGHTS.scale, WEIGHTS.bias, "test")
    with pytest.raises(WeightsError):
        Weights(WEIGHTS.weights, WEIGHTS.scale, WEIGHTS.bias * np.float32(np.nan), "test")


def test_a_text_without_a_word_says_nothing() -> None:
    assert (WEIGHTS.read(["", "  ", "…"]) == NOTHING).all()
