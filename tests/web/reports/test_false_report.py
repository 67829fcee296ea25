"""A harasser reports his own threat as child safety: no court would get it. Two people say what it
is; and until then its text is nowhere, whichever case one looks in."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.exporting import WISH, agreed, exported, made
from tests.web.mine.test_incident_file import opened
from tests.web.service import Service, lines, message
from tests.web.team import PASSWORD, admit

THREAT = "I will kill you, I know where you live"
IT_IS = {"outcome": "uphold", "ground": "law", "harm": "threat", "reason": "A threat, seen there."}
CONFIRMED = {"outcome": "uphold", "ground": "law", "reason": "Referred to the authority."}


@pytest.fixture(scope="module")
def second(service: Service) -> httpx.Client:
    assert service.person.get("/api/v1/me").status_code == 200
    admit(service, "Sacha", "moderator")
    return service.sign_in("Sacha", PASSWORD)


def threatened(service: Service, room: str, text: str = THREAT) -> tuple[str, str]:
    """Its case, and the id of the message."""
    said = message(text=f"{text} {room}", channel=room, author={"id": f"u-{room}-{len(text)}"})
    service.client(service.ingest_token).post("/api/v1/messages", content=lines(said))
    cases = service.person.get("/api/v1/cases", params={"channel": room}).json()["cases"]
    (case,) = [one["id"] for one in cases if one["subject"] == said["id"]]
    return case, said["id"]


def called_child_safety(service: Service, id: str, why: str = "a child is in it") -> dict[str, Any]:
    body = {
        "category": "child_safety",
        "explanation": why,
        "message_ids": [id],
        "good_faith": True,
    }
    answer = service.client().post("/api/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def two_people_say(service: Service, second: httpx.Client, case: str) -> None:
    asked = service.person.post(f"/api/v1/cases/{case}/decisions", json=IT_IS)
    assert asked.status_code == 202, asked.text
    done = second.post(f"/api/v1/proposals/{asked.json()['id']}/confirm")
    assert done.status_code == 201, done.text


def test_once_two_people_said_what_it_is_the_dossier_holds_it_and_verifies(
    service: Service, second: httpx.Client, tmp_path: Path
) -> None:
    case, id = threatened(service, "falsely")
    called_child_safety(service, id)
    refused = service.person.post(f"/api/v1/cases/{case}/exports", json=WISH)
    assert refused.status_code == 409, "undecided"
    proposed = service.person.post(f"/api/v1/cases/{case}/decisions", json=IT_IS)
    assert proposed.status_code == 202, "one person alone closes no such case"
    refused = service.person.post(f"/api/v1/cases/{case}/exports", json=WISH)
    assert refused.status_code == 409, "one person alone"
    assert second.post(f"/api/v1/proposals/{proposed.json()['id']}/confirm").status_code == 201
    answer = exported(service.person, second, case)
    assert answer.status_code == 200, answer.text[:300]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as unpacked:
        unpacked.extractall(tmp_path)
    assert THREAT in (tmp_path / "reading.txt").read_text("utf-8")
    check = [sys.executable, "-I", "-S", "verify.py", "."]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_confirmed_is_in_no_dossier(service: Service) -> None:
    case, id = threatened(service, "confirmed")
    called_child_safety(service, id)
    done = service.person.post(f"/api/v1/cases/{case}/decisions", json=CONFIRMED)
    assert done.status_code == 201, done.text
    refused = service.person.post(f"/api/v1/cases/{case}/exports", json=WISH)
    assert refused.status_code == 409


def test_strangers_who_say_it_again_take_nothing_out_of_an_agreed_dossier(
    service: Service, second: httpx.Client
) -> None:
    case, id = threatened(service, "again")
    called_child_safety(service, id)
    two_people_say(service, second, case)
    dossier = agreed(service.person, second, case)
    made(service.person, dossier)
    for n in range(3):
        called_child_safety(service, id, f"a child is in it, I say it {n} times")
    assert second.post(f"/api/v1/exports/{dossier}/files/1").status_code == 200
    assert exported(service.person, second, case).status_code == 200


def test_what_one_case_sealed_no_other_place_shows(service: Service, second: httpx.Client) -> None:
    """The target's own pages, the chat, and the case that had been decided before."""
    case, id = threatened(service, "walked")
    me, target = service.person, opened(service, "walked")
    places = [
        (me, f"/api/v1/cases/{case}"),
        (me, f"/console/cases/{case}"),
        (me, f"/console/cases/{case}.json"),
        (me, "/console/channels/twitch/walked"),
        (me, "/console/channels/twitch/walked.json"),
        (me, f"/api/v1/cases/{case}/referrals"),
        (target, "/mine/file"),
        (target, "/mine/file.json"),
        (target, "/mine/folder"),
        (target, "/mine/folder.json"),
    ]
    done = me.post(f"/api/v1/cases/{case}/decisions", json=IT_IS)
    assert done.status_code == 201, done.text
    pack = {"place": "police", "language": "en"}
    assert THREAT in me.post(f"/api/v1/cases/{case}/referrals", json=pack).text
    before = {path: who.get(path) for who, path in places}
    assert {path for path, one in before.items() if one.status_code != 200} == set()
    assert sum(THREAT in one.text for one in before.values()) >= 7, "there it could be read"
    called_child_safety(service, id)
    others = me.get("/api/v1/cases", params={"channel": "walked", "state": "open"}).json()["cases"]
    (sealing,) = [one["id"] for one in others]
    assert sealing != case, "a case anew: it was answered with no decision of before"
    places += [
        (me, f"/api/v1/cases/{sealing}"),
        (me, f"/console/cases/{sealing}"),
    ]
    assert [path for who, path in places if THREAT in who.get(path).text] == []
    assert THREAT not in me.post(f"/api/v1/cases/{case}/referrals", json=pack).text
    search = {"kind": "words", "words": "where you live", "reason": "a look for the same words"}
    other, _ = threatened(service, "walked", "I will kill you soon, I know where you live too")
    found = me.post(f"/api/v1/cases/{other}/search", json=search)
    assert found.status_code == 200, found.text
    assert [one["id"] for one in found.json()["found"]["hits"] if one["id"] == id] == []
    two_people_say(service, second, sealing)
    assert THREAT in me.get(f"/api/v1/cases/{case}").text
    answer = exported(me, second, case)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as unpacked:
        assert THREAT in unpacked.read("reading.txt").decode()
