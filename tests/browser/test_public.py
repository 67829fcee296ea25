"""Somebody reports, without a script and without an account, and reads the answer."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import Service

pytestmark = pytest.mark.browser


def _without_script(browser: Browser, service: Service, language: str) -> Page:
    context = browser.new_context(
        base_url=service.address, locale=language, java_script_enabled=False
    )
    return context.new_page()


def _report(page: Page, words: dict[str, str]) -> str:
    page.goto("/report")
    page.get_by_label(words["category"], exact=False).and_(
        page.locator("[value=harassment]")
    ).check()
    page.locator("#explanation").fill(words["explanation"])
    page.locator("#links").fill("https://forum.example/thread/77")
    page.locator("input[name=good_faith]").check()
    page.get_by_role("button", name=words["send"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["arrived"])
    assert page.url.endswith("/report")
    shown = page.locator(".receipt li").all_inner_texts()
    assert len(shown) == 12
    return " ".join(re.sub(r"^\d+\s*", "", word).strip() for word in shown)


FRENCH = {
    "category": "Harcèlement",
    "explanation": "On me poursuit sur ce fil depuis hier.",
    "send": "Envoyer le signalement",
    "arrived": "Votre signalement est bien arrivé.",
}
ENGLISH = {
    "category": "Harassment",
    "explanation": "They have been after me in this thread since yesterday.",
    "send": "Send the report",
    "arrived": "Your report has arrived.",
}


@pytest.mark.parametrize(("language", "words"), [("fr", FRENCH), ("en", ENGLISH)])
def test_a_report_gets_its_receipt_and_status_without_a_script(
    service: Service, browser: Browser, language: str, words: dict[str, str]
) -> None:
    page = _without_script(browser, service, language)
    receipt = _report(page, words)
    page.goto("/status")
    page.locator("#receipt").fill(receipt.upper())
    page.locator("form[data-status-form] button").click()
    expect(page.locator(".steps li").first).to_contain_text(
        {"fr": "Reçu", "en": "Received"}[language]
    )
    assert receipt.split()[0] not in page.url
    page.goto("/status")
    page.locator("#receipt").fill("abandon " * 12)
    page.locator("form[data-status-form] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.context.close()


def test_what_was_typed_comes_back_with_an_error(service: Service) -> None:
    typed = {"category": "harassment", "explanation": "They <b>follow</b> me.", "links": "tw-1"}
    answer = httpx.post(f"{service.address}/report", data=typed)
    assert answer.status_code == 422
    assert "They &lt;b&gt;follow&lt;/b&gt; me." in answer.text
    assert 'href="#good_faith"' in answer.text


def test_a_receipt_after_the_hash_goes_into_the_form_and_out_of_the_address(
    service: Service, browser: Browser
) -> None:
    page = browser.new_page(base_url=service.address, locale="en")
    page.goto("/status#abandon-ability-able")
    expect(page.locator("#receipt")).to_have_value("abandon ability able")
    assert page.url == f"{service.address}/status"
    page.close()


def test_more_is_added_and_the_report_taken_back_without_a_script(
    service: Service, browser: Browser
) -> None:
    page = _without_script(browser, service, "en")
    receipt = _report(page, ENGLISH)
    page.goto("/status")
    page.locator("#receipt").fill(receipt)
    page.locator("form[data-status-form] button").click()
    page.locator("#more-text").fill("They wrote to my sister too.")
    page.locator("#more-links").fill("https://forum.example/thread/78")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("What you wrote has arrived.")
    expect(page.locator(".said.you")).to_contain_text("They wrote to my sister too.")
    page.locator("#more-links").fill("not a link")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator("#more-links").input_value() == "not a link"
    page.get_by_text("Take this report back").click()
    page.get_by_label("I want to take it back.").check()
    page.get_by_role("button", name="Take back", exact=True).click()
    expect(page.locator(".steps")).to_contain_text("You took your report back.")
    assert page.locator("#more-text").count() == 0
    assert receipt.split()[0] not in page.url
    page.context.close()
