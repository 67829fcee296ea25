"""What a connector hands over is taken like any other delivery, and waits when there is no room."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.service import message

from rempart.connect.source import ConnectorNumbers, Feed
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.settings import EngineLimits, EngineSettings
from rempart.model import ReportRequest
from rempart.web.app import report_keys
from rempart.web.connectors.intake import EngineIntake


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """So small that three messages fill it."""
    engine = EmbeddedEngine.open(tmp_path, EngineSettings(engine=EngineLimits(waiting=3)))
    engine.start()
    yield engine
    engine.stop()


def test_a_bad_item_is_refused_alone_and_a_repeat_is_counted_once(engine: EmbeddedEngine) -> None:
    numbers = ConnectorNumbers()
    intake = EngineIntake(engine, "twitch.lea", numbers, report_keys(engine))
    good = json.dumps(message(text="you fucking idiot, die")).encode()
    taken = asyncio.run(intake.take([good, b'{"id": 7}']))
    assert json.loads(taken.outcomes[0])["verdict"] == "hold"
    assert len(taken.refused) == 1
    again = asyncio.run(intake.take([good]))
    assert again.duplicates == 1
    assert again.outcomes == taken.outcomes
    assert (numbers.taken, numbers.duplicates, numbers.refused) == (1, 1, 1)
    assert numbers.lag < 60


def test_a_full_engine_makes_the_reader_wait_and_loses_nothing(engine: EmbeddedEngine) -> None:
    async def story() -> ConnectorNumbers:
        numbers = ConnectorNumbers()
        intake = EngineIntake(engine, "twitch.lea", numbers, report_keys(engine))
        feed = Feed(intake, numbers, size=4)
        pump = asyncio.create_task(feed.run())
        for _ in range(60):
            await feed.put(message())
        while numbers.taken < 60:
            await asyncio.sleep(0.01)
        pump.cancel()
        return numbers

    numbers = asyncio.run(story())
    assert numbers.taken == 60
    assert numbers.waits > 0


def test_a_report_of_the_platform_joins_the_case(engine: EmbeddedEngine) -> None:
    intake = EngineIntake(engine, "mastodon.here", ConnectorNumbers(), report_keys(engine))
    asked = ReportRequest("harassment", "insults again", text="some text", good_faith=True)
    first = asyncio.run(intake.report(asked, "mastodon:1"))
    second = asyncio.run(intake.report(asked, "mastodon:2"))
    assert first == second
