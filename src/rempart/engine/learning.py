"""Learning on site, as the service does it: lessons out of decisions, a trial, a version.

Rules kept here:

1. Lessons are decisions of people on single messages that stood. What was upheld is what
   the machine called it, or, where it said nothing, its reporters; what was lifted is none of it.
   Private words teach nothing, nor does what is sealed as child safety: a message that is sealed
   later is gone from what is learned next, which is always learned anew from the lessons there are.
2. What was learned never goes live by itself. It is tried first: on decisions it has not seen, on
   sentences that ship for this, and on the last messages of this place. A delta that makes these
   worse is refused, with the figure; the others become a version that a person puts in force.
3. Ordinary messages of this place (allowed, nothing found, part of no case) are the clean samples
   that thresholds are set on. They are read from the log each time and kept nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from threading import Lock
from typing import Final, NamedTuple

import msgspec
import numpy as np

from rempart.cases.child_safety import sealed_messages
from rempart.cases.versions import propose_words
from rempart.detect.text.fold import fold
from rempart.detect.text.learning import Learned, Lesson, learn
from rempart.detect.text.scoring import LABELS, TextScorer
from rempart.engine.alone import alone
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import logged_message
from rempart.errors import ConflictError, NotFoundError
from rempart.model import ABUSE_LABELS, THRESHOLD, Label, Outcome
from rempart.store.interface import Tables
from rempart.store.interface.cases import DecidedMessage
from rempart.store.interface.versions import VersionRow
from rempart.train.generate import generate

RECENT: Final = 4_000
FEWEST: Final = 3
PROBES: Final = 600
MOST_LOST: Final = 0.03
"""Of the abuse in the sentences that ship, no more than this share may go unseen after learning."""
MOST_RAISED: Final = 0.02
"""Of their harmless ones, no more than this share may be flagged that was not."""
_OF_HARM: Final = {
    "threat": Label.THREAT,
    "stalking": Label.THREAT,
    "self_harm_incitement": Label.SELF_HARM_INCITEMENT,
    "sexual_harassment": Label.SEXUAL,
    "hate": Label.HATE,
    "harassment": Label.INSULT,
}
_UNDER_WAY = Lock()
_outcomes = msgspec.json.Decoder(Outcome)


class Trial(msgspec.Struct, frozen=True):
    """What was measured of a delta before anybody may use it; shares in [0, 1]. `held_out_*`: of
    decisions that were left out of a trial run, how many came out as decided, without and with
    what was learned. `newly_*`: among the last messages of this place, by entry of the log."""

    lessons: int
    reviewers: int
    clean: int
    clean_before: float
    clean_after: float
    held_out: int
    held_out_before: float
    held_out_after: float
    probes: int
    abuse_lost: float
    harmless_raised: float
    recent: int
    newly_flagged: list[int]
    newly_cleared: list[int]


class _Recent(NamedTuple):
    seqs: list[int]
    folds: list[str]
    clean: list[str]


def propose_learning(engine: EmbeddedEngine, *, by: str, reason: str, at_ms: int) -> VersionRow:
    """Learns from the decisions that stand now. NotFoundError: too few of them; ConflictError:
    what was learned does harm, with the figure, or somebody else is learning just now."""
    with alone(_UNDER_WAY, "learning"):
        return _proposed(engine, by, reason, at_ms)


def _proposed(engine: EmbeddedEngine, by: str, reason: str, at_ms: int) -> VersionRow:
    with engine.read() as tables:
        lessons = read_lessons(tables)
        recent = _recent(tables)
    if len(lessons) < FEWEST:
        raise NotFoundError(
            f"{len(lessons)} decisions on single messages stand: too few to learn from",
            next_step=f"it takes {FEWEST}",
        )
    scorer = TextScorer()
    learned = learn(scorer, lessons, recent.clean)
    if learned is None:
        raise NotFoundError("there are no weights to learn on", next_step="rempart doctor")
    figures = msgspec.json.encode(_tried(scorer, learned, lessons, recent)).decode()
    return engine.write(
        lambda tables: propose_words(
            tables, learned.delta, author=by, reason=reason, at_ms=at_ms, figures=figures
        )
    ).result()


def read_lessons(tables: Tables) -> list[Lesson]:
    """The decisions that stand, oldest first, as lessons."""
    decided = [row for row in tables.cases.decided_messages() if row.stood]
    rows = {row.seq: row for row in tables.stream.messages([one.seq for one in decided])}
    for seq in sealed_messages(tables, list(rows)):
        del rows[seq]
    found: list[tuple[DecidedMessage, str, dict[Label, bool]]] = []
    for one in decided:
        row = rows.get(one.seq)
        message = None if row is None else logged_message(tables.log.bodies(one.seq))
        if row is None or message is None or message.private or not message.text:
            continue
        outcome = _outcomes.decode(row.outcome) if row.outcome else None
        labels = _labels(one, outcome)
        if labels:
            found.append((one, message.text, labels))
    folds = fold([text for _, text, _ in found])
    return [
        Lesson(folded, labels, one.by)
        for folded, (one, _, labels) in zip(folds, found, strict=True)
    ]


def _labels(decided: DecidedMessage, outcome: Outcome | None) -> dict[Label, bool]:
    if decided.outcome == "lift":
        return dict.fromkeys(LABELS, False)
    named = {_OF_HARM[name] for name in decided.categories if name in _OF_HARM}
    seen = {
        Label(name)
        for name, score in (outcome.labels if outcome is not None else {}).items()
        if score >= THRESHOLD and Label(name) in ABUSE_LABELS
    }
    return dict.fromkeys(seen or named, True)


def _recent(tables: Tables) -> _Recent:
    seqs: list[int] = []
    texts: list[str] = []
    plain: list[bool] = []
    rows = tables.stream.latest(limit=RECENT)
    numbers = [row.seq for row in rows]
    looked_into = tables.cases.last_of_messages(numbers)
    sealed = sealed_messages(tables, numbers)
    for row in rows:
        if row.seq in sealed:
            continue
        message = logged_message(tables.log.bodies(row.seq))
        if message is not None and message.text and not message.private:
            seqs.append(row.seq)
            texts.append(message.text)
            ordinary = row.outcome is None and row.raid is None
            plain.append(ordinary and row.seq not in looked_into)
    folds = list(fold(texts))
    return _Recent(seqs, folds, [one for one, clean in zip(folds, plain, strict=True) if clean])


def _tried(
    scorer: TextScorer, learned: Learned, lessons: Sequence[Lesson], recent: _Recent
) -> Trial:
    taught = TextScorer(scorer.weights, learned.delta)
    held_out = _held_out(scorer, lessons, recent.clean)
    abusive, harmless = _probes()
    lost = _flagged(scorer, abusive) & ~_flagged(taught, abusive)
    raised = ~_flagged(scorer, harmless) & _flagged(taught, harmless)
    before, after = _flagged(scorer, recent.folds), _flagged(taught, recent.folds)
    trial = Trial(
        lessons=learned.used,
        reviewers=len({lesson.reviewer for lesson in lessons}),
        clean=len(recent.clean),
        clean_before=round(learned.before, 5),
        clean_after=round(learned.after, 5),
        held_out=held_out[0],
        held_out_before=held_out[1],
        held_out_after=held_out[2],
        probes=len(abusive) + len(harmless),
        abuse_lost=_share(lost),
        harmless_raised=_share(raised),
        recent=len(recent.seqs),
        newly_flagged=_some(recent.seqs, after & ~before),
        newly_cleared=_some(recent.seqs, before & ~after),
    )
    _refuse_harm(trial)
    return trial


def _refuse_harm(trial: Trial) -> None:
    for figure, most, what in (
        (trial.abuse_lost, MOST_LOST, "of the abuse that ships for trials would go unseen"),
        (trial.harmless_raised, MOST_RAISED, "of the harmless sentences would be flagged"),
        (
            trial.held_out_before - trial.held_out_after,
            0.0 if trial.held_out < 20 else 0.05,
            "more of the decisions left out come out wrong",
        ),
    ):
        if figure > most:
            raise ConflictError(
                f"what was learned does harm and is not kept: {figure:.1%} {what}",
                next_step="look at the decisions it was learned from",
            )


def _held_out(
    scorer: TextScorer, lessons: Sequence[Lesson], clean: Sequence[str]
) -> tuple[int, float, float]:
    """Every fifth lesson left out: how many come out as decided, before and after."""
    left = [lesson for number, lesson in enumerate(lessons) if number % 5 == 4]
    kept = [lesson for number, lesson in enumerate(lessons) if number % 5 != 4]
    learned = learn(scorer, kept, clean) if left and kept else None
    if learned is None:
        return 0, 0.0, 0.0
    folds = [lesson.fold for lesson in left]
    wanted = np.array([any(lesson.labels.values()) for lesson in left])
    shares = [
        float((_flagged(one, folds) == wanted).mean())
        for one in (scorer, TextScorer(scorer.weights, learned.delta))
    ]
    return len(left), round(shares[0], 4), round(shares[1], 4)


@cache
def _probes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Generated sentences that nothing was trained on, abusive and harmless, in folded form."""
    abusive: list[str] = []
    harmless: list[str] = []
    for sample in generate(0, held_out=True):
        known = [sample.heads.get(label.value) for label in LABELS]
        (abusive if 1 in known else harmless).append(sample.text)
    return tuple(_every(abusive)), tuple(_every(harmless))


def _every(texts: Sequence[str]) -> Iterable[str]:
    step = max(1, len(texts) // (PROBES // 2))
    return fold(list(texts[::step]))


def _flagged(
    scorer: TextScorer, folds: Sequence[str]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if not folds:
        return np.zeros(0, np.bool_)
    return np.asarray(scorer.score(folds).labels.max(axis=1) >= THRESHOLD, np.bool_)


def _share(found: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    return round(float(found.mean()), 4) if len(found) else 0.0


def _some(
    seqs: Sequence[int], found: np.ndarray[tuple[int], np.dtype[np.bool_]], most: int = 200
) -> list[int]:
    return [seqs[place] for place in np.flatnonzero(found)[:most].tolist()]
