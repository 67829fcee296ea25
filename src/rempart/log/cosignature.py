"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519, `cosignature/v1`).

A witness says: at this time, this checkpoint was the largest I had seen of this log, and it began
with every one I had cosigned before. Its line stands under the checkpoint like any signature; the
time is inside it. Whoever does not know the key ignores the line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rempart.errors import VerificationError
from rempart.log.note import COSIGNER, PublicKey, Signer, signature_line, split_note

_TIME_BYTES = 8
_SIGNATURE_BYTES = 4 + _TIME_BYTES + 64
LATEST = 2**63 - 1
"""Times are seconds since the epoch, at most this."""


class Cosignature(NamedTuple):
    """`at_s`: when the witness signed, seconds since the epoch; `line` as it stands in a note."""

    witness: str
    at_s: int
    line: str


def cosign(note: str, signer: Signer, at_s: int) -> str:
    """The signature line of a witness under this note's text. The witness has checked it."""
    if signer.kind != COSIGNER or not 0 <= at_s <= LATEST:
        raise VerificationError("a cosignature needs the key of a witness and a time")
    text, _ = split_note(note)
    signature = signer.private.sign(_message(text, at_s))
    return signature_line(
        signer.name, signer.public.id + at_s.to_bytes(_TIME_BYTES, "big") + signature
    )


def cosignatures(note: str, keys: Iterable[PublicKey]) -> list[Cosignature]:
    """The cosignatures in this note by these witnesses, verified. Lines of other keys are ignored;
    a wrong signature of a known one is a VerificationError."""
    text, signatures = split_note(note)
    known = {(key.name, key.id): key for key in keys}
    found: list[Cosignature] = []
    for name, data in signatures:
        key = known.get((name, data[:4]))
        if key is None:
            continue
        if len(data) != _SIGNATURE_BYTES:
            raise VerificationError("a cosignature has 76 bytes", where=name)
        at_s = int.from_bytes(data[4 : 4 + _TIME_BYTES], "big")
        if at_s > LATEST:
            raise VerificationError("a cosignature has no such time", where=name)
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(
                data[4 + _TIME_BYTES :], _message(text, at_s)
            )
        except InvalidSignature:
            raise VerificationError("the cosignature is wrong", where=name) from None
        found.append(Cosignature(name, at_s, signature_line(name, data)))
    return found


def _message(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()
