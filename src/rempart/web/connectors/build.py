"""Connectors from the settings of a service."""

from __future__ import annotations

from pathlib import Path

from rempart.cases.reports.keys import ReportKeys
from rempart.connect.kept import Kept
from rempart.connect.lasting import Lasting
from rempart.connect.mastodon.api import MastodonApi
from rempart.connect.mastodon.measures import MastodonMeasures
from rempart.connect.mastodon.reports import MastodonReports
from rempart.connect.mastodon.settings import MastodonSettings, token_of, webhook_secret_of
from rempart.connect.mastodon.stream import MastodonStream
from rempart.connect.outbound import Outbound
from rempart.connect.source import Seen
from rempart.connect.twitch.account import TwitchAccount
from rempart.connect.twitch.ages import Ages
from rempart.connect.twitch.eventsub import TwitchEventSub
from rempart.connect.twitch.irc import TwitchIrc
from rempart.connect.twitch.measures import TwitchMeasures
from rempart.connect.twitch.settings import TwitchSettings
from rempart.connect.webhook import Webhook
from rempart.engine.embedded import EmbeddedEngine
from rempart.web.connectors.board import Connectors
from rempart.web.connectors.standing import StoredStanding
from rempart.web.settings import WebSettings


def build_connectors(
    engine: EmbeddedEngine, settings: WebSettings, data: Path, keys: ReportKeys
) -> Connectors:
    """From the settings. InputError when one could never work."""
    built = Connectors(engine, keys)
    for name, hook in settings.webhooks.items():
        built.goes_out(name, Webhook(hook.url, hook.secret, Outbound(allow=hook.allow)))
    for name, twitch in settings.twitch.items():
        _add_twitch(built, engine, name, twitch, data)
    for name, mastodon in settings.mastodon.items():
        _add_mastodon(built, engine, name, mastodon, data)
    return built


def _add_twitch(
    built: Connectors, engine: EmbeddedEngine, name: str, settings: TwitchSettings, data: Path
) -> None:
    full = f"twitch.{name}"
    account = None
    if settings.has_account:
        account = TwitchAccount.of(name, settings, data, Outbound(allow=settings.allow))
    lasting = Lasting(allow=settings.allow)
    if settings.chat == "irc":
        ages = Ages(account.helix, settings.age_wait) if account else None
        built.comes_in(TwitchIrc(full, settings, lasting, ages))
    elif settings.chat == "eventsub" and account is not None:
        built.comes_in(TwitchEventSub(full, settings, account.helix, lasting))
    if settings.measures and account is not None:
        standing = StoredStanding(engine)
        built.goes_out(full, TwitchMeasures(settings, account.helix, account.kept, standing))


def _add_mastodon(
    built: Connectors, engine: EmbeddedEngine, name: str, settings: MastodonSettings, data: Path
) -> None:
    full = f"mastodon.{name}"
    outbound = Outbound(allow=settings.allow)
    api = MastodonApi(settings.url, token_of(settings, data), outbound)
    webhook_secret_of(settings, data)
    kept, seen = Kept.of(data, full), Seen()
    for stream in settings.streams:
        reader = f"{full}.{stream.replace(':', '-')}"
        built.comes_in(MastodonStream(reader, stream, settings, api, outbound, seen))
    if settings.reports:
        built.comes_in(MastodonReports(f"{full}.reports", settings, api, kept))
    if settings.measures:
        built.goes_out(full, MastodonMeasures(settings, api, kept, StoredStanding(engine)))
