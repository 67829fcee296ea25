"""Asking a witness to cosign (C2SP tlog-witness), and what it has cosigned.

```toml
[witnesses.lyon]
url = "https://rempart.lyon.example/api/v1/witness"   # add-checkpoint is below it
vkey = "lyon.example/log/witness+1a2b3c4d+BA…"
allow = []                            # private addresses it may have, and with them plain http
```
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import msgspec

from rempart.connect.outbound import Outbound
from rempart.errors import InputError, OutboundError, VerificationError
from rempart.log.cosignature import Cosignature, cosignatures
from rempart.log.note import COSIGNER, PublicKey
from rempart.log.witnessing import submission_body

MAX_ANSWER = 64 * 1024


class WitnessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A witness of our log. `url`: its submission prefix; `vkey`: its key (type 0x04)."""

    url: str
    vkey: str
    allow: tuple[str, ...] = ()

    @property
    def key(self) -> PublicKey:
        return PublicKey.parse(self.vkey, COSIGNER)


def check_witness(settings: WitnessSettings, where: str) -> None:
    """InputError for what could never work."""
    check_address(settings.url, settings.allow, where)
    try:
        _ = settings.key
    except InputError as error:
        raise InputError(
            f"vkey: {error.what}",
            where=where,
            next_step="ask the witness for its public key: rempart log witness says ours",
        ) from None


def _named(host: str) -> str:
    """The address when it stands there; else how one looks."""
    try:
        return str(ip_address(host))
    except ValueError:
        return "10.0.0.7"


def check_address(url: str, allow: Sequence[str], where: str, *, plain: bool = False) -> None:
    """InputError unless it is a whole address. `plain`: http is as good as https."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise InputError(
            f"url: {url!r} is not a web address",
            where=where,
            next_step="write it whole, as in https://rempart.example/api/v1/witness",
        )
    if url.startswith("http://") and not allow and not plain:
        name = _named(parts.hostname or "")
        raise InputError(
            "url: plain http goes only to a private address that you name",
            where=where,
            next_step=f'use https, or add allow = ["{name}"] with its address',
        )
    for text in allow:
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise InputError(f"allow: {text!r} is not an address", where=where) from None


class Said(StrEnum):
    """What a witness answered. `behind`: it knows another size than we thought; `refused`: our
    history is not the one it cosigned; `unknown`: it does not witness this log."""

    COSIGNED = "cosigned"
    BEHIND = "behind"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class WitnessAnswer(NamedTuple):
    """`size`: what it has cosigned last, when it said so."""

    said: Said
    cosignature: Cosignature | None = None
    size: int | None = None
    detail: str = ""


class Witness:
    """One witness of our log, over HTTP."""

    def __init__(self, settings: WitnessSettings, *, deadline: float = 10.0) -> None:
        self.key = settings.key
        self._prefix = settings.url.rstrip("/")
        self._outbound = Outbound(allow=settings.allow, deadline=deadline, max_answer=MAX_ANSWER)

    async def add_checkpoint(self, old: int, proof: Sequence[bytes], note: str) -> WitnessAnswer:
        """OutboundError when it cannot be reached, or answers what the protocol does not know."""
        answer = await self._outbound.request(
            "POST",
            f"{self._prefix}/add-checkpoint",
            headers={"content-type": "text/plain; charset=utf-8"},
            body=submission_body(old, proof, note),
        )
        text = answer.body.decode("utf-8", "replace")
        if answer.status == 200:
            return self._cosigned(note, text)
        if answer.status == 409:
            return WitnessAnswer(Said.BEHIND, size=_size(text), detail=_short(text))
        if answer.status == 422:
            return WitnessAnswer(Said.REFUSED, detail=_short(text))
        if answer.status in (403, 404):
            detail = "it does not witness this log" if answer.status == 404 else "wrong key"
            return WitnessAnswer(Said.UNKNOWN, detail=f"{detail} ({answer.status})")
        raise OutboundError(f"the witness answered {answer.status}", where=self.key.name)

    async def cosigned_last(self, origin: str) -> str | None:
        """The note it cosigned last for this log, where it says so (other instances of Rempart do;
        the protocol has no such request). It is worth what its signatures are."""
        url = f"{self._prefix}/checkpoint?origin={quote(origin, safe='')}"
        answer = await self._outbound.request("GET", url)
        if answer.status != 200:
            return None
        return answer.body.decode("utf-8", "replace")

    def _cosigned(self, note: str, text: str) -> WitnessAnswer:
        try:
            found = cosignatures(note + text, [self.key])
        except VerificationError as error:
            raise OutboundError(
                f"the cosignature is wrong: {error.what}", where=self.key.name
            ) from (error)
        if not found:
            raise OutboundError("it answered without a cosignature of its key", where=self.key.name)
        return WitnessAnswer(Said.COSIGNED, found[-1])


def _size(text: str) -> int | None:
    digits = text.removesuffix("\n")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def _short(text: str) -> str:
    return " ".join(text.split())[:200]
