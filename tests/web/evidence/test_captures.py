"""A page is captured for a case on request, kept sealed, and never for child safety."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.connect.local_server import LocalServer, answering, http, in_a_thread
from tests.web.service import Service, lines, message

from rempart.connect.capture.settings import CaptureSettings
from rempart.disclose.dossier.archive import unpack
from rempart.store.interface import Tables
from rempart.web.captures.desk import CaptureDesk

PAGE = b"<!doctype html><meta charset=utf-8><title>A thread</title><p>SECRET-OF-THE-PAGE"
ON = '[capture]\non = true\nchromium = ""\nallow = ["127.0.0.1"]\n'


def page_server() -> AbstractContextManager[LocalServer]:
    return in_a_thread(answering(http(200, PAGE, "content-type: text/html; charset=utf-8")))


@contextmanager
def service(data: Path, settings: str = ON) -> Iterator[Service]:
    data.mkdir(exist_ok=True)
    (data / "settings.toml").write_text(settings)
    with Service.running(data) as running:
        yield running


def a_case(service: Service) -> str:
    """A held message's case."""
    held = message(text="I will kill you, I know where you live")
    service.client(service.ingest_token).post("/api/v1/messages", content=lines(held))
    return str(service.person.get("/api/v1/cases").json()["cases"][0]["id"])


def ended(service: Service, case: str) -> dict[str, Any]:
    for _ in range(200):
        found: list[dict[str, Any]] = service.person.get(f"/api/v1/cases/{case}/captures").json()
        if found and found[-1]["state"] != "asked":
            return found[-1]
        time.sleep(0.05)
    raise AssertionError("the capture did not end")


def test_a_page_is_captured_and_its_hash_stands_in_the_log(tmp_path: Path) -> None:
    with page_server() as server, service(tmp_path / "data") as running:
        case = a_case(running)
        url = f"http://127.0.0.1:{server.port}/thread"
        asked = running.person.post(
            f"/api/v1/cases/{case}/captures", json={"url": url, "reason": "she is named there"}
        )
        assert asked.status_code == 201, asked.text
        found = ended(running, case)
        assert found["state"] == "taken", found
        warc = running.person.get(f"/api/v1/captures/{found['id']}/warc")
        assert sha256(warc.content).hexdigest() == found["sha256"]
        assert warc.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in warc.headers["content-security-policy"]
        shown = running.person.get(f"/console/cases/{case}").text
        assert url in shown and found["sha256"] in shown
        desk = CaptureDesk(running.engine, CaptureSettings(), tmp_path / "data")
        assert desk.drop_erased() == 0 and desk.files.names() == [found["id"]]

        def forget(tables: Tables) -> None:
            row = tables.captures.get(found["id"])
            assert row is not None and row.done_seq is not None
            tables.log.erase([row.done_seq])

        running.engine.write(forget).result()
        assert desk.drop_erased() == 1 and desk.files.names() == []
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert b"SECRET-OF-THE-PAGE" not in path.read_bytes(), path


def test_a_page_that_cannot_be_had_is_told_with_why(tmp_path: Path) -> None:
    with service(tmp_path / "data") as running:
        case = a_case(running)
        running.person.post(
            f"/api/v1/cases/{case}/captures",
            json={"url": "https://10.0.0.1/inside", "reason": "to look inside"},
        )
        found = ended(running, case)
        assert found["state"] == "failed"
        assert "not public" in found["why"]


def test_switched_off_nothing_can_be_asked_for(tmp_path: Path) -> None:
    with service(tmp_path / "data", "") as running:
        case = a_case(running)
        asked = running.person.post(
            f"/api/v1/cases/{case}/captures",
            json={"url": "https://page.example/", "reason": "just so"},
        )
        assert asked.status_code == 409
        assert "switched off" in asked.text
        assert "switched off" in running.person.get(f"/console/cases/{case}").text


def test_nothing_of_child_safety_is_captured(tmp_path: Path) -> None:
    with page_server() as server, service(tmp_path / "data") as running:
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
            json={"url": f"http://127.0.0.1:{server.port}/thing", "reason": "to have it"},
        )
        assert asked.status_code == 403
        assert running.person.get(f"/api/v1/cases/{case}/captures").json() == []


