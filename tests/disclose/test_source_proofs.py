"""What an entry says of a signed post is compared with the post, all of it: whoever holds the log's
key could else put words beside a signature that is not his."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from tests.atproto.repository import POSTS, Account

from rempart.cases.evidence.source_proofs import item_of
from rempart.disclose.dossier.source_proofs import check_proofs
from rempart.ingest.atproto.names import RecordName
from rempart.ingest.atproto.proof import verify_proof

RKEY = "3l3qo2vuowo2b"
REPLY = {"parent": {"uri": "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/1"}}


def url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def dossier(**forged: Any) -> dict[str, bytes]:
    """The files of a dossier with one proof, whose entry says what the post says, but for these."""
    account = Account("bot.example.test", "https://pds.example.test")
    account.post(RKEY, "everybody shall know", reply=REPLY)
    parts = account.files(f"{POSTS}/{RKEY}")
    proven = verify_proof(RecordName(account.did, POSTS, RKEY), parts)
    told = {
        "v": 1, "id": "cap-1", "case": "c-1", "at": "2026-03-01T20:20:00Z", "platform": "atproto",
        "state": "verified", "record_name": f"at://{account.did}/{POSTS}/{RKEY}",
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()},
        "source": {"via": "capture", "proof": "source-signed"},
        **{name: value for name, value in item_of(proven, True).items() if value is not None},
        **forged,
    }  # fmt: skip
    disclosure = url(json.dumps([url(b"s" * 16), "source_proof", told]).encode())
    digest = url(hashlib.sha256(disclosure.encode()).digest())
    leaf = f'{{"_sd":["{digest}"],"_sd_alg":"sha-256","v":1}}'
    line = {"index": 3, "leaf": leaf, "disclosures": [disclosure]}
    named = {f"proof/cap-1/{name}": data for name, data in parts.items()}
    return {"records.jsonl": json.dumps(line).encode() + b"\n", **named}


def test_what_the_entry_says_of_the_post_is_what_was_signed() -> None:
    found = check_proofs(dossier())
    assert found.failed == []
    assert "signed by the key of the account" in found.checked[0]


@pytest.mark.parametrize(
    "forged",
    [
        {"text": "other words"},
        {"more": json.dumps({"reply": "to a child"})},
        {"others": ["did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"]},
        {"server": "https://elsewhere.example"},
        {"rev": "3l3qo2vuowo2c"},
        {"operations": 9},
        {"created_at": "2026-03-01T08:00:00Z"},
    ],
)
def test_words_beside_the_signature_are_found(forged: dict[str, Any]) -> None:
    found = check_proofs(dossier(**forged))
    assert len(found.failed) == 1
    assert f"its entry says else than the signed record: {next(iter(forged))}" in found.failed[0]
