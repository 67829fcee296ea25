"""What a log and its witness say to each other (C2SP tlog-witness, `add-checkpoint`), as pure text.

The log sends the size that the witness knows, a proof that its tree only grew since, and its new
checkpoint. `judge` is the witness's whole rule: it never cosigns a smaller tree after a larger one,
nor two trees of which one does not begin with the other.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from rempart.errors import VerificationError
from rempart.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from rempart.log.merkle import HASH_BYTES, verify_consistency
from rempart.log.note import PublicKey, decode_base64, split_note

MAX_PROOF = 63
MAX_BODY = 64 * 1024
LARGEST = 2**63 - 1
SIZE_TYPE = "text/x.tlog.size"


class Submission(NamedTuple):
    """`old`: the size that the log believes the witness has cosigned last."""

    old: int
    proof: tuple[bytes, ...]
    note: str


class Claim(StrEnum):
    """What a refusal seems to say against a log. Only two roots of one size are proven by what the
    log signed: a proof is nobody's signature, and an older checkpoint is public."""

    TWO_ROOTS = "two-roots"
    NO_PROOF = "no-proof"
    SMALLER = "smaller"


class RefusedError(VerificationError):
    """The witness does not cosign. `status` is that of HTTP; `shown`: the checkpoint that the log
    signed, where the refusal seems to speak against it, and `claim` how."""

    def __init__(
        self,
        status: int,
        what: str,
        *,
        claim: Claim | None = None,
        shown: Checkpoint | None = None,
    ) -> None:
        super().__init__(what)
        self.status = status
        self.claim = claim
        self.shown = shown


def submission_body(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """What a log sends."""
    lines = [f"old {old}", *(b64encode(one).decode() for one in proof)]
    return ("\n".join(lines) + "\n\n" + note).encode()


def parse_submission(body: bytes) -> Submission:
    """Reads what a log sent; RefusedError (400) for anything else."""
    try:
        head, gap, note = body.decode().partition("\n\n")
        first, *proof = head.split("\n")
        word, _, digits = first.partition(" ")
        old = int(digits[:20]) if digits.isascii() and digits.isdigit() else -1
    except UnicodeDecodeError:
        raise RefusedError(400, "not UTF-8") from None
    if len(body) > MAX_BODY or not gap or word != "old" or old < 0 or str(old) != digits:
        raise RefusedError(400, "it begins with: old, a size, lines of proof, an empty line")
    if len(proof) > MAX_PROOF:
        raise RefusedError(400, f"a proof has at most {MAX_PROOF} lines")
    hashes = tuple(decode_base64(line) for line in proof)
    if any(len(one) != HASH_BYTES for one in hashes):
        raise RefusedError(400, "a line of proof is base64 of 32 bytes")
    return Submission(old, hashes, note)


def origin_of(note: str) -> str:
    """The log that a note claims to be of, unverified; RefusedError (400) for no checkpoint."""
    try:
        return parse_checkpoint(split_note(note)[0]).origin
    except VerificationError as error:
        raise RefusedError(400, error.what) from error


def judge(sent: Submission, key: PublicKey, known: Checkpoint | None) -> Checkpoint:
    """The checkpoint to cosign, or RefusedError with the status that the protocol wants.

    `known`: the last one cosigned for this log. The caller holds it still until the new one is
    durable.
    """
    try:
        fresh = open_checkpoint(sent.note, key)
    except VerificationError as error:
        raise RefusedError(403, error.what) from error
    if fresh.size > LARGEST:
        raise RefusedError(400, "no log has so many entries")
    if sent.old > fresh.size:
        raise RefusedError(400, f"old {sent.old} is larger than the checkpoint of {fresh.size}")
    size = known.size if known is not None else 0
    if known is not None and fresh.size == size and fresh.root != known.root:
        raise RefusedError(
            409, f"two roots were signed for {size} entries", claim=Claim.TWO_ROOTS, shown=fresh
        )
    if sent.old != size:
        claim = Claim.SMALLER if fresh.size < size else None
        raise RefusedError(
            409, f"{size} entries were cosigned before, not {sent.old}", claim=claim, shown=fresh
        )
    if known is None or not size:
        if sent.proof:
            raise RefusedError(422, "from an empty log there is no proof")
        return fresh
    try:
        verify_consistency(size, fresh.size, known.root, fresh.root, sent.proof)
    except VerificationError as error:
        raise RefusedError(422, error.what, claim=Claim.NO_PROOF, shown=fresh) from error
    return fresh
