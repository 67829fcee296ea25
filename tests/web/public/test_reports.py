"""Published yearly reports, as a citizen meets them: every period and version, files, changes, and
what was taken from view."""

from __future__ import annotations

import csv
import io
import subprocess
import time
import zipfile
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.disclosure.test_yearly import LAST, drawn
from tests.web.service import Service
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

from rempart.disclose.yearly.changes import excerpts
from rempart.log.commit import open_leaf, unbase64url
from rempart.store.interface import Tables

HTML = {"accept": "text/html", "accept-language": "en"}
PERIOD = f"{LAST}-01-01/{LAST}-12-31"
PAGE = "/transparency/reports"
ONE = f"{PAGE}/{PERIOD}/1"
TWO = f"{PAGE}/{PERIOD}/2"
WHY = "A name stands in the fourth text and must not."
DAY_MS = 86_400_000


def published(service: Service) -> dict[str, Any]:
    """Two versions of last year, the second with words of the community's own."""
    drawn(service, "publish")
    declared = {
        "key": "text-1", "en": "In our own words.", "from_day": f"{LAST}-01-01",
        "until": f"{LAST}-12-31",
    }  # fmt: skip
    assert service.person.post("/console/declared/report_text", data=declared).status_code == 303
    return drawn(service, "publish", reason="A text was ours to write.")


def test_nothing_is_published_and_the_page_says_so_and_gives_nothing(service: Service) -> None:
    anybody = service.client()
    page = anybody.get(PAGE, headers=HTML)
    assert page.status_code == 200 and "No report is published yet." in page.text
    assert anybody.get(f"{PAGE}.json").json()["periods"] == []
    drawn(service)
    for address in (ONE, f"{ONE}.json", f"{ONE}/report.zip", f"{ONE}/4_notices.csv"):
        answer = anybody.get(address)
        assert answer.status_code == 404, address
        assert str(LAST) not in answer.text, "no hint of a draft"


def test_every_version_is_there_for_everybody_with_its_files_and_hashes(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service)
        anybody = service.client()
        assert PAGE in anybody.get("/transparency", headers=HTML).text
        (period,) = anybody.get(f"{PAGE}.json").json()["periods"]
        assert period["period"] == PERIOD
        newest, first = period["versions"]
        assert (newest["version"], first["version"]) == (2, 1)
        assert newest["reason"] == "A text was ours to write." and newest["changed"] >= 1
        assert int(first["kept_until"][:4]) - int(first["published"][:4]) == 5
        found = anybody.get(f"{TWO}.json").json()
        names = [one["name"] for one in found["files"]]
        assert {"4_notices.csv", "methodology.txt", "changes.csv"} <= set(names)
        assert any(name.endswith(".xlsx") for name in names)
        for one in found["files"]:
            file = anybody.get(one["address"])
            assert sha256(file.content).hexdigest() == one["sha256"], one["name"]
            assert len(file.content) == one["size"]
        whole = anybody.get(f"{TWO}/report.zip")
        assert whole.headers["content-type"] == "application/zip"
        assert sorted(zipfile.ZipFile(io.BytesIO(whole.content)).namelist()) == sorted(names)
        console = service.person.get(f"/console/yearly/published/{PERIOD}/2/report.zip")
        assert whole.content == console.content, "what the console keeps is what everybody gets"
        assert anybody.get(f"{TWO}/nothing.csv").status_code == 404
        assert anybody.get(f"{PAGE}/{PERIOD}/3").status_code == 404
        assert anybody.get(f"{PAGE}/{PERIOD}/99999999999999999999").status_code == 404


def test_the_page_reads_without_a_script_and_names_nobody(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service)
        anybody = service.client()
        page = anybody.get(TWO, headers=HTML)
        assert page.status_code == 200
        assert "In our own words." in page.text, "the qualitative part is readable"
        assert "A text was ours to write." in page.text
        assert "11_qualitative" in page.text and "changes.csv" in page.text
        french = anybody.get(TWO, headers={**HTML, "accept-language": "fr"}).text
        assert "Ce qui a changé" in french
        for text in (page.text, french, anybody.get(f"{TWO}.json").text):
            assert "moderator-1" not in text, "who published it stays inside"
        old = anybody.get(ONE, headers=HTML).text
        assert "replaced by version 2" in old.replace("<bdi>", "").replace("</bdi>", "")


