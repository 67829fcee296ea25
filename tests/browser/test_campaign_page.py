"""A campaign as a person meets it: from the raid's page to the whole of it, in every look."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import LOOKS, Look, Service, look, open_anew, violations
from tests.web.campaigns import raid

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def raids(service: Service, browser: Browser, session_file: str) -> Iterator[list[str]]:
    """The addresses of the cases of three raids of one campaign; undone in the end."""
    for part in (
        raid(5, range(40)),
        raid(3, range(28, 68)),
        raid(1, range(60, 100), channel="iris-fans", platform="discord"),
    ):
        service.say(part)
    context = look(browser, service, session_file, Look())
    page = context.new_page()
    page.goto("/console/campaigns?target=iris")
    page.locator("table.cases a").first.click()
    links = page.locator("#campaign-raids a[href^='/console/cases/']")
    expect(links).to_have_count(3)
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    yield addresses
    for address in addresses:
        page.goto(address)
        page.keyboard.press("u")
        page.keyboard.press("u")
        expect(page.locator("#case-head")).to_contain_text("lifted")
    context.close()


@pytest.fixture
def page(service: Service, browser: Browser, session_file: str, raids: list[str]) -> Iterator[Page]:
    context = look(browser, service, session_file, Look())
    yield context.new_page()
    context.close()


def test_the_page_of_a_raid_says_what_it_is_part_of_and_leads_there(
    page: Page, raids: list[str]
) -> None:
    page.goto(raids[1])
    fact = page.locator("#of-campaign")
    expect(fact).to_be_in_viewport(ratio=1)
    expect(fact).to_contain_text("3 raids")
    expect(page.locator("#undo-all")).to_be_in_viewport(ratio=1)
    page.get_by_role("tab", name="Campaign").click()
    expect(page.locator("#p-campaign tr[aria-current]")).to_contain_text("this one")
    fact.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Campaign against iris")


def test_raids_reasons_and_who_returned_are_seen_on_a_laptop_without_scrolling(
    page: Page, raids: list[str]
) -> None:
    page.goto(raids[0])
    page.locator("#of-campaign a").click()
    expect(page.locator("#campaign-what .reasons li").first).to_be_in_viewport(ratio=1)
    rows = page.locator("#campaign-raids tbody tr")
    expect(rows).to_have_count(3)
    for place in range(3):
        expect(rows.nth(place)).to_be_in_viewport(ratio=1)
    assert re.search(r"\d", page.locator("#campaign-what .reasons li").first.inner_text())
    expect(page.locator("#campaign-members .tag", has_text="returned").first).to_be_attached()


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_the_pages_are_accessible_and_fit_a_phone(
    service: Service, browser: Browser, session_file: str, raids: list[str], how: Look
) -> None:
    found: dict[str, object] = {}
    for phone in (False, True):
        context = look(browser, service, session_file, how._replace(phone=phone))
        page = context.new_page()
        page.goto("/console/campaigns?target=iris")
        campaign = page.locator("table.cases a").first.get_attribute("href") or ""
        for address in (
            "/console/campaigns",
            "/console/campaigns?target=nobody",
            campaign,
            f"{raids[1]}#campaign",
        ):
            open_anew(page, address)
            expect(page.locator("html")).to_have_attribute("lang", how.language)
            if broken := violations(page):
                found[address] = broken
            if phone and (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
                found[f"{address} wide"] = width
            if how.language == "fr" and "earlier attack" in page.locator("main").inner_text():
                found[f"{address} words"] = "English"
        context.close()
    assert found == {}
