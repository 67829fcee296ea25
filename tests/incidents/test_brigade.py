"""A brigade of 500 false reports (INCIDENTS 4 and 6, FAULTS 38): nothing is hidden for everyone by
their number, the genuine report is reached in time, honest reporters are answered.

`python -m tests.incidents.test_brigade` prints the figures.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from tests.faults.traffic import SOURCE, parsed

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receiving import Receipt, receive
from rempart.cases.reports.status import status
from rempart.engine.embedded import EmbeddedEngine
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    DecisionOutcome,
    Ground,
    MeasureKind,
    RaidKind,
    ReportRequest,
    ReportState,
    ScopeKind,
)
from rempart.store.interface.cases import CaseQuery

FALSE = 500
TRIAGE_S = 15.0
"""What one look of a person at one case takes."""
SCRIPT = "This account shares pictures of children, everybody has seen it, it must go at once"
TAILS = ("", "!", " please", " now", ", thank you", " act", " !!", " today")
OWN_WORDS = (
    "My daughter showed me a link that somebody sent her after the match. I recognise a girl of "
    "her class in the picture and I do not know whom else I can tell."
)
FOR_EVERYONE = {MeasureKind.HIDE, MeasureKind.REMOVE, MeasureKind.HOLD, MeasureKind.SUSPEND}


class Figures(NamedTuple):
    """`before`: cases in the queue before the genuine one; `reached_s`: seconds until a person who
    works through the queue looks at it; `hidden`: measures for everyone; `brigades`: cases of
    their own."""

    before: int
    reached_s: float
    hidden: int
    brigades: int
    reports: int
    answered: int


class Place:
    """Léa's chat on a real engine; a clock of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.now = 1_764_000_000.0
        self.keys = ReportKeys.load(folder / "keys")
        self.engine = EmbeddedEngine.open(folder, clock=lambda: self.now)
        self.engine.start()

    def says(self, number: int, author: str) -> None:
        item = {
            "id": f"m{number}",
            "platform": "twitch",
            "channel": "lea",
            "sent_at": "2026-03-01T20:00:00Z",
            "author": {"id": author},
            "text": "what a lovely evening this is",
        }
        self.engine.submit(parsed(msgspec.json.encode(item)), SOURCE).result()

    def report(self, category: str, text: str, reporter: str, **what: object) -> Receipt:
        request = msgspec.convert(
            {"category": category, "explanation": text, "good_faith": True, **what}, ReportRequest
        )
        at_ms = int(self.now * 1000)
        return self.engine.write(
            lambda tables: receive(tables, request, self.keys, at_ms, reporter)
        ).result()

    def queue(self) -> list[Case]:
        with self.engine.read() as tables:
            return tables.cases.page(CaseQuery(CaseState.OPEN, limit=2_000)).cases

    def decide(self, case: str) -> None:
        self.engine.write(
            lambda tables: decide(
                tables,
                case,
                DecisionOutcome.LIFT,
                Ground.NONE,
                "Looked at: nothing of the kind.",
                Decider("moderator-1", person=True),
                int(self.now * 1000),
                confirmed_by="moderator-2",
            )
        ).result()

    def state(self, receipt: Receipt) -> ReportState:
        with self.engine.read() as tables:
            return status(tables, receipt.words, self.keys).state

    def hidden(self) -> int:
        """Measures that hide something for everyone, on until somebody decides."""
        with self.engine.read() as tables:
            rows = tables.stream.measures(active=True, limit=5_000)
            return sum(
                row.measure.kind in FOR_EVERYONE and row.measure.scope.kind is not ScopeKind.TARGET
                for row in rows
            )

    def brigades(self) -> list[Case]:
        with self.engine.read() as tables:
            found = {
                row.raid.id
                for row in tables.stream.raids(limit=100)
                if row.raid.kind is RaidKind.BRIGADE
            }
        return [case for case in self.queue() if case.raid in found and case.kind is CaseKind.RAID]


@contextmanager
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        one = Place(Path(folder))
        try:
            yield one
        finally:
            one.engine.stop()


def child_safety_on_links(seed: int, minutes: float = 10.0) -> Figures:
    """500 false child-safety reports on 500 links within ten minutes; a genuine one in the end."""
    rng = random.Random(seed)
    with place() as one:
        false = []
        for number in range(FALSE):
            one.now += minutes * 60 / FALSE
            false.append(
                one.report(
                    "child_safety",
                    SCRIPT + rng.choice(TAILS),
                    f"troll{number}",
                    links=(f"https://forum.example/post/{number}",),
                )
            )
        genuine = one.report(
            "child_safety", OWN_WORDS, "mother", links=("https://elsewhere.example/a",)
        )
        queue = [case.id for case in one.queue()]
        before = queue.index(genuine.case)
        one.decide(genuine.case)
        answered = sum(one.state(receipt) is ReportState.ANSWERED for receipt in (genuine,))
        assert all(one.state(receipt) is ReportState.RECEIVED for receipt in false[:20])
        return Figures(
            before,
            (before + 1) * TRIAGE_S,
            one.hidden(),
            len(one.brigades()),
            len(false) + 1,
            answered,
        )


def innocent_account(seed: int) -> Figures:
    """500 copied reports on one account's messages; among them one honest reporter with words of
    her own, and a genuine threat elsewhere."""
    rng = random.Random(seed)
    with place() as one:
        for number in range(20):
            one.says(number, "innocent")
        one.says(100, "somebody")
        receipts = []
        for number in range(FALSE):
            one.now += 1.0
            receipts.append(
                one.report(
                    "harassment",
                    "This user keeps posting hateful messages and must be banned from here"
                    + rng.choice(TAILS),
                    f"troll{number}",
                    message_ids=(f"m{rng.randrange(20)}",),
                )
            )
        honest = one.report(
            "harassment",
            "He wrote that line under my drawing three evenings in a row, and it frightens me.",
            "honest",
            message_ids=("m3",),
        )
        genuine = one.report(
            "threat", "He says that he waits at my door.", "lea", message_ids=("m100",)
        )
        queue = [case.id for case in one.queue()]
        before = queue.index(genuine.case)
        hidden = one.hidden()
        brigades = len(one.brigades())
        for case in one.queue():
            one.decide(case.id)
        told = [*receipts, honest, genuine]
        answered = sum(one.state(receipt) is ReportState.ANSWERED for receipt in told)
        with one.engine.read() as tables:
            rows = tables.stream.latest("twitch", "lea", limit=50)
            assert {row.verdict for row in rows} == {"allow"}
        return Figures(before, (before + 1) * TRIAGE_S, hidden, brigades, len(told), answered)


def test_five_hundred_false_reports_of_child_safety_delay_a_genuine_one_by_minutes() -> None:
    found = child_safety_on_links(1, minutes=1.0)
    assert found.reached_s < 300, found
    assert found.hidden == 0
    assert found.brigades == 1
    assert found.answered == 1


def test_an_innocent_account_stays_visible_and_everybody_is_answered() -> None:
    found = innocent_account(1)
    assert found.hidden == 0
    assert found.brigades == 1
    assert found.before == 0, "a threat comes first, however many report something else"
    assert found.answered == found.reports == FALSE + 2


if __name__ == "__main__":
    for seed in (1, 2, 3):
        for minutes in (10.0, 1.0):
            print(
                "child safety on links", minutes, "min", seed, child_safety_on_links(seed, minutes)
            )
        print("innocent account", seed, innocent_account(seed))
