"""Settings about people, from `<data>/settings.toml`.

```toml
[people]
look_ups = 60                # cases looked at by one person …
look_up_minutes = 10         # … within so long call the other admins, when it is beyond her usual
second_person_days = 7       # so long nobody is the second person for who let her in

[care]                       # see docs/people.md
daily = 200                  # abusive texts one person opens in a day
pause_after = 40             # then a pause is asked for …
pause_minutes = 10
utc_offset_minutes = 60      # when a day begins
[care.harms]                 # fewer of some
intimate_images = 20

[oidc.work]                  # signing in through an identity provider
issuer = "https://id.example"
client_id = "rempart"
client_secret = "…"
label = "Sign in at work"
roles_claim = "groups"       # optional: who is in which group has which role
roles = { moderators = "moderator", reviewers = "reviewer" }
second_factor = false        # true: the provider asks for one
allow = []                   # private addresses this provider may be reached at
```
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from rempart.cases.care import CareSettings, Count
from rempart.cases.harms import harms
from rempart.cases.rights import ADMIN
from rempart.cases.second_person import DAYS, MOST_DAYS
from rempart.errors import InputError

Minutes = Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]


class PeopleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    look_ups: Count = 60
    look_up_minutes: Minutes = 10
    second_person_days: Annotated[int, msgspec.Meta(ge=0, le=MOST_DAYS)] = DAYS


class OidcSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An identity provider (OpenID Connect Core 1.0). `roles`: what a value of `roles_claim` gives,
    never the role of an admin."""

    issuer: str
    client_id: Annotated[str, msgspec.Meta(min_length=1)]
    client_secret: str = ""
    label: str = ""
    roles_claim: str = ""
    roles: dict[str, str] = {}
    second_factor: bool = False
    allow: tuple[str, ...] = ()


def check_care(care: CareSettings, where: str) -> None:
    for key in care.harms:
        if key not in harms():
            raise InputError(
                f"harms: no such harm {key!r}",
                where=where,
                next_step="one of: " + ", ".join(harms()),
            )


def check_oidc(issuer: OidcSettings, where: str) -> None:
    parts = urlsplit(issuer.issuer)
    plain = parts.scheme == "http" and bool(issuer.allow)
    if not parts.hostname or not (parts.scheme == "https" or plain):
        raise InputError(
            "issuer: this is no https address",
            where=where,
            next_step="write it as the provider does; plain http only with `allow`",
        )
    if ADMIN in issuer.roles.values():
        raise InputError(
            "roles: a provider never makes an admin",
            where=where,
            next_step="give that role in the console",
        )
    for text in issuer.allow:
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise InputError(f"allow: {text!r} is not an address", where=where) from None
