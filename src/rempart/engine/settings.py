"""Settings of the engine, from `<data>/settings.toml`. Everything has a default.

```toml
[community]
name = "Léa's chat"                  # how the public pages name this place
languages = ["fr", "en"]

[detection]
private_for = ["lea"]                # recipients who switched detection on for private messages

[log]
origin = "rempart.example/log"       # name of the log; cannot change later
checkpoint_seconds = 60
witness_for = ["other.example/log+…"]  # logs of other communities that we cosign: docs/log.md
timestamp_minutes = 60
scrub_days = 7                       # the whole log is checked that often

[links]                              # see docs/links-and-photos.md
others = "allow"

[shields.firm]                       # see docs/measures.md
parts = ["slow_mode", "link_block", "hold", "lock_out"]

[modes]
slow_seconds = 5

[review]
second_look_share = 0.05             # of decisions to do nothing, looked at by a second person

[limits.hour]                        # measures of a kind per channel before a human is asked
hold = 2000

[retention]                          # days; see docs/erasure.md
messages = 30

[deadlines]                          # see docs/deadlines.md
provider = "small"
jurisdictions = ["EU", "FR"]
```

The sections `[web]`, `[mail]`, `[perspective]`, `[hooks.*]`, `[webhooks.*]`, `[opinions.*]`,
`[lines.*]`, `[timestamps.*]`, `[witnesses.*]` and those of the platforms belong to `web.settings`.
Of the webhooks and platforms only names and channels are read here (measures are queued for them),
of the opinions and lines what decides about people.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from rempart.cases.care import CareSettings
from rempart.cases.erasure.retention import RetentionSettings
from rempart.cases.queue.policy import DeadlineSettings, Policy, resolve
from rempart.engine.link_lists import LinkLists, Links
from rempart.engine.pipeline import PipelineSettings
from rempart.engine.settings_errors import S, read_section
from rempart.errors import InputError
from rempart.protect import Limits, Modes, Shields

_OURS = (
    "community",
    "detection",
    "links",
    "log",
    "limits",
    "shields",
    "modes",
    "engine",
    "deadlines",
    "retention",
    "review",
)
PLATFORMS = ("twitch", "mastodon")
"""Connectors to platforms: measures go to `twitch.NAME`, for that platform alone."""
_OTHERS = (
    "web",
    "hooks",
    "webhooks",
    "mail",
    "perspective",
    "transparency_database",
    "opinions",
    "lines",
    "people",
    "care",
    "oidc",
    "capture",
    "timestamps",
    "witnesses",
    "referral",
    "documents",
)
SECTIONS = (*_OURS, *_OTHERS, *PLATFORMS)


class Community(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str = ""
    languages: tuple[str, ...] = ("fr", "en")


class Detection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    private_for: tuple[str, ...] = ()


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`second_look_share`: of the decisions to do nothing, how many another person looks at again.
    Those about threats and minors always are."""

    second_look_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.05


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`witness_for`: public keys (vkeys) of other communities' logs whose checkpoints we cosign;
    `scrub_days`: how often the whole log is checked; `timestamp_minutes`: how often each authority
    stamps it when it changed; `monitors_at`: the prefix that monitors are given, when it is not
    `[web] public_url` with `/api/v1/log` (a mirror, another host name)."""

    origin: str | None = None
    monitors_at: Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s?#/]+[^\s?#]*$")] | None = None
    checkpoint_seconds: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    witness_for: tuple[str, ...] = ()
    timestamp_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 60
    scrub_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7


class EngineLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`waiting`: items accepted and not yet committed, beyond which senders are asked to wait;
    `group`: items per transaction; the others say how often states are saved."""

    waiting: Annotated[int, msgspec.Meta(ge=1)] = 20_000
    group: Annotated[int, msgspec.Meta(ge=1)] = 1_000
    group_bytes: Annotated[int, msgspec.Meta(ge=1)] = 4 << 20
    snapshot_messages: Annotated[int, msgspec.Meta(ge=1)] = 20_000
    snapshot_seconds: Annotated[int, msgspec.Meta(ge=1)] = 60
    remembered: Annotated[int, msgspec.Meta(ge=1)] = 50_000


class Outgoing(msgspec.Struct, frozen=True):
    """A connector that measures are queued for. `channels` empty: all; an entry is the name of a
    channel, or `platform/channel`. `platform` empty: all; `measures` False: it only reads.
    `statements`: it passes statements of reasons on to accounts."""

    channels: tuple[str, ...] = ()
    measures: bool = True
    platform: str = ""
    statements: bool = False

    def takes(self, platform: str, channel: str) -> bool:
        names = self.channels
        return (
            self.measures
            and self.platform in ("", platform)
            and (not names or channel in names or f"{platform}/{channel}" in names)
        )


class Opining(msgspec.Struct, frozen=True):
    """What of a plug-in decides about people."""

    kind: str = ""
    model: str = ""
    url: str = ""
    band: tuple[float, float] = (0.25, 0.75)
    languages: tuple[str, ...] = ("en", "fr")
    labels: dict[str, str] = {}
    thresholds: dict[str, float] = {}
    channels: tuple[str, ...] = ()
    shadow: bool = True
    release: bool = False
    private: bool = False


