"""Brigaded reports as cases: told to people as a case of their own, and nothing else follows.

Rules kept here:

1. Looked for whenever a report comes, among all reports of the last day on messages of the same
   author in the same channel (or on the same thing, when nothing more is known of it).
2. A brigade is a raid of kind `brigade` at *notice*: no measure, for nobody. Its case is open until
   a person decides it; the case of whatever was reported goes its own way and loses nothing.
3. Reporters have no names in it. Each is answered like everybody else.
4. A brigade about a thing, about an account's messages, or about many links in the same words.
5. Where all that asks for the first place of a case is reports in the words of the brigade, it
   comes right behind that place: a script does not stand before who writes for herself. Its
   deadlines, its first look and its answers stay as they are.
6. Told in the log when it is recognised and whenever it has grown by a quarter.
"""

from __future__ import annotations

from typing import Final

from rempart.cases.entries import at_time, record
from rempart.cases.intake import fresh_raid_case, opened_entry
from rempart.cases.live import tell_case
from rempart.cases.reading import explanations, read_messages
from rempart.cases.things import raid_thing
from rempart.detect.campaign.brigade import MIN_REPORTERS, WINDOW_MS, Complaint, brigade_of
from rempart.detect.text.fold import fold
from rempart.log.commit import seal, to_value
from rempart.model import Case, CaseState, Raid, RaidKind, RaidStage, stable_id
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.cases import SOON, CaseChange, FiledReport, NewCase, rank_of

MOST_READ: Final = 300
MOST_WAVES: Final = 50
QUOTED: Final = 20
AGAIN_MS: Final = 60_000
LOOSE: Final = "links and texts"
BEHIND: Final = SOON + 40
"""The priority of what comes right behind the first class."""
_GROWTH: Final = 1.25


def look_for_brigade(tables: Tables, case: Case, at_ms: int) -> Case | None:
    """After a report joined `case`; in its transaction. The brigade's case when it was opened or
    has grown."""
    author = tables.cases.author(case.id)
    if author is None and _passed_over(tables, case, at_ms):
        return None
    beside = _reports_beside(tables, case, author, at_ms - WINDOW_MS)
    if len(beside) < MIN_REPORTERS:
        return None
    accused = _accused(case, author)
    if not _worth_looking(tables, case, beside, accused, at_ms):
        return None
    rows = tables.cases.filed([id for id, _ in beside])
    found = brigade_of(_complaints(tables, rows))
    if found is None:
        return None
    _stand_behind(tables, [rows[place] for place in found.alike])
    id, known = _wave(tables, accused, found.begin)
    if known is not None and len(found.alike) < known.messages * _GROWTH:
        tables.stream.put_raid(known, None, at_ms)
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


def _reports_beside(
    tables: Tables, case: Case, author: str | None, since_ms: int
) -> list[tuple[str, int]]:
    """What is looked at together (id, when): reports on one account's messages; on one thing that
    has many; else those on links and texts, because one script can name a thousand of them."""
    if author is not None:
        place = (case.platform, case.channel, author)
        return tables.cases.reports_on(*place, since_ms, MOST_READ)
    if case.reports >= MIN_REPORTERS:
        rows = tables.cases.report_times(case.id, MOST_READ)
        return [(id, received_ms) for id, received_ms in rows if received_ms >= since_ms]
    return tables.deadlines.loose_reports(since_ms, MOST_READ)


def _accused(case: Case, author: str | None) -> str:
    if author is not None:
        return f"{case.platform}/{case.channel}/{author}"
    return case.id if case.reports >= MIN_REPORTERS else LOOSE


def _passed_over(tables: Tables, case: Case, at_ms: int) -> bool:
    """What `_worth_looking` says of most links and texts when there are many, without counting
    them again for each report of a transaction."""
    if case.reports >= MIN_REPORTERS or rank_of(case.priority) == 0:
        return False
    latest = tables.deadlines.latest_of_many(at_ms - WINDOW_MS, MOST_READ)
    return latest is not None and not _is_drawn(latest, MOST_READ // MIN_REPORTERS)


def _is_drawn(report: str, every: int) -> bool:
    return sum(report.encode()) % every == 0


def _worth_looking(
    tables: Tables, case: Case, beside: list[tuple[str, int]], accused: str, at_ms: int
) -> bool:
    """Comparing hundreds of texts is not done for each report: as they grow by an eighth; and where
    a category asks for the first place, with every eighth one while a brigade goes on."""
    urgent = rank_of(case.priority) == 0
    ongoing = _wave(tables, accused, at_ms)[1] if urgent else None
    if ongoing is not None:
        row = tables.stream.raid(ongoing.id)
        since = row.updated_ms if row is not None else 0
        fresh = sum(received_ms > since for _, received_ms in beside)
        return fresh >= MIN_REPORTERS or at_ms - since >= AGAIN_MS
    if len(beside) < MOST_READ:
        return len(beside) % max(1, len(beside) // MIN_REPORTERS) == 0
    every = MIN_REPORTERS if urgent else MOST_READ // MIN_REPORTERS
    return _is_drawn(beside[-1][0], every)


def _stand_behind(tables: Tables, alike: list[FiledReport]) -> None:
    """Rule 5."""
    by_case: dict[str, int] = {}
    for row in alike:
        by_case[row.case] = by_case.get(row.case, 0) + 1
    for id, number in by_case.items():
        case = tables.cases.get(id)
        if case is None or case.state is not CaseState.OPEN or rank_of(case.priority) != 0:
            continue
        looked_at = tables.deadlines.standing([id])[id].looked_ms is not None
        if number < case.reports or looked_at or tables.cases.measures(id):
            continue
        harm = tables.deadlines.standing([id])[id].harm
        tables.deadlines.rename(id, harm, BEHIND, case.why)
        tables.deadlines.touch(id)


def brigade_on(tables: Tables, case: Case, at_ms: int) -> Case | None:
    """The case of the brigade that reported the thing of this case, if there is one."""
    id, known = _wave(tables, _accused(case, tables.cases.author(case.id)), at_ms)
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
        if last.until is not None and begin_ms <= ms_of(last.until):
            return id, last
    return id, last


def _complaints(tables: Tables, rows: list[FiledReport]) -> list[Complaint]:
    quoted: dict[str, list[str]] = {}
    for case in tables.cases.having_messages(list({row.case for row in rows})):
        said = [one.message.text for one in read_messages(tables, case, QUOTED) if one.message]
        quoted[case] = [text for text in fold(said) if text]
    texts = fold(explanations(tables, rows))
    found = []
    for row, text in zip(rows, texts, strict=True):
        own = text
        for quote in quoted.get(row.case, ()):
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
