"""The scorer: one scale, views, windows, lists and classifier together; every reason is true.

The weights of these tests know a handful of invented words, so that every number can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import process_time
from tracemalloc import get_traced_memory, start, stop

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect.interface import Batch
from rempart.detect.text.detector import TextDetector
from rempart.detect.text.features import BUCKETS, explain
from rempart.detect.text.fold import fold
from rempart.detect.text.model import ALL_HEADS, Calibration, Weights, damping
from rempart.detect.text.scoring import LABELS, WINDOW, Delta, TextScorer, shipped_weights
from rempart.detect.text.words import digest
from rempart.model import THRESHOLD, Account, Label, Message, Signal

SCALE = 1.0
INSULT, HATE = LABELS.index(Label.INSULT), LABELS.index(Label.HATE)
AT = datetime(2026, 3, 1, tzinfo=UTC)


def bucket(text: str) -> int:
    return explain(text)[0][0]


def weights(mix: dict[str, dict[str, float]] | None = None) -> Weights:
    """`zorglub` is an insult; `blixx` says that what is said is a quotation; `wozu` is German."""
    table = np.zeros((BUCKETS, len(ALL_HEADS)), np.int8)
    for word, head in (
        ("zorglub", "insult"),
        ("blixx", "counter_or_quote"),
        ("hello", "lang_en"),
        ("bonjour", "lang_fr"),
        ("wozu", "lang_de"),
    ):
        table[bucket(word), ALL_HEADS.index(head)] = 100
    for word in ("connard", "salope"):
        table[bucket(word), INSULT] = 22
    heads = len(ALL_HEADS)
    calibration = {
        language: {label.value: Calibration(threshold, 1.0, -threshold) for label in LABELS}
        for language, threshold in (("en", 1.0), ("fr", 2.0), ("de", 3.0), ("other", 4.0))
    }
    return Weights(
        table,
        np.full(heads, SCALE, np.float32),
        np.full(heads, -0.25, np.float32),
        "test",
        calibration,
        mix or {},
    )


def signals(texts: Sequence[str], scorer: TextScorer) -> list[list[Signal]]:
    messages = [Message(f"m{n}", "p", "c", AT, Account("u"), text) for n, text in enumerate(texts)]
    found: list[list[Signal]] = [[] for _ in texts]
    for index, signal in TextDetector(scorer).detect(Batch(messages, fold(texts))):
        found[index].append(signal)
    return found


SCORER = TextScorer(weights())


def insult(text: str, scorer: TextScorer = SCORER) -> float:
    return float(scorer.score(fold([text])).labels[0, INSULT])


def test_the_language_is_read_and_its_threshold_holds() -> None:
    scored = SCORER.score(["hello zorglub", "bonjour zorglub", "wozu zorglub", "zorglub"])
    assert scored.languages == ["en", "fr", "de", "other"]
    assert scored.labels[:, INSULT].tolist() == sorted(scored.labels[:, INSULT], reverse=True)
    # The same logit, another threshold: a point of the logit further each time.
    odds = np.log(scored.labels[:3, INSULT] / (1 - scored.labels[:3, INSULT]))
    assert np.allclose(np.diff(odds), -1.0, atol=0.01)


def test_half_is_exactly_the_threshold() -> None:
    scored = SCORER.score(["hello"])
    assert scored.labels[0, INSULT] < THRESHOLD
    logit = float(SCORER.logits(["hello zorglub"])[0, INSULT])
    moved = weights()
    moved.calibration["en"]["insult"] = Calibration(logit)  # type: ignore[index]
    assert insult("hello zorglub", TextScorer(moved)) == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    "hidden", ["zOrGlUb", "z0rglub", "z.o.r.g.l.u.b", "zorgluuuuub", "zогglub"]
)
def test_hidden_words_count_as_much(hidden: str) -> None:
    assert insult(f"hello {hidden}") == pytest.approx(insult("hello zorglub"), abs=1e-4)


def test_what_is_written_far_around_does_not_thin_it_out() -> None:
    """A window's worth of other words counts, a page of them no more than that."""
    line = "this is a quiet line of talk about the weather and the sea. "
    near = line * 4 + "hello zorglub " + line * 4
    far = "hello " + line * 200 + near + line * 200
    assert SCORER.score([far]).labels[0, INSULT] > 0.5 * SCORER.score([near]).labels[0, INSULT]
    assert insult(line * 3) < 0.2 * insult(near)


def test_the_reason_names_the_exact_weight_and_the_place() -> None:
    text = "Hello, héllo, ça va Zorglub ?"
    (signal,) = signals([text], TextScorer(_steep()))[0]
    assert signal.label is Label.INSULT
    assert signal.span is not None
    assert text[slice(*signal.span)] == "Zorglub"
    share = damping(np.array([len(explain(fold([text])[0]))]))[0]
    assert signal.why == f'model: "zorglub" {100 * SCALE * share:+.2f}'


def test_a_reason_from_the_second_view_points_into_the_original() -> None:
    text = "well… hello z.o.r.g.l.u.b, you"
    (signal,) = signals([text], TextScorer(_steep()))[0]
    assert signal.span is not None
    assert text[slice(*signal.span)] == "z.o.r.g.l.u.b"


