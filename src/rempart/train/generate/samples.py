"""Labelled samples out of the families: how many, of which group, written in which way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, islice
from random import Random
from typing import Final, NamedTuple

from rempart.train.generate.frames import Family, families, grammar
from rempart.train.generate.grammar import Entity, Grammar
from rempart.train.generate.spelling import Spelling

SEEN: Final = 1_300
HELD_OUT: Final = 260
"""Samples per family and language, times its share."""
_TRIES: Final = 3


class Sample(NamedTuple):
    """`heads` has only the heads that are known (absent: unknown); `family` names the kind of
    frame, the same in both languages; `group` those it speaks of, as in `identity.tsv`, or ""."""

    text: str
    lang: str
    heads: dict[str, int]
    family: str
    group: str = ""


class _Frame:
    """One frame with its own turn of groups: each comes again only after all others have."""

    def __init__(self, frame: str, words: Grammar, random: Random) -> None:
        self._frame = frame
        self._words = words
        self._random = random
        self.groups = words.groups(frame)

    def say(self, group: str) -> str:
        entity: Entity | None = None
        if group:
            entity = self._random.choice(self.groups[group])
        return self._words.say(self._frame, entity, self._random).text


def generate(seed: int, *, held_out: bool = False, most: int | None = None) -> Iterator[Sample]:
    """Samples of every family, the first `most` of each; with `held_out` only of the frames that
    are never learned from."""
    for family in families():
        yield from islice(_family(family, seed, held_out), most)


def _family(family: Family, seed: int, held_out: bool) -> Iterator[Sample]:
    # A string seeds `Random` the same way on every platform and in every process.
    random = Random(f"{seed} {family.lang} {family.name} {held_out}")
    words = grammar(family.lang, held_out)
    frames = [_Frame(frame, words, random) for frame in family.frames(held_out)]
    spelling = Spelling(family.lang, words, random)
    wanted = round((HELD_OUT if held_out else SEEN) * family.share)
    said: set[str] = set()
    turns = _turns(frames, random)
    # In pairs, bare and with something around it: a family of few frames, whose bare sentences are
    # soon all said, would else be known by what stands around them.
    for _ in range(wanted * _TRIES // 2):
        if len(said) >= wanted:
            return
        frame, group = next(turns)
        pair = spelling.write(frame.say(group)), spelling.write(spelling.around(frame.say(group)))
        if said.isdisjoint(pair) and pair[0] != pair[1]:
            said.update(pair)
            for text in pair:
                yield Sample(text, family.lang, dict(family.heads), family.name, group)


def _turns(frames: list[_Frame], random: Random) -> Iterator[tuple[_Frame, str]]:
    """Frames in shuffled rounds. The frames about groups go through the groups that any of them
    can speak of, so that over a family each group comes equally often."""
    plain = [frame for frame in frames if not frame.groups]
    about = [frame for frame in frames if frame.groups]
    groups = sorted(set(chain.from_iterable(frame.groups for frame in about)))
    for turn in count():
        part = [(frame, "") for frame in plain]
        deck = [groups[(turn * len(about) + at) % len(groups)] for at in range(len(about))]
        free = list(about)
        random.shuffle(free)
        for group in deck:
            at = next((at for at, frame in enumerate(free) if group in frame.groups), None)
            if at is None:  # all frames left in this round lack the form: another round's frame
                part.append((random.choice([f for f in about if group in f.groups]), group))
            else:
                part.append((free.pop(at), group))
        random.shuffle(part)
        yield from part
