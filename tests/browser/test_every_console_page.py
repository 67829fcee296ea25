"""Every page of the console: accessible in both themes and languages, usable at 360 px."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from seeing import LOOKS, Look, Service, barriers, look, too_wide

pytestmark = pytest.mark.browser

CONSOLE = (
    "/console",
    "/console/queue",
    "/console/queues",
    "/console/channels",
    "/console/channels/twitch/lea",
    "/console/rules",
    "/console/rules/edit",
    "/console/learning",
    "/console/files",
    "/console/erasure",
    "/console/figures",
    "/console/log",
    "/console/practice",
    "/console/orders",
    "/console/bans",
    "/console/misuse",
    "/console/terms",
    "/console/disputes",
    "/console/statements",
    "/console/yearly",
    "/console/court",
    "/console/audit",
    "/console/declared",
    "/console/declared/moderator",
)


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_no_page_breaks_a_rule_of_accessibility(
    service: Service, browser: Browser, session_file: Path, raid_case: str, how: Look
) -> None:
    context = look(browser, service, session_file, how)
    assert barriers(context.new_page(), CONSOLE, how.language) == {}
    context.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_phone_of_360_pixels_never_scrolls_sideways(
    service: Service, browser: Browser, session_file: Path, raid_case: str, language: str
) -> None:
    context = look(browser, service, session_file, Look(language, phone=True))
    assert too_wide(context.new_page(), CONSOLE) == {}
    context.close()
