"""Moving a recording to the present changes its times and ids, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from rempart.cli.playback import Pace, as_recorded, at, moved_to_now
from rempart.ingest import Parsed, parse_one
from rempart.model import Account, Event, EventKind, Item, Message
from rempart.scenario import generate, load

NOW = datetime(2027, 5, 1, 12, 0, 0, tzinfo=UTC)


def recording() -> list[Item]:
    return generate("hate-raid", load("hate-raid", 1)).items


def played(pace: Pace) -> tuple[list[Item], list[float]]:
    cues = moved_to_now(recording(), pace, NOW)
    items: list[Item] = []
    for cue in cues:
        parsed = parse_one(cue.raw)
        assert isinstance(parsed, Parsed)
        items.append(parsed.item)
    return items, [cue.second for cue in cues]


def account_of(item: Item) -> Account:
    account = item.author if isinstance(item, Message) else item.account
    assert isinstance(account, Account)
    return account


def test_distances_and_ages_stay() -> None:
    items, seconds = played(Pace())
    shift = at(items[0]) - at(recording()[0])
    assert at(items[0]) == NOW
    for old, new, second in zip(recording(), items, seconds, strict=True):
        assert abs(at(new) - at(old) - shift) <= timedelta(milliseconds=1)
        assert second == pytest.approx((at(new) - NOW).total_seconds(), abs=0.002)
        before, after = account_of(old).created_at, account_of(new).created_at
        assert before is not None
        assert after is not None
        assert abs((at(new) - after) - (at(old) - before)) <= timedelta(milliseconds=1)
        assert new.id.startswith(old.id + "@")


@pytest.mark.parametrize("pace", [Pace(0), Pace(60), Pace(1, live_from=1500), Pace(0.5)])
def test_nothing_is_said_to_have_been_sent_after_the_play_ends(pace: Pace) -> None:
    items, seconds = played(pace)
    ends = NOW + timedelta(seconds=max(seconds))
    assert max(at(item) for item in items) <= ends
    assert ends - max(at(item) for item in items) < timedelta(seconds=1)


def test_history_comes_at_once_and_then_goes_on_in_time() -> None:
    items, seconds = played(Pace(1, live_from=1200))
    live = [second for second in seconds if second > 0]
    assert len(seconds) - len(live) > 1000
    assert 0 < live[0] < 5
    first_live = items[len(seconds) - len(live)]
    assert abs((at(first_live) - NOW).total_seconds() - live[0]) < 0.01


def test_kept_times_keep_every_byte() -> None:
    items = recording()
    raws = [msgspec.json.encode(item) for item in items]
    assert [cue.raw for cue in as_recorded(items, raws, Pace(0))] == raws


def test_references_between_items_are_moved_with_them() -> None:
    first = next(item for item in recording() if isinstance(item, Message))
    reply = msgspec.structs.replace(first, id="r", reply_to=first.id)
    removed = Event(EventKind.DELETE, "e", "twitch", "lea", first.sent_at, message=first.id)
    moved = [msgspec.json.decode(c.raw) for c in moved_to_now([first, reply, removed], Pace(), NOW)]
    assert moved[1]["reply_to"] == moved[0]["id"] == moved[2]["message"]


def test_an_empty_recording_is_no_play() -> None:
    assert moved_to_now([], Pace(), NOW) == []
