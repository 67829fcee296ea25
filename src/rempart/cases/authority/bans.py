"""Court bans (Code pénal, art. 131-35-1): accounts that a court suspended, for the term it set.

Rules kept here:

1. A decision that was served blocks at once, inside the channels protected here and nowhere else.
   One person's word blocks for three days; the whole term needs a second person who has seen the
   decision. So nobody invents a ban, and nothing waits for a weekend. One person's word blocks an
   account once a year, and `MOST_ALONE` accounts at a time: what was never confirmed, or was ended
   before its date, is not said again by one alone. What a person undid stays undone.
2. Six months at most, a year when the offence is a repeat. It lapses by its date.
3. A new account that looks alike is a *suspicion*: an entry, shown to a person. Nothing happens to
   it before a person says, with a reason, that it is the same; *other* is an answer too.
4. Each measure is one of the ladder, stated to the account with the court's reference, and undone
   with the ban. What a court ordered is not for the Commission's database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

import msgspec

from rempart.cases.authority.orders import ReachOf, place_of
from rempart.cases.deciding.statements import add, queue, statement_entry
from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.cases.measures.by_hand import LONGEST_REASON, Wish, planned, write
from rempart.cases.measures.undo import undo_measures
from rempart.cases.second_person import free_from, must_be_another
from rempart.detect.text.fold import fold_one
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import (
    AutomatedDecision,
    CourtBan,
    Exemption,
    ExemptionReason,
    Ground,
    Measure,
    MeasureKind,
    MeasureState,
    Scope,
    ScopeKind,
    Statement,
    StatementSource,
    stable_id,
)
from rempart.model.moments import ms_of
from rempart.protect import Shields
from rempart.store.interface import Tables
from rempart.store.interface.bans import BanRow, Newcomer, SuspicionRow

RULE: Final = "court-ban"
PROVISIONAL, OVER, NOT_BLOCKED, UNDONE = "provisional", "over", "not blocked", "undone"
LONGEST: Final = timedelta(days=184)
LONGEST_AGAIN: Final = timedelta(days=366)
PROVISIONAL_MS: Final = 72 * 3_600_000
AGAIN_MS: Final = 366 * 86_400_000
MOST_ALONE: Final = 20
MOST_LOOKED: Final = 20_000
SHORTEST_NAME: Final = 4
"""A shorter name looks like everybody's."""


class Waiting(NamedTuple):
    """An account that two people have not blocked for the term. `word_of`: who said that it is
    banned; `state`: `provisional`, `over` (the three days are), `not blocked` (one person's word
    was not enough), `undone` (a person undid it: it stays free)."""

    account: str
    word_of: str
    state: str


def register(tables: Tables, ban: CourtBan, by: str, at_ms: int, *, reach: ReachOf) -> BanRow:
    """Takes a served decision in, and blocks its accounts for three days, until it is confirmed."""
    _check(tables, ban, at_ms)
    id = stable_id("b", ban.court, ban.reference)
    if tables.bans.get(id) is not None:
        raise ConflictError("this decision is registered already", where=ban.reference)
    from_ms, until_ms = _ms(ban.from_day), _ms(ban.until + timedelta(days=1))
    if until_ms <= at_ms:
        raise InputError("its term is over", where="until")
    blocked = _alone(tables, id, ban.accounts, by, at_ms)
    told = {
        "ban": id,
        "what": "registered",
        "record": msgspec.to_builtins(ban),
        "not_blocked": [one for one in ban.accounts if one not in blocked] or None,
    }
    seq = _note(tables, told, by, at_ms)
    row = BanRow(id, ban, from_ms, until_ms, by, at_ms, seq, max(0, seq - 1))
    tables.bans.put(row)
    _block(tables, row, blocked, min(until_ms, at_ms + PROVISIONAL_MS), by, at_ms, reach)
    return row


