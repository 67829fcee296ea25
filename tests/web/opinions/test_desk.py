"""The running service with a plug-in behind it: messages are answered at once, opinions follow."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.connect.local_server import Received, answering, http, in_a_thread
from tests.connect.opinion.models import moderations
from tests.web.service import HOOK_SECRET, Service, message

from rempart.cli.checks import check_opinions, check_perspective_endpoint
from rempart.cli.findings import State
from rempart.engine.embedded.logged_opinions import LoggedOpinion, logged_opinion
from rempart.engine.live import LiveEvent
from rempart.store.interface.stream import MessageRow


def written(port: int, **more: object) -> str:
    options = {"shadow": False, "band": [0.0, 1.0], "timeout": 5, **more}
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in options.items())
    return (
        f'[opinions.guard]\nkind = "moderations"\nmodel = "m"\nallow = ["127.0.0.1"]\n'
        f'url = "http://127.0.0.1:{port}/v1/moderations"\n{lines}'
    )


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


async def first_alarm(service: Service) -> LiveEvent:
    """Of those that were told since the service started."""
    hub = service.engine.hub
    reader = hub.subscribe(hub._last[0].id - 1)
    while (event := await reader.next(5)) is not None:
        if event.kind == "alarm":
            return event
    raise AssertionError("no alarm")


def row(service: Service, seq: int) -> MessageRow:
    with service.engine.read() as tables:
        (found,) = tables.stream.messages([seq])
    return found


def opinions(service: Service) -> list[LoggedOpinion]:
    with service.engine.read() as tables:
        found = (
            logged_opinion(bodies) for _, bodies in tables.log.bodies_between(0, tables.log.size())
        )
        return [told for told in found if told is not None]


def deliver(service: Service, *texts: str) -> tuple[list[str], list[int]]:
    """Verdicts as they were answered, and the entries."""
    items = [message(text=text) for text in texts]
    with service.client(service.ingest_token) as client:
        answers = client.post("/api/v1/messages", json=items).json()
    with service.engine.read() as tables:
        rows = tables.stream.latest(limit=len(items))[::-1]
    return [answer["verdict"] for answer in answers], [found.seq for found in rows]


def test_a_message_is_answered_at_once_and_held_when_the_opinion_comes(tmp_path: Path) -> None:
    """The plug-in takes its time; the platform hears of the hold by webhook."""
    slow, good = threading.Event(), moderations()

    async def respond(one: Received, writer: asyncio.StreamWriter) -> None:
        while not slow.is_set():
            await asyncio.sleep(0.02)
        await good(one, writer)

    with in_a_thread(respond) as model, in_a_thread(answering(http(204))) as bot:
        (tmp_path / "settings.toml").write_text(
            written(model.port, timeout=60)
            + f'[webhooks.bot]\nurl = "http://127.0.0.1:{bot.port}/measures"\n'
            f'secret = "{HOOK_SECRET}"\nallow = ["127.0.0.1"]\n'
        )
        with Service.running(tmp_path) as service:
            verdicts, (hostile, harmless) = deliver(service, "they are vermin", "good evening")
            assert verdicts == ["allow", "allow"]
            assert row(service, hostile).verdict == "allow"
            slow.set()
            until(lambda: row(service, hostile).verdict == "hold")
            until(lambda: len(bot.received) == 1)
            assert row(service, harmless).verdict == "allow"
            assert json.loads(bot.received[0].body)["type"] == "measure.apply"
            until(lambda: len(opinions(service)) == 2)
            with service.client(service.token("read")) as reader:
                told = reader.get("/metrics").text
            assert 'rempart_opinions_total{source="guard",what="raised"} 1.0' in told
            assert 'rempart_opinion_breaker_open{source="guard"} 0.0' in told
            page = service.person.get("/console/queue").text
            assert "m" in page


def test_a_plug_in_that_is_down_changes_nothing_and_is_told_in_the_console(
    tmp_path: Path,
) -> None:
    with in_a_thread(answering(http(500))) as model:
        (tmp_path / "settings.toml").write_text(written(model.port, batch=1))
        with Service.running(tmp_path) as service:
            verdicts, seqs = deliver(service, *(f"they are vermin {n}" for n in range(8)))
            assert set(verdicts) == {"allow"}
            until(lambda: len(model.received) >= 5)
            overview = service.person.get("/console", headers={"accept": "text/html"})
            until(
                lambda: (
                    "does not answer" in service.person.get("/console").text
                    or "ne répond pas" in service.person.get("/console").text
                )
            )
            assert overview.status_code == 200
            assert all(row(service, seq).verdict == "allow" for seq in seqs)
            assert len(model.received) == 5
            assert opinions(service) == []
            with service.client(service.token("read")) as reader:
                told = reader.get("/metrics").text
            assert 'rempart_opinion_breaker_open{source="guard"} 1.0' in told
            assert 'rempart_opinions_total{source="guard",what="errors"} 5.0' in told
            alarm = asyncio.run(first_alarm(service))
            assert alarm.data == {"what": "opinion-unavailable", "source": "guard"}


def test_a_restart_in_the_middle_loses_no_question(tmp_path: Path) -> None:
    """Killed while the plug-in thinks: the messages without an opinion are asked about again, those
    with one are not."""

    async def never(_: Received, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    with in_a_thread(moderations()) as model:
        (tmp_path / "settings.toml").write_text(written(model.port))
        with Service.running(tmp_path) as service:
            _, (first,) = deliver(service, "they are vermin one")
            until(lambda: row(service, first).verdict == "hold")
    with in_a_thread(never) as model:
        (tmp_path / "settings.toml").write_text(written(model.port, timeout=100))
        with again(tmp_path) as service:
            (second,) = submit(service, "they are vermin two")
            until(lambda: len(model.received) == 1)
    with in_a_thread(moderations()) as model:
        (tmp_path / "settings.toml").write_text(written(model.port))
        with again(tmp_path) as service:
            until(lambda: row(service, second).verdict == "hold")
            assert [told.of for told in opinions(service)] == [first, second]
            texts = [json.loads(one.body)["input"] for one in model.received]
            assert texts == [["they are vermin two"]]


@contextmanager
def again(data: Path) -> Iterator[Service]:
    """A service that was signed in to before has no first login any more; here it still has."""
    with Service.running(data) as service:
        yield service


def submit(service: Service, text: str) -> list[int]:
    return deliver(service, text)[1]


def test_in_shadow_only_the_log_knows(tmp_path: Path) -> None:
    with in_a_thread(moderations()) as model:
        (tmp_path / "settings.toml").write_text(written(model.port, shadow=True))
        with Service.running(tmp_path) as service:
            _, (seq,) = deliver(service, "they are vermin")
            until(lambda: len(opinions(service)) == 1)
            (told,) = opinions(service)
            assert (told.shadow, told.was, told.now) == (True, "allow", "hold")
            assert row(service, seq).verdict == "allow"
            with service.engine.read() as tables:
                assert tables.stream.measures() == []


# -- doctor ----------------------------------------------------------------------------------


def test_doctor_says_what_goes_where(tmp_path: Path) -> None:
    assert check_opinions(tmp_path).state is State.OK
    (tmp_path / "settings.toml").write_text(written(9, band=[0.2, 0.8]))
    found = check_opinions(tmp_path)
    assert found.state is State.OK
    assert found.found == "guard: texts between 0.2 and 0.8 go to 127.0.0.1"
    (tmp_path / "settings.toml").write_text(written(9, private=True))
    assert check_opinions(tmp_path).state is State.MIND


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"key_file": "missing.key"}, "the key cannot be read"),
        ({"kind": "chat", "policy_file": "missing.md"}, "the policy cannot be read"),
        ({"kind": "onnx", "folder": "nowhere"}, "cannot be read"),
    ],
)
def test_doctor_finds_what_would_stop_the_service(
    tmp_path: Path, more: dict[str, object], said: str
) -> None:
    text = written(9, **{name: value for name, value in more.items() if name != "kind"})
    kind = more.get("kind", "moderations")
    text = text.replace('kind = "moderations"', f'kind = "{kind}"')
    (tmp_path / "settings.toml").write_text(text)
    found = check_opinions(tmp_path)
    assert found.state is State.WRONG
    assert said in found.found


def test_doctor_minds_an_endpoint_whose_keys_travel_in_the_open(tmp_path: Path) -> None:
    assert check_perspective_endpoint(tmp_path).found == "off"
    digest = "sha256:" + "0" * 64
    text = f'[perspective]\nenabled = true\n[perspective.keys]\ncoral = "{digest}"\n'
    (tmp_path / "settings.toml").write_text(text)
    assert check_perspective_endpoint(tmp_path).state is State.MIND
    tls = '[web]\npublic_url = "https://rempart.example"\n'
    (tmp_path / "settings.toml").write_text(text + tls)
    assert check_perspective_endpoint(tmp_path).state is State.OK
