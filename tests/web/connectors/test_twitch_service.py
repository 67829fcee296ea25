"""The whole of it against Twitch's simulator: a raid comes in by the chat, the shield goes on and
the members are timed out there, a person takes it back, and what Twitch refuses is seen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.connect.platform_server import wait_until
from tests.connect.twitch.simulator import Twitch
from tests.web.service import Service

from rempart.web.console.live import alarms


def toml(settings: dict[str, Any]) -> str:
    """Strings, numbers and lists are written in TOML as in JSON."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())


@contextmanager
def guarded(twitch: Twitch, data: Path, **more: Any) -> Iterator[Service]:
    settings = {**twitch.settings(**more)}
    secret = settings.pop("refresh_token")
    (data / "keys").mkdir(mode=0o700)
    (data / "keys/twitch.refresh").write_text(secret + "\n")
    (data / "keys/twitch.refresh").chmod(0o600)
    settings["refresh_token_file"] = "keys/twitch.refresh"
    (data / "settings.toml").write_text("[twitch.lea]\n" + toml(settings))
    with Service.running(data) as service:
        yield service


@pytest.fixture
def twitch() -> Iterator[Twitch]:
    with Twitch() as platform:
        fresh = (datetime.now(UTC) - timedelta(hours=3)).isoformat(timespec="seconds")
        platform.users |= {str(2000 + n): (f"hoss{n:05}_a", fresh) for n in range(40)}
        platform.users |= {str(10 + n): (f"regular{n}", "2020-05-05T00:00:00Z") for n in range(8)}
        yield platform


async def raid(twitch: Twitch) -> None:
    for n in range(8):
        await twitch.says(
            str(10 + n),
            [
                "bonsoir",
                "hello",
                "gg",
                "nice one",
                "what game is it?",
                "first time here",
                "love it",
                "lol",
            ][n],
        )
    for n in range(40):
        await twitch.says(str(2000 + n), "you fucking idiot, get out of here, nobody wants you")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("chat", ["eventsub", "irc"])
def test_a_raid_in_the_chat_is_met_on_twitch_and_taken_back(
    twitch: Twitch, tmp_path: Path, chat: str
) -> None:
    with guarded(twitch, tmp_path, chat=chat) as service:
        wait_until(lambda: twitch.listeners("channel.follow") or twitch.lines)
        twitch.do(lambda: raid(twitch))
        wait_until(lambda: twitch.shield)
        wait_until(lambda: len(twitch.bans) >= 20)
        assert all(user.startswith("20") for user in twitch.bans)
        assert all(0 < (seconds or 0) <= 1_209_600 for seconds in twitch.bans.values())
        shown = service.person.get("/console.json").json()["alarms"]
        assert "not_applied" not in {alarm["what"] for alarm in shown}
        cases = service.person.get("/api/v1/cases", params={"kind": "raid"}).json()["cases"]
        (case,) = cases
        answer = service.person.post(f"/api/v1/raids/{case['raid']}/undo")
        assert answer.status_code == 200, answer.text
        wait_until(lambda: not twitch.shield and not twitch.bans)
        numbers = service.person.get("/metrics").text
        assert 'rempart_connector_connected{connector="twitch.lea"} 1.0' in numbers
        assert (
            'rempart_connector_items_total{connector="twitch.lea",result="taken"} 48.0' in numbers
        )


def test_what_twitch_refuses_is_seen_as_not_applied(twitch: Twitch, tmp_path: Path) -> None:
    twitch.scopes.remove("moderator:manage:chat_messages")
    with guarded(twitch, tmp_path) as service:
        wait_until(lambda: twitch.listeners("channel.follow"))
        twitch.do(lambda: twitch.says("10", "you fucking idiot, die"))

        def seen() -> list[Any]:
            listed = service.person.get("/api/v1/cases").json()["cases"]
            if not listed:
                return []
            case = service.person.get(f"/api/v1/cases/{listed[0]['id']}").json()
            return [one for one in case["deliveries"] if one["state"] == "not_applied"]

        wait_until(seen)
        (refused,) = seen()
        assert refused["connector"] == "twitch.lea"
        assert "moderator:manage:chat_messages" in refused["detail"]


def test_a_chat_that_is_not_read_is_an_alarm_in_the_console(
    twitch: Twitch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "UNREAD", timedelta(0))
    twitch.forbidden.add("channel.chat.message")
    with guarded(twitch, tmp_path) as service:

        def told() -> list[Any]:
            shown = service.person.get("/console.json").json()["alarms"]
            return [one for one in shown if one["what"] == "connector"]

        wait_until(told)
        (alarm,) = told()
        assert alarm["channel"] == "twitch.lea"
        assert "missing proper authorization" in alarm["detail"]
        page = service.person.get("/console", headers={"accept": "text/html"}).text
        assert "twitch.lea" in page
