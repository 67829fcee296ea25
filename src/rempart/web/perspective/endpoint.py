"""The ASGI app of the endpoint: who asks, how often, and the two methods.

Rules kept here:

1. A key is asked for before anything else is read; it is compared as a hash, in constant time, and
   never logged. It may come as `?key=`, `X-Goog-Api-Key` or a bearer token.
2. Every answer, errors included, has the shape that clients of Google APIs expect.
3. Texts are scored beside the event loop, where they keep nobody waiting.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from rempart.detect.text.scoring import TextScorer
from rempart.errors import InputError
from rempart.web.api.body import DisconnectedError, read_body
from rempart.web.asgi import AsgiScope, Headers, Receive, Send, header, send_answer
from rempart.web.auth.secret import digest_of
from rempart.web.failures import TooLargeError
from rempart.web.perspective.analyze import Analyzer
from rempart.web.perspective.attributes import Attributes
from rempart.web.perspective.discovery import VERSION, document
from rempart.web.perspective.errors import (
    GoogleError,
    bad_payload,
    no_key,
    over_quota,
    wrong_key,
)
from rempart.web.perspective.quota import Quota
from rempart.web.perspective.request import MAX_BODY, read_analyze, read_suggest
from rempart.web.perspective.settings import KEY_HASH, PerspectiveSettings

_LOG = logging.getLogger(__name__)
DISCOVERY = "/$discovery/rest"
METHODS = f"/{VERSION}/"
ANALYZE, SUGGEST = f"{METHODS}comments:analyze", f"{METHODS}comments:suggestscore"
_HOST = re.compile(r"[A-Za-z0-9.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


class Perspective:
    """`root`: the public address of the service, or None: as the client calls it. `answers` counts
    what was answered, by status."""

    def __init__(
        self,
        settings: PerspectiveSettings,
        root: str | None = None,
        *,
        scorer: Callable[[], TextScorer] = TextScorer,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.answers: Counter[str] = Counter()
        self._keys = {
            name: bytes.fromhex(digest.removeprefix(KEY_HASH))
            for name, digest in settings.keys.items()
        }
        self._quota = Quota(settings.per_second, settings.per_day)
        self._analyzer = Analyzer(Attributes(scorer), spans=settings.spans)
        self._root = root
        self._clock = clock

    @staticmethod
    def takes(path: str) -> bool:
        """Whether a request for this path is ours."""
        return path == DISCOVERY or path.startswith(METHODS)

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        status, headers = 200, [(b"content-type", b"application/json; charset=UTF-8")]
        try:
            found = await self._answer(scope, receive)
        except DisconnectedError:
            return
        except GoogleError as error:
            status, found = error.code, error.body()
            headers += _retry_after(error)
            self.answers[error.status.lower()] += 1
        except Exception:
            _LOG.exception("unexpected error at the Perspective-compatible endpoint")
            status, found = 500, GoogleError("INTERNAL", "Internal error encountered.").body()
            self.answers["internal"] += 1
        else:
            self.answers["ok"] += 1
        body = json.dumps(found).encode()
        await send_answer(send, status, headers, body)

    async def _answer(self, scope: AsgiScope, receive: Receive) -> dict[str, Any]:
        path, method = scope["path"], scope["method"]
        if path == DISCOVERY and method == "GET":
            return self._discovery(scope)
        if method != "POST" or path not in (ANALYZE, SUGGEST):
            raise GoogleError("NOT_FOUND", "Method not found.")
        name = self._caller(scope)
        refusal = self._quota.take(name, self._clock())
        if refusal is not None:
            raise over_quota(refusal.limit, refusal.retry_after)
        body = await _body(scope, receive)
        if path == SUGGEST:
            return self._analyzer.suggest(read_suggest(body))
        request = await asyncio.to_thread(read_analyze, body)
        return await asyncio.to_thread(self._analyzer.analyze, request)

    def _caller(self, scope: AsgiScope) -> str:
        secret = _key_of(scope)
        if secret is None:
            raise no_key()
        digest = digest_of(secret)
        found: str | None = None
        for name, known in self._keys.items():
            if hmac.compare_digest(digest, known):
                found = name
        if found is None:
            raise wrong_key()
        return found

    def _discovery(self, scope: AsgiScope) -> dict[str, Any]:
        asked = _query(scope).get("version", [VERSION])
        if asked != [VERSION]:
            raise GoogleError("NOT_FOUND", "Discovery document not found for this version.")
        if self._root is not None:
            return document(self._root.rstrip("/") + "/")
        host = (header(scope, b"host") or b"").decode("latin-1")
        if not _HOST.fullmatch(host):
            raise bad_payload("The request names no usable host.")
        return document(f"{scope.get('scheme', 'http')}://{host}/")


async def _body(scope: AsgiScope, receive: Receive) -> bytes:
    try:
        return await read_body(scope, receive, MAX_BODY)
    except DisconnectedError:
        raise
    except TooLargeError:
        raise bad_payload(f"Request payload size exceeds the limit: {MAX_BODY} bytes.") from None
    except InputError as error:
        raise bad_payload(error.what) from None


def _key_of(scope: AsgiScope) -> str | None:
    asked = _query(scope).get("key")
    if asked:
        return asked[0]
    found = header(scope, b"x-goog-api-key")
    if found is not None:
        return found.decode("latin-1").strip()
    kind, _, secret = (header(scope, b"authorization") or b"").decode("latin-1").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret.strip() else None


def _query(scope: AsgiScope) -> dict[str, list[str]]:
    raw: bytes = scope.get("query_string", b"")
    try:
        return parse_qs(raw.decode("latin-1"), max_num_fields=50)
    except ValueError:
        return {}


def _retry_after(error: GoogleError) -> Headers:
    if error.retry_after is None:
        return []
    return [(b"retry-after", str(error.retry_after).encode())]
