"""A post that its account signed is captured with the proof, and anybody can check it again.

Given a community whose member is hunted on a network of the AT Protocol, when a moderator captures
the post, then the log says who signed it, the court gets the proof, and no byte of it can change.
"""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.atproto.network import Network
from tests.atproto.repository import POSTS, Account
from tests.connect.platform_server import Reply
from tests.web.evidence.test_captures import a_case, ended, service
from tests.web.service import Service

from rempart.cases.evidence.provenance import Proof
from rempart.cases.evidence.source_proofs import level_of
from rempart.cli import main
from rempart.connect.capture.settings import CaptureSettings
from rempart.disclose.dossier.archive import pack, unpack
from rempart.ingest.atproto.names import RecordName
from rempart.ingest.atproto.proof import verify_proof
from rempart.log.keys import read_signer
from rempart.log.note import sign
from rempart.log.subjects import account_subject
from rempart.store.interface import Tables
from rempart.web.captures.desk import CaptureDesk

RKEY = "3l3qo2vuowo2b"
TEXT = "everybody shall know that she lives in the rue des Lilas"


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as running:
        yield running


def poster(network: Network, **given: Any) -> Account:
    account = network.account("bot.example.test", **given)
    account.fill(200)
    account.post(RKEY, TEXT, langs=["en"])
    return account


def link_of(network: Network) -> str:
    return f"{network.address}/profile/bot.example.test/post/{RKEY}"


def captured(running: Service, case: str, url: str) -> dict[str, Any]:
    asked = running.person.post(
        f"/api/v1/cases/{case}/captures", json={"url": url, "reason": "she is named there"}
    )
    assert asked.status_code == 201, asked.text
    return ended(running, case)


def exported(
    data: Path, case: str, out: Path, preset: str = "court", *more: str
) -> dict[str, bytes]:
    command = ["case", "export", case, "--data", str(data), "-o", str(out), "--for", preset, *more]
    made = rempart(*command)
    assert made.exit_code == 0, made.output
    return unpack(out.read_bytes())


def signed_anew(files: dict[str, bytes], data: Path) -> dict[str, bytes]:
    """The dossier with other words in the post, under the community's own signature."""
    signer = read_signer(data)
    changed = {
        name: content.replace(b"rue des Lilas", b"rue des Roses")
        if name.endswith("record.car")
        else content
        for name, content in files.items()
    }
    manifest = json.loads(changed["manifest.json"])
    for name in manifest["files"]:
        manifest["files"][name] = sha256(changed[name]).hexdigest()
    text = json.dumps(manifest).encode()
    digest = b64encode(sha256(text).digest()).decode()
    note = sign(f"{signer.name}/dossier\n{manifest['case']}\n{digest}\n", signer)
    return {**changed, "manifest.json": text, "manifest.sig": note.encode()}


def rempart(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_signed_post_is_proven_and_the_court_can_check_it(
    network: Network, tmp_path: Path
) -> None:
    account = poster(network)
    data = tmp_path / "data"
    with service(data, network.settings) as running:
        case = a_case(running)
        found = captured(running, case, link_of(network))
        assert found["state"] == "taken", found
        told = found["proof"]
        assert (told["state"], told["proof"]) == ("verified", "source-signed"), told
        assert told["record_name"] == f"at://{account.did}/{POSTS}/{RKEY}"
        assert (told["account"], told["handle"]) == (account.did, "bot.example.test")
        assert (told["text"], told["created_at"]) == (TEXT, "2026-03-01T20:14:03.250Z")
        assert (told["confirmed"], told["vouched"], told["operations"]) == (True, "history", 1)
        answer = running.person.get(f"/api/v1/captures/{found['id']}/proof")
        parts = unpack(answer.content)
        assert {name: sha256(part).hexdigest() for name, part in parts.items()} == told["files"]
        name = RecordName(account.did, POSTS, RKEY)
        assert verify_proof(name, parts).record["text"] == TEXT
        assert json.loads(parts["audit.json"]) == account.audit, "as the directory answered"
        page = running.person.get(f"/console/cases/{case}").text
        assert "Signed by the platform: checked" in page and TEXT in page
    out = tmp_path / "court.zip"
    files = exported(data, case, out)
    folder = f"proof/{found['id']}"
    assert {f"{folder}/{name}" for name in parts} <= set(files)
    assert "proof/README.txt" in files and b"source-signed" in files["reading.txt"]
    checked = rempart("verify", str(out))
    assert checked.exit_code == 0, checked.stdout
    assert f"at://{account.did}/{POSTS}/{RKEY} signed by the key of the account" in checked.stdout
    unpacked = tmp_path / "unpacked"
    for name, content in files.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_bytes(content)
    alone = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"], cwd=unpacked, capture_output=True, check=False
    )
    assert alone.returncode == 0, alone.stdout
    assert b"rempart verify" in alone.stdout, "who checks the platform's own signature"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_document_says_what_was_signed_and_what_that_does_not_prove(
    network: Network, tmp_path: Path, language: str
) -> None:
    account = poster(network)
    data = tmp_path / "data"
    with service(data, network.settings) as running:
        case = a_case(running)
        captured(running, case, f"at://{account.did}/{POSTS}/{RKEY}")
    out = tmp_path / "court.pdf"
    made = rempart(
        *("case", "export", case, "--data", str(data), "-o", str(out), "--language", language)
    )
    assert made.exit_code == 0, made.output
    read = subprocess.run(
        ["pdftotext", "-layout", str(out), "-"], capture_output=True, text=True, check=True
    )
    text = " ".join(read.stdout.split())
    words = {
        "en": (
            "1 captured post with the account's own signature",
            "signed by the platform",
            "held",
        ),
        "fr": (
            "1 publication capturée avec la signature",
            "signature de la plateforme",
            "détenait",
        ),
    }[language]
    assert all(word in text for word in (*words, TEXT, account.handle)), text
    checked = rempart("verify", str(out))
    assert checked.exit_code == 0 and "signed by the key of the account" in checked.output


