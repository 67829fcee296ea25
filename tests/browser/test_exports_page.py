"""A dossier leaves by two people, in a browser: without scripts, on a phone, by axe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import LAPTOP, PHONE, violations
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("REMPART_PICTURES")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        said = message(text="I will kill you, I know where you live")
        running.client(running.ingest_token).post("/api/v1/messages", json=said)
        assert running.person.get("/api/v1/me").status_code == 200
        admit(running, "Sacha", "moderator")
        yield running


@pytest.fixture(scope="module")
def second(place: Service) -> httpx.Client:
    return place.sign_in("Sacha", PASSWORD)


def opened(place: Service, who: httpx.Client, browser: Browser, **look: object) -> Page:
    look = {"viewport": LAPTOP, "locale": "en", **look}
    context = browser.new_context(base_url=place.address, reduced_motion="reduce", **look)
    cookie = {"name": "rempart", "value": who.cookies["rempart"], "url": place.address}
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()


def case_of(place: Service) -> str:
    return str(place.person.get("/api/v1/cases").json()["cases"][0]["id"])


def test_without_scripts_two_people_let_a_signed_document_leave(
    browser: Browser, place: Service, second: httpx.Client, tmp_path: Path
) -> None:
    case = case_of(place)
    first = opened(place, place.person, browser, java_script_enabled=False)
    first.goto(f"/console/cases/{case}")
    first.locator("#export").click()
    first.locator("#recipient").fill("Maître Placeholder")
    first.locator("#capacity").select_option("lawyer")
    first.locator("#mandate").fill("mandate of 3 March, seen in the original")
    first.get_by_role("button", name="Ask a second person").click()
    expect(first.locator("#p-exports")).to_contain_text("waits for a second person")
    expect(first.get_by_role("button", name="I agree")).to_have_count(0)

    other = opened(place, second, browser, java_script_enabled=False)
    other.goto(f"/console/cases/{case}/exports")
    other.get_by_role("button", name="I agree").click()
    first.goto(f"/console/cases/{case}/exports")
    first.get_by_role("button", name="Make it").click()
    for _ in range(60):
        first.goto(f"/console/cases/{case}/exports")
        if first.locator("#p-exports .tag.ok").count():
            break
        first.wait_for_timeout(250)
    with first.expect_download() as started:
        first.get_by_role("button", name=f"{case}.pdf").click()
    taken = tmp_path / "dossier.pdf"
    started.value.save_as(taken)
    assert taken.read_bytes().startswith(b"%PDF-1.7")
    first.context.close()
    other.context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_shows_all(
    browser: Browser, place: Service, second: httpx.Client, language: str, theme: str
) -> None:
    path = f"/console/cases/{case_of(place)}/exports"
    for who in (place.person, second):
        page = opened(place, who, browser, viewport=PHONE, locale=language, color_scheme=theme)
        page.goto(path)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.context.close()
    if PICTURES and theme == "light":
        page = opened(place, place.person, browser, locale=language, color_scheme=theme)
        page.goto(path)
        page.screenshot(path=Path(PICTURES) / f"exports-{language}.png", full_page=True)
        page.context.close()
