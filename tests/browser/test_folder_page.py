"""The lock-out folder, a helper's look and a measure by hand in a browser: without scripts too, on
a phone, in both themes and languages."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from seeing import LAPTOP, LOOKS, PHONE, Look, violations
from tests.web.service import Service, message

from rempart.engine.protected_facts import FactKeeper

pytestmark = pytest.mark.browser
SEEN = os.environ.get("REMPART_PICTURES")
"""A folder for pictures of these pages, to look at them."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("folder")
    (folder / "settings.toml").write_text("[limits]\nask_above = 1\n", "utf-8")
    with Service.running(folder) as service:
        api = service.client(service.ingest_token)
        api.post("/api/v1/messages", json=message())
        place = {"kind": "account", "platform": "twitch", "channel": "lea", "ref": "troll"}
        wish = {"kind": "lock_out", "scope": place, "reason": "she asked for it"}
        assert service.person.post("/api/v1/measures", json=wish).status_code == 201
        for number in range(3):
            author = {"id": "troll", "name": "a-stranger-with-a-long-name"}
            text = f"some words of a stranger {number}"
            api.post("/api/v1/messages", json=message(author=author, text=text))
        rude = {"author": {"id": "rude"}, "text": "you are a worthless idiot, shut up"}
        for _ in range(2):
            api.post("/api/v1/messages", json=message(**rude))
        yield service


def context_of(
    browser: Browser, running: Service, how: Look, *, scripts: bool = True, person: bool = False
) -> BrowserContext:
    context = browser.new_context(
        base_url=running.address,
        locale=how.language,
        color_scheme=how.theme,
        viewport=PHONE if how.phone else LAPTOP,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    if person:
        for name, value in running.person.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": running.address}])
    return context


def open_folder(page: Page, running: Service) -> None:
    code = FactKeeper(running.data).invite("lea", "test", time.time_ns() // 1_000_000)
    page.goto("/mine")
    page.locator("#code").fill(code)
    page.locator("button.primary").click()
    page.goto("/mine/folder")


def picture(page: Page, name: str) -> None:
    if SEEN:
        page.screenshot(path=Path(SEEN) / f"{name}.png", full_page=True)


def test_without_scripts_from_the_folder_to_a_helper_and_back(
    browser: Browser, running: Service
) -> None:
    context = context_of(browser, running, Look("en"), scripts=False)
    page = context.new_page()
    open_folder(page, running)
    words = page.get_by_text("some words of a stranger 2")
    expect(words).to_be_hidden()
    page.locator("section summary").first.click()
    expect(words).to_be_visible()
    page.get_by_role("button", name="Let this one through").first.click()
    expect(page.get_by_role("status")).to_contain_text("Let through")
    page.locator("section summary").first.click()
    page.get_by_role("button", name="Back into the folder").click()
    expect(page.get_by_role("status")).to_contain_text("Back in the folder")
    page.get_by_text("Let somebody look").click()
    page.get_by_label("Their name, as you call them").fill("Nadia")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#helper-link").inner_text()

    other = context_of(browser, running, Look("en"), scripts=False)
    helping = other.new_page()
    helping.goto("/mine/helper")
    helping.get_by_label("What stands after # in the link").fill(link.partition("#")[2])
    helping.get_by_role("button", name="Open the folder").click()
    expect(helping.get_by_text("some words of a stranger")).to_have_count(0)
    helping.get_by_role("button", name="Look at it").first.click()
    expect(helping.get_by_text("some words of a stranger 2")).to_be_visible()

    page.get_by_role("button", name="End it now").click()
    helping.goto("/mine/helping")
    expect(helping.get_by_role("heading", name="Look for somebody")).to_be_visible()
    other.close()
    context.close()


def test_the_link_leaves_the_address(browser: Browser, running: Service) -> None:
    context = context_of(browser, running, Look("en"))
    page = context.new_page()
    page.goto("/mine/helper#a-secret")
    expect(page.locator("#code")).to_have_value("a-secret")
    assert "a-secret" not in page.url
    context.close()


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_the_folder_and_a_helpers_pages_are_accessible(
    browser: Browser, running: Service, how: Look
) -> None:
    context = context_of(browser, running, how)
    page = context.new_page()
    open_folder(page, running)
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []
    picture(page, f"folder-{how.language}-{how.theme}")
    page.locator("#name").fill(f"Nadia {how.language} {how.theme}")
    page.locator("#days").fill("3")
    page.locator("form[action$='/helpers'] button").click()
    link = page.locator("#helper-link").inner_text()
    page.goto("/mine/helper")
    assert violations(page) == []
    page.locator("#code").fill(link.partition("#")[2])
    page.locator("button.primary").click()
    page.locator("form[action*='/look'] button").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert violations(page) == []
    picture(page, f"helper-{how.language}-{how.theme}")
    context.close()


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_a_measure_is_taken_from_the_case_page_and_a_broad_one_is_asked_about(
    browser: Browser, running: Service, how: Look
) -> None:
    cases = running.person.get("/api/v1/cases", params={"channel": "lea"}).json()["cases"]
    context = context_of(browser, running, how, person=True)
    page = context.new_page()
    page.goto(f"/console/cases/{cases[0]['id']}")
    page.locator("#take > summary").click()
    page.locator("#take details summary").click()
    assert violations(page) == []
    picture(page, f"case-{how.language}-{how.theme}")
    page.locator("#take-measure").select_option("shield:target:closed")
    page.locator("#take-reason").fill("really")
    page.locator("#take > form > p button").click()
    expect(page.locator("form input[name='confirm']")).to_have_count(1)
    assert violations(page) == []
    picture(page, f"confirm-{how.language}-{how.theme}")
    context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_phone_never_scrolls_sideways(browser: Browser, running: Service, language: str) -> None:
    context = context_of(browser, running, Look(language, phone=True), person=True)
    page = context.new_page()
    open_folder(page, running)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    picture(page, f"folder-phone-{language}")
    cases = running.person.get("/api/v1/cases", params={"channel": "lea"}).json()["cases"]
    page.goto(f"/console/cases/{cases[0]['id']}")
    page.locator("#take > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
