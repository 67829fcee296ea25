"""Searching from inside a case by keyboard, and undoing any of its measures by key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from seeing import PHONE, violations
from test_deciding_page import ABUSE, opened
from tests.web.service import Service, message

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        author = {"id": "u-loud", "name": "Loud"}
        said = [
            message(text="good evening", channel="room", author=author),
            message(text=ABUSE, channel="room", author=author),
        ]
        bot = running.client(running.ingest_token)
        assert bot.post("/api/v1/messages", json=said).status_code == 200
        yield running


def the_case(place: Service) -> str:
    while True:
        listed = place.person.get("/api/v1/cases", params={"state": "open"}).json()["cases"]
        if listed:
            return str(listed[0]["id"])


def test_an_account_is_looked_up_by_keyboard_from_the_page_of_its_case(
    place: Service, browser: Browser
) -> None:
    case = the_case(place)
    page = opened(place, browser)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/console")
    page.keyboard.press("Control+k")
    page.keyboard.type("u-loud")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("inside an open case only")
    page.goto(f"/console/cases/{case}")
    page.keyboard.press("Control+k")
    page.keyboard.type("u-loud")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/cases/{case}/search?**")
    expect(page.get_by_label("The account's id or name")).to_have_value("u-loud")
    assert violations(page) == []
    page.get_by_label("Why you search").focus()
    page.keyboard.type("Several people name this account.")
    page.keyboard.press("Enter")
    expect(page.locator("#found h2")).to_have_text("2 messages found")
    expect(page.locator("#found .said").first).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator("#found .said").first).to_be_visible()
    assert violations(page) == []
    assert errors == []
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_form_on_the_case_page_works_on_a_phone_without_a_barrier(
    place: Service, browser: Browser, theme: str, language: str
) -> None:
    page = opened(place, browser, viewport=PHONE, locale=language, color_scheme=theme)
    page.goto(f"/console/cases/{the_case(place)}#p-messages")
    page.locator("#search > summary").click()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    assert violations(page) == []
    page.locator("#search-kind").select_option("words")
    page.locator("#search-words").fill("good evening")
    page.locator("#search-reason").fill("Looking at the talk before.")
    page.locator("#search-form button").click()
    expect(page.locator("#found li")).to_have_count(1)
    assert page.evaluate(wide) <= 0
    assert violations(page) == []
    page.context.close()


def test_any_measure_of_a_case_is_undone_by_key(place: Service, browser: Browser) -> None:
    case = the_case(place)
    for kind, ref, minutes in (("mute", "u-loud", 60), ("time_out", "u-loud", 10)):
        scope = {"kind": "account", "ref": ref, "platform": "twitch", "channel": "room"}
        body = {"kind": kind, "minutes": minutes, "reason": "Until we know.", "scope": scope}
        taken = place.person.post("/api/v1/measures", json={**body, "case": case})
        assert taken.status_code == 201, taken.text
    page = opened(place, browser)
    page.goto(f"/console/cases/{case}")
    buttons = page.locator("#measures [data-act=undo] button")
    before = buttons.count()
    assert before >= 2
    page.keyboard.press("u")
    expect(buttons.nth(0)).to_have_class("small armed")
    page.keyboard.press("j")
    expect(buttons.nth(1)).to_have_class("small armed")
    expect(buttons.nth(0)).to_have_class("small")
    page.keyboard.press("u")
    expect(page.locator(".toast")).to_contain_text("Undone")
    expect(buttons).to_have_count(before - 1)
    page.context.close()
