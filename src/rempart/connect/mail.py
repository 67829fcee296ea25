"""Mail out by SMTP (RFC 5321), to the one server that the operator configured.

```toml
[mail]
host = "mail.example.org"
port = 587
security = "starttls"                 # starttls (the default), tls, or none for a server beside us
user = "rempart"
password_file = "keys/mail.password"  # from the data folder
sender = "Rempart <rempart@example.org>"
```

Rules kept here:

1. Nothing is sent without encryption, except to a server on this machine or network
   (`security = "none"`).
2. A header never holds a line break, whatever a name or subject brings; mail is plain text in UTF-8
   with an automatic-reply mark (RFC 3834), so that it starts no conversation between machines.
3. An answer of the server that says *never* (5xx) is told apart from one that says *later*. What is
   kept of it names no recipient.
"""

from __future__ import annotations

import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from socket import getaddrinfo
from typing import Annotated, NamedTuple

import msgspec

from rempart.connect.addresses import is_public
from rempart.errors import InputError

TIMEOUT_SECONDS = 20.0


class Security(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `[mail]`. `host` empty: no mail is sent."""

    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password_file: str = ""
    sender: str = ""
    ca_file: str = ""
    """Certificates to trust beside the system's, for a server with one of its own."""


class Sent(NamedTuple):
    """`ok`, or why not; `again`: it may work later."""

    ok: bool
    detail: str = ""
    again: bool = False


def check_mail(settings: MailSettings, where: str) -> None:
    """InputError when no mail could ever be sent with these settings."""
    if not settings.host:
        return
    if "@" not in parseaddr(settings.sender)[1]:
        raise InputError(
            "sender: this is no mail address",
            where=where,
            next_step='write sender = "Rempart <rempart@example.org>"',
        )
    if settings.user and not settings.password_file:
        raise InputError(
            "a user needs a password",
            where=where,
            next_step="put it into a file of mode 0600 and name that in password_file",
        )


class Mailer:
    """Sends one mail at a time; to be called off the event loop."""

    def __init__(self, settings: MailSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def send(self, to: str, subject: str, text: str, *, reference: str) -> Sent:
        """`reference`: the same for every attempt at one mail, so that a repeat is seen as one."""
        settings = self._settings
        try:
            message = compose_mail(settings.sender, to, subject, text, reference)
        except (ValueError, IndexError, MessageError):
            return Sent(ok=False, detail="this address cannot be written to")
        try:
            with self._connection() as server:
                if settings.user:
                    password = (self._folder / settings.password_file).read_text("utf-8").strip()
                    server.login(settings.user, password)
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            code = int(error.smtp_code)
            return Sent(ok=False, detail=_line(code, error.smtp_error, to), again=code < 500)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return Sent(ok=False, detail=_line(code, said, to), again=code < 500)
        except (OSError, smtplib.SMTPException) as error:
            detail = _without(f"{type(error).__name__}: {error}", to)
            return Sent(ok=False, detail=detail, again=True)
        return Sent(ok=True)

    def _connection(self) -> smtplib.SMTP:
        settings = self._settings
        trusted = str(self._folder / settings.ca_file) if settings.ca_file else None
        if settings.security is Security.TLS:
            context = ssl.create_default_context(cafile=trusted)
            return smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=TIMEOUT_SECONDS, context=context
            )
        if settings.security is Security.NONE:
            _must_be_near(settings.host)
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_SECONDS)
        if settings.security is Security.STARTTLS:
            try:
                server.starttls(context=ssl.create_default_context(cafile=trusted))
            except BaseException:
                server.close()
                raise
        return server


def compose_mail(sender: str, to: str, subject: str, text: str, reference: str) -> EmailMessage:
    """ValueError for an address that is none."""
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{reference}@{domain}>" if reference else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(text)
    return message


def _must_be_near(host: str) -> None:
    for found in getaddrinfo(host, None):
        if is_public(ip_address(found[4][0])):
            raise OSError("a mail server beyond this network needs starttls or tls")


def _line(code: int, said: bytes | str, to: str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {_without(text, to)}"[:200]


def _without(said: str, to: str) -> str:
    """What a server said, without whom the mail was for: servers name the address, or its first
    part, in what they refuse."""
    first = to.rpartition("@")[0].casefold()
    words = said.split()
    return " ".join("…" if "@" in word or first in word.casefold() else word for word in words)[
        :200
    ]
