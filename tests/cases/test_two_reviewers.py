"""Two reviewers press the button at the same moment, on a running engine."""

from __future__ import annotations

from concurrent.futures import wait
from pathlib import Path
from threading import Barrier, Thread

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receiving import receive
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import Source
from rempart.engine.settings import EngineSettings
from rempart.errors import ConflictError
from rempart.ingest import Parsed, parse_one
from rempart.model import CaseState, DecisionOutcome, Ground, ReportRequest
from rempart.store.interface.cases import CaseQuery

INSULT = (
    b'{"id":"m1","platform":"twitch","channel":"lea","sent_at":"2026-03-01T20:00:00Z",'
    b'"author":{"id":"x1"},"text":"you stupid idiot"}'
)


def test_exactly_one_of_two_simultaneous_decisions_counts(tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path / "data", EngineSettings())
    engine.start()
    try:
        parsed = parse_one(INSULT)
        assert isinstance(parsed, Parsed)
        engine.submit([parsed], Source("api")).result(timeout=30)
        with engine.read() as tables:
            [case] = tables.cases.page(CaseQuery()).cases
        keys = ReportKeys.load(tmp_path / "data" / "keys")
        request = ReportRequest("harassment", "Stop.", message_ids=("m1",), good_faith=True)
        for reporter in ("anna", "bela"):
            receipt = engine.write(
                lambda tables, who=reporter: receive(tables, request, keys, 1, who)
            ).result(timeout=30)
            assert receipt.case == case.id
        together, futures = Barrier(2), []

        def press(name: str, outcome: DecisionOutcome) -> None:
            by = Decider(name, person=True)
            together.wait()
            futures.append(
                engine.write(
                    lambda tables: decide(
                        tables, case.id, outcome, Ground.TERMS, "Règle 3.", by, 5_000
                    )
                )
            )

        reviewers = [
            Thread(target=press, args=("camille", DecisionOutcome.UPHOLD)),
            Thread(target=press, args=("sacha", DecisionOutcome.LIFT)),
        ]
        for reviewer in reviewers:
            reviewer.start()
        for reviewer in reviewers:
            reviewer.join()
        wait(futures, timeout=30)
        errors = [future.exception() for future in futures]
        assert sorted(type(error) is ConflictError for error in errors) == [False, True]
        with engine.read() as tables:
            decision = tables.cases.decision(case.id)
            loser = next(error for error in errors if error is not None)
            assert decision is not None
            assert decision.decided_by in str(loser)
            assert tables.cases.get(case.id).state is CaseState.DECIDED
            assert len(tables.cases.answers(case.id)) == 2
            lifted = decision.outcome is DecisionOutcome.LIFT
            assert bool(decision.undone) == lifted
    finally:
        engine.stop()
