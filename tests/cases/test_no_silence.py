"""Law 5 under any course of an evening: nothing held without a case, every reporter answered once.

Hypothesis plays moderators, raiders, reporters and brigades in any order against a real store.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.cases.conftest import Community
from tests.silence import held_without_case

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.measures.undo import undo_measure, undo_raid
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.errors import ConflictError
from rempart.log.commit import strict_json
from rempart.model import (
    SECOND_KINDS,
    CaseState,
    DecisionOutcome,
    Ground,
    RaidStage,
    ReportRequest,
    ReportState,
)
from rempart.store.interface.cases import CaseQuery

AUTHORS = st.sampled_from(["b1", "b2", "fan"])
LABELS = st.sampled_from([{"insult": 0.9}, {"threat": 0.7}, None])
GROUNDS = {
    DecisionOutcome.UPHOLD: Ground.TERMS,
    DecisionOutcome.LIFT: Ground.TERMS,
    DecisionOutcome.NO_VIOLATION: Ground.NONE,
}
OUTCOMES = list(GROUNDS)
RAIDS = st.sampled_from(["r-1", "r-2"])
STAGES = st.sampled_from([RaidStage.ATTACK, RaidStage.SUSPECT, RaidStage.NOTICE])


class Evening(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="evening-"))
        self.community = Community(self.folder / "data")
        self.clock = 0
        self.ids: list[str] = []
        self.receipts: dict[str, str] = {}
        self.stages: dict[str, RaidStage] = {}

    def teardown(self) -> None:
        """The morning after: every case that is still open is closed, and nobody is forgotten."""
        try:
            with self.community.store.begin() as tables:
                for case in tables.cases.page(CaseQuery(state=CaseState.OPEN, limit=500)).cases:
                    if case.kind in SECOND_KINDS:
                        continue
                    by = Decider("camille", person=True)
                    decide(
                        tables,
                        case.id,
                        DecisionOutcome.LIFT,
                        Ground.NONE,
                        "Bien.",
                        by,
                        10_000,
                        confirmed_by="sacha",
                    )
            self.nothing_held_is_without_a_case()
            self.every_reporter_is_answered_exactly_when_the_case_is_closed()
            self.everybody_was_told_once()
        finally:
            self.community.store.close()
            shutil.rmtree(self.folder)

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def pick(self, n: int) -> str:
        return self.ids[n % len(self.ids)]

    @rule(authors=st.lists(AUTHORS, min_size=1, max_size=4), labels=LABELS, raid=st.none() | RAIDS)
    def some_people_write(self, authors, labels, raid):
        """A message that a raid touches comes only after the raid was told."""
        raid = raid if raid in self.stages else None
        for author in authors:
            seconds = self.tick()
            self.ids.append(f"m{seconds}")
            self.community.says(
                f"m{seconds}", author=author, labels=labels, raid=raid, seconds=seconds
            )
        self.community.step(seconds=seconds)

    @rule(author=AUTHORS, raid=RAIDS)
    def an_account_under_a_raids_measure_writes(self, author, raid):
        if raid not in self.stages:
            return
        seconds = self.tick()
        id = f"m{seconds}"
        self.ids.append(id)
        account = f"m-{raid}-{author}"
        self.community.measure(account, account=author, raid=raid)
        self.community.says(id, author=author, under=[account], seconds=seconds)
        self.community.step(seconds=seconds)

    @rule(
        id=RAIDS,
        stage=STAGES,
        members=st.lists(AUTHORS, unique=True, min_size=1),
        with_message=st.booleans(),
    )
    def a_raid_is_seen(self, id, stage, members, with_message):
        seconds = self.tick()
        known = self.stages.get(id, RaidStage.NOTICE)
        stage = max(known, stage, key=lambda one: one.rank)
        self.stages[id] = stage
        if with_message:
            name = f"m{seconds}"
            self.ids.append(name)
            self.community.says(name, author="b1", raid=id, seconds=seconds)
        raid = self.community.raid(
            id, stage=stage, members=members, messages=seconds, begin=0, end=seconds
        )
        self.community.step(raid, seconds=seconds)

    @precondition(lambda self: self.ids)
    @rule(
        picks=st.lists(st.integers(0, 9), max_size=2),
        link=st.none() | st.sampled_from(["https://a.example/1", "https://a.example/2"]),
        unknown=st.booleans(),
        reporter=st.none() | st.sampled_from(["anna", "bela"]),
        category=st.sampled_from(["threat", "spam"]),
    )
    def somebody_reports(self, picks, link, unknown, reporter, category):
        ids = tuple(self.pick(n) for n in picks) + (("never-seen",) if unknown else ())
        request = ReportRequest(
            category=category,
            explanation="Stop.",
            message_ids=ids,
            links=(link,) if link else (),
            good_faith=True,
        )
        with self.community.store.begin() as tables:
            receipt = receive(tables, request, self.community.keys, self.tick(), reporter)
        assert receipt.words not in self.receipts
        self.receipts[receipt.words] = receipt.report

    @rule(n=st.integers(0, 20), outcome=st.sampled_from(OUTCOMES))
    def a_moderator_decides(self, n, outcome):
        with self.community.store.read() as tables:
            page = tables.cases.page(CaseQuery(state=CaseState.OPEN)).cases
            queue = [case for case in page if case.kind not in SECOND_KINDS]
        if not queue:
            return
        case = queue[n % len(queue)].id
        by = Decider("camille", person=True)
        with self.community.store.begin() as tables:
            decide(
                tables,
                case,
                outcome,
                GROUNDS[outcome],
                "Règle 3.",
                by,
                self.tick(),
                confirmed_by="sacha",
            )
        try:
            with self.community.store.begin() as tables:
                decide(
                    tables,
                    case,
                    outcome,
                    GROUNDS[outcome],
                    "Encore.",
                    by,
                    self.tick(),
                    confirmed_by="sacha",
                )
        except ConflictError:
            return
        raise AssertionError("decided twice")

    @rule(raid=RAIDS)
    def a_moderator_undoes_a_raid(self, raid):
        if raid in self.stages:
            with self.community.store.begin() as tables:
                undo_raid(tables, raid, "camille", self.tick())

    @precondition(lambda self: self.ids)
    @rule(n=st.integers(0, 50))
    def a_moderator_undoes_one_measure(self, n):
        measure = f"m-{self.pick(n)}"
        with self.community.store.begin() as tables:
            if tables.stream.measure(measure) is not None:
                undo_measure(tables, measure, "camille", self.tick())

    @invariant()
    def nothing_held_is_without_a_case(self):
        with self.community.store.read() as tables:
            assert held_without_case(tables) == 0

    @invariant()
    def every_reporter_is_answered_exactly_when_the_case_is_closed(self):
        with self.community.store.read() as tables:
            for words, id in self.receipts.items():
                row = tables.cases.report(id)
                case = tables.cases.get(row.case)
                root = tables.cases.get(case.merged_into) if case.merged_into else case
                closed = root.state is CaseState.DECIDED
                seen = status(tables, words, self.community.keys)
                assert (seen.state is ReportState.ANSWERED) == closed
                assert len(seen.messages) == 1 + closed

    def everybody_was_told_once(self):
        """What the log says of the whole evening."""
        reports = set(self.receipts.values())
        with self.community.store.read() as tables:
            counts = tables.cases.counts()
            told = [
                value["report"]
                for _, bodies in tables.log.bodies_between(0, tables.log.size())
                for _, name, value in map(strict_json, bodies)
                if name == "answer"
            ]
            answered = {id for id in reports if tables.cases.answer(id) is not None}
            assert len(told) == len(set(told)) == len(answered)
            assert set(told) == answered
            assert counts.reports == len(reports)
            assert counts.unanswered == len(reports) - len(answered)
            assert tables.cases.counts().unanswered == 0


Evening.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestEvening = Evening.TestCase
