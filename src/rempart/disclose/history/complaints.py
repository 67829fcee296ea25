"""Figures of appeals and of disputes before certified bodies (sheet 7). Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from rempart.disclose.history.figures import HOUR_MS, Figures, median
from rempart.model import REVERSING, DisputeOutcome
from rempart.store.interface.history import NONE, Flags


class About(StrEnum):
    """What a complaint is about, in the order of the sheet."""

    ALL = "all"
    VISIBILITY = "visibility"
    PROVISION = "provision"
    ACCOUNT = "account"
    MONETARY = "monetary"
    NO_ACTION = "no_action"
    NO_ACTION_FLAGGER = "no_action_flagger"


FIELD_OF: dict[About, str] = {
    About.VISIBILITY: "decision_visibility",
    About.PROVISION: "decision_provision",
    About.ACCOUNT: "decision_account",
    About.MONETARY: "decision_monetary",
}


class Outcomes(NamedTuple):
    """`median` in hours. `implemented`: of disputes, the share of reversing outcomes carried out;
    None when there was none."""

    total: int
    upheld: int
    partly: int
    reversed_: int
    omitted: int
    median: float | None
    implemented: float | None = None


def complaints(figures: Figures, about: About = About.ALL) -> Outcomes:
    """Appeals of the period, as they stand as of the log's size."""
    looks = figures.history.columns.looks
    chosen = _received(figures) & _about(figures, about)
    decided = chosen & (looks.decided_ms != NONE)
    granted = decided & looks.state.is_("granted")
    partial = granted & _partial(figures)
    hours = (looks.decided_ms - looks.received_ms) / HOUR_MS
    return Outcomes(
        int(chosen.sum()),
        int((decided & ~granted).sum()),
        int(partial.sum()),
        int((granted & ~partial).sum()),
        int((chosen & ~decided).sum()),
        median(hours[decided]),
    )


def newly_imposed(figures: Figures) -> int:
    """Restrictions of the period that the decision of an appeal imposed."""
    said, decided = figures.history.columns.statements, figures.history.columns.decisions
    by_appeal = np.zeros(len(decided.seq) + 1, np.bool_)
    by_appeal[: len(decided.seq)] = decided.because.is_("appeal")
    return int((figures.imposed & by_appeal[said.decision]).sum())


def disputes(figures: Figures) -> Outcomes:
    """Disputes submitted in the period, as they stand as of the log's size."""
    first, last = figures.period.first_day, figures.period.last_day
    found = [
        row.dispute
        for row in figures.history.declared.disputes
        if first <= row.dispute.submitted <= last
    ]
    by = {outcome: sum(one.outcome is outcome for one in found) for outcome in DisputeOutcome}
    days = [
        (one.decided - one.submitted).days
        for one in found
        if one.decided is not None and one.outcome is not DisputeOutcome.OMITTED
    ]
    reversing = [one for one in found if one.outcome in REVERSING]
    done = sum(isinstance(one.implemented, date) for one in reversing)
    return Outcomes(
        len(found),
        by[DisputeOutcome.UPHELD],
        by[DisputeOutcome.PARTLY_REVERSED],
        by[DisputeOutcome.REVERSED],
        by[DisputeOutcome.OMITTED],
        median(np.array(days, np.float64) * 24),
        round(done / len(reversing), 4) if reversing else None,
    )


def suspended_sources(figures: Figures, what: str) -> int:
    """Sources whose `notices` or `complaints` were left unexamined from a day of the period on."""
    period = figures.period
    return sum(
        row.what == what and period.begin_ms <= row.from_ms < period.end_ms
        for row in figures.history.declared.suspensions
    )


def warned_sources(figures: Figures, what: str) -> int:
    """Warnings sent in the period to sources of `notices` or `complaints`."""
    period = figures.period
    return sum(
        row.what == what and period.begin_ms <= row.at_ms < period.end_ms
        for row in figures.history.declared.warnings
    )


def warned_accounts(figures: Figures) -> int:
    """Strikes on the ground of law: one for each account and decision; the statement of reasons
    says that the next one may suspend."""
    struck, period = figures.history.columns.strikes.at_ms, figures.period
    return int(((struck >= period.begin_ms) & (struck < period.end_ms)).sum())


def _received(figures: Figures) -> Flags:
    looks, period = figures.history.columns.looks, figures.period
    within = (looks.received_ms >= period.begin_ms) & (looks.received_ms < period.end_ms)
    return within & ~looks.appellant.is_("sample")


def _about(figures: Figures, about: About) -> Flags:
    looks, said = figures.history.columns.looks, figures.history.columns.statements
    if about is About.ALL:
        return np.ones(len(looks.seq), np.bool_)
    if about is About.NO_ACTION:
        return looks.appellant.is_("reporter")
    if about is About.NO_ACTION_FLAGGER:
        return looks.appellant.is_("reporter") & looks.flagger
    fields = np.zeros(len(said.seq) + 1, np.bool_)
    names = [name for name in figures.form.names if name.startswith(FIELD_OF[about] + " ")]
    fields[: len(said.seq)] = figures.form.is_(*names)
    scoped = fields[looks.statement]
    return scoped & looks.appellant.is_("account")


def _partial(figures: Figures) -> Flags:
    """Whether the decision that replaced the contested one kept a part."""
    looks, decided = figures.history.columns.looks, figures.history.columns.decisions
    kept = np.zeros(len(decided.seq) + 1, np.bool_)
    later = np.flatnonzero((decided.replaces >= 0) & decided.outcome.is_("partial"))
    kept[decided.replaces[later]] = True
    return kept[looks.decision]
