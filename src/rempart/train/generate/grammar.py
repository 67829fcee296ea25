"""Frames with slots, and the agreement of the words that fill them.

A frame is a line of text with
- `(really/so/)`      one of these, each equally likely, perhaps nothing;
- `{list}`            a word of a list; `{list.p}` its plural form (`.s` singular);
- `{g.p}`             the group of people the frame is about, always the same; `{slur.p}` a slur;
- `<il|elle>`         by the gender of that group, else of a person drawn for the sentence (French);

What the next word asks for comes by itself: `a` becomes `an`; in French `de`, `le`, `que` and their
like lose their vowel before another one, and `ce` becomes `cet`.

Words in lists have their forms parted by `|`: singular|plural in English; masculine and feminine
singular, masculine and feminine plural in French (two forms: invariable in gender). `{list.g}`: two
forms, masculine|feminine.
`scenario/grammar.py` says the lines of a chat in the order of time and knows no agreement; this one
draws sentences one by one and knows nothing of time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Final, NamedTuple

_EITHER: Final = re.compile(r"\(([^()/]*(?:/[^()/]*)+)\)")
_SLOT: Final = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
_GENDER: Final = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_SPACES: Final = re.compile(r"\s+")
_BEFORE_MARK: Final = re.compile(r" +([,.)\]])")
_LEFT_OVER: Final = re.compile(r"[{}<>|]")
_DEPTH: Final = 4

_VOWELS: Final = "aeiouàâéèêëîïôöùûœæ"
_SILENT_H: Final = "homme|homo|habi|herbe|heure|histoire|hum"
_VOWEL: Final = re.compile(rf"(?!oui|ouais|ouf|onze)(?:[{_VOWELS}]|{_SILENT_H})", re.IGNORECASE)
_ELIDED: Final = re.compile(rf"\b(?:([jmtsdn])e|(l)[ea]|(qu)e) (?={_VOWEL.pattern})", re.IGNORECASE)
_THIS: Final = re.compile(rf"\bce (?={_VOWEL.pattern})", re.IGNORECASE)
_A: Final = re.compile(r"\ba (?=(?!uni|us[ue]|eur|one\b)[aeiou])")


class GrammarError(ValueError):
    """A frame cannot be filled; the message names the slot and says what there is."""


class Entity(NamedTuple):
    """A word for a group of people: `key` the group, `forms` by column of the list."""

    key: str
    forms: Mapping[str, str]


class Said(NamedTuple):
    """A filled frame and the group it speaks of, empty when it speaks of none."""

    text: str
    group: str


class Grammar:
    """The words of one language and one side (seen or held out)."""

    def __init__(
        self,
        lang: str,
        words: Mapping[str, tuple[str, ...]],
        entities: Mapping[str, tuple[Entity, ...]],
    ) -> None:
        self._lang = lang
        self._words = words
        self._entities = entities

    def groups(self, frame: str) -> dict[str, list[Entity]]:
        """By group: the entities that have every form this frame asks for. Empty when the frame
        is not about a group."""
        for slot, entities in self._entities.items():
            asked = {form for name, form in _SLOT.findall(frame) if name == slot}
            if asked:
                fitting: dict[str, list[Entity]] = {}
                for entity in entities:
                    if any(self._has(entity, asked, gender) for gender in "mf"):
                        fitting.setdefault(entity.key, []).append(entity)
                return fitting
        return {}

    def check(self, frame: str) -> None:
        """Raises `GrammarError` when a slot has no list, no form or no group."""
        bare = _EITHER.sub("", frame)
        for name, form in _SLOT.findall(frame):
            if name in self._entities:
                if not self.groups(frame):
                    raise GrammarError(f"no entity has all forms that {{{name}.{form}}} asks for")
            elif name not in self._words:
                raise GrammarError(f"no list {name!r}; there are {', '.join(sorted(self._words))}")
            for word in self._words.get(name, ()):
                if form in ("s", "p") and "|" not in word:
                    raise GrammarError(f"{word!r} in {name!r} has no forms for .{form}")
                if form not in ("", "s", "p", "g"):
                    raise GrammarError(f"{{{name}.{form}}}: words in lists have .s, .p and .g")
                if not form and "|" in word and not _GENDER.search(word):
                    raise GrammarError(f"{word!r} in {name!r} has forms: write {{{name}.s}} or .p")
        if bare.count("(") or bare.count(")"):
            raise GrammarError("a bracket is left open, or has nothing to choose from")

    def say(self, frame: str, entity: Entity | None, random: Random) -> Said:
        """The frame with all slots filled. `entity` comes from `groups(frame)`."""
        text = frame
        gender = random.choice("mf")
        if entity is not None:
            asked = {form for name, form in _SLOT.findall(frame) if name in self._entities}
            gender = random.choice([g for g in "mf" if self._has(entity, asked, g)])
        for _ in range(_DEPTH):
            text = _EITHER.sub(lambda found: random.choice(found[1].split("/")), text)
            text = _SLOT.sub(lambda found: self._word(found, entity, gender, random), text)
            if "{" not in text:
                break
        text = _GENDER.sub(lambda found: found[1 if gender == "m" else 2], text)
        text = _SPACES.sub(" ", text)
        text = self._joined(text)
        if _LEFT_OVER.search(text):
            raise GrammarError(f"something of the frame is left in {text!r}")
        text = _BEFORE_MARK.sub(r"\1", text).strip(" ,")
        return Said(text, entity.key if entity is not None else "")

    def _has(self, entity: Entity, asked: set[str], gender: str) -> bool:
        return all(self._form(entity, form, gender) is not None for form in asked)

    def _form(self, entity: Entity, form: str, gender: str) -> str | None:
        if self._lang == "fr":
            return entity.forms.get(gender + form)
        return entity.forms.get(form)

    def _word(
        self, found: re.Match[str], entity: Entity | None, gender: str, random: Random
    ) -> str:
        name, form = found[1], found[2]
        if name in self._entities:
            if entity is None:
                raise GrammarError(f"{{{name}}} without a group")
            return self._form(entity, form, gender) or ""
        word = random.choice(self._words[name])
        if not form:
            return word
        forms = word.split("|")
        if form == "g":
            return forms[-1] if gender == "f" else forms[0]
        if len(forms) == 2:
            return forms[form == "p"]
        return forms[2 * (form == "p") + (gender == "f")]

    def _joined(self, text: str) -> str:
        """Words that change with the one after them."""
        if self._lang == "fr":
            text = _ELIDED.sub(lambda found: f"{found[1] or found[2] or found[3]}'", text)
            return _THIS.sub("cet ", text)
        return _A.sub("an ", text)

    def words(self) -> Iterator[tuple[str, str]]:
        """Every list and its words, for the tests."""
        for name, words in self._words.items():
            for word in words:
                yield name, word
