"""A measure has its effect in lea's chat on Twitch, and taking it back ends exactly that effect."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.connect.platform_server import HANG, Reply
from tests.connect.twitch.simulator import GUARD, LEA, Twitch

from rempart.connect.outbound import Outbound
from rempart.connect.twitch.account import TwitchAccount
from rempart.connect.twitch.measures import TwitchMeasures
from rempart.connect.twitch.settings import TwitchSettings
from rempart.connect.twitch.table import act_of
from rempart.model import Measure, MeasureKind, MeasureState, Scope, ScopeKind
from rempart.protect.connector import Delivery

K, S = MeasureKind, ScopeKind
BANS = "moderation/bans"


@pytest.fixture
def twitch() -> Iterator[Twitch]:
    with Twitch() as platform:
        platform.users["7"] = ("stranger", "2026-01-01T00:00:00Z")
        yield platform


class Guard:
    """The connector under test, its store (`stands`), and its data folder."""

    def __init__(self, twitch: Twitch, data: Path, **settings: Any) -> None:
        self.stands: list[Measure] = []
        chosen = TwitchSettings(**twitch.settings(**settings))
        outbound = Outbound(allow=chosen.allow, deadline=1.0)
        self.account = TwitchAccount.of("lea", chosen, data, outbound)
        self.connector = TwitchMeasures(
            chosen, self.account.helix, self.account.kept, self._standing
        )

    async def _standing(self, measure: Measure) -> list[Measure]:
        return [one for one in self.stands if one.id != measure.id]

    def apply(self, measure: Measure) -> Delivery:
        self.stands.append(measure)
        return asyncio.run(self.connector.apply(measure))

    def undo(self, measure: Measure, state: MeasureState = MeasureState.UNDONE) -> Delivery:

        self.stands = [one for one in self.stands if one.id != measure.id]
        return asyncio.run(self.connector.undo(msgspec.structs.replace(measure, state=state)))


@pytest.fixture
def guard(twitch: Twitch, tmp_path: Path) -> Guard:
    return Guard(twitch, tmp_path)


def measure(
    kind: K, scope: S, ref: str = "lea", minutes: float | None = 15, id: str = "m-1"
) -> Measure:
    now = datetime.now(UTC)
    until = None if minutes is None else now + timedelta(minutes=minutes)
    reason = {"en": "takes part in a raid"}
    return Measure(
        id, kind, Scope(scope, "twitch", "lea", ref), now, until, "a-rule", reason=reason
    )


def test_a_held_account_is_timed_out_until_its_lease_ends(twitch: Twitch, guard: Guard) -> None:
    held = measure(K.HOLD, S.ACCOUNT, "7")
    assert guard.apply(held).ok
    assert 890 <= (twitch.bans["7"] or 0) <= 900
    assert twitch.called(BANS)[0].json["data"]["reason"] == "takes part in a raid"
    assert guard.undo(held).ok
    assert twitch.bans == {}
    assert guard.undo(held).ok, "who is not banned is free already"


def test_no_time_out_is_longer_than_twitch_allows(twitch: Twitch, guard: Guard) -> None:
    assert guard.apply(measure(K.MUTE, S.ACCOUNT, "7", minutes=60 * 24 * 60)).ok
    assert twitch.bans["7"] == 1_209_600
    assert guard.apply(measure(K.MUTE, S.ACCOUNT, "7", minutes=None, id="m-2")).ok
    assert twitch.bans["7"] == 1_209_600


def test_a_time_out_that_ended_by_itself_is_not_touched(twitch: Twitch, guard: Guard) -> None:
    """A moderator banned the account for good in the meantime: that stands."""
    held = measure(K.HOLD, S.ACCOUNT, "7", minutes=-1)
    twitch.bans["7"] = None
    assert guard.undo(held, MeasureState.EXPIRED).ok
    assert twitch.bans == {"7": None}


def test_a_hold_that_took_over_outlives_the_first(twitch: Twitch, guard: Guard) -> None:
    first = measure(K.HOLD, S.ACCOUNT, "7", minutes=5)
    second = measure(K.HOLD, S.ACCOUNT, "7", minutes=10, id="m-2")
    assert guard.apply(first).ok
    assert guard.apply(second).ok
    assert guard.undo(first).ok
    assert 590 <= (twitch.bans["7"] or 0) <= 600
    assert guard.undo(second).ok
    assert twitch.bans == {}


def test_a_suspension_ends_and_the_hold_beside_it_stays(twitch: Twitch, guard: Guard) -> None:
    held = measure(K.HOLD, S.ACCOUNT, "7", minutes=5)
    suspended = measure(K.SUSPEND, S.ACCOUNT, "7", minutes=None, id="m-2")
    assert guard.apply(held).ok
    assert guard.apply(suspended).ok
    assert twitch.bans["7"] is None
    assert guard.undo(suspended).ok
    assert 290 <= (twitch.bans["7"] or 0) <= 300


def test_who_was_banned_before_stays_banned(twitch: Twitch, guard: Guard) -> None:
    twitch.bans["7"] = None
    held = measure(K.HOLD, S.ACCOUNT, "7")
    assert guard.apply(held) == Delivery(ok=True, detail="banned already")
    assert guard.undo(held).ok
    assert twitch.bans == {"7": None}


def test_our_own_ban_told_twice_is_ours_and_is_lifted(twitch: Twitch, guard: Guard) -> None:
    suspended = measure(K.SUSPEND, S.ACCOUNT, "7", minutes=None)
    assert guard.apply(suspended).ok
    assert guard.apply(suspended).ok
    assert guard.undo(suspended).ok
    assert twitch.bans == {}


def test_a_held_message_is_deleted_and_cannot_come_back(twitch: Twitch, guard: Guard) -> None:
    twitch.messages["chat-1"] = "7"
    held = measure(K.HOLD, S.MESSAGE, "chat-1")
    assert guard.apply(held).ok
    assert twitch.deleted == ["chat-1"]
    assert guard.apply(held).ok, "it is gone already"
    assert guard.undo(held, MeasureState.EXPIRED).ok
    undone = guard.undo(held, MeasureState.UNDONE)
    assert not undone.ok
    assert undone.retry_after is None
    assert "cannot be put back" in undone.detail


def test_a_message_is_left_where_it_is_when_the_operator_says_so(
    twitch: Twitch, tmp_path: Path
) -> None:
    guard = Guard(twitch, tmp_path, held_messages="leave")
    twitch.messages["chat-1"] = "7"
    assert not guard.apply(measure(K.HOLD, S.MESSAGE, "chat-1")).ok
    assert twitch.deleted == []


def test_the_shield_goes_on_and_off_and_a_second_one_keeps_it(twitch: Twitch, guard: Guard) -> None:
    first = measure(K.SHIELD, S.TARGET)
    second = measure(K.SHIELD, S.TARGET, id="m-2")
    assert guard.apply(first).ok
    assert twitch.shield
    assert guard.apply(second).ok
    assert guard.undo(first, MeasureState.EXPIRED).ok
    assert twitch.shield
    assert guard.undo(second, MeasureState.EXPIRED).ok
    assert not twitch.shield


def test_a_shield_that_the_streamer_had_on_stays_on(twitch: Twitch, guard: Guard) -> None:
    twitch.shield = True
    shield = measure(K.SHIELD, S.TARGET)
    assert guard.apply(shield).ok
    assert guard.undo(shield).ok
    assert twitch.shield


def test_slow_mode_and_members_only_come_and_go_as_they_were(
    twitch: Twitch, tmp_path: Path
) -> None:
    """Over a restart between coming and going: what was before is kept."""
    twitch.chat |= {"slow_mode": True, "slow_mode_wait_time": 5}
    before = dict(twitch.chat)
    slow, members = measure(K.SLOW_MODE, S.CHANNEL), measure(K.MEMBERS_ONLY, S.CHANNEL, id="m-2")
    guard = Guard(twitch, tmp_path)
    assert guard.apply(slow).ok
    assert guard.apply(members).ok
    assert twitch.chat["slow_mode_wait_time"] == 30
    assert (twitch.chat["follower_mode"], twitch.chat["follower_mode_duration"]) == (True, 1_440)
    later = Guard(twitch, tmp_path)
    assert later.undo(slow).ok
    assert later.undo(members).ok
    assert twitch.chat == before


def test_subscribers_alone_may_speak_when_the_operator_says_so(
    twitch: Twitch, tmp_path: Path
) -> None:
    guard = Guard(twitch, tmp_path, members="subscribers")
    assert guard.apply(measure(K.MEMBERS_ONLY, S.CHANNEL)).ok
    assert twitch.chat["subscriber_mode"]
    assert not twitch.chat["follower_mode"]


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize("scope", list(S))
def test_every_kind_on_every_scope_is_done_or_said_to_be_impossible(
    twitch: Twitch, guard: Guard, kind: K, scope: S
) -> None:
    twitch.messages["chat-1"] = "7"
    refs = {S.MESSAGE: "chat-1", S.ACCOUNT: "7", S.CHANNEL: "lea", S.TARGET: "lea"}
    one = measure(kind, scope, refs[scope])
    result = guard.apply(one)
    assert result.ok is (act_of(one) is not None)
    if not result.ok:
        assert result.retry_after is None
        assert "Twitch" in result.detail
        assert guard.undo(one).ok, "nothing was done, nothing is to be taken back"
        assert twitch.asked == []


@pytest.mark.parametrize(
    ("replies", "retry_after", "detail"),
    [
        ([Reply(500)], 0.0, "HTTP 500"),
        ([Reply(503, None, {"retry-after": "30"})], 30.0, "HTTP 503"),
        ([Reply(200, b"<html>sorry</html>")], 0.0, "not JSON"),
        ([HANG], 0.0, "no whole answer"),
        ([Reply(409, {"message": "busy"})], 1.0, "HTTP 409 busy"),
        ([Reply(403, {"message": "not a\nmoderator"})], None, "HTTP 403 not a moderator"),
        ([Reply(400, {"message": "may not be banned"})], None, "HTTP 400 may not be banned"),
    ],
)
def test_what_twitch_answers_decides_when_it_is_tried_again(
    twitch: Twitch, guard: Guard, replies: list[Reply], retry_after: float | None, detail: str
) -> None:
    twitch.fail(f"POST .*{BANS}", *replies)
    result = guard.apply(measure(K.HOLD, S.ACCOUNT, "7"))
    assert not result.ok
    assert result.retry_after == retry_after
    assert detail in result.detail
    again = guard.apply(measure(K.HOLD, S.ACCOUNT, "7"))
    assert again.ok


def test_at_the_limit_nothing_more_is_sent_before_its_reset(twitch: Twitch, guard: Guard) -> None:
    reset = str(int(datetime.now(UTC).timestamp()) + 40)
    headers = {"ratelimit-remaining": "0", "ratelimit-reset": reset}
    twitch.fail(f"POST .*{BANS}", Reply(429, {"message": "too many"}, headers))
    first = guard.apply(measure(K.HOLD, S.ACCOUNT, "7"))
    assert not first.ok
    assert 30 <= (first.retry_after or 0) <= 40
    asked = len(twitch.asked)
    second = guard.apply(measure(K.HOLD, S.ACCOUNT, "8", id="m-2"))
    assert 30 <= (second.retry_after or 0) <= 40
    assert len(twitch.asked) == asked


def test_a_token_that_ran_out_is_renewed_once_for_everybody(twitch: Twitch, guard: Guard) -> None:
    async def story() -> list[Delivery]:
        await guard.connector.apply(measure(K.HOLD, S.ACCOUNT, "6"))
        twitch.good_tokens.clear()
        holds = [measure(K.HOLD, S.ACCOUNT, str(n), id=f"m-{n}") for n in range(10, 18)]
        return await asyncio.gather(*(guard.connector.apply(one) for one in holds))

    assert all(result.ok for result in asyncio.run(story()))
    assert twitch.renewals == 2, "one at the start, one when it ran out"


def test_a_renewed_token_is_kept_over_a_restart_and_private(twitch: Twitch, tmp_path: Path) -> None:
    assert Guard(twitch, tmp_path).apply(measure(K.HOLD, S.ACCOUNT, "7")).ok
    (kept,) = (tmp_path / "connectors").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert Guard(twitch, tmp_path).apply(measure(K.HOLD, S.ACCOUNT, "8")).ok
    assert twitch.renewals == 1


def test_a_refused_token_and_a_missing_scope_are_said_in_words(
    twitch: Twitch, guard: Guard, tmp_path: Path
) -> None:
    twitch.scopes.remove("moderator:manage:shield_mode")
    refused = guard.apply(measure(K.SHIELD, S.TARGET))
    assert not refused.ok
    assert refused.retry_after is None
    assert "moderator:manage:shield_mode" in refused.detail
    twitch.refresh = "another"
    twitch.good_tokens.clear()
    revoked = guard.apply(measure(K.HOLD, S.ACCOUNT, "7"))
    assert "Invalid refresh token" in revoked.detail
    assert "refresh-" not in revoked.detail


def test_the_streamer_and_the_moderators_cannot_be_timed_out(twitch: Twitch, guard: Guard) -> None:
    for person in (LEA, GUARD):
        result = guard.apply(measure(K.HOLD, S.ACCOUNT, person))
        assert not result.ok
        assert result.retry_after is None
