"""What a statement of reasons must hold before it may exist: DSA art. 17(3), point by point. Pure.

Rules kept here:

1. Every element that applies is there, in French and in English; one that is empty or would fit any
   case refuses the statement, and with it the restriction (art. 17(4)).
2. It names what it is about (which message, raid or account) and the rule or provision it rests on.
   The words themselves are not repeated: who wrote them knows them, and the statement travels.
3. Automated means are those of the record: a machine's measure names its rule; a person's decision
   is never called fully automated.
4. Whoever takes back a restriction states the reason alone: nothing is imposed.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from rempart.cases.deciding.reasons import checked_reason
from rempart.errors import InputError
from rempart.model import (
    LADDER,
    AutomatedDecision,
    Ground,
    ScopeKind,
    Statement,
)

LANGUAGES: Final = ("en", "fr")
_CODES: Final = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)
COUNTRIES: Final = frozenset(_CODES.split())
"""Codes of the Transparency Database: the Member States (Greece is GR there), IS, LI, NO."""


class Element(StrEnum):
    """The points of art. 17(3). Redress, (f), is a sentence of the text itself."""

    MEASURE = "17(3)(a)"
    FACTS = "17(3)(b)"
    AUTOMATED = "17(3)(c)"
    LEGAL_GROUND = "17(3)(d)"
    CONTRACTUAL_GROUND = "17(3)(e)"


class Lack(NamedTuple):
    """`field`: of the statement."""

    element: Element
    field: str
    what: str


def checked(told: Statement) -> Statement:
    """The statement, or InputError: what it lacks first, by point of article 17."""
    found = lack(told)
    if found is None:
        return told
    raise InputError(
        f"a statement of reasons lacks art. {found.element} DSA: {found.what}",
        where=found.field,
        next_step="say it: a restriction without its reasons cannot be imposed",
    )


def lack(told: Statement) -> Lack | None:
    """The first thing it lacks, None when it is whole."""
    ground = Element.LEGAL_GROUND if told.ground is Ground.LAW else Element.CONTRACTUAL_GROUND
    if told.ends:
        return _explanation(told, ground)
    return (
        _measure(told)
        or _facts(told)
        or _automated(told)
        or _ground(told, ground)
        or _explanation(told, ground)
    )


def _measure(told: Statement) -> Lack | None:
    rung = LADDER[told.kind]
    if told.scope not in rung.form:
        return Lack(Element.MEASURE, "kind", f"{told.kind} of a {told.scope} has no legal form")
    if not (told.account and told.platform and told.channel):
        return Lack(Element.MEASURE, "account", "whom and where it restricts")
    if told.until is None and not rung.endless:
        return Lack(Element.MEASURE, "until", "how long it lasts")
    if told.until is not None and told.until <= told.from_at:
        return Lack(Element.MEASURE, "until", "it ends before it begins")
    for country in told.territory:
        if country not in COUNTRIES:
            return Lack(Element.MEASURE, "territory", f"{country!r} is no country it may hold in")
    return None


def _facts(told: Statement) -> Lack | None:
    if told.scope is ScopeKind.MESSAGE and told.message is None:
        return Lack(Element.FACTS, "message", "which message it is about")
    return None


def _automated(told: Statement) -> Lack | None:
    decided = told.automated_decision
    if decided is AutomatedDecision.FULLY and told.decision is not None:
        return Lack(Element.AUTOMATED, "automated_decision", "a person decided")
    if decided is AutomatedDecision.PARTIALLY and told.decision is None:
        return Lack(Element.AUTOMATED, "automated_decision", "which person's decision it was")
    if decided is not AutomatedDecision.NOT and not told.rule:
        return Lack(Element.AUTOMATED, "rule", "which rule the machine went by")
    return None


def _ground(told: Statement, element: Element) -> Lack | None:
    if told.ground is Ground.NONE:
        return Lack(element, "ground", "the law or the terms it rests on")
    for language in LANGUAGES:
        if not _says_something(told.reference.get(language, "")):
            return Lack(element, "reference", f"the article or the term ({language})")
    return None


def _explanation(told: Statement, element: Element) -> Lack | None:
    for language in LANGUAGES:
        wrong = _wrong_with(told.explanation.get(language, ""))
        if wrong:
            return Lack(element, "explanation", f"why this is against it ({language}): {wrong}")
    return None


@lru_cache(maxsize=4_096)
def _says_something(text: str) -> bool:
    return any(c.isalnum() for c in text)


@lru_cache(maxsize=4_096)
def _wrong_with(reason: str) -> str:
    try:
        checked_reason(reason)
    except InputError as error:
        return error.what
    return ""


def is_sound(explanation: dict[str, str]) -> bool:
    """Whether it can stand in a statement, in both languages."""
    return not any(_wrong_with(explanation.get(language, "")) for language in LANGUAGES)
