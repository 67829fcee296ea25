"""Every detector in force keeps the contract of its interface and its own examples."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect.interface import Batch, Detector, Example
from rempart.detect.registry import default_detectors, spread_operator, target_operator
from rempart.detect.text.fold import fold
from rempart.model import THRESHOLD, Account, Label, Message, Signal

AT = datetime(2026, 3, 1, tzinfo=UTC)
DETECTORS = default_detectors()
CASES = [(detector, example) for detector in DETECTORS for example in detector.examples]


def run(detector: Detector, texts: list[str]) -> list[tuple[int, Signal]]:
    messages = [
        Message(f"m{number}", "p", "c", AT, Account("u"), text) for number, text in enumerate(texts)
    ]
    return list(detector.detect(Batch(messages, fold(texts))))


@pytest.mark.parametrize(
    ("detector", "example"),
    CASES,
    ids=lambda case: getattr(case, "text", getattr(case, "name", "")),
)
def test_example(detector: Detector, example: Example) -> None:
    reached = {s.label for _, s in run(detector, [example.text]) if s.score >= THRESHOLD}
    assert (example.label in reached) if example.label else not reached


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)
def test_each_label_has_an_example_and_there_are_harmless_ones(detector: Detector) -> None:
    shown = {example.label for example in detector.examples}
    assert detector.labels <= shown
    assert None in shown


def test_names_and_versions_are_unique() -> None:
    names = [d.name for d in DETECTORS] + [target_operator().name, spread_operator().name]
    assert len(set(names)) == len(names)
    assert all(d.version for d in DETECTORS)


PIECES = st.sampled_from(
    [
        "you are a loser",
        "espèce d'idiot",
        "06 12 34 56 78",
        "hello",
        "l0s3r",
        "\ud800",
        "\x00",
        "é" * 9,
        "i d i o t",
        "12 rue des Lilas 75020 Paris",
        "\u202e",
        "\n",
        "a@example.org",
        "🎉",
        "*",
        "!!!",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=4).map(" ".join), max_size=6), st.integers(0, 6))
def test_cutting_a_batch_changes_nothing(texts: list[str], cut: int) -> None:
    for detector in DETECTORS:
        whole = run(detector, texts)
        first = run(detector, texts[:cut])
        rest = [(index + len(texts[:cut]), signal) for index, signal in run(detector, texts[cut:])]
        assert whole == first + rest


@given(st.lists(st.one_of(PIECES, st.text(max_size=40)), max_size=5))
def test_signals_keep_the_contract(texts: list[str]) -> None:
    for detector in DETECTORS:
        found = run(detector, texts)
        assert [index for index, _ in found] == sorted(index for index, _ in found)
        for index, signal in found:
            assert signal.label in detector.labels
            assert 0.0 <= signal.score <= 1.0
            assert signal.score == round(signal.score, 4)
            assert signal.span is not None
            start, end = signal.span
            assert 0 <= start < end <= len(texts[index])


def test_personal_data_is_a_label_of_its_own() -> None:
    (index, signal), *more = run(DETECTORS[1], ["call 06 12 34 56 78"])
    assert (index, signal.label, more) == (0, Label.PERSONAL_DATA, [])
    assert signal.span == (5, 19)
