"""FAULTS 24: the service is killed (SIGKILL) at random moments while a community writes: after so
many answers and a moment more, so that a slow machine kills in the middle of it too.

Two senders deliver over HTTP and note what was acknowledged. After every kill the service starts
again on the same folder. In the end everything acknowledged is there, once, at one place; the log
is contiguous and its root is the root of its leaves.
"""

from __future__ import annotations

import http.client
import random
import threading
import time
from itertools import count
from pathlib import Path

import pytest
from tests.faults.amount import rounds
from tests.faults.checks import check_log, check_rows_and_entries
from tests.faults.service import Service
from tests.faults.traffic import key, line

from rempart.engine.embedded import STORE_FILE
from rempart.store.sqlite.store import SqliteStore

pytestmark = pytest.mark.faults


class Sender(threading.Thread):
    """Delivers until the connection breaks. What was not answered is sent again to the next
    service first: it may be there already, and must not be there twice."""

    def __init__(self, service: Service, numbers: count[int], unanswered: list[int]) -> None:
        super().__init__(daemon=True)
        self._client = service.client()
        self._numbers = numbers
        self._again = list(unanswered)
        self.unanswered: list[int] = []
        self.acknowledged: list[int] = []
        self.answers = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        rng = random.Random(id(self))
        try:
            while True:
                batch = self._again or [next(self._numbers) for _ in range(rng.choice((1, 5, 40)))]
                self._again = []
                self.unanswered = batch
                status, answers, _ = self._client.deliver(*(line(number) for number in batch))
                assert status == 200, status
                assert [answer["id"] for answer in answers] == [f"m{number}" for number in batch]
                self.acknowledged += batch
                self.unanswered = []
                self.answers += 1
        except (OSError, http.client.HTTPException):
            return
        except BaseException as error:
            self.failure = error


def _wait_for(answers: int, senders: list[Sender]) -> None:
    end = time.monotonic() + 30
    while sum(sender.answers for sender in senders) < answers and time.monotonic() < end:
        time.sleep(0.0005)


def test_no_acknowledged_message_is_missing_after_many_kills(tmp_path: Path) -> None:
    rng = random.Random(24)
    numbers = count()
    acknowledged: list[int] = []
    unanswered: list[list[int]] = [[], []]
    for _ in range(rounds(200)):
        service = Service(tmp_path).__enter__()
        senders = [Sender(service, numbers, again) for again in unanswered]
        for sender in senders:
            sender.start()
        _wait_for(rng.choice((0, 0, 1, 2, 5, 12)), senders)
        time.sleep(0.01 * rng.random())
        service.kill()
        for sender in senders:
            sender.join(30)
            assert sender.failure is None, sender.failure
            acknowledged += sender.acknowledged
        unanswered = [sender.unanswered for sender in senders]
    with Service(tmp_path) as service:
        status, answers, headers = service.client().deliver(*map(line, acknowledged[-50:]))
        assert status == 200
        assert headers["rempart-duplicates"] == str(len(answers))

    assert len(acknowledged) > rounds(200)
    store = SqliteStore.open_for_reading(tmp_path / STORE_FILE)
    with store.read() as tables:
        known = tables.stream.known([key(number) for number in acknowledged])
        missing = [number for number in acknowledged if key(number) not in known]
        assert missing == []
        check_log(tables)
        check_rows_and_entries(tables, range(next(numbers)))
        counted = tables.stream.counters()["messages"]
        assert counted == sum(row.messages for row in tables.stream.channels())
        assert counted == sum(row.messages for row in tables.stream.minutes(0, 1 << 50))
    store.close()
