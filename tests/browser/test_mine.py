"""A target's page in a browser: without scripts too, on a phone, in both themes and languages."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from seeing import LAPTOP, LOOKS, PHONE, Look, violations
from tests.web.service import Service, lines, message

from rempart.engine.protected_facts import FactKeeper

pytestmark = pytest.mark.browser
NAME = "Thibault Marchandier"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("mine")) as service:
        yield service


def context_of(
    browser: Browser, running: Service, how: Look, *, scripts: bool = True
) -> BrowserContext:
    context = browser.new_context(
        base_url=running.address,
        locale=how.language,
        color_scheme=how.theme,
        viewport=PHONE if how.phone else LAPTOP,
        java_script_enabled=scripts,
    )
    return context


def code_of(running: Service) -> str:
    return FactKeeper(running.data).invite("lea", "test", time.time_ns() // 1_000_000)


def protect(page: Page, text: str, nickname: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#nickname").fill(nickname)
    page.locator("#nickname").press("Enter")


def test_without_scripts_from_the_invitation_to_erasing(browser: Browser, running: Service) -> None:
    context = context_of(browser, running, Look("en"), scripts=False)
    page = context.new_page()
    page.goto("/mine")
    page.get_by_label("Invitation").fill(code_of(running))
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("heading", name="What I protect")).to_be_visible()
    protect(page, NAME, "my old name")
    expect(page.get_by_role("status")).to_contain_text("From now on it is recognised")
    expect(page.get_by_text("my old name")).to_have_count(2)  # for the eye and for the ear
    assert NAME not in page.content()
    client = running.client(running.ingest_token)
    client.post("/api/v1/messages", content=lines(message(text=f"hello {NAME}")))
    page.reload()
    kept = page.get_by_text(f"hello {NAME}")
    expect(kept).to_be_hidden()
    page.locator("summary", has_text="my old name").click()
    expect(kept).to_be_visible()
    page.get_by_text("Leave, or erase everything").click()
    page.get_by_role("button", name="Erase all that I protect").click()
    expect(page.get_by_role("status")).to_contain_text("Everything was erased")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    context.close()


def test_the_code_of_the_link_leaves_the_address(browser: Browser, running: Service) -> None:
    context = context_of(browser, running, Look("en"))
    page = context.new_page()
    code = code_of(running)
    page.goto(f"/mine#{code}")
    expect(page.get_by_label("Invitation")).to_have_value(code)
    assert code not in page.url
    context.close()


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_both_pages_are_accessible(browser: Browser, running: Service, how: Look) -> None:
    context = context_of(browser, running, how)
    page = context.new_page()
    page.goto("/mine")
    assert violations(page) == []
    page.locator("#code").fill(code_of(running))
    page.locator("button.primary").click()
    protect(page, "maison", "x")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    protect(page, f"{NAME}{how.language}{how.theme}", "n° 1")
    expect(page.get_by_role("status")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_phone_never_scrolls_sideways(browser: Browser, running: Service, language: str) -> None:
    context = context_of(browser, running, Look(language, phone=True))
    page = context.new_page()
    page.goto("/mine")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#code").fill(code_of(running))
    page.locator("button.primary").click()
    protect(page, f"Ombeline Vasseur {language}", "m" * 40)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
