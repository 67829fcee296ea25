"""Google's own client, built from our discovery document, against the running service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from googleapiclient import discovery
from googleapiclient.errors import HttpError
from tests.web.perspective.conftest import KEY, SLOW_KEY, settings
from tests.web.service import Service

Client = Any
ABUSE = "you are such a loser, get lost"


def build(service: Service, key: str = KEY) -> Client:
    return discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=key,
        discoveryServiceUrl=f"{service.address}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    )


@pytest.fixture(scope="module")
def client(compatible: Service) -> Client:
    return build(compatible)


def ask(client: Client, text: str, *attributes: str, **more: Any) -> dict[str, Any]:
    body = {"comment": {"text": text}, "requestedAttributes": {a: {} for a in attributes}, **more}
    found: dict[str, Any] = client.comments().analyze(body=body).execute()
    return found


def test_a_comment_is_scored_in_the_shape_the_client_knows(client: Client) -> None:
    answer = ask(client, ABUSE, "TOXICITY", "INSULT", "THREAT", languages=["en"], clientToken="c-1")
    scores = answer["attributeScores"]
    assert set(scores) == {"TOXICITY", "INSULT", "THREAT"}
    insult = scores["INSULT"]["summaryScore"]
    assert insult["type"] == "PROBABILITY"
    assert 0.5 <= insult["value"] <= 1.0
    assert scores["TOXICITY"]["summaryScore"]["value"] >= insult["value"]
    assert scores["THREAT"]["summaryScore"]["value"] < 0.5
    assert scores["INSULT"]["spanScores"] == [{"begin": 0, "end": len(ABUSE), "score": insult}]
    assert answer["languages"] == ["en"]
    assert answer["detectedLanguages"]
    assert answer["clientToken"] == "c-1"


def test_a_friendly_comment_scores_low(client: Client) -> None:
    answer = ask(client, "thank you, what a lovely evening", "TOXICITY", "PROFANITY")
    values = [found["summaryScore"]["value"] for found in answer["attributeScores"].values()]
    assert max(values) < 0.5


def test_french_and_hidden_words_are_read(client: Client) -> None:
    answer = ask(client, "espèce d'ｉ\u200bdiｏt", "INSULT", languages=["fr"])
    assert answer["attributeScores"]["INSULT"]["summaryScore"]["value"] >= 0.5


def test_swearing_at_nobody_is_profanity_and_not_toxicity(client: Client) -> None:
    answer = ask(client, "putain, quel match", "TOXICITY", "PROFANITY", languages=["fr"])
    scores = answer["attributeScores"]
    assert scores["PROFANITY"]["summaryScore"]["value"] >= 0.5
    assert scores["TOXICITY"]["summaryScore"]["value"] < 0.5


def test_below_its_threshold_an_attribute_is_left_out(client: Client) -> None:
    body = {
        "comment": {"text": "good evening"},
        "requestedAttributes": {"TOXICITY": {"scoreThreshold": 0.9}},
    }
    answer = client.comments().analyze(body=body).execute()
    assert "attributeScores" not in answer


def test_an_experimental_twin_is_answered_under_its_own_name(client: Client) -> None:
    answer = ask(client, ABUSE, "INSULT_EXPERIMENTAL")
    assert set(answer["attributeScores"]) == {"INSULT_EXPERIMENTAL"}


@pytest.mark.parametrize(
    ("attribute", "languages", "kind", "said"),
    [
        ("NO_SUCH_THING", [], "INVALID_REQUEST", "Unknown requested attribute: NO_SUCH_THING"),
        ("TOXICITY@6", [], "INVALID_REQUEST", "Unknown requested attribute: TOXICITY@6"),
        (
            "FLIRTATION",
            ["en"],
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "Attribute FLIRTATION does not support request languages: en",
        ),
        (
            "TOXICITY",
            ["en", "pl"],
            "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "Attribute TOXICITY does not support request languages: pl",
        ),
    ],
)
def test_what_cannot_be_scored_is_refused_as_the_original_did(
    client: Client, attribute: str, languages: list[str], kind: str, said: str
) -> None:
    with pytest.raises(HttpError) as caught:
        ask(client, "good evening", attribute, languages=languages)
    assert caught.value.status_code == 400
    assert caught.value.reason == said
    assert caught.value.error_details[0]["errorType"] == kind


def test_what_is_not_served_can_be_dropped(client: Client) -> None:
    answer = ask(client, ABUSE, "FLIRTATION", "INSULT", dropUnsupportedAttributes=True)
    assert set(answer["attributeScores"]) == {"INSULT"}


def test_a_suggestion_is_taken_and_changes_nothing(client: Client, compatible: Service) -> None:
    before = ask(client, "good evening", "TOXICITY")
    with compatible.engine.read() as tables:
        size = tables.log.size()
    body = {
        "comment": {"text": "good evening"},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1.0}}},
        "clientToken": "c-2",
        "languages": ["en"],
    }
    answer = client.comments().suggestscore(body=body).execute()
    assert answer == {"clientToken": "c-2", "requestedLanguages": ["en"]}
    assert ask(client, "good evening", "TOXICITY") == before
    with compatible.engine.read() as tables:
        assert tables.log.size() == size


@pytest.mark.parametrize("key", ["", "rempart_somebody-elses", "AIza-what-it-was"])
def test_without_a_key_nothing_is_scored(compatible: Service, key: str) -> None:
    with pytest.raises(HttpError) as caught:
        ask(build(compatible, key), "good evening", "TOXICITY")
    assert caught.value.status_code in (400, 403)
    assert "API" in caught.value.reason


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data: Path = tmp_path_factory.mktemp("hurried")
    (data / "settings.toml").write_text(settings(per_second=100, per_day=3, spans=True))
    with Service.running(data) as running:
        yield running


def test_over_quota_is_429_as_the_client_knows_it(hurried: Service) -> None:
    client = build(hurried)
    for _ in range(3):
        ask(client, "good evening", "TOXICITY")
    with pytest.raises(HttpError) as caught:
        ask(client, "good evening", "TOXICITY")
    assert caught.value.status_code == 429
    assert b"RESOURCE_EXHAUSTED" in caught.value.content
    assert int(caught.value.resp["retry-after"]) >= 1


def test_where_the_operator_allows_it_sentences_have_scores_of_their_own(
    hurried: Service,
) -> None:
    """Places count UTF-16 code units: the emoji is two."""
    text = "🙂 good evening. You are such a loser!"
    answer = ask(build(hurried, SLOW_KEY), text, "INSULT", spanAnnotations=True)
    first, second = answer["attributeScores"]["INSULT"]["spanScores"]
    assert (first["begin"], first["end"]) == (0, 16)
    assert (second["begin"], second["end"]) == (17, len(text) + 1)
    assert first["score"]["value"] < 0.5 <= second["score"]["value"]


def test_otherwise_they_have_not(client: Client) -> None:
    answer = ask(client, "Good evening. You are such a loser!", "INSULT", spanAnnotations=True)
    assert len(answer["attributeScores"]["INSULT"]["spanScores"]) == 1
