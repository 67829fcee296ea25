"""Fetches what proves a record of the AT Protocol: who the account is, and its signed repository.

Rules kept here:

1. The same client, the same address checks and the same switch as for any captured page; a server
   that a DID document names is a stranger's word like any other.
2. What was answered is kept byte for byte, also when it proves nothing; it is judged elsewhere
   (`rempart.ingest.atproto`), from these bytes alone.
3. A handle is a domain: it is asked of the DNS (TXT), then of the domain itself, and it counts only
   when the account's own document says it too.
4. One deadline for all requests together; a long history is judged beside the loop, which every
   message of the service goes through.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from rempart.connect.outbound import Answer, Outbound
from rempart.connect.places import Resolve, resolve_by_system
from rempart.connect.settings_checks import check_place
from rempart.errors import InputError, MissingExtraError, OutboundError, VerificationError
from rempart.ingest.atproto.identity import Identity, identity_of
from rempart.ingest.atproto.names import RecordName, is_did, is_handle, is_plc, web_host
from rempart.ingest.atproto.proof import AUDIT_FILE, CAR_FILE, DOCUMENT_FILE

DEADLINE: Final = 40.0
DNS_SECONDS: Final = 5.0
WELL_KNOWN: Final = "https://{handle}/.well-known/atproto-did"
_LONGEST_DID: Final = 300
_OK: Final = 200


class AtprotoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`apps`: hosts whose links name records; `directory`: of `did:plc`; `resolver`: who is asked
    for TXT records, an address and perhaps a port, empty for the system's."""

    apps: tuple[str, ...] = ("bsky.app",)
    directory: str = "https://plc.directory"
    resolver: str = ""


class Fetched(NamedTuple):
    """`name`: the record with the account's DID; `files` as they came; `handle`: the name that the
    account's document gives itself; `confirmed`: whether that domain names this account in turn,
    None when it could not be asked; `asked`: every request and who answered; `why`: what could not
    be fetched, empty when there is all."""

    name: RecordName
    files: dict[str, bytes]
    handle: str
    confirmed: bool | None
    asked: list[str]
    at: datetime
    why: str


def check_atproto(settings: AtprotoSettings, allow: tuple[str, ...], where: str) -> None:
    check_place(settings.directory, "directory", "https", allow, where)
    for app in settings.apps:
        if not app or app != urlsplit(f"https://{app}/").netloc or app != app.lower():
            raise InputError(f"apps: {app!r} is no host", where=where)
    if settings.resolver:
        _resolver_address(settings.resolver, where)