def confirm(tables: Tables, id: str, by: str, at_ms: int, *, reach: ReachOf) -> BanRow:
    """A second person has seen the decision: the accounts are blocked for its whole term, but for
    those that somebody undid, and those that only she herself said are the same person's."""
    row = _standing(tables, id, at_ms)
    waits = [one for one in waiting(tables, row) if one.state != UNDONE]
    if row.confirmed_by is not None and not waits:
        raise ConflictError("it was confirmed already", where=id)
    if row.confirmed_by is None:
        same = ConflictError("another person than who registered it confirms it", where=id)
        must_be_another(tables, by, [row.taken_by], at_ms, same, about=id)
    others = [one for one in waits if one.word_of != by]
    if row.confirmed_by is not None:
        same = ConflictError(
            "another person than who said that it is the same confirms it", where=id
        )
        if not others:
            raise same
        must_be_another(tables, by, [one.word_of for one in others], at_ms, same, about=id)
    chosen = [one.account for one in others if free_from(tables, by, one.word_of, at_ms) is None]
    told = {"ban": id, "what": "confirmed"}
    if row.confirmed_by is not None:
        told["account"] = ", ".join(chosen)
    _note(tables, told, by, at_ms)
    fresh = row
    if row.confirmed_by is None:
        fresh = row._replace(confirmed_by=by, confirmed_ms=at_ms)
        tables.bans.put(fresh)
    _block(tables, fresh, chosen, row.until_ms, by, at_ms, reach)
    return fresh


def waiting(tables: Tables, row: BanRow) -> list[Waiting]:
    """The accounts of a ban that are not blocked for its whole term by two people's word."""
    judged = {
        f"{one.platform}/{one.account}": one.found_by or ""
        for one in tables.bans.suspicions(row.id)
        if one.found == "same"
    }
    states: dict[str, set[MeasureState]] = {}
    whole: set[str] = set()
    for one in tables.stream.measures(ids=tables.bans.measures(row.id)):
        account = f"{one.measure.scope.platform}/{one.measure.scope.ref}"
        states.setdefault(account, set()).add(one.measure.state)
        until = one.measure.until
        if until is not None and ms_of(until) >= row.until_ms - 1000:
            whole.add(account)
    found = []
    for account in row.ban.accounts:
        seen = states.get(account, set())
        if MeasureState.UNDONE in seen:
            state = UNDONE
        elif account in whole and row.confirmed_by is not None:
            continue
        elif MeasureState.ACTIVE in seen:
            state = PROVISIONAL
        else:
            state = OVER if seen else NOT_BLOCKED
        found.append(Waiting(account, judged.get(account, row.taken_by), state))
    return found


def _alone(tables: Tables, id: str, accounts: Sequence[str], by: str, at_ms: int) -> list[str]:
    """Those of the accounts that this person's word alone may block now (rule 1)."""
    known = [one for one in tables.bans.all() if one.at_ms > at_ms - AGAIN_MS]
    refuted = {
        account
        for one in known
        if one.id != id and (one.confirmed_by is None or one.ended_ms is not None)
        for account in one.ban.accounts
    }
    mine = sum(
        one.word_of == by and one.state == PROVISIONAL
        for row in known
        if row.ended_ms is None
        for one in waiting(tables, row)
    )
    free = [one for one in dict.fromkeys(accounts) if one not in refuted]
    return free[: max(0, MOST_ALONE - mine)]


def end(tables: Tables, id: str, why: str, by: str, at_ms: int) -> BanRow:
    """Ends it before its date: the court lifted it, or it was registered wrongly."""
    row = _standing(tables, id, at_ms)
    reason = _reason(why)
    _note(tables, {"ban": id, "what": "ended", "reason": reason}, by, at_ms)
    undo_measures(tables, tables.bans.measures(id), by, at_ms)
    fresh = row._replace(ended_ms=at_ms, ended_why=reason)
    tables.bans.put(fresh)
    return fresh


