"""The case page at work: twenty cases by keyboard alone, on one screen, on a phone, in every look.

A service of its own: the demo's evening is for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import LAPTOP, PHONE, violations
from tests.web.service import Service, message

pytestmark = pytest.mark.browser

CASES = 20
ABUSE = "you fucking idiot, die"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        for number in range(CASES + 4):
            said = message(text=ABUSE, channel=f"room{number}", author={"id": f"a{number}"})
            client = running.client(running.ingest_token)
            assert client.post("/api/v1/messages", json=said).json()["verdict"] == "hold"
        yield running


def opened(place: Service, browser: Browser, **look: object) -> Page:
    look = {"viewport": LAPTOP, "locale": "en", **look}
    context = browser.new_context(base_url=place.address, reduced_motion="reduce", **look)
    cookie = {"name": "rempart", "value": place.person.cookies["rempart"], "url": place.address}
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()


def first_case(place: Service) -> str:
    listed = place.person.get("/api/v1/cases", params={"state": "open", "kind": "message"}).json()
    return str(listed["cases"][0]["id"])


def decided(place: Service) -> int:
    found = place.person.get("/api/v1/cases", params={"state": "decided"}).json()
    return int(found["total"])


def test_twenty_cases_by_keyboard_alone(place: Service, browser: Browser) -> None:
    """From the queue to the twentieth decision no pointer is touched."""
    page = opened(place, browser)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/console/queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    before = decided(place)
    for number in range(CASES):
        page.wait_for_url(re.compile(r"/console/cases/c-"))
        expect(page.locator("#case-head")).to_contain_text("Open")
        address = page.url
        page.keyboard.press("r")
        page.keyboard.press("3" if number % 2 else "1")
        page.keyboard.press("e")
        page.keyboard.type(f"Looked at it whole, number {number}.")
        expect(page.locator("[data-notices]")).to_contain_text(f"number {number}.")
        page.keyboard.press("Control+Shift+Enter")
        page.wait_for_url(lambda url, address=address: url != address)
    assert decided(place) == before + CASES
    assert errors == []
    page.context.close()


def test_everything_one_decides_on_is_in_view_on_a_laptop(place: Service, browser: Browser) -> None:
    page = opened(place, browser)
    page.goto(f"/console/cases/{first_case(place)}")
    page.keyboard.press("4")
    fits = "document.documentElement.scrollHeight <= window.innerHeight + 1"
    assert page.evaluate(fits), "the page scrolls"
    for part in ("#what", "#measures", "#decide", "#case-head", "#advice"):
        box = page.locator(part).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + min(box["height"], 60) <= 768, part
    assert page.locator("fieldset[data-for='act partial']").is_visible()
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_barrier_and_no_width_on_a_phone(
    place: Service, browser: Browser, theme: str, language: str
) -> None:
    page = opened(place, browser, viewport=PHONE, locale=language, color_scheme=theme)
    page.goto(f"/console/cases/{first_case(place)}")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    assert violations(page) == []
    page.goto("/statement")
    assert page.evaluate(wide) <= 0
    assert violations(page) == []
    page.context.close()


def test_the_palette_takes_an_id_a_link_and_a_page(place: Service, browser: Browser) -> None:
    case = first_case(place)
    page = opened(place, browser)
    page.goto("/console")
    for typed, goal in [
        (case, f"/console/cases/{case}"),
        ("queue", "/console/queue"),
        (f"{place.address}/console/cases/{case}", f"/console/cases/{case}"),
    ]:
        page.keyboard.press("Control+k")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{goal}")
    assert place.person.get("/console/go", params={"q": "nothing"}).status_code == 404
    page.context.close()
