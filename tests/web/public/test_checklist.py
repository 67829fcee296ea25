"""The checklist is a public page and a JSON twin of it."""

from __future__ import annotations

from pathlib import Path

from tests.web.service import Service

from rempart.disclose.checklist import checklist
from rempart.web.console.templates import draw


def test_everybody_reads_what_the_law_asks_for_and_what_shows_it(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        stranger = service.client()
        found = stranger.get("/checklist.json").json()
        assert (found["of"], found["shown"] >= 42) == (45, True)
        page = stranger.get(
            "/checklist", headers={"accept": "text/html", "accept-language": "fr"}
        ).text
        assert "Enregistrer une injonction" in page
        assert "test_an_order_is_receipted" in page


def test_a_test_that_has_not_run_yet_is_said_and_breaks_nothing() -> None:
    """A behaviour named a new test before its first run: the page answered 500."""
    page = draw("checklist.html", language="en", found=checklist(None))
    assert "test_an_order_is_receipted" in page
    assert "not run" in page
