"""Planted personal data is found in both languages, in carriers the rules never saw; ordinary talk
is left alone.

`python -m pytest tests/detect/personal/test_planted.py -s` prints the figures by kind and language.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.detect.personal.free import GIVES_AWAY, HARMLESS
from tests.detect.personal.planted import KINDS, plant

from rempart.model import THRESHOLD, Label, Signal

Signals = Callable[[Sequence[str]], list[list[Signal]]]
SHARED = Path(os.environ.get("REMPART_SHARED", Path(__file__).parents[4] / "shared")) / "data"
SEED = 20260301


def is_held(found: list[Signal]) -> bool:
    return any(s.label is Label.PERSONAL_DATA and s.score >= THRESHOLD for s in found)


def test_at_least_95_percent_of_planted_items_are_found(signals: Signals) -> None:
    planted = list(plant(SEED))
    held = [is_held(found) for found in signals([one.text for one in planted])]
    hits: Counter[tuple[str, str, bool]] = Counter()
    all_of: Counter[tuple[str, str, bool]] = Counter()
    missed: list[str] = []
    for one, was_held in zip(planted, held, strict=True):
        key = (one.kind, one.lang, one.held_out)
        all_of[key] += 1
        hits[key] += was_held
        if not was_held:
            missed.append(f"{one.kind} {one.lang}: {one.text}")
    print("\nkind        lang  seen  held-out carriers")
    for kind in KINDS:
        for lang in ("fr", "en"):
            seen, out = (hits[kind, lang, h] / all_of[kind, lang, h] for h in (False, True))
            print(f"{kind:<11} {lang:<4} {seen:6.1%} {out:6.1%}")
    for key, count in all_of.items():
        assert hits[key] / count >= 0.95, (key, missed[:20])


@pytest.mark.parametrize("text", GIVES_AWAY)
def test_free_sentences_are_found(signals: Signals, text: str) -> None:
    if text in STILL_MISSED:
        pytest.xfail("known miss, told in docs/personal-data.md")
    assert is_held(signals([text])[0])


STILL_MISSED = {
    "la prof de danse c'est elle, au conservatoire de Chambéry",
    "see you outside her school on Monday at 3",
    "son kiné est à Beaune elle y va le mardi à 14h30",
    "retrouvez-la devant la fac de Nanterre à 18h elle sort par la grande porte",
    "every weekday he picks up his son from St. Mark's primary at 3:15",
    "she dances at the studio on Pine Street every Thursday from 6 to 8",
}


@pytest.mark.parametrize("text", HARMLESS)
def test_the_public_and_oneself_are_left_alone(signals: Signals, text: str) -> None:
    personal = [s for s in signals([text])[0] if s.detector == "personal"]
    assert not any(s.score >= THRESHOLD for s in personal), personal


@pytest.mark.parametrize(
    ("file", "field"),
    [("chat/stream_chat", None), ("chat/ubuntu_irc", None), ("text/test", "abusive")],
)
def test_ordinary_talk_is_left_alone(signals: Signals, file: str, field: str | None) -> None:
    """At most one message in two hundred; in every set of the test file by itself."""
    path = SHARED / f"{file}.ndjson.gz"
    if not path.exists():
        pytest.skip("the shared data is not here")
    sets: dict[str, list[str]] = {}
    with gzip.open(path) as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            if field is None:
                if number % 4 == 0:
                    sets.setdefault(file, []).append(row["text"])
            elif row.get(field, row.get("hate")) == 0 and not row.get("hate"):
                sets.setdefault(f"{row['set']} ({row['lang']})", []).append(row["text"])
    for name, texts in sets.items():
        if len(texts) < 300:
            continue
        personal = [[s for s in found if s.detector == "personal"] for found in signals(texts)]
        held = sum(any(s.score >= THRESHOLD for s in found) for found in personal)
        print(f"\n{name}: {held} of {len(texts)} held ({held / len(texts):.3%})")
        assert held <= 0.005 * len(texts), name


@pytest.mark.parametrize(
    "piece",
    ["elle habite ", "1 rue de la ", "06 ", "zero ", "a@b.", "send the police to ", "quatre-vingt-",
     "every day she ", "5-", "1:2:", "i know that maya ", "on sera devant "],
)  # fmt: skip
def test_what_repeats_for_64_kib_ends(signals: Signals, piece: str) -> None:
    signals([(piece * 6_000)[:65_000]])
