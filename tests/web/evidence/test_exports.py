"""A dossier leaves only on a mandate and when a second person agrees; the log keeps what left."""

from __future__ import annotations

import hashlib
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pyrage
import pytest
from tests.web.exporting import WISH, agreed, asked, exported, made
from tests.web.service import Service, csrf_in, lines, message
from tests.web.team import PASSWORD, admit

from rempart.log.commit import strict_json
from rempart.store.interface import Tables
from rempart.store.interface.erasure import ErasureRow
from rempart.store.residues import residues

THREAT = "I will kill you, I know where you live"


@pytest.fixture(scope="module")
def second(service: Service) -> httpx.Client:
    assert service.person.get("/api/v1/me").status_code == 200
    admit(service, "Sacha", "moderator")
    return service.sign_in("Sacha", PASSWORD)


@pytest.fixture(scope="module")
def case(service: Service) -> str:
    sent = service.client(service.ingest_token).post(
        "/api/v1/messages", content=lines(message(text=THREAT))
    )
    assert sent.status_code == 200
    return str(service.person.get("/api/v1/cases").json()["cases"][0]["id"])


def told(service: Service, case: str, name: str) -> list[dict[str, Any]]:
    found = []
    with service.engine.read() as tables:
        for seq in tables.cases.sequences(case):
            for body in tables.log.bodies(seq):
                _, kind, value = strict_json(body)
                if kind == name:
                    found.append(value)
    return found


def waits(client: httpx.Client) -> list[dict[str, Any]]:
    alarms = client.get("/console.json").json()["alarms"]
    return [one for one in alarms if one["what"] == "second_export"]


def test_one_person_alone_exports_nothing_not_even_an_admin(
    service: Service, second: httpx.Client, case: str
) -> None:
    me = service.person
    id = asked(me, case)["id"]
    assert waits(me) == []
    assert [(one["count"], one["case"]) for one in waits(second)] == [(1, case)]
    assert "1 export waits for you to agree" in second.get("/console").text
    assert me.post(f"/api/v1/proposals/{id}/confirm").status_code == 403
    assert me.post(f"/api/v1/exports/{id}/make").status_code == 403
    assert service.client(service.token("admin")).post(
        f"/api/v1/cases/{case}/exports", json=WISH
    ).status_code == 403  # fmt: skip
    refused = second.post(f"/api/v1/proposals/{id}/refuse", json={"reason": "no paper was seen"})
    assert refused.status_code == 201, refused.text
    assert waits(second) == []
    assert me.post(f"/api/v1/exports/{id}/make").status_code == 403
    (shown,) = [one for one in me.get(f"/api/v1/cases/{case}/exports").json() if one["id"] == id]
    assert shown["state"] == "refused"


def test_who_gets_it_why_who_agreed_and_its_hash_stand_in_the_log(
    service: Service, second: httpx.Client, case: str
) -> None:
    answer = exported(service.person, second, case)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    digest = hashlib.sha256(answer.content).hexdigest()
    access = told(service, case, "access")
    made_entry = [one for one in access if one["what"] == "export"][-1]
    assert made_entry["recipient"] == WISH["recipient"]
    assert made_entry["mandate"] == WISH["mandate"]
    assert made_entry["capacity"] == "judge"
    assert (made_entry["by"], made_entry["agreed_by"]) == ("moderator-1", "moderator-2")
    assert [one["files"] for one in access if one["what"] in ("exported", "taken")][-2:] == [
        [digest],
        [digest],
    ]


def test_nobody_gets_an_edition_beyond_their_capacity(service: Service, case: str) -> None:
    for capacity, edition in (("public", "lawyer"), ("other-party", "court"), ("lawyer", "court")):
        body = {**WISH, "capacity": capacity, "edition": edition}
        answer = service.person.post(f"/api/v1/cases/{case}/exports", json=body)
        assert answer.status_code in (400, 422), (capacity, edition)
    for wrong in ({"mandate": " "}, {"recipient": "…"}, {"age": ["AGE-SECRET-KEY-1"]}):
        answer = service.person.post(f"/api/v1/cases/{case}/exports", json={**WISH, **wrong})
        assert answer.status_code in (400, 422), wrong


def test_a_third_person_does_not_take_what_two_agreed_to(
    service: Service, second: httpx.Client, case: str
) -> None:
    id = agreed(service.person, second, case)
    admit(service, "Tamar", "moderator")
    third = service.sign_in("Tamar", PASSWORD)
    assert third.post(f"/api/v1/exports/{id}/make").status_code == 403
    made(service.person, id)
    assert third.post(f"/api/v1/exports/{id}/files/1").status_code == 403
    assert second.post(f"/api/v1/exports/{id}/files/1").status_code == 200


