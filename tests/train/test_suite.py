"""The table: a row counts for the labels it knows; neutral sentences stand by group."""

from __future__ import annotations

from rempart.train.corpus import Row
from rempart.train.evaluate import Judge
from rempart.train.suite import _identity, clean, evasion, scored, sets

NOBODY = dict.fromkeys(("hate", "abusive"), 0)


def quiet(*_: object) -> None:
    """Nobody watches."""


def test_a_row_counts_only_for_the_labels_it_knows() -> None:
    rows = [
        Row("you are a pathetic idiot", "en", "small", {"insult": 1, "abusive": 1}),
        Row("what a lovely evening", "en", "small", {"insult": 0, "abusive": 0}),
        Row("go home now", "en", "small", {"hate": 0}),
    ]
    lines = {line.label: line.figures for line in sets(scored(Judge(), rows, quiet, "test"))}
    assert set(lines) == {"insult", "abuse"}  # nobody is labelled hateful: no line for hate
    assert lines["insult"].rows == 2
    assert lines["abuse"].recall == lines["abuse"].precision == 1.0


def test_clean_sets_give_no_line_among_the_sets() -> None:
    rows = [Row("you idiot", "en", "ubuntu_irc", {"abusive": 1})]
    assert sets(scored(Judge(), rows, quiet, "test")) == []


def test_neutral_sentences_stand_under_each_group_they_name() -> None:
    rows = [
        Row("the muslims next door bake bread", "en", "identity_neutral", NOBODY),
        Row("muslims and jews met at the library", "en", "identity_neutral", NOBODY),
        Row("jews are idiots", "en", "hate_profane", {"hate": 1, "abusive": 1}),
    ]
    lines = _identity(scored(Judge(), rows, quiet, "test"))
    counts = {(line.name, line.label): line.figures.rows for line in lines}
    assert counts["muslims", "hate"] == 2
    assert counts["jews", "hate"] == 1  # the hateful sentence is not neutral


def test_on_clean_text_every_flag_is_a_false_alarm() -> None:
    texts = ["try to restart it", "you are a pathetic idiot"]
    lines = {line.label: line.figures for line in clean(Judge(), "chat", "en", texts, quiet)}
    assert lines["abuse"].false_alarm_rate == lines["insult"].flag_rate == 0.5
    assert lines["threat"].flag_rate == 0.0


def test_look_alike_letters_cost_no_recall() -> None:
    rows = [Row(f"you pathetic idiot number {n}", "en", "a", {"abusive": 1}) for n in range(20)]
    losses = {loss.attack: loss for loss in evasion(Judge(), rows, ["good morning"] * 50, quiet)}
    assert losses["none"].recall == 1.0
    assert losses["homoglyphs"].lost == 0.0
