"""The headers every response carries, and those of pages that must not be kept.

The policy allows what the product ships and nothing else: no inline script or style, no other host,
no frame. `no-store` is the rule; only static files (whose names carry their hash or that hold
nothing private) and the public part of the log may be cached.
"""

from __future__ import annotations

from rempart.web.asgi import Headers

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS: Headers = [
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    ),
]

NO_STORE = (b"cache-control", b"no-store")
HSTS = (b"strict-transport-security", b"max-age=31536000")

_CACHEABLE = ("/static/", "/api/v1/log/")


def response_headers(path: str, *, tls: bool) -> Headers:
    """What is added to the response for `path`."""
    headers = list(SECURITY_HEADERS)
    if tls:
        headers.append(HSTS)
    if not path.startswith(_CACHEABLE):
        headers.append(NO_STORE)
    return headers
