"""Is something going on? Asked at abusive and at shared messages; answered with a stage.

Rules of this module:

1. Coordination alone is a notice. It becomes an attack only with harm: abusive messages of those
   who act together, or accounts that were evidently made for it.
2. Who belongs here is the control group: a circle in which regulars are more than a third is not an
   attack from outside, whatever words it uses.
3. While an attack is on, a second circle that would be an attack of its own joins it: one target,
   one moment, one case.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final, NamedTuple

from rempart.detect.interface import Detections, Observation, RaidChange
from rempart.detect.raid.alike import harms_alike
from rempart.detect.raid.crowd import Crowd, as_group, hostile_crowd
from rempart.detect.raid.evidence import (
    LINK_BIT,
    MEDIA_BIT,
    WINDOW_MS,
    Group,
    Score,
    coordinated_group,
    hostile_group,
    is_public,
    score,
    users_of,
)
from rempart.detect.raid.lessons import is_known_crowd
from rempart.detect.raid.made_up import CIRCLE_SIZE, MADE_UP_SCORE, floods_line, is_made_up
from rempart.detect.raid.membership import spread_hot_keys, touch_of
from rempart.detect.raid.raids import open_raid, picture, prolong, set_stage, take_group
from rempart.detect.raid.state import Person, RaidState, TargetData, TargetState
from rempart.detect.raid.telling import TELL_MESSAGES_MS, note_told
from rempart.model import MessageKind, RaidKind, RaidStage

ATTACK_SCORE: Final = 7.0
ATTACK_PATTERN: Final = 2.5
ATTACK_SHARE: Final = 0.35
CIRCLE_SHARE: Final = 0.2
CIRCLE_HARM: Final = 2.5
ATTACK_HARM: Final = 1.5
INSISTENCE: Final = 2.0
SUSPECT_SCORE: Final = 3.5
SUSPECT_HARM: Final = 1.2
SECOND_LOOK: Final = 4
"""During an attack, every so many rude outsiders, whether they are a second circle."""
SELDOM: Final = 10
"""Of so many abusive messages within the window each is looked at, of twice as many every other."""
SELDOM_MS: Final = 3_000
LOOK_MS: Final = 300
"""Event time between two looks at what is shared without abuse."""
NOTICE_AUTHORS: Final = 6
MADE_UP_AUTHORS: Final = 5
MADE_UP_IDENTITY: Final = 4.0
_OF_ACCOUNTS: Final = frozenset({"young", "cohort", "names"})


def judge_hostile(
    state: TargetState, row: Observation, raid: RaidState | None, now: int, found: Detections
) -> None:
    """Is this abuse part of something? During an attack only those outside it are looked at."""
    data = state.data
    attack = raid is not None and raid.stage == RaidStage.ATTACK.value
    if raid is not None and attack and raid.crowd % SECOND_LOOK:
        return
    if not attack and not _worth_a_look(data, now):
        return
    without: Container[str] = raid.members if raid is not None and attack else ()
    case = _weigh(state, raid, without, now)
    if case is None or (attack and case.stage is not RaidStage.ATTACK):
        return
    group, result, stage, people = case
    if raid is None:
        raid = open_raid(data, row.message, now, stage)
    if people:
        raid.open_list = True
        raid.kind = _kind(row, RaidKind.DOGPILE)
    elif not attack:
        raid.kind = _kind(row, RaidKind.BOT_RAID)
    if not attack:
        raid.confidence = _confidence(result.coordination)
    before = (raid.stage, len(raid.members))
    fresh = raid.suspect_at < 0
    take_group(raid, group, result, now)
    spread_hot_keys(state, raid, now)
    set_stage(raid, stage, now)
    if fresh or before != (raid.stage, len(raid.members)):
        note_told(data, raid, now)
        found.changes.append(RaidChange(row.position, picture(data, raid)))
    if fresh and row.message.author.id in raid.members:
        member = raid.members[row.message.author.id]
        found.touches.append(touch_of(row, raid, member.because, member.core))


def _worth_a_look(data: TargetData, now: int) -> bool:
    """At every abusive message while there are few of them; where everybody swears, at every n-th,
    so that the cost per message stays bounded."""
    data.unlooked += 1
    recent = sum(pulse.flagged for pulse in data.pulses)
    if data.unlooked * SELDOM < recent and now - data.looked < SELDOM_MS:
        return False
    data.unlooked, data.looked = 0, now
    return True


def _kind(row: Observation, kind: RaidKind) -> str:
    """Whatever hits a phone line costs it money and its voice: a flood."""
    return (RaidKind.FLOOD if row.message.kind is MessageKind.SMS else kind).value


class _Case(NamedTuple):
    """What speaks most for a raid; `people`: a crowd with own words, not a circle."""

    group: Group
    result: Score
    stage: RaidStage
    people: bool


def _weigh(
    state: TargetState, raid: RaidState | None, without: Container[str], now: int
) -> _Case | None:
    """The hostile and who shares their wording; the newcomers who share wording, hostile or not;
    the hostile crowd with own words: whichever speaks most."""
    group = hostile_group(state, now, without)
    if group.flagged < 2:
        return None
    result = score(group, state.data, now) if group.people else None
    stage = _stage_of(state, group, result, now) if result is not None else None
    if stage is not RaidStage.ATTACK:
        wide = coordinated_group(state, now, without)
        wider = score(wide, state.data, now) if wide.flagged >= 2 else None
        if wider is not None and _stage_of(state, wide, wider, now) is RaidStage.ATTACK:
            group, result, stage = wide, wider, RaidStage.ATTACK
    people = result is not None and _is_crowd(group, result)
    if stage is not RaidStage.ATTACK or (people and not (raid and raid.open_list)):
        crowd = hostile_crowd(state, now, without)
        piled = crowd.stage()
        if piled is not None and (stage is None or piled.rank >= stage.rank):
            group, stage, people = as_group(crowd, group, now), piled, True
            result = _as_score(crowd, group, state.data, now)
    if stage is None or result is None:
        return None
    return _Case(group, result, stage, people)


def _is_crowd(group: Group, result: Score) -> bool:
    """Mostly people with own words, whom nothing but their abuse has in common."""
    return 2 * len(group.linked) < len(group.people) and result.identity < MADE_UP_SCORE


def _as_score(crowd: Crowd, group: Group, data: TargetData, now: int) -> Score:
    """A crowd's two surprises as harm; what their accounts have in common comes on top."""
    own = score(group, data, now)
    harm = crowd.number + crowd.share
    total = round(harm + own.identity, 3)
    evidence = crowd.evidence + [line for line in own.evidence if line[0] in _OF_ACCOUNTS]
    return own._replace(coordination=total, harm=harm, evidence=evidence)


