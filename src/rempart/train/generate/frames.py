"""The families of a language, read from the data and checked.

A data file (`data/<language>/*.toml`) has one table per family:

    [hate_dehuman]
    heads = "hate abusive ?insult"      # 1, 1, unknown; every head not named is 0
    share = 1.0                         # how often, against the other families
    seen = '''one frame per line'''
    held_out = '''one frame per line'''

`words*.toml` have the lists behind the slots. A held-out frame takes its words from
`words_held_out.toml` wherever that has a list of the name: it shares neither frame nor word.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final, NamedTuple

from rempart.detect.text.model import HEADS
from rempart.errors import InputError
from rempart.train.generate.grammar import Entity, Grammar, GrammarError

LANGUAGES: Final = ("en", "fr")
_WORDS: Final = "words"
_HELD_OUT: Final = "words_held_out.toml"
_ENTITIES: Final = {"g": "groups.tsv", "slur": "slurs.tsv"}


class Family(NamedTuple):
    """Frames of one kind in one language; `heads` has only what is known."""

    name: str
    lang: str
    heads: dict[str, int]
    share: float
    seen: tuple[str, ...]
    held_out: tuple[str, ...]

    def frames(self, held_out: bool) -> tuple[str, ...]:
        return self.held_out if held_out else self.seen


def _folder(lang: str) -> Traversable:
    return resources.files("rempart.train.generate").joinpath("data", lang)


def _heads(text: str, where: str) -> dict[str, int]:
    """`"hate ?insult"`: hate is 1, insult unknown, every other head 0."""
    heads = dict.fromkeys(HEADS, 0)
    for word in text.split():
        name = word.removeprefix("?")
        if name not in HEADS:
            raise InputError(f"{where}: there is no head {name!r}; there are {', '.join(HEADS)}")
        if word.startswith("?"):
            del heads[name]
        else:
            heads[name] = 1
    return heads


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _entities(lang: str) -> dict[str, tuple[Entity, ...]]:
    found: dict[str, tuple[Entity, ...]] = {}
    for slot, name in _ENTITIES.items():
        text = _folder(lang).joinpath(name).read_text("utf-8")
        rows = [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]
        columns = rows.pop(0)[1:]
        found[slot] = tuple(
            Entity(
                key,
                {c: form for c, form in zip(columns, forms, strict=True) if form != "-"},
            )
            for key, *forms in rows
        )
    return found


@cache
def grammar(lang: str, held_out: bool) -> Grammar:
    """Slots and agreement of one language, with the words of one side."""
    lists: dict[str, str] = {}
    for file in sorted(_folder(lang).iterdir(), key=lambda entry: entry.name):
        if file.name.startswith(_WORDS) and file.name != _HELD_OUT:
            lists |= tomllib.loads(file.read_text("utf-8"))
    if held_out:
        lists |= tomllib.loads(_folder(lang).joinpath(_HELD_OUT).read_text("utf-8"))
    words = {name: _lines(text) for name, text in lists.items()}
    return Grammar(lang, words, _entities(lang))


@cache
def families() -> tuple[Family, ...]:
    """Every family of every language, in order of language and name. `InputError` names the file,
    the family and the frame that cannot be used."""
    found = []
    for lang in LANGUAGES:
        for file in sorted(_folder(lang).iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".toml") and not file.name.startswith(_WORDS):
                for name, table in tomllib.loads(file.read_text("utf-8")).items():
                    found.append(family_of(name, lang, table, f"{lang}/{file.name}, {name}"))
    return tuple(sorted(found, key=lambda family: (family.lang, family.name)))


def family_of(name: str, lang: str, table: dict[str, Any], where: str) -> Family:
    """One table of a data file; raises `InputError` as `families` does."""
    family = Family(
        name,
        lang,
        _heads(table["heads"], where),
        float(table.get("share", 1.0)),
        _lines(table["seen"]),
        _lines(table["held_out"]),
    )
    for held_out in (False, True):
        frames = family.frames(held_out)
        if not frames:
            raise InputError(f"{where}: no {'held-out' if held_out else 'seen'} frames")
        for frame in frames:
            try:
                grammar(lang, held_out).check(frame)
            except GrammarError as error:
                raise InputError(f"{where}, frame {frame!r}: {error}") from error
    return family
