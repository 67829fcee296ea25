"""The page of arranged reports, and of what was reported, in every look."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Browser, expect
from seeing import Look, Service, look, violations

pytestmark = pytest.mark.browser

SCRIPT = "This user keeps posting hateful messages and must be banned from this place at once"
TITLES = {"en": "Arranged reports on innocent", "fr": "Signalements concertés visant innocent"}


@pytest.fixture(scope="module")
def pages(service: Service, browser: Browser, session_file: str) -> dict[str, str]:
    """Addresses of both cases."""
    now = datetime.now(UTC).isoformat()
    service.say(
        [
            {
                "id": f"olive-{number}",
                "platform": "twitch",
                "channel": "olive",
                "sent_at": now,
                "author": {"id": "innocent"},
                "text": f"what a lovely evening, {number}",
            }
            for number in range(10)
        ]
    )
    for number in range(20):
        report = {
            "category": "hate",
            "explanation": SCRIPT + "!" * (number % 4),
            "message_ids": [f"olive-{number % 10}"],
            "good_faith": True,
        }
        answer = httpx.post(f"{service.address}/api/v1/reports", json=report, timeout=30)
        assert answer.is_success, answer.text
    context = look(browser, service, session_file, Look())
    cases = context.request.get("/api/v1/cases?channel=olive").json()["cases"]
    context.close()
    return {case["kind"]: f"/console/cases/{case['id']}" for case in cases}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("phone", [False, True])
def test_it_says_what_it_is_and_breaks_no_rule(
    service: Service,
    browser: Browser,
    session_file: str,
    pages: dict[str, str],
    language: str,
    phone: bool,
) -> None:
    context = look(browser, service, session_file, Look(language, "dark", phone))
    page = context.new_page()
    page.goto(pages["raid"])
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[language])
    reasons = page.locator("#what .reasons li")
    expect(reasons).to_have_count(2)
    assert "near-identical" not in page.locator("#what").inner_text() or language == "en"
    found = violations(page)
    page.goto(f"{pages['message']}#reports")
    expect(page.locator(f'#p-reports a[href="{pages["raid"]}"]')).to_be_visible()
    found += violations(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert found == []
    assert not phone or width <= 360
