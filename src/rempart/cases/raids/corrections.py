"""Correcting what the machine said of a raid: who was not part of it, what are two, what is one.

Rules kept here:

1. **Lift a member out**: every measure on that account for this raid is undone, its held messages
   are free, and it is not held for this raid again. It can be put back.
2. **Split**: chosen members become a part, a raid of its own with its own open case; their messages
   and measures go with them. Undone by merging the two cases.
3. **Merge**: one open case joins another about the same target in the same channel (rights on a
   case are rights on its channel). Undone by splitting its members.
4. Each correction is one entry of the log that says who made it and what it changed, in the same
   transaction. The machine's own entries stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from rempart.cases.entries import disclosed, entry, record, rfc3339
from rempart.cases.intake import fresh_raid_case, merged_entry, opened_entry
from rempart.cases.live import tell_case
from rempart.cases.measures.undo import undo_measures
from rempart.cases.things import raid_thing
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.log.commit import SealedEntry, seal, to_value
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    Measure,
    MeasureKind,
    MeasureState,
    Member,
    Raid,
    ScopeKind,
    stable_id,
)
from rempart.protect.corrections import Corrections
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseChange, NewCase
from rempart.store.interface.measures import MeasureRow

MOST_MEMBERS = 1_000


def lift_member(tables: Tables, raid: str, account: str, by: str, at_ms: int) -> list[Measure]:
    """Lifts one account out of a raid; returns the measures this undid. Idempotent."""
    picture = _raid(tables, raid)
    if _is_spared(tables, raid, account):
        return []
    rows = _measures_on(tables, raid, account)
    if not rows and all(member.account != account for member in picture.members):
        raise NotFoundError("this account is no member of the raid", where=account)
    case = tables.cases.last_of_raids([raid]).get(raid)
    active = [row.measure.id for row in rows if row.measure.state is MeasureState.ACTIVE]
    seq = _tell(tables, "member-lifted", case, by, at_ms, raid=raid, accounts=[account])
    tables.stream.correct_raid(raid, [account], None, seq=seq, at_ms=at_ms)
    ended = undo_measures(tables, active, by, at_ms, raid=raid, case=case.id if case else None)
    _redraw(tables, picture, at_ms)
    tell_case(tables, case)
    return ended


def put_member_back(tables: Tables, raid: str, account: str, by: str, at_ms: int) -> None:
    """Takes `lift_member` back: from now on the account counts as the machine says. What was undone
    stays undone; its next message of the raid is held again."""
    picture = _raid(tables, raid)
    if not _is_spared(tables, raid, account):
        return
    case = tables.cases.last_of_raids([raid]).get(raid)
    seq = _tell(tables, "member-put-back", case, by, at_ms, raid=raid, accounts=[account])
    tables.stream.correct_raid(raid, [account], raid, seq=seq, at_ms=at_ms)
    _draw_again(tables, picture, account, at_ms)
    tell_case(tables, case)


def lifted_out(tables: Tables, raid: str) -> list[str]:
    """The accounts that people lifted out of a raid."""
    return [one.account for one in tables.stream.corrections(raid) if one.part is None]


def split_raid(
    tables: Tables, raid: str, accounts: Sequence[str], by: str, at_ms: int
) -> tuple[Raid, Case]:
    """These members become a part of their own, with a case of its own."""
    picture = _raid(tables, raid)
    known = {member.account for member in picture.members}
    chosen = [account for account in dict.fromkeys(accounts) if account in known]
    if not chosen or len(accounts) > MOST_MEMBERS:
        raise InputError("choose members of this raid to split off", where="accounts")
    if len(chosen) == len(known):
        raise InputError(
            "somebody must stay: these are all members of the raid",
            where="accounts",
            next_step="choose some of them",
        )
    return _split_off(tables, picture, chosen, by, at_ms)


def _split_off(
    tables: Tables, picture: Raid, chosen: Sequence[str], by: str, at_ms: int
) -> tuple[Raid, Case]:
    raid = picture.id
    whole = _open_case(tables, raid)
    part_id = stable_id("r", raid, "part", str(at_ms), *sorted(chosen))
    said = Corrections()
    said.split(raid, part_id, chosen)
    rest, part = said.pictures(picture)
    case = fresh_raid_case(part, at_ms)
    entries = [
        (whole.id, _entry("split", by, at_ms, raid=raid, accounts=list(chosen), part=part_id)),
        (whole.id, seal("raid", to_value(rest))),
        (case.id, opened_entry(case, follows=whole.id)),
        (case.id, seal("raid", to_value(part))),
    ]
    tables.cases.insert([NewCase(case, raid_thing(part_id), 1, harm="raid")])
    first = record(tables, entries)
    tables.stream.put_raid(rest, first + 1, at_ms)
    tables.stream.put_raid(part, first + 3, at_ms)
    tables.stream.correct_raid(raid, chosen, part_id, seq=first, at_ms=at_ms)
    tell_case(tables, whole)
    tell_case(tables, case)
    return part, case


def merge_raids(tables: Tables, raid: str, into: str, by: str, at_ms: int) -> Case:
    """The open case of `raid` joins the open case of the raid `into`; returns that one."""
    source, goal = _open_case(tables, raid), _open_case(tables, into)
    if source.id == goal.id:
        raise InputError("these two are one case already", where="into")
    places = [(one.platform, one.channel, one.target) for one in (source, goal)]
    if places[0] != places[1]:
        raise InputError(
            "only raids in one channel against the same target are one case",
            where="into",
            next_step="attacks on several targets are seen as a campaign",
        )
    record(
        tables,
        [
            (goal.id, _entry("merged", by, at_ms, raid=raid, into=into, case=goal.id)),
            (source.id, merged_entry(source.id, goal.id, at_ms)),
        ],
    )
    tables.cases.merge([source.id], goal.id, at_ms)
    rank = max(source.priority, goal.priority)
    tables.cases.change([CaseChange(goal.id, rank, _messages(tables, goal.id), None, at_ms)])
    merged = tables.cases.get(goal.id)
    assert merged is not None, "the case was there a moment ago"
    for case in (tables.cases.get(source.id), merged):
        tell_case(tables, case)
    return merged


def lift_from_case(tables: Tables, case: str, account: str, by: str, at_ms: int) -> list[Measure]:
    """Lifts an account out of every raid of a case that has it as a member."""
    named = [raid.id for raid in pictures_of(tables, case) if _has(raid, account)]
    if not named:
        raise NotFoundError("this account is no member of the raid", where=account)
    return [one for raid in named for one in lift_member(tables, raid, account, by, at_ms)]


def put_back_in_case(tables: Tables, case: str, account: str, by: str, at_ms: int) -> None:
    for raid in tables.cases.raids_of(case):
        put_member_back(tables, raid, account, by, at_ms)


def split_case(tables: Tables, case: str, accounts: Sequence[str], by: str, at_ms: int) -> Case:
    """The chosen members of a case go to a case of their own, whichever raid they came with. A
    raid all of whose members are chosen is split off whole when another one stays."""
    pictures = pictures_of(tables, case)
    wanted = frozenset(accounts)
    if not any(member.account not in wanted for raid in pictures for member in raid.members):
        raise InputError(
            "somebody must stay: these are all members of the raid",
            where="accounts",
            next_step="choose some of them",
        )
    found: Case | None = None
    for raid in pictures:
        chosen = [member.account for member in raid.members if member.account in wanted]
        if not chosen:
            continue
        part, fresh = _split_off(tables, raid, chosen, by, at_ms)
        found = (
            fresh if found is None else merge_raids(tables, part.id, found.raid or "", by, at_ms)
        )
    if found is None:
        raise InputError("choose members of this raid to split off", where="accounts")
    return found


def undo_group(
    tables: Tables, case: str, kind: MeasureKind, scope: ScopeKind, by: str, at_ms: int
) -> list[Measure]:
    """Takes back what is in force of one kind in a case, at once."""
    rows = tables.cases.measures(case, active=True)
    ids = [
        row.measure.id
        for row in rows
        if row.measure.kind is kind and row.measure.scope.kind is scope
    ]
    return undo_measures(tables, ids, by, at_ms, case=case)


def combined(pictures: Sequence[Raid]) -> Raid:
    """Several raids of one case as one picture: the first one's, with the members of all."""
    first = pictures[0]
    if len(pictures) == 1:
        return first
    members = {member.account: member for raid in reversed(pictures) for member in raid.members}
    furthest = max(pictures, key=lambda raid: raid.stage.rank)
    return msgspec.structs.replace(
        first,
        stage=furthest.stage,
        begin=min(raid.begin for raid in pictures),
        end=max(raid.end for raid in pictures),
        members=tuple(members.values()),
        messages=sum(raid.messages for raid in pictures),
    )


