"""Passkeys: what is asked of the browser, and what its answer must hold (WebAuthn level 3).

Rules kept here:

1. The relying party is the host of `public_url`, or the host asked for where none is set; the
   origin must be exactly that one. An address of numbers cannot have passkeys (WebAuthn §5.1.3).
2. Passkeys are discoverable and verify the person (PIN, finger, face), so that one alone signs in.
3. No attestation: which make of authenticator somebody has is nobody's business.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from rempart.errors import AccessError
from rempart.store.interface.factors import PasskeyRow

_REQUIRED = UserVerificationRequirement.REQUIRED
_WRONG = "the passkey's answer is not right"


class Asked(NamedTuple):
    """`options` go to the browser as JSON; `state` is kept until its answer comes."""

    options: dict[str, Any]
    state: bytes


class Made(NamedTuple):
    id: bytes
    credential: bytes
    uses: int


class Proven(NamedTuple):
    """Which passkey answered, and its signature counter."""

    id: bytes
    uses: int


class Passkeys:
    """`origin`: of the pages, as in `https://rempart.example`."""

    def __init__(self, origin: str, name: str) -> None:
        self.origin = origin
        host = urlsplit(origin).hostname or ""
        self.possible = _is_name(host)
        rp = PublicKeyCredentialRpEntity(name=name, id=host)
        self._server = Fido2Server(rp, verify_origin=lambda given: given == origin)

    def ask_new(self, person: str, name: str, known: list[PasskeyRow]) -> Asked:
        user = PublicKeyCredentialUserEntity(name=name, id=person.encode(), display_name=name)
        options, state = self._server.register_begin(
            user,
            [_descriptor(row) for row in known],
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=_REQUIRED,
        )
        return Asked(dict(options), msgspec.json.encode(state))

    def made(self, state: bytes, answer: dict[str, Any]) -> Made:
        """AccessError when the answer is not what was asked for."""
        try:
            found = self._server.register_complete(msgspec.json.decode(state), answer)
            data = found.credential_data
        except Exception as error:
            raise AccessError(_WRONG) from error
        if data is None:
            raise AccessError(_WRONG)
        return Made(data.credential_id, bytes(data), found.counter)

    def ask(self, known: list[PasskeyRow] | None = None) -> Asked:
        """`known` None: any passkey of this site, whoever's it is."""
        credentials = None if known is None else [_descriptor(row) for row in known]
        options, state = self._server.authenticate_begin(credentials, _REQUIRED)
        return Asked(dict(options), msgspec.json.encode(state))

    def proven(self, state: bytes, row: PasskeyRow, answer: dict[str, Any]) -> Proven:
        """AccessError when it does not prove that passkey. `row`: the one it names."""
        try:
            credential = AttestedCredentialData(row.credential)
            self._server.authenticate_complete(msgspec.json.decode(state), [credential], answer)
            read = AuthenticationResponse.from_dict(answer)
            handle = read.response.user_handle
        except Exception as error:
            raise AccessError(_WRONG) from error
        if handle is not None and handle != row.person.encode():
            raise AccessError(_WRONG)
        return Proven(row.id, read.response.authenticator_data.counter)


def credential_named(answer: dict[str, Any]) -> bytes:
    """The id of the passkey an answer speaks of; nothing of it is checked yet."""
    try:
        return bytes(AuthenticationResponse.from_dict(answer).raw_id)
    except Exception as error:
        raise AccessError(_WRONG) from error


def _descriptor(row: PasskeyRow) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=row.id)


def _is_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False