def look(tables: Tables, at_ms: int) -> int:
    """Compares who wrote since the last look with the bans in force; returns how many new
    suspicions there are. Bounded; reads nothing when no ban is in force."""
    found = 0
    for row in tables.bans.in_force(at_ms):
        writers = tables.bans.writers(row.looked_seq, MOST_LOOKED)
        if not writers:
            continue
        for one, why in alike(row.ban, writers):
            known = SuspicionRow(row.id, one.platform, one.account, one.name, why, at_ms, one.seq)
            if tables.bans.suspect(known):
                found += 1
                told = {
                    "ban": row.id,
                    "what": "looks alike",
                    "account": f"{one.platform}/{one.account}",
                    "why": why,
                    "entry": one.seq,
                }
                _note(tables, told, None, at_ms)
        tables.bans.put(row._replace(looked_seq=writers[-1].seq))
    if found:
        tables.announce("alarm", {"what": "court-ban-suspicion", "count": found})
    return found


def alike(ban: CourtBan, writers: Sequence[Newcomer]) -> list[tuple[Newcomer, str]]:
    """Pure: who looks like the person banned and is none of the accounts known. `name`: the same
    name after folding; `id`: the same id on another platform."""
    accounts = set(ban.accounts)
    ids = {one.partition("/")[2] for one in accounts}
    names = {folded for name in ban.names if len(folded := _folded(name)) >= SHORTEST_NAME}
    found: dict[tuple[str, str], tuple[Newcomer, str]] = {}
    for one in writers:
        if f"{one.platform}/{one.account}" in accounts:
            continue
        if one.account in ids:
            found.setdefault((one.platform, one.account), (one, "id"))
        elif one.name and _folded(one.name) in names:
            found.setdefault((one.platform, one.account), (one, "name"))
    return list(found.values())


def judge(
    tables: Tables,
    id: str,
    account: str,
    why: str,
    by: str,
    at_ms: int,
    *,
    same: bool,
    reach: ReachOf,
) -> BanRow:
    """A person says whether a suspicious account is the same person's. *Same* blocks it for three
    days, by the bounds of rule 1; for the term when another person confirms that too."""
    row = _standing(tables, id, at_ms)
    found = next(
        (one for one in tables.bans.suspicions(id) if f"{one.platform}/{one.account}" == account),
        None,
    )
    if found is None or found.found is not None:
        raise ConflictError("there is no such suspicion that waits", where=account)
    reason = _reason(why)
    said = "same" if same else "other"
    told = {"ban": id, "what": said, "account": account, "reason": reason}
    _note(tables, told, by, at_ms)
    tables.bans.judge(found._replace(found=said, found_by=by, found_why=reason, found_ms=at_ms))
    if not same:
        return row
    fresh = row._replace(
        ban=msgspec.structs.replace(row.ban, accounts=(*row.ban.accounts, account))
    )
    tables.bans.put(fresh)
    blocked = _alone(tables, id, [account], by, at_ms)
    _block(tables, fresh, blocked, min(row.until_ms, at_ms + PROVISIONAL_MS), by, at_ms, reach)
    return fresh


