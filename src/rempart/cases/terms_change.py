"""What a version of the terms changed, in words that somebody can read. Pure.

Beside the ids (`terms.change`): each part with its words before and after, and of two texts which
words stayed, came and went.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

import msgspec

from rempart.cases.terms import Terms, Words

_WORDS: Final = re.compile(r"\s*\S+\s*")
SAME, GONE, NEW = "same", "gone", "new"


class Part(msgspec.Struct, frozen=True):
    """`what`: added, removed or changed; `kind` and `id` as in `Change`; `name` empty where the id
    says it. `before` and `after` by language."""

    what: str
    kind: str
    id: str
    name: Words
    before: Words
    after: Words


def parts(before: Terms, after: Terms) -> list[Part]:
    """In the order of the kinds, then by id."""
    found: list[Part] = []
    old, new = _texts(before), _texts(after)
    for kind, id in sorted(old.keys() | new.keys()):
        was, now = old.get((kind, id)), new.get((kind, id))
        if was == now:
            continue
        what = "changed" if was and now else ("removed" if was else "added")
        name = (now or was or ({}, {}))[0]
        found.append(Part(what, kind, id, name, was[1] if was else {}, now[1] if now else {}))
    return found


@lru_cache(maxsize=64)
def reworded(before: str, after: str) -> list[tuple[str, str]]:
    """The words of both texts in order, each run `same`, `gone` or `new`. Kept, since everybody
    may ask."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[tuple[str, str]] = []
    for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            found.append((SAME, "".join(old[a:b])))
            continue
        if b > a:
            found.append((GONE, "".join(old[a:b])))
        if d > c:
            found.append((NEW, "".join(new[c:d])))
    return found


def _texts(terms: Terms) -> Mapping[tuple[str, str], tuple[Words, Words]]:
    """By kind and id: the name, and what stands there."""
    found: dict[tuple[str, str], tuple[Words, Words]] = {}
    for policy in terms.policies:
        found["policy", policy.key] = (policy.title, policy.text)
    for harm in terms.forbidden:
        found["harm", harm.harm] = (harm.name, _joined(harm.term, harm.law))
    for rule in terms.rules:
        version = dict.fromkeys(rule.what, rule.version) if rule.version else {}
        found["rule", rule.id] = ({}, _joined(rule.what, version))
    for measure in terms.measures:
        found["measure", measure.kind] = ({}, measure.does)
    for tool in terms.tools:
        found["tool", tool.name] = ({}, {"en": tool.version, "fr": tool.version})
    for kind, words in (("own", terms.own), ("minors", terms.minors)):
        for language, text in words.items():
            found[kind, language] = ({}, {language: text})
    return found


def _joined(one: Words, other: Words) -> Words:
    return {
        language: " · ".join(text for text in (words, other.get(language, "")) if text)
        for language, words in one.items()
    }
