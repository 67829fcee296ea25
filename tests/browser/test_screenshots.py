"""Pictures of the pages for the docs, taken from the running demo.

`REMPART_PICTURES=docs/images pytest tests/browser/test_screenshots.py` writes them there; otherwise
they go to a temporary folder and only their size is checked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import Look, Service, look

pytestmark = pytest.mark.browser

LARGEST = 400 * 1024
WANTED = os.environ.get("REMPART_PICTURES")


class Picture(NamedTuple):
    name: str
    address: str
    how: Look
    signed_in: bool = True


RAID = "the raid's case"
PICTURES = [
    Picture("overview", "/console", Look("en", "light")),
    Picture("overview-dark", "/console", Look("fr", "dark")),
    Picture("queue", "/console/queue", Look("en", "light")),
    Picture("case", RAID, Look("en", "light")),
    Picture("case-messages-dark", f"{RAID}#messages", Look("fr", "dark")),
    Picture("case-members", f"{RAID}#members", Look("fr", "light")),
    Picture("case-evidence", f"{RAID}#evidence", Look("en", "light")),
    Picture("queues", "/console/queues", Look("en", "light")),
    Picture("figures", "/console/figures", Look("en", "light")),
    Picture("people", "/console/people", Look("fr", "light")),
    Picture("my-day", "/console/me/day", Look("en", "dark")),
    Picture("chat", "/console/channels/twitch/lea", Look("en", "light")),
    Picture("rules", "/console/rules", Look("en", "light")),
    Picture("rules-edit", "/console/rules/edit", Look("fr", "light")),
    Picture("phone-photo", "/photo", Look("fr", "light", phone=True), signed_in=False),
    Picture("phone-overview", "/console", Look("fr", "light", phone=True)),
    Picture("phone-case-dark", RAID, Look("en", "dark", phone=True)),
    Picture("phone-report", "/report", Look("fr", "light", phone=True), signed_in=False),
    Picture("landing", "/", Look("en", "light"), signed_in=False),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Path(WANTED) if WANTED else tmp_path_factory.mktemp("pictures")
    place.mkdir(parents=True, exist_ok=True)
    return place


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(
    service: Service,
    browser: Browser,
    session_file: Path,
    raid_case: str,
    folder: Path,
    picture: Picture,
) -> None:
    state = session_file if picture.signed_in else None
    context = look(browser, service, state, picture.how)
    page = context.new_page()
    page.goto(picture.address.replace(RAID, raid_case))
    if picture.name == "overview" and WANTED:
        page.wait_for_timeout(12_000)  # the curves of a minute
    _take(page, folder / f"{picture.name}.png")
    context.close()


def test_picture_of_a_receipt_on_a_phone(service: Service, browser: Browser, folder: Path) -> None:
    context = look(browser, service, None, Look("fr", "light", phone=True))
    page = context.new_page()
    page.goto("/report")
    page.locator("[value=harassment]").check()
    page.locator("#explanation").fill("On me poursuit sur ce fil depuis hier.")
    page.locator("input[name=good_faith]").check()
    page.locator("form.stack button").click()
    expect(page.locator(".receipt")).to_be_visible()
    _take(page, folder / "phone-receipt.png")
    page.locator("form[action='/status'] button").click()
    expect(page.locator(".steps")).to_be_visible()
    _take(page, folder / "phone-status.png")
    context.close()


def _take(page: Page, file: Path) -> None:
    page.wait_for_load_state("load")
    if WANTED:
        page.wait_for_timeout(700)
    page.screenshot(path=file)
    assert file.stat().st_size <= LARGEST
