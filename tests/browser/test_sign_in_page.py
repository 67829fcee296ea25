"""Signing in as people do: by invitation, with a passkey, with an app's code; in a real browser.

Chromium's virtual authenticator stands for the phone or the key (WebAuthn, chapter 11).
"""

from __future__ import annotations

import re
import time
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from seeing import LAPTOP, PHONE, Look, Service, look, violations

from rempart.cases.factors import code_at

pytestmark = pytest.mark.browser
PAGES = ("/console/me", "/console/me/day", "/console/people", "/console/roles", "/console/access")
PASSWORD = "four words are quite good"


@pytest.fixture
def named(service: Service) -> Service:
    """The same service by its name: passkeys are bound to one."""
    return service._replace(address=service.address.replace("127.0.0.1", "localhost"))


@pytest.fixture
def invited(
    service: Service,
    named: Service,
    browser: Browser,
    session_file: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    """Somebody new, who has opened the link of an invitation and chosen a password."""
    name = f"Guest {request.node.name[:40]}"
    admin = look(browser, service, session_file, Look())
    page = admin.new_page()
    page.goto("/console/people")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("#made-link").inner_text()
    admin.close()
    context = browser.new_context(base_url=named.address, locale="en", viewport=LAPTOP)
    guest = context.new_page()
    guest.goto(link.replace("127.0.0.1", "localhost"))
    expect(guest.get_by_label("Invitation")).to_have_value(link.partition("#")[2])
    assert "#" not in guest.url, "the secret leaves the address"
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_label("The same password again").fill(PASSWORD)
    guest.get_by_role("button", name="Save and go to the console").click()
    guest.wait_for_url("**/console")
    yield guest
    context.close()


def authenticator(context: BrowserContext, page: Page) -> None:
    """A phone that recognises its owner."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_without_a_password_and_as_second_factor(invited: Page) -> None:
    page = invited
    authenticator(page.context, page)
    page.goto("/console/me")
    page.get_by_label("Name of the device").fill("My phone")
    page.locator("[data-passkey-new]").get_by_label("The password you have now").fill(PASSWORD)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("[data-passkey-codes] li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#factors").get_by_text("My phone").first).to_be_visible()
    name = page.locator(".page-head .hint").inner_text().partition(" · ")[0]

    page.get_by_role("button", name=re.compile("Sign out")).click()
    page.wait_for_url("**/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/console")

    page.get_by_role("button", name=re.compile("Sign out")).click()
    page.wait_for_url("**/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/login/second**")
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/console")

    page.goto("/console/me")
    remove = page.locator("form[action='/console/me/factors/remove']")
    remove.get_by_label("The password you have now").fill(PASSWORD)
    remove.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The second factor was removed.")).to_be_visible()


def test_a_code_of_an_app_signs_in(invited: Page) -> None:
    page = invited
    page.goto("/console/me")
    name = page.locator(".page-head .hint").inner_text().partition(" · ")[0]
    begin = page.locator("form[action='/console/me/app/begin']")
    begin.get_by_label("The password you have now").fill(PASSWORD)
    page.get_by_role("button", name="Set up an app").click()
    assert violations(page) == []
    secret = b32decode(page.locator("#secret").inner_text().replace(" ", ""))
    page.get_by_label("The code your app shows now").fill(code_at(secret, _step() - 1))
    page.get_by_role("button", name="Use this app from now on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name=re.compile("Sign out")).click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label(re.compile("Code of your app")).fill(code_at(secret, _step()))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/console")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_people_are_accessible_and_fit_a_phone(
    service: Service, browser: Browser, session_file: Path, language: str, theme: str
) -> None:
    how = Look(language, "dark" if theme == "dark" else "light")
    context = look(browser, service, session_file, how)
    page = context.new_page()
    found: dict[str, object] = {}
    for address in (*PAGES, "/console/people/moderator-1", "/invitation"):
        page.set_viewport_size(LAPTOP)
        page.goto(address)
        if broken := violations(page):
            found[address] = broken
        page.set_viewport_size(PHONE)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            found[f"{address} at 360"] = width
    context.close()
    assert found == {}


def _step() -> int:
    return int(time.time()) // 30