def _is_talk(group: Group, result: Score, now: int) -> bool:
    """Of those who share the wording a third mostly says other things, or hardly anybody means
    anybody and some were here before: a formula that a chat plays with, whatever the text detector
    thinks of its words."""
    if result.identity >= 3:
        return False
    people = [person for person in group.people if person.id in group.linked]
    if 2 * len(people) < len(group.people):
        people = group.people
    size = len(people)
    if 3 * sum(2 * person.acts < person.said for person in people) >= size:
        return True
    flagged = sum(person.flagged > 0 for person in people)
    aimed = 3 * sum(person.rude > 0 for person in people) >= flagged
    return not aimed and 10 * sum(person.is_arrival(now) for person in people) < 9 * size


def _in_jest(group: Group, result: Score) -> bool:
    """Mostly people known here, or with accounts as old as anybody's, who each said it once or
    twice: an insult shared in jest looks like this, an attack by aged accounts goes on."""
    size = len(group.people)
    if result.identity >= 3:
        return False
    dated = sum(person.created >= 0 for person in group.people)
    if group.arrivals * 3 >= 2 * size and (dated * 2 < size or result.identity >= 1):
        return False
    again = sum(person.again > 0 for person in group.people)
    return group.insistence < INSISTENCE or again < 5 or again * 5 < 3 * size


def _stage_of(state: TargetState, group: Group, result: Score, now: int) -> RaidStage | None:
    size = len(group.people)
    low_trust = sum(not person.is_regular(now) for person in group.people)
    aside = sum(pulse.aside for pulse in state.data.pulses)
    if not size or (aside > 2 * group.flagged and result.identity < MADE_UP_SCORE):
        return None
    suspicious = result.harm >= SUSPECT_HARM and group.arrivals >= 3
    outsiders = low_trust * 3 >= 2 * size and result.coordination >= ATTACK_SCORE
    # Picked for their abuse, they are few, and accounts made together must be more surprising.
    least = MADE_UP_SCORE if group.picked else MADE_UP_IDENTITY
    if outsiders and size >= MADE_UP_AUTHORS and result.identity >= least:
        # A class of forty has accounts made together too, and now and then says a rude word.
        harm = harms_alike(state, result, now)
        if harm:
            result.evidence.extend(harm)
            return RaidStage.ATTACK
    if _is_talk(group, result, now):
        return None
    if _in_jest(group, result):
        return RaidStage.SUSPECT if suspicious and group.flagged >= 3 else None
    if outsiders and _is_harmful(group, result):
        return RaidStage.ATTACK
    return RaidStage.SUSPECT if suspicious and result.coordination >= SUSPECT_SCORE else None


