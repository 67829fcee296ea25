"""What the law asks a place to publish, and what of it is missing today. A reading.

`rempart doctor` and the start of a service that others reach say it; the pages show it.
"""

from __future__ import annotations

from rempart.cases import dated
from rempart.cases.terms import unpublished
from rempart.model import Audience, Contact, DatedKind
from rempart.store.interface import Tables


def lacking(tables: Tables, now_ms: int) -> list[str]:
    """In English, each with its article; empty: nothing is missing."""
    found = []
    held = dated.at(tables, dated.today(now_ms), DatedKind.CONTACT)
    declared = {one.value.audience for one in held if isinstance(one.value, Contact)}
    for audience, article in ((Audience.AUTHORITIES, "art. 11"), (Audience.USERS, "art. 12")):
        if audience not in declared:
            found.append(f"no contact point for {audience.value} is declared (DSA {article})")
    if tables.terms.latest() is None:
        found.append("no terms are published (DSA art. 14(1))")
    elif rules := unpublished(tables):
        named = ", ".join(rules[:5])
        found.append(f"rules that acted stand in no published terms (DSA art. 14(1)): {named}")
    return found
