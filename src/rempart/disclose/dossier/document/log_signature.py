"""The log's signature over a whole document, inside its seal.

A seal alone proves little: a forger can rewrite the pages and seal them anew with a key of his own.
So the key that signed the manifest of the evidence also signs the sealed document, every byte of it
but those 64 that its signature fills. They stand where nothing else can be added to a sealed PDF:
among the unsigned attributes of the seal (CMS, RFC 5652 §5.3), under an id of our own.

Rules kept here:

1. What is signed: the name of the log with `/document`, the case, and SHA-256 (hexadecimal) of what
   stands in the file before the signature and of what stands after it, a line each. So the place of
   the signature is signed too, and no part of the seal can be exchanged.
2. The manifest says that pages count only with this signature (`pages`): others are refused.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from rempart.disclose.dossier.verify import SIGNED
from rempart.log.note import Signer

_BYTES: Final = 64
_ATTRIBUTE: Final = bytes([0x30, len(SIGNED) // 2 + _BYTES]) + bytes.fromhex(SIGNED.decode())
"""In DER, up to the signature: a sequence of our id, 2.25 and a UUID (ITU-T X.667), and a set of
one octet string."""


def room(timestamper: Any) -> Any:
    """What pyhanko adds to a seal: the date of this authority, and room for the signature."""
    from asn1crypto.cms import CMSAttribute
    from pyhanko.sign.attributes import CMSAttributeProvider, UnsignedAttributeProviderSpec
    from pyhanko.sign.signers.pdf_cms import DefaultUnsignedAttributes

    class Room(CMSAttributeProvider):
        async def get_attribute(self, dry_run: bool = False) -> CMSAttribute:  # noqa: ARG002
            return CMSAttribute.load(_ATTRIBUTE + bytes(_BYTES))

    class Attributes(UnsignedAttributeProviderSpec):
        def unsigned_attr_providers(self, *args: Any, **named: Any) -> list[CMSAttributeProvider]:
            dated = DefaultUnsignedAttributes(timestamper)
            return [*dated.unsigned_attr_providers(*args, **named), Room()]

    return Attributes()


def sign_whole(sealed: bytes, case: str, signer: Signer) -> bytes:
    """The sealed document with the log's signature in the room that its seal keeps for it."""
    at = sealed.rindex(SIGNED + b"00" * _BYTES) + len(SIGNED)
    before, after = sealed[:at], sealed[at + 2 * _BYTES :]
    around = [sha256(part).hexdigest() for part in (before, after)]
    text = "\n".join([f"{signer.name}/document", case, *around, ""])
    signature = signer.private.sign(text.encode())
    return b"".join([before, signature.hex().upper().encode(), after])
