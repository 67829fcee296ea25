"""Capturing a page and passing a case on, in a browser: without scripts, on a phone, by axe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import LAPTOP, PHONE, violations
from tests.connect.local_server import answering, http, in_a_thread
from tests.web.service import Service, message

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("REMPART_PICTURES")
PAGE = b"<!doctype html><meta charset=utf-8><title>A thread</title><h1>Thread 7</h1>"
SETTINGS = (
    '[community]\nname = "The lighthouse"\n'
    '[capture]\non = true\nallow = ["127.0.0.1"]\nwithout_sandbox = true\n'
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data = tmp_path_factory.mktemp("data")
    (data / "settings.toml").write_text(SETTINGS)
    with Service.running(data) as running:
        said = message(
            text="I will kill you, I know where you live",
            author={"id": "u7", "name": "somebody"},
            extra={"url": "https://forum.example/t/7"},
        )
        running.client(running.ingest_token).post("/api/v1/messages", json=said)
        yield running


def opened(place: Service, browser: Browser, *, scripts: bool = True, **look: object) -> Page:
    look = {"viewport": LAPTOP, "locale": "en", **look}
    context = browser.new_context(
        base_url=place.address, reduced_motion="reduce", java_script_enabled=scripts, **look
    )
    cookie = {"name": "rempart", "value": place.person.cookies["rempart"], "url": place.address}
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()


def case_of(place: Service) -> str:
    return str(place.person.get("/api/v1/cases").json()["cases"][0]["id"])


def test_without_scripts_a_case_is_passed_on_and_its_reference_kept(
    browser: Browser, place: Service
) -> None:
    page = opened(place, browser, scripts=False)
    page.goto(f"/console/cases/{case_of(place)}")
    page.locator("#pass-on").click()
    page.get_by_text("PHAROS (French police").click()
    page.locator("#comment").fill("She is afraid to go home.")
    page.get_by_role("button", name="Write it, to be read first").click()
    expect(page.get_by_label("Exact addresses")).to_have_value("https://forum.example/t/7")
    page.get_by_text("I read all of it").click()
    page.get_by_role("button", name="It was sent").click()
    page.locator("#ack-ref").fill("12-AB-34")
    page.get_by_role("button", name="Keep the reference").click()
    expect(page.locator("main")).to_contain_text("Answered")
    page.context.close()


def test_a_page_is_captured_from_the_case(browser: Browser, place: Service) -> None:
    with in_a_thread(answering(http(200, PAGE, "content-type: text/html"))) as server:
        page = opened(place, browser)
        page.goto(f"/console/cases/{case_of(place)}#p-evidence")
        page.locator("#capture-url").fill(f"http://127.0.0.1:{server.port}/thread")
        page.locator("#capture-reason").fill("she is named there")
        page.get_by_role("button", name="Capture the page").click()
        for _ in range(60):
            page.goto(f"/console/cases/{case_of(place)}?{_}#p-evidence")
            if page.locator("#captures .tag.ok").count():
                break
            page.wait_for_timeout(250)
        expect(page.locator("#captures")).to_contain_text("Picture (PNG)")
        page.locator("#captures details summary").click()
        expect(page.locator("#captures dl")).to_contain_text("127.0.0.1")
        if PICTURES:
            page.locator("#captures").screenshot(path=Path(PICTURES) / "captured-page.png")
        page.context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_shows_all(
    browser: Browser, place: Service, language: str, theme: str
) -> None:
    case = case_of(place)
    made = place.person.post(
        f"/api/v1/cases/{case}/referrals", json={"place": "police", "language": language}
    ).json()
    for path in (
        f"/console/cases/{case}",
        f"/console/cases/{case}/referrals",
        f"/console/referrals/{made['id']}",
    ):
        page = opened(place, browser, viewport=PHONE, locale=language, color_scheme=theme)
        page.goto(path)
        assert violations(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], path
        page.context.close()
    if PICTURES and theme == "light":
        page = opened(place, browser, locale=language, color_scheme=theme)
        page.goto(f"/console/cases/{case}/referrals")
        page.screenshot(path=Path(PICTURES) / f"pass-on-{language}.png", full_page=True)
        page.goto(f"/console/referrals/{made['id']}")
        page.screenshot(path=Path(PICTURES) / f"passed-on-{language}.png", full_page=True)
        page.context.close()
