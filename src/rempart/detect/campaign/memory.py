"""Taking acts into the memory of a target, and forgetting.

Rules of this module:

1. The clock never runs back. A time more than a week ahead of it moves it only when a second act
   says so too, so that one wrong date does not empty the memory.
2. A burst is one event: of ten minutes, a few acts are kept and two newcomers are counted. Rage at
   a game and a raid of thousands therefore do not become "what is usual here".
3. What is usual is learned only while no slow attack is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.detect.campaign.state import (
    ACCOUNT_BYTES,
    ACCOUNTS,
    ACTS,
    ACTS_PER_BUCKET,
    BUCKET_MS,
    DAY_MS,
    HISTORY_DAYS,
    KEYS_PER_ACT,
    MEMORY_MS,
    TAGS,
    TEXT_BYTES,
    Act,
    CampaignData,
    CampaignState,
    Known,
)
from rempart.model import Message
from rempart.model.moments import ms_of

_FAR_AHEAD_MS: Final = 7 * DAY_MS
_NAME_LENGTH: Final = 40
_PER_BUCKET: Final = 2
_PRIOR_PER_DAY: Final = 1.0
_PRIOR_DAYS: Final = 3.0
_MAX_PLACES: Final = 48
LEARNED_DAYS: Final = 5


def advance(data: CampaignData, at: int) -> int:
    """The time an act counts as having happened; the clock moves with it, never back."""
    if data.clock < 0 or at - data.clock <= _FAR_AHEAD_MS:
        data.clock = max(data.clock, at)
        return data.clock
    if data.ahead >= 0 and abs(at - data.ahead) <= _FAR_AHEAD_MS:
        data.clock = max(at, data.ahead)
        data.ahead = -1
        return data.clock
    data.ahead = at
    return at


def account_key(message: Message) -> str:
    return f"{message.platform}/{message.author.id}"[:TEXT_BYTES]


def place_of(data: CampaignData, message: Message, target: str) -> int:
    place = (message.platform[:TEXT_BYTES], message.channel[:TEXT_BYTES], target[:TEXT_BYTES])
    if place in data.places:
        return data.places.index(place)
    if len(data.places) >= _MAX_PLACES:
        return _MAX_PLACES - 1
    data.places.append(place)
    return len(data.places) - 1


def meet(
    state: CampaignState, message: Message, now: int, newcomer: bool, *, sure: bool = True
) -> Known:
    """The account behind a hostile act, which is counted. `sure`: whether it is a newcomer is
    known, not supposed."""
    data, author = state.data, message.author
    key = account_key(message)
    known = data.accounts.get(key)
    if known is None:
        data.serial += 1
        created = ms_of(author.created_at) if author.created_at is not None else -1
        name = (author.name or "")[:_NAME_LENGTH]
        known = Known(
            key, name if name and name != author.id else None, data.serial, created, now, now
        )
        known.newcomer = newcomer
        data.accounts[key] = known
        data.account_bytes += _size(known)
        state.by_serial[known.serial] = known
        if len(data.accounts) > ACCOUNTS or data.account_bytes > ACCOUNT_BYTES:
            _forget_accounts(state, known)
    known.acts += 1
    known.last = max(known.last, now)
    if sure:
        known.newcomer = newcomer
    return known


def is_burst(data: CampaignData, now: int) -> bool:
    """Counts one more act of these ten minutes; True when enough of them were kept."""
    bucket = now // BUCKET_MS
    if bucket != data.bucket:
        data.bucket, data.bucket_acts, data.bucket_accounts = bucket, 0, []
    data.bucket_acts += 1
    return data.bucket_acts > ACTS_PER_BUCKET


def learn(data: CampaignData, known: Known, now: int, attacked: bool) -> None:
    """Counts an act into what is usual."""
    if data.began < 0:
        data.began = now
    day = data.days.setdefault(now // DAY_MS, [0, 0])
    if not known.newcomer:
        day[1] = min(day[1] + 1, 10_000)
    elif (
        not attacked
        and known.serial not in data.bucket_accounts
        and len(data.bucket_accounts) < _PER_BUCKET
    ):
        data.bucket_accounts.append(known.serial)
        day[0] += 1
    if len(data.days) > HISTORY_DAYS:
        del data.days[min(data.days)]


def note_tags(data: CampaignData, tags: Sequence[int]) -> None:
    """Hashtags of messages without a signal."""
    for tag in tags:
        if tag not in data.tags and len(data.tags) >= TAGS:
            del data.tags[min(data.tags, key=lambda known: (data.tags[known], known))]
        data.tags[tag] = min(data.tags.get(tag, 0) + 1, 10_000)


def usual_per_day(data: CampaignData, before: int) -> float:
    """Hostile newcomers a day before that time; a cautious guess where there is no past yet."""
    if data.began < 0:
        return _PRIOR_PER_DAY
    last = before // DAY_MS
    first = max(data.began // DAY_MS, last - HISTORY_DAYS)
    counted = sum(count[0] for day, count in data.days.items() if first <= day < last)
    return (counted + _PRIOR_PER_DAY * _PRIOR_DAYS) / (max(0, last - first) + _PRIOR_DAYS)


def has_past(data: CampaignData, before: int) -> bool:
    return data.began >= 0 and before - data.began >= LEARNED_DAYS * DAY_MS


def remember(
    state: CampaignState,
    known: Known,
    place: int,
    keys: tuple[int, ...],
    now: int,
    *,
    flagged: bool,
    raid: bool,
) -> None:
    data = state.data
    data.acts.append(
        Act(now, known.serial, place, keys[:KEYS_PER_ACT], flagged, known.newcomer, raid)
    )
    oldest = data.clock - MEMORY_MS
    if data.acts[0].at < oldest:
        data.acts = [act for act in data.acts if act.at >= oldest]
    if len(data.acts) > ACTS:
        day = _busiest([act.at for act in data.acts])
        for index, act in enumerate(data.acts):
            if act.at // DAY_MS == day:
                del data.acts[index]
                break


def forget_old(state: CampaignState) -> None:
    """Drops accounts unseen for six weeks."""
    data = state.data
    oldest = data.clock - MEMORY_MS
    gone = [key for key, known in data.accounts.items() if known.last < oldest]
    for key in gone:
        _drop(state, key)


def _forget_accounts(state: CampaignState, newest: Known) -> None:
    """Room for others: the old ones go, else those of the busiest day, in order of their coming."""
    forget_old(state)
    data = state.data
    if len(data.accounts) <= ACCOUNTS and data.account_bytes <= ACCOUNT_BYTES:
        return
    others = [known for known in data.accounts.values() if known is not newest]
    day = _busiest([known.last for known in others])
    ordered = sorted(others, key=lambda known: (known.last // DAY_MS != day, known.last))
    for known in ordered[: max(1, len(ordered) // 8)]:
        _drop(state, known.id)


def _drop(state: CampaignState, key: str) -> None:
    data = state.data
    known = data.accounts.pop(key)
    data.account_bytes -= _size(known)
    del state.by_serial[known.serial]
    data.acts = [act for act in data.acts if act.serial != known.serial]


def _busiest(times: list[int]) -> int:
    counts: dict[int, int] = {}
    for at in times:
        counts[at // DAY_MS] = counts.get(at // DAY_MS, 0) + 1
    return max(counts, key=lambda day: (counts[day], -day))


def _size(known: Known) -> int:
    return len(known.id.encode("utf-8", "replace")) + len((known.name or "").encode("utf-8")) + 24
