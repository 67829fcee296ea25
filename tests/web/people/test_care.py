"""Reviewers' care: what is read is counted, a pause is asked for, enough is enough."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit, told

CARE = "[care]\ndaily = 12\npause_after = 5\npause_minutes = 10\n[care.harms]\nspam = 3\n"
HTML = {"accept": "text/html"}


@pytest.fixture
def service(tmp_path: Path) -> object:
    (tmp_path / "settings.toml").write_text(CARE)
    with Service.running(tmp_path) as running:
        assert running.person.get("/api/v1/me").status_code == 200
        yield running


def reviewer(service: Service, name: str = "Rita") -> httpx.Client:
    admit(service, name, "reviewer")
    return service.sign_in(name, PASSWORD)


def reads(client: httpx.Client, texts: int, case: str = "") -> dict[str, object]:
    answer = client.post("/api/v1/me/exposure", json={"texts": texts, "case": case})
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def a_case(service: Service, text: str = "you are a loser") -> str:
    service.client(service.ingest_token).post("/api/v1/messages", json=message(text=text))
    deadline = time.monotonic() + 60
    while not (found := service.person.get("/api/v1/cases").json()["cases"]):
        assert time.monotonic() < deadline
    return str(found[0]["id"])


def rest(service: Service, minutes: int = 11) -> None:
    """As if so much time had passed."""
    from rempart.store.sqlite.tables import SqliteTables

    def change(tables: object) -> None:
        assert isinstance(tables, SqliteTables)
        tables.connection.execute("UPDATE pause SET until_ms = until_ms - ?", (minutes * 60_000,))

    service.engine.write(change).result()


def test_after_so_many_texts_a_calm_page_stands_in_the_place_of_a_case(service: Service) -> None:
    case = a_case(service)
    rita = reviewer(service)
    assert reads(rita, 4)["pause_until"] is None
    assert rita.get(f"/console/cases/{case}.json").json()["case"]["id"] == case
    assert reads(rita, 1)["pause_until"] is not None
    page = rita.get(f"/console/cases/{case}", headers=HTML)
    assert page.status_code == 200
    assert "A pause" in page.text
    assert "you are a loser" not in page.text
    assert service.person.get(f"/console/cases/{case}.json").json()["case"], "others go on"
    rest(service)
    assert rita.get(f"/console/cases/{case}.json").json()["case"]["id"] == case
    assert reads(rita, 1)["until_pause"] == 4, "it counts anew after a pause"


def test_a_pause_is_skipped_once_a_day_with_a_reason_in_the_log(service: Service) -> None:
    case = a_case(service)
    rita = reviewer(service)
    reads(rita, 5)
    form = {"back": f"/console/cases/{case}", "reason": ""}
    assert rita.post("/console/me/pause", data=form).status_code == 400
    form["reason"] = "nearly done with this one"
    answer = rita.post("/console/me/pause", data=form)
    assert answer.headers["location"] == f"/console/cases/{case}"
    assert told(service, "person")[-1]["reason"] == "nearly done with this one"
    reads(rita, 5)
    assert rita.post("/console/me/pause", data=form).status_code == 409, "once a day"


def test_a_case_of_life_and_death_can_always_be_opened_with_a_reason(service: Service) -> None:
    case = a_case(service, "I will find you and kill you tonight")
    rita = reviewer(service)
    reads(rita, 5)
    assert rita.get(f"/console/cases/{case}.json").json()["life"] is True
    for _ in range(2):
        form = {"back": f"/console/cases/{case}", "reason": "nobody else is here"}
        assert rita.post("/console/me/pause", data=form).status_code == 303
        reads(rita, 5)


def test_enough_of_a_harm_keeps_it_from_the_queue_until_tomorrow(service: Service) -> None:
    rita = reviewer(service)
    reads(rita, 1)
    assert rita.get("/api/v1/me/day").json()["capped"] == []
    day = reads(rita, 11)
    capped = day["capped"]
    assert isinstance(capped, list)
    assert "threat" in capped, "at the daily cap only what weighs less is left"
    assert "spam" not in capped
    assert [one["what"] for one in told(service, "person")][-1] == "cap reached"
    page = rita.get("/console/me/day", headers=HTML).text
    assert "Enough for today." in page
    overview = service.person.get("/console/people.json").json()["exposed"]
    assert overview == {"moderator-2": 12}, "an admin sees how many, not of what"


def test_a_case_goes_past_who_has_read_enough(service: Service) -> None:
    text = "I will find you and kill you tonight"
    case = a_case(service, text)
    people = {name: admit(service, name, "reviewer") for name in ("Rita", "Sam", "Tess")}
    rita, sam = (service.sign_in(name, PASSWORD) for name in ("Rita", "Sam"))
    reads(rita, 12)
    reads(service.person, 12)
    given = service.person.post(f"/api/v1/cases/{case}/assign", json={"person": people["Rita"]})
    assert given.status_code == 409
    assert "enough" in given.json()["error"]["reason"]
    assert sam.post(f"/api/v1/cases/{case}/recuse", json={"reason": "My neighbour."}).is_success
    assert assignee(service, case) == people["Tess"], "she alone has not read enough"
    tess = service.sign_in("Tess", PASSWORD)
    assert tess.post(f"/api/v1/cases/{case}/recuse", json={"reason": "My cousin."}).is_success
    assert assignee(service, case) in {"moderator-1", people["Rita"]}, (
        "better somebody tired than nobody"
    )


def assignee(service: Service, case: str) -> str | None:
    with service.engine.read() as tables:
        return tables.deadlines.standing([case])[case].assignee


def test_care_never_leaves_a_place_without_anybody(service: Service) -> None:
    case = a_case(service)
    day = reads(service.person, 50)
    assert day["alone"] is True
    assert day["capped"] == []
    assert service.person.get(f"/console/cases/{case}.json").json()["case"]["id"] == case
    page = service.person.get("/console/me/day", headers=HTML).text
    assert "it is too much for one" in page


def test_what_is_counted_is_how_many_and_never_which(service: Service) -> None:
    case = a_case(service)
    reads(service.person, 2, case)
    day = service.person.get("/console/me/day.json").json()["today"]
    assert day["texts"] == 2
    assert sum(day["by_harm"].values()) == 2
    assert case not in str(day)
    for body in ({"texts": 0}, {"texts": 1_000}, {"texts": 1, "text": "x"}):
        assert service.person.post("/api/v1/me/exposure", json=body).status_code == 400


def test_pictures_have_no_colours_until_somebody_wants_them(service: Service) -> None:
    me = service.person
    assert 'data-images="grey"' in me.get("/console", headers=HTML).text
    me.get("/preferences", params={"images": "colour", "back": "/console/me/day"})
    assert 'data-images="colour"' in me.get("/console", headers=HTML).text
    me.cookies.delete("rempart_images")


def test_nothing_plays_by_itself() -> None:
    web = Path(__file__).parents[3] / "src/rempart/web"
    for file in [*web.rglob("*.html"), *web.glob("static/js/*.js")]:
        assert "autoplay" not in file.read_text("utf-8"), file
