"""What a case is about, read from its reports, messages and raid: the harm, and who it concerns.

A report's category is what somebody alleges: it names the harm until a decision names another. The
one exception protects: a case that anybody reported as child safety is treated as such until two
people decided that it is not (`four_eyes`).
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from rempart.cases.deciding.statements import harm_of_labels
from rempart.model import Case, CaseKind, Outcome
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow

CHILD_SAFETY: Final = "child_safety"
OTHER: Final = "other"
_MOST_READ: Final = 50
_outcomes = msgspec.json.Decoder(Outcome)


def harm_of(tables: Tables, case: Case) -> str:
    """Key of the harm, from `harms.toml`."""
    decided = tables.cases.decision(case.id)
    if decided is not None and decided.harm is not None:
        return decided.harm
    if is_child_safety(tables, case.id):
        return CHILD_SAFETY
    if case.kind is CaseKind.RAID:
        return "raid"
    reported = Counter(row.category for row in _reports(tables, case.id))
    if reported:
        return reported.most_common(1)[0][0]
    for row in tables.cases.messages(case.id, _MOST_READ):
        if row.outcome is not None:
            found = harm_of_labels(_outcomes.decode(row.outcome).labels)
            if found is not None:
                return found
    return OTHER


def is_child_safety(tables: Tables, case: str) -> bool:
    """Whether what it is about must be stored, shown and exported nowhere."""
    decided = tables.cases.decision(case)
    if decided is not None and decided.harm is not None:
        return decided.harm == CHILD_SAFETY
    return bool(tables.cases.of_harm([case], CHILD_SAFETY))


def is_grave(tables: Tables, case: Case, harm: str) -> bool:
    """Threats, and what touches minors by its harm or by what a reporter said: left without
    action, it is always looked at twice."""
    graver = {"threat", "self_harm_incitement", CHILD_SAFETY}
    reports = _reports(tables, case.id)
    if harm in graver or any(row.minor or row.category in graver for row in reports):
        return True
    for row in tables.cases.messages(case.id, _MOST_READ):
        if row.outcome is not None:
            labels = _outcomes.decode(row.outcome).labels
            if harm_of_labels(labels) in graver:
                return True
    return False


def _reports(tables: Tables, case: str) -> list[ReportRow]:
    return tables.cases.reports(case, 500)
