"""The elements of an offence: what this file shows, shows in part, or cannot show.

Rules kept here:

1. Which offences are laid out follows from what was recognised, not from a choice; what the law
   asks stands in `offences.toml`, with its date.
2. *Shown* and *partly* are derived from records, and name them; nothing is typed. Where only a
   person, a doctor or an investigator can know, it is *to be supplied*.
3. This is no qualification: that is the court's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from rempart.disclose.dossier.document.authors import Author, recognised
from rempart.disclose.dossier.document.content import Content, Item

SHOWN: Final = "shown"
PARTLY: Final = "partly"
SUPPLY: Final = "supply"


class Element(NamedTuple):
    """`key` names the words, unless `words` does; `values` fill them; `records`: where to look."""

    key: str
    state: str
    values: dict[str, int]
    records: tuple[int, ...] = ()
    words: str = ""


class Offence(NamedTuple):
    art: str
    name: dict[str, str]
    penalty: dict[str, str]
    elements: list[Element]


@lru_cache(maxsize=1)
def law() -> Mapping[str, Any]:
    """The shipped data, with the date it is of (`as_of`)."""
    return tomllib.loads((files(__package__) / "offences.toml").read_text("utf-8"))


def offences(content: Content, authors: Sequence[Author]) -> list[Offence]:
    """The offences that what was recognised in this file calls for."""
    labels = {label for item in content.items for label in recognised(item)}
    return [
        Offence(
            one["art"],
            {"en": one["name_en"], "fr": one["name_fr"]},
            {"en": one["penalty_en"], "fr": one["penalty_fr"]},
            [_DERIVED[key](_Given(key, content, authors)) for key in one["elements"]],
        )
        for one in law()["offence"]
        if "*" in one["labels"] or labels.intersection(one["labels"])
    ]


class _Given(NamedTuple):
    key: str
    content: Content
    authors: Sequence[Author]


def _several(given: _Given) -> Element:
    """Accounts are counted; that they are as many persons no record can show."""
    if not given.content.names_accounts:
        return Element(given.key, SUPPLY, {}, (), "hidden")
    if len(given.authors) < 2:
        return Element(given.key, SUPPLY, {"accounts": len(given.authors)})
    first = tuple(author.records[0] for author in given.authors)
    return Element(given.key, PARTLY, {"accounts": len(given.authors)}, first)


def _repeated(given: _Given) -> Element:
    count = len(given.content.items)
    again = sum(author.messages > 1 for author in given.authors)
    values = {"messages": count, "again": again}
    if count < 2:
        return Element(given.key, SUPPLY, values, _indexes(given.content.items))
    return Element(given.key, SHOWN, values, _indexes(given.content.items))


def _concerted(given: _Given) -> Element:
    raids = given.content.named("raid")
    reasons = sum(len(fact.value.get("reasons") or ()) for fact in raids[-1:])
    if not reasons:
        return Element(given.key, SUPPLY, {"reasons": 0})
    return Element(
        given.key, PARTLY, {"reasons": reasons}, tuple(fact.record for fact in raids[-1:])
    )


def _known(given: _Given) -> Element:
    saw = [author for author in given.authors if author.before.let_through or author.meanwhile]
    values = {"authors": len(saw), "accounts": len(given.authors)}
    if not given.content.names_accounts:
        return Element(given.key, SUPPLY, {}, (), "hidden")
    if not saw:
        return Element(given.key, SUPPLY, values)
    return Element(given.key, PARTLY, values, tuple(author.records[-1] for author in saw))


def _online(given: _Given) -> Element:
    if not given.content.items:
        return Element(given.key, SUPPLY, {"messages": 0})
    return Element(
        given.key, SHOWN, {"messages": len(given.content.items)}, _indexes(given.content.items)
    )


def _labelled(label: str, state: str) -> Callable[[_Given], Element]:
    def derived(given: _Given) -> Element:
        found = [item for item in given.content.items if label in recognised(item)]
        return Element(given.key, state, {"messages": len(found)}, _indexes(found))

    return derived


def _reiterated(given: _Given) -> Element:
    found = [item for item in given.content.items if "threat" in recognised(item)]
    state = PARTLY if len(found) > 1 else SUPPLY
    return Element(given.key, state, {"messages": len(found)}, _indexes(found))


def _supply(given: _Given) -> Element:
    return Element(given.key, SUPPLY, {})


def _indexes(items: Sequence[Item]) -> tuple[int, ...]:
    return tuple(sorted(item.record for item in items))


_DERIVED: Final[Mapping[str, Callable[[_Given], Element]]] = {
    "several": _several,
    "repeated": _repeated,
    "concerted": _concerted,
    "known": _known,
    "effect": _supply,
    "online": _online,
    "itt": _supply,
    "person": _supply,
    "threat": _labelled("threat", PARTLY),
    "written": _labelled("threat", SHOWN),
    "reiterated": _reiterated,
    "death": _supply,
    "condition": _supply,
    "revealed": _labelled("personal_data", PARTLY),
    "aim": _supply,
}
