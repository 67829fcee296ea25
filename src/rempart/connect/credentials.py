"""Whether the credentials of the connectors work, asked once and changing nothing: for `doctor`.

No token is renewed here: a service may be running beside, and a refresh token may be good for one
use only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import NamedTuple

from rempart.connect.mastodon.api import MastodonApi
from rempart.connect.mastodon.settings import MastodonSettings, token_of, webhook_secret_of
from rempart.connect.outbound import Outbound
from rempart.connect.platform import PlatformError
from rempart.connect.twitch.account import TwitchAccount
from rempart.connect.twitch.settings import TwitchSettings
from rempart.connect.twitch.token import validated
from rempart.errors import OutboundError, RempartError

_FOR_MEASURES = (
    "moderator:manage:banned_users",
    "moderator:manage:chat_messages",
    "moderator:manage:chat_settings",
    "moderator:manage:shield_mode",
)
_FOR_CHAT = ("user:read:chat",)


class Credentials(NamedTuple):
    """`works` None: it could not be told."""

    works: bool | None
    found: str


def check_twitch_account(name: str, settings: TwitchSettings, data: Path) -> Credentials:
    if not settings.has_account:
        return Credentials(True, "reads without an account")
    return asyncio.run(_told(_twitch(name, settings, data)))


def check_mastodon_account(settings: MastodonSettings, data: Path) -> Credentials:
    return asyncio.run(_told(_mastodon(settings, data)))


async def _told(check: Awaitable[Credentials]) -> Credentials:
    try:
        return await check
    except PlatformError as error:
        known = error.retry_after is None
        return Credentials(False if known else None, error.diagnostics())
    except OutboundError as error:
        return Credentials(None, error.diagnostics())
    except RempartError as error:
        return Credentials(False, error.diagnostics())


async def _twitch(name: str, settings: TwitchSettings, data: Path) -> Credentials:
    outbound = Outbound(allow=settings.allow)
    account = TwitchAccount.of(name, settings, data, outbound)
    access = account.token.kept_access
    if access is None:
        return Credentials(None, "no token was made yet: the first start makes it")
    identity = await validated(settings.auth, access, outbound)
    wanted = (
        *(_FOR_MEASURES if settings.measures else ()),
        *(_FOR_CHAT if settings.chat == "eventsub" else ()),
    )
    missing = [scope for scope in wanted if scope not in identity.scopes]
    if missing:
        return Credentials(False, f"{identity.login} lacks the scopes {' '.join(missing)}")
    return Credentials(True, f"signed in as {identity.login}")


async def _mastodon(settings: MastodonSettings, data: Path) -> Credentials:
    webhook_secret_of(settings, data)
    api = MastodonApi(settings.url, token_of(settings, data), Outbound(allow=settings.allow))
    own = await api.object("/api/v1/accounts/verify_credentials")
    for wanted, path in (
        (settings.measures, "/api/v1/admin/accounts"),
        (settings.reports, "/api/v1/admin/reports"),
    ):
        if wanted:
            said = await api.call("GET", path, [("limit", "1")])
            if not said.ok:
                what = f"{own.get('acct')} may not use {path}: HTTP {said.status} {said.message}"
                return Credentials(False, what.strip())
    return Credentials(True, f"signed in as {own.get('acct')}")
