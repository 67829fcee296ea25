"""Campaigns over HTTP and on the pages: whole for who sees it all, in part for who does not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web import campaigns
from tests.web.service import Service

PATH = "/api/v1/campaigns"


@pytest.fixture(scope="module")
def campaign(service: Service) -> dict[str, Any]:
    campaigns.run(service)
    found = service.person.get(PATH, params={"target": "iris"}).json()["campaigns"]
    assert len(found) == 1, found
    return dict(service.person.get(f"{PATH}/{found[0]['id']}").json())


def test_a_campaign_names_its_raids_and_who_returned(campaign: dict[str, Any]) -> None:
    summary = campaign["summary"]
    assert summary["target"] == "iris"
    assert summary["raids"] == len(campaign["raids"]) == 3
    assert [raid["channel"] for raid in campaign["raids"]] == ["iris", "iris", "iris-fans"]
    assert all(raid["case"] for raid in campaign["raids"])
    assert campaign["whole"]
    returning = {one.removeprefix("twitch/") for one in campaign["returning"]}
    assert len(returning) >= 6
    assert returning <= {f"hater{number}" for number in range(28, 40)}
    assert [raid["returning"] for raid in campaign["raids"]] == [0, len(returning), 0]
    assert summary["reasons"]
    assert len(campaign["members"]) == summary["members"] > 80
    assert campaign["log"]


def test_who_has_rights_on_one_channel_reads_that_part(
    service: Service, campaign: dict[str, Any]
) -> None:
    id = campaign["summary"]["id"]
    reader = service.client(service.token("read", channels=["iris"]))
    seen = reader.get(f"{PATH}/{id}").json()
    assert [raid["channel"] for raid in seen["raids"]] == ["iris", "iris"]
    assert seen["places"] == ["twitch/iris"]
    assert not seen["whole"]
    assert {member["platform"] for member in seen["members"]} == {"twitch"}
    assert [one["id"] for one in reader.get(PATH).json()["campaigns"]] == [id]


@pytest.mark.parametrize("channels", [["zoe"], ["youtube/iris"]])
def test_without_rights_on_any_of_its_channels_there_is_no_campaign(
    service: Service, campaign: dict[str, Any], channels: list[str]
) -> None:
    stranger = service.client(service.token("read", channels=channels))
    assert stranger.get(PATH).json() == {"campaigns": []}
    assert stranger.get(f"{PATH}/{campaign['summary']['id']}").status_code == 404
    assert stranger.get(f"{PATH}/nothing").status_code == 404


def test_a_token_that_only_delivers_reads_no_campaign(
    service: Service, campaign: dict[str, Any]
) -> None:
    bot = service.client(service.ingest_token)
    assert bot.get(PATH).status_code == 403
    assert bot.get(f"{PATH}/{campaign['summary']['id']}").status_code == 403
    assert service.client().get(PATH).status_code == 401


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Why these belong together"), ("fr", "Ce qui les relie")],
)
def test_the_pages_tell_it_in_words(
    service: Service, campaign: dict[str, Any], language: str, words: str
) -> None:
    headers = {"accept": "text/html", "accept-language": language}
    id, case = campaign["summary"]["id"], campaign["raids"][1]["case"]
    for path in (f"/console/campaigns/{id}", f"/console/cases/{case}"):
        page = service.person.get(path, headers=headers)
        assert page.status_code == 200, page.text[:500]
        assert words in page.text
        assert f"/console/campaigns/{id}" in page.text or path.endswith(id)
    listed = service.person.get("/console/campaigns", headers=headers)
    assert f"/console/campaigns/{id}" in listed.text
    assert "earlier attack" not in listed.text or language == "en"
    twin = service.person.get(f"/console/campaigns/{id}.json").json()
    assert twin["campaign"]["summary"] == campaign["summary"]


def test_pages_of_campaigns_keep_to_the_rights_of_the_reader(
    service: Service, campaign: dict[str, Any]
) -> None:
    id = campaign["summary"]["id"]
    stranger = service.client(service.token("read", channels=["zoe"]))
    assert stranger.get(f"/console/campaigns/{id}").status_code == 404
    assert id not in stranger.get("/console/campaigns").text
    reader = service.client(service.token("read", channels=["iris-fans"]))
    page = reader.get(f"/console/campaigns/{id}", headers={"accept-language": "en"}).text
    assert "A part of this campaign lies in channels" in page
    assert "#iris-fans" in page.replace("<bdi>", "").replace("</bdi>", "")
    assert campaign["raids"][0]["case"] not in page
