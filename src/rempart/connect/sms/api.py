"""Replies that are sent later: the provider's Messages API.

`POST /2010-04-01/Accounts/{AccountSid}/Messages.json` (form: To, From, Body, StatusCallback) under
HTTP Basic; 201 with the message's `sid`. The API has no key for repeats, so whoever does not know
whether a request arrived looks for the message first (`find`) before it is sent again.
"""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from rempart.connect.outbound import Answer, Outbound
from rempart.connect.places import ForbiddenAddressError
from rempart.connect.sms.form import price_of
from rempart.connect.sms.settings import LineSettings
from rempart.errors import OutboundError

MOST_SEEN = 50


class Outcome(StrEnum):
    """`UNKNOWN`: it may have been sent."""

    SENT = "sent"
    REFUSED = "refused"
    BUSY = "busy"
    UNKNOWN = "unknown"


class Attempt(NamedTuple):
    """`retry_after`: seconds the provider asked us to wait. `price`: millionths, if told."""

    outcome: Outcome
    sid: str = ""
    detail: str = ""
    retry_after: float = 0.0
    price: int | None = None


class _Message(msgspec.Struct):
    sid: str
    body: str = ""
    price: str | None = None
    price_unit: str | None = None


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""


class _Page(msgspec.Struct):
    messages: list[_Message]


class MessagesApi:
    def __init__(self, line: LineSettings, outbound: Outbound) -> None:
        self._line = line
        self._outbound = outbound
        account = quote(line.account_sid, safe="")
        self._url = f"{line.api.rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        login = f"{line.account_sid}:{line.auth_token}".encode()
        self._headers = {"authorization": f"Basic {b64encode(login).decode()}"}

    async def send(self, to: str, text: str, status_url: str) -> Attempt:
        """One attempt; never raises."""
        form = {"To": to, "From": self._line.number, "Body": text, "StatusCallback": status_url}
        headers = {**self._headers, "content-type": "application/x-www-form-urlencoded"}
        try:
            answer = await self._outbound.request(
                "POST", self._url, headers=headers, body=urlencode(form).encode()
            )
        except ForbiddenAddressError as error:
            return Attempt(Outcome.REFUSED, detail=error.diagnostics())
        except OutboundError as error:
            return Attempt(Outcome.UNKNOWN, detail=error.diagnostics())
        return _judge(answer)

    async def find(
        self, to: str, text: str, known: frozenset[str], *, skip: int = 0
    ) -> Attempt | None:
        """A message with this text to this number whose id is not `known`; None: there is none,
        beside `skip` that were answers to webhooks. UNKNOWN: it could not be looked up."""
        asked = urlencode({"To": to, "From": self._line.number, "PageSize": MOST_SEEN})
        try:
            answer = await self._outbound.request(
                "GET", f"{self._url}?{asked}", headers=self._headers
            )
            if answer.status != 200:
                return Attempt(Outcome.UNKNOWN, detail=f"HTTP {answer.status}")
            page = msgspec.json.decode(answer.body, type=_Page)
        except (OutboundError, msgspec.MsgspecError) as error:
            return Attempt(Outcome.UNKNOWN, detail=str(error)[:200])
        found = [one for one in page.messages if one.body == text and one.sid not in known]
        if len(found) <= skip:
            return None
        return Attempt(Outcome.SENT, found[0].sid, "found", price=price_of(found[0].price))

    async def price(self, sid: str) -> int | None:
        """What a message cost, in the line's currency; None: not told (yet), or in another one."""
        url = f"{self._url.removesuffix('.json')}/{quote(sid, safe='')}.json"
        try:
            answer = await self._outbound.request("GET", url, headers=self._headers)
            found = msgspec.json.decode(answer.body, type=_Message)
        except (OutboundError, msgspec.MsgspecError):
            return None
        unit = (found.price_unit or self._line.currency).upper()
        return price_of(found.price) if unit == self._line.currency else None


def _judge(answer: Answer) -> Attempt:
    """2xx with an id is sent. 429 was certainly not taken, any other 4xx is for ever. All else may
    have been sent."""
    status = answer.status
    detail = f"HTTP {status}"
    if 200 <= status < 300:
        try:
            message = msgspec.json.decode(answer.body, type=_Message)
        except msgspec.MsgspecError:
            return Attempt(Outcome.UNKNOWN, detail=f"{detail} with an answer nobody can read")
        return Attempt(Outcome.SENT, message.sid, detail, price=price_of(message.price))
    if status == 429:
        asked = answer.headers.get("retry-after", "")
        wait = float(asked) if asked.isascii() and asked.isdigit() else 1.0
        return Attempt(Outcome.BUSY, detail=detail, retry_after=min(wait, 3600.0))
    if 400 <= status < 500:
        return Attempt(Outcome.REFUSED, detail=f"{detail} {_reason(answer.body)}".strip())
    return Attempt(Outcome.UNKNOWN, detail=detail)


def _reason(body: bytes) -> str:
    """The provider's own words, cut."""
    try:
        found = msgspec.json.decode(body, type=_Error)
    except msgspec.MsgspecError:
        return ""
    return f"{found.code}: {found.message}"[:200]
