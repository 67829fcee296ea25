"""The answer to an incoming message: a reply, or silence (TwiML for messaging)."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "text/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SILENCE = f"{_HEAD}<Response/>".encode()


def reply(text: str, status_url: str) -> bytes:
    """One message back to the sender; its status is told to `status_url`."""
    action = quoteattr(status_url)
    return (
        f'{_HEAD}<Response><Message action={action} method="POST">'
        f"{escape(text)}</Message></Response>"
    ).encode()
