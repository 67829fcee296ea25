"""Abuse is found however it is hidden; ordinary rudeness about things is left alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

import pytest

from rempart.detect.text.fold import fold
from rempart.detect.text.scoring import LABELS, TextScorer
from rempart.model import THRESHOLD, Label, Signal

Signals = Callable[[Sequence[str]], list[list[Signal]]]


def labels(signals: Signals, text: str) -> set[Label]:
    return {signal.label for signal in signals([text])[0] if signal.score >= THRESHOLD}


@pytest.mark.parametrize(
    "text",
    [
        "you are a loser",
        "You're SUCH a loser!!",
        "yоu аrе а lоsеr",
        "you are a l.o.s.e.r",
        "you are a l o s e r",
        "l0s3r",
        "you are a l*ser",
        "you\u200b are a lo\u200bser",
        "espèce d'idiot",
        "t'es vraiment trop nul",
        "pathetic loser",
    ],
)
def test_an_insult_in_many_dresses(signals: Signals, text: str) -> None:
    assert Label.INSULT in labels(signals, text)


@pytest.mark.parametrize(
    "text",
    [
        "merde, encore raté",
        "damn that was close",
        "ma chatte dort",
        "ce film est nul",
        "il est tard, bonne nuit",
        "stupid lag again",
        "I am such an idiot, I forgot my keys",
        "the assassin class is classic, assess it",
        "scunthorpe united",
        "a b c d e f g",
        "noooooo waaaaay",
        "h3ll0 w0rld",
        "fl0m p0g",
        "5 * 3 * 2",
        "on va le tuer ce boss",
        "kill the boss first",
        "***",
        "",
    ],
)
def test_ordinary_talk_is_left_alone(signals: Signals, text: str) -> None:
    assert labels(signals, text) == set()


def test_the_span_points_into_the_original(signals: Signals) -> None:
    text = "well, you are a \u200bl\u200bоser my friend"
    (signal,) = signals([text])[0]
    assert signal.span is not None
    assert text[slice(*signal.span)] == "l\u200bоser"


def test_terms_never_meet_across_messages(signals: Signals) -> None:
    assert signals(["we know where", "you live"]) == [[], []]


@pytest.mark.parametrize("filler", ["🎉", "e\u0301", "\u202eא", "a", "i.", "l0", "*a", "x "])
def test_a_long_text_is_read_in_linear_time(signals: Signals, filler: str) -> None:
    """FAULTS row 9 at its largest: 64 KiB of one thing. Wide bound: only explosion fails it."""
    text = (filler * 65_536)[:65_536]
    begin = process_time()
    signals([text])
    assert process_time() - begin < 2.0


def _texts(shared: Path, name: str) -> list[str]:
    with gzip.open(shared / "data" / "chat" / name) as lines:
        return [json.loads(line)["text"] for line in lines]


@pytest.mark.parametrize(
    ("name", "share"), [("ubuntu_irc.ndjson.gz", 0.01), ("stream_chat.ndjson.gz", 0.03)]
)
def test_real_benign_chat_is_hardly_flagged(
    signals: Signals, shared: Path, name: str, share: float
) -> None:
    texts = _texts(shared, name)[::7]
    flagged = sum(
        any(s.score >= THRESHOLD for s in found)
        for start in range(0, len(texts), 500)
        for found in signals(texts[start : start + 500])
    )
    assert flagged <= share * len(texts)


@pytest.mark.parametrize("text", ["fdp", "ntm", "ftg toi", "sale fdp"])
def test_an_abbreviated_insult_needs_no_opinion_of_the_classifier(text: str) -> None:
    (folded,) = fold([text])
    scored = TextScorer().score([folded]).labels[0]
    assert scored[LABELS.index(Label.INSULT)] >= THRESHOLD
