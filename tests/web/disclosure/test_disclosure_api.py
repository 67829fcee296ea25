"""What is published and handed over, by its endpoints: yearly reports, court dossiers, terms, the
auditor's questions. Each does what the form of the console does."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import httpx
from tests.web.service import Service
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

LAST = datetime.now(UTC).year - 1
YEARLY, COURT = "/api/v1/yearly-reports", "/api/v1/court-dossiers"
PERIOD = f"{LAST}-01-01/{LAST}-12-31"


def drawn(me: httpx.Client, path: str, wish: dict[str, Any], ready: str) -> dict[str, Any]:
    """Asks for it and waits until it is there."""
    answer = me.post(path, json=wish)
    assert answer.status_code == 202, answer.text
    for _ in range(900):
        draft: dict[str, Any] = me.get(f"{ready}/draft").json()
        if draft["phase"] is None:
            return draft
        time.sleep(0.05)
    raise AssertionError("it is not drawn")


def report(me: httpx.Client, what: str = "/draft", **wish: Any) -> dict[str, Any]:
    return drawn(me, f"{YEARLY}{what}", {"year": LAST, **wish}, YEARLY)


def test_a_yearly_report_is_drawn_looked_at_and_published_in_versions(service: Service) -> None:
    me = service.person
    assert me.get(f"{YEARLY}/draft").status_code == 404
    draft = report(me)
    assert draft["drawn"]["version"] == 1 and draft["drawn"]["published"] is False
    names = [one["name"] for one in draft["drawn"]["files"]]
    assert "3_member_states_orders.csv" in names
    file = me.get(f"{YEARLY}/draft/files/4_notices.csv", params={"year": LAST})
    assert list(csv.reader(io.StringIO(file.text, newline="")))[1][3] == "TOTAL"
    other = {"year": LAST - 1}
    assert me.get(f"{YEARLY}/draft/files/4_notices.csv", params=other).status_code == 404
    assert me.get(YEARLY).json() == {"versions": []}

    published = report(me, "")
    assert published["drawn"]["published"] is True
    (version,) = me.get(YEARLY).json()["versions"]
    assert (version["period"], version["version"]) == (PERIOD, 1)
    one = me.get(f"{YEARLY}/{PERIOD}/1").json()
    assert {entry["name"] for entry in one["files"]} == set(names)
    whole = me.get(f"{YEARLY}/{PERIOD}/1/files/report.zip").content
    assert set(zipfile.ZipFile(io.BytesIO(whole)).namelist()) == set(names)
    assert whole == me.get(f"/console/yearly/published/{PERIOD}/1/report.zip").content
    again = report(me, "")
    assert "says why it replaces" in again["failed"]
    assert [entry["version"] for entry in told(service, "yearly-report")] == [1]
    assert me.get(f"{YEARLY}/{PERIOD}/2").status_code == 404


def test_a_version_leaves_public_view_by_two_people_and_comes_back(service: Service) -> None:
    me = service.person
    report(me, "")
    one = f"{YEARLY}/{PERIOD}/1"
    assert me.post(f"{one}/confirm").status_code == 409, "nobody withdrew it"
    away = me.post(f"{one}/withdraw", json={"reason": "It names somebody."}).json()
    assert away["withdrawn"]["mine"] is True and away["withdrawn"]["confirmed_by"] is None
    public = f"/transparency/reports/{PERIOD}/1/report.zip"
    assert service.client().get(public).status_code != 200
    assert me.post(f"{one}/confirm").status_code == 403, "the same person is no second one"
    admit(service, "Bea", "admin")
    bea = service.sign_in("Bea", OTHERS)
    assert bea.get(YEARLY).json()["versions"][0]["withdrawn"]["mine"] is False
    assert bea.post(f"{one}/confirm").json()["withdrawn"]["confirmed_by"] == "moderator-2"
    assert me.post(f"{one}/restore", json={}).status_code == 400, "without a reason"
    back = me.post(f"{one}/restore", json={"reason": "The name was nobody's."}).json()
    assert back["withdrawn"] is None
    assert service.client().get(public).status_code == 200
    whats = [entry["what"] for entry in told(service, "yearly-withdrawal")]
    assert whats == ["withdrawn", "confirmed", "restored"]


def test_a_court_dossier_is_drawn_taken_away_and_listed(service: Service) -> None:
    me = service.person
    assert me.get(f"{COURT}/draft").status_code == 404
    wish = {"first": "2026-01-01", "last": "2026-12-31", "offences": ["hate"]}
    drawing = drawn(me, f"{COURT}/draft", wish, COURT)
    assert drawing["offences"] == ["hate"] and drawing["failed"] == ""
    names = {one["name"] for one in drawing["made"]["files"]}
    whole = me.get(f"{COURT}/draft/files/court-dossier.zip").content
    assert set(zipfile.ZipFile(io.BytesIO(whole)).namelist()) == names
    manifest = me.get(f"{COURT}/draft/files/manifest.csv").content
    (given,) = me.get(COURT).json()["given"]
    assert given["digest"] == sha256(manifest).hexdigest() and given["kept"] is True
    (entry,) = told(service, "court-dossier")
    assert entry["files"]["manifest.csv"] == given["digest"]
    assert me.get(f"{COURT}/draft/files/no.csv").status_code == 404
    for wrong in ({"last": "soon"}, {"language": "de"}, {"as_of": "soon"}, {"age": "one"}):
        assert me.post(f"{COURT}/draft", json={**wish, **wrong}).status_code == 400, wrong
    keyless = drawn(me, f"{COURT}/draft", {**wish, "age": ["age1nothing"]}, COURT)
    assert "no public key" in keyless["failed"]


def test_the_terms_are_published_by_version(service: Service) -> None:
    me = service.person
    standing = me.get("/api/v1/terms").json()
    assert standing["versions"] == [] and standing["rules"] > 10
    wish = {"summary": {"fr": "Première version."}, "own": {"fr": "Soyez bons."}}
    made = me.post("/api/v1/terms", json=wish)
    assert made.status_code == 201 and made.json()["version"] == 1
    assert me.post("/api/v1/terms", json=wish).status_code == 409, "nothing is new"
    assert me.post("/api/v1/terms", json={"summary": {}}).status_code == 400
    more = {**wish, "own": {"fr": "Soyez très bons."}, "significant": True}
    assert me.post("/api/v1/terms", json=more).json()["significant"] is True
    assert service.client().get("/terms.json").json()["terms"]["own"] == {"fr": "Soyez très bons."}
    assert [one["version"] for one in me.get("/api/v1/terms").json()["versions"]] == [2, 1]
    whats = [entry["what"] for entry in told(service, "terms")]
    assert whats == ["published", "published", "announced"]


def test_an_auditor_asks_here_too_and_each_question_is_an_entry(service: Service) -> None:
    admit(service, "Ada", "auditor")
    ada = service.sign_in("Ada", OTHERS)
    tables = {one["name"] for one in ada.get("/api/v1/audit").json()["tables"]}
    assert "statements" in tables
    asked = {"sql": "SELECT count(*) AS n FROM cases"}
    assert ada.post("/api/v1/audit/query", json=asked).json()["columns"] == ["n"]
    wrong = {"sql": "SELECT * FROM read_text('/etc/hostname')"}
    assert ada.post("/api/v1/audit/query", json=wrong).status_code == 400
    whole = zipfile.ZipFile(io.BytesIO(ada.post("/api/v1/audit/history").content))
    assert "statements.parquet" in whole.namelist()
    assert [one["what"] for one in told(service, "audit")] == ["view", "query", "query", "export"]
    assert ada.get(YEARLY).status_code == ada.get(COURT).status_code == 403


def test_what_is_published_for_all_is_for_who_declares(service: Service) -> None:
    admit(service, "Vic", "moderator")
    admit(service, "Ines", "admin", channels=("lea",))
    others = (
        service.sign_in("Vic", OTHERS),
        service.sign_in("Ines", OTHERS),
        service.client(service.token("admin")),
        service.client(),
    )
    one = f"{YEARLY}/{PERIOD}/1"
    reads = (
        YEARLY, f"{YEARLY}/draft", f"{YEARLY}/draft/files/report.zip?year={LAST}", one,
        f"{one}/files/report.zip", COURT, f"{COURT}/draft", f"{COURT}/draft/files/manifest.csv",
        "/api/v1/terms",
    )  # fmt: skip
    acts = (
        f"{YEARLY}/draft", YEARLY, f"{one}/withdraw", f"{one}/confirm", f"{one}/restore",
        f"{COURT}/draft", "/api/v1/terms", "/api/v1/audit/query", "/api/v1/audit/history",
    )  # fmt: skip
    for other in others:
        for path in reads:
            assert other.get(path).status_code in (401, 403), path
        for path in acts:
            assert other.post(path, json={}).status_code in (401, 403), path


def test_an_act_without_the_csrf_token_is_refused(service: Service) -> None:
    client = service.person
    bare = httpx.Client(base_url=service.address, cookies=client.cookies)
    for path in (f"{YEARLY}/draft", f"{COURT}/draft", "/api/v1/terms"):
        assert bare.post(path, json={"year": LAST}).status_code == 403, path