def test_a_signed_pdf_names_its_reader_and_who_agreed_on_its_pages(
    service: Service, second: httpx.Client, case: str, tmp_path: Path
) -> None:
    answer = exported(service.person, second, case, form="pdf", capacity="lawyer", edition="lawyer")
    assert answer.headers["content-type"] == "application/pdf"
    path = tmp_path / "dossier.pdf"
    path.write_bytes(answer.content)
    sealed = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in sealed.stdout
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    for page in text.split("\f")[:-1]:
        assert WISH["recipient"] in page
    assert "moderator 2" in text


def test_an_encrypted_dossier_opens_with_the_readers_key_and_debians_age(
    service: Service, second: httpx.Client, case: str, tmp_path: Path
) -> None:
    identity = pyrage.x25519.Identity.generate()
    answer = exported(service.person, second, case, age=[str(identity.to_public())])
    assert answer.headers["content-disposition"].endswith('.zip.age"')
    assert b"PK\x03\x04" not in answer.content[:200]
    (tmp_path / "key").write_text(f"{identity}\n")
    (tmp_path / "dossier.zip.age").write_bytes(answer.content)
    opened = subprocess.run(
        ["age", "--decrypt", "-i", "key", "dossier.zip.age"],
        cwd=tmp_path, capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert opened.startswith(b"PK\x03\x04")


def test_what_was_made_lies_encrypted_and_a_restart_forgets_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with Service.running(data) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        admit(service, "Sacha", "moderator")
        second = service.sign_in("Sacha", PASSWORD)
        service.client(service.ingest_token).post(
            "/api/v1/messages", content=lines(message(text=THREAT))
        )
        case = service.person.get("/api/v1/cases").json()["cases"][0]["id"]
        id = agreed(service.person, second, case)
        made(service.person, id)
        (kept,) = (data / "exports").iterdir()
        assert b"records.jsonl" not in kept.read_bytes()
    with Service.running(data) as service:
        assert list((data / "exports").iterdir()) == []


def test_a_reader_without_a_key_gets_a_passphrase_that_is_kept_nowhere(
    service: Service, second: httpx.Client, case: str
) -> None:
    id = agreed(service.person, second, case)
    made(service.person, id)
    path, words = f"/api/v1/exports/{id}/files/1", "mild otter paints seven harbours"
    for weak in ("short", "a" * 40, "abababababababababababab"):
        refused = service.person.post(path, json={"passphrase": weak})
        assert refused.status_code == 400 and "guessed" in refused.text
    assert service.person.post(path, content=b"{").status_code == 400
    taken = service.person.post(path, json={"passphrase": words})
    assert taken.status_code == 200, taken.text[:300]
    assert taken.headers["content-disposition"].endswith('.zip.age"')
    plain = service.person.post(path)
    assert pyrage.passphrase.decrypt(taken.content, words) == plain.content
    hashes = [one["files"] for one in told(service, case, "access") if one["what"] == "taken"]
    assert hashes[-2:] == [[hashlib.sha256(one.content).hexdigest()] for one in (taken, plain)], (
        "of the files as they were handed over"
    )
    page = second.post(f"/console/exports/{id}/files/1", data={"passphrase": words})
    assert pyrage.passphrase.decrypt(page.content, words) == plain.content
    assert residues(service.data, ["harbours"]) == []


def test_what_was_made_leaves_no_more_once_it_is_of_child_safety(
    service: Service, second: httpx.Client
) -> None:
    said = message(text=THREAT, channel="other", author={"id": "u-other"})
    service.client(service.ingest_token).post("/api/v1/messages", content=lines(said))
    (case,) = [
        one["id"]
        for one in service.person.get("/api/v1/cases").json()["cases"]
        if one["channel"] == "other"
    ]
    id = agreed(service.person, second, case)
    waiting = agreed(service.person, second, case)
    made(service.person, id)
    body = {
        "category": "child_safety",
        "explanation": "a child is in it",
        "message_ids": [said["id"]],
        "channel": "other",
        "good_faith": True,
    }
    assert service.client().post("/api/v1/reports", json=body).status_code == 201
    taken = second.post(f"/api/v1/exports/{id}/files/1")
    assert taken.status_code == 409, "it was made before anybody said so"
    assert "erased or closed" in taken.text
    for one in (id, waiting):
        second.post(f"/api/v1/exports/{one}/make")
        assert settled(second, case, one) == "a case of child safety leaves in no dossier"
    exported_of = [one["what"] for one in told(service, case, "access")]
    assert exported_of.count("exported") == 1
    assert "taken" not in exported_of


def test_what_was_made_leaves_no_more_once_another_case_says_child_safety_of_its_message(
    service: Service, second: httpx.Client
) -> None:
    """One message may be in two cases: what one of them closes, the other one's file still held."""
    told, other = (
        message(text=THREAT, channel="twice", author={"id": f"u-{name}"}) for name in "ab"
    )
    service.client(service.ingest_token).post("/api/v1/messages", content=lines(told, other))
    with service.engine.read() as tables:
        cases = {
            row.id: one["id"]
            for one in service.person.get("/api/v1/cases?channel=twice").json()["cases"]
            for row in tables.cases.messages(one["id"], 9)
        }
    case = cases[told["id"]]
    assert case != cases[other["id"]]
    id = agreed(service.person, second, case)
    made(service.person, id)
    pack = {"place": "police", "language": "en"}
    packs = f"/api/v1/cases/{case}/referrals"
    written = service.person.post(packs, json=pack).json()
    assert THREAT in str(written["said"])
    with service.engine.read() as tables:
        (row,) = tables.cases.messages(case, 9)
    joined = [(cases[other["id"]], row.seq)]  # as a raid's messages have cases of their own too
    service.engine.write(lambda tables: tables.cases.add_messages(joined)).result()
    body = {
        "category": "child_safety",
        "explanation": "a child is in it",
        "message_ids": [other["id"], told["id"]],
        "channel": "twice",
        "good_faith": True,
    }
    assert service.client().post("/api/v1/reports", json=body).status_code == 201
    taken = second.post(f"/api/v1/exports/{id}/files/1")
    assert taken.status_code == 409, "its message is of child safety now, by the other case"
    assert THREAT not in service.person.get(packs).text
    sent = service.person.post(f"/api/v1/referrals/{written['id']}/sent", json={"checked": True})
    assert sent.status_code == 409
    assert THREAT not in str(service.person.post(packs, json=pack).json()["said"])


def test_what_was_made_before_an_erasure_is_made_again(
    service: Service, second: httpx.Client, case: str
) -> None:
    id = agreed(service.person, second, case)
    made(service.person, id)
    by = service.engine.write(lambda tables: _erased(tables, "twitch/u-gone")).result()
    taken = service.person.post(f"/api/v1/exports/{id}/files/1")
    assert taken.status_code == 409, by
    made(service.person, id)
    assert service.person.post(f"/api/v1/exports/{id}/files/1").status_code == 200


def settled(client: httpx.Client, case: str, id: str) -> str:
    """Why it could not be made."""
    for _ in range(200):
        found = {one["id"]: one for one in client.get(f"/api/v1/cases/{case}/exports").json()}
        if found[id]["state"] != "making":
            break
        time.sleep(0.05)
    assert found[id]["state"] == "failed", found[id]
    return str(found[id]["why"])


def _erased(tables: Tables, subject: str) -> str:
    """An erasure that was carried out just now."""
    now_ms = time.time_ns() // 1_000_000
    row = ErasureRow(
        "x-done", "account", subject, "objection", "he wrote to us", "asked", "a", now_ms
    )
    tables.erasure.put(row)
    tables.erasure.put(row._replace(state="done", subject=None, confirmed_by="b",
                                    confirmed_ms=now_ms, closed_ms=now_ms))  # fmt: skip
    return row.id


def test_the_page_asks_shows_and_gives(service: Service, second: httpx.Client, case: str) -> None:
    html = {"accept": "text/html"}
    page = service.person.get(f"/console/cases/{case}/exports", headers=html)
    assert page.status_code == 200
    form = {**WISH, "csrf": csrf_in(page.text), "hide_words": "", "age": ""}
    asked_for = service.person.post(f"/console/cases/{case}/exports", data=form)
    assert asked_for.status_code == 303, asked_for.text[:500]
    (waiting,) = [
        one for one in second.get(
            f"/console/cases/{case}/exports", headers={"accept": "application/json"}
        ).json()["exports"]
        if one["state"] == "waits"
    ]  # fmt: skip
    shown = second.get(f"/console/cases/{case}/exports", headers=html)
    assert WISH["mandate"] in shown.text
    beside = second.get(f"/console/cases/{case}", headers=html).text
    assert WISH["recipient"] in beside
    back = {"csrf": csrf_in(shown.text), "back": f"/console/cases/{case}/exports"}
    done = second.post(f"/console/proposals/{waiting['id']}/confirm", data=back)
    assert done.status_code == 303
    begun = second.post(f"/console/exports/{waiting['id']}/make", data=back)
    assert begun.status_code == 303
    made(second, waiting["id"])
    ready = second.get(f"/console/cases/{case}/exports", headers=html).text
    assert f"/console/exports/{waiting['id']}/files/1" in ready
    taken = second.post(f"/console/exports/{waiting['id']}/files/1", data=back)
    assert taken.status_code == 200
    assert taken.content.startswith(b"PK")
