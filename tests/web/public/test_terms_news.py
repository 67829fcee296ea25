"""Changed terms are told where people meet the service, with what changed (DSA art. 14(2))."""

from __future__ import annotations

from pathlib import Path

from tests.web.disclosure.test_terms import FIRST, publish
from tests.web.service import Service, message

from rempart.cases.terms_change import reworded
from rempart.store.interface import Tables

HTML = {"accept": "text/html", "accept-language": "en"}
OWN = "Be kind. No mockery of names. No links."
SECOND = {
    "summary_fr": "Les moqueries sur les noms.", "summary_en": "Mockery of names.",
    "own_en": OWN, "own_fr": "Soyez bons.", "significant": "yes",
}  # fmt: skip


def published(service: Service, **typed: str) -> None:
    answer = publish(service, **typed)
    assert answer.status_code == 303, answer.text


def test_a_significant_change_is_told_where_people_come_and_a_small_one_is_not(
    tmp_path: Path,
) -> None:
    with Service.running(tmp_path) as service:
        anybody = service.client()
        published(service, **FIRST, own_en="Be kind. No links.")
        for path in ("/report", "/status", "/statement", "/"):
            assert "/terms/1" not in anybody.get(path, headers=HTML).text, "the first is no change"
        published(service, **SECOND)
        for path in ("/report", "/status", "/statement", "/", "/mine", "/transparency"):
            page = anybody.get(path, headers=HTML).text
            assert "The terms changed on" in page and "Mockery of names." in page, path
            assert 'href="/terms/2#changes"' in page, path
        small = {**SECOND, "own_fr": "Soyez très bons.", "significant": "", "summary_en": "A word."}
        published(service, **small)
        page = anybody.get("/report", headers=HTML).text
        assert "Mockery of names." in page and "A word." not in page


def test_it_is_told_for_a_month(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service, **FIRST)
        published(service, **SECOND)

        def weeks_ago(tables: Tables) -> None:
            row = tables.terms.latest()
            assert row is not None and row.announced_ms is not None
            tables.terms.announced(row.version, row.announced_ms - 31 * 86_400_000)

        service.engine.write(weeks_ago).result()
        page = service.client().get("/report", headers=HTML).text
        assert "The terms changed on" not in page


def test_who_reported_before_reads_it_in_the_conversation_of_that_report(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service, **FIRST)
        anybody = service.client()
        receipts = [_report(service)]
        published(service, **SECOND)
        receipts.append(_report(service))
        before, after = (
            anybody.post("/api/v1/reports/status", json={"receipt": one}).json() for one in receipts
        )
        (told,) = [one for one in before["messages"] if one["kind"] == "terms"]
        assert told["text"]["en"] == "Mockery of names." and told["links"] == ["/terms/2"]
        assert "terms" not in [one["kind"] for one in after["messages"]]
        page = anybody.post("/status", data={"receipt": receipts[0]}, headers=HTML).text
        assert "The terms changed since your report" in page and "/terms/2#changes" in page
        assert "The terms changed on" not in page, "told once, not twice"


def _report(service: Service) -> str:
    report = {
        "category": "harassment", "explanation": "Look at this.", "good_faith": True,
        "links": ["https://chat.example/lea/1"],
    }  # fmt: skip
    sent = service.client().post("/api/v1/reports", json=report)
    assert sent.status_code == 201, sent.text
    return str(sent.json()["receipt"])


def test_the_page_shows_what_changed_in_words(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service, **FIRST, own_en="Be kind. No links.")
        published(service, **SECOND)
        anybody = service.client()
        page = anybody.get("/terms/2", headers=HTML).text
        assert "<ins>" in page and "No mockery of names." in page.replace("<bdi>", "").replace(
            "</bdi>", ""
        )
        (part,) = anybody.get("/terms/2.json").json()["parts"]
        assert (part["what"], part["kind"], part["id"]) == ("changed", "own", "en")
        assert part["before"]["en"] == "Be kind. No links." and part["after"]["en"] == OWN


def test_words_that_stay_are_told_apart_from_new_and_gone_ones() -> None:
    assert reworded("Be kind. No links.", "Be kind. No mockery. No links.") == [
        ("same", "Be kind. No "),
        ("new", "mockery. No "),
        ("same", "links."),
    ]
    assert reworded("", "New.") == [("new", "New.")]
    assert reworded("Old.", "") == [("gone", "Old.")]


def test_a_statement_of_reasons_names_the_terms_that_were_in_force(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service, **FIRST)
        service.client(service.ingest_token).post(
            "/api/v1/messages", json=[message(text="you are a loser, kill yourself")]
        )
        published(service, **SECOND)
        (told,) = service.person.get("/api/v1/statements").json()["statements"]
        code = service.person.post(f"/api/v1/statements/{told['statement']['id']}/code").json()
        page = service.client().post("/statement", data={"code": code["code"]}, headers=HTML).text
        assert "Version 1 of the terms was in force" in page.replace("<bdi>", "").replace(
            "</bdi>", ""
        )
        assert 'href="/terms/1"' in page
        twin = service.client().post("/api/v1/statements/read", json={"code": code["code"]}).json()
        assert twin["terms"]["version"] == 1 and twin["terms"]["address"] == "/terms/1"
