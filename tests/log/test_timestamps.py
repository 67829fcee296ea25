"""A token counts when everything in it holds, whoever sorted its certificates."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.authority import TestAuthority

from rempart.errors import InputError, VerificationError
from rempart.log.checkpoint import sign_checkpoint
from rempart.log.note import Signer
from rempart.log.timestamps import LENIENT, STRICT, ask, check_reply, imprint, read_chain

LOG = Signer("lyon.example/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NOTE = sign_checkpoint(LOG, 5, bytes(range(32)))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestAuthority]:
    with TestAuthority.running(tmp_path_factory.mktemp("tsa")) as running:
        yield running


def reply_to(authority: TestAuthority, mood: str) -> tuple[bytes, int]:
    authority.mood = mood
    question = ask(NOTE)
    return authority.answer(question.body)[1], question.nonce


@pytest.mark.parametrize(("mood", "verifier"), [("good", STRICT), ("unsorted", LENIENT)])
def test_a_token_says_when_and_who_checked_it(
    authority: TestAuthority, mood: str, verifier: str
) -> None:
    reply, nonce = reply_to(authority, mood)
    token = check_reply(reply, NOTE, read_chain(authority.root), nonce=nonce)
    assert token.checked_with == verifier
    assert token.policy == "1.2.3.4.1"
    assert abs((token.at - datetime.now(UTC)).total_seconds()) < 60
    assert check_reply(reply, NOTE, read_chain(authority.root)) == token


@pytest.mark.parametrize("mood", ["good", "unsorted"])
def test_openssl_accepts_what_we_keep(authority: TestAuthority, tmp_path: Path, mood: str) -> None:
    reply, _ = reply_to(authority, mood)
    (tmp_path / "checkpoint").write_text(NOTE)
    (tmp_path / "token.tsr").write_bytes(reply)
    (tmp_path / "chain.pem").write_text(read_chain(authority.root).pem)
    command = ["openssl", "ts", "-verify", "-in", "token.tsr", "-data", "checkpoint"]
    done = subprocess.run(
        [*command, "-CAfile", "chain.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Verification: OK" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ("wrong-nonce", "wrong nonce"),
        ("wrong-imprint", "wrong imprint"),
        ("expired", "does not verify: .*expired"),
        ("other-root", "does not verify"),
        ("flipped", "does not verify"),
        ("refusing", "the authority refused"),
        ("garbage", "not a time-stamp answer"),
    ],
)
def test_what_does_not_hold_is_refused(authority: TestAuthority, mood: str, why: str) -> None:
    reply, nonce = reply_to(authority, mood)
    with pytest.raises(VerificationError, match=why):
        check_reply(reply, NOTE, read_chain(authority.root), nonce=nonce)


def test_signed_data_with_the_right_certificate_is_a_token(authority: TestAuthority) -> None:
    """So that the next test refuses for the certificate and nothing else."""
    reply, nonce = reply_to(authority, "by-cms")
    token = check_reply(reply, NOTE, read_chain(authority.root), nonce=nonce)
    assert (token.policy, token.serial) == ("1.2.3.4.1", "7")


@pytest.mark.parametrize("mood", ["no-usage", "optional-usage", "more-usages"])
def test_a_certificate_that_is_not_for_time_stamps_alone_is_refused(
    authority: TestAuthority, mood: str
) -> None:
    """RFC 3161 §2.3: one extended key usage, time stamping, and critical: any certificate of the
    same issuer, a mail server's say, would date our log otherwise."""
    reply, nonce = reply_to(authority, mood)
    with pytest.raises(VerificationError, match="does not verify"):
        check_reply(reply, NOTE, read_chain(authority.root), nonce=nonce)


def test_a_time_without_its_policy_is_none(authority: TestAuthority) -> None:
    reply, nonce = reply_to(authority, "no-policy")
    with pytest.raises(VerificationError):
        check_reply(reply, NOTE, read_chain(authority.root), nonce=nonce)


def test_a_token_of_another_checkpoint_is_refused(authority: TestAuthority) -> None:
    reply, nonce = reply_to(authority, "good")
    other = sign_checkpoint(LOG, 6, bytes(range(32)))
    assert imprint(other) != imprint(NOTE)
    with pytest.raises(VerificationError, match="wrong imprint"):
        check_reply(reply, other, read_chain(authority.root), nonce=nonce)


@pytest.mark.parametrize("mood", ["good", "unsorted"])
def test_no_flipped_byte_moves_the_time(authority: TestAuthority, mood: str) -> None:
    """Some bytes of a token are under no signature; none of them says anything."""
    reply, nonce = reply_to(authority, mood)
    chain = read_chain(authority.root)
    token = check_reply(reply, NOTE, chain, nonce=nonce)
    accepted = 0
    for place in range(0, len(reply), 7):
        changed = bytearray(reply)
        changed[place] ^= 1
        try:
            again = check_reply(bytes(changed), NOTE, chain, nonce=nonce)
        except VerificationError:
            continue
        accepted += 1
        assert (again.at, again.serial, again.policy) == token[:3]
    unused = len((authority.folder / "root.pem").read_bytes()) if mood == "unsorted" else 0
    assert accepted < 10 + unused / 7


def test_a_chain_needs_its_root(authority: TestAuthority, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes((authority.folder / "tsa.pem").read_bytes())
    with pytest.raises(InputError, match="root certificate is missing"):
        read_chain(tmp_path / "ca.pem")
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(InputError, match="no certificates"):
        read_chain(tmp_path / "ca.pem")
