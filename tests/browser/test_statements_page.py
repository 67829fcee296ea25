"""*Statements sent* in a browser: a blocked text is found, edited without a script, moves on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from seeing import violations
from tests.web.service import Service

from rempart.cases.measures.by_hand import Wish, take
from rempart.model import MeasureKind, Scope, ScopeKind
from rempart.protect import Shields

pytestmark = pytest.mark.browser
SETTINGS = """
[transparency_database]
send = "sandbox"
url = "http://127.0.0.1:9"
token = "17|never-shown"
allow = ["127.0.0.1"]
"""
NUMBER = "06 12 34 56 78"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data: Path = tmp_path_factory.mktemp("feed")
    (data / "settings.toml").write_text(SETTINGS)
    with Service.running(data) as running:
        reason = f"A publié le {NUMBER} d’une personne."
        scope = Scope(ScopeKind.ACCOUNT, "twitch", "lea", "u7")
        wish = Wish(MeasureKind.MUTE, scope, 3_600, reason)
        now = round(time.time() * 1000)
        running.engine.write(
            lambda tables: take(tables, [wish], Shields(), "camille", now)
        ).result()
        for _ in range(200):
            if running.person.get("/console/statements.json").json()["lines"]:
                break
            time.sleep(0.1)
        yield running


def signed_in(browser: Browser, place: Service, **more: object) -> BrowserContext:
    context = browser.new_context(base_url=place.address, **more)  # type: ignore[arg-type]
    cookies = [
        {"name": name, "value": value, "url": place.address}
        for name, value in place.person.cookies.items()
    ]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    return context


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_keeps_the_rules_of_accessibility_with_its_form_open(
    browser: Browser, place: Service, language: str, theme: str, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    context = signed_in(browser, place, locale=language, color_scheme=theme, viewport=viewport)
    page = context.new_page()
    page.goto("/console/statements")
    assert violations(page) == []
    for part in page.locator("main details").all():
        part.evaluate("part => { part.open = true }")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_blocked_text_is_edited_without_a_script(browser: Browser, place: Service) -> None:
    context = signed_in(browser, place, locale="en", java_script_enabled=False)
    page = context.new_page()
    page.goto("/console/statements")
    line = page.locator("ul.feed > li")
    expect(line.get_by_text("held back", exact=True)).to_be_visible()
    expect(line.get_by_text("phone number")).to_be_visible()
    line.get_by_text("Read, edit, decide").click()
    box = line.get_by_label("Why it is against the terms")
    expect(box).to_have_value(f"A publié le {NUMBER} d’une personne.")
    box.fill("A publié le numéro de téléphone d’une personne.")
    line.get_by_role("button", name="Keep these words").click()
    expect(page.locator("ul.feed > li").get_by_text("waits", exact=True)).to_be_visible()
    expect(page.get_by_text("it reconciles")).to_be_visible()
    context.close()
