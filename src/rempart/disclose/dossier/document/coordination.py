"""Signs of coordination, as numbers for charts: burst, account creation, texts, shared things.

Pure readings of the dossier's content. The messages of everybody else in the channel are not in the
file (it holds only what concerns its target): of them only their number per step is, in
`figures.json`, as the instance counted it.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from rempart.cases.raids.families import Family, Written, families
from rempart.cases.raids.member_graph import Graph, Tie, graph, ties
from rempart.detect.links.extract import link_keys
from rempart.detect.text.fold import fold
from rempart.disclose.dossier.document.content import Content, Item
from rempart.model import Member

MOST_BARS: Final = 72
MOST_READ: Final = 3_000
"""So many messages are grouped into families; a flood repeats itself."""
_STEPS: Final = (10, 30, 60, 300, 900, 3_600, 6 * 3_600, 86_400, 7 * 86_400, 30 * 86_400)


class Burst(NamedTuple):
    """Messages per step of `step` seconds from `begin`: those of this file, and, when the instance
    counted them, those of everybody else in the channel."""

    begin: datetime
    step: int
    own: list[int]
    others: list[int] | None


class Created(NamedTuple):
    """Accounts by the day they were made, over the days from the first to the last; days in between
    without any are left out when there are too many. `unknown`: how many have no such date."""

    days: list[tuple[str, int]]
    unknown: int


class Coordination(NamedTuple):
    raid: dict[str, Any] | None
    raid_record: int | None
    burst: Burst | None
    created: Created
    families: list[Family]
    ties: list[Tie]
    graph: Graph | None


def coordination(content: Content) -> Coordination:
    raids = content.named("raid")
    last = raids[-1] if raids else None
    members = _members(last.value if last else {}, content.items)
    read = [item for item in content.items if item.text and item.account][:MOST_READ]
    found = families(Written(item.account, item.text or "") for item in read)
    shared = ties(members, ((one.name, one.accounts) for one in found), _links(read))
    return Coordination(
        raid=last.value if last else None,
        raid_record=last.record if last else None,
        burst=_burst(content),
        created=_created(members),
        families=found,
        ties=shared,
        graph=graph(members, shared),
    )


def _members(raid: dict[str, Any], items: list[Item]) -> list[Member]:
    """Those of the raid as the log has them; without a raid, who wrote the messages."""
    if raid.get("members"):
        told = [{key: one[key] for key in one if key in _MEMBER} for one in raid["members"]]
        return msgspec.convert(told, list[Member])
    counts = Counter(item.account for item in items)
    known = {item.account: item for item in items}
    return [
        Member(account, known[account].name or None, known[account].created_at, messages=count)
        for account, count in counts.most_common()
    ]


_MEMBER: Final = frozenset(Member.__struct_fields__)


def _burst(content: Content) -> Burst | None:
    figures = content.files.get("figures.json")
    if figures is not None:
        told = json.loads(figures)
        begin = datetime.fromisoformat(told["begin"]).astimezone(UTC)
        return _coarser(Burst(begin, told["step_s"], told["own"], told["others"]))
    times = [item.sent_at for item in content.items if item.sent_at is not None]
    if len(times) < 2:
        return None
    span = (times[-1] - times[0]).total_seconds()
    step = next((one for one in _STEPS if span / one < MOST_BARS), _STEPS[-1])
    begin = datetime.fromtimestamp(times[0].timestamp() // step * step, UTC)
    own = [0] * (int((times[-1] - begin).total_seconds() // step) + 1)
    for at in times:
        own[int((at - begin).total_seconds() // step)] += 1
    return Burst(begin, step, own, None)


def _coarser(burst: Burst) -> Burst:
    """Fewer and wider steps, so that each bar can be told from the next."""
    by = -(-len(burst.own) // MOST_BARS)
    if by <= 1:
        return burst
    assert burst.others is not None
    own = [sum(burst.own[at : at + by]) for at in range(0, len(burst.own), by)]
    others = [sum(burst.others[at : at + by]) for at in range(0, len(burst.others), by)]
    return Burst(burst.begin, burst.step * by, own, others)


def _created(members: list[Member]) -> Created:
    days = Counter(
        member.created_at.astimezone(UTC).date() for member in members if member.created_at
    )
    unknown = len(members) - days.total()
    if not days:
        return Created([], unknown)
    first, last = min(days), max(days)
    span = (last - first).days + 1
    if span <= MOST_BARS // 2:
        whole = [first + timedelta(days=at) for at in range(span)]
        return Created([(day.isoformat(), days[day]) for day in whole], unknown)
    months = Counter(f"{day:%Y-%m}" for day in days.elements())
    if len(months) > MOST_BARS // 2:
        months = Counter(f"{day:%Y}" for day in days.elements())
    return Created(sorted(months.items()), unknown)


def _links(items: list[Item]) -> list[tuple[str, str]]:
    folds = fold([item.text or "" for item in items])
    return [
        (item.account, key)
        for item, folded in zip(items, folds, strict=True)
        for key in link_keys(folded, item.links)
    ]
