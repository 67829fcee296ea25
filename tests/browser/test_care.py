"""Each text that is opened counts one, once, and the page of one's day shows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def _texts(page: Page) -> int:
    return int(page.request.get("/console/me/day.json").json()["today"]["texts"])


def test_opening_a_blurred_text_counts_one(console: Page, raid_case: str) -> None:
    before = _texts(console)
    console.goto(f"{raid_case}#messages")
    veil = console.locator("details.veil:visible").first
    with console.expect_response("**/api/v1/me/exposure") as answer:
        veil.locator("summary").click()
    assert answer.value.json()["texts"] == before + 1
    veil.locator("summary").click()
    veil.locator("summary").click()
    console.wait_for_timeout(1_200)
    assert _texts(console) == before + 1, "the same text again is no new one"
