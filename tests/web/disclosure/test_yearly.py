"""The page *Yearly report*: drawn up by one click, looked at, published in versions, kept."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import Any

from tests.web.service import Service
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

LAST = datetime.now(UTC).year - 1
PAGE = "/console/yearly"


def drawn(service: Service, what: str = "draw", **typed: str) -> dict[str, Any]:
    """Asks for it and waits until it is there."""
    return service.drawn(PAGE, {"year": str(LAST), "half": "", "language": "en", **typed}, what)


def test_one_click_draws_it_up_and_every_sheet_can_be_looked_at(service: Service) -> None:
    me = service.person
    empty = me.get(PAGE, headers={"accept": "text/html"})
    assert "not drawn up yet" in empty.text
    screen = drawn(service)
    assert screen["drawn"]["version"] == 1
    assert len(screen["drawn"]["sheets"]) == 11
    assert screen["sheet"]["header"][0] == "Applicability"
    page = me.get(f"{PAGE}?year={LAST}&language=en&sheet=11", headers={"accept": "text/html"})
    assert "Qualitative description of the automated means" in page.text
    file = me.get(f"{PAGE}/draft/4_notices.csv?year={LAST}&language=en")
    assert file.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(file.text, newline="")))
    assert rows[1][3] == "TOTAL"
    whole = me.get(f"{PAGE}/draft/report.zip?year={LAST}&language=en")
    names = zipfile.ZipFile(io.BytesIO(whole.content)).namelist()
    assert "3_member_states_orders.csv" in names and "methodology.txt" in names
    assert me.get(f"{PAGE}/draft/nothing.csv?year={LAST}&language=en").status_code == 404


def test_versions_are_dated_say_why_and_are_kept_byte_for_byte(service: Service) -> None:
    me = service.person
    drawn(service)
    first = drawn(service, "publish")
    (version,) = first["versions"]
    assert (version["version"], version["reason"]) == (1, "")
    period = version["period"]
    kept = me.get(f"{PAGE}/published/{period}/1/report.zip").content
    again = drawn(service, "publish")
    assert "says why it replaces" in again["failed"]
    assert len(again["versions"]) == 1
    declared = {
        "key": "text-1", "en": "In our own words.", "from_day": f"{LAST}-01-01",
        "until": f"{LAST}-12-31",
    }  # fmt: skip
    assert me.post("/console/declared/report_text", data=declared).status_code == 303
    second = drawn(service, "publish", reason="A text was ours to write.")
    assert [one["version"] for one in second["versions"]] == [1, 2]
    assert second["drawn"]["changed"] >= 1
    files = zipfile.ZipFile(io.BytesIO(me.get(f"{PAGE}/published/{period}/2/report.zip").content))
    changes = list(csv.reader(io.StringIO(files.read("changes.csv").decode(), newline="")))
    own = next(row for row in changes if row[4] == "In our own words.")
    assert own[0] == "11_qualitative" and own[5] == "A text was ours to write."
    assert own[6] == first["versions"][0]["at"][:10]
    assert me.get(f"{PAGE}/published/{period}/1/report.zip").content == kept
    entries = told(service, "yearly-report")
    assert [one["version"] for one in entries] == [1, 2]
    assert entries[0]["sha256"] != entries[1]["sha256"]
    assert me.get(f"{PAGE}/published/{period}/9/report.zip").status_code == 404


def test_a_period_that_goes_on_is_a_draft(service: Service) -> None:
    this = str(LAST + 1)
    screen = drawn(service, year=this)
    assert screen["over"] is False
    failed = drawn(service, "publish", year=this)
    assert "not over yet" in failed["failed"]


def test_what_is_wrong_is_said_and_others_see_nothing(service: Service) -> None:
    me = service.person
    for typed in ({"year": "soon"}, {"year": "1999"}, {"year": str(LAST), "half": "3"}):
        answer = me.post(f"{PAGE}/draw", data={"half": "", "language": "en", **typed})
        assert answer.status_code in (400, 422), typed
    admit(service, "Vic", "moderator")
    assert service.sign_in("Vic", OTHERS).get(PAGE).status_code == 403
