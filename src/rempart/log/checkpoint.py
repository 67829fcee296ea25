"""Checkpoints (C2SP tlog-checkpoint): the signed size and root of the log.

The text is three lines: origin (the name of the log, which is its key's name), size in decimal,
root hash in base64. Whoever signs keeps one rule: never a smaller tree than was signed before.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import NamedTuple

from rempart.errors import LogError, VerificationError
from rempart.log.merkle import EMPTY_ROOT, HASH_BYTES
from rempart.log.note import PublicKey, Signer, open_note, sign


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The body of the note."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the body of a note; extension lines after the third are allowed and ignored."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or "" in lines[:-1]:
        raise VerificationError("a checkpoint has three lines: origin, size, root")
    origin, size, encoded = lines[:3]
    if not (size.isascii() and size.isdigit()) or str(int(size[:20])) != size:
        raise VerificationError("the size of a checkpoint is a decimal number", where=size[:40])
    try:
        root = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        root = b""
    if len(root) != HASH_BYTES or b64encode(root).decode() != encoded:
        raise VerificationError("the root of a checkpoint is base64 of 32 bytes")
    if size == "0" and root != EMPTY_ROOT:
        raise VerificationError("an empty log has the root SHA-256 of nothing")
    return Checkpoint(origin, int(size), root)


def sign_checkpoint(signer: Signer, size: int, root: bytes, *, last: int = 0) -> str:
    """The signed note of a tree; `last` is the size signed before. LogError when it shrank."""
    if size < last:
        raise LogError(
            f"the log has {size} entries, but {last} were signed before",
            next_step="this looks like an old backup; restore a newer one before going on",
        )
    return sign(Checkpoint(signer.name, size, root).text, signer)


def open_checkpoint(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint in a note that `key` signed for its own log."""
    checkpoint = parse_checkpoint(open_note(note, key))
    if checkpoint.origin != key.name:
        raise VerificationError(
            f"this checkpoint is of another log than {key.name}", where=checkpoint.origin
        )
    return checkpoint
