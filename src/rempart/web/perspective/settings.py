"""The section `[perspective]` of `settings.toml`. Off unless it says `enabled = true`.

```toml
[perspective]
enabled = true
per_second = 10                    # requests of one key
per_day = 50000
spans = false                      # scores of single sentences: a help for evasion, see ADR 17

[perspective.keys]                 # made by `rempart perspective key coral`
coral = "sha256:…"
```
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from rempart.errors import InputError

KEY_HASH = "sha256:"
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


class PerspectiveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys`: a name for each client, and the SHA-256 of its key (256 random bits, so a plain hash
    may be kept). Quotas are per key."""

    enabled: bool = False
    per_second: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 10
    per_day: Annotated[int, msgspec.Meta(ge=1)] = 50_000
    spans: bool = False
    keys: dict[str, str] = {}


def check_perspective(settings: PerspectiveSettings, where: str) -> None:
    """InputError when it could not be used as it stands."""
    if settings.enabled and not settings.keys:
        raise InputError(
            "enabled, and nobody has a key",
            where=where,
            next_step="`rempart perspective key NAME` makes one",
        )
    for name, digest in settings.keys.items():
        if not _HASH.fullmatch(digest):
            raise InputError(
                f"keys.{name} is not the hash of a key",
                where=where,
                next_step="`rempart perspective key NAME` prints the line to put here",
            )
