"""The digest of a target's week: calm, without a word of anybody, and hers alone."""

from __future__ import annotations

from tests.web.mine.test_incident_file import HOSTILE, opened, send
from tests.web.service import Service, message


def test_a_quiet_week_is_said_to_be_quiet(service: Service) -> None:
    ada = opened(service, "ada")
    week = ada.get("/mine/week.json").json()
    assert len(week["days"]) == 7
    assert all(day["held"] == 0 and day["raids"] == [] for day in week["days"])
    assert week["shield"] is False
    assert ada.get("/mine/week").text.count("Quiet.") == 7


def test_it_counts_what_came_to_her_and_shows_no_word_of_it(service: Service) -> None:
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=message(id="w-1", channel="bea", text=HOSTILE))
    bot.post("/api/v1/messages", json=message(id="w-2", channel="cal", text=HOSTILE + " cal"))
    bea = opened(service, "bea")
    service.person.post(
        "/api/v1/targets/bea/shield", json={"minutes": 30, "platform": "twitch", "channel": "bea"}
    )
    send(bea, "act", where="door", date="2026-11-01", text="A man rang.")
    week = bea.get("/mine/week.json").json()
    assert week["days"][0]["held"] == 1
    assert week["shield"] is True and week["in_file"] == 1
    page = bea.get("/mine/week").text
    assert HOSTILE not in page and "w-1" not in page
    assert "1 message to you stood out." in page


def test_nobody_else_reads_it(service: Service) -> None:
    assert service.client().get("/mine/week.json").status_code == 401
    assert service.person.get("/mine/week.json").status_code == 401
