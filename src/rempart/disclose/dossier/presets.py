"""For whom a dossier is: what each edition hides, as data (`presets.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, NamedTuple

from rempart.errors import InputError

DEFAULT: Final = "court"
MOST_WORDS: Final = 100
LONGEST_WORD: Final = 100


class Preset(NamedTuple):
    """See the head of `presets.toml` for what the fields mean. `title` by language."""

    name: str
    title: Mapping[str, str]
    verbatim: bool
    mentions: bool
    kinds: frozenset[str] | None
    without: frozenset[str]
    hidden: frozenset[str]

    def hides(self, kind: str, field: str) -> bool:
        return field in self.hidden or f"{kind}.{field}" in self.hidden

    def shows(self, kind: str) -> bool:
        return kind not in self.without and (self.kinds is None or kind in self.kinds)


class Edition(NamedTuple):
    """Which edition is wanted: its preset, and words that are hidden wherever they stand, in
    whatever case; a word of a text that contains one of them is hidden whole."""

    preset: Preset
    hide_words: tuple[str, ...] = ()


@lru_cache(1)
def presets() -> Mapping[str, Preset]:
    """All presets by name."""
    text = (files(__package__) / "presets.toml").read_text("utf-8")
    told = tomllib.loads(text)
    always = frozenset(told.pop("always"))
    return MappingProxyType(
        {
            name: Preset(
                name=name,
                title=MappingProxyType({"en": one["en"], "fr": one["fr"]}),
                verbatim=one.get("verbatim", False),
                mentions=one.get("mentions", False),
                kinds=frozenset(one["kinds"]) if "kinds" in one else None,
                without=frozenset(one.get("without", ())),
                hidden=always | frozenset(one["hidden"]),
            )
            for name, one in told.items()
        }
    )


def edition(name: str = DEFAULT, hide_words: tuple[str, ...] = ()) -> Edition:
    """InputError for a preset that does not exist, or words that cannot be hidden."""
    preset = presets().get(name)
    if preset is None:
        raise InputError(
            "there is no such edition of a dossier",
            where=name[:60],
            next_step="one of " + ", ".join(presets()),
        )
    words = tuple(dict.fromkeys(part.casefold() for word in hide_words for part in word.split()))
    if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        raise InputError(
            f"at most {MOST_WORDS} words of at most {LONGEST_WORD} characters are hidden",
            where="hide words",
        )
    return Edition(preset, words)
