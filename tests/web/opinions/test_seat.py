"""One plug-in at its seat, with a real server behind it and a clock of the test's: who is asked
about, what goes out, what happens when nobody answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.connect.local_server import LocalServer, Received, Respond, answering, http, serving
from tests.connect.opinion.models import HOSTILE, moderations

from rempart.connect.opinion.limits import FAILURES, BreakerState
from rempart.connect.opinion.settings import OpinionSettings
from rempart.connect.opinion.sources import source_of
from rempart.detect.text.scoring import TextScorer
from rempart.engine.embedded.step import Arrived
from rempart.model import Account, Label, Message, Opinion, Outcome, Signal, Verdict
from rempart.web.opinions.seat import HIDDEN, Seat, outgoing

SCORER = TextScorer()
Story = Callable[[Seat, LocalServer, "Clock"], Any]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def message(text: str, **more: Any) -> Message:
    fields = {"id": "m1", "platform": "twitch", "channel": "lea", **more}
    return Message(
        sent_at=datetime(2026, 3, 1, tzinfo=UTC), author=Account("u1", "Mo"), text=text, **fields
    )


def arrived(*texts: str, first: int = 1) -> list[Arrived]:
    return [Arrived(first + at, message(text), None) for at, text in enumerate(texts)]


def at_seat(respond: Respond, story: Story, **more: Any) -> None:
    async def run() -> None:
        clock = Clock()
        async with serving(respond) as server:
            settings = OpinionSettings(
                kind="moderations",
                model="m",
                url=f"http://127.0.0.1:{server.port}/v1/moderations",
                allow=("127.0.0.0/8",),
                **{"band": (0.0, 1.0), "timeout": 2.0, **more},
            )
            seat = Seat(
                "guard",
                settings,
                source_of(settings, Path()),
                private_for=frozenset({"lea"}),
                scorer=lambda: SCORER,
                clock=clock,
            )
            await story(seat, server, clock)

    asyncio.run(run())


async def asked(seat: Seat, *texts: str, first: int = 1) -> list[Opinion]:
    seat.put(arrived(*texts, first=first))
    found: list[Opinion] = []
    while len(seat):
        found += await seat.work()
    return found


def sent(server: LocalServer) -> list[str]:
    return [text for one in server.received for text in json.loads(one.body)["input"]]


def test_messages_become_opinions_in_their_order() -> None:
    async def story(seat: Seat, server: LocalServer, _: Clock) -> None:
        first, second = await asked(seat, "they are vermin", "good evening", first=7)
        assert (first.of, second.of) == (7, 8)
        assert first.labels["hate"] > 0.5 > second.labels["hate"]
        assert (first.source, first.model, first.cached) == ("guard", "moderation-9", False)
        assert len(server.received) == 1

    at_seat(moderations(), story)


def test_only_the_uncertain_band_is_asked_about() -> None:
    async def story(seat: Seat, server: LocalServer, _: Clock) -> None:
        sure = Outcome("m", Verdict.HOLD, 0.95, {"insult": 0.95})
        unsure = Outcome("m", Verdict.HOLD, 0.55, {"insult": 0.55})
        spam = Outcome("m", Verdict.ALLOW, 0.6, {"spam": 0.6})
        seat.put(
            Arrived(at, message(f"word {at}"), one) for at, one in enumerate((sure, unsure, spam))
        )
        await seat.work()
        assert sent(server) == ["word 1"]
        assert seat.counts["sure"] == 2

    at_seat(moderations(), story, band=(0.5, 0.9))


def test_thresholds_of_the_settings_put_scores_on_our_scale() -> None:
    async def story(seat: Seat, _: LocalServer, __: Clock) -> None:
        (one,) = await asked(seat, "a")
        assert one.labels["hate"] == 0.5

    at_seat(moderations(lambda _: 0.3), story, thresholds={Label.HATE: 0.3})


def test_a_raid_that_repeats_itself_is_asked_about_once() -> None:
    """Also when every copy is hidden in another way: the memory goes by the folded text."""

    async def story(seat: Seat, server: LocalServer, clock: Clock) -> None:
        copies = [f"they are v{dot}ermin" for dot in ("", "\u200b", "\u200c", "\u2060")]
        found = await asked(seat, *copies)
        assert len(found) == 4
        assert all(one.labels["hate"] > 0.5 for one in found)
        assert [one.cached for one in found] == [False, True, True, True]
        again = await asked(seat, "they are vermin", first=50)
        assert [one.cached for one in again] == [True]
        assert len(sent(server)) == 1
        clock.now += 4_000
        await asked(seat, "they are vermin", first=60)
        assert len(sent(server)) == 2

    at_seat(moderations(), story, max_age=86_400)


def test_the_budget_is_kept_and_what_is_beyond_it_keeps_its_outcome() -> None:
    async def story(seat: Seat, server: LocalServer, clock: Clock) -> None:
        assert len(await asked(seat, *(f"word {n}" for n in range(25)))) == 10
        assert seat.counts["no_budget"] == 15
        clock.now += 6
        assert len(await asked(seat, "one", "two", first=100)) == 1
        assert len(sent(server)) == 11

    at_seat(moderations(), story, budget_per_minute=10)


def test_opinions_come_request_by_request() -> None:
    """Nobody waits for the rest of what waits."""

    async def story(seat: Seat, server: LocalServer, _: Clock) -> None:
        seat.put(arrived(*(f"word {n}" for n in range(10))))
        found = [opinion.of for opinion in await seat.work()]
        assert (found, len(seat), len(server.received)) == ([1, 2, 3, 4], 6, 1)
        rest = [len(await seat.work()) for _ in range(3)]
        assert (rest, len(seat)) == ([4, 2, 0], 0)

    at_seat(moderations(), story, batch=4)


def test_what_waited_too_long_or_is_too_much_is_not_asked_about() -> None:
    async def story(seat: Seat, server: LocalServer, clock: Clock) -> None:
        seat.put(arrived("old"))
        clock.now += 61
        assert await seat.work() == []
        assert seat.counts["too_old"] == 1
        seat.put(arrived(*(["much"] * 10_005)))
        assert (len(seat), seat.counts["too_many"]) == (10_000, 5)
        assert server.received == []

    at_seat(moderations(), story, max_age=60)


@pytest.mark.parametrize(
    "answer",
    [
        http(500),
        http(200),
        http(200, b'{"results": [{"category_scores": {"hate": NaN}}]}'),
        http(200, b'{"results": []}'),
        http(200, b'{"resul'),
    ],
    ids=["500", "nothing", "NaN", "too few", "half"],
)
def test_a_broken_plug_in_gives_no_opinion_and_opens_its_breaker(answer: bytes) -> None:
    async def story(seat: Seat, server: LocalServer, clock: Clock) -> None:
        for number in range(FAILURES):
            assert seat.breaker.state is BreakerState.CLOSED
            assert await asked(seat, f"word {number}", first=number) == []
        assert seat.breaker.state is BreakerState.OPEN
        assert seat.unavailable_since is not None
        assert seat.counts["errors"] == FAILURES
        await asked(seat, "and more")
        assert (len(server.received), seat.counts["breaker_open"]) == (FAILURES, 1)

    at_seat(answering(answer), story)


def test_the_breaker_closes_when_the_plug_in_is_back() -> None:
    good = moderations()
    broken = True

    async def respond(one: Received, writer: asyncio.StreamWriter) -> None:
        if broken:
            writer.write(http(503))
        else:
            await good(one, writer)

    async def story(seat: Seat, server: LocalServer, clock: Clock) -> None:
        nonlocal broken
        for number in range(FAILURES):
            await asked(seat, f"word {number}")
        clock.now += 29
        await asked(seat, "too early")
        assert len(server.received) == FAILURES
        broken = False
        clock.now += 2
        (one,) = await asked(seat, "they are vermin")
        assert one.labels["hate"] > 0.5
        assert seat.breaker.state is BreakerState.CLOSED
        assert seat.unavailable_since is None

    at_seat(respond, story)


def test_without_budget_the_probe_is_not_lost() -> None:
    async def story(seat: Seat, server: LocalServer, clock: Clock) -> None:
        for number in range(FAILURES):
            await asked(seat, f"word {number}")
        seat.budget.take(1_000, clock.now)
        clock.now += 31
        seat.budget.take(1_000, clock.now)
        await asked(seat, "nothing left")
        clock.now += 60
        await asked(seat, "the probe")
        assert len(server.received) == FAILURES + 1

    at_seat(answering(http(500)), story, budget_per_minute=30)


def test_a_late_answer_is_a_failure_in_bounded_time() -> None:
    async def late(_: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def story(seat: Seat, _: LocalServer, __: Clock) -> None:
        assert await asyncio.wait_for(asked(seat, "a"), 5) == []
        assert seat.counts["errors"] == 1

    at_seat(late, story, timeout=0.2)


def test_personal_data_stays_here() -> None:
    text = "call 06 12 34 56 78 or write to mo@example.org, you"
    spans = [(5, 19), (32, 46), (32, 40)]
    signals = tuple(Signal("personal", "1", Label.PERSONAL_DATA, 0.9, span) for span in spans)
    one = Arrived(1, message(text), Outcome("m1", Verdict.HOLD, 0.0, signals=signals))
    assert outgoing(one) == f"call {HIDDEN} or write to {HIDDEN}, you"


def test_nothing_but_the_text_goes_out() -> None:
    async def story(seat: Seat, server: LocalServer, _: Clock) -> None:
        await asked(seat, f"they are {HOSTILE}" + "!" * 50_000)
        (one,) = server.received
        assert set(json.loads(one.body)) == {"model", "input"}
        (text,) = sent(server)
        assert len(text) == 4_000
        head = json.dumps(one.headers)
        for word in ("lea", "u1", "Mo", "twitch", "m1"):
            assert word not in head

    at_seat(moderations(), story)


@pytest.mark.parametrize(
    ("private", "target", "goes_out"),
    [(False, "lea", False), (True, "lea", True), (True, "zoe", False)],
)
def test_a_private_message_goes_out_only_when_recipient_and_operator_said_so(
    private: bool, target: str, goes_out: bool
) -> None:
    async def story(seat: Seat, _: LocalServer, __: Clock) -> None:
        one = Arrived(1, message("hello", private=True, targets=(target,)), None)
        assert seat.wants(one) is goes_out

    at_seat(moderations(), story, private=private)


def test_only_the_channels_of_the_settings() -> None:
    async def story(seat: Seat, _: LocalServer, __: Clock) -> None:
        places = [("twitch", "lea"), ("forum", "lea"), ("forum", "general"), ("twitch", "general")]
        wanted = [
            place
            for place in places
            if seat.wants(Arrived(1, message("a", platform=place[0], channel=place[1]), None))
        ]
        assert wanted == [("twitch", "lea"), ("forum", "lea"), ("forum", "general")]

    at_seat(moderations(), story, channels=("lea", "forum/general"))


def test_what_was_sealed_while_it_waited_goes_out_no_more() -> None:
    async def story(seat: Seat, server: LocalServer, _: Clock) -> None:
        seat._sealed = frozenset({2}).intersection
        await asked(seat, "they are vermin", "caption of the picture")
        assert sent(server) == ["they are vermin"]
        assert seat.counts["sealed"] == 1

    at_seat(moderations(), story)
