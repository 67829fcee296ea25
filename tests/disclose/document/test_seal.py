"""The seal: a key that nobody else reads, the operator's own, and a date by an authority."""

from __future__ import annotations

import os
import stat
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificate

from rempart.disclose.dossier.document.log_signature import sign_whole
from rempart.disclose.dossier.document.seal import Authority, load_seal, sign
from rempart.disclose.dossier.document.settings import DocumentSettings, seal_of
from rempart.disclose.dossier.document.typeset import typeset
from rempart.errors import InputError, OutboundError
from rempart.log.note import Signer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def page():
    data = {
        "language": "en", "title": "x", "author": "x", "description": "x", "watermark": "x",
        "footer": "x", "page": "x", "contents": "", "attachment": "", "attachment-description": "",
        "cover": {"over": "x", "subtitle": "x", "under": "x", "rows": [["x", ["x"]]], "note": ""},
        "blocks": [{"t": "heading", "text": "x", "level": 1}],
    }  # fmt: skip
    return typeset(data, None, NOW)


def test_it_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = load_seal(tmp_path / "keys", "chat.example.org/log", NOW)
    again = load_seal(tmp_path / "keys", "chat.example.org/log", NOW)
    assert again.fingerprint == first.fingerprint
    key = tmp_path / "keys" / "seal.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        load_seal(tmp_path / "keys", "chat.example.org/log", NOW)


def test_the_operators_own_seal_is_used_when_the_settings_name_it(tmp_path, page):
    made = load_seal(tmp_path / "other", "community.example/log", NOW)
    folder = tmp_path / "other"
    certificate = load_pem_x509_certificate((folder / "seal.crt").read_bytes())
    key = load_pem_private_key((folder / "seal.key").read_bytes(), None)
    container = pkcs12.serialize_key_and_certificates(
        b"x", key, certificate, None, BestAvailableEncryption(b"open sesame")
    )
    (tmp_path / "own.p12").write_bytes(container)
    secret = tmp_path / "pass"
    secret.write_text("open sesame\n")
    secret.chmod(0o600)
    settings = DocumentSettings(pkcs12="own.p12", passphrase_file="pass")
    assert seal_of(tmp_path, settings, "x", NOW).fingerprint == made.fingerprint
    wrong = DocumentSettings(pkcs12="own.p12")
    with pytest.raises(InputError, match="seal cannot be read"):
        seal_of(tmp_path, wrong, "x", NOW)


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    """A real authority: openssl's, with a chain of its own."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=a\n[a]\nserial=serial\nsigner_digest=sha256\n"
        "default_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512\naccuracy=secs:1\n"
        "ordering=no\ness_cert_id_alg=sha256\n"
        "[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:TRUE\n"
        "keyUsage=critical,keyCertSign\n"
        "[ts]\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=critical,timeStamping\n"
    )
    (folder / "serial").write_text("01\n")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=Test authority root", "-days", "3650", "-config", "tsa.cnf",
            "-extensions", "ca")  # fmt: skip
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "ts.key", "-out", "ts.csr",
            "-subj", "/CN=Test authority of time", "-config", "tsa.cnf")  # fmt: skip
    openssl("x509", "-req", "-in", "ts.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "ts.pem", "-days", "3650", "-extfile", "tsa.cnf",
            "-extensions", "ts")  # fmt: skip

    async def ask(request: bytes) -> bytes:
        (folder / "q.tsq").write_bytes(request)
        openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "a", "-queryfile", "q.tsq",
                "-signer", "ts.pem", "-inkey", "ts.key", "-out", "r.tsr")  # fmt: skip
        return (folder / "r.tsr").read_bytes()

    return Authority("Test authority of time", ask)


@pytest.mark.parametrize("for_log", [False, True])
def test_with_an_authority_the_seal_carries_its_date(tmp_path, page, tsa, for_log):
    from pyhanko.pdf_utils.reader import PdfFileReader

    seal = load_seal(tmp_path / "keys", "chat.example.org/log", NOW)
    signed = sign(page, seal, tsa, "test", for_log=for_log)
    if for_log:
        signed = sign_whole(signed, "case", Signer("x", Ed25519PrivateKey.generate()))
    path = tmp_path / "dated.pdf"
    path.write_bytes(signed)
    shown = subprocess.run(
        ["pdfsig", str(path)], check=False, capture_output=True, text=True
    ).stdout
    assert "Signature is Valid" in shown
    with path.open("rb") as file:
        [signature] = PdfFileReader(file).embedded_signatures
        [stamped] = [
            one
            for one in signature.signer_info["unsigned_attrs"]
            if one["type"].native == "signature_time_stamp_token"
        ]
        token = stamped["values"][0]["content"]
        names = [str(one.chosen.subject.human_friendly) for one in token["certificates"]]
    assert any("Test authority of time" in name for name in names)


def test_an_authority_that_is_down_is_an_error_of_its_own(tmp_path, page):
    seal = load_seal(tmp_path / "keys", "chat.example.org/log", NOW)

    async def down(request: bytes) -> bytes:
        raise OutboundError("nobody answers", where="tsa.example")

    async def noise(request: bytes) -> bytes:
        return os.urandom(100)

    with pytest.raises(OutboundError):
        sign(page, seal, Authority("tsa.example", down), "test")
    with pytest.raises(OutboundError):
        sign(page, seal, Authority("tsa.example", noise), "test")
