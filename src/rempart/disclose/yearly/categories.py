"""Where each harm is counted: a category, a keyword, or a described *other* row of a category.

From the one taxonomy (`cases.harms`). Rules kept here (Annex II):

1. One thing is in one row; the more specific row wins. Nothing falls out: what this service calls
   *other* has a place on each sheet, described.
2. What is about a category without a keyword of its own is *cyber harassment* (3b), such as doxing,
   unless the community counts it apart; then sheet 2 says that 3b excludes it.
3. A notice whose illegality cannot be deduced is *not specified* (17); an order only when it names
   no legal ground at all (16).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from rempart.cases.harms import harms

ORDERS, NOTICES, ILLEGAL, TERMS = 3, 4, 5, 6
"""Sheets by number."""
OTHER_KEYWORD: Final = "KEYWORD_OTHER"
UNSPECIFIED_ORDER: Final = "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"
UNSPECIFIED_NOTICE: Final = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
_SPEECH: Final = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
_TERMS: Final = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
_NO_CATEGORY: Final = {
    "en": "Illegal content for which this service keeps no category of its own",
    "fr": "Contenu illicite pour lequel ce service n’a pas de catégorie propre",
}
_RESPECT: Final = {
    "en": "Lack of respect for others, against the rules of the community",
    "fr": "Manque de respect d’autrui, contraire aux conditions de la communauté",
}
UNNAMED: Final = ""
"""The harm of an order without legal ground."""


class Row(NamedTuple):
    """`keyword` None: the category has no rows below it. `other`: the description of a
    `KEYWORD_OTHER` row, by language in `described`."""

    category: str
    keyword: str | None = None
    other: str = ""


def place(harm: str, sheet: int, language: str = "en", apart: Collection[str] = ()) -> Row:
    """Where `harm` is counted on this sheet. `apart`: harms that have an *other* row of their own
    instead of the keyword that covers them."""
    known = harms().get(harm)
    if sheet == ORDERS and harm == UNNAMED:
        return Row(UNSPECIFIED_ORDER)
    if known is None or known.dsa.category == UNSPECIFIED_NOTICE:
        if sheet == NOTICES:
            return Row(UNSPECIFIED_NOTICE)
        if sheet == TERMS:
            return Row(_TERMS, OTHER_KEYWORD, _RESPECT[language])
        return Row(_SPEECH, OTHER_KEYWORD, _NO_CATEGORY[language])
    code = known.dsa
    if code.other is not None and (code.keyword is None or harm in apart):
        return Row(code.category, OTHER_KEYWORD, code.other if language == "en" else _fr(harm))
    return Row(code.category, code.keyword or OTHER_KEYWORD)


def named(harm: str, language: str) -> str:
    """As the service calls it."""
    known = harms().get(harm)
    return harm if known is None else known.label[language]


def _fr(harm: str) -> str:
    return harms()[harm].label["fr"]
