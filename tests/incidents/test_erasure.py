"""An account is forgotten by a running service: asked over HTTP, then gone from every byte.

The service hears a hate raid and single insults; people report, read, decide and export. One
account asks to be forgotten; nobody else's evidence suffers.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

from tests.engine.test_erasing import NAME, SUBJECT, TEXT, WORDS, raid_with_the_subject
from tests.web.service import Service, message
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit

from rempart.cli.verify import check, check_log
from rempart.store.residues import residues

DAY = 86_400.0
SOUGHT = (SUBJECT, NAME, *WORDS)


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


def _case_of(service: Service, channel: str) -> str:
    end = time.monotonic() + 60
    while True:
        found = service.person.get("/api/v1/cases", params={"limit": 100}).json()["cases"]
        for one in found:
            if one["channel"] == channel:
                return str(one["id"])
        assert time.monotonic() < end, found
        time.sleep(0.1)


def _decide(service: Service, case: str, reason: str) -> None:
    body: dict[str, Any] = {"outcome": "uphold", "ground": "terms", "reason": reason}
    answer = service.person.post(f"/api/v1/cases/{case}/decisions", json=body)
    assert answer.status_code in (200, 201), answer.text


def _state(service: Service, id: str) -> str:
    found = service.person.get("/api/v1/erasure").json()["requests"]
    return str(next(one for one in found if one["id"] == id)["state"])


def test_an_account_is_forgotten_by_a_running_service(tmp_path: Path) -> None:
    data, clock = tmp_path / "data", Clock()
    data.mkdir()
    with Service.running(data, clock=clock) as service:
        admit(service, "Ada", "admin")
        second = service.sign_in("Ada", OTHERS)
        bot = service.client(service.ingest_token)
        bot.post(
            "/api/v1/messages",
            content=b"\n".join(raid_with_the_subject()),
            headers={"content-type": "application/x-ndjson"},
        )
        rude = message(id="own-1", channel="zoe", author={"id": SUBJECT, "name": NAME}, text=TEXT)
        other = message(
            channel="kim", author={"id": "u-kim"}, text="you are a loser, kill yourself"
        )
        bot.post("/api/v1/messages", json=[rude, other])
        report = {
            "category": "harassment",
            "explanation": f"{NAME} told me about his {WORDS[0]}",
            "text": TEXT,
            "message_ids": ["own-1"],
            "good_faith": True,
            "contact": {"name": "Zoe", "email": "zoe@example.org"},
        }
        assert service.client().post("/api/v1/reports", json=report).status_code in (200, 201)
        own, of_another = _case_of(service, "zoe"), _case_of(service, "kim")
        for path in ("/console", "/console/queue", f"/console/cases/{own}", "/console/channels"):
            assert service.person.get(path).status_code == 200
        _decide(service, own, f"{NAME} wrote: {TEXT}")
        _decide(service, of_another, "an insult against a person, meant to hurt")
        with service.engine.read() as tables:
            assert tables.log.size() > 50
        assert residues(data, SOUGHT), "before, it is there"
        asked = service.person.post(
            "/api/v1/erasure",
            json={
                "kind": "account",
                "subject": f"twitch/{SUBJECT}",
                "basis": "objection",
                "reason": f"{NAME} wrote a letter",
            },
        ).json()
        confirmed = second.post(f"/api/v1/erasure/{asked['id']}/confirm").json()
        assert confirmed["state"] == "needed", "what was decided can be contested for six months"
        dossier = _dossier(service, of_another)
        (tmp_path / "other.zip").write_bytes(dossier)
        for case in _open_cases(service):
            _decide(service, case, "an attack by accounts made for it")
        clock.ahead += 193 * DAY
        end = time.monotonic() + 60
        while _state(service, asked["id"]) != "done":
            assert time.monotonic() < end, _state(service, asked["id"])
            time.sleep(0.2)
        time.sleep(2.5)
        assert residues(data, SOUGHT) == [], "while the service runs"
        for path in ("/console", "/console/queue", f"/console/cases/{own}", "/console/erasure"):
            page = service.person.get(path)
            assert page.status_code == 200
            assert not [word for word in SOUGHT if word in page.text], path
        live = service.client(service.token("read"))
        assert live.get("/healthz").status_code == 200
    assert residues(data, SOUGHT) == [], "and after it has stopped"
    assert not check_log(data, None).failed
    assert not check(tmp_path / "other.zip", None).failed
    assert zipfile.ZipFile(io.BytesIO(dossier)).testzip() is None
    with Service.running(data, clock=clock) as again:
        assert again.client().get("/healthz").status_code == 200
        with again.engine.read() as tables:
            gone = [row for row in tables.erasure.rows() if row.state == "done"]
        assert json.loads(gone[0].counts)["messages"] >= 2


def _open_cases(service: Service) -> list[str]:
    query = {"limit": 100, "state": "open"}
    found = service.person.get("/api/v1/cases", params=query).json()["cases"]
    return [one["id"] for one in found]


def _dossier(service: Service, case: str) -> bytes:
    from datetime import UTC, datetime

    from tests.disclose.exporting import export_dossier

    out = io.BytesIO()
    with service.engine.read() as tables:
        export_dossier(tables, case, out, service.engine.signer, datetime.now(UTC))
    return out.getvalue()
