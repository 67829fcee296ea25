"""Somebody checks a photo before posting it: on a phone, with and without a script."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from seeing import Look, Service, look, violations

sys.path.insert(0, str(Path(__file__).parent.parent / "media"))
import photos

pytestmark = pytest.mark.browser


def _choose(page: Page, data: bytes) -> None:
    file = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": data}
    page.locator("#photo").set_input_files(file)  # type: ignore[arg-type]


def _clean(page: Page) -> bytes:
    with page.expect_download() as download:
        page.locator("button[value=clean]").click()
    assert download.value.suggested_filename == "photo.jpg"
    path = download.value.path()
    return Path(path).read_bytes()


def test_with_a_script_the_photo_is_chosen_once(service: Service, browser: Browser) -> None:
    context = look(browser, service, None, Look("en", phone=True))
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto("/photo")
    _choose(page, photos.planted_jpeg())
    page.locator("button[value=check]").click()
    expect(page.locator("#found-title")).to_have_text("This photo says where it was taken")
    expect(page.locator("#found-title")).to_be_focused()
    expect(page.locator("label[for=photo]")).to_have_text(
        "Your photo is still chosen, in your own browser only."
    )
    expect(page.locator(".coordinates")).to_contain_text("48.85837, -2.29448")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(page) == []
    cleaned = _clean(page)
    assert b"PLANT" not in cleaned
    _choose(page, cleaned)
    page.locator("button[value=check]").click()
    expect(page.locator("#found-title")).to_have_text("Nothing but the picture was found")
    _choose(page, b"no photo at all")
    page.locator("button[value=check]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("[data-exit]").wait_for()
    context.close()
    assert [one for one in errors if "422" not in one] == []


@pytest.mark.parametrize("how", [Look("fr", "dark"), Look("en", "light", phone=True)], ids=str)
def test_without_a_script_it_works_too(service: Service, browser: Browser, how: Look) -> None:
    context = browser.new_context(
        base_url=service.address,
        locale=how.language,
        color_scheme=how.theme,
        java_script_enabled=False,
        viewport={"width": 360 if how.phone else 1366, "height": 768},
    )
    page = context.new_page()
    page.goto("/")
    page.locator("a[href='/photo']").first.click()
    _choose(page, photos.planted_jpeg(orientation=6))
    page.locator("button[value=check]").click()
    title = {
        "fr": "Cette photo dit où elle a été prise",
        "en": "This photo says where it was taken",
    }
    expect(page.locator("#found-title")).to_have_text(title[how.language])
    expect(page.locator(".found")).to_contain_text("PLANTSERIAL")
    _choose(page, photos.planted_jpeg(orientation=6))
    cleaned = _clean(page)
    assert dict(Image.open(io.BytesIO(cleaned)).getexif()) == {0x0112: 6}
    context.close()
