"""Settings of the service, from `<data>/settings.toml`. Everything has a safe default.

```toml
[web]
public_url = "https://rempart.example"   # when a proxy in front speaks TLS
trusted_proxies = ["127.0.0.1"]          # whose X-Forwarded-For is believed

[hooks.chat]                             # POST /api/v1/hooks/chat
secret = "whsec_…"
channels = ["lea"]

[webhooks.bot]                           # measures go out to here
url = "https://bot.example/measures"
secret = "whsec_…"
allow = ["127.0.0.1"]                    # private addresses this one may reach
```

`[mail]` is described in `connect.mail`, `[perspective]` in `web.perspective.settings`,
`[opinions.NAME]` in `connect.opinion.settings`, `[twitch.NAME]` in `connect.twitch.settings`,
`[mastodon.NAME]` in `connect.mastodon.settings`, `[documents]` in
`disclose.dossier.document.settings`, `[lines.NAME]` (telephone lines) in
`connect.sms.settings`, `[capture]` in `connect.capture.settings`, `[witnesses.NAME]` in
`connect.witness`, `[timestamps.NAME]` in `connect.authority`.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from rempart.cases.care import CareSettings
from rempart.connect.authority import AuthoritySettings, check_authority
from rempart.connect.capture.settings import CaptureSettings, check_capture
from rempart.connect.cybertip import ReferralSettings, check_referral
from rempart.connect.mail import MailSettings, check_mail
from rempart.connect.mastodon.settings import MastodonSettings, check_mastodon
from rempart.connect.opinion.settings import OpinionSettings, check_opinion
from rempart.connect.signing import secret_bytes
from rempart.connect.sms.settings import LineSettings, check_line
from rempart.connect.transparency_database import FeedSettings, check_feed
from rempart.connect.twitch.settings import TwitchSettings, check_twitch
from rempart.connect.witness import WitnessSettings, check_witness
from rempart.disclose.dossier.document.settings import DocumentSettings
from rempart.engine.settings import named_sections, read_document
from rempart.engine.settings_errors import S, read_section
from rempart.errors import InputError
from rempart.web.auth.settings import (
    OidcSettings,
    PeopleSettings,
    check_care,
    check_oidc,
)
from rempart.web.perspective.settings import PerspectiveSettings, check_perspective

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8731
_NAME = re.compile(r"[a-z0-9_-]{1,40}\Z")


class HookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook in. `channels` empty: all channels."""

    secret: str
    channels: tuple[str, ...] = ()


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook out. `channels` empty: all; `allow`: private addresses it may reach, and with them
    plain http; `statements`: it is sent statements of reasons too, to pass them on to accounts."""

    url: str
    secret: str
    channels: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    statements: bool = False


class WebSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `[web]`, and the webhooks. Sizes in bytes, times in seconds."""

    public_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    max_body: int = 16 * 1024 * 1024
    max_items: int = 50_000
    max_form: int = 256 * 1024
    idle_timeout: Annotated[int, msgspec.Meta(ge=60)] = 8 * 3600
    session_timeout: Annotated[int, msgspec.Meta(ge=300)] = 24 * 3600
    hooks: dict[str, HookSettings] = {}
    webhooks: dict[str, WebhookSettings] = {}
    perspective: PerspectiveSettings = PerspectiveSettings()
    mail: MailSettings = MailSettings()
    opinions: dict[str, OpinionSettings] = {}
    people: PeopleSettings = PeopleSettings()
    care: CareSettings = CareSettings()
    oidc: dict[str, OidcSettings] = {}
    twitch: dict[str, TwitchSettings] = {}
    lines: dict[str, LineSettings] = {}
    mastodon: dict[str, MastodonSettings] = {}
    transparency_database: FeedSettings = FeedSettings()
    capture: CaptureSettings = CaptureSettings()
    witnesses: dict[str, WitnessSettings] = {}
    referral: ReferralSettings = ReferralSettings()
    timestamps: dict[str, AuthoritySettings] = {}
    documents: DocumentSettings = DocumentSettings()

    @property
    def over_tls(self) -> bool:
        return self.public_url is not None and self.public_url.startswith("https://")