def pictures_of(tables: Tables, case: str) -> list[Raid]:
    """The raids a case is about, its own first."""
    rows = (tables.stream.raid(raid) for raid in tables.cases.raids_of(case))
    return [row.raid for row in rows if row is not None]


def _has(raid: Raid, account: str) -> bool:
    return any(member.account == account for member in raid.members)


def _messages(tables: Tables, case: str) -> int:
    return sum(raid.messages for raid in pictures_of(tables, case))


def _raid(tables: Tables, raid: str) -> Raid:
    row = tables.stream.raid(raid)
    if row is None:
        raise NotFoundError("there is no such raid", where=raid)
    return row.raid


def _open_case(tables: Tables, raid: str) -> Case:
    _raid(tables, raid)
    case = tables.cases.last_of_raids([raid]).get(raid)
    if case is None or case.kind is not CaseKind.RAID:
        raise ConflictError("this raid has no case: nothing was held for it", where=raid)
    if case.state is not CaseState.OPEN:
        raise ConflictError(
            "this case is decided already",
            where=case.id,
            next_step="undo its measures, or lift members out one by one",
        )
    return case


def _is_spared(tables: Tables, raid: str, account: str) -> bool:
    return account in lifted_out(tables, raid)


def _measures_on(tables: Tables, raid: str, account: str) -> list[MeasureRow]:
    row = tables.stream.raid(raid)
    if row is None:
        return []
    rows = tables.stream.measures_on(row.raid.platform, row.raid.channel, account=account)
    return [found for found in rows if found.measure.raid == raid]


