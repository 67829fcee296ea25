"""A record is proven by the bytes that its server answered, or it is not: nothing between."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from tests.atproto.repository import POSTS, Account, Key, car, cbor, link_to, varint

from rempart.errors import VerificationError
from rempart.ingest.atproto.car import MAX_BLOCKS, read_car
from rempart.ingest.atproto.cbor import decode, encode
from rempart.ingest.atproto.names import RecordName
from rempart.ingest.atproto.proof import Proven, beside_text, verify_proof
from rempart.ingest.atproto.tree import NotInTreeError

PDS = "https://pds.example.test"
KEY = f"{POSTS}/3l3qo2vuowo2b"
TEXT = "the whole house knows now where Léa lives"


@cache
def account(curve: type[ec.EllipticCurve] = ec.SECP256K1) -> Account:
    """With some hundred posts."""
    made = Account("bot.example.test", PDS, curve=curve)
    made.fill(300)
    made.post("3l3qo2vuowo2b", TEXT, langs=["en"])
    return made


def name(of: Account, key: str = KEY) -> RecordName:
    return RecordName(of.did, *key.split("/"))


def proven(of: Account, **files: bytes) -> Proven:
    given_files = of.files(KEY) | {name.replace("_", "."): data for name, data in files.items()}
    return verify_proof(name(of), given_files)


@pytest.mark.parametrize("curve", [ec.SECP256K1, ec.SECP256R1])
def test_a_post_among_hundreds_is_proven(curve: type[ec.EllipticCurve]) -> None:
    found = proven(account(curve))
    assert found.record["text"] == TEXT
    assert found.identity.handle == "bot.example.test"
    assert found.identity.history is not None
    assert found.blocks >= 4, "commit, some nodes, record"
    assert beside_text(found.record) == ""


def test_posts_everywhere_in_a_repository_can_be_proven() -> None:
    made = account()
    files = made.files(KEY)
    for key in [*made.records][::5]:
        found = verify_proof(name(made, key), {**files, "record.car": made.proof(key)})
        assert found.record == made.records[key]


def test_what_is_not_there_is_proven_not_to_be_there() -> None:
    made = account()
    gone = f"{POSTS}/3l3qo2vuowo2c"
    with pytest.raises(NotInTreeError, match="holds no such record"):
        verify_proof(name(made, gone), {**made.files(KEY), "record.car": made.proof(gone)})


CAR_OF = account().proof(KEY)
FILES = account().files(KEY)


@given(st.integers(0, len(CAR_OF) - 1), st.integers(1, 255))
def test_no_byte_of_the_proof_can_be_another(at: int, flip: int) -> None:
    changed = bytearray(CAR_OF)
    changed[at] ^= flip
    with pytest.raises(VerificationError):
        verify_proof(name(account()), {**FILES, "record.car": bytes(changed)})


@given(st.integers(0, len(CAR_OF) - 1))
def test_nor_can_it_be_cut_or_longer(at: int) -> None:
    for changed in (CAR_OF[:at], CAR_OF[at:], CAR_OF + CAR_OF[at:]):
        if changed != CAR_OF:
            with pytest.raises(VerificationError):
                verify_proof(name(account()), {**FILES, "record.car": changed})


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_nothing_breaks(data: bytes) -> None:
    for read in (decode, read_car):
        with suppress(VerificationError):
            read(data)


@given(st.binary(max_size=60))
def test_what_is_read_has_one_form(data: bytes) -> None:
    try:
        value = decode(data)
    except VerificationError:
        return
    assert encode(value) == data


def commit(**changed: Any) -> Callable[[dict[str, Any]], object]:
    return lambda told: told.update(changed)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (commit(did="did:plc:z72i7hdynmk6r22z27h6tvur"), "another account's"),
        (commit(version=2), "version 3"),
        (commit(version=True), "version 3"),
        (commit(rev="yesterday"), "without a number"),
        (commit(data=b"no link"), "version 3"),
        (commit(prev="no link"), "version 3"),
        (commit(more="x"), "version 3"),
        (commit(data=link_to(b"\xa0")), "missing"),
    ],
)
def test_a_commit_that_says_else_is_refused(
    change: Callable[[dict[str, Any]], object], why: str
) -> None:
    with pytest.raises(VerificationError, match=why):
        proven(account(), record_car=account().proof(KEY, change=change))


def test_the_other_form_of_a_signature_is_refused() -> None:
    with pytest.raises(VerificationError, match="has not signed"):
        proven(account(), record_car=account().proof(KEY, high=True))


def test_a_repository_signed_by_another_key_is_refused() -> None:
    other = Account("bot.example.test", PDS)
    other.did, other.records = account().did, account().records
    with pytest.raises(VerificationError, match="has not signed"):
        proven(account(), record_car=other.proof(KEY))


def test_a_document_with_another_key_than_its_history_is_refused() -> None:
    """Whoever forges the whole answer of a server would have to forge the history of the DID."""
    forger = Account("bot.example.test", PDS)
    forger.did, forger.records = account().did, account().records
    document = json.dumps(forger.document()).encode()
    with pytest.raises(VerificationError, match="than its signed history"):
        proven(account(), record_car=forger.proof(KEY), did_json=document)
    with pytest.raises(VerificationError, match="not an operation of this DID"):
        proven(
            account(),
            record_car=forger.proof(KEY),
            did_json=document,
            audit_json=json.dumps(Account("bot.example.test", PDS).audit).encode(),
        )


def test_without_its_history_a_key_is_nobodys() -> None:
    files = {name: data for name, data in FILES.items() if name != "audit.json"}
    with pytest.raises(VerificationError, match="history of this DID is not there"):
        verify_proof(name(account()), files)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(id="did:plc:z72i7hdynmk6r22z27h6tvur"),
        lambda told: told["verificationMethod"].append(told["verificationMethod"][0]),
        lambda told: told["verificationMethod"][0].update(type="JsonWebKey2020"),
        lambda told: told["verificationMethod"][0].update(controller="did:web:else.test"),
        lambda told: told["verificationMethod"][0].update(publicKeyMultibase=Key().multikey),
        lambda told: told["verificationMethod"][0].update(publicKeyMultibase="z" + "1" * 48),
        lambda told: told.update(service=[]),
        lambda told: told["service"][0].update(serviceEndpoint="https://else.test"),
        lambda told: told["service"][0].update(serviceEndpoint="https://me:pw@pds.example.test"),
        lambda told: told["service"][0].update(serviceEndpoint="https://pds.example.test/a?b"),
        lambda told: told.update(alsoKnownAs=["at://else.test"]),
    ],
)
def test_a_document_that_says_else_is_refused(change: Callable[[Any], object]) -> None:
    told = account().document()
    change(told)
    with pytest.raises(VerificationError):
        proven(account(), did_json=json.dumps(told).encode())


def test_the_key_of_a_domain_is_vouched_for_by_the_domain_alone() -> None:
    made = Account("lea.example.test", PDS, web="did:web:lea.example.test")
    made.post("3l3qo2vuowo2b", TEXT)
    found = verify_proof(name(made), made.files(KEY))
    assert found.identity.history is None


def test_a_record_of_another_kind_than_its_place_is_refused() -> None:
    made = Account("lea.example.test", PDS)
    made.post("3l3qo2vuowo2b", TEXT)
    made.records[KEY]["$type"] = "app.bsky.feed.like"
    with pytest.raises(VerificationError, match="another kind"):
        verify_proof(name(made), made.files(KEY))


def test_a_record_larger_than_the_protocol_allows_is_refused() -> None:
    """Its server is the attacker's own, and nothing there stops him."""
    made = Account("lea.example.test", PDS)
    made.post("3l3qo2vuowo2b", TEXT, padding=[None] * (1 << 20))
    with pytest.raises(VerificationError, match="at most 1 MB"):
        verify_proof(name(made), made.files(KEY))


