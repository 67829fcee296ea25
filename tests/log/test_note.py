"""Notes interoperate with C2SP, and a checkpoint says only what its key signed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.log import trees

from rempart.errors import InputError, LogError, VerificationError
from rempart.log import checkpoint, note

EXAMPLE = json.loads(
    (Path(__file__).parents[1] / "data" / "log" / "c2sp_note_vector.json").read_text()
)
SIGNER = note.Signer("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = note.Signer("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_the_example_of_the_specification_opens() -> None:
    key = note.PublicKey.parse(EXAMPLE["vkey"])
    assert key.vkey == EXAMPLE["vkey"]
    assert note.open_note(EXAMPLE["note"], key) == "This is an example message.\n"


def test_keys_survive_their_text_form() -> None:
    assert note.Signer.parse(SIGNER.skey + "\n").public == SIGNER.public
    assert note.PublicKey.parse(SIGNER.public.vkey + "\n") == SIGNER.public
    assert SIGNER.skey != OTHER.skey


@given(place=st.integers(0), change=st.integers(1, 127))
def test_any_changed_byte_of_a_note_is_refused(place: int, change: int) -> None:
    data = bytearray(note.sign("a text\nof two lines\n", SIGNER).encode())
    data[place % len(data)] ^= change
    with pytest.raises(VerificationError):
        note.open_note(data.decode("utf-8", "replace"), SIGNER.public)


@given(place=st.integers(0), change=st.integers(1, 127))
def test_any_changed_byte_of_a_vkey_is_refused(place: int, change: int) -> None:
    data = bytearray(SIGNER.public.vkey.encode())
    data[place % len(data)] ^= change
    with pytest.raises(InputError):
        note.PublicKey.parse("x" + data.decode("utf-8", "replace") + "x")
    with pytest.raises(InputError):
        note.PublicKey.parse(data.decode("utf-8", "replace"))


def test_a_key_of_the_same_name_is_another_key() -> None:
    with pytest.raises(VerificationError, match="not signed by the key"):
        note.open_note(note.sign("text\n", OTHER), SIGNER.public)


def test_a_witness_may_add_its_signature() -> None:
    signed = note.sign("text\n", SIGNER)
    both = signed + note.sign("text\n", OTHER).rpartition("\n\n")[2]
    assert note.open_note(both, SIGNER.public) == note.open_note(both, OTHER.public) == "text\n"


@pytest.mark.parametrize("text", ["", "no newline", "bell\x07\n", "\ud800\n"])
def test_texts_that_no_note_can_carry(text: str) -> None:
    with pytest.raises(InputError):
        note.sign(text, SIGNER)


def test_a_checkpoint_comes_back() -> None:
    root = trees.leaf_hash(b"")
    signed = checkpoint.sign_checkpoint(SIGNER, 12, root)
    assert checkpoint.open_checkpoint(signed, SIGNER.public) == ("example.org/log", 12, root)


def test_a_smaller_tree_is_never_signed() -> None:
    with pytest.raises(LogError, match="12 were signed"):
        checkpoint.sign_checkpoint(SIGNER, 11, trees.leaf_hash(b""), last=12)


ROOT = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="


@pytest.mark.parametrize(
    "text",
    [
        f"other.org/log\n1\n{ROOT}\n",
        f"example.org/log\n01\n{ROOT}\n",
        f"example.org/log\n-1\n{ROOT}\n",
        f"example.org/log\n1{'0' * 5000}\n{ROOT}\n",
        f"example.org/log\n0\n{ROOT}\n",
        "example.org/log\n1\nAAAA\n",
        "example.org/log\n1\n",
        f"example.org/log\n1\n\n{ROOT}\n",
    ],
)
def test_what_is_no_checkpoint_of_this_log_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        checkpoint.open_checkpoint(note.sign(text, SIGNER), SIGNER.public)
