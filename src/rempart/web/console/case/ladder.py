"""What a person can take by hand on what a case is about, as the ladder allows it."""

from __future__ import annotations

from typing import Final

import msgspec

from rempart.model import LADDER, Bundle, Case, CaseKind, MeasureKind, ScopeKind
from rempart.store.interface import Tables

MEMBERS: Final = "members"
LEASES: Final = (10, 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60)
"""Minutes to choose from; nothing chosen: what the ladder says of the kind."""


class Choice(msgspec.Struct, frozen=True):
    """One measure on one thing: `value` is what the form sends. `does`: by language."""

    value: str
    kind: MeasureKind
    bundle: Bundle | None
    does: dict[str, str]


class Choices(msgspec.Struct, frozen=True):
    """What can be taken on one thing of the case. `on`: a scope, or `members` of a raid."""

    on: str
    ref: str
    choices: list[Choice]


def choices_of(tables: Tables, case: Case) -> list[Choices]:
    """What the ladder allows on what this case is about, from the nearest to the broadest."""
    things: list[tuple[str, str]] = []
    if case.kind is CaseKind.MESSAGE:
        rows = tables.cases.messages(case.id, 1, 0)
        for row in rows:
            things += [(ScopeKind.MESSAGE, row.id), (ScopeKind.ACCOUNT, row.author)]
    elif case.kind is CaseKind.ACCOUNT:
        things.append((ScopeKind.ACCOUNT, case.subject))
    elif case.raid is not None:
        things.append((MEMBERS, case.raid))
    things += [(ScopeKind.TARGET, case.target), (ScopeKind.CHANNEL, case.channel)]
    return [Choices(on, ref, _choices_on(on)) for on, ref in things if ref]


def _choices_on(on: str) -> list[Choice]:
    scope = ScopeKind.ACCOUNT if on == MEMBERS else ScopeKind(on)
    found: list[Choice] = []
    for kind, rung in LADDER.items():
        if scope not in rung.touches or kind is MeasureKind.ALARM or not rung.reversible:
            continue  # what cannot be undone is decided, and a second person agrees
        bundles: list[Bundle | None] = [*Bundle] if kind is MeasureKind.SHIELD else [None]
        for bundle in bundles:
            value = f"{kind}:{on}" + (f":{bundle}" if bundle else "")
            found.append(Choice(value, kind, bundle, dict(rung.does)))
    return found
