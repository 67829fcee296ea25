"""The page *Practice* with an item on it: accessible in every look, and it fits a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from seeing import Look, look, violations
from seeing import Service as Seen
from tests.web.deciding.test_deciding import ACT, held
from tests.web.service import Service
from tests.web.team import PASSWORD, admit

pytestmark = pytest.mark.browser
WHY = "Wishing somebody dead is not banter."
LOOKS = [
    *[Look(language, theme) for language in ("fr", "en") for theme in ("light", "dark")],
    Look("fr", phone=True),
]


def test_an_item_is_met_and_what_was_agreed_is_read_after(tmp_path: Path, browser: Browser) -> None:
    with Service.running(tmp_path / "data") as service:
        case = held(service)
        service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
        service.person.post(f"/console/cases/{case}/golden", data={"reason": WHY})
        for place, how in enumerate(LOOKS):
            admit(service, f"Rita {place}", "reviewer")
            session = service.sign_in(f"Rita {place}", PASSWORD).cookies["rempart"]
            context = look(browser, Seen(service.address, "", ""), None, how)
            context.add_cookies([{"name": "rempart", "value": session, "url": service.address}])
            page = context.new_page()
            page.goto("/console/practice")
            assert violations(page) == [], how
            page.locator("#item button[value=act]").click()
            expect(page.locator("#agreed")).to_contain_text(WHY)
            assert violations(page) == [], how
            if how.phone:
                assert page.evaluate("document.documentElement.scrollWidth") <= 360
                page.screenshot(path=tmp_path / "practice-phone.png")
            context.close()