def load_settings(data_dir: Path) -> WebSettings:
    """Reads `settings.toml`; InputError says which field is wrong."""
    path = str(data_dir / "settings.toml")
    document = read_document(data_dir)
    web = read_section(document.get("web", {}), WebSettings, "web", path)
    alone = (
        web.hooks,
        web.webhooks,
        web.opinions,
        web.twitch,
        web.lines,
        web.mastodon,
        web.oidc,
        web.witnesses,
        web.timestamps,
        web.perspective != PerspectiveSettings(),
        web.transparency_database != FeedSettings(),
        web.capture != CaptureSettings(),
        web.referral != ReferralSettings(),
        web.documents != DocumentSettings(),
    )
    if any(alone):
        raise InputError(
            "unknown section inside [web]",
            where=path,
            next_step="they stand on their own: [hooks.NAME], [webhooks.NAME], [perspective] …",
        )
    _check_addresses(web, path)
    hooks = {
        name: read_section(found, HookSettings, f"hooks.{name}", path)
        for name, found in named_sections(document, "hooks", path).items()
    }
    webhooks = {
        name: read_section(found, WebhookSettings, f"webhooks.{name}", path)
        for name, found in named_sections(document, "webhooks", path).items()
    }
    for name, hook in hooks.items():
        _check_secret(hook.secret, f"{path} [hooks.{name}]")
    for name, webhook in webhooks.items():
        _check_secret(webhook.secret, f"{path} [webhooks.{name}]")
        _check_webhook(webhook, f"{path} [webhooks.{name}]")
    perspective = read_section(
        document.get("perspective", {}), PerspectiveSettings, "perspective", path
    )
    check_perspective(perspective, f"{path} [perspective]")
    opinions = {
        name: read_section(found, OpinionSettings, f"opinions.{name}", path)
        for name, found in named_sections(document, "opinions", path).items()
    }
    for name, opinion in opinions.items():
        check_opinion(opinion, f"{path} [opinions.{name}]")
    people = read_section(document.get("people", {}), PeopleSettings, "people", path)
    care = read_section(document.get("care", {}), CareSettings, "care", path)
    check_care(care, f"{path} [care]")
    oidc = {
        name: read_section(found, OidcSettings, f"oidc.{name}", path)
        for name, found in named_sections(document, "oidc", path).items()
    }
    for name, issuer in oidc.items():
        check_oidc(issuer, f"{path} [oidc.{name}]")
    mail = read_section(document.get("mail", {}), MailSettings, "mail", path)
    check_mail(mail, f"{path} [mail]")
    capture = read_section(document.get("capture", {}), CaptureSettings, "capture", path)
    check_capture(capture, f"{path} [capture]")
    referral = read_section(document.get("referral", {}), ReferralSettings, "referral", path)
    check_referral(referral, f"{path} [referral]")
    feed = read_section(
        document.get("transparency_database", {}), FeedSettings, "transparency_database", path
    )
    check_feed(feed, f"{path} [transparency_database]")
    twitch = _platform(document, "twitch", TwitchSettings, path)
    for name, chosen in twitch.items():
        check_twitch(chosen, f"{path} [twitch.{name}]")
    lines = _platform(document, "lines", LineSettings, path)
    _check_lines(lines, web.public_url, path)
    mastodon = _platform(document, "mastodon", MastodonSettings, path)
    for name, instance in mastodon.items():
        check_mastodon(instance, f"{path} [mastodon.{name}]")
    witnesses = _platform(document, "witnesses", WitnessSettings, path)
    for name, witness in witnesses.items():
        check_witness(witness, f"{path} [witnesses.{name}]")
    timestamps = _platform(document, "timestamps", AuthoritySettings, path)
    for name, authority in timestamps.items():
        check_authority(authority, data_dir, f"{path} [timestamps.{name}]")
    return msgspec.structs.replace(
        web,
        people=people,
        care=care,
        oidc=oidc,
        mail=mail,
        transparency_database=feed,
        hooks=hooks,
        webhooks=webhooks,
        perspective=perspective,
        opinions=opinions,
        twitch=twitch,
        lines=lines,
        mastodon=mastodon,
        capture=capture,
        witnesses=witnesses,
        referral=referral,
        timestamps=timestamps,
        documents=read_section(document.get("documents", {}), DocumentSettings, "documents", path),
    )


def _platform(document: dict[str, Any], platform: str, kind: type[S], path: str) -> dict[str, S]:
    """The sections `[platform.NAME]`; the name is also that of a file and a metric."""
    found = named_sections(document, platform, path)
    for name in found:
        if not _NAME.match(name):
            raise InputError(
                f"{name!r} is no name for a connector",
                where=f"{path} [{platform}.{name}]",
                next_step="small letters, digits, - and _, as in [twitch.lea]",
            )
    return {
        name: read_section(section, kind, f"{platform}.{name}", path)
        for name, section in found.items()
    }


def _check_lines(lines: dict[str, LineSettings], public_url: str | None, path: str) -> None:
    numbers: dict[str, str] = {}
    for name, line in lines.items():
        where = f"{path} [lines.{name}]"
        check_line(line, where, public_url)
        if line.number in numbers:
            raise InputError(
                f"[lines.{numbers[line.number]}] has this number too",
                where=where,
                next_step="one number, one line: a cap holds for each of them",
            )
        numbers[line.number] = name


def _check_secret(secret: str, where: str) -> None:
    try:
        secret_bytes(secret)
    except InputError as error:
        raise InputError(
            error.what,
            where=where,
            next_step="write whsec_ and the output of `openssl rand -base64 32`",
        ) from None


def _check_webhook(webhook: WebhookSettings, where: str) -> None:
    _check_url(webhook.url, "url", where)
    if webhook.url.startswith("http://") and not webhook.allow:
        raise InputError(
            "url: plain http goes only to a private address that you name",
            where=where,
            next_step='use https, or add allow = ["127.0.0.1"] with the address of your bot',
        )
    for text in webhook.allow:
        if not _is_network(text):
            raise InputError(
                f"allow: {text!r} is not an address",
                where=where,
                next_step='write an IP address or a network, as in "127.0.0.1" or "10.0.0.0/8"',
            )


def _check_addresses(web: WebSettings, path: str) -> None:
    where = f"{path} [web]"
    if web.public_url is not None:
        _check_url(web.public_url, "public_url", where)
    for text in web.trusted_proxies:
        if text != "*" and not _is_network(text):
            raise InputError(
                f"trusted_proxies: {text!r} is not an address",
                where=where,
                next_step='write IP addresses or networks, as in "127.0.0.1" or "10.0.0.0/8"',
            )


def _check_url(url: str, field: str, where: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise InputError(
            f"{field}: {url!r} is not a web address",
            where=where,
            next_step="write it whole, as in https://rempart.example",
        )


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