def test_words_that_were_not_signed_are_found_although_the_log_holds(
    network: Network, tmp_path: Path
) -> None:
    """Even the community itself cannot put other words under somebody's signature."""
    poster(network)
    data = tmp_path / "data"
    with service(data, network.settings) as running:
        case = a_case(running)
        captured(running, case, link_of(network))
    files = exported(data, case, tmp_path / "court.zip")
    out = tmp_path / "forged.zip"
    out.write_bytes(pack(signed_anew(files, data)))
    checked = rempart("verify", str(out))
    assert checked.exit_code == 1
    assert "its files were changed" in checked.stdout
    assert "manifest and checkpoint" in checked.stdout, "for the log alone all of it holds"


@pytest.mark.parametrize("authority", ["did", "handle"])
def test_a_record_is_asked_for_by_its_own_address(
    network: Network, tmp_path: Path, authority: str
) -> None:
    account = poster(network)
    who = account.did if authority == "did" else account.handle
    with service(tmp_path / "data", network.settings) as running:
        case = a_case(running)
        found = captured(running, case, f"at://{who}/{POSTS}/{RKEY}")
        assert (found["state"], found["sha256"]) == ("taken", None)
        assert found["proof"]["proof"] == "source-signed"
        shown = running.person.get(f"/console/cases/{case}").text
        assert "Signed by the platform: checked" in shown
        assert f"/api/v1/captures/{found['id']}/warc" not in shown
        assert running.person.get(f"/api/v1/captures/{found['id']}/warc").status_code == 404
        odd = running.person.post(
            f"/api/v1/cases/{case}/captures", json={"url": "at://x/y", "reason": "just so"}
        )
        assert odd.status_code in (400, 422), odd.text


def test_what_does_not_hold_is_kept_with_the_reason_and_is_never_signed(
    network: Network, tmp_path: Path
) -> None:
    account = poster(network)
    forger = Account(account.handle, account.pds)
    forger.did, forger.records = account.did, account.records
    network.fail("getRecord", Reply(200, forger.proof(f"{POSTS}/{RKEY}")))
    data = tmp_path / "data"
    with service(data, network.settings) as running:
        case = a_case(running)
        found = captured(running, case, link_of(network))
        told = found["proof"]
        assert (told["state"], told["proof"]) == ("refused", "user-submitted")
        assert "has not signed" in told["why"]
        assert "text" not in told and "account" not in told, "no item is made of it"
        assert found["state"] == "taken", "the page was captured all the same"
        shown = running.person.get(f"/console/cases/{case}").text
        assert "Signature of the platform: does not hold" in shown and "has not signed" in shown
    out = tmp_path / "court.zip"
    files = exported(data, case, out)
    assert f"proof/{found['id']}/record.car" in files
    assert b"source-signed" not in files["reading.txt"]
    checked = rempart("verify", str(out))
    assert checked.exit_code == 0 and "proves nothing" in checked.stdout


def test_what_cannot_be_fetched_is_told(network: Network, tmp_path: Path) -> None:
    account = poster(network)
    network.accounts.clear()
    with service(tmp_path / "data", network.settings) as running:
        case = a_case(running)
        page = captured(running, case, link_of(network))
        assert page["state"] == "taken"
        assert (page["proof"]["state"], page["proof"]["proof"]) == ("missing", "user-submitted")
        assert "404" in page["proof"]["why"]
        alone = captured(running, case, f"at://{account.did}/{POSTS}/{RKEY}")
        assert alone["state"] == "failed" and "404" in alone["why"]
        assert running.person.get(f"/api/v1/captures/{alone['id']}/proof").status_code == 404


