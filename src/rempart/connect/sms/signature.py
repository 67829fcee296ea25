"""The signature of a Twilio webhook: `X-Twilio-Signature`.

HMAC-SHA1 under the account's auth token over the whole public address (with its query) followed by
each form parameter, sorted by name, name and value without anything between; base 64. (Twilio,
*Security: validating requests*.) SHA-1 is the provider's choice; in an HMAC it is not broken.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

MIN_TOKEN = 16
_PORTS = {"https": 443, "http": 80}

Form = Sequence[tuple[str, str]]


def signature(token: str, url: str, form: Form) -> str:
    """Of several values of one name each distinct one counts once, sorted."""
    parts = [name + value for name, value in sorted(set(form))]
    content = (url + "".join(parts)).encode("utf-8", "surrogatepass")
    return b64encode(hmac.digest(token.encode(), content, hashlib.sha1)).decode()


def is_signed(token: str, url: str, form: Form, given: str) -> bool:
    """Compared in constant time; the address counts with and without its standard port, as the
    provider is not consistent in that. An empty or short token accepts nothing."""
    right = False
    for form_of_url in _with_and_without_port(url):
        wanted = signature(token, form_of_url, form).encode()
        right |= hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted)
    return right and len(token) >= MIN_TOKEN


def _with_and_without_port(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    standard = _PORTS.get(parts.scheme)
    host = parts.hostname or ""
    if standard is None or parts.port not in (None, standard):
        return (url,)
    shown = f"[{host}]" if ":" in host else host
    bare = urlunsplit(parts._replace(netloc=shown))
    return (bare, urlunsplit(parts._replace(netloc=f"{shown}:{standard}")))