def test_another_address_than_a_page_is_refused_at_once(tmp_path: Path) -> None:
    with service(tmp_path / "data") as running:
        case = a_case(running)
        for url in ("file:///etc/passwd", "https://me:pw@page.example/", "ftp://page.example/"):
            asked = running.person.post(
                f"/api/v1/cases/{case}/captures", json={"url": url, "reason": "just so"}
            )
            assert asked.status_code == 422 or asked.status_code == 400, (url, asked.text)
            assert "pw" not in asked.text


def test_a_changed_file_is_not_given_out(tmp_path: Path) -> None:
    with page_server() as server, service(tmp_path / "data") as running:
        case = a_case(running)
        running.person.post(
            f"/api/v1/cases/{case}/captures",
            json={"url": f"http://127.0.0.1:{server.port}/thread", "reason": "she is named there"},
        )
        found = ended(running, case)
        path = tmp_path / "data" / "captures" / f"{found['id']}.sealed"
        content = bytearray(path.read_bytes())
        content[40] ^= 1
        path.write_bytes(bytes(content))
        answer = running.person.get(f"/api/v1/captures/{found['id']}/warc")
        assert answer.status_code >= 400
        assert b"WARC" not in answer.content


def test_a_captured_page_travels_in_the_dossier_of_who_may_see_all(tmp_path: Path) -> None:
    with page_server() as server, service(tmp_path / "data") as running:
        case = a_case(running)
        running.person.post(
            f"/api/v1/cases/{case}/captures",
            json={"url": f"http://127.0.0.1:{server.port}/thread", "reason": "she is named there"},
        )
        found = ended(running, case)
    warc = f"web/{found['id']}.warc.gz"
    for preset, there in (("court", True), ("other-party", False)):
        out = tmp_path / f"{preset}.zip"
        command = ["case", "export", case, "--data", str(tmp_path / "data"), "-o", str(out)]
        made = subprocess.run(
            [sys.executable, "-m", "rempart.cli", *command, "--for", preset],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        files = unpack(out.read_bytes())
        assert (warc in files) is there, preset
        if there:
            assert sha256(files[warc]).hexdigest() == found["sha256"]
            assert found["sha256"] in files[f"web/{found['id']}.json"].decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_document_prints_the_points_of_a_capture(tmp_path: Path, language: str) -> None:
    """What a court looks for in a constat stands on the pages, in the reader's words."""
    with page_server() as server, service(tmp_path / "data") as running:
        case = a_case(running)
        url = f"http://127.0.0.1:{server.port}/thread"
        running.person.post(
            f"/api/v1/cases/{case}/captures", json={"url": url, "reason": "she is named there"}
        )
        found = ended(running, case)
    out = tmp_path / "court.pdf"
    command = ["case", "export", case, "--data", str(tmp_path / "data"), "-o", str(out)]
    subprocess.run(
        [sys.executable, "-m", "rempart.cli", *command, "--for", "court", "--language", language],
        capture_output=True,
        check=True,
    )
    read = subprocess.run(["pdftotext", "-layout", str(out), "-"], capture_output=True, check=True)
    title = {"fr": "Captures de pages", "en": "Capture records"}[language]
    section = read.stdout.decode().split(title)[2]
    flat = re.sub(r"[\s\u200b]", "", section)
    record = found["record"]
    for key in ("url", "begin", "server_address", "local_address", "system", "body_sha256"):
        assert re.sub(r"\s", "", str(record[key]))[:20] in flat, (key, section)
    assert found["sha256"][:20] in flat
    wanted = {
        "fr": ("Horloge de cette machine", "Adresse de la page", "un profil neuf", "aucun"),
        "en": ("Clock of this machine", "Address of the page", "a new profile", "none"),
    }[language]
    assert [one for one in wanted if one not in section] == []
    untold = ("clock source", "server clock", "warc sha256", "no picture why", "capture-asked")
    assert [one for one in untold if one in section] == []
    if language == "fr":
        assert "not known" not in section and "not told" not in section
