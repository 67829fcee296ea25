"""Posts that their account signed, on a case page: what a tired moderator sees of the proof."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import LAPTOP, PHONE, violations
from tests.atproto.network import Network
from tests.atproto.repository import POSTS, Account
from tests.connect.platform_server import Reply
from tests.web.evidence.test_captures import a_case, ended, service
from tests.web.service import Service

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("REMPART_PICTURES")
RKEY = "3l3qo2vuowo2b"
TEXT = "everybody shall know that she lives in the rue des Lilas"


class Place(NamedTuple):
    running: Service
    case: str
    uri: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A case with a post that holds and one that does not."""
    with Network() as network:
        account = network.account("bot.example.test")
        account.fill(60)
        uri = account.post(RKEY, TEXT)
        with service(tmp_path_factory.mktemp("data") / "data", network.settings) as running:
            case = a_case(running)
            forger = Account(account.handle, account.pds)
            forger.did, forger.records = account.did, account.records
            network.fail("getRecord", Reply(200, forger.proof(f"{POSTS}/{RKEY}")))
            body = {"url": uri, "reason": "a first try"}
            running.person.post(f"/api/v1/cases/{case}/captures", json=body)
            ended(running, case)
            yield Place(running, case, uri)


def opened(place: Place, browser: Browser, *, scripts: bool = True, **look: object) -> Page:
    look = {"viewport": LAPTOP, "locale": "en", **look}
    context = browser.new_context(
        base_url=place.running.address,
        reduced_motion="reduce",
        java_script_enabled=scripts,
        **look,  # type: ignore[arg-type]
    )
    value = place.running.person.cookies["rempart"]
    context.add_cookies([{"name": "rempart", "value": value, "url": place.running.address}])
    page = context.new_page()
    page.goto(f"/console/cases/{place.case}#p-evidence")
    return page


def test_without_scripts_a_signed_post_is_captured_and_its_proof_taken_away(
    browser: Browser, place: Place, tmp_path: Path
) -> None:
    page = opened(place, browser, scripts=False)
    page.locator("#capture-url").fill(place.uri)
    page.locator("#capture-reason").fill("she is named there")
    page.get_by_role("button", name="Capture the page").click()
    expect(page.locator("#captures")).to_contain_text("she is named there")
    ended(place.running, place.case)
    page.goto(f"/console/cases/{place.case}?again#p-evidence")
    captures = page.locator("#captures")
    expect(captures.get_by_text("Signed by the platform: checked")).to_be_visible()
    expect(captures.get_by_text("does not prove who held the key")).to_be_visible()
    text = captures.locator("details.veil .said")
    expect(text).not_to_be_visible()
    captures.locator("details.veil summary").click()
    expect(text).to_have_text(TEXT)
    expect(captures.get_by_text("Signature of the platform: does not hold")).to_be_visible()
    with page.expect_download() as taken:
        captures.get_by_role("link", name="Proof (zip)").last.click()
    assert taken.value.path().read_bytes().startswith(b"PK")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_it_is_readable_for_everybody(
    browser: Browser, place: Place, scheme: str, size: object
) -> None:
    page = opened(place, browser, viewport=size, color_scheme=scheme, locale="fr")
    captures = page.locator("#captures")
    expect(captures.get_by_text("Signature de la plateforme : non valable")).to_be_visible()
    captures.locator("summary", has_text="Ce qui a été contrôlé").last.click()
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    if PICTURES:
        name = f"signed-{scheme}-{'phone' if size is PHONE else 'laptop'}.png"
        captures.screenshot(path=Path(PICTURES) / name)
