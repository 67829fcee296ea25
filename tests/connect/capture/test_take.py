"""A page is captured as it was answered and as it was seen, and from public places only."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image
from tests.connect.local_server import LocalServer, answering, http, serving
from warcio.archiveiterator import ArchiveIterator

from rempart.connect.capture.settings import CaptureSettings
from rempart.connect.capture.take import Captured, capture_page
from rempart.connect.places import ForbiddenAddressError
from rempart.errors import OutboundError
from rempart.store.own_folders import drop_left_behind

PAGE = b"""<!doctype html><meta charset=utf-8><title>A thread</title>
<body style="margin:0;background:rgb(200,0,0);height:5000px"><p id=p>waiting</p>
<img src="http://10.1.2.3/secret.png"><iframe src="http://169.254.169.254/latest"></iframe>
<script>document.getElementById('p').textContent = 'built by the ' + 'script'</script>"""
HTML = "content-type: text/html; charset=utf-8"


async def captured(server: LocalServer, path: str, chromium: str) -> Captured:
    settings = CaptureSettings(
        on=True, chromium=chromium, allow=("127.0.0.1",), without_sandbox=True
    )
    return await capture_page(f"http://127.0.0.1:{server.port}{path}#below", settings)


def capture(*responses: bytes, path: str = "/thread?n=7", chromium: str = "") -> Captured:
    async def run() -> Captured:
        async with serving(answering(*responses)) as server:
            return await captured(server, path, chromium)

    return asyncio.run(run())


def records(warc: bytes) -> dict[str, tuple[str, bytes]]:
    """Type and content of each record, by target."""
    return {
        f"{one.rec_type} {one.rec_headers.get_header('WARC-Target-URI') or ''}": (
            one.rec_headers.get_header("WARC-Payload-Digest") or "",
            one.content_stream().read(),
        )
        for one in ArchiveIterator(io.BytesIO(warc))
    }


def test_what_the_server_answered_stands_in_the_file_byte_for_byte(tmp_path: Path) -> None:
    found = capture(http(200, PAGE, HTML, "date: Sat, 21 Nov 2026 10:00:00 GMT"))
    kept = records(found.warc)
    digest, body = next(v for k, v in kept.items() if k.startswith("response"))
    assert body == PAGE
    assert digest.startswith("sha256:")
    path = tmp_path / "page.warc.gz"
    path.write_bytes(found.warc)
    checked = subprocess.run(
        [Path(sys.executable).with_name("warcio"), "check", path], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_changed_record_is_named_by_other_peoples_tools(tmp_path: Path) -> None:
    import gzip

    found = capture(http(200, PAGE, HTML))
    path = tmp_path / "page.warc"
    path.write_bytes(gzip.decompress(found.warc).replace(b"waiting", b"changed"))
    checked = subprocess.run(
        [Path(sys.executable).with_name("warcio"), "check", path], capture_output=True, check=False
    )
    assert checked.returncode == 1


def test_the_points_of_a_record_are_there() -> None:
    record = capture(http(200, PAGE, HTML, "date: Sat, 21 Nov 2026 10:00:00 GMT")).record
    assert record["server_address"] == record["local_address"] == "127.0.0.1"
    assert record["server_clock"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert record["url"].endswith("/thread?n=7"), "without the fragment, which is never sent"
    for point in ("begin", "end", "clock_source", "resolvers", "system", "python", "tls_library"):
        assert record[point], point
    assert record["proxy_in_environment"] == []
    json.dumps(record, allow_nan=False)


def test_the_browser_sees_what_scripts_built_and_reaches_nothing_private() -> None:
    found = capture(http(200, PAGE, HTML), chromium="chromium")
    assert found.record["no_picture_why"] == ""
    assert found.picture is not None
    picture = Image.open(io.BytesIO(found.picture))
    assert picture.width == 1280 and picture.height >= 5000, (
        "the whole page, not only what a window shows"
    )
    assert picture.convert("RGB").getpixel((600, 4900)) == (200, 0, 0)
    rendered = next(v[1] for k, v in records(found.warc).items() if "rendered" in k)
    assert b"built by the script" in rendered
    refused = [one for one in found.record["reached"] if "not public" in one]
    assert {one.split(":")[0] for one in refused} >= {"10.1.2.3", "169.254.169.254"}
    assert found.record["title"] == "A thread"


KILLED = """
import asyncio, sys
from rempart.connect.capture.browser import look_at
asyncio.run(look_at(sys.argv[1], "chromium", int(sys.argv[2]), without_sandbox=True))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A temporary folder with a short path: the browser puts a socket into it."""
    with TemporaryDirectory(prefix="r-") as name:
        yield Path(name)


def test_a_capture_killed_midway_leaves_nothing_but_its_own_folder(place: Path) -> None:
    """The page never answers; the service is killed while the browser waits."""

    async def run() -> None:
        reached = asyncio.Event()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            reached.set()
            with suppress(asyncio.CancelledError):
                await reader.read()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = str(server.sockets[0].getsockname()[1])
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED, "http://thread.example/", port),
            env={**os.environ, "TMPDIR": str(place)},
        )
        async with asyncio.timeout(30):
            await reached.wait()
        child.kill()
        await child.wait()
        server.close()

    asyncio.run(run())
    (folder,) = place.iterdir()
    assert folder.name.startswith("rempart-capture-")
    assert (folder / "Default").exists(), "its profile"
    deadline = time.monotonic() + 60
    while drop_left_behind(place) == 0:  # the browser ends with its pipe, and writes until then
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert list(place.iterdir()) == []


def test_a_redirect_is_the_answer_and_is_not_followed() -> None:
    found = capture(http(302, b"", "location: http://169.254.169.254/latest/meta-data"))
    assert found.record["status"] == 302
    assert found.record["location"] == "http://169.254.169.254/latest/meta-data"


def test_a_page_that_leads_the_browser_elsewhere_is_not_shown_under_its_own_address() -> None:
    """Its picture shows another page than the server's answer: the record says which."""
    leads = b"<!doctype html><script>location.replace('/innocent')</script>"
    other = b"<!doctype html><title>Innocent</title><p>nothing to see"
    found = capture(
        http(200, leads, HTML), http(200, leads, HTML), http(200, other, HTML), chromium="chromium"
    )
    assert found.record["title"] == "Innocent"
    assert found.record["url"].endswith("/thread?n=7")
    assert found.record["shown_url"].endswith("/innocent")
    stays = capture(http(200, PAGE, HTML), chromium="chromium").record
    assert stays["shown_url"] == stays["url"]
    assert capture(http(200, PAGE, HTML)).record["shown_url"] == "none", "no picture"


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://192.0.0.8/",
        "file:///etc/passwd",
        "https://me:secret@page.example/",
        "javascript:alert(1)",
    ],
)
def test_no_other_place_than_a_public_one(url: str) -> None:
    with pytest.raises(OutboundError) as refused:
        asyncio.run(capture_page(url, CaptureSettings(on=True, chromium="")))
    assert "secret" not in str(refused.value)


def test_a_name_that_points_inside_is_refused() -> None:
    async def inside(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    with pytest.raises(ForbiddenAddressError):
        asyncio.run(
            capture_page(
                "https://rebound.example/", CaptureSettings(on=True, chromium=""), resolve=inside
            )
        )


def test_what_is_no_page_has_no_picture_and_says_so() -> None:
    found = capture(http(200, b"\x89PNG", "content-type: image/png"), chromium="chromium")
    assert found.picture is None
    assert found.record["no_picture_why"] == "not a page: image/png"


def test_without_a_browser_the_answer_is_kept() -> None:
    found = capture(http(200, PAGE, HTML), chromium="no-such-browser")
    assert found.picture is None
    assert "does not start" in found.record["no_picture_why"]
    assert len(found.warc) > 500
