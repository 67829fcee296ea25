"""Four eyes are two people's: an account that one let in himself is no second person for a week."""

from __future__ import annotations

import html
import re
import shlex
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from tests.web.deciding.test_deciding import held
from tests.web.evidence.test_erasure import ask
from tests.web.service import Service
from tests.web.team import PASSWORD, admit, invited, of_longer_standing, told

from rempart.cases.people import change_person
from rempart.cases.second_person import DAY_MS, free_from, set_days, too_close_to, vouched
from rempart.cli import main
from rempart.store.interface import Tables


@pytest.fixture
def service(tmp_path: Any) -> Iterator[Service]:
    with Service.running(tmp_path) as running:
        assert running.person.get("/api/v1/me").status_code == 200
        yield running


def let_in(by: httpx.Client, service: Service, name: str) -> httpx.Client:
    made = by.post("/api/v1/invitations", json={"name": name, "roles": ["admin"]})
    assert made.status_code == 201, made.text
    return invited(service, made.json()["link"])


def confirm(who: httpx.Client, id: str) -> httpx.Response:
    return who.post(f"/api/v1/erasure/{id}/confirm")


def test_an_account_i_invited_myself_does_not_confirm_what_i_asked(service: Service) -> None:
    me = service.person
    puppet = let_in(me, service, "Puppet")
    id = ask(me, "twitch/u-1").json()["id"]
    refused = confirm(puppet, id)
    assert refused.status_code == 403
    assert "you can be the second person from" in refused.text
    assert "longer" in refused.text, "and who can agree meanwhile"
    tries = [one for one in told(service, "person") if one["what"] == "second person refused"]
    assert [(one["by"], one["agreed_to"]) for one in tries] == [("moderator-2", id)]
    page = puppet.post(f"/console/erasure/{id}/confirm", headers={"accept": "text/html"})
    assert page.status_code in (403, 422)
    assert "erasure" not in str(told(service, "alarm"))
    back = ask(puppet, "twitch/u-2").json()["id"]
    assert confirm(me, back).status_code == 403, "nor I what my puppet asked"
    assert "second person" in puppet.get("/console/me", headers={"accept": "text/html"}).text
    of_longer_standing(service)
    assert confirm(puppet, id).status_code == 200, "a week later it is possible"
    assert not told(service, "alarm")


def test_a_chain_of_puppets_and_two_of_one_hand_are_no_two_people(service: Service) -> None:
    one = let_in(service.person, service, "One")
    two = let_in(one, service, "Two")
    other = let_in(service.person, service, "Other")
    id = ask(service.person, "twitch/u-1").json()["id"]
    assert confirm(two, id).status_code == 403
    theirs = ask(other, "twitch/u-2").json()["id"]
    assert confirm(two, theirs).status_code == 403


def test_who_was_let_in_by_another_may_and_the_admins_are_told(service: Service) -> None:
    admit(service, "Ada", "admin")
    ada = service.sign_in("Ada", PASSWORD)
    new = let_in(ada, service, "New")
    id = ask(service.person, "twitch/u-1").json()["id"]
    assert confirm(new, id).status_code == 200
    (alarm,) = told(service, "alarm")
    assert alarm["what"] == "second person"
    assert (alarm["person"], alarm["let_in_by"]) == ("moderator-3", "moderator-2")
    assert "agreed as the second person" in service.person.get("/console").text


def test_a_reset_a_role_and_being_enabled_again_count_as_letting_in(service: Service) -> None:
    me = service.person
    for name, act in {
        "Reset": lambda path: me.post(f"{path}/reset"),
        "Role": lambda path: me.patch(path, json={"roles": ["admin"]}),
        "Back": lambda path: (
            me.patch(path, json={"disabled": True}),
            me.patch(path, json={"disabled": False}),
        ),
    }.items():
        id = admit(service, name, "moderator")
        assert act(f"/api/v1/people/{id}")
        with service.engine.read() as tables:
            assert "moderator-1" in too_close_to(tables, id, now()), name
    id = admit(service, "Narrow", "moderator")
    me.patch(f"/api/v1/people/{id}", json={"channels": ["lea"]})
    with service.engine.read() as tables:
        assert not too_close_to(tables, id, now()), "who may do less was given nothing"


def test_a_right_given_to_a_role_counts_for_who_holds_it(service: Service) -> None:
    id = admit(service, "Old hand", "moderator")
    rights = ["read", "decide", "export", "erase"]
    service.person.put("/api/v1/roles/moderator", json={"rights": rights})
    with service.engine.read() as tables:
        assert "moderator-1" in too_close_to(tables, id, now())


def test_it_ends_with_the_link_the_chain_cannot_do_without(service: Service) -> None:
    a, b, c = (admit(service, name, "moderator") for name in "abc")

    def change(tables: Tables) -> None:
        vouched(tables, b, a, 10 * DAY_MS)
        vouched(tables, c, b, 14 * DAY_MS)
        assert free_from(tables, c, a, 15 * DAY_MS) == 17 * DAY_MS
        assert free_from(tables, c, a, 17 * DAY_MS) is None
        assert free_from(tables, b, c, 17 * DAY_MS) == 21 * DAY_MS
        vouched(tables, c, "oidc:work", 20 * DAY_MS)
        change_person(tables, c, c, 20 * DAY_MS, roles=["admin"], channels=None)
        assert free_from(tables, c, a, 20 * DAY_MS) is None, "only what people give counts"
        set_days(tables, 1, 16 * DAY_MS)
        assert free_from(tables, b, c, 16 * DAY_MS) is None, "as long as the settings say"

    service.engine.write(change).result()
    assert [one["days"] for one in told(service, "person") if one["what"] == "second person days"]


def now() -> int:
    return time.time_ns() // 1_000_000


def test_a_community_of_one_and_of_two_is_told_why_nobody_agrees_and_what_is_left(
    service: Service, tmp_path: Any
) -> None:
    me = service.person
    case = held(service)
    path = f"/console/cases/{case}/exports"
    page = me.get(path).text
    assert "Nobody here can agree to what you ask yet." in page
    assert "can agree 7 days later" in page
    assert "You are alone here." in me.get("/console/people").text
    other = let_in(me, service, "Other")
    page = me.get(path).text
    day = datetime.fromtimestamp(now() / 1000 + 7 * 86_400, UTC).strftime("%Y-%m-%d")
    assert f"Somebody can from {day} on" in page
    assert "here longer" not in page, "nobody is"
    assert "You are alone here." not in me.get("/console/people").text
    words = shlex.split(html.unescape(re.findall(r">rempart (case .*)</code>", page)[0]))
    assert case in words
    words[words.index("--data") + 1] = str(service.data)
    words[words.index("-o") + 1] = str(tmp_path / "dossier.pdf")
    made = CliRunner().invoke(main, words)
    assert made.exit_code == 0, made.output
    of_longer_standing(service)
    for who in (me, other):
        assert "Nobody here can agree" not in who.get(path).text
