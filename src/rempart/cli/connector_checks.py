"""What `rempart doctor` says of the connectors to platforms: whether their credentials work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rempart.cli.findings import Finding, State
from rempart.connect.credentials import (
    Credentials,
    check_mastodon_account,
    check_twitch_account,
)
from rempart.errors import RempartError
from rempart.web.settings import WebSettings, load_settings


def check_connectors(data: Path) -> Finding:
    """Asks each platform once who the token belongs to and what it may do; changes nothing."""
    try:
        settings = load_settings(data)
    except RempartError:
        return Finding("connectors", State.MIND, "not looked at: the settings cannot be read")
    found = dict(_asked(settings, data))
    if not found:
        return Finding("connectors", State.OK, "none to a platform")
    told = "; ".join(f"{name}: {one.found}" for name, one in found.items())
    if any(one.works is False for one in found.values()):
        mend = "make the token anew, with all scopes: docs/twitch.md, docs/mastodon.md"
        return Finding("connectors", State.WRONG, told, mend)
    if any(one.works is None for one in found.values()):
        mend = "look again when the service runs and the network is there"
        return Finding("connectors", State.MIND, told, mend)
    return Finding("connectors", State.OK, told)


def _asked(settings: WebSettings, data: Path) -> Iterator[tuple[str, Credentials]]:
    for name, twitch in settings.twitch.items():
        yield f"twitch.{name}", check_twitch_account(name, twitch, data)
    for name, mastodon in settings.mastodon.items():
        yield f"mastodon.{name}", check_mastodon_account(mastodon, data)
