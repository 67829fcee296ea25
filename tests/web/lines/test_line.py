"""A line whose replies cost money: signed webhooks in, replies and silence out, and the account."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.connect.sms.provider import Answered
from tests.web.intake.test_messages import log_size
from tests.web.lines.line import REPLY, Clock, line_running
from tests.web.service import Service

SALUT = "Salut c'est Marc, on s'est vus hier soir"
TEXTS = (
    "Bonjour, ceci est bien votre numero ?",
    "coucou de la salle de sport, tu vas bien",
    "On va boire ce verre samedi ?",
    "Merci pour ce que vous faites",
    "je teste, une amie m'en a parle",
    "tu te souviens de moi, dans le metro",
    "dispo demain soir pour un film",
    "Content de t'avoir croisee au marche",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def sender(number: int) -> str:
    return f"+3363998{number + 1:04d}"


def view(service: Service) -> dict[str, object]:
    answer = service.person.get("/api/v1/lines/reponse")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_message_is_in_the_log_and_then_answered(data: Path) -> None:
    async def play() -> None:
        async with line_running(data, Clock()) as (service, provider):
            size = log_size(service)
            answer = await provider.deliver("SM1", "+33639981234", SALUT)
            assert (answer.status, answer.reply) == (200, REPLY)
            assert log_size(service) > size
            told = view(service)
            assert (told["messages"], told["answered"]) == (1, 1)
            assert told["hour"] == {"spent": 0.16, "cap": 120.0, "used": 0.16 / 120}
            english = await provider.deliver("SM2", "+33639981235", "Hello, are you the one?")
            assert english.reply == "Hello. Not given."
            assert (await provider.deliver("SM3", "+33639981236", "STOP")).reply is None

    asyncio.run(play())


def test_the_same_message_again_gets_the_same_answer_and_counts_once(data: Path) -> None:
    async def play() -> None:
        async with line_running(data, Clock()) as (service, provider):
            assert view(service)["messages"] == 0
            first = await provider.deliver("SM1", "+33639981234", SALUT)
            size = log_size(service)
            assert await provider.deliver("SM1", "+33639981234", SALUT) == first
            both = await asyncio.gather(
                *(provider.deliver("SM2", "+33639981235", SALUT) for _ in range(5))
            )
            assert len(set(both)) == 1
            assert both[0].reply == REPLY
            assert log_size(service) == size + 2, "one message and one batch of replies"
            assert view(service)["answered"] == 2
            changed = await provider.deliver("SM1", "+33639981234", "something else")
            assert changed == first, "the first answer counts"
            assert log_size(service) == size + 3, "and the other body is kept as a conflict"

    asyncio.run(play())


def test_unsigned_changed_or_misaddressed_is_401_without_side_effect(data: Path) -> None:
    async def play() -> None:
        async with line_running(data, Clock()) as (service, provider):
            size = log_size(service)
            form = provider.form("SM1", "+33639981234", SALUT)
            tried: list[Answered] = [
                await provider.post(provider.path, form, given=""),
                await provider.post(provider.path, form, given="é"),
                await provider.post(provider.path, form, token="f" * 32),
                await provider.post(provider.path, form, token=""),
                await provider.post(provider.path, form, signed={**form, "Body": "x"}),
                await provider.raw(provider.path, b"", ""),
                await provider.raw(provider.path, b"\xff\xfe", "x"),
                await provider.raw(f"{provider.path}/status", b"MessageSid=SM1", "x"),
            ]
            assert [one.status for one in tried] == [401] * len(tried)
            other = {**form, "To": "+33639980001"}
            assert (await provider.post(provider.path, other)).status == 400
            unknown = await provider.post("/api/v1/hooks/sms/other", form)
            assert unknown.status == 404
            assert log_size(service) == size
            assert view(service)["messages"] == 0
            assert provider.replies == []

    asyncio.run(play())


def test_the_hard_cap_holds_over_restarts_and_jumps_of_the_clock(data: Path) -> None:
    """Five replies are paid for in an hour; whatever the wall clock does."""
    caps = {"cap_hour": 0.8, "cap_day": 10, "pace": 1.0}

    async def play() -> None:
        clock = Clock()
        async with line_running(data, clock, **caps) as (service, provider):
            for number in range(8):
                await provider.deliver(f"SM{number}", sender(number), TEXTS[number])
            assert len(provider.replies) == 4, "nine tenths are for strangers"
            told = view(service)
            assert told["waiting_now"] == 4
            assert [alarm["what"] for alarm in alarms(service)] == ["cost"]
        clock.jumped = 2 * 86_400
        async with line_running(data, clock, provider, **caps) as (service, _):
            await provider.deliver("SM20", "+33639980020", "une autre personne, bonjour")
            assert len(provider.replies) == 4, "neither a restart nor the calendar opens it"
            clock.jumped = -7 * 86_400
            await provider.deliver("SM21", "+33639980021", "encore une autre, bonsoir")
            assert len(provider.replies) == 4

    asyncio.run(play())


def alarms(service: Service) -> list[dict[str, object]]:
    client = service.person
    answer = client.get("/console.json")
    assert answer.status_code == 200
    return list(answer.json()["alarms"])


async def until(condition: object, seconds: float = 10.0) -> None:
    for _ in range(int(seconds / 0.05)):
        if condition():  # type: ignore[operator]
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")


def test_who_had_to_wait_is_answered_once_when_budget_returns(data: Path) -> None:
    """The Messages API answers 429, 500, nothing and nonsense: each sender gets one text."""

    async def play() -> None:
        clock = Clock()
        caps = {"cap_hour": 0.8, "cap_day": 10, "pace": 1.0}
        async with line_running(data, clock, **caps) as (service, provider):
            for number in range(6):
                await provider.deliver(f"SM{number}", sender(number), TEXTS[number])
            assert len(provider.replies) == 4
            provider.moods = ["429", "garbage", "lost", "500"]
            for _ in range(60):
                clock.now += 180
                await asyncio.sleep(0.15)
                if len(provider.replies) >= 6 and view(service)["waiting_now"] == 0:
                    break
            sent = [reply.to for reply in provider.replies]
            assert sorted(sent) == [sender(number) for number in range(6)]
            assert [reply.how for reply in provider.replies[4:]] == ["api", "api"]
            assert view(service)["sent"] == 2

    asyncio.run(play())


def test_a_refused_reply_is_given_back_and_shown(data: Path) -> None:
    async def play() -> None:
        clock = Clock()
        caps = {"cap_hour": 0.16, "cap_day": 10, "pace": 1.0}
        async with line_running(data, clock, **caps) as (service, provider):
            provider.moods = ["refused"]
            for number in range(2):
                await provider.deliver(f"SM{number}", sender(number), TEXTS[number])
            before = view(service)
            assert before["waiting_now"] == 2, "a stranger never gets the last tenth"
            reply = before["latest"][0]["id"]  # type: ignore[index]
            path = f"/api/v1/lines/reponse/replies/{reply}/put-back"
            assert service.person.post(path).status_code == 200
            await until(lambda: view(service)["refused"] == 1)
            after = view(service)
            assert after["hour"]["spent"] == 0  # type: ignore[index]
            assert "21610" in str(after["latest"])

    asyncio.run(play())


def test_a_price_that_is_told_counts(data: Path) -> None:
    async def play() -> None:
        async with line_running(data, Clock()) as (service, provider):
            await provider.deliver("SM1", "+33639981234", SALUT)
            reply = provider.replies[0]
            told = await provider.status(reply, MessageStatus="sent", Price="-0.20000")
            assert told.status == 204
            now = view(service)
            assert (now["hour"]["spent"], now["price"]) == (0.2, 0.2)  # type: ignore[index]
            await provider.status(reply, MessageStatus="sent", Price="-0.20000")
            assert view(service)["hour"]["spent"] == 0.2  # type: ignore[index]
            await provider.deliver("SM2", "+33639981235", "bonsoir, c'est bien toi")
            assert view(service)["hour"]["spent"] == 0.4  # type: ignore[index]

    asyncio.run(play())


def test_what_a_crash_left_undecided_is_answered_after_the_start(data: Path) -> None:
    """The message was logged, its decision was not."""

    async def play() -> None:
        clock = Clock()
        async with line_running(data, clock) as (service, provider):
            token = service.ingest_token
            message = {
                "id": "SM1",
                "platform": "sms",
                "channel": "+33639980000",
                "sent_at": "2026-03-06T12:00:00Z",
                "author": {"id": "+33639981234"},
                "text": SALUT,
            }
            body = json.dumps(message).encode()
            assert service.client(token).post("/api/v1/messages", content=body).status_code == 200
        async with line_running(data, clock, provider) as (service, _):
            await until(lambda: len(provider.replies) == 1)
            assert provider.replies[0].to == "+33639981234"

    asyncio.run(play())


def test_metrics_and_rights(data: Path) -> None:
    async def play() -> None:
        async with line_running(data, Clock()) as (service, provider):
            await provider.deliver("SM1", "+33639981234", SALUT)
            text = service.person.get("/metrics").text
            assert 'rempart_line_spent{line="reponse",window="hour"} 0.16' in text
            assert "rempart_line_messages_total{" in text
            assert "+33639981234" not in text
            stranger = service.client(service.token("read", channels=["lea"]))
            assert stranger.get("/api/v1/lines/reponse").status_code == 404
            assert stranger.get("/api/v1/lines").json() == {"lines": []}
            assert service.client().get("/api/v1/lines").status_code == 401

    asyncio.run(play())


def test_a_moderator_sees_why_somebody_got_no_reply_and_puts_them_back(data: Path) -> None:
    async def play() -> None:
        async with line_running(data, Clock()) as (service, provider):
            await provider.deliver("SM1", "+33639981234", "je vais te tuer, on sait où tu habites")
            assert provider.replies == []
            page = service.person.get("/console/lines/reponse")
            assert page.status_code == 200
            assert "the message is held" in page.text
            assert "+33•••••••34" in page.text
            assert "+33639981234" not in page.text
            channel = service.person.get("/console/channels/sms/+33639980000").text
            assert "/console/lines/reponse" in channel
            assert "+33639981234" not in channel
            twin = service.person.get("/console/lines/reponse.json").json()
            assert [one["reason"] for one in twin["silent"]] == ["held"]
            form = f"/console/lines/reponse/replies/{twin['latest'][0]['id']}/put-back"
            done = service.person.post(form)
            assert done.status_code == 303, done.text
            await until(lambda: len(provider.replies) == 1)
            assert provider.replies[0].how == "api"
            await until(lambda: view(service)["sent"] == 1)

    asyncio.run(play())
