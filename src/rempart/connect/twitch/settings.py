"""The sections `[twitch.NAME]` of `settings.toml`: one account of Twitch, and the chats it guards.

```toml
[twitch.lea]
channels = ["lea"]                             # logins, as in twitch.tv/lea
client_id = "…"
client_secret_file = "keys/twitch.secret"      # relative to the data folder, mode 600
refresh_token_file = "keys/twitch.refresh"
chat = "eventsub"                              # eventsub, irc (anonymous, read only) or off
measures = true                                # false: it only reads
```
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from rempart.connect.secret_file import check_secret, secret_of
from rempart.connect.settings_checks import check_allow, check_place
from rempart.errors import InputError

_LOGIN = re.compile(r"[a-z0-9_]{1,25}\Z")
MAX_TIMEOUT = 1_209_600
"""Two weeks: Twitch's longest time-out, in seconds."""


class TwitchSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`held_messages`: a message that is held is deleted from the chat (Twitch cannot hide one), or
    left where it is. `members`: who may speak while *members only* is on, followers of at least
    `follower_minutes`, or subscribers. `slow_seconds`: of slow mode. `age_wait`: seconds a message
    waits at most for the age of its account; 0: it never does. The addresses at the end are
    Twitch's own unless a test says otherwise, and `allow` names private ones."""

    channels: tuple[str, ...]
    client_id: str = ""
    client_secret: str = ""
    client_secret_file: str = ""
    refresh_token: str = ""
    refresh_token_file: str = ""
    chat: Literal["eventsub", "irc", "off"] = "eventsub"
    measures: bool = True
    held_messages: Literal["delete", "leave"] = "delete"
    slow_seconds: Annotated[int, msgspec.Meta(ge=3, le=120)] = 30
    members: Literal["followers", "subscribers"] = "followers"
    follower_minutes: Annotated[int, msgspec.Meta(ge=0, le=129_600)] = 1_440
    language: Literal["en", "fr"] = "en"
    age_wait: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.3
    api: str = "https://api.twitch.tv/helix"
    auth: str = "https://id.twitch.tv/oauth2"
    eventsub: str = "wss://eventsub.wss.twitch.tv/ws"
    irc: str = "ircs://irc.chat.twitch.tv:6697"
    allow: tuple[str, ...] = ()

    @property
    def has_account(self) -> bool:
        """Whether it can ask Helix anything: reading by IRC alone needs no account."""
        return bool(self.client_id and (self.refresh_token or self.refresh_token_file))


def check_twitch(settings: TwitchSettings, where: str) -> None:
    """InputError for what could never work. Files are looked at when they are needed."""
    if not settings.channels:
        raise InputError(
            "channels is empty", where=where, next_step='name the logins, as in channels = ["lea"]'
        )
    for login in settings.channels:
        if not _LOGIN.match(login):
            raise InputError(
                f"channels: {login!r} is not a login",
                where=where,
                next_step="write it as in the address of the channel, in small letters",
            )
    needed = settings.measures or settings.chat == "eventsub"
    if needed and not settings.client_id:
        raise InputError(
            "client_id is missing",
            where=where,
            next_step='see docs/twitch.md; to read alone: measures = false and chat = "irc"',
        )
    check_secret(
        settings.refresh_token, settings.refresh_token_file, "refresh_token", where, needed=needed
    )
    check_secret(
        settings.client_secret, settings.client_secret_file, "client_secret", where, needed=False
    )
    check_allow(settings.allow, where)
    for field, scheme in (
        ("api", "https"),
        ("auth", "https"),
        ("eventsub", "wss"),
        ("irc", "ircs"),
    ):
        check_place(getattr(settings, field), field, scheme, settings.allow, where)


def client_secret(settings: TwitchSettings, data: Path) -> str:
    """Empty for a public client (device code), which has none."""
    return secret_of(settings.client_secret, settings.client_secret_file, data, "the client secret")


def refresh_token(settings: TwitchSettings, data: Path) -> str:
    return secret_of(settings.refresh_token, settings.refresh_token_file, data, "the refresh token")
