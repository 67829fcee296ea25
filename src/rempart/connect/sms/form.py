"""A webhook of the provider as it arrives, and the Rempart message in it.

The form is what was signed; every parameter is kept in the message's `extra`, so that the evidence
holds all the provider said. Media are addresses: nothing is fetched.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

from rempart.connect.sms.settings import PLATFORM, LineSettings
from rempart.connect.sms.signature import Form
from rempart.errors import InputError
from rempart.ingest import Parsed, parse_one
from rempart.model import ItemRefusal
from rempart.model.moments import at_time

MAX_FIELDS = 200
MAX_MEDIA = 10
_encode = msgspec.json.Encoder().encode


class Incoming(NamedTuple):
    """One message of the line: the provider's id, who wrote it, and what."""

    sid: str
    sender: str
    text: str
    form: Form


class Status(NamedTuple):
    """What became of a reply. `price`: millionths of `currency` (empty: not told), when it
    told one."""

    sid: str
    status: str
    price: int | None
    error: str
    currency: str = ""


def read_form(body: bytes) -> Form:
    """InputError when it is no form."""
    try:
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MAX_FIELDS,
            strict_parsing=True,
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise InputError(f"the body is not a form: {error}"[:200]) from None


def incoming(form: Form, line: LineSettings) -> Incoming:
    """InputError when a needed parameter is missing, or it was meant for another number."""
    fields = dict(form)
    sid = fields.get("MessageSid") or fields.get("SmsSid", "")
    sender = fields.get("From", "")
    for name, value in (("MessageSid", sid), ("From", sender)):
        if not value:
            raise InputError(f"{name} is missing", where=name)
    if fields.get("To") != line.number:
        raise InputError(
            "the message was sent to another number",
            where="To",
            next_step="look which webhook is set for which number at the provider",
        )
    return Incoming(sid, sender, fields.get("Body", ""), form)


def message_of(one: Incoming, line: LineSettings, at_ms: int) -> Parsed | ItemRefusal:
    """The message with the bytes that go into the log; `at_ms`: when it arrived here, because the
    provider tells no time."""
    fields = dict(one.form)
    value = {
        "id": one.sid,
        "platform": PLATFORM,
        "channel": line.number,
        "sent_at": at_time(at_ms).isoformat(timespec="milliseconds"),
        "author": {"id": one.sender},
        "text": one.text,
        "targets": [line.hit],
        "kind": "sms",
        "media": _media(fields),
        "extra": {"provider": fields},
    }
    return parse_one(_encode(value))


def status_of(form: Form) -> Status:
    """A status callback. Most tell no price in it; those that do, as a negative number."""
    fields = dict(form)
    return Status(
        fields.get("MessageSid") or fields.get("SmsSid", ""),
        fields.get("MessageStatus") or fields.get("SmsStatus", ""),
        price_of(fields.get("Price")),
        fields.get("ErrorCode", ""),
        fields.get("PriceUnit", "").upper(),
    )


def price_of(told: str | None) -> int | None:
    """Millionths; prices are told as negative amounts, as in `"-0.00750"`."""
    try:
        return round(abs(float(told)) * 1_000_000) if told else None
    except (ValueError, OverflowError):
        return None


def _media(fields: dict[str, str]) -> list[dict[str, str]]:
    told = fields.get("NumMedia", "0")
    count = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0
    found = []
    for number in range(min(count, MAX_MEDIA)):
        url = fields.get(f"MediaUrl{number}")
        if url:
            mime = fields.get(f"MediaContentType{number}")
            item = {"id": f"{fields.get('MessageSid', '')}-{number}", "url": url}
            found.append(item | ({"mime": mime} if mime else {}))
    return found
