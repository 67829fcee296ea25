"""Time-stamp tokens (RFC 3161): that a checkpoint existed when somebody else's clock said so.

The token is over SHA-256 of the signed note, exactly as our key signed it. What is checked before a
token counts: the authority granted it; it answers our question (imprint and nonce); its signature
holds, by a certificate that may only stamp time (EKU, critical), with a chain to a certificate that
the operator named, all of them valid at the time it says.

Two verifiers, because some authorities (OpenSSL's own among them) sort their certificates
otherwise than DER wants: the strict one (rfc3161-client) first; only where it cannot *read* the
answer, pyHanko's. Which one accepted is kept with the token. A few bytes of a token are under no
signature, so its hash is no name for it: a token is found by its checkpoint and authority.

Needs the extra `documents`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from rempart.errors import InputError, MissingExtraError, VerificationError

if TYPE_CHECKING:
    from asn1crypto import tsp

MAX_REPLY = 64 * 1024
STRICT = "rfc3161-client"
LENIENT = "pyhanko"
_NEEDED = ("rfc3161_client", "asn1crypto", "pyhanko")
_OPENSSL = re.compile(r"Verify error: ([^\"]{1,200})")
_GRANTED = ("granted", "granted_with_mods")


class Question(NamedTuple):
    """What is sent (DER), and the nonce that the answer must bring back."""

    body: bytes
    nonce: int


class Token(NamedTuple):
    """What a verified answer says. `serial` in decimal, `policy` as an OID, `checked_with` the
    verifier that accepted it."""

    at: datetime
    serial: str
    policy: str
    checked_with: str


class Chain(NamedTuple):
    """Certificates that the operator trusts for one authority: `roots` are self-signed; `pem` as
    given out beside a token, for `openssl ts -verify -CAfile`."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    pem: str

    @property
    def fingerprints(self) -> list[str]:
        return [f"sha256:{root.fingerprint(SHA256()).hex()}" for root in self.roots]


def require_extra(where: str) -> None:
    """MissingExtraError when the packages are not installed."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise MissingExtraError(
            "a time-stamp token", "documents", where=where, instead="remove [timestamps]"
        )


def read_chain(path: Path) -> Chain:
    """The PEM file of an authority's certificates; InputError without a self-signed one."""
    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(
            f"no certificates can be read: {error}",
            where=str(path),
            next_step="save the authority's root certificate there, in PEM",
        ) from error
    roots = tuple(one for one in certificates if one.subject == one.issuer)
    others = tuple(one for one in certificates if one.subject != one.issuer)
    if not roots:
        raise InputError(
            "the root certificate is missing: none is self-signed",
            where=str(path),
            next_step="add the root of the authority's chain to the file",
        )
    pem = "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)
    return Chain(roots, others, pem)


def ask(note: str) -> Question:
    """The question about a signed note; with certificates in the answer, please."""
    from asn1crypto import tsp

    nonce = secrets.randbits(63) | 1 << 62
    question = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": imprint(note),
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )
    return Question(question.dump(), nonce)


def imprint(note: str) -> bytes:
    """What a token is over: SHA-256 of the signed note's bytes."""
    return sha256(note.encode()).digest()


def check_reply(reply: bytes, note: str, chain: Chain, *, nonce: int | None = None) -> Token:
    """The token in an answer, when everything above holds; else VerificationError.

    `nonce`: of our question; None when a token is checked again later.
    """
    try:
        response, info = _parse(reply)
        _check_answer(response, info, note, nonce)
        checked_with = _verify(reply, response, note, chain, nonce)
        return Token(
            info["gen_time"].native.astimezone(UTC),
            str(info["serial_number"].native),
            str(info["policy"].dotted),
            checked_with,
        )
    except VerificationError:
        raise
    except Exception as error:  # whatever a parser of strangers' bytes raises
        raise VerificationError(f"not a time-stamp answer: {_short(error)}") from error


