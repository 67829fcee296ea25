"""The same check in a browser, from file://, without a network: what a lawyer will really do."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterator
from importlib.resources import files as package_files
from pathlib import Path

import pytest
from forging import rempart
from incident import Incident
from playwright.sync_api import Page, expect, sync_playwright

from rempart.disclose.dossier.archive import pack

CHROMIUM = "/usr/bin/chromium"
Files = dict[str, bytes]


def html() -> str:
    return (package_files("rempart.disclose.dossier") / "verify.html").read_text("utf-8")


def test_the_page_allows_its_own_script_and_nothing_else() -> None:
    text = html()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    for tag in ("script", "style"):
        (inner,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"innerHTML|outerHTML|document\.write|https?://|\bfetch\(", text)


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, list[str]]]:
    place = tmp_path_factory.mktemp("page") / "verify.html"
    place.write_text(html(), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="en-GB")
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
        page.goto(place.as_uri())
        yield page, trouble
        browser.close()


def give(page: Page, data: bytes, key: str = "") -> None:
    page.fill("#key", key)
    page.set_input_files(
        "#file", {"name": "dossier.zip", "mimeType": "application/zip", "buffer": data}
    )
    expect(page.locator("#result")).to_be_visible()


@pytest.mark.browser
def test_a_dossier_is_verified_big_and_calm(
    browser_page: tuple[Page, list[str]], incident: Incident, dossier: bytes
) -> None:
    page, trouble = browser_page
    give(page, dossier)
    expect(page.locator("#verdict")).to_have_text("Verified in itself")
    expect(page.locator("#signer")).to_have_text(
        f"signer not authenticated: {incident.signer.public.fingerprint}"
    )
    give(page, dossier, incident.signer.public.vkey)
    expect(page.locator("#verdict")).to_have_text("Verified")
    expect(page.locator("#list li.ok")).to_have_count(5)
    expect(page.locator("#unproven li")).to_have_count(7)
    page.click("#language")
    expect(page.locator("#verdict")).to_have_text("Vérifié")
    expect(page.locator("#limits")).to_have_text("Ce que cela ne prouve pas")
    page.click("#language")
    assert trouble == []


@pytest.mark.browser
def test_a_dossier_dropped_on_the_page(
    browser_page: tuple[Page, list[str]], dossier: bytes
) -> None:
    page, trouble = browser_page
    page.reload()
    page.evaluate(
        """(encoded) => {
            const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
            const dropped = new DataTransfer();
            dropped.items.add(new File([bytes], "dossier.zip"));
            document.body.dispatchEvent(
                new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }""",
        base64.b64encode(dossier).decode(),
    )
    expect(page.locator("#verdict")).to_have_text("Verified in itself")
    assert trouble == []


@pytest.mark.browser
def test_whatever_was_changed_is_refused(
    browser_page: tuple[Page, list[str]], files: Files
) -> None:
    page, _ = browser_page
    for name, data in files.items():
        if data:
            changed = bytearray(data)
            changed[len(data) * 2 // 3] ^= 1
            give(page, pack({**files, name: bytes(changed)}))
            expect(page.locator("#verdict")).to_have_text("Not verified")
            assert page.locator("#list li.no").count() >= 1
    give(page, pack({**files, "media/extra.png": b"x"}))
    expect(page.locator("#verdict")).to_have_text("Not verified")
    give(page, b"PK\x05\x06 no zip at all")
    expect(page.locator("#verdict")).to_have_text("Not verified")


@pytest.mark.browser
def test_a_string_that_never_ends_is_refused_at_once(
    browser_page: tuple[Page, list[str]], files: Files
) -> None:
    page, _ = browser_page
    for name in ("manifest.json", "records.jsonl"):
        unended = files[name].rstrip(b"\n")[:-1] + b', "more": "' + b"a" * 5_000
        give(page, pack({**files, name: unended}))
        expect(page.locator("#verdict")).to_have_text("Not verified")


@pytest.mark.browser
def test_another_key_and_another_packing_are_refused(
    browser_page: tuple[Page, list[str]], files: Files, dossier: bytes, tmp_path: Path
) -> None:
    page, _ = browser_page
    give(page, dossier, "chat.example.org/log+00000000+AAAA")
    expect(page.locator("#verdict")).to_have_text("Not verified")
    with zipfile.ZipFile(tmp_path / "again.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    give(page, (tmp_path / "again.zip").read_bytes())
    expect(page.locator("#list li.no").first).to_contain_text("not packed as it was exported")


@pytest.mark.browser
def test_a_zip_in_which_others_would_find_other_files_is_refused(
    browser_page: tuple[Page, list[str]], files: Files, dossier: bytes, tmp_path: Path
) -> None:
    """Two directories, one for the page and one for whoever unpacks it; a name that is another to
    whoever reads the head of the file itself; something before, between, behind."""
    page, _ = browser_page
    other = pack({**files, "reading.txt": b"nothing happened"})
    end = dossier[-22:-6] + dossier[-6:-2] + b"\0\0"
    renamed = dossier.replace(b"reading.txt", b"Reading.txt", 1)
    for data in (dossier[:-22] + other[:-22] + end, other + dossier, dossier + b"x", renamed):
        assert not verify_by_command(tmp_path, data)
        give(page, data)
        expect(page.locator("#verdict")).to_have_text("Not verified")


def verify_by_command(tmp_path: Path, data: bytes) -> bool:
    place = tmp_path / "dossier.zip"
    place.write_bytes(data)
    return rempart(place).return_value == 0
