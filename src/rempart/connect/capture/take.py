"""Captures one public page: the answer of its server, the picture of it, the points of a record.

Rules kept here:

1. The address is looked up once and checked; no redirect is followed, it *is* the answer. The
   browser goes where a page leads it, as a reader's would: the record says what its picture shows.
2. What the server answered is kept whether or not the browser had a picture; the record says why
   there is none.
3. Nothing is kept of what the capture needed: no cookie, no cache, no profile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from rempart.connect.capture.browser import LONGEST_URL, Seen, look_at
from rempart.connect.capture.filter import Filter
from rempart.connect.capture.points import machine_points
from rempart.connect.capture.settings import CaptureSettings
from rempart.connect.capture.warc import write_warc
from rempart.connect.outbound import Answer, Outbound
from rempart.connect.places import ForbiddenAddressError, Places, Resolve, resolve_by_system
from rempart.errors import OutboundError
from rempart.model.moments import written

MOST_PLACES = 60


class Captured(NamedTuple):
    """`record`: the points, canonical JSON without floats; `warc`: the file, with the picture in it
    and beside it; `picture` None when the browser had none."""

    record: dict[str, Any]
    warc: bytes
    picture: bytes | None


async def capture_page(
    url: str,
    settings: CaptureSettings,
    *,
    resolve: Resolve = resolve_by_system,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Captured:
    """OutboundError when the page cannot be had; ForbiddenAddressError when it may not be."""
    url = page_url(url)
    begin = now()
    outbound = Outbound(allow=settings.allow, resolve=resolve)
    answer = await outbound.request("GET", url, headers={"accept": "text/html,*/*;q=0.8"})
    heard = answer.heard
    if heard is None:
        raise OutboundError("nothing is known of the connection")
    way_out = Filter(Places(settings.allow, resolve))
    seen, why = await _seen(url, answer, settings, way_out)
    record: dict[str, Any] = {
        "url": url,
        "begin": written(begin),
        "end": written(now()),
        **await asyncio.to_thread(machine_points, settings.public_address),
        "server_address": heard.address,
        "local_address": heard.local,
        "http": heard.http_version,
        "tls": heard.tls or "none",
        "certificate_sha256": heard.certificate or "none",
        "server_clock": answer.headers.get("date", "not told"),
        "status": answer.status,
        "location": answer.headers.get("location", "none"),
        "body_sha256": sha256(heard.raw).hexdigest(),
        "body_bytes": len(heard.raw),
        "browser": seen.version if seen else "none",
        "browser_state": "a new profile: no cache, no cookie, no history; removed afterwards",
        "way_out": "the browser's connections pass Rempart's own address filter on this machine,"
        " which opens no encryption; the server's answer was fetched without any proxy",
        "reached": [f"{one.host}:{one.port} {one.address or one.why}" for one in way_out.reached][
            :MOST_PLACES
        ],
        "shown_url": seen.url if seen else "none",
        "title": seen.title if seen else "",
        "picture_sha256": sha256(seen.picture).hexdigest() if seen else "none",
        "rendered_sha256": sha256(seen.document).hexdigest() if seen else "none",
        "picture_cut": seen.cut if seen else False,
        "no_picture_why": why,
    }
    warc = write_warc(
        url,
        "GET",
        answer,
        begin,
        record,
        seen.picture if seen else None,
        seen.document if seen else None,
    )
    return Captured(record, warc, seen.picture if seen else None)


def page_url(text: str) -> str:
    """The address as it is fetched, without a fragment; ForbiddenAddressError for another kind."""
    if len(text) > LONGEST_URL:
        raise ForbiddenAddressError(f"an address has at most {LONGEST_URL} characters")
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname
    except ValueError:
        raise ForbiddenAddressError("not a usable address") from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        raise ForbiddenAddressError("only the https address of a public page is captured")
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))


async def _seen(
    url: str, answer: Answer, settings: CaptureSettings, way_out: Filter
) -> tuple[Seen | None, str]:
    if not settings.chromium:
        return None, "no browser is set"
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", "text/plain", ""):
        return None, f"not a page: {kind[:60]}"
    async with way_out.listening():
        try:
            seen = await look_at(
                url, settings.chromium, way_out.port, without_sandbox=settings.without_sandbox
            )
        except OutboundError as error:
            return None, error.what
    return seen, ""
