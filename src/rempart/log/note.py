"""Signed notes (C2SP signed-note) with Ed25519 keys.

A key signs notes (type 0x01) or is a witness's and cosigns them (type 0x04, see `cosignature`): the
type is part of its id, so that no signature of one kind passes for the other.

A note is a text that ends in a newline, an empty line, and one line per signature:
`— <key name> <base64 of key id and signature>`. Signatures of unknown keys are ignored, so that
witnesses can add theirs; a known key whose signature is wrong makes the whole note refused.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat as Private
from cryptography.hazmat.primitives.serialization import PublicFormat as Public

from rempart.errors import InputError, VerificationError

ED25519 = b"\x01"
COSIGNER = b"\x04"
MAX_SIGNATURES = 100
_PRIVATE_HEAD = "PRIVATE+KEY+"
_DASH = "\u2014 "


@dataclass(frozen=True)
class PublicKey:
    """Who may have signed: a name, an Ed25519 public key (32 bytes), and what it signs."""

    name: str
    public: bytes
    kind: bytes = ED25519

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.public) != 32:
            raise InputError("not the name and key of a signer", where=repr(self.name[:80]))

    @property
    def id(self) -> bytes:
        """The 4-byte key id: what a signature line carries to find its key."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The text form to publish: `name+id+key`."""
        return f"{self.name}+{self.id.hex()}+{b64encode(self.kind + self.public).decode()}"

    @property
    def fingerprint(self) -> str:
        """What people compare: SHA-256 over the vkey, in hexadecimal."""
        return "sha256:" + sha256(self.vkey.encode()).hexdigest()

    @classmethod
    def parse(cls, vkey: str, kind: bytes = ED25519) -> PublicKey:
        """Reads a vkey; InputError when it isn't one of this kind, or its id is not that of its
        key."""
        name, _, rest = vkey.strip().partition("+")
        data = decode_base64(rest.partition("+")[2])
        if len(data) != 33 or data[:1] != kind:
            what = "a witness's Ed25519 vkey" if kind == COSIGNER else "an Ed25519 vkey"
            raise InputError(f"not {what}: name+id+key", where=repr(vkey[:80]))
        key = cls(name, data[1:], kind)
        if key.vkey != vkey.strip():
            raise InputError("this vkey is damaged: its id is not that of its key", where=name)
        return key


@dataclass(frozen=True)
class Signer:
    """A name, an Ed25519 private key, and what it signs."""

    name: str
    private: Ed25519PrivateKey
    kind: bytes = ED25519

    @property
    def public(self) -> PublicKey:
        raw = self.private.public_key().public_bytes(Encoding.Raw, Public.Raw)
        return PublicKey(self.name, raw, self.kind)

    @property
    def skey(self) -> str:
        """The secret text form, for the key file: `PRIVATE+KEY+name+id+key`."""
        raw = self.private.private_bytes(Encoding.Raw, Private.Raw, NoEncryption())
        key = b64encode(self.kind + raw).decode()
        return f"{_PRIVATE_HEAD}{self.name}+{self.public.id.hex()}+{key}"

    @classmethod
    def parse(cls, skey: str) -> Signer:
        text = skey.strip()
        name, _, rest = text.removeprefix(_PRIVATE_HEAD).partition("+")
        data = decode_base64(rest.partition("+")[2])
        kind = data[:1]
        known = kind in (ED25519, COSIGNER)
        if not text.startswith(_PRIVATE_HEAD) or len(data) != 33 or not known:
            raise InputError("not the secret key of an Ed25519 signer")
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(data[1:]), kind)
        if signer.skey != text:
            raise InputError("this secret key is damaged: its id is not that of its key")
        return signer


def is_key_name(name: str) -> bool:
    """Names are not empty and carry neither `+` nor white space nor control characters."""
    return bool(name) and "+" not in name and name.isprintable() and " " not in name


def sign(text: str, signer: Signer) -> str:
    """The note: `text`, an empty line and the signature."""
    if not _is_note_text(text):
        raise InputError("the text of a note ends in a newline and has no control characters")
    signature = signer.public.id + signer.private.sign(text.encode())
    return f"{text}\n{signature_line(signer.name, signature)}"


def open_note(note: str, key: PublicKey) -> str:
    """The text of a note that `key` signed; VerificationError when it didn't, or it is damaged."""
    text, signatures = split_note(note)
    found = False
    for name, data in signatures:
        if name != key.name or data[:4] != key.id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(data[4:], text.encode())
        except InvalidSignature:
            raise VerificationError("the signature of this note is wrong", where=name) from None
        found = True
    if not found:
        raise VerificationError("this note is not signed by the key", where=key.name)
    return text


def signed_part(note: str, key: PublicKey) -> str:
    """A note that `key` signed, with one signature of this key and nothing that others added:
    whoever passes a note on may append lines of any length."""
    text = open_note(note, key)
    own = (data for name, data in split_note(note)[1] if (name, data[:4]) == (key.name, key.id))
    return f"{text}\n{signature_line(key.name, next(own))}"


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text and signatures (name, key id and signature), unverified."""
    text, gap, block = note.rpartition("\n\n")
    text += "\n"
    lines = block.split("\n")
    if not gap or lines.pop() or not lines or not _is_note_text(text):
        raise VerificationError("not a signed note")
    if len(lines) > MAX_SIGNATURES:
        raise VerificationError(f"a note has at most {MAX_SIGNATURES} signatures")
    signatures: list[tuple[str, bytes]] = []
    for line in lines:
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        data = decode_base64(encoded)
        if not (line.startswith(_DASH) and space and is_key_name(name) and len(data) > 4):
            raise VerificationError("a signature line of this note is damaged")
        signatures.append((name, data))
    return text, signatures


def _is_note_text(text: str) -> bool:
    if not text.endswith("\n"):
        return False
    return all(c == "\n" or (c >= " " and not "\ud800" <= c <= "\udfff") for c in text)


def signature_line(name: str, signature: bytes) -> str:
    """`signature` begins with the key id."""
    return f"{_DASH}{name} {b64encode(signature).decode()}\n"


def decode_base64(text: str) -> bytes:
    """Nothing when it is not the one spelling of its bytes."""
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""
    return data if b64encode(data).decode() == text else b""
