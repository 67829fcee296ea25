"""The target's week and her incident file in a browser: without scripts, on a phone, by axe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import LOOKS, Look, violations
from test_mine import code_of, context_of
from tests.web.service import Service, message

pytestmark = pytest.mark.browser
PAGES = ("/mine/week", "/mine/file")
PICTURES = os.environ.get("REMPART_PICTURES")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("week")) as service:
        bot = service.client(service.ingest_token)
        for number in range(3):
            text = f"you are a worthless idiot, shut up {'abc'[number] * 6}"
            bot.post("/api/v1/messages", json=message(author={"id": f"rude{number}"}, text=text))
        yield service


def opened(page: Page, running: Service) -> None:
    page.goto("/mine")
    page.locator("[name=code]").fill(code_of(running))
    page.locator("form[action='/mine'] button").click()
    page.wait_for_url("**/mine/facts")


def test_without_scripts_she_ticks_writes_down_and_asks(browser: Browser, running: Service) -> None:
    context = context_of(browser, running, Look("en"), scripts=False)
    page = context.new_page()
    opened(page, running)
    page.get_by_role("link", name="My file").click()
    page.locator("[name=message]").first.check()
    page.get_by_role("button", name="Put the ticked ones into my file").click()
    expect(page.get_by_role("status")).to_have_text("In your file.")
    page.locator("#where").select_option("telephone")
    page.locator("#date").fill("2026-11-01")
    page.locator("#text").fill("Ten silent calls.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("status")).to_contain_text("Written down")
    page.locator("#recipient").fill("my lawyer")
    page.get_by_role("button", name="Ask for the file").click()
    expect(page.get_by_role("status")).to_contain_text("Two people of the team")
    assert "worthless" not in page.inner_text("main"), "no word opens by itself"
    context.close()


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_the_pages_are_accessible(browser: Browser, running: Service, how: Look) -> None:
    context = context_of(browser, running, how)
    page = context.new_page()
    opened(page, running)
    found = {}
    for address in PAGES:
        page.goto(address)
        if broken := violations(page):
            found[address] = broken
    context.close()
    assert found == {}


def test_a_phone_never_scrolls_sideways(browser: Browser, running: Service) -> None:
    context = context_of(browser, running, Look("fr", phone=True))
    page = context.new_page()
    opened(page, running)
    for address in PAGES:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"phone-{address.rpartition('/')[2]}.png")
    context.close()
