"""Head 1: means: organisation, rules by version, detectors, human review, money, failures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from rempart.cases.dated import spans
from rempart.cases.figures import wilson
from rempart.cases.queue.policy import clocks
from rempart.cases.queue.queues import Queue
from rempart.cases.rights import BUILTIN
from rempart.disclose.court.read import Published, Read, difference, lines_of
from rempart.disclose.court.table import Empty, Table, share, table
from rempart.disclose.history.classifiers import classifiers
from rempart.disclose.plain_csv import Cell
from rempart.model import (
    THRESHOLD,
    Budget,
    Contact,
    Dated,
    Provider,
    ProviderTier,
    Representative,
    Service,
    Territory,
    Training,
)
from rempart.model.moments import at_time
from rempart.store.interface.court import ClockRow
from rempart.store.interface.versions import VersionKind

_ORGANISATION = (ProviderTier, Territory, Service, Contact, Representative)


def head_1(read: Read) -> Iterator[Table]:
    declared = _declared(read)
    yield table(
        "1.1-organisation",
        "what key from_day until_day declared",
        (
            [type(one.value).__struct_config__.tag, one.key, *_days(one), _said(one)]
            for one in declared
            if isinstance(one.value, _ORGANISATION)
        ),
        "declared",
        Empty.UNDECLARED,
    )
    yield table(
        "1.1-roles",
        "role rights",
        ([role.key, " ".join(sorted(role.rights))] for role in BUILTIN.values()),
        "roles",
    )
    yield from _terms(read)
    yield from _detectors(read)
    yield from _review(read)
    yield from _money(declared)
    yield from _failures(read)


def at(ms: int) -> str:
    return at_time(ms).strftime("%Y-%m-%dT%H:%M:%SZ")


def _declared(read: Read) -> list[Dated]:
    first, last = read.period.first_day, read.period.last_day
    return [
        one
        for one in spans(read.history.declared.said)
        if one.from_day <= last and (one.until is None or one.until >= first)
    ]


def _days(one: Dated) -> list[Cell]:
    return [one.from_day.isoformat(), None if one.until is None else one.until.isoformat()]


def _said(one: Dated) -> str:
    told = msgspec.to_builtins(one.value)
    told.pop("kind", None)
    return "; ".join(f"{key}: {_word(value)}" for key, value in told.items())


def _word(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def _until(read: Read, place: int) -> str | None:
    return at(read.terms[place + 1].row.from_ms) if place + 1 < len(read.terms) else None


def _terms(read: Read) -> Iterator[Table]:
    known = [(place, one) for place, one in enumerate(read.terms) if _in_force(read, place, one)]
    yield table(
        "1.2-terms",
        "version from_at until_at significant published_by sha256 what_is_new",
        (
            [
                one.row.version,
                at(one.row.from_ms),
                _until(read, place),
                "yes" if one.row.significant else "no",
                one.row.published_by,
                one.row.digest,
                one.row.summary.get(read.language, ""),
            ]
            for place, one in known
        ),
        "criteria",
        Empty.UNDECLARED,
    )
    rows: list[list[Cell]] = []
    for place, one in known:
        if place:
            before = lines_of(read.terms[place - 1].row.content)
            changed = difference(before, lines_of(one.row.content))
            rows += [[one.row.version, sign, text] for sign, text in changed]
    yield table("1.2-terms-changes", "version change line", rows, "criteria")


def _in_force(read: Read, place: int, one: Published) -> bool:
    later = read.terms[place + 1].row.from_ms if place + 1 < len(read.terms) else None
    return one.row.from_ms < read.period.end_ms and (later is None or later > read.period.begin_ms)


def _detectors(read: Read) -> Iterator[Table]:
    rows: list[list[Cell]] = []
    for one in classifiers(read.figures):
        right = wilson(one.true_yes, one.true_yes + one.false_yes)
        low, high = (round(right.low, 4), round(right.high, 4)) if right.whole else (None, None)
        rows.append(
            [
                one.name,
                " ".join(one.versions) or Empty.UNRECORDED.value,
                THRESHOLD,
                one.judged,
                one.accuracy,
                one.precision,
                low,
                high,
                one.recall,
                one.true_yes,
                one.false_yes,
                one.false_no,
                one.true_no,
            ]
        )
    head = (
        "detector versions threshold judged accuracy precision precision_low precision_high recall"
        " true_yes false_yes false_no true_no"
    )
    yield table("1.3-detectors", head, rows, "classifier", Empty.UNRECORDED)
    yield table(
        "1.3-in-service",
        "detector version from_at until_at",
        _in_service(read),
        "criteria",
        Empty.UNDECLARED,
    )
    yield table(
        "1.3-changes",
        "at what version state changed_by reason",
        (
            [at(move.at_ms), one.kind.value, one.id, move.state.value, move.by, move.reason]
            for one in read.changes
            for move in one.moves
            if move.at_ms < read.period.end_ms
        ),
        "version_change",
    )
    differences: list[list[Cell]] = []
    for change in read.changes:
        if change.kind is VersionKind.RULES and change.at_ms < read.period.end_ms:
            before = read.bodies.get(change.parent or "", "")
            differences += [
                [change.id, change.author, sign, text]
                for sign, text in difference(before, read.bodies[change.id])
            ]
    yield table(
        "1.3-rules-changes", "version changed_by change line", differences, "version_change"
    )


def _in_service(read: Read) -> list[list[Cell]]:
    """Of each version of a detector the times within the period in which the terms named it."""
    times: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for place, published in enumerate(read.terms):
        for tool in published.terms.tools:
            runs = times.setdefault((tool.name, tool.version), [])
            goes_on = bool(runs) and runs[-1][1] == place - 1
            begin = runs.pop()[0] if goes_on else place
            runs.append((begin, place))
    return [
        [name, version, at(read.terms[first].row.from_ms), _until(read, last)]
        for (name, version), runs in sorted(times.items())
        for first, last in runs
        if any(_in_force(read, place, read.terms[place]) for place in range(first, last + 1))
    ]


def _review(read: Read) -> Iterator[Table]:
    end = read.period.end_ms
    rows: list[list[Cell]] = []
    for one in read.queues:
        if one.at_ms < end:
            queue = msgspec.json.decode(one.picture, type=Queue)
            scope = [*queue.harms, *queue.channels, *queue.languages, *queue.kinds]
            rows.append(
                [
                    at(one.at_ms),
                    queue.name.get(read.language, one.id),
                    "removed" if queue.removed else "in_force",
                    " ".join(scope) or "everything",
                    len(queue.people) or "everybody",
                    one.by,
                ]
            )
    yield table("1.4-queues", "at queue state scope people changed_by", rows, "queues")
    yield table(
        "1.4-clocks",
        "clock look decide refer law source",
        (
            [
                clock.key,
                clock.look,
                clock.decide,
                clock.refer,
                "; ".join(f"{duty.what}: {duty.within or duty.says}" for duty in clock.legal),
                clock.source,
            ]
            for clock in clocks().values()
        ),
        "clocks_shipped",
    )
    yield table(
        "1.4-kept",
        "deadline clock begun late never kept_share",
        (
            [one.kind, one.clock, one.begun, one.late, one.never, share(_kept(one), one.begun)]
            for one in read.clocks
        ),
        "clocks_kept",
    )
    looks, period = read.history.columns.looks, read.period
    within = (looks.received_ms >= period.begin_ms) & (looks.received_ms < period.end_ms)
    counted = Counter(
        zip(
            [looks.appellant.names[code] for code in looks.appellant.codes[within]],
            [looks.state.names[code] for code in looks.state.codes[within]],
            strict=True,
        )
    )
    yield table(
        "1.4-second-looks",
        "asked_by state second_looks",
        ([*key, number] for key, number in sorted(counted.items())),
        "second_look",
    )


def _kept(one: ClockRow) -> int:
    return one.begun - one.late - one.never


def _money(declared: list[Dated]) -> Iterator[Table]:
    providers: list[list[Cell]] = []
    budgets: list[list[Cell]] = []
    trained: list[list[Cell]] = []
    for one in declared:
        value = one.value
        said: list[Cell]
        if isinstance(value, Provider):
            said = [value.name, value.service, value.country, value.contract or "not_declared"]
            providers.append([*said, *_days(one)])
        elif isinstance(value, Budget):
            said = [value.purpose, value.amount, value.currency, value.hours]
            budgets.append([*said, *_days(one)])
        elif isinstance(value, Training):
            kind: Cell = "support" if value.support else "training"
            trained.append([kind, value.what, value.people, value.hours, *_days(one)])
    days = "from_day until_day"
    missing = Empty.UNDECLARED
    yield table(
        "1.5-providers", f"name service country contract {days}", providers, "declared", missing
    )
    yield table("1.6-budget", f"purpose amount currency hours {days}", budgets, "declared", missing)
    yield table("1.7-training", f"kind what people hours {days}", trained, "declared", missing)


def _failures(read: Read) -> Iterator[Table]:
    zone = ZoneInfo(read.period.time_zone)

    def month(ms: int) -> str:
        return datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m")

    failed = Counter((month(one.at_ms), one.connector, one.operation) for one in read.failures)
    yield table(
        "1.8-failed-deliveries",
        "month platform operation failed",
        ([*key, number] for key, number in sorted(failed.items())),
        "failure",
    )
    alarms = Counter((month(one.at_ms), one.what) for one in read.alarms)
    yield table(
        "1.8-alarms",
        "month alarm alarms",
        ([*key, number] for key, number in sorted(alarms.items())),
        "alarm",
    )
    late = [one for one in read.clocks if one.late or one.never]
    yield table(
        "1.8-late",
        "deadline clock late never",
        ([one.kind, one.clock, one.late, one.never] for one in late),
        "clocks_kept",
    )
