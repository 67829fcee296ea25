"""The table behind the model card: every set and group that can be measured, by one command.

Parts, each with the shipped thresholds through the shipped path:

- `set`: the test file, per set, language and label it knows (`abuse` where the set labels abuse);
- `family`: held-out frames of the generated sentences, per family and language: they share no frame
  with what was trained on, but their authors are the same; so they say less than a foreign set;
- `family mean`: all families of a language together;
- `clean`: chat and sentences without abuse: what is flagged is a false alarm. Chat that nobody
  labelled gives an upper bound;
- `identity`: neutral sentences per group of people.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.fold import fold
from rempart.detect.text.words import shipped
from rempart.errors import InputError
from rempart.train.build import CHAT_SAMPLE, GENERATED, TEST_FILE, TRAIN_FILE, clean_chat
from rempart.train.corpus import CLEAN_SETS, UNKNOWN, Row, find, keys, read_rows
from rempart.train.evaluate import ABUSE, Judge
from rempart.train.evasion import ATTACKS, Loss, losses
from rempart.train.figures import Figures, figures
from rempart.train.generate import generate

NEUTRAL: Final = "identity_neutral"
"""Generated families whose name begins like this speak of groups without any abuse."""
LOCAL_CHAT: Final = "stream_chat.ndjson.gz"
_LABELS: Final = ("hate", "insult", "threat", "sexual", "self_harm_incitement", ABUSE)
_CHAT_ROWS: Final = 20_000
_EVASION: Final = 1_200

Progress = Callable[[str, int, int], object]


class Line(msgspec.Struct, frozen=True):
    """One line of the table."""

    part: str
    name: str
    lang: str
    label: str
    figures: Figures


class Table(msgspec.Struct, frozen=True):
    """Everything: `evasion` is the recall of abuse when its words are altered (`train.evasion`)."""

    lines: list[Line]
    evasion: list[Loss]


class Scored(msgspec.Struct):
    """Rows and their score for each label."""

    rows: Sequence[Row]
    values: dict[str, NDArray[np.float32]]
    probability: dict[str, NDArray[np.float32]]

    def line(self, part: str, name: str, lang: str, label: str, chosen: Iterable[int]) -> Line:
        """The chosen rows, those that do not know the label left out."""
        head = "abusive" if label == ABUSE else label
        places = [at for at in chosen if self.rows[at].heads.get(head, UNKNOWN) != UNKNOWN]
        truth = np.array([self.rows[at].heads[head] == 1 for at in places], bool)
        probability = self.probability[label][places]
        found = figures(self.values[label][places], truth, probability)
        return Line(part, name, lang, label, found)


def scored(judge: Judge, rows: Sequence[Row], progress: Progress, name: str) -> Scored:
    """All text labels and `abuse` at once; `abuse` here is of words only."""
    values, probability = [], []
    for at in range(0, len(rows), 2_000):
        found = judge.scorer.score(fold([row.text for row in rows[at : at + 2_000]]))
        values.append(found.labels)
        probability.append(found.probability)
        progress(name, min(at + 2_000, len(rows)), len(rows))
    if not rows:
        values, probability = [np.zeros((0, 5), np.float32)], [np.zeros((0, 5), np.float32)]
    table, chances = np.concatenate(values), np.concatenate(probability)
    by_label = {label: table[:, at] for at, label in enumerate(_LABELS[:-1])}
    by_chance = {label: chances[:, at] for at, label in enumerate(_LABELS[:-1])}
    by_label[ABUSE], by_chance[ABUSE] = table.max(axis=1), chances.max(axis=1)
    return Scored(rows, by_label, by_chance)


def suite(judge: Judge, data: Path | None, seed: int, progress: Progress) -> Table:
    """The whole table; without a data folder only what is generated."""
    lines = families(judge, seed, progress)
    if data is None:
        return Table(lines, [])
    rows = [_implied(row) for row in read_rows(find(data, TEST_FILE))]
    lines += sets(scored(judge, rows, progress, "test file"))
    known = keys(row.text for row in read_rows(find(data, TRAIN_FILE)))
    # Beyond the messages that thresholds were set on: both samples are in the same order.
    chat = clean_chat(data, known, CHAT_SAMPLE + _CHAT_ROWS)[CHAT_SAMPLE:]
    lines += clean(judge, "ubuntu_irc", "en", chat, progress)
    sentences = [row.text for row in rows if row.group == "commonvoice_fr"]
    lines += clean(judge, "commonvoice_fr", "fr", sentences, progress)
    with suppress(InputError):
        local = _texts(find(data, LOCAL_CHAT))
        lines += clean(judge, "stream_chat (unlabelled)", "en", local, progress)
    return Table(lines, evasion(judge, rows, [*chat[:_EVASION], *sentences[:_EVASION]], progress))


def evasion(
    judge: Judge, rows: Sequence[Row], clean_texts: Sequence[str], progress: Progress
) -> list[Loss]:
    """Abusive rows of the test file, English and French, as they are and under each attack."""
    abusive = [row.text for row in rows if row.heads.get("abusive") == 1 and row.lang != "de"]
    done = [0]

    def score(texts: Sequence[str]) -> NDArray[np.float32]:
        done[0] += 1
        progress("evasion", done[0], len(ATTACKS) + 2)
        return np.asarray(judge.scorer.score(fold(list(texts))).labels.max(axis=1), np.float32)

    return losses(score, abusive[:: max(1, len(abusive) // _EVASION)], clean_texts)


def sets(found: Scored) -> list[Line]:
    """Per set, language and label with at least one positive row."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, row in enumerate(found.rows):
        if row.group not in CLEAN_SETS:
            places[row.group, row.lang].append(at)
    lines = []
    for (group, lang), chosen in sorted(places.items()):
        for label in _LABELS:
            line = found.line("set", group, lang, label, chosen)
            if line.figures.positives:
                lines.append(line)
    return lines