def _block(
    tables: Tables,
    row: BanRow,
    accounts: Sequence[str],
    until_ms: int,
    by: str,
    at_ms: int,
    reach: ReachOf,
) -> None:
    seconds = max(1, (until_ms - at_ms) // 1000)
    why = {"en": f"Court ban {row.id}", "fr": f"Bannissement judiciaire {row.id}"}
    taken: list[Measure] = []
    for account in accounts:
        platform, _, id = account.partition("/")
        for place in tables.stream.channels():
            if place.platform != platform:
                continue
            scope = Scope(ScopeKind.ACCOUNT, platform, place.channel, id)
            wish = Wish(MeasureKind.SUSPEND, scope, seconds, why)
            taken.extend(planned(tables, wish, Shields(), by, at_ms))
    taken = [msgspec.structs.replace(one, rule=RULE) for one in taken]
    for channel, measures in groupby(sorted(taken, key=place_of), key=place_of):
        some = list(measures)
        exempt = [
            Exemption(one.id, ExemptionReason.ORDER, at_time(at_ms), row.id, by) for one in some
        ]
        write(tables, some, exempt, by, at_ms, connectors=reach(*channel).measures)
    tables.bans.add_measures(row.id, [one.id for one in taken])
    told = _statements(tables, row, taken, at_ms)
    if told:
        first = record(tables, [(None, statement_entry(one)) for one in told])
        add(tables, told, range(first, first + len(told)))
        for one in told:
            queue(tables, [one], reach(one.platform, one.channel).accounts, at_ms)


def _statements(
    tables: Tables, row: BanRow, taken: Sequence[Measure], at_ms: int
) -> list[Statement]:
    reference = {
        "en": f"French Criminal Code, art. 131-35-1; {row.ban.court}, {row.ban.reference}"[:500],
        "fr": f"Code pénal, art. 131-35-1 ; {row.ban.court}, {row.ban.reference}"[:500],
    }
    explanation = {
        "en": f"A court suspended this account until {row.ban.until}. Redress: the court of the "
        "decision.",
        "fr": f"Un tribunal a suspendu ce compte jusqu’au {row.ban.until}. Recours : la "
        "juridiction de la décision.",
    }
    number = tables.statements.next_number()
    return [
        Statement(
            number=number + place,
            id=stable_id("s", measure.id, ""),
            measure=measure.id,
            platform=measure.scope.platform,
            channel=measure.scope.channel,
            account=measure.scope.ref,
            kind=measure.kind,
            scope=measure.scope.kind,
            harm="other",
            ground=Ground.LAW,
            reference=reference,
            explanation=explanation,
            source=StatementSource.ORDER,
            automated_detection=False,
            automated_decision=AutomatedDecision.NOT,
            made_at=at_time(at_ms),
            from_at=measure.from_at,
            until=measure.until,
        )
        for place, measure in enumerate(taken)
    ]


def _check(tables: Tables, ban: CourtBan, at_ms: int) -> None:
    if ms_of(ban.served) > at_ms:
        raise InputError("it cannot have been served later than now", where="served")
    longest = LONGEST_AGAIN if ban.again else LONGEST
    if not ban.from_day < ban.until <= ban.from_day + longest:
        raise InputError(
            "a ban lasts six months at most, a year for a repeat offence", where="until"
        )
    if _ms(ban.from_day) > at_ms:
        raise InputError("it begins with its service, not later", where="from_day")
    if not ban.accounts:
        raise InputError("name at least one account", where="accounts")
    platforms = {one.platform for one in tables.stream.channels()}
    for account in ban.accounts:
        platform, _, id = account.partition("/")
        if not id or platform not in platforms:
            raise InputError(
                "an account is written platform/id, of a platform protected here",
                where="accounts",
            )


def _note(tables: Tables, told: Mapping[str, object], by: str | None, at_ms: int) -> int:
    return record(tables, [(None, entry(RULE, {**told, "by": by, "at": rfc3339(at_ms)}))])


def _standing(tables: Tables, id: str, at_ms: int) -> BanRow:
    row = tables.bans.get(id)
    if row is None:
        raise NotFoundError("there is no such court ban", where=id)
    if row.ended_ms is not None or row.until_ms <= at_ms:
        raise ConflictError("this ban is over", where=id)
    return row


def _reason(text: str) -> str:
    reason = clean(text).strip()
    if not any(character.isalnum() for character in reason) or len(reason) > LONGEST_REASON:
        raise InputError("this needs a reason", where="reason")
    return reason


def _folded(name: str) -> str:
    return "".join(character for character in fold_one(name) if character.isalnum())


def _ms(day: date) -> int:
    return ms_of(datetime(day.year, day.month, day.day, tzinfo=UTC))
