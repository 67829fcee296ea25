"""Statements, the yearly report and the feed add up to the unit, whatever happened.

Random histories go through the real acts: the machine holds, people report, decide, contest, look
again. Each output is counted in its own way, and all counts of one thing are the same. The court
dossier joins by one function more in `OUTPUTS`.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.cases.conftest import Community

from rempart.cases.deciding.appeals import appeal_by_account, look_again
from rempart.cases.deciding.codes import statement_code
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.measures.taking import Wanted
from rempart.cases.reports.misuse import warn
from rempart.cases.reports.receiving import receive
from rempart.disclose.history import Figures, read_history, year_of
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.disclose.transparency_database.reconcile import reconcile
from rempart.disclose.yearly import Provider, draw_up
from rempart.disclose.yearly.files import csv_set
from rempart.errors import ConflictError
from rempart.log.commit import open_leaf
from rempart.model import DecisionOutcome, Ground, LookState, MeasureKind, ReportRequest
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery
from rempart.store.sqlite.store import SqliteStore

YEAR = year_of(2026)
MINUTE = 60_000
AT = 1_772_400_000_000
CAMILLE, SACHA = Decider("camille", person=True), Decider("sacha", person=True)
HARMS = ("harassment", "hate", "doxxing", "other", "spam")
KINDS = (MeasureKind.HIDE, MeasureKind.MUTE, MeasureKind.SUSPEND)


acts = st.fixed_dictionaries(
    {
        "label": st.sampled_from(("insult", "hate", None)),
        "reporters": st.integers(0, 3),
        "flagger": st.booleans(),
        "harm": st.sampled_from(HARMS),
        "outcome": st.sampled_from(("keep", "take", "nothing", None)),
        "law": st.booleans(),
        "kind": st.sampled_from(KINDS),
        "contest": st.sampled_from(("granted", "rejected", "open", None)),
    }
)


@contextmanager
def _community() -> Iterator[Community]:
    with tempfile.TemporaryDirectory() as folder:
        community = Community(Path(folder) / "data")
        try:
            yield community
        finally:
            community.store.close()


def _play(community: Community, number: int, act: dict[str, object]) -> None:
    id, at_ms = f"m{number}", AT + number * 600 * MINUTE
    labels = None if act["label"] is None else {str(act["label"]): 0.9}
    community.says(id, "va-t'en", author=f"u{number % 3}", labels=labels)
    cases = community.step()
    for one in range(int(str(act["reporters"]))):
        request = ReportRequest(
            category=str(act["harm"]), explanation="Encore.", message_ids=(id,), good_faith=True
        )
        flagger = "vigie" if act["flagger"] and one == 0 else None
        with community.store.begin() as tables:
            receipt = receive(
                tables, request, community.keys, at_ms + one, f"r{one}", flagger=flagger
            )
        with community.store.read() as tables:
            row = tables.cases.report(receipt.report)
            assert row is not None
            found = tables.cases.get(row.case)
            cases = [found] if found is not None else cases
    if not cases or act["outcome"] is None:
        return
    _warn(community, cases[0].id, at_ms + MINUTE)
    _decide(community, cases[0].id, act, at_ms + 10 * MINUTE)
    if act["contest"] is not None:
        _contest(community, cases[0].id, str(act["contest"]), at_ms + 20 * MINUTE)


def _decide(community: Community, case: str, act: dict[str, object], at_ms: int) -> None:
    law = bool(act["law"]) and act["harm"] not in ("spam", "other")
    ground = Ground.LAW if law else Ground.TERMS
    with community.store.begin() as tables:
        measures = tables.cases.measures(case)
        if act["outcome"] == "nothing" or (act["outcome"] == "keep" and not measures):
            outcome, ground, wanted = DecisionOutcome.NO_VIOLATION, Ground.NONE, ()
        elif act["outcome"] == "keep":
            outcome, wanted = DecisionOutcome.UPHOLD, ()
        else:
            outcome, wanted = DecisionOutcome.ACT, (Wanted(MeasureKind(str(act["kind"]))),)
        decide(
            tables, case, outcome, ground, "Insulte répétée à la même personne.", CAMILLE, at_ms,
            harm=str(act["harm"]), measures=wanted, sample=0.0,
        )  # fmt: skip


def _warn(community: Community, case: str, at_ms: int) -> None:
    """Whoever reported it, where the factors call for it."""
    with community.store.begin() as tables:
        for row in tables.cases.reports(case):
            with suppress(ConflictError):
                warn(tables, row, "sacha", at_ms)


def _contest(community: Community, case: str, what: str, at_ms: int) -> None:
    with community.store.read() as tables:
        decision = tables.cases.decision(case)
        assert decision is not None
        rows, _ = tables.statements.of_decision(decision.id, 10)
        told = [row.statement for row in rows if not row.statement.ends]
    if not told:
        return
    with community.store.begin() as tables:
        code = statement_code(told[-1].number, community.keys)
        look = appeal_by_account(tables, code, "Ce n'était pas moi.", community.keys, at_ms)
        assert look.state is LookState.OPEN
        if what != "open":
            look_again(
                tables, look, granted=what == "granted", reason="Relu par une autre personne.",
                by=SACHA, at_ms=at_ms + MINUTE,
            )  # fmt: skip


# -- each output in its own way ------------------------------------------------------------------

Counted = Counter[str]


def _of_statements(tables: Tables) -> Counted:
    """One by one, as the people concerned got them."""
    found: Counted = Counter()
    seen: set[str] = set()
    for row in reversed(tables.statements.page(limit=100_000)):
        one = row.statement
        if one.measure not in seen and not one.ends:
            found["restrictions"] += 1
            own = one.source.value == "own_initiative"
            found[f"{'own' if own else 'notice'} {one.ground.value}"] += 1
            found[f"automated {one.automated_decision.value}"] += 1
            found["flagger"] += one.source.value == "trusted_flagger"
        seen.add(one.measure)
    return found


def _of_sheets(tables: Tables) -> Counted:
    """From the cells of the published files."""
    files = csv_set(draw_up(read_history(tables), YEAR, Provider("Salon")))
    rows = {
        name.split("_")[0]: list(csv.reader(io.StringIO(data.decode(), newline="")))
        for name, data in files.items()
    }
    notices, law, terms = rows["4"][1], rows["5"][1], rows["6"][1]
    found: Counted = Counter()
    found["notice law"], found["notice terms"] = int(notices[11]), int(notices[13])
    found["own law"], found["own terms"] = int(law[5]), int(terms[5])
    found["flagger"] = int(notices[12]) + int(notices[14])
    found["restrictions"] = sum(
        found[key] for key in ("notice law", "notice terms", "own law", "own terms")
    )
    found["automated fully"], found["automated not"] = int(rows["8"][1][6]), int(rows["8"][2][6])
    found["automated partially"] = (
        found["restrictions"] - found["automated fully"] - found["automated not"]
    )
    return found


def _of_entries(tables: Tables) -> Counted:
    """From what the log says of warnings (art. 23): strikes on the ground of law, and letters."""
    found: Counted = Counter()
    size = tables.log.size()
    leaves = tables.log.leaves(0, size)
    for seq, bodies in tables.log.bodies_between(0, size):
        for part in open_leaf(leaves[seq], bodies):
            if part.name == "strikes":
                decision = tables.cases.decision_by_id(part.value["decision"])
                assert decision is not None
                on_law = decision.ground is Ground.LAW
                found["warned accounts"] += len(part.value["accounts"]) if on_law else 0
            if part.name == "misuse-warning":
                found[f"warned {part.value['what']}"] += 1
    return found


def _of_context(tables: Tables) -> Counted:
    """From what the published sheet 7 says in words beside the suspensions."""
    files = csv_set(draw_up(read_history(tables), YEAR, Provider("Salon")))
    name = next(one for one in files if one.startswith("7_"))
    rows = list(csv.reader(io.StringIO(files[name].decode(), newline="")))[45:48]
    told = [re.match(r"Warnings sent before \(art\. 23\): (\d+)", row[7]) for row in rows]
    kinds = ("warned accounts", "warned notices", "warned complaints")
    return Counter({kind: int(one[1]) for kind, one in zip(kinds, told, strict=True) if one})


def _of_feed(tables: Tables) -> Counted:
    """From the reconciliation of the feed: every restriction, one statement or one exemption."""
    found = reconcile(tables, None)
    assert found.holds
    return Counter({"restrictions": found.restrictions - found.exempt})


OUTPUTS: dict[str, Callable[[Tables], Counted]] = {
    "statements": _of_statements,
    "yearly report": _of_sheets,
    "feed": _of_feed,
}
"""What each output counts; a key that two of them have is the same number in both."""


def _reconciled(tables: Tables) -> None:
    counted = {name: count(tables) for name, count in OUTPUTS.items()}
    for key in {key for one in counted.values() for key in one}:
        said = {name: one[key] for name, one in counted.items() if key in one or name != "feed"}
        assert len(set(said.values())) == 1, (key, said)


IN_VAIN: dict[str, object] = {
    "label": None, "reporters": 1, "flagger": False, "harm": "harassment", "outcome": "nothing",
    "law": False, "kind": MeasureKind.HIDE, "contest": None,
}  # fmt: skip


@example([IN_VAIN] * 4)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.lists(acts, min_size=1, max_size=8))
def test_all_outputs_of_a_random_history_add_up_to_the_unit(
    played: list[dict[str, object]],
) -> None:
    with _community() as community:
        for number, act in enumerate(played):
            _play(community, number, act)
        with community.store.read() as tables:
            _reconciled(tables)
            warned = _of_entries(tables)
            assert warned == _of_context(tables)
            assert warned["warned notices"] >= (played == [IN_VAIN] * 4)
            figures = Figures(read_history(tables), YEAR)
            reports = sum(len(tables.cases.reports(case)) for case in _cases(tables))
            assert figures.notices().received == reports


def _cases(tables: Tables) -> list[str]:
    return [case.id for case in tables.cases.page(CaseQuery(limit=1_000)).cases]


def test_a_year_of_thousands_adds_up_as_well(yearly_store_path: Path) -> None:
    store = SqliteStore.open_for_reading(yearly_store_path)
    with store.read() as tables:
        counted = {name: OUTPUTS[name](tables) for name in ("statements", "yearly report")}
    assert counted["statements"] == counted["yearly report"]
    assert counted["statements"]["restrictions"] > 500


@pytest.fixture(scope="module")
def yearly_store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reconciled") / "rempart.db"
    store = SqliteStore.open(path)
    rehearse(store, Plan(decisions=600, seed=11))
    store.close()
    return path