def families(judge: Judge, seed: int, progress: Progress) -> list[Line]:
    """Held-out frames per family for hate and abuse (and what else the family is about)."""
    rows = [
        Row(sample.text, sample.lang, sample.family, sample.heads)
        for sample in generate(seed, held_out=True)
    ]
    found = scored(judge, [_implied(row) for row in rows], progress, GENERATED)
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_lang: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        places[row.group, row.lang].append(at)
        by_lang[row.lang].append(at)
    lines = []
    for lang, chosen in sorted(by_lang.items()):
        for label in _LABELS:
            lines.append(found.line("family mean", "all families", lang, label, chosen))
    for (group, lang), chosen in sorted(places.items()):
        for label in _LABELS:
            line = found.line("family", group, lang, label, chosen)
            if line.figures.rows and (label in ("hate", ABUSE) or line.figures.positives):
                lines.append(line)
    return lines + _identity(found)


def _identity(found: Scored) -> list[Line]:
    """Neutral sentences per group of people that they name."""
    groups = shipped().groups
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    neutral = [at for at, row in enumerate(found.rows) if row.group.startswith(NEUTRAL)]
    for at, folded in zip(neutral, fold([found.rows[at].text for at in neutral]), strict=True):
        words = "".join(char if char.isalnum() else " " for char in folded).split()
        for group in {groups[word] for word in words if word in groups}:
            places[group, found.rows[at].lang].append(at)
    return [
        found.line("identity", group, lang, label, chosen)
        for (group, lang), chosen in sorted(places.items())
        for label in ("hate", ABUSE)
    ]


def clean(
    judge: Judge, name: str, lang: str, texts: Sequence[str], progress: Progress
) -> list[Line]:
    """Texts without abuse: the flag rate of each label."""
    heads = dict.fromkeys((*_LABELS[:-1], "abusive"), 0)
    rows = [Row(text, lang, name, heads) for text in texts]
    found = scored(judge, rows, progress, name)
    return [found.line("clean", name, lang, label, range(len(rows))) for label in _LABELS]


def _implied(row: Row) -> Row:
    """`abusive` where another head says so; what is no abuse at all has no label."""
    heads = dict(row.heads)
    if any(heads.get(label) == 1 for label in _LABELS[:-1]):
        heads["abusive"] = 1
    return row._replace(heads=heads)


class _Text(msgspec.Struct):
    text: str = ""


def _texts(path: Path) -> list[str]:
    with gzip.open(path, "rb") as lines:
        return [msgspec.json.decode(line, type=_Text).text for line in lines]
