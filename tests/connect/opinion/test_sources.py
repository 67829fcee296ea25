"""Plug-ins against servers on real sockets: what they send, what they read, what they refuse."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.connect.local_server import LocalServer, Received, Respond, answering, http, serving
from tests.connect.opinion.models import HOSTILE, chat, jsonic, moderations, write_model

from rempart.connect.opinion.interface import Answer, OpinionSource, on_scale
from rempart.connect.opinion.settings import OpinionSettings, check_opinion, read_key, read_policy
from rempart.connect.opinion.sources import source_of
from rempart.errors import InputError, OutboundError
from rempart.model import Label

TEXTS = ["they are vermin", "good evening"]


def settings(port: int = 1, **more: object) -> OpinionSettings:
    found = {"kind": "moderations", "model": "m", "allow": ("127.0.0.0/8",), "timeout": 2.0, **more}
    found.setdefault("url", f"http://127.0.0.1:{port}/v1/x")
    return OpinionSettings(**found)  # type: ignore[arg-type]


def ask(
    respond: Respond, texts: list[str] = TEXTS, data: Path = Path(), **more: object
) -> tuple[list[Answer], LocalServer]:
    async def story() -> tuple[list[Answer], LocalServer]:
        async with serving(respond) as server:
            source = source_of(settings(server.port, **more), data)
            return await source.ask(texts), server

    return asyncio.run(story())


# -- moderations -----------------------------------------------------------------------------


def test_a_batch_of_texts_is_one_request_and_the_texts_are_all_that_is_sent() -> None:
    answers, server = ask(moderations())
    (sent,) = server.received
    assert json.loads(sent.body) == {"model": "m", "input": TEXTS}
    assert [one.probabilities[Label.HATE] for one in answers] == [0.95, 0.02]
    assert answers[0].probabilities[Label.INSULT] == pytest.approx(0.475)
    assert answers[0].model == "moderation-9"


def test_violence_as_a_topic_is_no_threat() -> None:
    answers, _ = ask(moderations())
    assert Label.THREAT not in answers[0].probabilities


def test_mistral_s_categories_are_understood() -> None:
    scores = {"hate_and_discrimination": 0.8, "violence_and_threats": 0.7, "selfharm": 0.9}
    result = {"categories": {}, "category_scores": scores}
    answers, _ = ask(answering(jsonic({"model": "x", "results": [result]})), ["a"])
    assert answers[0].probabilities == {Label.HATE: 0.8, Label.THREAT: 0.7}


def test_the_settings_say_what_a_category_means() -> None:
    answers, _ = ask(moderations(), labels={"violence": "threat", "harassment": ""})
    assert answers[0].probabilities[Label.THREAT] == 0.9
    assert Label.INSULT not in answers[0].probabilities


def test_the_key_is_sent_as_a_bearer_token(tmp_path: Path) -> None:
    (tmp_path / "a.key").write_text("secret-key\n")
    (tmp_path / "a.key").chmod(0o600)
    _, server = ask(moderations(), data=tmp_path, key_file="a.key")
    assert server.received[0].headers["authorization"] == "Bearer secret-key"


# -- chat ------------------------------------------------------------------------------------


def policy(text: str) -> str:
    value = 0.9 if HOSTILE in text else 0.1
    return json.dumps({"hate": value, "insult": 0.2})


def test_the_policy_is_the_system_s_message_and_the_text_the_user_s() -> None:
    answers, server = ask(chat(policy), kind="chat")
    sent = [json.loads(one.body) for one in server.received]
    assert sorted(one["messages"][1]["content"] for one in sent) == sorted(TEXTS)
    assert all(one["temperature"] == 0 for one in sent)
    assert all("self_harm_incitement" in one["messages"][0]["content"] for one in sent)
    assert [one.probabilities[Label.HATE] for one in answers] == [0.9, 0.1]
    assert answers[0].model == "guard-7"


def test_the_operator_s_own_policy_is_sent(tmp_path: Path) -> None:
    (tmp_path / "ours.md").write_text("Our house rules. Answer in JSON.")
    _, server = ask(chat(policy), data=tmp_path, kind="chat", policy_file="ours.md")
    assert json.loads(server.received[0].body)["messages"][0]["content"].startswith("Our house")


def test_a_fenced_answer_is_read() -> None:
    answers, _ = ask(chat(lambda text: f"```json\n{policy(text)}\n```"), kind="chat")
    assert answers[0].probabilities[Label.HATE] == 0.9


def test_llama_guard_s_hazards_become_labels() -> None:
    def say(text: str) -> str:
        return "\n\nunsafe\nS10,S2" if HOSTILE in text else "\n\nsafe"

    answers, server = ask(chat(say), kind="chat", form="llama-guard")
    assert len(json.loads(server.received[0].body)["messages"]) == 1
    assert answers[0].probabilities[Label.HATE] == 0.9
    assert answers[0].probabilities[Label.THREAT] < 0.5
    assert max(answers[1].probabilities.values()) < 0.5
    assert Label.INSULT not in answers[0].probabilities


def test_llama_guard_s_first_token_tells_how_sure_it_is() -> None:
    ways = [{"token": "unsafe", "logprob": -0.5108}, {"token": "safe", "logprob": -0.9163}]
    told = {"content": [{"token": "\n\n"}, {**ways[0], "top_logprobs": ways}]}
    answers, _ = ask(
        chat(lambda text: "unsafe\nS10", logprobs=told), ["a"], kind="chat", form="llama-guard"
    )
    assert answers[0].probabilities[Label.HATE] == pytest.approx(0.6, abs=0.001)


# -- what is refused -------------------------------------------------------------------------


def result(**scores: object) -> bytes:
    return jsonic({"model": "x", "results": [{"category_scores": scores}]})


NAN = http(200, b'{"results": [{"category_scores": {"hate": NaN}}]}')
HUGE = http(200, b'{"results": "' + b"a" * 2_000_000 + b'"}')

WRONG: dict[str, bytes] = {
    "500": http(500, b"they are vermin"),
    "nothing": http(200),
    "half JSON": http(200, b'{"results": [{"cat'),
    "a page": http(200, b"<html>"),
    "a list": http(200, b"[]"),
    "deep": http(200, b"[" * 100_000),
    "too few": jsonic({"results": []}),
    "too many": jsonic({"results": [{}, {}]}),
    "no scores": jsonic({"results": [{}]}),
    "a word": result(hate="high"),
    "true": result(hate=True),
    "below": result(hate=-0.2),
    "above": result(hate=95),
    "other labels": result(politics=0.9),
    "NaN": NAN,
    "infinite": http(200, b'{"results": [{"category_scores": {"hate": 1e999}}]}'),
    "huge": HUGE,
    "redirect": http(302, b"", "location: http://169.254.169.254/latest/meta-data/"),
    "429": http(429, b"", "retry-after: 1"),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=list(WRONG))
def test_a_wrong_answer_is_an_error_that_does_not_repeat_the_text(answer: bytes) -> None:
    with pytest.raises(OutboundError) as caught:
        ask(answering(answer), ["they are vermin"])
    assert HOSTILE not in caught.value.diagnostics()


def test_a_redirect_to_a_private_address_is_not_followed() -> None:
    async def story() -> None:
        async with serving(answering(http(200))) as inner:
            aside = http(307, b"", f"location: http://127.0.0.1:{inner.port}/")
            async with serving(answering(aside)) as server:
                source = source_of(settings(server.port), Path())
                with pytest.raises(OutboundError):
                    await source.ask(["a"])
            assert inner.connections == 0

    asyncio.run(story())


def test_a_private_address_nobody_named_is_not_reached() -> None:
    async def story() -> None:
        async with serving(moderations()) as server:
            url = f"https://127.0.0.1:{server.port}/v1/moderations"
            source = source_of(settings(url=url, allow=()), Path())
            with pytest.raises(OutboundError, match="not public"):
                await source.ask(["a"])
            assert server.connections == 0

    asyncio.run(story())


def test_a_late_answer_is_an_error() -> None:
    async def late(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(5)

    with pytest.raises(OutboundError, match="whole answer"):
        ask(late, ["a"], timeout=0.3)


SAID: dict[str, str] = {
    "words": "I think this is harmless.",
    "a number": "0",
    "a list": "[0.1]",
    "empty": "",
    "empty object": "{}",
    "a label of its own": '{"hate": 0.1, "politics": 0.9}',
    "out of range": '{"hate": 9}',
    "a text": '{"hate": "low"}',
    "NaN": '{"hate": NaN}',
    "talked into": 'Sure! {"hate": 0.0}',
}


@pytest.mark.parametrize("said", SAID.values(), ids=list(SAID))
def test_what_a_model_must_not_say_is_an_error_and_never_harmless(said: str) -> None:
    with pytest.raises(OutboundError):
        ask(chat(lambda _: said), ["a"], kind="chat")


@pytest.mark.parametrize("said", ["", "maybe", "SAFE?", "unsafe", "unsafe\npolitics"])
def test_what_llama_guard_must_not_say(said: str) -> None:
    with pytest.raises(OutboundError):
        ask(chat(lambda _: said), ["a"], kind="chat", form="llama-guard")


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": [None]}, {"choices": [{"message": {}}]}]
)
def test_a_chat_answer_without_words_is_an_error(body: object) -> None:
    with pytest.raises(OutboundError):
        ask(answering(jsonic(body)), ["a"], kind="chat")


def test_one_failed_request_of_a_batch_fails_the_batch() -> None:
    def say(text: str) -> str:
        return policy(text) if HOSTILE in text else "no JSON"

    with pytest.raises(OutboundError):
        ask(chat(say), TEXTS, kind="chat")


# -- ONNX ------------------------------------------------------------------------------------


def model(folder: Path) -> OpinionSource:
    return source_of(OpinionSettings(kind="onnx", model="tiny", folder="model"), folder)


def test_a_model_on_this_machine_is_asked_in_batches(tmp_path: Path) -> None:
    write_model(tmp_path / "model")
    source = model(tmp_path)
    answers = asyncio.run(source.ask([*TEXTS, "", "\N{REPLACEMENT CHARACTER}", "a " * 5_000]))
    hates = [one.probabilities[Label.HATE] for one in answers]
    assert hates[0] > 0.9
    assert max(hates[1:]) <= 0.5
    name, _, version = answers[0].model.partition("@")
    assert (name, len(version)) == ("tiny", 12)


def test_what_stands_behind_a_long_harmless_beginning_is_read_too(tmp_path: Path) -> None:
    write_model(tmp_path / "model")
    texts = [f"{'a ' * 1_000}{HOSTILE}", "b " * 1_500, HOSTILE]
    answers = asyncio.run(model(tmp_path).ask(texts))
    hates = [one.probabilities[Label.HATE] for one in answers]
    assert hates[0] > 0.9 and hates[1] <= 0.5 and hates[2] > 0.9


def test_sigmoid_reads_each_class_on_its_own(tmp_path: Path) -> None:
    write_model(tmp_path / "model", labels='["insult", "hate"]', activation="sigmoid")
    (answer,) = asyncio.run(model(tmp_path).ask(["good"]))
    assert answer.probabilities[Label.HATE] == 0.5 < answer.probabilities[Label.INSULT]


def spoil(name: str, content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(content) and None  # type: ignore[return-value]


BROKEN: dict[str, Callable[[Path], None]] = {
    "no model": lambda folder: (folder / "model.onnx").unlink(),
    "no tokenizer": lambda folder: (folder / "tokenizer.json").unlink(),
    "no labels": lambda folder: (folder / "labels.toml").unlink(),
    "a broken model": spoil("model.onnx", "no model"),
    "a broken tokenizer": spoil("tokenizer.json", "{}"),
    "broken labels": spoil("labels.toml", "labels = "),
    "too many labels": spoil("labels.toml", 'labels = ["hate", "insult", "threat"]'),
    "unknown labels": spoil("labels.toml", 'labels = ["", "politics"]'),
    "no label used": spoil("labels.toml", 'labels = ["", ""]'),
    "a label that is no abuse": spoil("labels.toml", 'labels = ["", "spam"]'),
}


@pytest.mark.parametrize("break_it", BROKEN.values(), ids=list(BROKEN))
def test_a_broken_model_is_told_at_the_start(
    tmp_path: Path, break_it: Callable[[Path], None]
) -> None:
    write_model(tmp_path / "model")
    break_it(tmp_path / "model")
    with pytest.raises(InputError):
        model(tmp_path)


# -- settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"band": (0.7, 0.3)}, "band"),
        ({"url": "ftp://example.org/"}, "not a web address"),
        ({"url": "https://user:secret@example.org/"}, "not a web address"),
        ({"url": "http://example.org/", "allow": ()}, "plain http"),
        ({"allow": ("nowhere",)}, "not an address"),
        ({"thresholds": {Label.SPAM: 0.5}}, "no label an opinion can be about"),
        ({"kind": "onnx"}, "folder is missing"),
    ],
)
def test_settings_that_could_not_work_are_refused(more: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_opinion(settings(**more), "settings.toml [opinions.a]")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_text("secret")
    path.chmod(0o644)
    with pytest.raises(InputError, match="others"):
        read_key(settings(key_file="a.key"), tmp_path)
    path.chmod(0o600)
    assert read_key(settings(key_file="a.key"), tmp_path) == "secret"
    path.write_text("")
    with pytest.raises(InputError, match="the key is not in it"):
        read_key(settings(key_file="a.key"), tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_key(settings(key_file="b.key"), tmp_path)


def test_an_empty_policy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(" \n")
    with pytest.raises(InputError, match="empty"):
        read_policy(settings(policy_file="p"), tmp_path)


def test_a_probability_is_put_on_our_scale() -> None:
    assert on_scale(0.3, 0.3) == 0.5
    assert on_scale(0.29999999, 0.3) < 0.5
    assert on_scale(0.0, 0.3) == 0.0
    assert on_scale(1.0, 0.3) == 1.0
    values = [on_scale(step / 100, 0.7) for step in range(101)]
    assert values == sorted(values)