def test_much_beside_the_text_is_counted_and_not_written_out() -> None:
    made = Account("lea.example.test", PDS)
    made.post("3l3qo2vuowo2b", TEXT, padding=[None] * 100_000)
    found = verify_proof(name(made), made.files(KEY))
    assert beside_text(found.record) == '{"$longer": 600013}'


def node(*entries: Any, left: Any = None) -> bytes:
    return cbor({"l": left, "e": list(entries)})


def entry(key: bytes, *, p: int = 0, t: Any = None) -> dict[str, Any]:
    return {"p": p, "k": key, "v": link_to(b"\xa0"), "t": t}


DEEP = b"com.example.record/3jqfcqzm3fx2j"
"""A key of level 2."""
FLAT = [f"com.example.record/3jqfcqzm{part}2j".encode() for part in ("3fp", "3fr", "3ft")]
"""Keys of level 0."""


@pytest.mark.parametrize(
    ("root", "why"),
    [
        (node(entry(DEEP), entry(FLAT[0])), "not in order"),
        (node(entry(FLAT[0]), entry(DEEP, p=28)), "not in order"),
        (node(entry(FLAT[0]), entry(FLAT[1])), "shortest form"),
        (node(entry(FLAT[0]), entry(b"r2j", p=-1)), "not in order"),
        (node(entry(b"")), "not in order"),
        (node(entry(FLAT[0], t=link_to(node()))), "below the lowest"),
        (node(left=link_to(node())), "empty node"),
        (cbor({"l": None, "e": [], "x": 1}), "not a node"),
        (cbor({"l": None, "e": [{"p": 0}]}), "not an entry"),
        (cbor({"l": None, "e": [{**entry(FLAT[0]), "p": True}]}), "not an entry"),
        (cbor({"l": "x", "e": [entry(FLAT[0])]}), "not a link"),
        (node(entry(DEEP, t=link_to(node(entry(FLAT[0]))))), "missing|another depth"),
    ],
)
def test_a_tree_that_is_not_as_it_must_be_is_refused(root: bytes, why: str) -> None:
    made = Account("lea.example.test", PDS)
    told = {"did": made.did, "version": 3, "data": link_to(root), "rev": made.rev, "prev": None}
    signed = cbor({**told, "sig": made.key.sign(cbor(told))})
    blocks = [signed, root, node(), node(entry(FLAT[0]))]
    files = made.files(KEY) | {"record.car": car(link_to(signed), blocks)}
    asked = RecordName(made.did, "com.example.record", "3jqfcqzm3fz2j")
    with pytest.raises(VerificationError, match=why):
        verify_proof(asked, files)


