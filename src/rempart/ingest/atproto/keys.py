"""Keys and signatures of the AT Protocol (https://atproto.com/specs/cryptography).

ECDSA over SHA-256 on P-256 or secp256k1, 64 bytes r and s, and s the lower of the two that would
do: a signature has one form only. Keys are written as multikeys, also behind `did:key:`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from rempart.errors import VerificationError

DID_KEY: Final = "did:key:"
_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_POINT_BYTES: Final = 33
_LONGEST: Final = 60
SIGNATURE_BYTES: Final = 64


class _Curve(NamedTuple):
    name: str
    curve: ec.EllipticCurve
    order: int


_CURVES: Final = {
    b"\x80\x24": _Curve(
        "P-256",
        ec.SECP256R1(),
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
    b"\xe7\x01": _Curve(
        "secp256k1",
        ec.SECP256K1(),
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    ),
}
"""By the two bytes of their multicodec."""


class VerifyingKey(NamedTuple):
    """`text`: the multikey as it was written; `curve`: `P-256` or `secp256k1`."""

    text: str
    curve: str
    public: ec.EllipticCurvePublicKey
    order: int

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key signed the message; False also for a signature in another form."""
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if len(signature) != SIGNATURE_BYTES or not 0 < r < self.order:
            return False
        if not 0 < s <= self.order // 2:
            return False
        try:
            self.public.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def read_key(text: str) -> VerifyingKey:
    """A multikey, or a `did:key:` of one; VerificationError for another kind of key."""
    multikey = text.removeprefix(DID_KEY)
    data = _base58(multikey[1:]) if multikey[:1] == "z" else b""
    curve = _CURVES.get(data[:2])
    if curve is None or len(data) != 2 + _POINT_BYTES:
        raise VerificationError("not a P-256 or secp256k1 multikey", where=text[:_LONGEST])
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, data[2:])
    except (ValueError, UnsupportedAlgorithm) as error:
        raise VerificationError("a key that is no point of its curve", where=text) from error
    return VerifyingKey(multikey, curve.name, public, curve.order)


def _base58(text: str) -> bytes:
    """Of what begins with no zero byte; empty for what is none."""
    number = 0
    if not text or len(text) > _LONGEST or text[0] == _ALPHABET[0]:
        return b""
    for char in text:
        digit = _ALPHABET.find(char)
        if digit < 0:
            return b""
        number = number * 58 + digit
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
