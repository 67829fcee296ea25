"""What calls a person now: alarms that rules raised, and measures that reached nobody.

One line for each kind and channel, newest first. An alarm ends with its lease or its undo;
a failed delivery is shown for a day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from rempart.cases.measures import first_aid
from rempart.cases.second_person import ALARM as SECOND_PERSON
from rempart.detect.links.policy import LinkRules
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.replies import COST_CAP
from rempart.errors import LogError
from rempart.log.witnessing import Claim
from rempart.model import Measure, MeasureKind
from rempart.rules import default_rules
from rempart.rules.builtin.hold_on_failure import HoldOnFailure
from rempart.rules.builtin.threats_first import ThreatsFirst
from rempart.store.interface import Tables
from rempart.store.interface.measures import MeasureRow
from rempart.web.auth import Caller, Right, may
from rempart.web.connectors.board import Connectors
from rempart.web.console.reading import moment
from rempart.web.console.screens import Alarm
from rempart.web.opinions.desk import OpinionDesk

DAY_MS = 24 * 3_600_000
LIMIT = "limit"
NOT_APPLIED = "not_applied"
LIST_OVER = "list_over"
LIST_REFUSED = "list_refused"
OPINION = "opinion"
RULE = "rule"
RULE_ERROR = "rule_error"
RULE_FELL_BACK = "rule_fell_back"
RULE_FAILURES = {
    "signals": "rule_without_signals",
    "counters": "rule_without_counters",
    "labels": "rule_without_labels",
}
COST = "cost"
LOG_STOPPED = "log_stopped"
LOG_DAMAGED = "log_damaged"
LOG_REFUSED = "log_refused"
LOG_CHANGED = "log_changed"
LOOK_UPS = "look_ups"
CONNECTOR = "connector"
MOST_NAMED = 5
UNREAD = timedelta(minutes=1)
_PEOPLE_ALARMS = {"look-ups": LOOK_UPS, SECOND_PERSON: "second_person"}
_BY_RULE = {
    ThreatsFirst.name: "threat",
    HoldOnFailure.name: "failure",
    first_aid.RULE: "first_aid",
    COST_CAP: COST,
}


class RuleTroubles(NamedTuple):
    """What went wrong with the community's own rules since they are in force: errors by rule, and
    failures by rule and what it asked; `fallen` rules that fell back to *shadow* by themselves."""

    errors: Mapping[str, int]
    failures: Mapping[tuple[str, str], int]
    fallen: Collection[str] = ()


def rule_troubles(engine: EmbeddedEngine) -> RuleTroubles:
    program = engine.pipeline.rules.program
    fallen = sorted(program.fallen) if program is not None else ()
    return RuleTroubles(engine.rule_errors(), engine.rule_failures(), fallen)


def calls_a_person(measure: Measure) -> bool:
    """Whether somebody must know that it did not reach a platform. A lock-out is carried out here;
    that the platform shows the message all the same stands on the case and is no news each time."""
    return measure.kind is not MeasureKind.LOCK_OUT


def alarms(
    tables: Tables, raised: Sequence[MeasureRow], now_ms: int, sees: Callable[[Measure], bool]
) -> list[Alarm]:
    """`raised`: the active measures of kind alarm that the caller may see, newest first."""
    builtin = {rule.name for rule in default_rules().rules}
    found = [
        Alarm(
            what=_what(row.measure, row.measure.rule in builtin),
            channel=row.measure.scope.channel,
            at=row.measure.from_at,
            case=row.case,
            detail=_told(row.measure, row.measure.rule in builtin),
        )
        for row in raised
    ]
    failed = tables.stream.failed_deliveries(now_ms - DAY_MS)
    rows = tables.stream.measures(ids=[row.measure for row in failed]) if failed else []
    measures = {row.measure.id: row for row in rows}
    for delivery in failed:
        row = measures.get(delivery.measure)
        if row is not None and calls_a_person(row.measure) and sees(row.measure):
            at = moment(delivery.updated_ms)
            channel = row.measure.scope.channel
            found.append(Alarm(NOT_APPLIED, channel, at, 1, row.case, delivery.detail))
    return _grouped(found)


def _detail(measure: Measure) -> str:
    """Of a cost cap how many percent of it are used; else the rule."""
    return str(measure.priority) if measure.rule == COST_CAP else measure.rule


def _what(measure: Measure, builtin: bool) -> str:
    if measure.because is not None:
        return measure.because.value
    return _BY_RULE.get(measure.rule, LIMIT if builtin else RULE)


def _told(measure: Measure, builtin: bool) -> str:
    if measure.because is not None:
        return measure.rule
    return "" if builtin else _detail(measure)


def list_alarms(links: LinkRules | None, now: datetime) -> list[Alarm]:
    """Lists of links that say nothing: over, or refused without an earlier reading."""
    if links is None:
        return []
    found = [
        Alarm(LIST_OVER, "", one.expires, detail=one.name)
        for one in links.lists
        if one.expires is not None and not one.is_good(now)
    ]
    return found + [Alarm(LIST_REFUSED, "", now, detail=one.why) for one in links.refused]


def rule_alarms(troubles: RuleTroubles, now: datetime) -> list[Alarm]:
    """Rules of the community that fail: each says nothing on the messages it failed on; and those
    that asked what failed: their policy for that answers."""
    found = [
        Alarm(RULE_ERROR, "", now, count, detail=rule) for rule, count in troubles.errors.items()
    ]
    found += [Alarm(RULE_FELL_BACK, "", now, detail=rule) for rule in troubles.fallen]
    return found + [
        Alarm(RULE_FAILURES[what], "", now, count, detail=rule)
        for (rule, what), count in troubles.failures.items()
    ]


def look_up_alarms(tables: Tables, caller: Caller, now_ms: int) -> list[Alarm]:
    """Somebody looked at far more cases than usual, or was let in lately and agreed as a second
    person: for the other admins, until one has seen it."""
    if not may(caller, Right.PEOPLE):
        return []
    return [
        Alarm(_PEOPLE_ALARMS[row.what], "", moment(row.at_ms), detail=row.actor)
        for row in tables.access_log.alarms(now_ms - DAY_MS)
        if row.actor != caller.id
    ]


def log_alarms(tables: Tables, stopped: LogError | None, now_ms: int) -> list[Alarm]:
    """What the log or a witness holds against the log, or a log against which we are witness."""
    found = []
    if stopped is not None:
        found.append(Alarm(LOG_STOPPED, "", moment(now_ms), detail=stopped.what))
    scrub = tables.attested.last_scrub()
    if scrub is not None and scrub.failed:
        found.append(Alarm(LOG_DAMAGED, "", moment(scrub.at_ms), detail=scrub.failed[0]))
    changes = tables.attested.changes()
    if changes:
        detail = ", ".join(str(seq) for seq, _ in changes[:MOST_NAMED])
        found.append(Alarm(LOG_CHANGED, "", moment(now_ms), len(changes), detail=detail))
    return found + [
        Alarm(LOG_REFUSED, "", moment(row.at_ms), detail=row.origin)
        for row in tables.attested.refusals()
        if now_ms - row.at_ms < DAY_MS and row.what == Claim.TWO_ROOTS
    ]


def opinion_alarms(desk: OpinionDesk | None) -> list[Alarm]:
    """Plug-ins that are not asked for a while because they did not answer."""
    return [
        Alarm(OPINION, "", seat.unavailable_since, detail=f"{seat.name}: {seat.last_error}")
        for seat in (desk.seats if desk is not None else ())
        if seat.unavailable_since is not None
    ]


def connector_alarms(connectors: Connectors | None, now: datetime) -> list[Alarm]:
    """Connectors that have not read their platform for a while: what is said there is not seen."""
    told = connectors.numbers if connectors is not None else {}
    return [
        Alarm(CONNECTOR, name, one.broken_since, detail=one.trouble)
        for name, one in sorted(told.items())
        if one.broken_since is not None and now - one.broken_since >= UNREAD
    ]


def _grouped(found: Sequence[Alarm]) -> list[Alarm]:
    groups: dict[tuple[str, str, str], Alarm] = {}
    for alarm in sorted(found, key=lambda alarm: alarm.at, reverse=True):
        key = (alarm.what, alarm.channel, alarm.detail if alarm.what == RULE else "")
        newest = groups.get(key)
        groups[key] = (
            alarm
            if newest is None
            else msgspec.structs.replace(newest, count=newest.count + alarm.count)
        )
    return list(groups.values())
