"""Somebody checks a photo before posting it: told what it gives away, given a clean copy, and no
byte of it stays behind."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path

import httpx
import pytest
from tests.media import photos
from tests.web.service import Service

from rempart.media.finding import Look
from rempart.media.look import look_at
from rempart.web.api.intake import media, upload
from rempart.web.api.intake.upload import CHECKS, PER_SECONDS, Photos

API = "/api/v1/media/check"


def _form(data: bytes, name: str = "IMG_PLANTNAME.jpg") -> dict[str, tuple[str, bytes]]:
    return {"photo": (name, data)}


def test_the_api_tells_what_is_in_it_in_both_languages(service: Service) -> None:
    answer = service.client().post(API, files=_form(photos.planted_jpeg()))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["format"], told["lossless"], told["can_clean"]) == ("jpeg", True, True)
    assert told["place"]["latitude"] == pytest.approx(photos.LATITUDE, abs=2e-5)
    first = told["findings"][0]
    assert first["label"] == {"en": "Where it was taken", "fr": "Où elle a été prise"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("way", ["query", "field", "bare"])
def test_the_api_gives_the_clean_file_as_a_download(service: Service, way: str) -> None:
    client, data = service.client(), photos.planted_png()
    if way == "query":
        answer = client.post(API, params={"clean": "1"}, files=_form(data))
    elif way == "field":
        answer = client.post(API, data={"clean": "1"}, files=_form(data))
    else:
        headers = {"content-type": "image/png"}
        answer = client.post(API, params={"clean": "1"}, content=data, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; filename="photo.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert look_at(answer.content).findings == ()
    assert photos.frames_of(answer.content) == photos.frames_of(data)


@pytest.mark.parametrize(
    ("content", "headers", "status", "said"),
    [
        (b"%PDF-1.7", {"content-type": "image/jpeg"}, 400, "no photo"),
        (b"x", {"content-type": "text/plain"}, 415, "form with a file"),
        (b"", {"content-type": "multipart/form-data; boundary=x"}, 400, "form"),
        (b"--x\r\nbroken", {"content-type": "multipart/form-data; boundary=x"}, 400, "form"),
        (b"--x\r\n", {"content-type": "multipart/form-data"}, 400, "form"),
        (b"x" * (26 << 20), {"content-type": "image/jpeg"}, 413, "larger"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_reason(
    service: Service, content: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    answer = service.client().post(API, content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]["reason"]


def test_a_form_without_a_file_says_so(service: Service) -> None:
    answer = service.client().post(API, files={"photo": ("", b"")})
    assert answer.status_code == 400
    assert "no photo was chosen" in answer.json()["error"]["reason"]


def test_the_page_works_in_both_languages_without_a_script(service: Service) -> None:
    client = service.client()
    page = client.get("/photo", headers={"accept-language": "fr"})
    assert 'enctype="multipart/form-data"' in page.text
    assert "Vérifier une photo avant de la publier" in page.text
    files = _form(photos.planted_jpeg())
    report = client.post("/photo", data={"act": "check"}, files=files)
    assert report.status_code == 200
    for told in ("This photo says where it was taken", "48.85837, -2.29448", "PLANTSERIAL",
                 "48° 51′ 30.1″ N, 2° 17′ 40.1″ W"):  # fmt: skip
        assert told in report.text
    assert "PLANTNAME" not in report.text
    clean = client.post("/photo", data={"act": "clean"}, files=files)
    assert clean.headers["content-type"] == "image/jpeg"
    again = client.post("/photo", data={"act": "check"}, files=_form(clean.content))
    assert "Nothing but the picture was found" in again.text
    wrong = client.post("/photo", data={"act": "check"}, files=_form(b"hello"))
    assert wrong.status_code == 422
    assert 'role="alert"' in wrong.text
    none = client.post("/photo", data={"act": "check"}, files={"photo": ("", b"")})
    assert "Choose a photo first." in none.text


def test_hostile_texts_inside_a_photo_stay_inert(service: Service) -> None:
    data = photos.jpeg_of(photos.picture(), comment=b"<script>alert(1)</script>\xe2\x80\xaegnp")
    page = service.client().post("/photo", data={"act": "check"}, files=_form(data))
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "\u202e" not in page.text


def test_no_byte_of_it_is_ever_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the data folder nor in the folder for temporary files, not even while it works;
    the files this process has open are looked at, too, for those without a name."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    sample = photos.planted_jpeg()
    padded = sample + b"PLANTTRAIL" * 400_000
    seen: list[str] = []
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.is_set():
            seen.extend(str(path) for path in temporary.rglob("*"))
            seen.extend(_open_files_under(temporary))
            stopped.wait(0.002)

    with Service.running(tmp_path / "data") as service:
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            for act in ("check", "clean"):
                for data in (padded, photos.planted_heic()):
                    sent = httpx.post(
                        f"{service.address}/photo", data={"act": act}, files=_form(data), timeout=60
                    )
                    assert sent.status_code == 200
            answer = service.client().post(API, files=_form(padded))
            assert answer.status_code == 200
        finally:
            stopped.set()
            watcher.join()
    assert seen == []
    for path in tmp_path.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            assert b"PLANT" not in raw, path


def _open_files_under(folder: Path) -> list[str]:
    found = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


def test_one_address_waits_after_many_photos_and_others_do_not() -> None:
    limit = Photos()
    assert all(limit.wait("192.0.2.1", 0.0) == 0 for _ in range(CHECKS))
    assert limit.wait("192.0.2.1", 1.0) == PER_SECONDS - 1
    assert limit.wait("192.0.2.2", 1.0) == 0
    assert limit.wait("192.0.2.1", PER_SECONDS + 1) == 0
    assert all(limit.wait("127.0.0.1", 0.0) == 0 for _ in range(10 * CHECKS))


def test_what_is_held_at_once_is_bounded_and_given_back(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = photos.planted_jpeg()
    monkeypatch.setattr(upload, "IN_MEMORY", len(sample) + 1_000)
    for _ in range(4):
        assert service.client().post(API, files=_form(sample)).status_code == 200
    monkeypatch.setattr(upload, "IN_MEMORY", 1_000)
    answer = service.client().post(API, files=_form(sample))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
    page = service.client().post("/photo", data={"act": "check"}, files=_form(sample))
    assert page.status_code == 429
    assert "Try again in a moment." in page.text
    monkeypatch.undo()
    assert service.client().post(API, files=_form(sample)).status_code == 200


def test_what_waits_for_its_turn_is_held_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample, looking, go_on = photos.planted_jpeg(), threading.Event(), threading.Event()

    def slowly(photo: bytes) -> Look:
        looking.set()
        assert go_on.wait(20)
        return look_at(photo)

    monkeypatch.setattr(media, "look_at", slowly)
    monkeypatch.setattr(upload, "IN_MEMORY", len(sample) + 1_000)
    client = service.client()
    first = threading.Thread(target=lambda: client.post(API, files=_form(sample)))
    first.start()
    try:
        assert looking.wait(20)
        assert service.client().post(API, files=_form(sample)).status_code == 429
    finally:
        go_on.set()
        first.join()
    assert service.client().post(API, files=_form(sample)).status_code == 200


def test_a_photo_too_large_is_told_on_the_page(service: Service) -> None:
    files = _form(photos.planted_jpeg() + bytes(25 << 20))
    page = service.client().post("/photo", data={"act": "check"}, files=files)
    assert page.status_code == 413
    assert "too large to be opened here" in page.text
