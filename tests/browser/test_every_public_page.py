"""Every page that needs no account: accessible in both themes and languages, usable at 360 px."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from seeing import LOOKS, Look, Service, barriers, look, too_wide

pytestmark = pytest.mark.browser

PUBLIC = (
    "/",
    "/report",
    "/status",
    "/photo",
    "/verify",
    "/terms",
    "/transparency",
    "/transparency/reports",
    "/contact",
    "/checklist",
    "/login",
    "/nothing-here",
)


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_no_page_breaks_a_rule_of_accessibility(
    service: Service, browser: Browser, how: Look
) -> None:
    context = look(browser, service, None, how)
    assert barriers(context.new_page(), PUBLIC, how.language) == {}
    context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_phone_of_360_pixels_never_scrolls_sideways(
    service: Service, browser: Browser, language: str
) -> None:
    context = look(browser, service, None, Look(language, phone=True))
    assert too_wide(context.new_page(), PUBLIC) == {}
    context.close()
