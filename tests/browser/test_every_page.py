"""What holds for every page: theme and language can be switched, and no text becomes a script."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import Look, Service, look

pytestmark = pytest.mark.browser

BLNS = Path(__file__).parent.parent / "data" / "hostile" / "blns.json"


def test_the_theme_switch_turns_the_page_at_once_and_is_remembered(
    service: Service, browser: Browser
) -> None:
    context = look(browser, service, None, Look())
    page = context.new_page()
    page.goto("/")
    page.locator("[data-theme-switch]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    for _ in range(600):  # the page's own policy forbids to wait for a script's answer in it
        if "dark" in {one["value"] for one in context.cookies()}:
            break
        page.wait_for_timeout(50)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_the_language_switch_works_without_a_script(service: Service) -> None:
    with httpx.Client(base_url=service.address, follow_redirects=True) as client:
        page = client.get("/preferences", params={"language": "fr", "back": "/report"})
        assert page.url.path == "/report"
        assert 'lang="fr"' in page.text
        elsewhere = client.get("/preferences", params={"back": "//evil.example/x"})
        assert elsewhere.url.host == httpx.URL(service.address).host


def test_hostile_strings_stay_inert_and_visible(
    service: Service, browser: Browser, session_file: Path
) -> None:
    strings = [text for text in json.loads(BLNS.read_text("utf-8")) if text.strip()]
    strings += ["\u202egnp.exe", "a\u0000b", "\U000e0041tag", "e" + "\u0301" * 500, "{{7*7}}"]
    service.say([_hostile(place, text) for place, text in enumerate(strings)])
    context = look(browser, service, session_file, Look())
    page = context.new_page()
    fired: list[str] = []
    page.on("dialog", lambda dialog: (fired.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: fired.append(str(error)))
    page.on("console", lambda line: fired.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: _watch(request.url, service, fired))
    page.goto("/console/channels/twitch/hostile")
    expect(page.locator("[data-chat] li").last).to_be_visible()
    for address in ("/console", "/console/queue", "/console/channels"):
        page.goto(address)
        _nothing_foreign(page)
    context.close()
    assert fired == []


def _hostile(place: int, text: str) -> dict[str, object]:
    return {
        "id": f"hostile-{place}",
        "platform": "twitch",
        "channel": "hostile",
        "sent_at": f"2026-03-01T20:{place // 60 % 60:02d}:{place % 60:02d}Z",
        "author": {"id": f"h{place}", "name": text[:200]},
        "text": text,
    }


def _watch(url: str, service: Service, fired: list[str]) -> None:
    if not url.startswith((service.address, "data:", "blob:")):
        fired.append(f"request to {url}")


def _nothing_foreign(page: Page) -> None:
    """No script, handler, style or frame that the product did not ship; no hidden character."""
    assert (
        page.locator("script:not([src]), iframe, object, embed, style, [style*=expression]").count()
        == 0
    )
    handlers = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => [...e.attributes]"
        ".some(a => a.name.startsWith('on'))).length"
    )
    assert handlers == 0
    text = page.locator("body").inner_text()
    assert not any(character in text for character in "\u202e\u2066\u0000\u200b")
