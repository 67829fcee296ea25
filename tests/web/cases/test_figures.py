"""The page *Figures* of a running service, its twins and its gauges."""

from __future__ import annotations

from tests.web.service import Service, lines, message


def test_what_is_still_open_is_in_every_figure(service: Service) -> None:
    items = [message(channel="=lea", text="good evening") for _ in range(4)]
    with service.client(service.ingest_token) as bot:
        kind = {"content-type": "application/x-ndjson"}
        bot.post("/api/v1/messages", content=lines(*items), headers=kind)
        for item in items:
            said = {"category": "hate", "explanation": "Again and again.", "good_faith": True}
            bot.post("/api/v1/reports", json={**said, "message_ids": [item["id"]]})
    cases = service.person.get("/api/v1/cases").json()["cases"]
    for case, outcome in zip(cases[:2], ("uphold", "lift"), strict=True):
        decision = {"outcome": outcome, "ground": "terms", "reason": "Looked at."}
        answer = service.person.post(f"/api/v1/cases/{case['id']}/decisions", json=decision)
        assert answer.status_code == 201, answer.text
    figures = service.person.get("/console/figures.json").json()
    whole = figures["answer"]["whole"]
    assert (whole["total"], whole["open"], whole["most"]) == (4, 2, None)
    assert figures["answer"]["by_language"][0]["group"] == "en"
    assert figures["first_action"]["by_harm"][0]["group"] == "hate"
    (reviewer,) = figures["reviewers"]
    assert reviewer["group"].startswith("moderator-")
    assert reviewer["right"]["whole"] == 2
    assert figures["reporters"][0]["right"]["share"] == 0.5
    page = service.person.get("/console/figures", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "<polyline" in page.text
    sheet = service.person.get("/console/figures.csv")
    assert "'=lea" in sheet.text
    assert "\n=lea" not in sheet.text
    assert ",=lea" not in sheet.text
    metrics = service.person.get("/metrics").text
    assert 'rempart_waiting{until="answer"} 2.0' in metrics
    assert 'rempart_wait_seconds{share="0.9",until="answer"} -1.0' in metrics


def test_only_the_channels_one_has_rights_on_are_counted(service: Service) -> None:
    token = service.token("read", channels=["somewhere else"])
    with service.client(token) as other:
        figures = other.get("/console/figures.json").json()
    assert figures["answer"]["whole"]["total"] == 0
    assert figures["reviewers"] == []