class RecordFetcher:
    """`well_known`: where a domain says whose handle it is."""

    def __init__(
        self,
        settings: AtprotoSettings,
        allow: tuple[str, ...] = (),
        *,
        resolve: Resolve = resolve_by_system,
        trust: ssl.SSLContext | None = None,
        well_known: str = WELL_KNOWN,
        deadline: float = DEADLINE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._outbound = Outbound(allow=allow, resolve=resolve, trust=trust)
        self._well_known = well_known
        self._deadline = deadline
        self._now = now

    async def fetch(self, name: RecordName) -> Fetched:
        """OutboundError when nothing of the account can be had; a part that is missing is told."""
        asked: list[str] = []
        try:
            async with asyncio.timeout(self._deadline):
                return await self._fetch(name, asked)
        except TimeoutError:
            raise OutboundError(f"no whole proof within {self._deadline:g} s") from None

    async def _fetch(self, name: RecordName, asked: list[str]) -> Fetched:
        did = name.authority
        if not is_did(did):
            did = await self._did_of(did, asked)
        record = name._replace(authority=did)
        at = self._now()
        files = await self._identity_files(did, asked)
        try:
            identity = await asyncio.to_thread(
                identity_of, did, files[DOCUMENT_FILE], files.get(AUDIT_FILE)
            )
        except VerificationError as error:
            return Fetched(record, files, "", None, asked, at, error.what)
        confirmed = await self._is_confirmed(identity, name, asked)
        why = ""
        try:
            files[CAR_FILE] = await self._car(identity.pds, record, asked)
        except OutboundError as error:
            why = error.what
        return Fetched(record, files, identity.handle, confirmed, asked, at, why)

    async def _identity_files(self, did: str, asked: list[str]) -> dict[str, bytes]:
        host = web_host(did)
        if host is not None:
            return {DOCUMENT_FILE: await self._get(f"https://{host}/.well-known/did.json", asked)}
        if not is_plc(did):
            raise OutboundError("an account of an unknown kind", where=did)
        at = f"{self._settings.directory.rstrip('/')}/{did}"
        document = await self._get(at, asked)
        return {DOCUMENT_FILE: document, AUDIT_FILE: await self._get(f"{at}/log/audit", asked)}

    async def _car(self, pds: str, name: RecordName, asked: list[str]) -> bytes:
        query = urlencode({"did": name.authority, "collection": name.collection, "rkey": name.rkey})
        return await self._get(f"{pds}/xrpc/com.atproto.sync.getRecord?{query}", asked)

    async def _is_confirmed(
        self, identity: Identity, name: RecordName, asked: list[str]
    ) -> bool | None:
        if not identity.handle:
            return None
        if identity.handle == name.authority:
            return True
        try:
            return await self._did_of(identity.handle, asked) == identity.did
        except OutboundError:
            return None

    # -- handles -----------------------------------------------------------------------------

    async def _did_of(self, handle: str, asked: list[str]) -> str:
        if not is_handle(handle):
            raise OutboundError("no name of an account", where=handle[:100])
        found = await self._by_dns(handle, asked) or await self._by_domain(handle, asked)
        if not is_did(found):
            raise OutboundError("this name does not say whose it is", where=handle)
        return found

    async def _by_dns(self, handle: str, asked: list[str]) -> str | None:
        try:
            import dns.asyncresolver
            import dns.exception
        except ImportError as error:
            raise MissingExtraError("finding the account of a handle", "capture") from error
        name = f"_atproto.{handle}."
        try:
            resolver = dns.asyncresolver.Resolver(configure=not self._settings.resolver)
            if self._settings.resolver:
                address, resolver.port = _resolver_address(self._settings.resolver, "resolver")
                resolver.nameservers = [address]
            answer = await resolver.resolve(name, "TXT", lifetime=DNS_SECONDS, search=False)
        except (dns.exception.DNSException, OSError) as error:
            asked.append(f"TXT {name} {type(error).__name__}")
            return None
        texts = [b"".join(one.strings).decode("ascii", "replace") for one in answer]
        asked.append(f"TXT {name} {len(texts)}")
        dids = {text.removeprefix("did=") for text in texts if text.startswith("did=")}
        if len(dids) > 1:
            raise OutboundError("this name says that it is several accounts'", where=handle)
        return dids.pop() if dids else None

    async def _by_domain(self, handle: str, asked: list[str]) -> str:
        told = await self._get(self._well_known.format(handle=handle), asked)
        if len(told) > _LONGEST_DID:
            raise OutboundError("this name does not say whose it is", where=handle)
        return told.decode("ascii", "replace").strip()

    # -- requests ----------------------------------------------------------------------------

    async def _get(self, url: str, asked: list[str]) -> bytes:
        try:
            answer = await self._outbound.request("GET", url)
        except OutboundError as error:
            asked.append(f"GET {url} {error.what}"[:400])
            raise
        heard = answer.heard
        by = "" if heard is None else f" {heard.address}"
        clock = answer.headers.get("date", "no clock")
        asked.append(f"GET {url} {answer.status}{by} {clock}"[:400])
        if answer.status != _OK:
            raise OutboundError(_refusal(answer), where=urlsplit(url).hostname or "")
        return answer.body


def _refusal(answer: Answer) -> str:
    """The status, and the error that a server of the protocol names (RecordNotFound …)."""
    told: Any = None
    try:
        told = msgspec.json.decode(answer.body[:2_000])
    except msgspec.DecodeError:
        told = None
    named = told.get("error") if isinstance(told, dict) else None
    word = f" {quote(named[:40])}" if isinstance(named, str) else ""
    return f"the server answered {answer.status}{word}"


def _resolver_address(text: str, where: str) -> tuple[str, int]:
    """An IP address with its port; in brackets when it is IPv6 and has one."""
    address, port = text, "53"
    if text.count(":") == 1 or "]:" in text:
        address, _, port = text.rpartition(":")
    try:
        return str(ip_address(address.strip("[]"))), int(port)
    except ValueError:
        raise InputError(
            f"resolver: {text!r} is no address", where=where, next_step='as in "9.9.9.9"'
        ) from None
