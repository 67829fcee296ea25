"""The measures of one run, from what the operators said and what was true.

Rules of this module:

1. The alarm is the first *attack* from the first attack message on, of a raid that names at least
   one true member, or touches an attack message. An alarm about other people is `stray`.
2. Named are the members of every raid that reached *attack* in the run, in its final picture:
   precision and recall count wrong alarms and wrong members alike.
3. Touched: the share of attack messages after the alarm that carry a touch of *suspect* or more;
   `bystanders`: the same share of benign messages from the alarm to the end of the attack.
4. A hard negative's result is the furthest stage that any raid reached in it.
5. Where there is a second wave, found means: from its first message on, a campaign is told that has
   accounts of both waves. Times count from there, members are those of the campaign in the end.
"""

from __future__ import annotations

from typing import Any

import msgspec
from tests.evaluate.baselines import NAMES, Baselines
from tests.evaluate.run import INJECTED, Played, flagged_share

from rempart.detect.interface import EventObservation, Observation
from rempart.model import RaidStage


class Score(msgspec.Struct, omit_defaults=True):
    """One run. Times in seconds from the first attack message; `before`: attack messages seen up
    to the alarm, the one that raised it included."""

    kind: str
    seed: int
    host: str
    messages: int
    per_minute: float
    flagged: float | None
    stage: str | None
    seconds: float | None = None
    before: int | None = None
    suspect_seconds: float | None = None
    named: str | None = None
    precision: float | None = None
    recall: float | None = None
    core_precision: float | None = None
    core_recall: float | None = None
    touched: float | None = None
    bystanders: float | None = None
    stray: int = 0
    baselines: dict[str, float | None] = {}
    newcomers_precision: float | None = None
    newcomers_recall: float | None = None
    rows: int = 0
    cpu: float = 0.0


def score(played: Played) -> Score:
    attack, found = played.attack, played.found
    begin = played.injection.begin
    first = attack[0] if attack else _first_position(played)
    changes = [change for change in found.changes if change.position >= first]
    furthest = max((change.raid.stage.rank for change in changes), default=-1)
    minutes = max((played.injection.end - begin) / 60, 1 / 3)
    result = Score(
        played.kind.name,
        played.seed,
        played.host,
        len(attack),
        len(attack) / minutes,
        flagged_share(played),
        _stage_name(furthest),
        rows=len(played.rows),
        cpu=found.target_seconds + found.spread_seconds + found.long_seconds,
    )
    _baselines(played, first, result)
    if played.injection.returns is not None:
        _of_return(played, played.injection.returns, result)
    elif attack:
        _against_truth(played, first, result)
    return result


def _against_truth(played: Played, first: int, result: Score) -> None:
    found, truth = played.found, played.members
    attack = set(played.attack)
    by_raid: dict[str, int] = {}
    for touch in found.touches:
        if touch.position in attack:
            by_raid.setdefault(touch.raid, touch.position)
    alarms = [
        change
        for change in found.changes
        if change.position >= first and change.raid.stage is RaidStage.ATTACK
    ]
    names = {change.raid.id: _accounts(found.last[change.raid.id]) for change in alarms}
    true = {raid for raid, named in names.items() if named & truth or raid in by_raid}
    result.stray = len(set(names) - true)
    suspected = [
        change.position
        for change in found.changes
        if change.position >= first and change.raid.stage.rank >= RaidStage.SUSPECT.rank
    ]
    if suspected:
        result.suspect_seconds = _since(played, suspected[0])
    alarm = next((change for change in alarms if change.raid.id in true), None)
    if alarm is None:
        return
    result.seconds = _since(played, alarm.position)
    result.before = sum(place <= alarm.position for place in played.attack)
    result.named = alarm.raid.kind.value
    named = frozenset().union(*names.values())
    core = frozenset().union(*(_core(found.last[raid]) for raid in names))
    result.precision, result.recall = _precision(named, truth), len(named & truth) / len(truth)
    result.core_precision = _precision(core, truth) if core else None
    result.core_recall = len(core & truth) / len(truth)
    _touches(played, alarm.position, result)


def _of_return(played: Played, returns: float, result: Score) -> None:
    waves: tuple[set[str], set[str]] = (set(), set())
    later = []
    for place in played.attack:
        row = played.rows[place]
        if isinstance(row, Observation):
            is_later = row.message.sent_at.timestamp() >= returns
            waves[is_later].add(row.message.author.id)
            later += [place] if is_later else []
    # the baselines know accounts and minutes, and nothing of yesterday
    result.baselines, result.newcomers_precision, result.newcomers_recall = {}, None, None
    for change in played.found.campaigns:
        named = {member.account for member in change.campaign.members}
        if change.position < later[0] or not all(named & wave for wave in waves):
            continue
        told = change.campaign
        final = [one for one in played.found.known if told.id in (one.id, *one.joined)] or [told]
        accounts = frozenset(member.account for member in final[0].members)
        result.seconds = round(
            _since(played, change.position) - (returns - played.injection.begin), 3
        )
        result.before = sum(place <= change.position for place in later)
        result.named = "campaign"
        result.precision = _precision(accounts, played.members)
        result.recall = len(accounts & played.members) / len(played.members)
        return


def _touches(played: Played, alarm: int, result: Score) -> None:
    touched = {
        touch.position
        for touch in played.found.touches
        if touch.stage.rank >= RaidStage.SUSPECT.rank
    }
    attack = set(played.attack)
    later = [place for place in played.attack if place > alarm]
    if later:
        result.touched = sum(place in touched for place in later) / len(later)
    others = [
        place
        for place in range(alarm + 1, played.attack[-1] + 1)
        if place not in attack and isinstance(played.rows[place], Observation)
    ]
    if others:
        result.bystanders = sum(place in touched for place in others) / len(others)


def _baselines(played: Played, first: int, result: Score) -> None:
    rules = Baselines(played.known)
    rules.run(played.rows)
    begin, end = played.injection.begin, played.injection.end
    for name in NAMES:
        hits = [
            alarm.at - begin
            for alarm in rules.alarms[name]
            if alarm.position >= first and alarm.at <= end + 60
        ]
        result.baselines[name] = round(hits[0], 3) if hits else None
    if played.members and result.baselines["newcomers"] is not None:
        named = frozenset(rules.named)
        result.newcomers_precision = _precision(named, played.members)
        result.newcomers_recall = len(named & played.members) / len(played.members)


def _first_position(played: Played) -> int:
    """Where a hard negative begins."""
    for place, row in enumerate(played.rows):
        item: Any = row.event if isinstance(row, EventObservation) else row.message
        if item.id.startswith(INJECTED):
            return place
    return 0


def _since(played: Played, position: int) -> float:
    row = played.rows[position]
    at = row.message.sent_at if isinstance(row, Observation) else row.event.at
    return round(at.timestamp() - played.injection.begin, 3)


def _accounts(raid: Any) -> frozenset[str]:
    return frozenset(member.account for member in raid.members)


def _core(raid: Any) -> frozenset[str]:
    return frozenset(member.account for member in raid.members if member.core)


def _precision(named: frozenset[str], truth: frozenset[str]) -> float:
    return len(named & truth) / len(named) if named else 0.0


def _stage_name(rank: int) -> str | None:
    return {-1: None, 0: "notice", 1: "suspect", 2: "attack"}[rank]
