"""Lea's chat comes in by EventSub: whole, once, and again after every kind of break."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.connect.platform_server import HANG, Reply, wait_until
from tests.connect.reading import Basket, reading
from tests.connect.twitch.simulator import GUARD, LEA, Twitch

from rempart.connect import source
from rempart.connect.lasting import Lasting
from rempart.connect.outbound import Outbound
from rempart.connect.source import InConnector
from rempart.connect.twitch import eventsub
from rempart.connect.twitch.account import TwitchAccount
from rempart.connect.twitch.eventsub import TwitchEventSub
from rempart.connect.twitch.settings import TwitchSettings

FRESH = "2026-02-27T08:00:00Z"


@pytest.fixture
def twitch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Twitch]:
    monkeypatch.setattr(source, "FIRST_WAIT", 0.05)
    with Twitch() as platform:
        platform.users |= {"7": ("stranger", FRESH), "8": ("other", FRESH)}
        yield platform


def listening(
    twitch: Twitch, data: Path, **settings: Any
) -> AbstractContextManager[tuple[InConnector, Basket]]:
    chosen = TwitchSettings(**twitch.settings(**settings))

    def make() -> InConnector:
        account = TwitchAccount.of("lea", chosen, data, Outbound(allow=chosen.allow, deadline=2.0))
        lasting = Lasting(allow=chosen.allow, deadline=2.0)
        connector = TwitchEventSub("twitch.lea", chosen, account.helix, lasting)
        connector._patience = source.Backoff(0.05, 0.2)
        return connector

    return reading(make)


def is_read(twitch: Twitch) -> None:
    wait_until(lambda: len(twitch.listeners()) == 1 and "channel.follow" in str(twitch.subscribed))


def test_a_chat_line_becomes_a_message_with_all_that_twitch_tells(
    twitch: Twitch, tmp_path: Path
) -> None:
    with listening(twitch, tmp_path) as (connector, basket):
        is_read(twitch)
        wait_until(lambda: connector.numbers.connected)
        before = datetime.now(UTC)
        id = twitch.do(lambda: twitch.says("7", "bonsoir", badges=["vip", "sub-gifter"]))
        basket.wait_for(1)
        (message,) = basket.messages
        sent_at = datetime.fromisoformat(message.pop("sent_at"))
        assert abs((sent_at - before).total_seconds()) < 60
        assert message == {
            "id": id,
            "platform": "twitch",
            "channel": "lea",
            "author": {"id": "7", "name": "stranger", "roles": ["vip"], "created_at": FRESH},
            "text": "bonsoir",
        }


def test_raids_bans_deletions_and_follows_are_events(twitch: Twitch, tmp_path: Path) -> None:
    lea = {"broadcaster_user_id": LEA, "broadcaster_user_login": "lea"}
    raid = {
        "from_broadcaster_user_id": "55",
        "from_broadcaster_user_login": "friend",
        "to_broadcaster_user_id": LEA,
        "to_broadcaster_user_login": "lea",
        "viewers": 120,
    }
    stranger = {"user_id": "7", "user_login": "stranger"}
    ban = {**lea, **stranger, "moderator_user_id": LEA, "is_permanent": True}
    gone = {**lea, "target_user_id": "7", "target_user_login": "stranger", "message_id": "chat-9"}
    follow = {**lea, **stranger, "followed_at": "2026-03-01T20:00:00.123456789Z"}
    with listening(twitch, tmp_path) as (_, basket):
        is_read(twitch)
        twitch.do(lambda: twitch.notify("channel.raid", raid))
        twitch.do(lambda: twitch.notify("channel.ban", ban | {"moderator_user_id": GUARD}))
        twitch.do(lambda: twitch.notify("channel.ban", ban | {"is_permanent": False}))
        twitch.do(lambda: twitch.notify("channel.ban", ban))
        twitch.do(lambda: twitch.notify("channel.chat.message_delete", gone))
        twitch.do(lambda: twitch.notify("channel.follow", follow))
        basket.wait_for(4)
    told = [(event["event"], event["account"]["id"]) for event in basket.events]
    assert told == [("announced_raid", "55"), ("ban", "7"), ("delete", "7"), ("join", "7")]
    assert basket.events[0]["count"] == 120
    assert basket.events[2]["message"] == "chat-9"
    assert basket.events[3]["at"] == "2026-03-01T20:00:00.123Z"


def test_what_twitch_sends_twice_is_handed_over_once(twitch: Twitch, tmp_path: Path) -> None:
    with listening(twitch, tmp_path) as (_, basket):
        is_read(twitch)
        for _ in range(2):
            twitch.do(lambda: twitch.says("7", "once", message="chat-1", id="note-1"))
        twitch.do(lambda: twitch.says("7", "end"))
        basket.wait_for(2)
    assert [message["text"] for message in basket.messages] == ["once", "end"]


def test_a_reconnect_message_loses_nothing(twitch: Twitch, tmp_path: Path) -> None:
    with listening(twitch, tmp_path) as (_, basket):
        is_read(twitch)
        first = twitch.listeners()
        twitch.do(lambda: twitch.says("7", "before"))
        twitch.do(twitch.reconnect)
        wait_until(lambda: twitch.listeners() not in ([], first))
        twitch.do(lambda: twitch.says("7", "after"))
        basket.wait_for(2)
        wait_until(lambda: len(twitch.sessions) == 1)
    assert [message["text"] for message in basket.messages] == ["before", "after"]
    asked = len(twitch.called("eventsub/subscriptions"))
    assert asked == 5, "the subscriptions moved by themselves"


def test_a_broken_connection_comes_back_and_subscribes_again(
    twitch: Twitch, tmp_path: Path
) -> None:
    with listening(twitch, tmp_path) as (connector, basket):
        is_read(twitch)
        twitch.do(twitch.drop)
        wait_until(lambda: connector.numbers.retries >= 1)
        is_read(twitch)
        twitch.do(lambda: twitch.says("7", "still here"))
        basket.wait_for(1)
        wait_until(lambda: connector.numbers.connected)


def test_silence_after_the_keepalive_is_a_dead_connection(
    twitch: Twitch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eventsub, "SLACK_SECONDS", -9.8)
    with listening(twitch, tmp_path) as (connector, _):
        wait_until(lambda: connector.numbers.retries >= 2)
    assert len(twitch.called("eventsub/subscriptions")) >= 5


def test_a_revoked_chat_is_told_and_tried_again(
    twitch: Twitch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(twitch, tmp_path) as (connector, _):
        is_read(twitch)
        wait_until(lambda: connector.numbers.connected)
        twitch.forbidden.add("channel.chat.message")
        twitch.do(twitch.revoke)
        wait_until(lambda: connector.numbers.connected is False)
        assert "authorization_revoked" in connector.numbers.trouble


def test_without_the_right_to_read_the_chat_it_says_so(twitch: Twitch, tmp_path: Path) -> None:
    twitch.forbidden.add("channel.chat.message")
    with listening(twitch, tmp_path) as (connector, _):
        wait_until(lambda: "the chat of lea" in connector.numbers.trouble)
        assert connector.numbers.connected is False


def test_a_limit_on_other_events_costs_neither_the_chat_nor_a_measure(
    twitch: Twitch, tmp_path: Path
) -> None:
    """The first of two subscriptions succeeds, the second meets a limit of its own."""
    far = {"ratelimit-remaining": "799", "ratelimit-reset": "99999999999"}
    twitch.fail("POST .*eventsub", Reply(202, {"data": []}), Reply(429, {}, far))
    with listening(twitch, tmp_path) as (connector, _):
        wait_until(lambda: connector.numbers.connected)
        assert len(twitch.called("POST .*eventsub")) == 2
        twitch.do(twitch.drop)
        is_read(twitch)
        assert connector.numbers.retries == 1


def test_other_events_may_be_missing(twitch: Twitch, tmp_path: Path) -> None:
    twitch.forbidden |= {"channel.ban", "channel.follow"}
    with listening(twitch, tmp_path) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        twitch.do(lambda: twitch.says("7", "bonsoir"))
        basket.wait_for(1)


@pytest.mark.parametrize("fault", [Reply(500), Reply(200, b"garbage"), Reply(429), HANG])
def test_no_fault_of_the_age_lookup_keeps_the_chat_waiting(
    twitch: Twitch, tmp_path: Path, fault: Reply
) -> None:
    with listening(twitch, tmp_path) as (_, basket):
        is_read(twitch)
        twitch.fail("GET /helix/users", fault)
        twitch.do(lambda: twitch.says("7", "bonsoir"))
        basket.wait_for(1)
    (message,) = basket.messages
    assert "created_at" not in message["author"]


def test_the_ages_of_many_accounts_are_asked_a_hundred_at_once(
    twitch: Twitch, tmp_path: Path
) -> None:
    twitch.users |= {str(1000 + n): (f"u{n}", FRESH) for n in range(250)}

    async def crowd() -> None:
        for n in range(250):
            await twitch.says(str(1000 + n), "bonsoir")

    with listening(twitch, tmp_path, age_wait=5.0) as (_, basket):
        is_read(twitch)
        asked = len(twitch.called("GET /helix/users"))
        twitch.do(crowd)
        basket.wait_for(250)
    assert all(message["author"]["created_at"] == FRESH for message in basket.messages)
    assert len(twitch.called("GET /helix/users")) - asked <= 40


def test_a_notification_that_is_not_understood_costs_no_other(
    twitch: Twitch, tmp_path: Path
) -> None:
    with listening(twitch, tmp_path) as (connector, basket):
        is_read(twitch)
        twitch.do(lambda: twitch.notify("channel.chat.message", {"message": 7}))
        twitch.do(lambda: twitch.says("7", "bonsoir"))
        basket.wait_for(1)
        assert connector.numbers.refused == 1