def test_a_key_that_only_a_domain_vouches_for_is_no_source_signature(
    network: Network, tmp_path: Path
) -> None:
    """Whoever keeps the domain's document could have written key and post: us, for example."""
    account = Account("lea.example.test", network.address, web="did:web:lea.example.test")
    account.post(RKEY, TEXT)
    name = RecordName(account.did, POSTS, RKEY)
    proven = verify_proof(name, account.files(f"{POSTS}/{RKEY}"))
    assert level_of(proven) is Proof.TRANSPORT


def test_an_edition_that_hides_a_part_has_no_proof_of_the_whole(
    network: Network, tmp_path: Path
) -> None:
    account = poster(network)
    other = network.account("other.example.test")
    account.records[f"{POSTS}/{RKEY}"]["facets"] = [
        {
            "index": {"byteStart": 0, "byteEnd": 9},
            "features": [{"$type": "app.bsky.richtext.facet#mention", "did": other.did}],
        }
    ]
    data = tmp_path / "data"
    with service(data, network.settings) as running:
        case = a_case(running)
        found = captured(running, case, f"at://{account.did}/{POSTS}/{RKEY}")
        assert found["proof"]["others"] == [other.did]
        plain = captured_again(running, network, account, case)
    car = f"proof/{found['id']}/record.car"
    for preset, more, whole, simple in (
        ("court", (), True, True),
        ("lawyer", (), False, True),
        ("police", (), False, True),
        ("other-party", (), False, False),
        ("public", (), False, False),
        ("court", ("--hide-word", "Lilas"), False, False),
    ):
        out = tmp_path / f"{preset}{len(more)}.zip"
        files = exported(data, case, out, preset, *more)
        assert (car in files) is whole, preset
        assert (f"proof/{plain['id']}/record.car" in files) is simple, preset
        told = said_in(files)
        if not whole and not more:
            assert other.did.encode() not in told, preset
        if more:
            at = told.find(b"Lilas")
            assert at < 0, told[max(0, at - 600) : at + 60]
        assert rempart("verify", str(out)).exit_code == 0


def said_in(files: dict[str, bytes]) -> bytes:
    """All of a dossier, with what its records disclose."""
    opened = [
        urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
        for line in files["records.jsonl"].splitlines()
        for disclosure in json.loads(line)["disclosures"]
    ]
    return b"".join([*files.values(), *opened])


def captured_again(
    running: Service, network: Network, account: Account, case: str
) -> dict[str, Any]:
    """A second post, without anything beside its words."""
    account.post("3l3qo2vuowo3c", "and her daughter's school in the rue des Lilas too")
    return captured(running, case, f"at://{account.did}/{POSTS}/3l3qo2vuowo3c")


def test_who_erases_the_account_has_erased_its_proofs(network: Network, tmp_path: Path) -> None:
    account = poster(network)
    data = tmp_path / "data"
    with service(data, network.settings) as running:
        case = a_case(running)
        found = captured(running, case, f"at://{account.did}/{POSTS}/{RKEY}")
        desk = CaptureDesk(running.engine, CaptureSettings(), data)
        assert desk.files.names() == [f"{found['id']}-proof"]

        def forget(tables: Tables) -> None:
            tables.keys.destroy_subjects([account_subject("atproto", account.did)])

        running.engine.write(forget).result()
        assert desk.drop_erased() == 1 and desk.files.names() == []
        told = running.person.get(f"/api/v1/cases/{case}/captures").json()[0]["proof"]
        assert told == {"state": "erased", "proof": "user-submitted"}
    for path in data.rglob("*"):
        if path.is_file():
            assert b"rue des Lilas" not in path.read_bytes(), path


def test_nothing_of_child_safety_is_proven(network: Network, tmp_path: Path) -> None:
    account = poster(network)
    with service(tmp_path / "data", network.settings) as running:
        body = {
            "category": "child_safety",
            "explanation": "look at this address",
            "links": ["https://page.example/thing"],
            "good_faith": True,
        }
        assert running.client().post("/api/v1/reports", json=body).status_code == 201
        case = running.person.get("/api/v1/cases").json()["cases"][0]["id"]
        asked = running.person.post(
            f"/api/v1/cases/{case}/captures",
            json={"url": f"at://{account.did}/{POSTS}/{RKEY}", "reason": "to have it"},
        )
        assert asked.status_code == 403
        assert network.asked == []