def test_a_reason_from_a_late_window_points_into_the_original() -> None:
    text = "é tranquille " * 100 + "zorglub, bonjour, " * 3
    assert len(text) > 2 * WINDOW
    (signal,) = signals([text], TextScorer(_steep()))[0]
    assert signal.span is not None
    assert text[slice(*signal.span)].startswith("zorglub")


def _steep() -> Weights:
    found = weights()
    low = {label.value: Calibration(3.0 if label is Label.INSULT else 50.0) for label in LABELS}
    return Weights(found.weights, found.scale, found.bias, "steep", {"other": low})


def test_a_listed_word_gives_way_where_the_classifier_is_sure_of_no_abuse() -> None:
    assert insult("you are a connard") >= THRESHOLD
    assert insult("blixx connard") < THRESHOLD
    assert signals(["blixx connard"], SCORER) == [[]]


def test_a_listed_word_alone_gives_way_where_the_classifier_finds_it_unlikely() -> None:
    assert insult("what a connasse you are") < THRESHOLD
    assert insult("what a connard you are") >= THRESHOLD


def test_heads_that_are_no_abuse_lower_a_label() -> None:
    damped = TextScorer(weights({"insult": {"counter_or_quote": -1.0}}))
    text = "hello zorglub blixx"
    assert insult(text, damped) < insult(text)
    assert insult("hello zorglub", damped) == insult("hello zorglub")


def test_where_nobody_is_meant_an_insult_weighs_less() -> None:
    found = weights()
    careful = TextScorer(
        Weights(
            found.weights,
            found.scale,
            found.bias,
            "careful",
            found.calibration,
            unaimed={"insult": 2.0},
        )
    )
    assert insult("hello what a zorglub", careful) < insult("hello what a zorglub")
    assert insult("hello you zorglub", careful) == insult("hello you zorglub")


def test_without_weights_the_lists_speak_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rempart.detect.text.scoring.shipped_weights", lambda: None)
    scorer = TextScorer()
    scored = scorer.score(["you are a connard", "hello"])
    assert scored.labels[:, INSULT].tolist() == [0.75, 0.0]
    with pytest.raises(ValueError, match="no weights"):
        scorer.logits(["hello"])


def test_what_a_site_learned_is_added_and_taken_away_with_it() -> None:
    values = np.zeros((1, len(ALL_HEADS)), np.float32)
    values[0, INSULT] = 60.0
    nothing = np.zeros(len(ALL_HEADS), np.float32)
    delta = Delta(np.array([bucket("fripouille")], np.uint32), values, nothing)
    taught = TextScorer(weights(), delta)
    assert insult("bonjour fripouille", taught) >= THRESHOLD > insult("bonjour fripouille")
    assert insult("bonjour zorglub", taught) == insult("bonjour zorglub")
    (signal,) = signals(["bonjour fripouille"], taught)[0]
    assert signal.why is not None
    assert signal.why.startswith('model: "fripouille" +7.5')


@given(st.lists(st.sampled_from(["hello zorglub", "z0rglub", "", "wozu " * 300, "connard"])))
def test_a_text_scores_the_same_in_any_company(texts: list[str]) -> None:
    whole = SCORER.score(texts)
    for index, text in enumerate(texts):
        alone = SCORER.score([text])
        assert np.array_equal(alone.labels[0], whole.labels[index])
        assert alone.languages[0] == whole.languages[index]


@pytest.mark.parametrize(
    "make",
    [
        lambda: "🎉" * 65_536,
        lambda: "\u0301" * 65_536,
        lambda: "\u05d0\u202e" * 32_768,
        lambda: bytes(n * 7919 % 256 for n in range(65_536)).decode("utf-8", "replace"),
        lambda: "a1" * 32_768,
        lambda: "aaa bbb " * 8_192,
        lambda: "f*" * 32_768,
        lambda: "connard zorglub " * 4_096,
        lambda: "youareazorglub" * 4_600,
    ],
)
def test_64_kib_of_anything_costs_linear_time(make: Callable[[], str]) -> None:
    begin = process_time()
    signals([make()], SCORER)
    assert process_time() - begin < 3.0


def test_a_batch_of_long_texts_full_of_hits_is_held_in_bounds() -> None:
    """300 messages of 60 kB, each word a listed term: only the best hit of each is kept."""
    texts = ["connard salope " * 4_000] * 20
    folds = fold(texts)
    messages = [Message(f"m{n}", "p", "c", AT, Account("u"), text) for n, text in enumerate(texts)]
    start()
    found = list(TextDetector(SCORER).detect(Batch(messages, folds)))
    _, peak = get_traced_memory()
    stop()
    assert len(found) >= len(texts)
    assert peak < 60_000_000


def test_the_shipped_weights_are_for_the_shipped_word_lists() -> None:
    """A word list that changed after the training makes other features: train again."""
    shipped = shipped_weights()
    assert shipped is not None
    assert shipped.lists == digest()
