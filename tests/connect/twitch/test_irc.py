"""The same chat over IRC, read without any account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from tests.connect.platform_server import wait_until
from tests.connect.reading import Basket, reading
from tests.connect.twitch.simulator import Twitch

from rempart.connect import source
from rempart.connect.lasting import Lasting
from rempart.connect.source import InConnector
from rempart.connect.twitch import irc
from rempart.connect.twitch.irc import TwitchIrc, of_line, parse_line
from rempart.connect.twitch.settings import TwitchSettings


@pytest.fixture
def twitch() -> Iterator[Twitch]:
    with Twitch() as platform:
        platform.users["7"] = ("stranger", "2026-01-01T00:00:00Z")
        yield platform


def listening(twitch: Twitch) -> AbstractContextManager[tuple[InConnector, Basket]]:
    chosen = TwitchSettings(
        ("lea",), chat="irc", measures=False, irc=twitch.settings()["irc"], allow=("127.0.0.1",)
    )

    def make() -> InConnector:
        connector = TwitchIrc("twitch.lea", chosen, Lasting(allow=chosen.allow, deadline=2.0))
        connector._patience = source.Backoff(0.05, 0.2)
        return connector

    return reading(make)


def test_a_chat_is_read_without_an_account(twitch: Twitch) -> None:
    with listening(twitch) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        id = twitch.do(lambda: twitch.says("7", "bonsoir : à tous", badges=["moderator"]))
        basket.wait_for(1)
        (message,) = basket.messages
        assert message["id"] == id
        assert message["author"] == {"id": "7", "name": "stranger", "roles": ["moderator"]}
        assert message["text"] == "bonsoir : à tous"
    assert twitch.said[0].startswith("CAP REQ")
    assert twitch.said[1].startswith("NICK justinfan")
    assert not [line for line in twitch.said if line.startswith(("PASS", "PRIVMSG"))]


def test_raid_ban_and_deletion(twitch: Twitch) -> None:
    with listening(twitch) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        server = ":tmi.twitch.tv"
        twitch.do(
            lambda: twitch.tell_lines(
                "@id=n-1;msg-id=raid;msg-param-login=friend;msg-param-viewerCount=120;"
                f"tmi-sent-ts=1772395200000;user-id=55;system-msg=a\\sraid "
                f"{server} USERNOTICE #lea",
                f"@ban-duration=600;target-user-id=7;tmi-sent-ts=1772395200000 {server} "
                "CLEARCHAT #lea :stranger",
                f"@target-user-id=7;tmi-sent-ts=1772395201000 {server} CLEARCHAT #lea :stranger",
                f"@login=stranger;target-msg-id=chat-9;tmi-sent-ts=1772395202000 {server} "
                "CLEARMSG #lea :bad",
            )
        )
        basket.wait_for(3)
    assert [event["event"] for event in basket.events] == ["announced_raid", "ban", "delete"]
    assert basket.events[0]["count"] == 120
    assert basket.events[0]["at"] == "2026-03-01T20:00:00.000Z"


def test_ping_is_answered_and_garbage_costs_no_other_line(twitch: Twitch) -> None:
    with listening(twitch) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        twitch.do(lambda: twitch.tell_lines("PING :tmi.twitch.tv", "", "@id=1 :x PRIVMSG #lea :y"))
        twitch.do(lambda: twitch.says("7", "bonsoir"))
        basket.wait_for(1)
        wait_until(lambda: "PONG :tmi.twitch.tv" in twitch.said)
        assert connector.numbers.refused == 2


def test_a_request_to_reconnect_and_a_break_are_met(twitch: Twitch) -> None:
    with listening(twitch) as (connector, basket):
        wait_until(lambda: connector.numbers.connected)
        twitch.do(lambda: twitch.tell_lines(":tmi.twitch.tv RECONNECT"))
        wait_until(lambda: len([line for line in twitch.said if line == "JOIN #lea"]) == 2)
        twitch.do(twitch.drop)
        wait_until(lambda: len([line for line in twitch.said if line == "JOIN #lea"]) == 3)
        wait_until(lambda: len(twitch.lines) == 1)
        twitch.do(lambda: twitch.says("7", "still here"))
        basket.wait_for(1)


def test_a_line_without_end_breaks_the_connection_and_nothing_else(twitch: Twitch) -> None:
    with listening(twitch) as (connector, _):
        wait_until(lambda: connector.numbers.connected)
        twitch.do(lambda: twitch.tell_lines("x" * 100_000))
        wait_until(lambda: connector.numbers.retries == 1)
        wait_until(lambda: connector.numbers.connected)


def test_a_silent_server_is_asked_and_then_left(
    twitch: Twitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(irc, "SILENCE_SECONDS", 0.1)
    with listening(twitch) as (connector, _):
        wait_until(lambda: twitch.said.count("PING :rempart") >= 2)
        assert connector.numbers.retries == 0, "it answered each time"


def test_escaped_tags() -> None:
    line = parse_line("@a=one\\stwo\\:three\\\\;b= :nick!u@host PRIVMSG #lea :\x01ACTION waves\x01")
    assert line.tags == {"a": "one two;three\\", "b": ""}
    assert line.nick == "nick"
    tags = {"id": "1", "user-id": "7", "tmi-sent-ts": "1772395200000"}
    item = of_line(line._replace(tags=tags))
    assert item is not None
    assert item["text"] == "waves"
