"""Which key speaks for an account is read from its signed history, whoever hands it over."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.atproto.repository import Account, Key

from rempart.errors import VerificationError
from rempart.ingest.atproto.plc import state_of

PDS = "https://pds.example.test"


def read(account: Account) -> Any:
    return state_of(account.did, json.dumps(account.audit).encode())


def operation(account: Account, **changed: Any) -> dict[str, Any]:
    body = {**account.audit[0]["operation"], **changed}
    return {name: part for name, part in body.items() if name not in ("sig", "prev")}


# The published history of the account of an app, from the tests of the method.
PUBLIC_DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
_KEYS = [
    "did:key:zQ3shhCGUqDKjStzuDxPkTxN6ujddP4RkEKJJouJGRRkaLGbg",
    "did:key:zQ3shpKnbdPx3g3CmPf5cRVTPe1HtSwVn5ish3wSnDPQCbLJK",
]
PUBLIC_KEY = "did:key:zQ3shXjHeiBuRCKmM36cuYnm7YEMzhGnCmCyW92sRJ9pribSF"
_CIDS = [
    "bafyreigp6shzy6dlcxuowwoxz7u5nemdrkad2my5zwzpwilcnhih7bw6zm",
    "bafyreihmuvr3frdvd6vmdhucih277prdcfcezf67lasg5oekxoimnunjoq",
]


def public_history() -> list[dict[str, Any]]:
    told = [
        (
            "at://bluesky-team.bsky.social",
            "9NuYV7AqwHVTc0YuWzNV3CJafsSZWH7qCxHRUIP2xWlB-YexXC1OaYAnUayiCXLVzRQ8WBXIqF-SvZdNalwcjA",
            "2023-04-12T04:53:57.057Z",
        ),
        (
            "at://bsky.app",
            "1mEWzRtFOgeRXH-YCSPTxb990JOXxa__n8Qw6BOKl7Ndm6OFFmwYKiiMqMCpAbxpnGjF5abfIsKc7u3a77Cbnw",
            "2023-04-12T17:26:46.468Z",
        ),
    ]
    pds = {"type": "AtprotoPersonalDataServer", "endpoint": "https://bsky.social"}
    return [
        {
            "did": PUBLIC_DID,
            "operation": {
                "sig": signature,
                "prev": None if number == 0 else _CIDS[0],
                "type": "plc_operation",
                "services": {"atproto_pds": pds},
                "alsoKnownAs": [name],
                "rotationKeys": _KEYS,
                "verificationMethods": {"atproto": PUBLIC_KEY},
            },
            "cid": _CIDS[number],
            "nullified": False,
            "createdAt": at,
        }
        for number, (name, signature, at) in enumerate(told)
    ]


def test_a_published_history_holds_and_says_which_key_signs() -> None:
    state = state_of(PUBLIC_DID, json.dumps(public_history()).encode())
    assert (state.key, state.pds, state.names) == (
        PUBLIC_KEY,
        "https://bsky.social",
        ("at://bsky.app",),
    )
    assert (state.head, state.operations) == (_CIDS[1], 2)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("verificationMethods", {"atproto": _KEYS[0]}),
        (
            "services",
            {"atproto_pds": {"type": "AtprotoPersonalDataServer", "endpoint": "https://x"}},
        ),
        ("alsoKnownAs", ["at://somebody.else.test"]),
        ("rotationKeys", _KEYS[:1]),
    ],
)
def test_a_changed_history_is_refused(part: str, value: Any) -> None:
    history = public_history()
    history[-1]["operation"][part] = value
    with pytest.raises(VerificationError, match="operation 1"):
        state_of(PUBLIC_DID, json.dumps(history).encode())


@pytest.mark.parametrize("legacy", [False, True])
def test_after_a_change_of_key_the_new_key_speaks(legacy: bool) -> None:
    account = Account("lea.example.test", PDS, legacy=legacy)
    first = account.key.did
    assert read(account).key == first
    account.change_key()
    assert read(account).key == account.key.did != first
    assert read(account).operations == 2


def test_a_stranger_cannot_add_an_operation() -> None:
    account = Account("lea.example.test", PDS)
    account.change_key(Key())
    with pytest.raises(VerificationError, match="none of the keys"):
        read(account)


def test_the_history_of_another_did_is_refused() -> None:
    account, other = Account("a.example.test", PDS), Account("b.example.test", PDS)
    with pytest.raises(VerificationError, match="not an operation of this DID"):
        state_of(account.did, json.dumps(other.audit).encode())
    renamed = [{**entry, "did": account.did} for entry in other.audit]
    with pytest.raises(VerificationError, match="hash of its first operation"):
        state_of(account.did, json.dumps(renamed).encode())


def test_a_signature_in_its_other_form_is_refused() -> None:
    account = Account("lea.example.test", PDS)
    prev = account.audit[-1]["cid"]
    account.operate(prev, operation(account), account.rotation[0], high=True)
    with pytest.raises(VerificationError, match="none of the keys"):
        read(account)


def recovered(by: int, after: timedelta, *, thief: int = 1) -> Account:
    """A rotation key was stolen: the thief changes all, then the account undoes it."""
    account = Account("lea.example.test", PDS)
    first = account.audit[0]["cid"]
    stolen = account.operate(
        first, operation(account, rotationKeys=[Key().did]), account.rotation[thief]
    )
    assert stolen
    account.operate(first, operation(account), account.rotation[by], after=after)
    return account


def test_a_stolen_account_is_recovered_with_a_stronger_key_within_three_days() -> None:
    account = recovered(0, timedelta(hours=72))
    assert [entry["nullified"] for entry in account.audit] == [False, True, False]
    assert read(account).key == account.key.did


@pytest.mark.parametrize(
    ("by", "after", "thief"),
    [
        (1, timedelta(hours=1), 1),
        (1, timedelta(hours=1), 0),
        (0, timedelta(hours=72, seconds=1), 1),
    ],
    ids=["the same key", "a weaker key", "too late"],
)
def test_and_not_otherwise(by: int, after: timedelta, thief: int) -> None:
    with pytest.raises(VerificationError, match="may not nullify"):
        read(recovered(by, after, thief=thief))


def test_what_was_nullified_must_be_said() -> None:
    account = recovered(0, timedelta(hours=1))
    account.audit[1]["nullified"] = False
    with pytest.raises(VerificationError, match="marked nullified"):
        read(account)


def test_for_an_ended_account_no_key_speaks() -> None:
    account = Account("lea.example.test", PDS)
    account.operate(account.audit[-1]["cid"], {"type": "plc_tombstone"}, account.rotation[0])
    with pytest.raises(VerificationError, match="no key speaks"):
        read(account)


@pytest.mark.parametrize("deep", [b"[" * 900 + b"]" * 900, b'{"a":' * 900 + b"1" + b"}" * 900])
def test_an_operation_without_a_floor_is_refused(deep: bytes) -> None:
    history = json.dumps(public_history()).encode()
    changed = history.replace(b'"plc_operation"', deep, 1)
    with pytest.raises(VerificationError, match="deeper"):
        state_of(PUBLIC_DID, changed)


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b"[1]", b'[{"did":1,"did":2}]', b"[1.5]", b"\xff", b"[" * 5_000, b"NaN"],
)
def test_what_is_no_history_is_refused(document: bytes) -> None:
    with pytest.raises(VerificationError):
        state_of(PUBLIC_DID, document)
