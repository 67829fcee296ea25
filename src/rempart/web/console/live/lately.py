"""What happened lately, as facts for plain sentences, newest first.

Read from raids, shields, cases and reports; each kind has its sentence in `parts/lately.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from rempart.model import Case, CaseState, MeasureState, RaidStage
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery
from rempart.store.interface.measures import MeasureRow
from rempart.web.console.reading import moment
from rempart.web.console.screens import Happening, RaidBar

MOST = 12
LOOKED_AT = 20
_GATHERED = frozenset({"case_opened", "report_received"})


def lately(
    tables: Tables,
    raids: Sequence[RaidBar],
    shields: Sequence[MeasureRow],
    channels: tuple[str, ...] | None,
    sees: Callable[[Case], bool],
) -> list[Happening]:
    found = [happening for bar in raids for happening in _of_raid(bar)]
    cases = {bar.raid.id: bar.case for bar in raids}
    for row in shields:
        found += _of_shield(tables, row, row.case or cases.get(row.measure.raid or ""))
    opened = tables.cases.page(CaseQuery(CaseState.OPEN, None, channels, limit=LOOKED_AT)).cases
    decided = tables.cases.page(CaseQuery(CaseState.DECIDED, None, channels, limit=LOOKED_AT)).cases
    opened, decided = [c for c in opened if sees(c)], [c for c in decided if sees(c)]
    for case in opened:
        if case.raid is None:
            facts = {"case_kind": case.kind.value, "target": case.target}
            found.append(Happening(case.opened_at, "case_opened", facts, case.id))
    for case in decided:
        found += _of_decision(tables, case)
    for case in [*opened, *decided]:
        if case.reports:
            found += [
                Happening(moment(row.received_ms), "report_received", {}, case.id)
                for row in tables.cases.reports(case.id, limit=5)
            ]
    found.sort(key=lambda happening: happening.at, reverse=True)
    return _gathered(found)[:MOST]


def _gathered(found: Sequence[Happening]) -> list[Happening]:
    """Between two other things that happened, openings of like cases are one line, and so are
    reports; it says that there were more. The cases of one attack, or a brigade's reports, would
    leave no room for anything else."""
    kept: list[Happening] = []
    places: dict[tuple[str, ...], int] = {}
    for one in found:
        alike = (one.kind, *one.facts.values())
        if one.kind not in _GATHERED:
            places.clear()
        elif (place := places.setdefault(alike, len(kept))) < len(kept):
            kept[place] = msgspec.structs.replace(kept[place], facts={**one.facts, "more": "yes"})
            continue
        kept.append(one)
    return kept


def _of_raid(bar: RaidBar) -> list[Happening]:
    raid = bar.raid
    facts = {"channel": raid.channel, "target": raid.target, "members": str(len(raid.members))}
    if raid.detected_at is not None:
        return [Happening(raid.detected_at, "raid_attack", facts, bar.case)]
    if raid.stage is RaidStage.NOTICE:
        return [Happening(raid.begin, "raid_notice", facts, bar.case)]
    return [Happening(raid.suspect_at or raid.begin, "raid_suspect", facts, bar.case)]


def _of_shield(tables: Tables, row: MeasureRow, case: str | None) -> list[Happening]:
    measure = row.measure
    facts = {"channel": measure.scope.channel}
    found = [Happening(measure.from_at, "shield_on", facts, case)]
    if measure.state is MeasureState.UNDONE and row.ended_ms is not None:
        person = tables.access.person(row.ended_by or "")
        facts = {
            "measure": measure.kind.value,
            "scope": f"#{measure.scope.channel}",
            "who": person.name if person else "",
        }
        found.append(Happening(moment(row.ended_ms), "measure_undone", facts, case))
    return found


def _of_decision(tables: Tables, case: Case) -> list[Happening]:
    decision = tables.cases.decision(case.id)
    if decision is None:
        return []
    person = tables.access.person(decision.decided_by)
    facts = {"outcome": decision.outcome.value, "who": person.name if person else ""}
    return [Happening(decision.decided_at, "case_decided", facts, case.id)]
