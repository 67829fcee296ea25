"""`[capture]` of settings.toml: pages are captured only where an operator switched it on.

```toml
[capture]
on = true
chromium = "chromium"        # the browser that takes the picture; "" for none
# public_address = "192.0.2.7"   # by which this machine is seen from outside, for the record
# without_sandbox = true     # only where the browser cannot have its own (in some containers)

[capture.atproto]              # posts that their account signed (Bluesky and others)
apps = ["bsky.app"]            # hosts whose links name such posts
directory = "https://plc.directory"   # where the history of an account is asked for
# resolver = "192.0.2.53"      # asked for the names of accounts; the system's, without it
```
"""

from __future__ import annotations

from ipaddress import ip_address

import msgspec

from rempart.connect.capture.atproto import AtprotoSettings, check_atproto
from rempart.connect.settings_checks import check_allow
from rempart.errors import InputError


class CaptureSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`allow`: private addresses that may be captured, and over plain http."""

    on: bool = False
    chromium: str = "chromium"
    public_address: str | None = None
    without_sandbox: bool = False
    allow: tuple[str, ...] = ()
    atproto: AtprotoSettings = AtprotoSettings()


def check_capture(settings: CaptureSettings, where: str) -> None:
    check_allow(settings.allow, where)
    check_atproto(settings.atproto, settings.allow, where)
    if settings.public_address is not None:
        try:
            ip_address(settings.public_address)
        except ValueError:
            raise InputError("`public_address` is an IP address", where=where) from None
