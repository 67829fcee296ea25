"""The endpoint by plain HTTP: bad input, keys, what is kept, what an attacker learns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.web.perspective.conftest import KEY
from tests.web.service import Service

from rempart.cli.perspective import perspective
from rempart.errors import InputError
from rempart.web.perspective.attributes import told
from rempart.web.perspective.endpoint import Perspective
from rempart.web.perspective.errors import GoogleError
from rempart.web.perspective.quota import Quota
from rempart.web.perspective.request import read_analyze, read_suggest
from rempart.web.settings import load_settings

ANALYZE = "/v1alpha1/comments:analyze"


@pytest.fixture
def http(compatible: Service) -> Iterator[httpx.Client]:
    with compatible.client() as client:
        client.params = httpx.QueryParams(key=KEY)
        yield client


def comment(text: str = "good evening", **more: Any) -> dict[str, Any]:
    return {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, **more}


def refused(answer: httpx.Response, code: int = 400) -> dict[str, Any]:
    assert answer.status_code == code, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["status"]
    return error


ASKED = '"requestedAttributes": {"TOXICITY": {}}'
NO_REQUESTS = [
    "{",
    "",
    "null",
    "[]",
    '"text"',
    "\xff\xfe",
    '{"comment": {"text": 5}, ASKED}',
    '{"comment": "text", ASKED}',
    '{"comment": {"text": "a", "type": "HTML"}, ASKED}',
    '{"comment": {"text": "a", "type": "X"}, ASKED}',
    '{"comment": {"text": "a", "txet": 1}, ASKED}',
    '{"comment": {"text": "a"}, "comment": {"text": "b"}, ASKED}',
    '{"comment": {"text": "a"}, ASKED, "languages": "en"}',
    '{"comment": {"text": "a"}, ASKED, "languages": [1]}',
    '{"comment": {"text": "a"}, ASKED, "doNotStore": 1}',
    '{"comment": {"text": "a"}, ASKED, "clientToken": LONG}',
    '{"comment": {"text": "a"}, ASKED, "context": DEEP}',
    '{"comment": {"text": "a"}, "requestedAttributes": ["TOXICITY"]}',
    '{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": 5}}',
    '{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreThreshold": NaN}}}',
    '{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreThreshold": 1e999}}}',
    '{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreThreshold": "x"}}}',
    '{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreType": "RAW"}}}',
    '{"comment": {"text": "a"}, "requestedAttributes": {"TOXICITY": {"scoreType": "X"}}}',
]
STANDS_FOR = {"ASKED": ASKED, "LONG": "9" * 5_000, "DEEP": "[" * 99_999 + "]" * 99_999}


@pytest.mark.parametrize("body", NO_REQUESTS, ids=range(len(NO_REQUESTS)))
def test_what_is_no_request_is_refused_with_its_place(http: httpx.Client, body: str) -> None:
    for short, whole in STANDS_FOR.items():
        body = body.replace(short, whole)
    sent = body.encode("latin-1")
    assert refused(http.post(ANALYZE, content=sent))["status"] == "INVALID_ARGUMENT"
    assert http.post(ANALYZE, json=comment()).status_code == 200


NAMES = st.sampled_from(
    [
        "comment",
        "text",
        "type",
        "requestedAttributes",
        "requested_attributes",
        "languages",
        "TOXICITY",
        "scoreThreshold",
        "context",
        "entries",
        "clientToken",
        "spanAnnotations",
        "x",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=15,
)


@given(st.dictionaries(NAMES, VALUES, max_size=6) | VALUES)
def test_whatever_json_comes_it_is_a_request_or_a_named_refusal(found: Any) -> None:
    for read in (read_analyze, read_suggest):
        try:
            read(json.dumps(found).encode())
        except GoogleError as error:
            assert error.code == 400
            json.dumps(error.body()).encode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "COMMENT_EMPTY"),
        (" \n", "COMMENT_EMPTY"),
        ("a" * 20_481, "COMMENT_TOO_LONG"),
        ("é" * 10_241, "COMMENT_TOO_LONG"),
    ],
)
def test_empty_and_long_comments(http: httpx.Client, text: str, kind: str) -> None:
    error = refused(http.post(ANALYZE, json=comment(text)))
    assert error["details"][0]["errorType"] == kind


@pytest.mark.parametrize("text", ["a" * 20_480, "👋" * 5_120, "\u0301" * 10_240, "ﷺ" * 6_800])
def test_the_longest_comments_are_scored(http: httpx.Client, text: str) -> None:
    assert http.post(ANALYZE, json=comment(text)).status_code == 200


def test_a_body_beyond_the_limit_is_refused(http: httpx.Client) -> None:
    error = refused(http.post(ANALYZE, json=comment("a" * 300_000)))
    assert "exceeds the limit" in error["message"]


def test_no_attribute_asked_for(http: httpx.Client) -> None:
    error = refused(http.post(ANALYZE, json={"comment": {"text": "a"}}))
    assert error["details"][0]["errorType"] == "NO_REQUESTED_ATTRIBUTES"


def test_half_a_surrogate_pair_is_taken_and_echoed_safely(http: httpx.Client) -> None:
    body = json.dumps(comment("good \ud800 evening", clientToken="\udfff")).encode()
    answer = http.post(ANALYZE, content=body)
    assert answer.status_code == 200
    assert answer.json()["clientToken"] == "\N{REPLACEMENT CHARACTER}"


def test_the_original_spelling_of_names_is_understood(http: httpx.Client) -> None:
    """Old clients write `requested_attributes`."""
    body = {
        "comment": {"text": "you are such a loser"},
        "requested_attributes": {"INSULT": {"score_threshold": 0.1}},
        "client_token": "c",
        "span_annotations": False,
        "context": {"article_and_parent_comment": {"article": {"text": "…"}}},
        "session_id": "1",
        "community_id": "2",
        "do_not_store": True,
    }
    answer = http.post(ANALYZE, json=body).json()
    assert answer["attributeScores"]["INSULT"]["summaryScore"]["value"] >= 0.5
    assert answer["clientToken"] == "c"


def test_both_kinds_of_context_at_once_are_refused(http: httpx.Client) -> None:
    context = {"entries": [{"text": "a"}], "articleAndParentComment": {"article": {"text": "b"}}}
    refused(http.post(ANALYZE, json=comment(context=context)))


def test_the_key_may_come_in_a_header(compatible: Service) -> None:
    for headers in ({"x-goog-api-key": KEY}, {"authorization": f"Bearer {KEY}"}):
        with compatible.client() as client:
            assert client.post(ANALYZE, json=comment(), headers=headers).status_code == 200


def test_a_token_of_the_api_is_no_key(compatible: Service) -> None:
    with compatible.client() as client:
        params = {"key": compatible.ingest_token}
        refused(client.post(ANALYZE, json=comment(), params=params))


def test_other_paths_and_methods(http: httpx.Client) -> None:
    assert refused(http.get(ANALYZE), 404)["status"] == "NOT_FOUND"
    refused(http.post("/v1alpha1/comments:delete", json={}), 404)
    refused(http.get("/$discovery/rest", params={"version": "v2"}), 404)
    found = http.get("/$discovery/rest", headers={"host": "evil.example/<script>"})
    assert found.status_code == 400


def test_nothing_of_the_text_is_kept(http: httpx.Client, compatible: Service) -> None:
    with compatible.engine.read() as tables:
        size = tables.log.size()
    word = "unforgettableword"
    assert http.post(ANALYZE, json=comment(f"you {word} loser")).status_code == 200
    with compatible.engine.read() as tables:
        assert tables.log.size() == size
    for path in compatible.data.rglob("*"):
        if path.is_file():
            assert word.encode() not in path.read_bytes(), path


def test_answers_are_counted_without_a_word_of_them(
    http: httpx.Client, compatible: Service
) -> None:
    http.post(ANALYZE, json=comment())
    with compatible.client(compatible.token("read")) as reader:
        told = reader.get("/metrics").text
    assert 'rempart_perspective_answers_total{result="ok"}' in told


def test_it_is_off_by_default(service: Service) -> None:
    with service.client() as client:
        assert client.post(ANALYZE, json=comment()).status_code == 404
        assert client.get("/$discovery/rest").status_code == 404


def test_scores_are_told_in_steps_and_never_rounded_over_a_threshold() -> None:
    assert told(0.4999) == 0.45
    assert told(0.5) == 0.5
    assert told(0.85) == 0.85
    assert told(0.05 * 14) == 0.7
    assert {told(step / 1000) for step in range(1001)} == {step / 20 for step in range(21)}


def test_a_quota_lets_a_second_s_worth_in_and_then_the_pace() -> None:
    quota = Quota(per_second=2, per_day=100)
    assert [quota.take("k", 1000.0) for _ in range(2)] == [None, None]
    refusal = quota.take("k", 1000.0)
    assert refusal is not None and refusal.limit == "per second"
    assert quota.take("other", 1000.0) is None
    assert quota.take("k", 1000.5) is None
    assert quota.take("k", 1000.5) is not None
    assert quota.take("k", 900.0) is not None


def test_a_day_s_quota_ends_with_the_day() -> None:
    quota = Quota(per_second=10, per_day=2)
    assert [quota.take("k", 86_300.0) for _ in range(2)] == [None, None]
    refusal = quota.take("k", 86_350.0)
    assert refusal is not None and refusal == ("per day", 50)
    assert quota.take("k", 86_400.0) is None


def test_a_key_made_by_the_command_works(tmp_path: Path) -> None:
    made = CliRunner().invoke(perspective, ["key", "coral"])
    secret = made.output.split()[1]
    (tmp_path / "settings.toml").write_text(made.output[made.output.index("[perspective]") :])
    settings = load_settings(tmp_path).perspective
    assert settings.enabled
    assert secret not in str(settings)
    endpoint = Perspective(settings)
    scope = {"query_string": f"key={secret}".encode(), "headers": []}
    assert endpoint._caller(scope) == "coral"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("enabled = true", "nobody has a key"),
        ('[perspective.keys]\na = "plain"', "is not the hash of a key"),
        ("per_second = 0", "per_second"),
        ("enable = true", "unknown setting enable"),
    ],
)
def test_settings_that_could_not_work_are_refused(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / "settings.toml").write_text(f"[perspective]\n{written}\n")
    with pytest.raises(InputError, match=said):
        load_settings(tmp_path)
