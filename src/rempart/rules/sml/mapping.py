"""What SML's paths, entities and verdicts are here.

```toml
[paths]                                    # JSON path: our field
"$.data.post.text" = "message.text"
"$.data.user.id" = "account.id"

[verdicts]                                 # verdict: our measures
reject = ["hide message for 7 days"]
```
"""

from __future__ import annotations

from typing import Final

import msgspec

_MESSAGE: Final = {
    "$.text": "message.text",
    "$.kind": "message.kind",
    "$.private": "message.private",
    "$.links": "message.links",
    "$.author.id": "account.id",
    "$.author.name": "account.name",
    "$.author.created_at": "account.created_at",
    "$.author.roles": "account.roles",
    "$.channel": "channel.name",
    "$.platform": "channel.platform",
    "$.targets[0]": "target.name",
}
_VERDICTS: Final = {
    "reject": ("hide message for 7 days",),
    "block": ("hide message for 7 days",),
    "hide": ("hide message for 7 days",),
    "hold": ("hold message for 7 days",),
    "review": ("hold message for 7 days",),
    "mute": ("mute account for 1 hour",),
    "suspend": ("suspend account for 1 day",),
    "alarm": ("alarm channel for 1 hour",),
}
THINGS: Final = {"account.id": "account", "channel.name": "channel", "target.name": "target"}
"""Which of our fields names something that can bear a label."""

OPTIONAL: Final = frozenset({"account.name", "account.created_at"})
"""Fields that a platform need not tell."""


class SmlMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`paths`: JSON path to our field; `verdicts`: verdict to our measures; `label_days`: how long
    a label without an end lasts."""

    paths: dict[str, str] = {}
    verdicts: dict[str, tuple[str, ...]] = {}
    label_days: int = 365

    def field(self, path: str) -> str | None:
        return self.paths.get(path) or _MESSAGE.get(path)

    def measures(self, verdict: str) -> tuple[str, ...] | None:
        return self.verdicts.get(verdict) or _VERDICTS.get(verdict)