def _redraw(tables: Tables, picture: Raid, at_ms: int) -> None:
    """The stored picture without those who were lifted out."""
    said = Corrections()
    for account in lifted_out(tables, picture.id):
        said.spare(picture.id, account)
    rest = said.pictures(picture)[0]
    seq = tables.log.append([seal("raid", to_value(rest))])
    tables.stream.put_raid(rest, seq, at_ms)


def _draw_again(tables: Tables, picture: Raid, account: str, at_ms: int) -> None:
    """The stored picture with an account as the log last told it."""
    for seq in reversed(tables.stream.raid_entries(picture.id)):
        member = _member_in(tables, seq, account)
        if member is not None:
            whole = msgspec.structs.replace(
                picture,
                members=(*picture.members, member),
                messages=picture.messages + member.messages,
            )
            told = tables.log.append([seal("raid", to_value(whole))])
            tables.stream.put_raid(whole, told, at_ms)
            return


def _member_in(tables: Tables, seq: int, account: str) -> Member | None:
    for member in disclosed(tables, seq, "raid").get("members", ()):
        if member["account"] == account:
            return msgspec.convert(member, Member, strict=False)
    return None


def _tell(
    tables: Tables,
    what: str,
    case: Case | None,
    by: str,
    at_ms: int,
    *,
    raid: str,
    accounts: Iterable[str],
) -> int:
    told = _entry(what, by, at_ms, raid=raid, accounts=list(accounts))
    return record(tables, [(case.id if case else None, told)])


def _entry(what: str, by: str, at_ms: int, **facts: object) -> SealedEntry:
    return entry("correction", {"what": what, "by": by, "at": rfc3339(at_ms), **facts})