def _parse(reply: bytes) -> tuple[tsp.TimeStampResp, Any]:
    from asn1crypto import parser, tsp

    if len(reply) > MAX_REPLY:
        raise VerificationError(f"the answer is larger than {MAX_REPLY} bytes")
    status = tsp.PKIStatusInfo.load(parser.parse(reply, strict=True)[4])
    if status["status"].native not in _GRANTED:
        said = "; ".join(status["status_string"].native or ()) or status["fail_info"].native
        told = " ".join(f"{status['status'].native} {said or ''}".split())[:200]
        raise VerificationError(f"the authority refused: {told}")
    response = tsp.TimeStampResp.load(reply, strict=True)
    token = response["time_stamp_token"]
    if token["content_type"].native != "signed_data":
        raise VerificationError("the answer holds no signed token")
    info = token["content"]["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise VerificationError("the answer holds no time")
    return response, info


def _check_answer(response: Any, info: Any, note: str, nonce: int | None) -> None:
    about = info["message_imprint"]
    if about["hash_algorithm"]["algorithm"].native != "sha256":
        raise VerificationError("wrong imprint: another hash than asked for")
    if about["hashed_message"].native != imprint(note):
        raise VerificationError("wrong imprint: the token is over something else")
    if nonce is not None and info["nonce"].native != nonce:
        raise VerificationError("wrong nonce: an answer to another question")
    signers = response["time_stamp_token"]["content"]["signer_infos"]
    if len(signers) != 1:
        raise VerificationError("a token has exactly one signature")


def _verify(reply: bytes, response: Any, note: str, chain: Chain, nonce: int | None) -> str:
    from rfc3161_client import VerificationError as StrictError
    from rfc3161_client import VerifierBuilder, decode_timestamp_response

    try:
        strict = decode_timestamp_response(reply)
    except ValueError:
        _verify_leniently(response, note, chain)
        return LENIENT
    builder = VerifierBuilder(
        roots=list(chain.roots), intermediates=list(chain.intermediates), nonce=nonce
    )
    try:
        builder.build().verify(strict, imprint(note))
    except StrictError as error:
        raise VerificationError(f"the token does not verify: {_short(error)}") from error
    return STRICT


def _verify_leniently(response: Any, note: str, chain: Chain) -> None:
    """The same checks by pyHanko, at the time that the token says; it fetches nothing."""
    from asn1crypto import x509 as asn1
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko.sign.validation.status import TimestampSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    signed = response["time_stamp_token"]["content"]
    at = signed["encap_content_info"]["content"].parsed["gen_time"].native

    def plain(certificates: Sequence[x509.Certificate]) -> list[Any]:
        return [asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in certificates]

    context = ValidationContext(
        trust_roots=plain(chain.roots),
        other_certs=plain(chain.intermediates),
        moment=at,
        allow_fetching=False,
    )
    found = asyncio.run(validate_tst_signed_data(signed, context, lambda _: imprint(note)))
    status = TimestampSignatureStatus(**found)
    if not (status.intact and status.valid):
        raise VerificationError("the token does not verify: its signature is wrong")
    if not status.trusted:
        raise VerificationError(
            f"the token does not verify: no valid chain to a trusted root"
            f" ({status.trust_problem_indic})"
        )
    _check_usage(x509.load_der_x509_certificate(status.signing_cert.dump()))


def _check_usage(certificate: x509.Certificate) -> None:
    """RFC 3161 §2.3: exactly one extended key usage, time stamping, and critical."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        usage = None
    if (
        usage is None
        or not usage.critical
        or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]
    ):
        raise VerificationError("the token does not verify: its certificate is not for time stamps")


def _short(error: BaseException) -> str:
    """One line; of OpenSSL's stack of errors what it says of the certificate."""
    found = _OPENSSL.search(str(error))
    if found is not None:
        return found[1]
    return " ".join(str(error).split())[:200] or type(error).__name__
