"""The seal of a document: a PAdES signature by a key of its own.

Rules kept here:

1. The seal's key is not the log's: `keys/seal.key` (P-256, mode 0600) with a certificate that it
   signed itself, made at first use, or the operator's own in a PKCS#12 file. It is for readers of
   PDF; that the pages are those of the log, the log's own key says (`log_signature`).
2. With an authority that dates it the form is PAdES B-T, else B-B; the document says which. When no
   authority answers it is sealed without one and says so: a document never waits for one.
3. Nothing is fetched here: the authority is asked by a function that the caller gives.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from rempart.disclose.dossier.document.log_signature import room
from rempart.errors import InputError, MissingExtraError, OutboundError

KEY_FILE = "seal.key"
CERTIFICATE_FILE = "seal.crt"
FIELD = "Seal"
_YEARS = timedelta(days=3_652)
_RESERVED = 16_384
"""Characters for the signature: a token of an authority with its certificates fits."""

Ask = Callable[[bytes], Awaitable[bytes]]
"""A request of RFC 3161 (DER) to its answer (DER). OutboundError when nobody answers."""


class Authority(NamedTuple):
    """Who dates the seal. `name`: as the document calls it."""

    name: str
    ask: Ask


class SealName(NamedTuple):
    """What the document says of its seal. `authority`: who dates it; empty: nobody."""

    name: str
    fingerprint: str
    authority: str = ""


class Seal(NamedTuple):
    """A key with its certificate (and those above it), as PKCS#12 in memory."""

    name: str
    fingerprint: str
    container: bytes

    def named(self, authority: Authority | None) -> SealName:
        return SealName(self.name, self.fingerprint, authority.name if authority else "")


_MEMORY = b"in memory only"


def load_seal(keys: Path, log_name: str, now: datetime) -> Seal:
    """The seal in this folder of keys, made on first use."""
    path = keys / KEY_FILE
    if not path.exists():
        _create(path, log_name, now)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError(
            "others can read the key of the seal", where=str(path), next_step=f"chmod 600 {path}"
        )
    try:
        key = load_pem_private_key(path.read_bytes(), None)
        certificate = x509.load_pem_x509_certificate((keys / CERTIFICATE_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(
            f"no readable seal: {error}",
            where=str(path),
            next_step="put both files back from your backup; removing both makes a new seal",
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InputError("the key of the seal is on the curve P-256", where=str(path))
    return _seal(key, certificate, [])


def own_seal(path: Path, passphrase: bytes | None) -> Seal:
    """The operator's own seal from a PKCS#12 file."""
    try:
        found = pkcs12.load_pkcs12(path.read_bytes(), passphrase)
    except (OSError, ValueError) as error:
        raise InputError(f"the seal cannot be read: {error}", where=str(path)) from error
    if found.key is None or found.cert is None:
        raise InputError("this file holds no key with its certificate", where=str(path))
    above = [one.certificate for one in found.additional_certs]
    return _seal(found.key, found.cert.certificate, above)


def _seal(key: Any, certificate: x509.Certificate, above: list[x509.Certificate]) -> Seal:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    container = pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, above or None, BestAvailableEncryption(_MEMORY)
    )
    digest = sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    return Seal(str(names[0].value) if names else "seal", digest, container)


def _create(path: Path, log_name: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Seal of {log_name}"[:64])])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(minutes=5))
        .not_valid_after(now.astimezone(UTC) + _YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        _write_new(path, pem, 0o600)
    except FileExistsError:
        return
    _write_new(path.with_name(CERTIFICATE_FILE), certificate.public_bytes(Encoding.PEM), 0o644)


def _write_new(path: Path, data: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sign(
    document: bytes,
    seal: Seal,
    authority: Authority | None,
    reason: str,
    *,
    for_log: bool = False,
) -> bytes:
    """The document with the seal in it; `for_log`: with room for the signature of the log.
    OutboundError: the authority did not answer."""
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.timestamps import TimestampRequestError
    except ImportError as error:
        raise MissingExtraError("to sign a PDF", "documents", instead="export a zip") from error

    class Writer(IncrementalPdfFileWriter):
        """PDF/A-3 stands on PDF 1.7: the signature must not call the document a later one, nor
        write its metadata anew."""

        def ensure_output_version(self, version: tuple[int, int]) -> None:
            """It is 1.7 and stays so; PAdES has its own extension of 1.7."""

        def _update_meta(self) -> None:
            """What typst wrote about the document (PDF/A, PDF/UA) stays byte for byte."""

        def register_extension(self, ext: Any) -> None:
            if ext.prefix_name == "/ESIC":
                super().register_extension(ext)

    signer = signers.SimpleSigner.load_pkcs12_data(seal.container, [], passphrase=_MEMORY)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name=seal.name,
    )
    stamper = None if authority is None else _stamper(authority)
    if for_log:
        signer.unsigned_attr_prov_spec = room(stamper)
    pdf_signer = signers.PdfSigner(metadata, signer, timestamper=stamper)
    out = BytesIO()
    try:
        pdf_signer.sign_pdf(Writer(BytesIO(document)), output=out, bytes_reserved=_RESERVED * 2)
    except (TimestampRequestError, ValueError, TypeError) as error:
        if authority is None:
            raise
        raise OutboundError(f"no date from the authority: {error}", where=authority.name) from error
    return out.getvalue()


def _stamper(authority: Authority) -> Any:
    from asn1crypto.tsp import TimeStampReq, TimeStampResp
    from pyhanko.sign.timestamps import TimeStamper

    class Stamper(TimeStamper):
        def __init__(self) -> None:
            super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]

        async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
            return TimeStampResp.load(await authority.ask(req.dump()))

    return Stamper()