def test_anybody_can_follow_a_version_into_the_log(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[log]\ncheckpoint_seconds = 1\n")
    with Service.running(tmp_path) as service:
        published(service)
        anybody = service.client()
        found = anybody.get(f"{TWO}.json").json()
        entry = found["entry"]
        proof = _proof(anybody, entry["index"])
        disclosure = unbase64url(entry["disclosure"])
        (said,) = open_leaf(b64decode(proof["leaf"]), [disclosure])
        assert said.name == "yearly-report"
        assert said.value["sha256"] == found["sha256"] and said.value["version"] == 2
        assert "by" not in said.value


def test_the_command_that_the_page_gives_recomputes_the_hash(tmp_path: Path) -> None:
    with Service.running(tmp_path / "data") as service:
        published(service)
        anybody = service.client()
        found = anybody.get(f"{TWO}.json").json()
        folder = tmp_path / "report"
        data = anybody.get(f"{TWO}/report.zip").content
        zipfile.ZipFile(io.BytesIO(data)).extractall(folder)
        assert found["recompute"] in anybody.get(TWO, headers=HTML).text.replace(
            "&#34;", '"'
        ).replace("&#39;", "'").replace("&lt;", "<")
        ran = subprocess.run(
            ["sh", "-c", found["recompute"]], cwd=folder, capture_output=True, text=True, check=True
        )
        assert ran.stdout.split()[0] == found["sha256"]


def test_changes_are_shown_cell_by_cell(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service)
        anybody = service.client()
        changes = anybody.get(f"{TWO}.json").json()["changes"]
        file = anybody.get(f"{TWO}/changes.csv").text
        assert len(changes) == len(list(csv.reader(io.StringIO(file, newline="")))) - 1
        own = next(one for one in changes if one["after"] == "In our own words.")
        assert own["sheet"] == "11_qualitative" and own["before"]
        assert anybody.get(f"{ONE}.json").json()["changes"] == []


def test_of_two_long_texts_the_part_that_differs_is_shown() -> None:
    same = "The same words go on for a while. " * 20
    before, after = excerpts(f"{same}Ten entries.{same}", f"{same}Twelve entries.{same}")
    assert "Ten entries" in before and "Twelve entries" in after
    assert len(after) < 120 and after.startswith("…") and after.endswith("…")
    assert excerpts("", "5") == ("", "5")
    assert excerpts("aa", "a") == ("aa", "a")


def _proof(anybody: httpx.Client, index: int) -> dict[str, Any]:
    """Once the entry lies under a signed checkpoint."""
    for _ in range(200):
        answer = anybody.get(f"/api/v1/log/proof/{index}")
        if answer.status_code == 200:
            return dict(answer.json())
        time.sleep(0.1)
    raise AssertionError(answer.text)


def _later(service: Service, ms: int) -> None:
    """As if that long ago it had been taken from view."""

    def change(tables: Tables) -> None:
        (row,) = tables.history.withdrawals()
        tables.history.put_withdrawal(
            row._replace(at_ms=row.at_ms - ms, until_ms=row.until_ms - ms)
        )

    service.engine.write(change).result()


def test_one_person_takes_a_version_from_view_and_another_must_agree(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service)
        me, anybody = service.person, service.client()
        away = f"/console/yearly/published/{PERIOD}/2/withdraw"
        assert me.post(away, data={"reason": "no"}, headers=HTML).status_code == 400
        assert me.post(away, data={"reason": WHY}).status_code == 303
        for address in (f"{TWO}/report.zip", f"{TWO}/4_notices.csv"):
            gone = anybody.get(address)
            assert gone.status_code == 404, address
        page = anybody.get(TWO, headers=HTML)
        assert page.status_code == 410 and WHY in page.text and "In our own words." not in page.text
        twin = anybody.get(f"{TWO}.json")
        assert twin.status_code == 410 and "texts" not in twin.text
        newest, first = anybody.get(f"{PAGE}.json").json()["periods"][0]["versions"]
        assert newest["withdrawn"]["reason"] == WHY and newest["withdrawn"]["confirmed"] is False
        assert newest["sha256"], "its hash stays"
        assert first["withdrawn"] is None
        assert me.post(away, data={"reason": WHY}).status_code == 409, "once is enough"
        agree = f"/console/yearly/published/{PERIOD}/2/confirm"
        assert me.post(agree, headers=HTML).status_code == 403, "somebody else agrees"
        admit(service, "Ada", "admin")
        assert service.sign_in("Ada", OTHERS).post(agree).status_code == 303
        _later(service, 30 * DAY_MS)
        assert anybody.get(f"{TWO}/report.zip").status_code == 404
        back = f"/console/yearly/published/{PERIOD}/2/restore"
        assert me.post(back, data={"reason": "The name is the author's own."}).status_code == 303
        assert anybody.get(f"{TWO}/report.zip").status_code == 200
        whats = [one["what"] for one in told(service, "yearly-withdrawal")]
        assert whats == ["withdrawn", "confirmed", "restored"]


def test_what_nobody_agrees_to_comes_back_by_itself(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        published(service)
        away = f"/console/yearly/published/{PERIOD}/1/withdraw"
        assert service.person.post(away, data={"reason": WHY}).status_code == 303
        anybody = service.client()
        assert anybody.get(f"{ONE}/report.zip").status_code == 404
        _later(service, 3 * DAY_MS)
        assert anybody.get(f"{ONE}/report.zip").status_code == 200
        late = service.person.post(f"/console/yearly/published/{PERIOD}/1/confirm", headers=HTML)
        assert late.status_code == 409


@pytest.mark.parametrize("what", ["withdraw", "confirm", "restore"])
def test_only_who_declares_may(service: Service, what: str) -> None:
    admit(service, f"Mod{what}", "moderator")
    other = service.sign_in(f"Mod{what}", OTHERS)
    address = f"/console/yearly/published/{PERIOD}/1/{what}"
    assert other.post(address, data={"reason": WHY}).status_code == 403
