"""figures.json: how much was written around an attack, by it and by everybody else, per minute.

The messages of everybody else are not the target's and are in no dossier; their number is what a
burst is measured against. These are counts by the instance, not proven by records: it says so.
"""

from __future__ import annotations

import json
from datetime import timedelta

from rempart.model import Case
from rempart.model.moments import at_time, ms_of
from rempart.store.interface import Tables

NAME = "figures.json"
BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=10)
LONGEST = timedelta(hours=24)
_MINUTE = 60_000


def figures_file(tables: Tables, case: Case) -> dict[str, bytes]:
    """The file, for a case of a raid whose minutes are still kept; else nothing."""
    found = tables.stream.raid(case.raid) if case.raid else None
    if found is None:
        return {}
    raid = found.raid
    begin = ms_of(raid.begin - BEFORE) // _MINUTE * _MINUTE
    until = min(ms_of(raid.end + AFTER), begin + LONGEST // timedelta(milliseconds=1))
    until = -(-until // _MINUTE) * _MINUTE
    own, others = [0] * ((until - begin) // _MINUTE), [0] * ((until - begin) // _MINUTE)
    rows = tables.stream.minutes(begin, until, platform=raid.platform, channel=raid.channel)
    for row in rows:
        place = (row.minute_ms - begin) // _MINUTE
        own[place] += row.raid
        others[place] += row.messages - row.raid
    if not any(own):
        return {}
    told = {
        "v": 1,
        "what": "messages per minute, counted by the service; not proven by records",
        "platform": raid.platform,
        "channel": raid.channel,
        "begin": at_time(begin).isoformat().replace("+00:00", "Z"),
        "step_s": 60,
        "own": own,
        "others": others,
    }
    return {NAME: json.dumps(told, ensure_ascii=False).encode() + b"\n"}
