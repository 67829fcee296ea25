"""Views: from the tables to the screen of each page. Pure: no clock, no request.

What somebody has no rights on is not there: queries ask only for the channels of the caller, and a
single thing outside of them is answered as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rempart.cases.queue.queues import is_kept_from, queues
from rempart.cases.raids.campaigns import (
    campaign_of_raids,
    read_campaign,
    summary_of,
    visible,
    visible_campaigns,
)
from rempart.cases.raids.corrections import combined, pictures_of
from rempart.cases.reading import read_messages, read_reports
from rempart.cases.reports.brigade import brigade_on
from rempart.detect.links.policy import LinkRules
from rempart.errors import LogError, NotFoundError
from rempart.model import Case, CaseKind, CaseState, Decision, MeasureKind, ScopeKind
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.cases import URGENT
from rempart.store.interface.measures import MeasureRow
from rempart.store.interface.raids import RaidRow
from rempart.store.interface.stream import ChannelRow
from rempart.web.api.cases.cases import beyond_harms, closed_to
from rempart.web.api.reports.reports import conversations
from rempart.web.auth.caller import Caller, Scope
from rempart.web.connectors.board import Connectors
from rempart.web.console import screens
from rempart.web.console.case.deciding_part import deciding_part
from rempart.web.console.case.file_page import file_alarms
from rempart.web.console.case.ladder import choices_of
from rempart.web.console.case.raid_page import MOST_READ, measure_groups, raid_part
from rempart.web.console.evidence.erasure_pages import erasure_alarms
from rempart.web.console.live.alarms import (
    RuleTroubles,
    alarms,
    connector_alarms,
    list_alarms,
    log_alarms,
    look_up_alarms,
    opinion_alarms,
    rule_alarms,
)
from rempart.web.console.live.asked import second_alarms
from rempart.web.console.live.lately import lately
from rempart.web.console.live.series import HOUR, rate, timeline
from rempart.web.console.queue.desk_part import AtWork, desk_part, queue_names, turns
from rempart.web.console.queue.queue_pages import query_of
from rempart.web.console.reading import (
    log_state,
    measure_rows,
    moment,
    raid_bars,
    said_in_channel,
    said_of_case,
    signal_sums,
    within,
)
from rempart.web.opinions.desk import OpinionDesk

MOST_RAIDS = 12
MOST_CASES = 100
MOST_SAID = 200
MOST_REPORTS = 100
MOST_CHAT = 150
MOST_CHANNELS = 200
MOST_MEASURES = 200
MOST_CAMPAIGNS = 100
FOR_EVERYONE = (MeasureKind.SHIELD, MeasureKind.SLOW_MODE, MeasureKind.LOCK_OUT)


def overview(
    tables: Tables,
    caller: Caller,
    now_ms: int,
    links: LinkRules | None = None,
    opinions: OpinionDesk | None = None,
    troubles: RuleTroubles | None = None,
    connectors: Connectors | None = None,
    log_stopped: LogError | None = None,
) -> screens.Overview:
    channels = _channels(tables, caller)
    names = within(caller)
    series = rate(tables, channels, now_ms)
    since = ms_of(series.begin)
    rows = tables.stream.raids(since_ms=since, within=names, limit=MOST_RAIDS)
    raids = raid_bars(tables, [row for row in rows if _sees_raid(caller, row)], now_ms)
    on = [
        row
        for row in _measures(tables, caller, FOR_EVERYONE, active=True)
        if row.measure.scope.kind in (ScopeKind.CHANNEL, ScopeKind.TARGET)
    ]
    shields = _measures(tables, caller, (MeasureKind.SHIELD,), active=False)
    asked = None if names is None else tuple(names)
    counts = tables.cases.counts(asked)
    return screens.Overview(
        now=moment(now_ms),
        rate=series,
        raids=raids,
        shields=measure_rows(tables, on, may_undo=caller.may(Scope.MODERATE)),
        queue=screens.QueueSummary(
            open=counts.open,
            urgent=counts.urgent,
            oldest_at=None if counts.oldest_open_ms is None else moment(counts.oldest_open_ms),
            by_kind={"raid": counts.open_raids, "message": counts.open_messages},
            reports_open=counts.unanswered,
        ),
        log=log_state(tables),
        lately=lately(tables, raids, shields, asked, lambda case: _sees(caller, case)),
        messages=sum(row.messages for row in channels),
        alarms=[
            *alarms(
                tables,
                _measures(tables, caller, (MeasureKind.ALARM,), active=True),
                now_ms,
                lambda measure: caller.sees(measure.scope.channel, measure.scope.platform),
            ),
            *list_alarms(links, moment(now_ms)),
            *opinion_alarms(opinions),
            *connector_alarms(connectors, moment(now_ms)),
            *(rule_alarms(troubles, moment(now_ms)) if troubles is not None else ()),
            *second_alarms(tables, caller, now_ms, lambda case: may_open(tables, caller, case)),
            *file_alarms(tables, caller),
            *erasure_alarms(tables, caller, now_ms),
            *look_up_alarms(tables, caller, now_ms),
            *log_alarms(tables, log_stopped, now_ms),
        ],
    )


def queue(
    tables: Tables,
    caller: Caller,
    now_ms: int,
    state: CaseState,
    kind: CaseKind | None,
    at_work: AtWork | None = None,
    queue: str | None = None,
) -> screens.Queue:
    chosen = queues(tables).get(queue) if queue else None
    if queue and (chosen is None or not caller.bounds.queue(queue)):
        raise NotFoundError("there is no such queue", where=queue)
    page = tables.cases.page(
        query_of(caller, chosen, limit=MOST_CASES, state=state, kind=kind.value if kind else None)
    )
    seen = [case for case in page.cases if _sees(caller, case)]
    where = turns(tables, seen, at_work, now_ms)
    rows = [
        screens.QueueRow(case, *_raid_facts(tables, case), turn=where.get(case.id)) for case in seen
    ]
    return screens.Queue(
        now=moment(now_ms),
        rows=rows,
        urgent_from=URGENT,
        state=state.value,
        kind=kind.value if kind else None,
        total=page.total,
        queues=queue_names(tables, caller),
        queue=queue,
    )


def case(
    tables: Tables, caller: Caller, now_ms: int, id: str, at_work: AtWork | None = None
) -> screens.CaseScreen:
    found = visible_case(tables, caller, id)
    raid_row = tables.stream.raid(found.raid) if found.raid else None
    raids = pictures_of(tables, found.id)
    raid = combined(raids) if raids else raid_row.raid if raid_row else None
    most = MOST_READ if raids else MOST_SAID
    read = [said_of_case(one) for one in read_messages(tables, found.id, most)]
    said = read[:MOST_SAID]
    authors = {(one.author, one.author_name) for one in read}
    measures = measure_rows(
        tables, tables.cases.measures(found.id), may_undo=caller.may(Scope.MODERATE)
    )
    sequences = tables.cases.message_sequences(found.id)
    of = [one.id for one in raids] or ([found.raid] if found.raid else [])
    joined = campaign_of_raids(tables, of, caller.sees)
    return screens.CaseScreen(
        now=moment(now_ms),
        case=found,
        raid=raid,
        lifted=raid_row is not None and raid_row.lifted_ms is not None,
        members=list(raid.members) if raid else [],
        said=said,
        said_total=len(sequences),
        signals=signal_sums(said),
        measures=measures,
        groups=measure_groups(measures),
        of_raid=raid_part(tables, found, raid, read, may_correct=caller.may(Scope.MODERATE))
        if raids and raid
        else None,
        timeline=timeline(
            tables, raid, sequences[-1] if sequences else None, now_ms, {one.id for one in raids}
        )
        if raid
        else None,
        reports=read_reports(tables, found.id, MOST_REPORTS),
        decisions=[_named(tables, one) for one in tables.cases.decisions(found.id)],
        evidence=_evidence(tables, found.id),
        next_case=next_case(tables, caller, found.id),
        campaign=read_campaign(tables, joined, caller.sees) if joined else None,
        deciding=deciding_part(
            tables, caller, found, authors.pop() if len(authors) == 1 else None, now_ms
        ),
        brigade=_brigade(tables, caller, found, now_ms),
        desk=desk_part(tables, caller, found, at_work, now_ms),
        ladder=choices_of(tables, found) if caller.may(Scope.MODERATE) else [],
        conversations=conversations(tables, found.id),
    )


def campaigns(tables: Tables, caller: Caller, now_ms: int, target: str | None) -> screens.Campaigns:
    rows = visible_campaigns(tables, caller.sees, target=target, limit=MOST_CAMPAIGNS)
    return screens.Campaigns(moment(now_ms), [summary_of(row) for row in rows], target)


def campaign(tables: Tables, caller: Caller, now_ms: int, id: str) -> screens.CampaignScreen:
    row = tables.campaigns.get(id)
    if row is None or not visible(row.campaign, caller.sees):
        raise NotFoundError("there is no such campaign in a channel you have rights on", where=id)
    rows = visible_campaigns(tables, caller.sees, target=row.campaign.target, limit=MOST_CAMPAIGNS)
    return screens.CampaignScreen(
        now=moment(now_ms),
        campaign=read_campaign(tables, row, caller.sees),
        others=[summary_of(one) for one in rows if one.campaign.id != id],
    )


def channels(tables: Tables, caller: Caller, now_ms: int) -> screens.Channels:
    rows = _channels(tables, caller)[:MOST_CHANNELS]
    on = {
        (row.measure.scope.platform, row.measure.scope.channel): row
        for row in _measures(tables, caller, (MeasureKind.SHIELD,), active=True)
    }
    found = []
    for row in rows:
        minutes = tables.stream.minutes(
            now_ms - HOUR, now_ms + HOUR, platform=row.platform, channel=row.channel
        )
        shield = on.get((row.platform, row.channel))
        found.append(
            screens.ChannelSummary(
                platform=row.platform,
                channel=row.channel,
                messages=sum(minute.messages for minute in minutes),
                flagged=sum(minute.held for minute in minutes),
                last_at=moment(row.last_ms),
                shield=measure_rows(tables, [shield], may_undo=False)[0] if shield else None,
            )
        )
    return screens.Channels(moment(now_ms), found)


def channel(
    tables: Tables, caller: Caller, now_ms: int, platform: str, name: str, after: int = 0
) -> screens.ChannelScreen:
    known = any(
        (row.platform, row.channel) == (platform, name) for row in _channels(tables, caller)
    )
    if not known:
        raise NotFoundError("there is no such channel", where=name)
    rows = tables.stream.latest(platform, name, limit=MOST_CHAT)
    fresh = sorted((row for row in rows if row.seq > after), key=lambda row: row.seq)
    said = said_in_channel(tables, fresh)
    raids = tables.stream.raids(platform=platform, channel=name, limit=5)
    shields = [
        row
        for row in _measures(tables, caller, (MeasureKind.SHIELD,), active=True)
        if (row.measure.scope.platform, row.measure.scope.channel) == (platform, name)
    ]
    drawn = measure_rows(tables, shields[:1], may_undo=caller.may(Scope.MODERATE))
    return screens.ChannelScreen(
        now=moment(now_ms),
        platform=platform,
        channel=name,
        said=said,
        last_seq=fresh[-1].seq if fresh else after,
        raids=raid_bars(tables, raids, now_ms),
        shield=drawn[0] if drawn else None,
    )


def visible_case(tables: Tables, caller: Caller, id: str) -> Case:
    found = tables.cases.get(id)
    if found is None or not may_open(tables, caller, id):
        raise NotFoundError("there is no such case in a channel you have rights on", where=id)
    return found


def may_open(tables: Tables, caller: Caller, id: str) -> bool:
    """Whether there is such a case, and this person sees all of it."""
    found = tables.cases.get(id)
    if found is None or not _sees(caller, found) or is_kept_from(tables, id, caller.id):
        return False
    return not closed_to(tables, caller, id) and not beyond_harms(tables, caller, id)


def _sees(caller: Caller, case: Case) -> bool:
    return caller.channels is None or caller.sees(case.channel, case.platform)


def _sees_raid(caller: Caller, row: RaidRow) -> bool:
    return caller.sees(row.raid.channel, row.raid.platform)


def _measures(
    tables: Tables, caller: Caller, kinds: Sequence[MeasureKind], *, active: bool
) -> list[MeasureRow]:
    """Of these kinds, in channels of the caller, newest first."""
    rows = tables.stream.measures(
        kinds=kinds, active=active, within=within(caller), limit=MOST_MEASURES
    )
    return [
        row for row in rows if caller.sees(row.measure.scope.channel, row.measure.scope.platform)
    ]


def _channels(tables: Tables, caller: Caller) -> list[ChannelRow]:
    return [row for row in tables.stream.channels() if caller.sees(row.channel, row.platform)]


def _raid_facts(tables: Tables, case: Case) -> tuple[str | None, int, str | None]:
    row = tables.stream.raid(case.raid) if case.raid and case.kind is CaseKind.RAID else None
    if row is None:
        return None, 0, None
    return row.raid.stage.value, len(row.raid.members), row.raid.kind.value


def _brigade(tables: Tables, caller: Caller, case: Case, now_ms: int) -> str | None:
    if not case.reports:
        return None
    found = brigade_on(tables, case, now_ms)
    return found.id if found is not None and _sees(caller, found) else None


def _named(tables: Tables, decision: Decision) -> Decision:
    """With the name of who decided, for colleagues; outwards it stays a pseudonym."""
    person = tables.access.person(decision.decided_by)
    return msgspec.structs.replace(decision, decided_by=person.name) if person else decision


def _evidence(tables: Tables, id: str) -> screens.Evidence:
    entries = tables.cases.sequences(id)
    log = log_state(tables)
    return screens.Evidence(
        entries=len(entries),
        first=entries[0] if entries else None,
        last=entries[-1] if entries else None,
        log=log,
        covered=bool(entries) and (log.checkpoint_size or 0) > entries[-1],
    )


def next_case(tables: Tables, caller: Caller, id: str) -> str | None:
    """The first case of the queue that is not this one."""
    asked = query_of(caller, None, limit=5)
    cases = [one for one in tables.cases.page(asked).cases if _sees(caller, one)]
    return next((one.id for one in cases if one.id != id), None)
