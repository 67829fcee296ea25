"""The facts that other implementations of the AT Protocol are held to: hashes, depths, signatures.

Figures of the public interoperability tests of the protocol (bluesky-social/atproto,
did-method-plc/did-method-plc).
"""

from __future__ import annotations

from base64 import b64decode

import pytest
from tests.atproto.repository import Link, Tree, cbor, level_of

from rempart.ingest.atproto.cbor import Cid, decode, encode
from rempart.ingest.atproto.keys import read_key
from rempart.ingest.atproto.tree import NotInTreeError, depth_of, find

DEPTHS = {
    b"": 0,
    b"asdf": 0,
    b"blue": 1,
    b"2653ae71": 0,
    b"88bfafc7": 2,
    b"2a92d355": 4,
    b"884976f5": 6,
    b"app.bsky.feed.post/454397e440ec": 4,
    b"app.bsky.feed.post/9adeb165882c": 8,
}
LEAF = "bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454"
TREES = {
    "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm": "",
    "bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu": "3fo",
    "bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai": "3fx",
    "bafyreicmahysq4n6wfuxo522m6dpiy7z7qzym3dzs756t5n7nfdgccwq7m": "3fp 3fr 3fs 3ft 4fc",
    "bafyreifnqrwbk6ffmyaz5qtujqrzf5qmxf7cbxvgzktl4e3gabuxbtatv4": "3fn 3fo 3fp 3fs 3ft 3fu",
    "bafyreie4kjuxbwkhzg2i5dljaswcroeih4dgiqq6pazcmunwt2byd725vi": "3fn 3fo 3fp 3ft 3fu",
    "bafyreiettyludka6fpgp33stwxfuwhkzlur6chs4d2v4nkmq2j3ogpdjem": (
        "3fo 3fp 3fr 3fs 3ft 3fz 4fc 4fd 4ff 4fg 4fh"
    ),
    "bafyreid2x5eqs4w4qxvc5jiwda4cien3gw2q6cshofxwnvv7iucrmfohpm": (
        "3fo 3fp 3fr 3fs 3ft 3fx 3fz 4fc 4fd 4ff 4fg 4fh"
    ),
    "bafyreidfcktqnfmykz2ps3dbul35pepleq7kvv526g47xahuz3rqtptmky": "3ft 3fz",
    "bafyreiavxaxdz7o7rbvr3zg2liox2yww46t7g6hkehx4i4h3lwudly7dhy": "3ft 3fx 3fz",
}
"""Roots of trees over keys `com.example.record/3jqfcqzm…2j`, all with the same leaf."""
P256 = "zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQo"
K256 = "zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc"
R_P256 = "2vZNsG3UKvvO/CDlrdvyZRISOFylinBh0Jupc6KcWo"
R_K256 = "5WpdIuEUUfVUYaozsi8G0B3cWO09cgZbIIwg1t2YKd"
SIGNATURES = [
    (P256, f"{R_P256}JWExHptCfduPleDbG3rko3YZnn9Lw0IjpixVmexJDegg", True),
    (K256, f"{R_K256}Un/FEznOndsz/qgiYb89zwxYCbB71f7yQK5Lr7NasfoA", True),
    (P256, f"{R_P256}Kp7O4VS9giSAah8k5IUbXIW00SuOrjfEqQ9HEkN9JGzw", False),
    (K256, f"{R_K256}XYA67MYxYiTMAVfdnkDCMN9S5B3vHosRe07aORmoshoQ", False),
]
"""Over the CBOR of `{"hello": "world"}`; those that do not hold have the higher s."""
LINK = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
PICTURE = "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity"
BYTES = b64decode("nFERjvLLiw9qm45JrqH9QTzyC2Lu1Xb4ne6+sBrCzI0=")


@pytest.mark.parametrize("key", DEPTHS)
def test_keys_stand_where_their_hash_says(key: bytes) -> None:
    assert depth_of(key) == level_of(key) == DEPTHS[key]


@pytest.mark.parametrize("root", TREES)
def test_the_tree_of_these_keys_has_the_known_root_and_every_key_is_found(root: str) -> None:
    keys = [f"com.example.record/3jqfcqzm{part}2j".encode() for part in TREES[root].split()]
    leaf = Cid.parse(LEAF)
    tree = Tree({key: Link(leaf.raw) for key in keys})
    assert tree.root.text == root
    blocks = {Cid(bytes(cid)): block for cid, block in tree.nodes.items()}
    for key in keys:
        assert find(blocks, Cid.parse(root), key) == leaf
    with pytest.raises(NotInTreeError):
        find(blocks, Cid.parse(root), b"com.example.record/3jqfcqzm3ga2j")


@pytest.mark.parametrize(("key", "signature", "holds"), SIGNATURES)
def test_signatures_hold_in_one_form_only(key: str, signature: str, holds: bool) -> None:
    message = b64decode("oWVoZWxsb2V3b3JsZA==")
    assert message == encode({"hello": "world"})
    made = b64decode(signature + "==")
    assert read_key(key).signed(message, made) is holds
    assert read_key(f"did:key:{key}").signed(message, made) is holds
    assert not read_key(key).signed(message + b"\0", made)


def test_records_have_the_known_content_identifiers() -> None:
    words = {
        "string": "abc",
        "unicode": "a~öñ©⽘☎𓋓😀👨\u200d👩\u200d👧\u200d👧",
        "integer": 123,
        "bool": True,
        "null": None,
        "array": ["abc", "def", "ghi"],
        "object": {"string": "abc", "number": 123, "bool": True, "arr": ["abc", "def", "ghi"]},
    }
    blob = {"$type": "blob", "ref": PICTURE, "mimeType": "image/jpeg", "size": 10000}
    known = {
        "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq": words,
        "bafyreihldkhcwijkde7gx4rpkkuw7pl6lbyu5gieunyc7ihactn5bkd2nm": {
            "a": Cid.parse(LINK),
            "b": BYTES,
            "c": {**blob, "ref": Cid.parse(PICTURE)},
        },
    }
    for cid, value in known.items():
        written = encode(value)
        assert str(Cid.of(written)) == cid
        assert decode(written) == value
    assert str(Cid.of(cbor(words))) in known, "and the simulator writes the same"
