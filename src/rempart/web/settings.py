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
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from rempart.engine.settings import read_document
from rempart.errors import InputError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8731
MIN_SECRET_BYTES = 16


class HookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook in. `channels` empty: all channels."""

    secret: str
    channels: tuple[str, ...] = ()


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A webhook out. `channels` empty: all; `allow`: private addresses it may reach, and with them
    plain http."""

    url: str
    secret: str
    channels: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


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

    @property
    def over_tls(self) -> bool:
        return self.public_url is not None and self.public_url.startswith("https://")


def load_settings(data_dir: Path) -> WebSettings:
    """Reads `settings.toml`; InputError says which field is wrong."""
    path = data_dir / "settings.toml"
    document = read_document(data_dir)
    found = dict(document.get("web", {}))
    found |= {name: document[name] for name in ("hooks", "webhooks") if name in document}
    try:
        settings = msgspec.convert(found, WebSettings)
    except msgspec.ValidationError as error:
        raise InputError(str(error), where=str(path)) from error
    secrets = [(f"hooks.{name}", hook.secret) for name, hook in settings.hooks.items()]
    secrets += [(f"webhooks.{name}", hook.secret) for name, hook in settings.webhooks.items()]
    for place, secret in secrets:
        if len(secret.encode()) < MIN_SECRET_BYTES:
            raise InputError(
                f"the secret is shorter than {MIN_SECRET_BYTES} bytes",
                where=f"{path} [{place}]",
                next_step="generate one with `openssl rand -base64 32`",
            )
    return settings
