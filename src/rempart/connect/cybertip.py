"""The NCMEC's CyberTipline interface: opened, then finished. The test one by default.

`POST /submit` opens a report, `POST /finish` makes it final (nobody takes it back); what is never
finished is deleted there. Basic authentication over TLS.

```toml
[referral]
ncmec = true                        # a provider under United States law
user = "…"
password_file = "keys/cybertip"
email = "safety@community.example"  # of who answers for the reports
# production = true                 # in earnest; without it all goes to the test interface
```
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from xml.etree.ElementTree import ParseError, fromstring

import msgspec

from rempart.connect.outbound import Outbound
from rempart.connect.secret_file import read_secret
from rempart.connect.settings_checks import check_allow, check_place
from rempart.errors import InputError, OutboundError

PRODUCTION: Final = "https://report.cybertip.org/ispws"
TEST: Final = "https://exttest.cybertip.org/ispws"
_DONE: Final = "0"
_LONGEST = 64 * 1024


class ReferralSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[referral]`. `base` and `allow`: another place that speaks the same, for trials."""

    ncmec: bool = False
    user: str = ""
    password_file: str = ""
    email: str = ""
    production: bool = False
    base: str = ""
    allow: tuple[str, ...] = ()


def check_referral(settings: ReferralSettings, where: str) -> None:
    if not settings.ncmec:
        return
    check_allow(settings.allow, where)
    if settings.base and settings.production:
        raise InputError("both base and production are given", where=where, next_step="keep one")
    if settings.base:
        check_place(settings.base, "base", "https", settings.allow, where)
    if not (settings.user and settings.password_file and "@" in settings.email):
        raise InputError(
            "the NCMEC's interface needs user, password_file and email",
            where=where,
            next_step="write them, or take ncmec = true out",
        )


def cybertip_of(settings: ReferralSettings, data: Path) -> CyberTipline | None:
    """None: it is switched off. InputError when the password cannot be read."""
    if not settings.ncmec:
        return None
    password = read_secret(data / settings.password_file, "the password of the CyberTipline")
    base = settings.base or (PRODUCTION if settings.production else TEST)
    return CyberTipline(Outbound(allow=settings.allow), settings.user, password, base=base)


class CyberTipline:
    """`base`: TEST unless the operator armed the other."""

    def __init__(self, outbound: Outbound, user: str, password: str, *, base: str = TEST) -> None:
        self._outbound = outbound
        self._base = base.rstrip("/")
        self.one_at_a_time = asyncio.Lock()
        """Held from the look whether it was sent to the note that it was."""
        self._login = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    async def status(self) -> None:
        """OutboundError unless the interface is there and knows us."""
        await self._ask("GET", "/status", b"", "")

    async def submit(self, xml: bytes) -> str:
        """Opens a report; returns its number there."""
        return await self._ask("POST", "/submit", xml, "text/xml; charset=utf-8")

    async def finish(self, number: str) -> None:
        await self._form("/finish", number)

    async def _form(self, path: str, number: str) -> None:
        body = urlencode({"id": number}).encode()
        await self._ask("POST", path, body, "application/x-www-form-urlencoded")

    async def _ask(self, method: str, path: str, body: bytes, kind: str) -> str:
        headers = {"authorization": self._login, **({"content-type": kind} if kind else {})}
        answer = await self._outbound.request(method, self._base + path, headers=headers, body=body)
        if answer.status in (401, 403):
            raise OutboundError("the CyberTipline does not know this login")
        if answer.status != 200 or len(answer.body) > _LONGEST or b"<!" in answer.body:
            raise OutboundError(f"the CyberTipline answered {answer.status}")
        try:
            told = fromstring(answer.body)  # noqa: S314 - bounded, and without declarations
        except ParseError as error:
            raise OutboundError("the CyberTipline's answer is not XML") from error
        code = told.findtext("responseCode", "")
        if code != _DONE:
            said = told.findtext("responseDescription", "")[:200]
            raise OutboundError(f"the CyberTipline refused it: {code} {said}")
        return told.findtext("reportId", "")
