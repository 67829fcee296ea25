"""The page *Court dossier*: drawn by one click, taken away, told in the log. The page *Audit*:
questions that reach nothing else, each an entry."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from hashlib import sha256
from typing import Any

from tests.web.service import Service
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

from rempart.disclose.given_out import COURT as COURT_DOSSIER
from rempart.disclose.given_out import Given, leave

COURT, AUDIT = "/console/court", "/console/audit"
PERIOD = {"first": "2026-01-01", "last": "2026-12-31", "language": "fr", "age": ""}


def drawn(service: Service, **typed: str) -> dict[str, Any]:
    return service.drawn(COURT, {**PERIOD, **typed})


def test_one_click_draws_it_and_the_log_tells_who_did(service: Service) -> None:
    me = service.person
    before = me.get(COURT, headers={"accept": "text/html"})
    assert "No dossier is drawn yet" in before.text
    made = drawn(service)["made"]
    names = [one["name"] for one in made["files"]]
    assert "court-dossier.pdf" in names
    assert "3.1-offences.csv" in names
    assert len({one["key"].partition("-")[0] for one in made["tables"]}) == 23
    assert "non déclaré" in me.get(f"{COURT}/files/1.6-budget.csv").text
    document = me.get(f"{COURT}/files/court-dossier.pdf").content
    assert document.startswith(b"%PDF-1.7")
    (entry,) = told(service, "court-dossier")
    assert entry["files"]["court-dossier.pdf"] == sha256(document).hexdigest()
    assert entry["key_of_pseudonyms"] is False
    whole = zipfile.ZipFile(io.BytesIO(me.get(f"{COURT}/files/court-dossier.zip").content))
    assert set(whole.namelist()) == set(names)
    page = me.get(COURT, headers={"accept": "text/html"})
    assert "court-dossier.pdf" in page.text
    assert me.get(f"{COURT}/files/no.csv").status_code == 404


def test_the_page_lists_all_that_were_made_and_draws_any_of_them_again(service: Service) -> None:
    me = service.person
    first = drawn(service, jurisdiction="", as_of="now")
    drawn(service, offence="hate")
    given = Given(
        COURT_DOSSIER, "os:ana", 1_790_000_000_000, 7,
        {"from": "2025-01-01", "until": "2025-12-31", "language": "en", "offences": []},
        {"manifest.csv": "ab" * 32},
    )  # fmt: skip
    leave(service.engine.data_dir, given)
    for _ in range(900):
        listed = me.get(f"{COURT}.json").json()["given"]
        if listed[0]["by"] == "os:ana":
            break
        time.sleep(0.05)
    assert listed[1]["by"] == listed[2]["by"] != "os:ana"
    assert [one["kept"] for one in listed[:3]] == [False, True, False]
    assert listed[0]["digest"] == "ab" * 32
    assert listed[1]["offences"] == ["hate"]
    again = drawn(service, as_of=str(listed[2]["as_of"]))
    assert again["given"][0]["digest"] == listed[2]["digest"] == first["given"][0]["digest"]
    page = me.get(COURT, headers={"accept": "text/html"}).text
    assert "os:ana" in page
    assert page.count("Draw it again") == len(again["given"]) - 1
    refused = me.post(f"{COURT}/draw", data={**PERIOD, "as_of": "soon"})
    assert refused.status_code == 400


def test_what_is_wrong_is_said_and_others_may_not(service: Service) -> None:
    me = service.person
    for typed in ({"first": "soon"}, {"last": "2025-01-01", "first": "x"}):
        assert me.post(f"{COURT}/draw", data={**PERIOD, **typed}).status_code == 400
    assert "no public key" in drawn(service, age="age1nothing")["failed"]
    admit(service, "Vic", "moderator")
    other = service.sign_in("Vic", OTHERS)
    assert other.get(COURT).status_code == 403
    assert other.get(AUDIT).status_code == 403


def test_the_history_of_all_channels_is_not_for_who_is_bound_to_one(service: Service) -> None:
    admit(service, "Bea", "admin", channels=("lea",))
    bea = service.sign_in("Bea", OTHERS)
    assert bea.get(COURT).status_code == 403
    for answer in (
        bea.get(AUDIT),
        bea.post(AUDIT, data={"sql": "SELECT count(*) FROM cases"}),
        bea.post(f"{AUDIT}/history"),
    ):
        assert answer.status_code == 403
        assert "over all channels" in answer.text
    assert told(service, "audit") == []


def test_an_auditor_asks_and_every_question_is_an_entry(service: Service) -> None:
    admit(service, "Ada", "auditor")
    ada = service.sign_in("Ada", OTHERS)
    asked = {"sql": "SELECT count(*) AS n, '=1+1' AS cell FROM cases"}
    page = ada.post(AUDIT, data=asked, headers={"accept": "text/html"})
    assert page.status_code == 200, page.text
    answer = ada.post(AUDIT, data=asked, headers={"accept": "application/json"}).json()
    assert answer["result"]["columns"] == ["n", "cell"]
    file = ada.post(AUDIT, data={**asked, "as": "csv"})
    assert list(csv.reader(io.StringIO(file.text, newline="")))[1][1] == "'=1+1"
    refused = ada.post(AUDIT, data={"sql": "SELECT * FROM read_text('/etc/hostname')"})
    assert refused.status_code == 400
    whole = zipfile.ZipFile(io.BytesIO(ada.post(f"{AUDIT}/history").content))
    assert "statements.parquet" in whole.namelist()
    entries = told(service, "audit")
    assert [one["what"] for one in entries] == ["query"] * 4 + ["export"]
    assert entries[3]["sql"].startswith("SELECT * FROM read_text")
