"""Codes of an app: those of RFC 6238, one step of skew, each once."""

from __future__ import annotations

import base64

import pytest

from rempart.cases.factors import (
    FactorKeys,
    code_at,
    new_recovery_codes,
    secret_text,
    step_of,
    totp_address,
)
from rempart.errors import StoreError

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_the_rfc(seconds: int, code: str) -> None:
    """RFC 6238, appendix B: its codes have eight digits, ours are their last six."""
    assert code_at(SECRET, seconds // 30) == code[-6:]


def test_a_clock_may_be_one_step_off_and_no_more() -> None:
    at_ms = 1_234_567_890_000
    now = at_ms // 1000 // 30
    for step in (now - 1, now, now + 1):
        assert step_of(SECRET, code_at(SECRET, step), at_ms) == step
    for step in (now - 2, now + 2):
        assert step_of(SECRET, code_at(SECRET, step), at_ms) is None
    for wrong in ("", "000000", "abc", "１２３４５６", code_at(SECRET, now) + "0"):
        assert step_of(SECRET, wrong, at_ms) is None
    spaced = code_at(SECRET, now)
    assert step_of(SECRET, f"{spaced[:3]} {spaced[3:]}", at_ms) == now


def test_an_app_reads_the_same_secret_from_picture_and_text() -> None:
    address = totp_address(SECRET, "Zoé & co", "Léa's chat")
    assert address.startswith("otpauth://totp/L%C3%A9a%27s%20chat:Zo%C3%A9%20%26%20co?secret=")
    assert base64.b32encode(SECRET).decode() in address
    assert secret_text(SECRET).replace(" ", "") in address


def test_the_stored_secret_opens_for_its_person_and_key_alone(tmp_path: object) -> None:
    keys = FactorKeys(b"k" * 32)
    sealed = keys.seal("moderator-1", SECRET)
    assert SECRET not in sealed
    assert keys.open("moderator-1", sealed) == SECRET
    for other, person in ((keys, "moderator-2"), (FactorKeys(b"x" * 32), "moderator-1")):
        with pytest.raises(StoreError):
            other.open(person, sealed)


def test_recovery_codes_carry_eighty_bits_and_differ() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 16 for code in codes)
