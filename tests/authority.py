"""A real time-stamp authority on the loopback: `openssl ts -reply` behind a small HTTP server.

`mood` says how it behaves next; everything it answers in a good mood is made by OpenSSL with a
fresh root and an RSA certificate for time stamps.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import core, parser, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """\
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/{signer}.pem
signer_key = {folder}/tsa.key
{certs}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""
_BY_CMS = ("no-usage", "optional-usage", "more-usages", "no-policy", "by-cms")


class TestAuthority:
    """`mood`: `good`, `unsorted` (certificates in an order that is no DER), `wrong-nonce`,
    `wrong-imprint`, `expired`, `other-root`, `slow`, `refusing`, `garbage`,
    `flipped` (a bit of the signature), `down` (500); with a certificate that OpenSSL's authority
    would not sign with (RFC 3161 2.3), so that its `cms` does: `no-usage`, `optional-usage` (not
    critical), `more-usages`; `by-cms`: signed so with the right one; `no-policy`: a time without
    the policy it was made under."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.mood = "good"
        self.asked = 0
        self.url = ""
        self._serial = threading.Lock()
        (folder / "serial").write_text("01\n")
        _make_certificates(folder)

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[TestAuthority]:
        authority = cls(folder)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.headers["content-type"] == "application/timestamp-query"
                status, reply = authority.answer(body)
                self.send_response(status)
                self.send_header("content-type", "application/timestamp-reply")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, format: str, *args: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        authority.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            server.server_close()

    def answer(self, question: bytes) -> tuple[int, bytes]:
        self.asked += 1
        mood = self.mood
        if mood == "down":
            return 500, b""
        if mood == "garbage":
            return 200, b"<html>it works</html>"
        if mood == "slow":
            time.sleep(30)
        asked = tsp.TimeStampReq.load(question)
        if mood == "wrong-nonce":
            asked["nonce"] = asked["nonce"].native ^ 1
        if mood == "wrong-imprint":
            asked["message_imprint"]["hashed_message"] = bytes(32)
        if mood == "refusing":
            asked["message_imprint"]["hash_algorithm"] = {"algorithm": "md5"}
            asked["message_imprint"]["hashed_message"] = bytes(16)
        reply = self.reply(asked.dump(force=True))
        return 200, reply[:-20] + bytes([reply[-20] ^ 1]) + reply[
            -19:
        ] if mood == "flipped" else reply

    def reply(self, question: bytes) -> bytes:
        signer = {"expired": "expired", "other-root": "other"}
        config = self.folder / "tsa.cnf"
        with self._serial:
            certs = f"certs = {self.root}" if self.mood == "unsorted" else ""
            if self.mood in _BY_CMS:
                return self._by_cms(question)
            config.write_text(
                _CONFIG.format(folder=self.folder, signer=signer.get(self.mood, "tsa"), certs=certs)
            )
            (self.folder / "question").write_bytes(question)
            command = ["openssl", "ts", "-reply", "-config", config, "-section", "tsa"]
            command += ["-queryfile", self.folder / "question"]
            return subprocess.run(command, capture_output=True, check=True).stdout

    def _by_cms(self, question: bytes) -> bytes:
        """The same token, signed by OpenSSL as any other signed data."""
        asked = tsp.TimeStampReq.load(question)
        parts = [
            core.Integer(1).dump(),
            core.ObjectIdentifier("1.2.3.4.1").dump() if self.mood != "no-policy" else b"",
            asked["message_imprint"].dump(),
            core.Integer(7).dump(),
            core.GeneralizedTime(datetime.now(UTC).replace(microsecond=0)).dump(),
            core.Integer(asked["nonce"].native).dump(),
        ]
        (self.folder / "info").write_bytes(parser.emit(0, 1, 16, b"".join(parts)))
        name = {"no-policy": "tsa", "by-cms": "tsa"}.get(self.mood, self.mood)
        command = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256"]
        command += ["-econtent_type", "1.2.840.113549.1.9.16.1.4", "-outform", "DER"]
        command += ["-signer", self.folder / f"{name}.pem", "-inkey", self.folder / "tsa.key"]
        command += ["-in", self.folder / "info"]
        token = subprocess.run(command, capture_output=True, check=True).stdout
        status = parser.emit(0, 1, 16, core.Integer(0).dump())
        return bytes(parser.emit(0, 1, 16, status + token))


def _make_certificates(folder: Path) -> None:
    now = datetime.now(UTC)
    root_key, other_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    key = rsa.generate_private_key(65537, 2048)
    (folder / "tsa.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )

    def save(name: str, certificate: x509.Certificate) -> None:
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))

    def root(key: ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
        return (
            _begin(name, name, key.public_key(), now - timedelta(30), now + timedelta(30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(sign=False), critical=True)
            .sign(key, hashes.SHA256())
        )

    def leaf(
        issuer: ec.EllipticCurvePrivateKey,
        name: str,
        begin: int,
        end: int,
        usages: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,),
        *,
        critical: bool = True,
    ) -> x509.Certificate:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())
        made = (
            _begin("A clock", name, key.public_key(), now + timedelta(begin), now + timedelta(end))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .add_extension(identifier, critical=False)
        )
        if usages:
            made = made.add_extension(x509.ExtendedKeyUsage(usages), critical=critical)
        return made.sign(issuer, hashes.SHA256())

    save("root", root(root_key, "A root"))
    save("other-root", root(other_key, "Another root"))
    save("tsa", leaf(root_key, "A root", -1, 20))
    save("expired", leaf(root_key, "A root", -9, -2))
    stamping, mail = ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION
    save("no-usage", leaf(root_key, "A root", -1, 20, ()))
    save("optional-usage", leaf(root_key, "A root", -1, 20, critical=False))
    save("more-usages", leaf(root_key, "A root", -1, 20, (stamping, mail)))
    save("other", leaf(other_key, "Another root", -1, 20))


def _begin(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    begin: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not sign,
        crl_sign=not sign,
        encipher_only=False,
        decipher_only=False,
    )
