"""Learning on site over HTTP: decisions of a person, a trial, in force, taken back; its guards.

The words are invented or harmless: a place may use any word as an insult.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.web.service import Service, message

from rempart.detect.text.fold import fold
from rempart.detect.text.scoring import LABELS
from rempart.model import Label
from rempart.train.generate import generate

TAUGHT = (
    "what a doorknob you are",
    "shut up you doorknob",
    "go away doorknob nobody asked you",
)
PARAPHRASE = "you absolute doorknob"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service.running(tmp_path) as running:
        yield running


def say(service: Service, *texts: str, **fields: Any) -> list[tuple[str, dict[str, Any]]]:
    """Messages delivered; each id with its outcome."""
    sent = [message(text=text, **fields) for text in texts]
    answer = service.client(service.ingest_token).post("/api/v1/messages", json=sent)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    outcomes = found["outcomes"] if isinstance(found, dict) else found
    return [(one["id"], outcome) for one, outcome in zip(sent, outcomes, strict=True)]


def score(service: Service, text: str) -> float:
    """Of the classifier that judges now, to the last bit; what is said agrees with it."""
    found = service.engine.pipeline.text_scorer().score(fold([text])).labels[0]
    exact = float(found[LABELS.index(Label.INSULT)])
    ((_, outcome),) = say(service, text)
    assert (outcome.get("labels", {}).get("insult", 0.0) >= 0.5) == (exact >= 0.5)
    return exact


def decide(
    service: Service, texts: Sequence[str], outcome: str, category: str = "harassment", **more: Any
) -> list[str]:
    """Each message is said, reported from outside, and its case decided by the person; the ids."""
    said = [id for id, _ in say(service, *texts, **more)]
    for id in said:
        report = {
            "category": category,
            "explanation": "Meant as an insult here.",
            "message_ids": [id],
            "good_faith": True,
        }
        assert service.client().post("/api/v1/reports", json=report).status_code == 201
    cases = service.person.get("/api/v1/cases", params={"state": "open", "limit": 200}).json()
    for case in cases["cases"]:
        body = {"outcome": outcome, "ground": "terms", "reason": "looked at in its place"}
        answer = service.person.post(f"/api/v1/cases/{case['id']}/decisions", json=body)
        assert answer.status_code == 201, answer.text
    return said


def learn(service: Service, status: int = 201) -> dict[str, Any]:
    answer = service.person.post("/api/v1/learning", json={"reason": "a month of decisions"})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def move(service: Service, path: str) -> dict[str, Any]:
    answer = service.person.post(f"/api/v1/learning{path}", json={"reason": "agreed with Ana"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_paraphrase_is_flagged_and_its_score_returns_exactly(service: Service) -> None:
    say(service, *[f"good evening from viewer {n}" for n in range(30)])
    text = "the doorknob of my kitchen is broken"
    detector = service.person.get("/api/v1/learning").json()["detector"]
    decide(service, TAUGHT, "uphold")
    learned = learn(service)
    trial = learned["trial"]
    assert (trial["lessons"], trial["reviewers"]) == (3, 1)
    assert trial["clean"] >= 30 and trial["clean_after"] <= trial["clean_before"]
    assert trial["abuse_lost"] <= 0.03 and trial["harmless_raised"] <= 0.02
    before, harmless = score(service, PARAPHRASE), score(service, text)
    assert before < 0.5, "proposed is not in force"

    id = learned["version"]["id"]
    move(service, f"/{id}/live")
    ((_, outcome),) = say(service, PARAPHRASE)
    assert outcome["labels"]["insult"] >= 0.5 and outcome["verdict"] == "hold"
    assert score(service, text) < 0.5, "not every sentence with the word"
    now = service.person.get("/api/v1/learning").json()
    assert now["live"]["version"]["id"] == id and now["detector"] != detector
    (signal,) = [one for one in outcome["signals"] if one["label"] == "insult"]
    assert signal["version"] == now["detector"], "the log says what judged it"

    after = move(service, "/revert")
    assert after["live"] is None and after["detector"] == detector
    assert score(service, PARAPHRASE) == before
    assert score(service, text) == harmless


def test_who_learns_may_not_use_it(service: Service) -> None:
    decide(service, TAUGHT, "uphold")
    id = learn(service)["version"]["id"]
    moderator = service.client(service.token("moderate"))
    body = {"reason": "agreed with nobody"}
    assert moderator.post(f"/api/v1/learning/{id}/live", json=body).status_code == 403
    assert moderator.post("/api/v1/learning/revert", json=body).status_code == 403


def test_too_few_decisions_teach_nothing(service: Service) -> None:
    decide(service, TAUGHT[:2], "uphold")
    assert "too few" in learn(service, 404)["error"]["reason"]


def test_private_words_teach_nothing(service: Service) -> None:
    decide(service, TAUGHT[:2], "uphold")
    decide(service, TAUGHT[2:], "uphold", kind="direct", private=True, targets=["lea"])
    assert "2 decisions" in learn(service, 404)["error"]["reason"]


def test_what_would_flag_harmless_sentences_is_refused_with_its_figure(service: Service) -> None:
    """A reviewer who has ordinary sentences upheld as insults, whatever for."""
    ordinary = [
        sample.text
        for sample in generate(0)
        if all(not sample.heads.get(head) for head in ("hate", "insult", "threat", "sexual"))
    ]
    step = len(ordinary) // 60
    decide(service, ordinary[::step][:60], "uphold")
    error = learn(service, 409)["error"]
    assert "% of the harmless sentences would be flagged" in error["reason"]
    assert service.person.get("/api/v1/learning").json()["versions"] == []


def test_a_decision_undone_by_hand_teaches_nothing(service: Service) -> None:
    decide(service, TAUGHT[:2], "uphold")
    ((id, outcome),) = say(service, "you are a stupid idiot and a doorknob")
    assert outcome["measures"], "held, so that there is something to undo"
    decide(service, [], "uphold")
    undone = service.person.post(f"/api/v1/measures/{outcome['measures'][0]}/undo")
    assert undone.status_code == 200
    assert "2 decisions" in learn(service, 404)["error"]["reason"]
    assert id


def test_what_is_sealed_later_is_unlearned_at_the_next_trial(service: Service) -> None:
    teapots = [text.replace("doorknob", "teapot") for text in TAUGHT]
    ids = decide(service, TAUGHT, "uphold")
    decide(service, teapots, "uphold")
    first = learn(service)
    assert first["trial"]["lessons"] == 6
    move(service, f"/{first['version']['id']}/live")
    assert score(service, PARAPHRASE) >= 0.5
    alleged = {
        "category": "child_safety",
        "explanation": "A child is in it.",
        "message_ids": ids,
        "good_faith": True,
    }
    assert service.client().post("/api/v1/reports", json=alleged).status_code == 201
    second = learn(service)
    assert second["trial"]["lessons"] == 3
    move(service, f"/{second['version']['id']}/live")
    assert score(service, PARAPHRASE) < 0.5, "nothing of the sealed words is left in it"
    assert score(service, PARAPHRASE.replace("doorknob", "teapot")) >= 0.5
