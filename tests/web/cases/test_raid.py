"""A raid over HTTP: recognised as it arrives, undone in one call, exported as a file."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.web.exporting import exported
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit

SLOGAN = "you are a loser, leave this place, everybody here laughs about you"


LETTERS = "aeioulnrstm"
NAMES = ["ana", "Birk_7", "cloudy day", "DrTea", "elm", "foxglove", "Gus", "Hanna.K", "ixi", "jo"]
REGULARS = [
    {"id": name, "name": name, "created_at": f"{2012 + at}-0{1 + at % 9}-1{at}T0{at}:00:00Z"}
    for at, name in enumerate(NAMES)
]


def chatter(words: Random) -> str:
    """Sentences that nobody else writes."""
    return " ".join(
        "".join(words.choices(LETTERS, k=words.randint(2, 8))) for _ in range(words.randint(4, 9))
    )


def raid(count: int = 60) -> list[dict[str, Any]]:
    """Accounts of one night, one sentence, a minute."""
    now, words = datetime.now(UTC), Random(1)
    quiet = [
        message(
            text=chatter(words),
            sent_at=(now - timedelta(seconds=400 - number)).isoformat(),
            author=REGULARS[number % len(REGULARS)],
        )
        for number in range(300)
    ]
    attack = [
        message(
            text=f"{SLOGAN} {'!' * (number % 3)}",
            sent_at=(now - timedelta(seconds=60 - number)).isoformat(),
            author={
                "id": f"bot{number}",
                "name": f"hoss00{number:03d}",
                "created_at": (now - timedelta(days=1, seconds=number)).isoformat(),
            },
        )
        for number in range(count)
    ]
    return quiet + attack


@pytest.fixture(scope="module")
def raided(service: Service) -> dict[str, Any]:
    client = service.client(service.ingest_token)
    assert client.post("/api/v1/messages", json=raid()).status_code == 200
    cases = service.person.get("/api/v1/cases?kind=raid").json()["cases"]
    assert len(cases) == 1, cases
    return dict(cases[0])


def test_one_case_with_members_messages_and_measures(
    service: Service, raided: dict[str, Any]
) -> None:
    view = service.person.get(f"/api/v1/cases/{raided['id']}").json()
    assert len(view["raid"]["members"]) > 30
    assert view["measures"]
    assert all(one["message"]["text"].startswith(SLOGAN) for one in view["messages"])


def test_the_dossier_verifies_without_rempart_and_who_took_it_is_logged(
    service: Service, raided: dict[str, Any], tmp_path: Path
) -> None:
    path = f"/api/v1/cases/{raided['id']}/exports"
    assert service.client(service.token("admin")).post(path, json={}).status_code == 403
    admit(service, "Sacha", "moderator")
    second = service.sign_in("Sacha", PASSWORD)
    answer = exported(service.person, second, raided["id"], mandate="for the lawyer")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    checked = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with service.engine.read() as tables:
        told = [b for seq in tables.cases.sequences(raided["id"]) for b in tables.log.bodies(seq)]
    assert any(b'"access"' in body and b"for the lawyer" in body for body in told)


def test_the_raids_measures_are_undone_in_one_call(
    service: Service, raided: dict[str, Any]
) -> None:
    moderator = service.client(service.token("moderate", channels=["lea"]))
    other = service.client(service.token("moderate", channels=["zoe"]))
    path = f"/api/v1/raids/{raided['raid']}/undo"
    assert other.post(path).status_code == 404
    undone = moderator.post(path).json()["measures"]
    assert undone
    assert {one["state"] for one in undone} == {"undone"}
    assert moderator.post(path).json()["measures"] == [], "once is enough"
    view = moderator.get(f"/api/v1/cases/{raided['id']}").json()
    assert not [one for one in view["measures"] if one.get("state", "active") == "active"]


def test_a_shield_by_hand_goes_on_and_off(service: Service) -> None:
    moderator = service.client(service.token("moderate", channels=["lea"]))
    service.client(service.ingest_token).post("/api/v1/messages", json=message())
    on = moderator.post("/api/v1/targets/lea/shield", json={"minutes": 5})
    assert on.status_code == 201, on.text
    assert on.json()["measures"][0]["kind"] == "shield"
    wrong = moderator.post("/api/v1/targets/lea/shield", json={"minutes": 0})
    assert wrong.status_code == 400
    off = moderator.delete("/api/v1/targets/lea/shield").json()["measures"]
    assert {one["id"] for one in off} == {one["id"] for one in on.json()["measures"]}
    assert {one["state"] for one in off} == {"undone"}