class Line(msgspec.Struct, frozen=True):
    """What of a telephone line decides who gets a reply."""

    number: str = ""
    price: float = 0.0
    currency: str = "EUR"
    cap_hour: float = 0.0
    cap_day: float = 0.0
    per_sender: int = 1
    per_pattern: int = 60
    pace: float = 0.2


class EngineSettings(msgspec.Struct, frozen=True):
    community: Community = Community()
    detection: Detection = Detection()
    log: LogSettings = LogSettings()
    limits: Limits = Limits()
    shields: Shields = Shields()
    modes: Modes = Modes()
    engine: EngineLimits = EngineLimits()
    review: Review = Review()
    connectors: dict[str, Outgoing] = {}
    """Whom measures go to: webhooks by their name, others as `twitch.NAME`."""
    opinions: dict[str, Opining] = {}
    lines: dict[str, Line] = {}
    authorities: tuple[str, ...] = ()
    """Names of the time-stamp authorities."""
    links: Links = Links()
    deadlines: DeadlineSettings = DeadlineSettings()
    retention: RetentionSettings = RetentionSettings()
    care: CareSettings = CareSettings()
    folder: Path = Path()
    """Where the settings came from; paths in them start here."""

    def told(self, platform: str, channel: str) -> tuple[str, ...]:
        """The connectors that are told of measures in this channel."""
        known = self.connectors.items()
        return tuple(name for name, outgoing in known if outgoing.takes(platform, channel))

    def telling(self, platform: str, channel: str) -> tuple[str, ...]:
        """Those of them that pass statements of reasons on to accounts."""
        told = self.told(platform, channel)
        return tuple(name for name in told if self.connectors[name].statements)

    @property
    def policy(self) -> Policy:
        """What must happen by when, from today on."""
        return resolve(self.deadlines, datetime.now(UTC).date())

    @property
    def pipeline(self) -> PipelineSettings:
        """What decides. Reads the files of the lists of links, when there are any."""
        links = LinkLists(self.folder, self.links).read()
        return PipelineSettings(
            frozenset(self.detection.private_for), self.limits, self.shields, self.modes, links
        )


def read_document(data_dir: Path) -> dict[str, Any]:
    """`settings.toml` as it stands, empty when there is none. A section that nobody reads is
    refused: a misspelt one would otherwise be ignored in silence."""
    path = data_dir / "settings.toml"
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"settings cannot be read: {error}", where=str(path)) from error
    for name in document:
        if name not in SECTIONS:
            near = get_close_matches(name, SECTIONS, 1)
            hint = f"did you mean [{near[0]}]?" if near else f"known: {', '.join(SECTIONS)}"
            raise InputError(f"unknown section [{name}]", where=str(path), next_step=hint)
    return document


def load_engine_settings(data_dir: Path) -> EngineSettings:
    """Reads `settings.toml`; InputError says which field is wrong."""
    document = read_document(data_dir)
    path = str(data_dir / "settings.toml")

    def section(name: str, kind: type[S]) -> S:
        return read_section(document.get(name, {}), kind, name, path)

    return EngineSettings(
        community=section("community", Community),
        detection=section("detection", Detection),
        log=section("log", LogSettings),
        limits=section("limits", Limits),
        shields=section("shields", Shields),
        modes=section("modes", Modes),
        engine=section("engine", EngineLimits),
        review=section("review", Review),
        links=section("links", Links),
        care=section("care", CareSettings),
        deadlines=_deadlines(section("deadlines", DeadlineSettings), path),
        retention=_retention(section("retention", RetentionSettings), path),
        folder=data_dir,
        authorities=tuple(sorted(named_sections(document, "timestamps", path))),
        connectors=_connectors(document, path),
        opinions={
            name: read_section(found, Opining, f"opinions.{name}", path)
            for name, found in named_sections(document, "opinions", path).items()
        },
        lines={
            name: read_section(found, Line, f"lines.{name}", path)
            for name, found in named_sections(document, "lines", path).items()
        },
    )


def _deadlines(found: DeadlineSettings, path: str) -> DeadlineSettings:
    """Refused at the start when a value is wrong, not when the first case comes."""
    resolve(found, datetime.now(UTC).date(), path)
    return found


def _retention(found: RetentionSettings, path: str) -> RetentionSettings:
    """Refused at the start when a window is outside of the legal bounds."""
    found.windows(path)
    return found


class _OnPlatform(msgspec.Struct, frozen=True):
    """What of a platform's section says where measures go. `url`: of an instance, whose host is
    the channel."""

    channels: tuple[str, ...] = ()
    measures: bool = True
    url: str = ""


def _connectors(document: dict[str, Any], path: str) -> dict[str, Outgoing]:
    found = {
        name: read_section(section, Outgoing, f"webhooks.{name}", path)
        for name, section in named_sections(document, "webhooks", path).items()
    }
    for platform in PLATFORMS:
        for name, section in named_sections(document, platform, path).items():
            read = read_section(section, _OnPlatform, f"{platform}.{name}", path)
            channels = read.channels or ((host_of(read.url),) if read.url else ())
            found[f"{platform}.{name}"] = Outgoing(channels, read.measures, platform)
    return found


def host_of(url: str) -> str:
    """Empty when it is no web address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def named_sections(document: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    """The sections `[name.…]`, each under its own name."""
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise InputError(
            f"{name} is not a section",
            where=path,
            next_step=f"write [{name}.SOMETHING] with its settings below",
        )
    return found
