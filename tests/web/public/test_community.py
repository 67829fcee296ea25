"""The public pages say whose place this is."""

from __future__ import annotations

from pathlib import Path

from tests.web.service import Service

NAME = "Léa & <b>friends</b>"


def test_the_name_of_the_community_stands_on_the_public_pages(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f'[community]\nname = "{NAME}"\n', "utf-8")
    with Service.running(tmp_path) as service, service.client() as client:
        for path in ("/", "/report", "/nothing-here"):
            page = client.get(path, headers={"accept": "text/html", "accept-language": "fr"}).text
            assert "Léa &amp; &lt;b&gt;friends" in page, path
            assert "<b>friends" not in page
        assert "est protégé" in client.get("/", headers={"accept-language": "fr"}).text


def test_without_a_name_the_pages_speak_of_this_community(service: Service) -> None:
    page = service.client().get("/", headers={"accept-language": "en"}).text
    assert "This community is protected" in page


def test_an_error_page_in_french_has_no_english_in_it(service: Service) -> None:
    headers = {"accept": "text/html", "accept-language": "fr"}
    page = service.client().get("/nothing-here", headers=headers)
    assert page.status_code == 404
    assert "Not Found" not in page.text
    assert "Il n’y a rien ici" in page.text
