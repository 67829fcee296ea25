"""What a witness cosigns, and what it never does."""

from __future__ import annotations

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.log.trees import subtrees_of

from rempart.errors import InputError, VerificationError
from rempart.log.checkpoint import Checkpoint, sign_checkpoint
from rempart.log.cosignature import cosign, cosignatures
from rempart.log.merkle import consistency_proof, leaf_hashes, tree_hash
from rempart.log.note import COSIGNER, PublicKey, Signer, decode_base64, open_note
from rempart.log.witnessing import (
    MAX_BODY,
    Claim,
    RefusedError,
    Submission,
    judge,
    parse_submission,
    submission_body,
)

LOG = Signer("lyon.example/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
WITNESS = Signer("brest.example/w", Ed25519PrivateKey.from_private_bytes(bytes(32)), COSIGNER)
HASHES = leaf_hashes([b"entry %d" % number for number in range(40)])


def note(size: int, hashes: list[bytes] = HASHES) -> str:
    return sign_checkpoint(LOG, size, tree_hash(hashes[:size]))


def known(size: int) -> Checkpoint:
    return Checkpoint(LOG.name, size, tree_hash(HASHES[:size]))


def proof(old: int, new: int, hashes: list[bytes] = HASHES) -> tuple[bytes, ...]:
    return tuple(consistency_proof(old, new, subtrees_of(hashes)))


def refused(sent: Submission, before: Checkpoint | None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        judge(sent, LOG.public, before)
    return caught.value


def test_the_message_and_the_key_id_are_those_of_the_specification() -> None:
    """C2SP tlog-cosignature: two lines before the note's text, the time in eight bytes."""
    signed = note(7)
    line = cosign(signed, WITNESS, 1679315147)
    data = decode_base64(line.split(" ")[2].rstrip("\n"))
    assert data[:4] == WITNESS.public.id
    assert int.from_bytes(data[4:12], "big") == 1679315147
    text = signed.partition("\n\n")[0] + "\n"
    message = b"cosignature/v1\ntime 1679315147\n" + text.encode()
    WITNESS.private.public_key().verify(data[12:], message)
    assert WITNESS.public.vkey.startswith(f"brest.example/w+{WITNESS.public.id.hex()}+B")


def test_a_cosigned_checkpoint_is_still_the_logs() -> None:
    cosigned = note(7) + cosign(note(7), WITNESS, 100)
    assert open_note(cosigned, LOG.public).splitlines()[1] == "7"
    assert [(one.witness, one.at_s) for one in cosignatures(cosigned, [WITNESS.public])] == [
        ("brest.example/w", 100)
    ]
    assert cosignatures(note(7), [WITNESS.public]) == []


def test_a_cosignature_of_another_tree_or_time_is_refused() -> None:
    line = cosign(note(7), WITNESS, 100)
    with pytest.raises(VerificationError, match="cosignature is wrong"):
        cosignatures(note(8) + line, [WITNESS.public])
    data = bytearray(decode_base64(line.split(" ")[2].rstrip("\n")))
    data[11] += 1
    with pytest.raises(VerificationError, match="cosignature is wrong"):
        forged = f"\u2014 {WITNESS.name} {b64encode(data).decode()}\n"
        cosignatures(note(7) + forged, [WITNESS.public])


def test_the_key_of_a_log_is_none_of_a_witness() -> None:
    with pytest.raises(InputError, match="witness"):
        PublicKey.parse(LOG.public.vkey, COSIGNER)
    with pytest.raises(InputError):
        PublicKey.parse(WITNESS.public.vkey)
    assert PublicKey.parse(WITNESS.public.vkey, COSIGNER) == WITNESS.public
    assert Signer.parse(WITNESS.skey).public == WITNESS.public


def test_the_first_checkpoint_and_every_growth_is_cosigned() -> None:
    assert judge(Submission(0, (), note(5)), LOG.public, None) == known(5)
    for old in range(1, 40):
        for new in range(old, 41):
            sent = Submission(old, proof(old, new), note(new))
            assert judge(sent, LOG.public, known(old)) == known(new)


def test_what_is_sent_is_read_back() -> None:
    sent = Submission(5, proof(5, 33), note(33))
    assert parse_submission(submission_body(*sent)) == sent


def test_a_smaller_checkpoint_is_a_conflict() -> None:
    error = refused(Submission(0, (), note(5)), known(9))
    assert (error.status, error.claim) == (409, Claim.SMALLER)
    error = refused(Submission(9, (), note(5)), known(9))
    assert error.status == 400


def test_two_roots_for_one_size_are_a_conflict_and_proof_against_the_log() -> None:
    other = [*HASHES[:8], *leaf_hashes([b"rewritten"])]
    error = refused(Submission(9, (), note(9, other)), known(9))
    assert (error.status, error.claim) == (409, Claim.TWO_ROOTS)


def test_a_rewritten_history_has_no_proof() -> None:
    other = [*HASHES[:3], *leaf_hashes([b"rewritten"]), *HASHES[4:]]
    error = refused(Submission(9, proof(9, 30, other), note(30, other)), known(9))
    assert (error.status, error.claim) == (422, Claim.NO_PROOF)
    error = refused(Submission(0, proof(9, 30), note(30)), None)
    assert error.status == 422


def test_a_size_that_no_table_holds_is_refused() -> None:
    signed = sign_checkpoint(LOG, 2**63, bytes(32))
    assert refused(Submission(0, (), signed), None).status == 400


def test_another_key_is_forbidden() -> None:
    stranger = Signer(LOG.name, Ed25519PrivateKey.generate())
    signed = sign_checkpoint(stranger, 5, tree_hash(HASHES[:5]))
    assert refused(Submission(0, (), signed), None).status == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1",
        b"old 01\n\n" + note(5).encode(),
        b"old -1\n\n" + note(5).encode(),
        b"old 5 \n\n" + note(5).encode(),
        "old ٣\n\n".encode() + note(5).encode(),
        b"new 5\n\n" + note(5).encode(),
        b"old 5\nAAAA\n\n" + note(5).encode(),
        b"old 5\n" + b64encode(bytes(32)) * 64 + b"\n\n" + note(5).encode(),
        b"old 5\n" + (b64encode(bytes(32)) + b"\n") * 64 + b"\n" + note(5).encode(),
        b"old 5\n\n\xff",
        b"old 0\n\n" + b"x" * MAX_BODY,
    ],
)
def test_what_is_no_submission_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_submission(body)
    assert caught.value.status == 400
