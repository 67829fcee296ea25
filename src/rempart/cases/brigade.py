"""Brigaded reports as cases: told to people as a case of their own, and nothing else follows.

Rules kept here:

1. Looked for whenever a report comes, among all reports of the last day on messages of the same
   author in the same channel (or on the same thing, when nothing more is known of it).
2. A brigade is a raid of kind `brigade` at *notice*: no measure, for nobody. Its case is open until
   a person decides it; the case of whatever was reported goes its own way and loses nothing.
3. Reporters have no names in it. Each is answered like everybody else.
4. Told in the log when it is recognised and whenever it has grown by a quarter.
"""

from __future__ import annotations

from typing import Final

from rempart.cases.entries import at_time, record
from rempart.cases.intake import fresh_raid_case, opened_entry
from rempart.cases.live import tell_case
from rempart.cases.reading import read_messages, read_report
from rempart.cases.things import raid_thing
from rempart.detect.campaign.brigade import MIN_REPORTERS, WINDOW_MS, Complaint, brigade_of
from rempart.detect.text.fold import fold
from rempart.log.commit import seal, to_value
from rempart.model import Case, Raid, RaidKind, RaidStage, stable_id
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseChange, NewCase, ReportRow

MOST_READ: Final = 300
MOST_WAVES: Final = 50
QUOTED: Final = 20
_GROWTH: Final = 1.25


def look_for_brigade(tables: Tables, case: Case, at_ms: int) -> Case | None:
    """After a report joined `case`; in its transaction. The brigade's case when it was opened or
    has grown."""
    author = tables.cases.author(case.id)
    since = at_ms - WINDOW_MS
    if author is None:
        rows = [row for row in tables.cases.reports(case.id, MOST_READ) if row.received_ms >= since]
    else:
        rows = tables.cases.reports_on(case.platform, case.channel, author, since, MOST_READ)
    if len(rows) < MIN_REPORTERS or len(rows) % max(1, len(rows) // MIN_REPORTERS):
        return None
    found = brigade_of(_complaints(tables, rows))
    if found is None:
        return None
    accused = f"{case.platform}/{case.channel}/{author}" if author is not None else case.id
    id, known = _wave(tables, accused, found.begin)
    if known is not None and len(found.alike) < known.messages * _GROWTH:
        return None
    raid = Raid(
        id=id,
        platform=case.platform,
        channel=case.channel,
        target=author or case.target,
        stage=RaidStage.NOTICE,
        kind=RaidKind.BRIGADE,
        begin=known.begin if known is not None else at_time(found.begin),
        end=at_time(found.end),
        messages=len(found.alike),
        confidence=found.confidence,
        reasons=found.reasons,
        until=at_time(found.end + WINDOW_MS),
    )
    return _told(tables, raid, at_ms)


def brigade_on(tables: Tables, case: Case, at_ms: int) -> Case | None:
    """The case of the brigade that reported the thing of this case, if there is one."""
    author = tables.cases.author(case.id)
    accused = f"{case.platform}/{case.channel}/{author}" if author is not None else case.id
    id, known = _wave(tables, accused, at_ms)
    return tables.cases.last_of_raids([id]).get(id) if known is not None else None


def _wave(tables: Tables, accused: str, begin_ms: int) -> tuple[str, Raid | None]:
    """The brigade on this account that is on at that time, or the name of the next one."""
    id, last = stable_id("r", "brigade", accused, "1"), None
    for number in range(1, MOST_WAVES + 1):
        id = stable_id("r", "brigade", accused, str(number))
        row = tables.stream.raid(id)
        if row is None:
            return id, None
        last = row.raid
        if last.until is not None and begin_ms <= round(last.until.timestamp() * 1000):
            return id, last
    return id, last


def _complaints(tables: Tables, rows: list[ReportRow]) -> list[Complaint]:
    quoted: dict[str, list[str]] = {}
    for case in {row.case for row in rows}:
        said = [one.message.text for one in read_messages(tables, case, QUOTED) if one.message]
        quoted[case] = [text for text in fold(said) if text]
    texts = fold([read_report(tables, row).explanation for row in rows])
    found = []
    for row, text in zip(rows, texts, strict=True):
        own = text
        for quote in quoted[row.case]:
            own = own.replace(quote, " ")
        found.append(Complaint(row.received_ms, (row.reporter or row.id.encode()).hex(), own))
    return found


def _told(tables: Tables, raid: Raid, at_ms: int) -> Case:
    known = tables.cases.last_of_raids([raid.id]).get(raid.id)
    case = known or fresh_raid_case(raid, at_ms)
    seq = record(tables, [(None, seal("raid", to_value(raid)))])
    tables.stream.put_raid(raid, seq, at_ms)
    if known is None:
        tables.cases.insert([NewCase(case, raid_thing(raid.id), harm="other")])
        record(tables, [(case.id, opened_entry(case))])
    else:
        tables.cases.change([CaseChange(case.id, case.priority, raid.messages, None, at_ms)])
    tables.cases.add_entries([(case.id, seq)])
    tell_case(tables, case)
    return case
