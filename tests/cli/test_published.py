"""The doctor says what the law asks a place to publish and nobody did."""

from __future__ import annotations

from pathlib import Path

from tests.web.disclosure.test_terms import FIRST
from tests.web.service import Service

from rempart.cli.disclosure_checks import check_published
from rempart.cli.findings import State


def test_the_doctor_asks_for_contact_points_and_terms_until_they_are_there(tmp_path: Path) -> None:
    assert check_published(tmp_path / "nothing").state is State.OK
    with Service.running(tmp_path) as service:
        found = check_published(tmp_path)
        assert found.state is State.MIND
        assert "art. 11" in found.found and "art. 12" in found.found and "14(1)" in found.found
        for audience in ("authorities", "users"):
            typed = {"key": audience, "audience": audience, "email": "a@example.org",
                     "languages": "fr", "human": "yes", "from_day": "2026-01-01"}  # fmt: skip
            assert service.person.post("/console/declared/contact", data=typed).status_code == 303
        assert service.person.post("/console/terms", data=FIRST).status_code == 303
        assert check_published(tmp_path).state is State.OK
