"""What an auditor sees: her own pages and no others, by axe, on a phone, texts blurred at first."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from seeing import LAPTOP, LOOKS, PHONE, Look, violations
from tests.web.disclosure.test_auditor import RULES, happened
from tests.web.service import Service
from tests.web.team import PASSWORD

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("REMPART_PICTURES")
SAMPLE = "/console/audit/decisions?seed=spring&most=3"
PAGES = ("/console/audit", "/console/audit/decisions", SAMPLE, f"{SAMPLE}&of=restrictions",
         "/console/audit/rules", "/console/access", "/console/log", "/console/me")  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        happened(running)
        rules = {"files": {"own.toml": RULES}, "reason": "Asked for by the meeting of May."}
        assert running.person.post("/api/v1/rules", json=rules).status_code == 201
        yield running


@pytest.mark.parametrize("how", [*LOOKS, Look("fr", "dark", phone=True)], ids=str)
def test_her_pages_are_accessible_and_inert(browser: Browser, place: Service, how: Look) -> None:
    ada = place.sign_in("Ada", PASSWORD)
    context = browser.new_context(
        base_url=place.address,
        reduced_motion="reduce",
        locale=how.language,
        color_scheme=how.theme,
        viewport=PHONE if how.phone else LAPTOP,
    )
    context.add_cookies(
        [{"name": "rempart", "value": ada.cookies["rempart"], "url": place.address}]
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    for number, address in enumerate(PAGES):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        assert violations(page) == [], address
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{address} scrolls by {wide}"
        if address == "/console/access":
            expect(page.locator("td time").first).to_have_text(re.compile(r"\d:\d\d"))
        if PICTURES:
            name = f"audit-{number}-{how.language}-{how.theme}-{'phone' if how.phone else 'wide'}"
            page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert troubles == []
    page.goto(SAMPLE)
    text = page.locator("details.veil .said").first
    expect(text).to_be_hidden()
    page.locator("details.veil summary").first.click()
    expect(text).to_be_visible()
    context.close()
