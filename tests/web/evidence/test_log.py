"""The public log: tiles, bundles and proofs that a stranger can check, and nothing that tells."""

from __future__ import annotations

import re
import time
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from tests.log.trees import root_from_inclusion_proof
from tests.web.service import Service, message

from rempart.errors import InputError
from rempart.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from rempart.log.keys import read_public
from rempart.log.merkle import tree_hash
from rempart.web.service import run_service

LOG = "/api/v1/log"


ONLY_DIGESTS = re.compile(
    rb'\{"_sd":\["[A-Za-z0-9_-]{43}"(,"[A-Za-z0-9_-]{43}")*\],"_sd_alg":"sha-256","v":1\}'
)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> object:
    data: Path = tmp_path_factory.mktemp("log")
    (data / "settings.toml").write_text("[log]\ncheckpoint_seconds = 1\n")
    with Service.running(data) as service:
        client = service.client(service.ingest_token)
        items = [message(text="a secret word") for _ in range(600)]
        assert client.post("/api/v1/messages", json=items).status_code == 200
        deadline = time.monotonic() + 60
        while checkpoint(service).size < 600:
            assert time.monotonic() < deadline, "no checkpoint was signed"
            time.sleep(0.2)
        yield service


def checkpoint(service: Service) -> Checkpoint:
    answer = service.client().get(f"{LOG}/checkpoint")
    if answer.status_code == 404:
        return Checkpoint("", 0, b"")
    assert answer.headers["content-type"].startswith("text/plain")
    return open_checkpoint(answer.text, read_public(service.data))


def get(service: Service, place: str) -> httpx.Response:
    return service.client().get(f"{LOG}/tile/{place}")


def test_tiles_and_bundles_give_the_signed_root(checked: Service) -> None:
    signed = checkpoint(checked)
    widths = [256] * (signed.size // 256) + [signed.size % 256]
    hashes: list[bytes] = []
    leaves: list[bytes] = []
    for index, width in enumerate(widths):
        if not width:
            continue
        place = f"{index:03d}" + ("" if width == 256 else f".p/{width}")
        tile = get(checked, f"0/{place}").content
        hashes += [tile[i : i + 32] for i in range(0, len(tile), 32)]
        bundle = get(checked, f"entries/{place}").content
        while bundle:
            size = int.from_bytes(bundle[:2], "big")
            leaves.append(bundle[2 : 2 + size])
            bundle = bundle[2 + size :]
    assert len(hashes) == len(leaves) == signed.size
    assert [sha256(b"\0" + leaf).digest() for leaf in leaves] == hashes
    assert tree_hash(hashes) == signed.root
    # Digests and nothing else: no text, id, time or type could hide in such a leaf.
    assert all(ONLY_DIGESTS.fullmatch(leaf) for leaf in leaves)


def test_a_proof_leads_to_the_signed_root(checked: Service) -> None:
    for entry in (0, 255, 256, 599):
        told = checked.client().get(f"{LOG}/proof/{entry}").json()
        signed = parse_checkpoint(told["checkpoint"].split("\n\n")[0] + "\n")
        proof = [b64decode(one) for one in told["proof"]]
        leaf = sha256(b"\0" + b64decode(told["leaf"])).digest()
        assert root_from_inclusion_proof(leaf, entry, told["size"], proof) == signed.root


@pytest.mark.parametrize(
    "place", ["0/999", "0/000.p/0", "0/000.p/256", "0/000.p/x", "0/0", "0/x000/001", "9/000",
              "entries/../checkpoint", "x", "", "0/000.p/-1", "00/000", "0/٠٠٠", "0/002.p/255"],
)  # fmt: skip
def test_what_is_no_tile_is_not_found(checked: Service, place: str) -> None:
    assert get(checked, place).status_code == 404


def test_full_tiles_may_be_kept_and_the_checkpoint_may_not(checked: Service) -> None:
    assert "immutable" in get(checked, "0/000").headers["cache-control"]
    assert checked.client().get(f"{LOG}/checkpoint").headers["cache-control"] == "no-cache"


def test_an_entry_that_is_not_under_the_checkpoint_has_no_proof(checked: Service) -> None:
    assert checked.client().get(f"{LOG}/proof/999999").status_code == 404
    assert checked.client().get(f"{LOG}/proof/{2**70}").status_code == 404
    assert checked.client().get(f"{LOG}/proof/-1").status_code == 404


def test_monitors_are_given_the_prefix_that_was_set(tmp_path: Path) -> None:
    """Behind a proxy the page would show what only the proxy sees, or a stranger's Host."""
    with Service.running(tmp_path / "bare") as service:
        screen = service.person.get("/console/log.json").json()
        assert screen["guessed"] and screen["address"] == f"{service.address}{LOG}"
        assert "Nobody set the public address" in service.person.get("/console/log").text
    data = tmp_path / "proxied"
    data.mkdir()
    (data / "settings.toml").write_text(
        '[web]\npublic_url = "http://rempart.example/here"\n'
        '[log]\nmonitors_at = "https://log.example.org/rempart/"\n'
    )
    with Service.running(data) as service:
        screen = service.person.get("/console/log.json").json()
        assert not screen["guessed"]
        assert screen["address"] == "https://log.example.org/rempart"
        assert screen["witness_address"] == "http://rempart.example/here/api/v1/witness"
        assert "Nobody set the public address" not in service.person.get("/console/log").text
    (data / "settings.toml").write_text('[log]\nmonitors_at = "log.example.org"\n')
    with pytest.raises(InputError, match="monitors_at"):
        run_service(data, port=0)
