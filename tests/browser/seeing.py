"""How pages are looked at: a service that runs, a way of looking, and axe."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe.min.js").read_text("utf-8")
LAPTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 360, "height": 780}


class Service(NamedTuple):
    address: str
    one_time: str
    token: str

    def say(self, messages: list[dict[str, object]]) -> None:
        """Delivers messages as a community would."""
        answer = httpx.post(
            f"{self.address}/api/v1/messages",
            json=messages,
            headers={"authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text


class Look(NamedTuple):
    """How somebody looks at the pages."""

    language: str = "en"
    theme: Literal["light", "dark"] = "light"
    phone: bool = False


EVERY_LOOK = [Look(language, theme) for language in ("fr", "en") for theme in ("light", "dark")]
LOOKS = EVERY_LOOK if os.environ.get("REMPART_EVERY_LOOK") else EVERY_LOOK[1:3]
"""French in the dark and English by day; all four with `make test-browser`."""


def look(
    browser: Browser, service: Service, session_file: Path | None, how: Look
) -> BrowserContext:
    context = browser.new_context(
        base_url=service.address,
        locale=how.language,
        color_scheme=how.theme,
        viewport=PHONE if how.phone else LAPTOP,
        reduced_motion="reduce",
        storage_state=session_file,
    )
    return context


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.0 to 2.2, levels A and AA, and its best practices."""
    page.evaluate(AXE)
    found = page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
           .map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " "
                     + (n.any[0]?.message ?? n.all[0]?.message ?? "")).join(" | "))"""
    )
    return list(found)


def barriers(page: Page, addresses: Iterable[str], language: str) -> dict[str, list[str]]:
    """What axe finds at each address, opened anew; each page must speak the language."""
    found: dict[str, list[str]] = {}
    for address in addresses:
        open_anew(page, address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        if broken := violations(page):
            found[address] = broken
    return found


def too_wide(page: Page, addresses: Iterable[str]) -> dict[str, int]:
    """The addresses whose page scrolls sideways on a phone, with the width of the page."""
    wide: dict[str, int] = {}
    for address in addresses:
        open_anew(page, address)
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wide[address] = width
    return wide


def open_anew(page: Page, address: str) -> None:
    """As somebody opens a link: to go to another part of a page that is open loads nothing."""
    before = page.url.partition("#")[0]
    page.goto(address)
    if "#" in address and page.url.partition("#")[0] == before:
        page.reload()
