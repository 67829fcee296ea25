"""*Statements sent*: what waits and why, edited by a person, let go; its JSON twin; nobody else."""

from __future__ import annotations

import json
import re
import time

import pytest
from tests.web.service import Service

from rempart.cases.measures.by_hand import Wish, take
from rempart.model import MeasureKind, Scope, ScopeKind
from rempart.protect import Shields

SETTINGS = """
[transparency_database]
send = "sandbox"
url = "http://127.0.0.1:9"
token = "17|never-shown"
allow = ["127.0.0.1"]
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    (data / "settings.toml").write_text(SETTINGS)
    with Service.running(data) as running:
        yield running


@pytest.fixture(scope="module")
def legal(service):
    return service.person


def mute(service, account, reason):
    wish = Wish(MeasureKind.MUTE, Scope(ScopeKind.ACCOUNT, "twitch", "lea", account), 3_600, reason)
    now = round(time.time() * 1000)
    service.engine.write(lambda tables: take(tables, [wish], Shields(), "camille", now)).result()


def screen(client, state=""):
    return client.get("/console/statements.json", params={"only": state}).json()


def until(client, count):
    for _ in range(100):
        found = screen(client, "blocked")["lines"] + screen(client, "waiting")["lines"]
        if len(found) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def post(client, puid, what, **form):
    page = client.get("/console/statements").text
    token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    return client.post(f"/console/statements/{puid}/{what}", data={"csrf": token, **form})


def test_what_a_gate_holds_is_shown_with_its_place_and_edited(service, legal):
    mute(service, "troll_42", "Troll_42 a publié le 06 12 34 56 78 d’une personne.")
    [line] = until(legal, 1)
    wrong = {(one["field"], one["found"]) for one in line["wrong"]}
    field = "incompatible_content_explanation"
    assert (field, "Troll_42") in wrong
    assert any("06 12 34 56 78" in found for _, found in wrong)
    page = legal.get("/console/statements", headers={"accept-language": "fr"}).text
    assert "numéro de téléphone" in page
    assert "never-shown" not in page
    answer = post(legal, line["puid"], "edit", **{field: ""})
    assert answer.status_code == 400
    words = "A publié le numéro de téléphone d’une personne."
    assert post(legal, line["puid"], "edit", **{field: words}).status_code in (200, 303)
    [line] = screen(legal, "waiting")["lines"]
    assert line["texts"][field] == words
    assert line["wrong"] == []


def test_it_is_kept_back_let_go_or_exempt_by_a_person_with_a_reason(service, legal):
    mute(service, "other", "Third insult of the evening after two warnings.")
    line = next(one for one in until(legal, 2) if "Third" in json.dumps(one["texts"]))
    assert post(legal, line["puid"], "hold", reason="spam").status_code == 400
    post(legal, line["puid"], "hold", reason="The lawyer reads it first.")
    [held] = [one for one in screen(legal, "blocked")["lines"] if one["puid"] == line["puid"]]
    assert held["wrong"][0]["by_person"]
    order = {"exemption": "order", "reason": "Order 12/2026 of the court of Paris."}
    post(legal, line["puid"], "exempt", **order)
    assert [one["puid"] for one in screen(legal, "exempt")["lines"]] == [line["puid"]]
    assert post(legal, line["puid"], "release").status_code == 409


def test_it_reconciles_and_the_metrics_count_by_state(service, legal):
    found = screen(legal)["reconciled"]
    assert found["holds"]
    assert found["restrictions"] == found["exempt"] + found["sent"] + found["open"]
    metrics = service.client(service.token("read")).get("/metrics").text
    assert 'rempart_feed_statements{state="exempt"} 1.0' in metrics


def test_who_may_not_declare_sees_nothing_of_it(service):
    token = service.client(service.token("read", "moderate"))
    assert token.get("/console/statements.json").status_code == 403
