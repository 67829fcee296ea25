"""What the page of a raid shows besides its case: text families, the member graph, corrections.

Pure readings of the tables. Of messages only those of present members count: who was lifted out of
the raid is not shown as somebody who wrote its texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rempart.cases.raids.corrections import lifted_out, pictures_of
from rempart.cases.raids.families import Written, families
from rempart.cases.raids.member_graph import Tie, graph, ties
from rempart.detect.links.extract import link_keys
from rempart.detect.text.fold import fold
from rempart.model import Case, CaseKind, CaseState, MeasureKind, Raid, ScopeKind, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery
from rempart.web.console.screens import (
    LiftedOut,
    MeasureGroup,
    MeasureRow,
    OtherRaid,
    RaidPart,
    ReasonCount,
    Said,
    Shared,
)

MOST_READ = 600
"""So many messages of a raid are read for its families."""
MOST_OTHERS = 20
_WIDEST = (ScopeKind.TARGET, ScopeKind.CHANNEL, ScopeKind.ACCOUNT, ScopeKind.MESSAGE)


def raid_part(
    tables: Tables, case: Case, whole: Raid, said: Sequence[Said], *, may_correct: bool
) -> RaidPart:
    """`whole`: the raids of the case as one picture; `said`: its messages, as many as are read."""
    members = {member.account: member for member in whole.members}
    texts = [one for one in said if one.author in members and one.text]
    found = families(Written(one.author, one.text or "") for one in texts)
    links = _links(texts)
    shared = ties(whole.members, ((f.name, f.accounts) for f in found), links)
    raids = pictures_of(tables, case.id)
    return RaidPart(
        raids=[raid.id for raid in raids],
        families=found,
        shared=[Shared(tie.kind, tie.name, len(tie.accounts)) for tie in shared],
        shares=_shares(shared),
        graph=graph(whole.members, shared),
        lifted_out=_lifted_out(tables, raids, said),
        others=_others(tables, case, {raid.id for raid in raids}),
        undecided=case.state is CaseState.OPEN,
        member_reasons=_member_reasons(whole),
        may_correct=may_correct,
    )


def account_ref(account: str) -> str:
    """What a form calls an account: an id may hold characters that no form brings back as they
    were."""
    return stable_id("a", account)


def accounts_of(tables: Tables, case: str, refs: Iterable[str]) -> list[str]:
    """The members, and those lifted out, of a case whom a form means."""
    wanted = frozenset(refs)
    raids = pictures_of(tables, case)
    known = [member.account for raid in raids for member in raid.members]
    known += [account for raid in raids for account in lifted_out(tables, raid.id)]
    return [account for account in dict.fromkeys(known) if account_ref(account) in wanted]


def measure_groups(rows: Sequence[MeasureRow]) -> list[MeasureGroup]:
    """What touches most people first, as `rows` are sorted; those with something in force first.
    What a shield consists of stands with the shield: it is undone with it."""
    shields = {row.measure.id for row in rows if row.measure.kind is MeasureKind.SHIELD}
    parts = [row for row in rows if row.measure.part_of in shields]
    rows = [row for row in rows if row.measure.part_of not in shields]
    grouped: dict[tuple[MeasureKind, ScopeKind], list[MeasureRow]] = {}
    for row in rows:
        grouped.setdefault((row.measure.kind, row.measure.scope.kind), []).append(row)
    groups = [_measure_group(kind, scope, found, parts) for (kind, scope), found in grouped.items()]
    return sorted(groups, key=lambda group: (group.active == 0, _WIDEST.index(group.scope)))


def _measure_group(
    kind: MeasureKind, scope: ScopeKind, rows: list[MeasureRow], parts: list[MeasureRow]
) -> MeasureGroup:
    ids = {row.measure.id for row in rows}
    active = [row.measure for row in rows if row.measure.state == "active"]
    ends = [measure.until for measure in active if measure.until is not None]
    return MeasureGroup(
        kind=kind,
        scope=scope,
        rows=rows,
        active=len(active),
        undoable=any(row.undoable for row in rows),
        until=max(ends) if len(ends) == len(active) and ends else None,
        parts=sorted({row.measure.kind for row in parts if row.measure.part_of in ids}),
    )


def _member_reasons(raid: Raid) -> list[ReasonCount]:
    """The most common first; equals in the order in which they are met."""
    counted = Counter(reason for member in raid.members for reason in member.reasons)
    return [ReasonCount(sentence, members) for sentence, members in counted.most_common()]


def _links(said: Sequence[Said]) -> list[tuple[str, str]]:
    folds = fold([one.text or "" for one in said])
    return [
        (one.author, key)
        for one, folded in zip(said, folds, strict=True)
        for key in link_keys(folded, one.links)
    ]


def _shares(shared: Sequence[Tie]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, tie in enumerate(shared):
        for account in tie.accounts:
            found.setdefault(account, []).append(place)
    return found


def _lifted_out(tables: Tables, raids: Iterable[Raid], said: Sequence[Said]) -> list[LiftedOut]:
    names = {one.author: one.author_name for one in said}
    accounts = dict.fromkeys(account for raid in raids for account in lifted_out(tables, raid.id))
    return [LiftedOut(account, names.get(account) or account) for account in accounts]


def _others(tables: Tables, case: Case, own: set[str]) -> list[OtherRaid]:
    """Only open cases of raids in this very channel: rights on a case are rights on its channel."""
    query = CaseQuery(
        CaseState.OPEN, CaseKind.RAID, (case.channel,), case.target, limit=MOST_OTHERS
    )
    found = []
    for one in tables.cases.page(query).cases:
        row = tables.stream.raid(one.raid) if one.raid else None
        if row is None or row.raid.id in own or one.platform != case.platform:
            continue
        raid = row.raid
        found.append(OtherRaid(raid.id, one.id, raid.kind.value, raid.begin, len(raid.members)))
    return found
