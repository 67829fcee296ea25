"""Strikes: what decisions against an account leave behind, for a time, and what they recommend.

Rules kept here:

1. A decision that keeps or takes a restriction gives each account concerned one strike (two for the
   gravest harms), on its platform. What a machine did alone gives none.
2. A strike expires. A decision that replaces another takes the other's strikes back.
3. The ladder is data (`strikes.toml`). It recommends; it never decides, and ends no account: its
   last step is that two people look whether the account stays.
4. It recommends to suspend only who was warned before: the statement of each earlier strike says so
   (`statement_text`). Every step that restricts has an end.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

import msgspec

from rempart.cases.deciding.statements import account_of, restricts
from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.log.subjects import NOBODY, account_subject
from rempart.model import NO_ACTION, Case, Decision, Measure, MeasureKind, stable_id
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.statements import StrikeRow

DAY_MS = 86_400_000
WARNING = "warning"
TERMINATION = "termination_review"
_AFTER_A_WARNING = frozenset({MeasureKind.SUSPEND.value, TERMINATION})


class LadderStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`what`: `warning`, a kind of measure, or `termination_review`."""

    strikes: int
    what: str
    minutes: int | None = None


class Ladder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    expires_days: int
    double: tuple[str, ...]
    step: tuple[LadderStep, ...]


class Recommendation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the ladder proposes for an account, and why. `strikes`: those in force now, before this
    decision; `kind` None: a warning, or two people who look whether the account stays."""

    account: str
    strikes: int
    what: str
    kind: MeasureKind | None
    minutes: int | None
    harm: str
    double: bool
    warned_at: datetime | None = None
    """When the earliest statement that is still in force warned this account."""


@cache
def ladder() -> Ladder:
    text = files(__package__).joinpath("strikes.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Ladder)


def in_force(rows: Iterable[StrikeRow], at_ms: int) -> list[StrikeRow]:
    return [row for row in rows if row.overturned_by is None and row.expires_ms > at_ms]


def weight(rows: Sequence[StrikeRow]) -> int:
    """How many they count as."""
    double = ladder().double
    return sum(2 if row.harm in double else 1 for row in rows)


def recommend(tables: Tables, platform: str, account: str, harm: str, at_ms: int) -> Recommendation:
    """The step of the ladder that this account would stand on after a decision against it."""
    standing = in_force(tables.statements.strikes(platform, account), at_ms)
    known = weight(standing)
    warned_ms = min((row.at_ms for row in standing), default=None)
    rules = ladder()
    double = harm in rules.double
    after = known + (2 if double else 1)
    may = [
        one
        for one in rules.step
        if one.strikes <= after and (warned_ms is not None or one.what not in _AFTER_A_WARNING)
    ]
    step = max(may, key=lambda one: one.strikes)
    kind = None if step.what in (WARNING, TERMINATION) else MeasureKind(step.what)
    warned_at = None if warned_ms is None else at_time(warned_ms)
    return Recommendation(account, known, step.what, kind, step.minutes, harm, double, warned_at)


def give(
    tables: Tables, case: Case, decision: Decision, affected: Iterable[Measure], at_ms: int
) -> None:
    """After a decision, in its transaction (see module)."""
    if decision.outcome in NO_ACTION or decision.harm is None:
        return
    ended = frozenset(decision.undone)
    accounts = dict.fromkeys(
        (measure.scope.platform, account)
        for measure in affected
        if measure.id not in ended
        and restricts(measure)
        and (account := account_of(measure)) is not None
    )
    if not accounts:
        return
    expires = ms_of(decision.decided_at) + ladder().expires_days * DAY_MS
    rows = [
        StrikeRow(
            stable_id("k", platform, account, decision.id),
            platform,
            account,
            case.id,
            decision.id,
            decision.harm,
            at_ms,
            expires,
        )
        for platform, account in accounts
    ]
    tables.statements.add_strikes(rows)
    told = {
        "case": case.id,
        "decision": decision.id,
        "harm": decision.harm,
        "accounts": [account for _, account in accounts],
        "at": rfc3339(at_ms),
        "until": rfc3339(expires),
    }
    record(tables, [(case.id, entry("strikes", told, subject=_subject(list(accounts))))])


def overturn(tables: Tables, earlier: Decision, decision: Decision, at_ms: int) -> None:
    """The strikes of the decision that was replaced; the new one has given its own."""
    rows = tables.statements.overturn_strikes(earlier.id, decision.id, at_ms)
    if not rows:
        return
    struck = [(row.platform, row.account) for row in rows]
    told = {
        "case": decision.case,
        "decision": earlier.id,
        "overturned_by": decision.id,
        "accounts": [row.account for row in rows],
        "at": rfc3339(at_ms),
    }
    record(tables, [(decision.case, entry("strikes-overturned", told, subject=_subject(struck)))])


def _subject(accounts: Sequence[tuple[str, str]]) -> str:
    """The account, when the entry is about one alone."""
    return account_subject(*accounts[0]) if len(accounts) == 1 else NOBODY