@pytest.mark.parametrize(
    "block",
    [
        b"\x18\x17",
        b"\x1a\x00\x00\x00\x18",
        b"\x9f\xff",
        b"\x5f\x41a\xff",
        b"\xfb" + b"\0" * 8,
        b"\xf9\x3c\x00",
        b"\xf7",
        b"\xc1\x00",
        b"\xa2\x61b\x01\x61a\x01",
        b"\xa2\x61a\x01\x61a\x01",
        b"\xa1\x01\x01",
        b"\x61\xff",
        b"\x63\xed\xa0\x80",
        b"\x9a\xff\xff\xff\xff",
        b"\x81" * 60 + b"\x00",
        b"\xd8\x2a\x41\x00",
        b"\x00\x00",
        b"",
    ],
)
def test_what_has_another_form_as_well_is_not_read(block: bytes) -> None:
    with pytest.raises(VerificationError):
        decode(block)


def test_a_file_with_more_than_a_proof_needs_is_refused_beyond_a_bound() -> None:
    made = account()
    signed = [cbor({"n": number}) for number in range(MAX_BLOCKS + 1)]
    with pytest.raises(VerificationError, match="at most"):
        read_car(car(link_to(signed[0]), signed))
    twice = car(link_to(signed[0]), [signed[0], signed[0]])
    with pytest.raises(VerificationError, match="twice"):
        read_car(twice)
    for odd in (
        cbor({"roots": [], "version": 1}),
        cbor({"roots": [link_to(b"")], "version": 2}),
        cbor({"version": 1}),
        b"",
    ):
        with pytest.raises(VerificationError):
            read_car(varint(len(odd)) + odd)
    assert proven(made)
