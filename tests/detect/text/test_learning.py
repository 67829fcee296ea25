"""Learning on site: bounded, deterministic, taken away without a trace; nobody teaches alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from rempart.detect.text import learning
from rempart.detect.text.fold import fold
from rempart.detect.text.learning import BOUND, Learned, Lesson, choose, learn
from rempart.detect.text.scoring import LABELS, TextScorer
from rempart.model import THRESHOLD, Label

INSULT = LABELS.index(Label.INSULT)
TAUGHT = (
    "what a doorknob you are",
    "shut up you doorknob",
    "go away doorknob nobody asked you",
    "typical doorknob behaviour from you",
)
CLEAN = (
    "good evening everybody",
    "what a lovely stream today",
    "who has seen the new episode",
    "the doorknob of my kitchen is broken",
    "see you all tomorrow at eight",
)


@pytest.fixture(scope="module")
def scorer() -> TextScorer:
    found = TextScorer()
    assert found.weights is not None, "the weights ship"
    return found


def lessons(texts: Sequence[str], *, bad: bool = True, by: str = "ana") -> list[Lesson]:
    labels = {Label.INSULT: True} if bad else dict.fromkeys(LABELS, False)
    return [Lesson(folded, labels, by) for folded in fold(list(texts))]


def insult(scorer: TextScorer, text: str) -> float:
    return float(scorer.score(fold([text])).labels[0, INSULT])


def taught(scorer: TextScorer, found: Learned | None) -> TextScorer:
    assert found is not None
    return TextScorer(scorer.weights, found.delta)


def test_a_paraphrase_crosses_the_threshold_and_the_weights_stay_as_they_were(
    scorer: TextScorer,
) -> None:
    text = "you absolute doorknob"
    before = insult(scorer, text)
    assert before < THRESHOLD
    after = taught(scorer, learn(scorer, lessons(TAUGHT), fold(CLEAN)))
    assert insult(after, text) >= THRESHOLD
    assert insult(TextScorer(), text) == before, "without the delta nothing is left of it"


def test_what_was_lifted_is_no_longer_flagged(scorer: TextScorer) -> None:
    text = "you are a stupid idiot"
    assert insult(scorer, text) >= THRESHOLD
    after = taught(scorer, learn(scorer, lessons([text], bad=False)))
    assert insult(after, text) < insult(scorer, text)


def test_the_same_lessons_give_the_same_delta(scorer: TextScorer) -> None:
    one, two = (learn(scorer, lessons(TAUGHT), fold(CLEAN)) for _ in range(2))
    assert one is not None and two is not None
    for a, b in zip(one.delta, two.delta, strict=True):
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()


def test_no_bucket_moves_by_more_than_the_bound(
    scorer: TextScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shouted = [f"{text} {number}" for text in TAUGHT for number in range(60)]
    found = learn(scorer, lessons(shouted))
    assert found is not None
    assert float(np.abs(found.delta.values).max()) <= BOUND
    assert len(found.delta.indices) <= learning.MOST_BUCKETS
    monkeypatch.setattr(learning, "BOUND", 0.05)
    held = learn(scorer, lessons(shouted))
    assert held is not None
    assert float(np.abs(held.delta.values).max()) == pytest.approx(0.05)


def test_no_more_of_the_clean_samples_are_flagged_than_before(scorer: TextScorer) -> None:
    """Even where ordinary talk uses the very word: then the offset gives way."""
    clean = [*CLEAN, "this doorknob again", "my old doorknob and you", "you and the doorknob"]
    free = learn(scorer, lessons(TAUGHT))
    held = learn(scorer, lessons(TAUGHT), fold(clean))
    assert free is not None and held is not None
    unheld = TextScorer(scorer.weights, free.delta).score(fold(clean)).labels
    assert (unheld >= THRESHOLD).any(), "without the offset some would be"
    assert held.after <= held.before
    assert float(held.delta.offset[INSULT]) < 0
    flagged = taught(scorer, held).score(fold(clean)).labels.max(axis=1) >= THRESHOLD
    assert float(flagged.mean()) == held.after


def test_one_reviewers_flood_weighs_no_more_than_all_the_others(scorer: TextScorer) -> None:
    """Two others say the opposite of the same word; two hundred lessons of one do not win."""
    flood = [f"{text} number {number}" for text in TAUGHT for number in range(50)]
    others = ["my doorknob friend", "hello doorknob", "good morning doorknob", "dear doorknob"]
    fine = lessons(others[:2], bad=False, by="ben") + lessons(others[2:], bad=False, by="eva")
    alone = taught(scorer, learn(scorer, lessons(flood)))
    together = taught(scorer, learn(scorer, lessons(flood) + fine))
    text = "you absolute doorknob"
    assert insult(alone, text) >= THRESHOLD
    assert insult(together, text) < insult(alone, text)
    weights = learning._importance(lessons(flood) + fine)
    assert float(weights[: len(flood)].sum()) <= float(weights[len(flood) :].sum()) + 1e-3


def test_one_update_takes_so_many_lessons_of_each_and_the_last_word_of_a_text() -> None:
    many = [f"text {number}" for number in range(learning.MOST_PER_REVIEWER + 20)]
    chosen = choose(lessons(many, by="ana") + lessons(many[:5], by="ben"))
    by = [one.reviewer for one in chosen]
    assert (by.count("ana"), by.count("ben")) == (learning.MOST_PER_REVIEWER, 5)
    assert chosen[0].fold == fold(["text 20"])[0], "the newest are taken"
    (last,) = choose(lessons(["the same"]) + lessons(["the same"], bad=False))
    assert last.fine


def test_nothing_to_learn_from_is_no_delta(scorer: TextScorer) -> None:
    assert learn(scorer, []) is None
    assert (
        learn(scorer, [Lesson("a text", {}, "ana"), Lesson(" ", {Label.HATE: True}, "b")]) is None
    )
