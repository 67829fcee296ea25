"""Series for charts, from the minute roll-ups or, where there is little, from the rows themselves.

Rules: event time throughout; a step is 10 s while at most half an hour is shown, else one
minute; work per chart is bounded by `MOST_ROWS` per channel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rempart.model import Raid
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.stream import ChannelRow, MessageRow
from rempart.web.console.reading import moment
from rempart.web.console.screens import ChannelRate, Rate, Timeline

MINUTE = 60_000
HOUR = 60 * MINUTE
FINE_STEP = 10_000
FINE_SPAN = 30 * MINUTE
SHORTEST_SPAN = 10 * MINUTE
MOST_ROWS = 3_000
MOST_LINES = 4
BEFORE_RAID = 3 * MINUTE
AFTER_RAID = MINUTE


def rate(tables: Tables, channels: Sequence[ChannelRow], now_ms: int) -> Rate:
    """The last hour of the channels that spoke last, or less when they began later."""
    shown = sorted(channels[:MOST_LINES], key=lambda row: (row.platform, row.channel))
    end = _end(channels, now_ms)
    first = min((row.first_ms for row in shown), default=end)
    span = min(HOUR, max(SHORTEST_SPAN, _up(end - first, MINUTE)))
    begin = (end - span) // MINUTE * MINUTE
    minutes = [_of_minutes(tables, row, begin, _up(end, MINUTE)) for row in shown]
    if span <= FINE_SPAN and all(sum(one.counts) <= MOST_ROWS for one in minutes):
        step, until = FINE_STEP, _up(end, FINE_STEP)
        series = [_of_rows(tables, row, begin, until) for row in shown]
    else:
        step, until, series = MINUTE, _up(end, MINUTE), minutes
    return Rate(moment(begin), step // 1000, (until - begin) // 1000, series)


def _end(channels: Sequence[ChannelRow], now_ms: int) -> int:
    """Now; or the last message when that lies more than an hour back or ahead of the clock."""
    last = max((row.last_ms for row in channels), default=now_ms)
    return last + 1 if last > now_ms or last < now_ms - HOUR else now_ms


def _up(ms: int, step: int) -> int:
    return -(-ms // step) * step


def _of_minutes(tables: Tables, row: ChannelRow, begin: int, until: int) -> ChannelRate:
    counts, held = _empty(begin, until, MINUTE), _empty(begin, until, MINUTE)
    for one in tables.stream.minutes(begin, until, platform=row.platform, channel=row.channel):
        place = (one.minute_ms - begin) // MINUTE
        counts[place] += one.messages
        held[place] += one.held
    return ChannelRate(row.platform, row.channel, counts, held)


def _of_rows(tables: Tables, row: ChannelRow, begin: int, until: int) -> ChannelRate:
    counts, held = _empty(begin, until, FINE_STEP), _empty(begin, until, FINE_STEP)
    for message in tables.stream.latest(row.platform, row.channel, limit=MOST_ROWS):
        if begin <= message.sent_at_ms < until:
            place = (message.sent_at_ms - begin) // FINE_STEP
            counts[place] += 1
            held[place] += message.held
    return ChannelRate(row.platform, row.channel, counts, held)


def _empty(begin: int, until: int, step: int) -> list[int]:
    return [0] * ((until - begin) // step)


def timeline(
    tables: Tables, raid: Raid, last_seq: int | None, now_ms: int, joined: Collection[str] = ()
) -> Timeline:
    """Messages of the raid against those of everybody else in its channel, around the raid.
    `joined`: the ids of all raids that are one case with it."""
    begin = (ms_of(raid.begin) - BEFORE_RAID) // FINE_STEP * FINE_STEP
    end = ms_of(raid.end)
    until = _up(min(end + AFTER_RAID, max(now_ms, end + 1)), FINE_STEP)
    if until - begin <= FINE_SPAN and raid.messages <= MOST_ROWS and last_seq is not None:
        rows = tables.stream.latest(
            raid.platform, raid.channel, before=last_seq + MOST_ROWS, limit=2 * MOST_ROWS
        )
        attack, others = _split(rows, {raid.id, *joined}, begin, until)
        step = FINE_STEP
    else:
        step = MINUTE
        begin, until = begin // MINUTE * MINUTE, _up(until, MINUTE)
        begin = max(begin, until - 24 * HOUR)
        attack, others = _minutes(tables, raid, begin, until)
    return Timeline(
        begin=moment(begin),
        step_s=step // 1000,
        attack=attack,
        others=others,
        raid_begin=raid.begin,
        detected_at=raid.detected_at,
        raid_end=raid.end,
    )


def _split(
    rows: Iterable[MessageRow], raids: set[str], begin: int, until: int
) -> tuple[list[int], list[int]]:
    attack, others = _empty(begin, until, FINE_STEP), _empty(begin, until, FINE_STEP)
    for row in rows:
        if begin <= row.sent_at_ms < until:
            series = attack if row.raid in raids else others
            series[(row.sent_at_ms - begin) // FINE_STEP] += 1
    return attack, others


def _minutes(tables: Tables, raid: Raid, begin: int, until: int) -> tuple[list[int], list[int]]:
    attack, others = _empty(begin, until, MINUTE), _empty(begin, until, MINUTE)
    for row in tables.stream.minutes(begin, until, platform=raid.platform, channel=raid.channel):
        place = (row.minute_ms - begin) // MINUTE
        attack[place] += row.raid
        others[place] += row.messages - row.raid
    return attack, others
