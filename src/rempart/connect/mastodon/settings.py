"""The sections `[mastodon.NAME]` of `settings.toml`: one instance, by one account on it.

```toml
[mastodon.here]
url = "https://mastodon.example"
token_file = "keys/mastodon.token"        # relative to the data folder, mode 600
streams = ["public:local", "user"]        # what is read; [] reads nothing
reports = true                            # the instance's own reports come in
measures = true                           # false: it only reads
```
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from rempart.connect.secret_file import check_secret, secret_of
from rempart.connect.settings_checks import check_allow, check_place
from rempart.errors import InputError

STREAMS = {
    "public": "/api/v1/streaming/public",
    "public:local": "/api/v1/streaming/public/local",
    "user": "/api/v1/streaming/user",
    "user:notification": "/api/v1/streaming/user/notification",
}
MIN_WEBHOOK_SECRET = 16


class MastodonSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`webhook_secret`: of a webhook of the instance that tells `report.created`. `report_held`: a
    held post, which no program can hide there, is reported to the instance's moderators. `notify`:
    Mastodon writes to the person when an account is limited or suspended. `streaming`: where the
    streams are, when not at `url`. Times in seconds. `allow` names private addresses."""

    url: str
    token: str = ""
    token_file: str = ""
    streams: tuple[Literal["public", "public:local", "user", "user:notification"], ...] = (
        "public:local",
    )
    reports: bool = True
    poll_seconds: Annotated[int, msgspec.Meta(ge=5, le=3_600)] = 60
    webhook_secret: str = ""
    webhook_secret_file: str = ""
    measures: bool = True
    report_held: bool = False
    notify: bool = True
    language: Literal["en", "fr"] = "en"
    streaming: str = ""
    allow: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The instance's name: the channel of its posts."""
        return urlsplit(self.url).hostname or ""


def check_mastodon(settings: MastodonSettings, where: str) -> None:
    """InputError for what could never work. Files are looked at when they are needed."""
    check_allow(settings.allow, where)
    check_place(settings.url, "url", "https", settings.allow, where)
    if settings.streaming:
        check_place(settings.streaming, "streaming", "https", settings.allow, where)
    check_secret(settings.token, settings.token_file, "token", where)
    secret, file = settings.webhook_secret, settings.webhook_secret_file
    check_secret(secret, file, "webhook_secret", where, needed=False)
    if secret and len(secret) < MIN_WEBHOOK_SECRET:
        raise InputError(
            f"webhook_secret has less than {MIN_WEBHOOK_SECRET} characters",
            where=where,
            next_step="copy the one that Mastodon shows with the webhook",
        )
    if len(set(settings.streams)) < len(settings.streams):
        raise InputError("streams: one is named twice", where=where, next_step="keep one of them")


def token_of(settings: MastodonSettings, data: Path) -> str:
    return secret_of(settings.token, settings.token_file, data, "the token")


def webhook_secret_of(settings: MastodonSettings, data: Path) -> str:
    """Empty: no webhook is taken."""
    return secret_of(
        settings.webhook_secret, settings.webhook_secret_file, data, "the webhook's secret"
    )
