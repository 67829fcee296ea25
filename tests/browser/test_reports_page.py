"""The pages of published reports: read without a script, in both themes, on a phone.

A service of its own: nobody publishes in the one that the other tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from seeing import LAPTOP, PHONE, violations
from tests.web.public.test_reports import PAGE, TWO, published
from tests.web.service import Service as Running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running.running(tmp_path_factory.mktemp("reports")) as running:
        published(running)
        yield running


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(
    ("language", "theme", "viewport"), [("fr", "dark", PHONE), ("en", "light", LAPTOP)]
)
def test_a_citizen_reads_a_report_and_takes_its_files(
    place: Running, browser: Browser, language: str, theme: str, viewport: object, script: bool
) -> None:
    context = browser.new_context(
        base_url=place.address, locale=language, color_scheme=theme, viewport=viewport,
        java_script_enabled=script,
    )  # fmt: skip
    page = context.new_page()
    page.goto("/transparency")
    page.locator(f"a[href='{PAGE}']").click()
    assert page.url.endswith(PAGE)
    page.locator(f"a[href='{TWO}']").first.click()
    expect(page.locator("#texts + h3 + p")).to_have_text("In our own words.")
    with page.expect_download() as waiting:
        page.locator("a[href$='/4_notices.csv']").click()
    assert waiting.value.suggested_filename == "4_notices.csv"
    for address in (PAGE, TWO):
        page.goto(address)
        if script:
            assert violations(page) == []
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= viewport["width"], address  # type: ignore[index]
    context.close()


def test_what_was_taken_from_view_says_so_in_words(place: Running, browser: Browser) -> None:
    away = f"/console/yearly/published{TWO.removeprefix(PAGE)}/withdraw"
    why = "The fourth text names a person who was attacked."
    assert place.person.post(away, data={"reason": why}).status_code == 303
    context = browser.new_context(base_url=place.address, locale="en", viewport=PHONE)
    page = context.new_page()
    page.goto(TWO)
    expect(page.locator("main")).to_contain_text(why)
    assert page.locator("a[download]").count() == 0
    assert violations(page) == []
    context.close()
