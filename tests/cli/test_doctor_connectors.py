"""`rempart doctor` says whether the credentials of each connector work, and changes nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.connect.mastodon.simulator import Instance
from tests.connect.platform_server import Reply
from tests.connect.twitch.simulator import Twitch
from tests.web.connectors.test_twitch_service import toml

from rempart.cli.connector_checks import check_connectors
from rempart.cli.findings import State
from rempart.connect.kept import Kept
from rempart.connect.outbound import Outbound
from rempart.connect.twitch.account import TwitchAccount
from rempart.connect.twitch.settings import TwitchSettings


def write(data: Path, section: str, settings: dict[str, Any]) -> None:
    (data / "settings.toml").write_text(f"[{section}]\n" + toml(settings))


def test_without_connectors_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert check_connectors(tmp_path).state is State.OK


async def _make_token(twitch: Twitch, data: Path) -> None:
    settings = TwitchSettings(**twitch.settings())
    account = TwitchAccount.of("lea", settings, data, Outbound(allow=settings.allow))
    await account.token.access()


def test_twitch(tmp_path: Path) -> None:

    with Twitch() as twitch:
        write(tmp_path, "twitch.lea", twitch.settings())
        assert check_connectors(tmp_path).state is State.MIND
        assert twitch.renewals == 0
        asyncio.run(_make_token(twitch, tmp_path))
        told = check_connectors(tmp_path)
        assert (told.state, told.found) == (State.OK, "twitch.lea: signed in as guard")
        twitch.scopes.remove("user:read:chat")
        assert "lacks the scopes user:read:chat" in check_connectors(tmp_path).found
        twitch.good_tokens.clear()
        refused = check_connectors(tmp_path)
        assert refused.state is State.WRONG
        assert "invalid access token" in refused.found
        assert twitch.renewals == 1
        twitch.fail("GET /oauth2/validate", Reply(503))
        assert check_connectors(tmp_path).state is State.MIND


def test_twitch_read_without_an_account(tmp_path: Path) -> None:
    write(tmp_path, "twitch.lea", {"channels": ["lea"], "chat": "irc", "measures": False})
    assert check_connectors(tmp_path).state is State.OK


def test_mastodon(tmp_path: Path) -> None:
    with Instance() as instance:
        write(tmp_path, "mastodon.here", instance.settings())
        instance.fail("GET .*admin/accounts", Reply(200, []))
        told = check_connectors(tmp_path)
        assert (told.state, told.found) == (State.OK, "mastodon.here: signed in as guard")
        instance.fail("GET .*admin/accounts", Reply(403, {"error": "This action is not allowed"}))
        assert "may not use /api/v1/admin/accounts" in check_connectors(tmp_path).found
        write(tmp_path, "mastodon.here", instance.settings(token="another"))
        refused = check_connectors(tmp_path)
        assert refused.state is State.WRONG
        assert "another" not in refused.found


@pytest.mark.parametrize("mode", [0o644, 0o640])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "token").write_text("token-1")
    (tmp_path / "token").chmod(mode)
    settings = {"url": "https://mastodon.example", "token_file": "token"}
    write(tmp_path, "mastodon.here", settings)
    told = check_connectors(tmp_path)
    assert told.state is State.WRONG
    assert "chmod 600" in told.found


def test_what_is_kept_is_private_and_whole(tmp_path: Path) -> None:
    kept = Kept.of(tmp_path, "twitch.lea")
    kept.put("token", {"access": "a"})
    (file,) = (tmp_path / "connectors").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert Kept.of(tmp_path, "twitch.lea").get("token") == {"access": "a"}


def test_the_command_starts_with_nothing_else_imported(tmp_path: Path) -> None:
    """As a person runs it: in a process of its own."""
    run = "from rempart.cli import main; main()"
    words = [sys.executable, "-c", run, "doctor", "--data", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert "none to a platform" in done.stdout, done.stderr
