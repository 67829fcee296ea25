"""The figures of a period, counted from the columns. Pure; each as `definitions.py` says.

A figure is asked for a set of harms (None: all), because medians do not add up: the figure of a
category is counted from its rows, never from the figures of its parts.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from rempart.disclose.history.period import Period
from rempart.disclose.history.reading import History
from rempart.model import LADDER, MeasureKind, ScopeKind
from rempart.store.interface.history import NONE, Coded, Flags, Numbers, Positions

ACTING: Final = ("uphold", "act", "partial")
"""Outcomes of decisions that restrict."""
HOUR_MS: Final = 3_600_000
_FAR: Final = np.iinfo(np.int64).max


class Notices(NamedTuple):
    """Medians in hours; None without any action."""

    received: int
    by_flaggers: int
    items: int
    items_by_flaggers: int
    median: float | None
    median_by_flaggers: float | None
    on_law: int
    on_law_by_flaggers: int
    on_terms: int
    on_terms_by_flaggers: int


class Initiative(NamedTuple):
    """`forms`: restrictions by their form in law (`model.ladder`), by field and key."""

    measures: int
    solely_automated: int
    forms: dict[tuple[str, str], int]


class Automated(NamedTuple):
    """Restrictions by who imposed them."""

    solely: int
    partly: int
    by_hand: int


class Processed(NamedTuple):
    """Decided notices. `solely`: by automated means (none is: a person decides); `partly`: a rule
    had acted in their case before; `by_hand`: no automated means."""

    solely: int
    partly: int
    by_hand: int


class Exposure(NamedTuple):
    """Of messages whose views are told: `views` of all, `restricted` of them of what was restricted
    in the period, `before` of these before that; `median` reach before action."""

    messages: int
    views: int
    restricted_messages: int
    restricted: int
    before: int
    median: float | None

    @property
    def share(self) -> float | None:
        """Views of what was restricted before it was, of all views."""
        return self.before / self.views if self.views else None


class Figures:
    """Of one period. Precomputes what several figures ask for."""

    def __init__(self, history: History, period: Period) -> None:
        self.history = history
        self.period = period
        columns = history.columns
        cases, reports = columns.cases, columns.reports
        said, decided = columns.statements, columns.decisions
        self.notice_case = cases.root[reports.case]
        self.in_period: Flags = self._within(reports.received_ms)
        self.decided_in_period: Flags = self._within(decided.decided_ms)
        self.flagged: Flags = reports.flagger.codes != _code(reports.flagger, "")
        self._ordered: Flags = columns.measures.ordered[said.measure] | said.source.is_("order")
        begun = said.imposes & self._within(said.made_ms)
        exempt = (columns.measures.exempt.codes[said.measure] != 0) & ~self._ordered
        self.imposed: Flags = begun & ~exempt
        self._exempted: Flags = begun & exempt
        self._by_flagger: Flags = said.source.is_("trusted_flagger")
        self._by_notice: Flags = said.source.is_("notice") | self._by_flagger
        self.form = _forms(said.kind, said.scope)

    @cached_property
    def _acted(self) -> tuple[Flags, np.ndarray[tuple[int], np.dtype[np.float64]]]:
        """Of each notice: something was done about its case, and how many hours after it came."""
        columns = self.history.columns
        acted = self._acted_ms(len(columns.cases.root), self._root_of_statements())
        acted = acted[self.notice_case]
        hours = np.maximum(acted - columns.reports.received_ms, 0) / HOUR_MS
        return acted != _FAR, hours

    def _root_of_statements(self) -> Positions:
        case, root = self.history.columns.statements.case, self.history.columns.cases.root
        found = np.full(len(case), NONE, np.int32)
        known = case >= 0
        found[known] = root[case[known]]
        return found

    def _within(self, ms: Numbers) -> Flags:
        return (ms >= self.period.begin_ms) & (ms < self.period.end_ms)

    def _acted_ms(self, count: int, root: Positions) -> Numbers:
        """For each case, when something was first done about a notice of it; `_FAR`: nothing."""
        decided, said = self.history.columns.decisions, self.history.columns.statements
        first = np.full(count + 1, _FAR, np.int64)
        acting = decided.outcome.is_(*ACTING)
        np.minimum.at(first, decided.case[acting], decided.decided_ms[acting])
        brought = said.imposes & self._by_notice & (root >= 0)
        np.minimum.at(first, root[brought], said.made_ms[brought])
        return first

    # -- notices ---------------------------------------------------------------------------------

    def notices(self, harms: Collection[str] | None = None) -> Notices:
        columns = self.history.columns
        reports, said = columns.reports, columns.statements
        if _none_of(harms, reports.category, said.harm):
            return Notices(0, 0, 0, 0, None, None, 0, 0, 0, 0)
        chosen = self.in_period & _of(reports.category, harms)
        flagged = chosen & self.flagged
        done, hours = self._acted
        actions = self.imposed & self._by_notice & ~self._ordered & _of(said.harm, harms)
        law, terms = said.ground.is_("law"), said.ground.is_("terms")
        return Notices(
            int(chosen.sum()),
            int(flagged.sum()),
            int(reports.items[chosen].sum()),
            int(reports.items[flagged].sum()),
            median(hours[chosen & done]),
            median(hours[flagged & done]),
            int((actions & law).sum()),
            int((actions & law & self._by_flagger).sum()),
            int((actions & terms).sum()),
            int((actions & terms & self._by_flagger).sum()),
        )

    def processed(self, *, flaggers: bool = False) -> Processed:
        """Notices of the period that were decided, by what their decision rested on."""
        columns = self.history.columns
        count = len(columns.cases.root) + 1
        decided = np.zeros(count, np.bool_)
        decided[columns.decisions.case] = True
        machine = np.zeros(count, np.bool_)
        of_machine = columns.statements.automated_detection & (columns.statements.case >= 0)
        machine[columns.cases.root[columns.statements.case[of_machine]]] = True
        chosen = self.in_period & decided[self.notice_case]
        if flaggers:
            chosen = chosen & self.flagged
        partly = int((chosen & machine[self.notice_case]).sum())
        return Processed(0, partly, int(chosen.sum()) - partly)

    # -- restrictions ----------------------------------------------------------------------------

    def initiative(self, ground: str, harms: Collection[str] | None = None) -> Initiative:
        """Of the own initiative, on the ground of `law` or of `terms`."""
        said = self.history.columns.statements
        if _none_of(harms, said.harm):
            return Initiative(0, 0, {})
        chosen = (
            self.imposed
            & ~self._by_notice
            & ~self._ordered
            & said.ground.is_(ground)
            & _of(said.harm, harms)
        )
        names = self.form.names
        counts = np.bincount(self.form.codes[chosen], minlength=len(names))
        forms: dict[tuple[str, str], int] = {}
        for name, number in zip(names, counts.tolist(), strict=True):
            field, _, key = name.partition(" ")
            forms[(field, key)] = number
        return Initiative(int(chosen.sum()), int((chosen & said.automated_detection).sum()), forms)

    def automated(self, *, own_initiative: bool = False) -> Automated:
        said = self.history.columns.statements
        chosen = self.imposed & ~self._ordered
        if own_initiative:
            chosen = chosen & ~self._by_notice
        return Automated(
            int((chosen & said.automated_decision.is_("fully")).sum()),
            int((chosen & said.automated_decision.is_("partially")).sum()),
            int((chosen & said.automated_decision.is_("not")).sum()),
        )

    def restrictions(self, *, ordered: bool | None = None) -> int:
        """All that were imposed in the period."""
        chosen = self.imposed
        if ordered is not None:
            chosen = chosen & (self._ordered == ordered)
        return int(chosen.sum())

    def said_otherwise(self) -> int:
        """Restrictions of the period about which the last statement that imposes gives another
        ground, harm, source or automated means than the first, by which they are counted."""
        said = self.history.columns.statements
        last = np.zeros(len(self.history.columns.measures.seq), np.int64)
        imposing = np.flatnonzero(~said.ends)
        last[said.measure[imposing]] = imposing
        first = np.flatnonzero(self.imposed)
        later = last[said.measure[first]]
        other = said.automated_detection[first] != said.automated_detection[later]
        for column in (said.ground, said.harm, said.source, said.automated_decision):
            other |= column.codes[first] != column.codes[later]
        return int(other.sum())

    def exempt(self) -> dict[str, int]:
        """Restrictions of the period with a recorded exemption, by reason: they name no account, or
        nobody is owed a statement, as a person recorded. They are in no sheet's figure."""
        measures, said = self.history.columns.measures, self.history.columns.statements
        stated = np.zeros(len(measures.seq), np.bool_)
        stated[said.measure] = True
        chosen = self._within(measures.from_ms) & (measures.exempt.codes != 0) & ~stated
        chosen[said.measure[self._exempted]] = True
        counts = np.bincount(
            measures.exempt.codes[chosen], minlength=len(measures.exempt.names)
        ).tolist()
        return {
            name: number
            for name, number in zip(measures.exempt.names, counts, strict=True)
            if name and number
        }

    def repeat_suspensions(self) -> int:
        said = self.history.columns.statements
        return int((self.imposed & said.repeated & said.ground.is_("law")).sum())

    # -- exposure --------------------------------------------------------------------------------

    def exposure(self) -> Exposure:
        views = self.history.columns.views
        count = len(views.restricted_ms)
        known = self._within(views.at_ms)
        most = np.zeros(count, np.int64)
        np.maximum.at(most, views.message[known], views.views[known])
        restricted = self._within(views.restricted_ms) & (views.restricted_ms != NONE)
        early = known & (views.at_ms <= views.restricted_ms[views.message])
        before = np.zeros(count, np.int64)
        np.maximum.at(before, views.message[early], views.views[early])
        seen = np.zeros(count, np.bool_)
        seen[views.message[known]] = True
        counted = restricted & seen
        return Exposure(
            int(seen.sum()),
            int(most.sum()),
            int(counted.sum()),
            int(most[counted].sum()),
            int(before[counted].sum()),
            median(before[counted].astype(np.float64)),
        )


def median(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float | None:
    """None of nothing."""
    return None if len(values) == 0 else round(float(np.median(values)), 2)


def _of(column: Coded, harms: Collection[str] | None) -> Flags:
    return np.ones(len(column), np.bool_) if harms is None else column.is_(*harms)


def _none_of(harms: Collection[str] | None, *columns: Coded) -> bool:
    return harms is not None and not any(set(harms) & set(column.names) for column in columns)


def _code(column: Coded, word: str) -> int:
    return column.names.index(word) if word in column.names else NONE


def _forms(kinds: Coded, scopes: Coded) -> Coded:
    """The form in law of each statement's measure, `field key`; "" where it has none."""
    names: dict[str, int] = {"": 0}
    table = np.zeros((max(1, len(kinds.names)), max(1, len(scopes.names))), np.int32)
    for i, kind in enumerate(kinds.names):
        for j, scope in enumerate(scopes.names):
            form = LADDER[MeasureKind(kind)].form.get(ScopeKind(scope))
            name = "" if form is None else f"{form.field} {form.key}"
            table[i, j] = names.setdefault(name, len(names))
    return Coded(table[kinds.codes, scopes.codes], tuple(names))
