"""Every tab of a raid's case: accessible in both themes and languages, usable at 360 px."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from seeing import LOOKS, Look, Service, barriers, look, open_anew, too_wide, violations

pytestmark = pytest.mark.browser

TABS = ("timeline", "messages", "members", "texts", "signals", "reports", "evidence")
WITHOUT_THE_HIDDEN = (
    "document.querySelectorAll('[role=tabpanel][hidden]').forEach(panel => panel.replaceChildren())"
)
"""Axe walks through what is hidden too. The page is looked at whole once, with its first tab; the
thousands of elements that belong to other tabs are looked at with theirs."""


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_no_page_breaks_a_rule_of_accessibility(
    service: Service, browser: Browser, session_file: Path, raid_case: str, how: Look
) -> None:
    context = look(browser, service, session_file, how)
    page = context.new_page()
    found = barriers(page, [f"{raid_case}#{TABS[0]}"], how.language)
    for tab in TABS[1:]:
        open_anew(page, f"{raid_case}#{tab}")
        expect(page.locator(f"#p-{tab}")).to_be_visible()
        page.evaluate(WITHOUT_THE_HIDDEN)
        if broken := violations(page):
            found[tab] = broken
    context.close()
    assert found == {}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_phone_of_360_pixels_never_scrolls_sideways(
    service: Service, browser: Browser, session_file: Path, raid_case: str, language: str
) -> None:
    context = look(browser, service, session_file, Look(language, phone=True))
    assert too_wide(context.new_page(), [f"{raid_case}#{tab}" for tab in TABS]) == {}
    context.close()