def _is_harmful(group: Group, result: Score) -> bool:
    size = len(group.people)
    if result.pattern < ATTACK_PATTERN:
        return False
    if group.picked:
        return size >= 4 and result.harm >= ATTACK_HARM and group.flagged >= ATTACK_SHARE * size
    enough = size >= CIRCLE_SIZE and result.harm >= CIRCLE_HARM
    return enough and group.flagged >= CIRCLE_SHARE * size


def _confidence(coordination: float) -> float:
    """From the score's powers of ten to (0, 1): 0.5 at the threshold of a suspicion."""
    excess = coordination - SUSPECT_SCORE
    return round(1 - 0.5 * 10 ** (-max(0.0, excess) / 5), 3)


def judge_harmless(
    state: TargetState, row: Observation, keys: Sequence[int], now: int, found: Detections
) -> None:
    """Many say the same without abuse: a notice, unless the accounts were evidently made for it."""
    data = state.data
    raid = next(iter(data.raids), None)
    notice = raid if raid is not None and raid.stage == RaidStage.NOTICE.value else None
    if notice is not None:
        notice.messages += 1
        prolong(notice, now)
    data.shares += 1
    if data.shares >= data.look_at and now >= data.look_after:
        circle = coordinated_group(state, now, ())
        # The larger the circle, the less often it is looked at, and never more than so often in a
        # second: the cost per message stays bounded.
        data.look_at = data.shares + max(3, len(circle.people) // 2)
        data.look_after = now + LOOK_MS
        if len(circle.people) >= MADE_UP_AUTHORS and _made_up_raid(
            state, row, raid, circle, now, found
        ):
            return
    if raid is not notice:
        return
    people, key = _most_shared(state, keys, now, notice.crowd * 1.3 if notice else 0)
    if len(people) < NOTICE_AUTHORS or (notice and len(people) < notice.crowd * 1.3):
        if notice is not None and now - notice.told_at >= TELL_MESSAGES_MS:
            notice.told_at = now
            found.changes.append(RaidChange(row.position, picture(data, notice)))
        return
    group = Group(
        people,
        frozenset(person.id for person in people),
        {key: len(people)},
        sum(person.flagged > 0 for person in people),
        sum(person.is_arrival(now) for person in people),
        len(people),
        picked=False,
    )
    result = score(group, data, now)
    if notice is None:
        notice = open_raid(data, row.message, now, RaidStage.NOTICE)
        notice.kind = RaidKind.FLOOD.value
        notice.messages = len(people)
    notice.crowd = len(people)
    notice.confidence = _confidence(result.coordination)
    notice.evidence = result.evidence
    if data.announced_until >= now:
        notice.evidence = [("announced", []), *notice.evidence]
    if is_known_crowd(state, group, result, now):
        notice.evidence = [("taught", []), *notice.evidence]
    notice.told_at = now
    found.changes.append(RaidChange(row.position, picture(data, notice)))


def _made_up_raid(
    state: TargetState,
    row: Observation,
    known: RaidState | None,
    circle: Group,
    now: int,
    found: Detections,
) -> bool:
    """Accounts made for it, that flood or push a link, are an attack whatever their words are."""
    result = score(circle, state.data, now)
    if is_known_crowd(state, circle, result, now):
        return False
    line = row.message.kind is MessageKind.SMS
    if not is_made_up(state, circle, result, now) and not (line and floods_line(circle)):
        return False
    raid = known or open_raid(state.data, row.message, now, RaidStage.ATTACK)
    main = max(circle.keys, key=lambda key: (circle.keys[key], key))
    linked = main & LINK_BIT and not main & MEDIA_BIT
    raid.kind = _kind(row, RaidKind.LINK_RAID if linked else RaidKind.BOT_RAID)
    raid.confidence = _confidence(result.coordination)
    raid.messages = 0
    take_group(raid, circle, result, now)
    spread_hot_keys(state, raid, now)
    set_stage(raid, RaidStage.ATTACK, now)
    note_told(state.data, raid, now)
    found.changes.append(RaidChange(row.position, picture(state.data, raid)))
    return True


def _most_shared(
    state: TargetState, keys: Sequence[int], now: int, least: float
) -> tuple[list[Person], int]:
    """Who lately shared the most shared of these signatures, public ones aside; nobody when they
    cannot be so many."""
    best: list[Person] = []
    best_key = 0
    least = max(NOTICE_AUTHORS, least)
    for key in keys:
        uses = state.data.shared.get(key)
        if uses is None or len(uses) < least or is_public(state, key, now):
            continue
        people = [p for p in users_of(state, key) if now - p.last <= WINDOW_MS]
        if len(people) > len(best):
            best, best_key = people, key
    return best, best_key
