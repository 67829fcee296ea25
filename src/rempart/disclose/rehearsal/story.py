"""One case of a made-up year, as nouns: what was written, noticed, held, decided, looked at again.

Ways a case begins, of a hundred: 40 the machine holds a message and a person decides; 48 somebody
reports it; 12 a moderator acts without either. Pure: everything follows from the draws.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rempart.cases.deciding.provisions import proposed, provisions
from rempart.disclose.rehearsal.plan import (
    DETECTOR_OF_LABEL,
    FLAGGERS,
    HOUR_MS,
    LABEL_OF_HARM,
    MODERATORS,
    PLACES,
    SECOND,
    Draws,
    Plan,
)
from rempart.model import (
    Again,
    Appellant,
    AutomatedDecision,
    Decision,
    DecisionOutcome,
    Ground,
    Label,
    Measure,
    MeasureKind,
    MeasureState,
    Outcome,
    Scope,
    ScopeKind,
    Signal,
    Statement,
    StatementSource,
    Verdict,
    stable_id,
)
from rempart.model.moments import at_time

_MACHINE, _NOTICE = 40, 88
_RULE: Final = "hold-unwanted"
_OWN: Final = StatementSource.OWN_INITIATIVE
_BY_NOTICE: Final = StatementSource.NOTICE
_KINDS: Final = (
    (MeasureKind.REMOVE, ScopeKind.MESSAGE, 45),
    (MeasureKind.HIDE, ScopeKind.MESSAGE, 75),
    (MeasureKind.MUTE, ScopeKind.ACCOUNT, 90),
    (MeasureKind.SUSPEND, ScopeKind.ACCOUNT, 100),
)
REASON: Final = {
    "en": "The words attack one person and were repeated.",
    "fr": "Les propos visent une personne et ont été répétés.",
}
_NOTHING: Final = "Read in its context, it breaks neither the law nor our terms."
VERSION: Final = "2026.1"


class Noticed(NamedTuple):
    """One report: who (a number; None: not told apart), as a flagger, of so many items, when."""

    id: str
    reporter: int | None
    flagger: str | None
    items: int
    at_ms: int
    language: str


class Look(NamedTuple):
    """A second look at the case's decision; `decision`: what replaced it when it was granted."""

    appellant: Appellant
    at_ms: int
    decided_ms: int | None
    granted: bool
    by: str
    report: str | None = None
    statement: str | None = None
    decision: Decision | None = None
    statements: tuple[Statement, ...] = ()
    taken: tuple[Measure, ...] = ()


class Story(NamedTuple):
    """A case from its message to its end. `views`: (ms, views) as the platform told them."""

    number: int
    case: str
    platform: str
    channel: str
    message: str
    author: str
    sent_ms: int
    harm: str
    language: str
    outcome: Outcome
    views: tuple[tuple[int, int], ...]
    machine: tuple[Measure, Statement] | None
    reports: tuple[Noticed, ...]
    decision: Decision
    taken: tuple[Measure, ...]
    statements: tuple[Statement, ...]
    look: Look | None


class Narrator:
    """Tells one case after the other. `numbers`: the number of the next statement."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.draws = Draws(f"transparency-order {plan.seed}")
        self.number = 1
        self._owed = 0.0

    def tell(self, number: int) -> Story:
        draws, plan = self.draws, self.plan
        sent_ms = plan.at_ms(number)
        platform, channel = PLACES[int(draws.random.random() * len(PLACES))]
        author = f"u{int(draws.random.random() ** 2 * max(50, plan.decisions // 3))}"
        message, case = f"m{plan.seed}-{number}", stable_id("c", "rehearsal", str(number))
        harm, way = draws.harm(), draws.random.random() * 100
        right = draws.chance(78)
        outcome = self._outcome(message, harm, held=way < _MACHINE, right=right)
        place = _Place(platform, channel, message, author, case, harm)
        machine = None
        if way < _MACHINE:
            held = self._measure(place, MeasureKind.HOLD, ScopeKind.MESSAGE, sent_ms + 400, _RULE)
            told = self._statement(place, held, None, sent_ms + 400, notice=_OWN, ends=False)
            machine = (held, told)
        reports = self._reports(number, sent_ms, way)
        begun = max((one.at_ms for one in reports), default=sent_ms + 60_000)
        decided_ms = begun + draws.hours(3.0)
        decision, taken = self._decision(place, machine, decided_ms, right=right)
        reported = _source(reports)
        told_after = self._told(place, machine, decision, taken, decided_ms, reported=reported)
        look = self._look(place, reports, decision, told_after, decided_ms)
        views = self._views(sent_ms)
        return Story(
            number, case, platform, channel, message, author, sent_ms, harm, draws.language(),
            outcome, views, machine, reports, decision, taken, told_after, look,
        )  # fmt: skip

    # -- parts of a case -------------------------------------------------------------------------

    def _outcome(self, message: str, harm: str, *, held: bool, right: bool) -> Outcome:
        """What the machine said: a hold has a score above its threshold; of what people noticed,
        some had been recognised as well."""
        draws = self.draws
        label = LABEL_OF_HARM[harm] if right or draws.chance(50) else "insult"
        known = held or (right and draws.chance(35))
        score = round(draws.random.uniform(0.5, 1.0) if known else draws.random.uniform(0, 0.49), 4)
        signal = Signal(DETECTOR_OF_LABEL.get(label, "text"), VERSION, Label(label), score)
        verdict = Verdict.HOLD if held else Verdict.ALLOW
        return Outcome(message, verdict, score, {label: score}, signals=(signal,))

    def _reports(self, number: int, sent_ms: int, way: float) -> tuple[Noticed, ...]:
        draws = self.draws
        self._owed += self.plan.reports
        reported = _MACHINE <= way < _NOTICE or (way < _MACHINE and draws.chance(15))
        if not reported or self._owed < 1:
            return ()
        count = int(self._owed)
        self._owed -= count
        first = sent_ms + draws.hours(0.5)
        found: list[Noticed] = []
        for place in range(count):
            flagged = draws.chance(4)
            who = None if draws.chance(10) else number * 64 + place
            items = 1 if draws.chance(80) else 2 + int(draws.random.random() * 9)
            found.append(
                Noticed(
                    stable_id("rp", "rehearsal", str(number), str(place)),
                    who,
                    draws.one(FLAGGERS) if flagged else None,
                    items,
                    first + place * 30_000,
                    draws.language(),
                )
            )
        return tuple(found)

    def _decision(
        self, place: _Place, machine: tuple[Measure, Statement] | None, at_ms: int, *, right: bool
    ) -> tuple[Decision, tuple[Measure, ...]]:
        draws = self.draws
        held = () if machine is None else (machine[0].id,)
        id, by = stable_id("d", place.case, "1"), draws.one(MODERATORS)
        if not right:
            outcome = DecisionOutcome.LIFT if held else DecisionOutcome.NO_VIOLATION
            done = Decision(
                id, place.case, outcome, Ground.NONE, _NOTHING, by, at_time(at_ms), undone=held,
                harm=place.harm,
            )  # fmt: skip
            return done, ()
        law = bool(provisions()[place.harm].law["en"]) and draws.chance(40)
        ground = Ground.LAW if law else Ground.TERMS
        if held and draws.chance(60):
            done = Decision(
                id, place.case, DecisionOutcome.UPHOLD, ground, REASON["en"], by, at_time(at_ms),
                measures=held, harm=place.harm,
            )  # fmt: skip
            return done, ()
        taken = self._taken(place, at_ms, "by-decision")
        done = Decision(
            id, place.case, DecisionOutcome.ACT, ground, REASON["en"], by, at_time(at_ms),
            measures=(*held, taken.id), taken=(taken.id,), harm=place.harm,
        )  # fmt: skip
        return done, (taken,)

    def _taken(self, place: _Place, at_ms: int, rule: str) -> Measure:
        chosen = self.draws.random.random() * 100
        kind, scope = next((kind, scope) for kind, scope, until in _KINDS if chosen < until)
        return self._measure(place, kind, scope, at_ms, rule, automated=False)

    def _told(
        self,
        place: _Place,
        machine: tuple[Measure, Statement] | None,
        decision: Decision,
        taken: tuple[Measure, ...],
        at_ms: int,
        *,
        reported: StatementSource,
    ) -> tuple[Statement, ...]:
        affected = (() if machine is None else (machine[0],)) + taken
        return tuple(
            self._statement(
                place,
                measure,
                decision,
                at_ms,
                notice=reported,
                ends=measure.id in decision.undone,
                found=machine is not None,
            )
            for measure in affected
        )

    def _look(
        self,
        place: _Place,
        reports: tuple[Noticed, ...],
        decision: Decision,
        told: tuple[Statement, ...],
        at_ms: int,
    ) -> Look | None:
        """One in thirty decisions is appealed, one in a hundred drawn by lot when nothing was done;
        some are still open at the end."""
        draws = self.draws
        acted = decision.ground is not Ground.NONE
        if not draws.chance(4):
            return None
        asked = at_ms + draws.hours(20)
        decided = None if draws.chance(4) else asked + draws.hours(12)
        granted = decided is not None and draws.chance(25)
        by = draws.one(SECOND)
        if acted and told:
            who, report, statement = Appellant.ACCOUNT, None, told[-1].id
        elif reports and not acted:
            who, report, statement = Appellant.REPORTER, reports[0].id, None
        elif not acted:
            who, report, statement = Appellant.SAMPLE, None, None
        else:
            return None
        if not granted or decided is None:
            return Look(who, asked, decided, False, by, report, statement)
        return self._replaced(
            place, Look(who, asked, decided, True, by, report, statement), decision, told
        )

    def _replaced(
        self,
        place: _Place,
        look: Look,
        before: Decision,
        told: tuple[Statement, ...],
    ) -> Look:
        decided = look.decided_ms
        assert decided is not None, "a granted look was decided"
        id = stable_id("d", place.case, "2")
        because = Again.SECOND_LOOK if look.appellant is Appellant.SAMPLE else Again.APPEAL
        reported = told[-1].source if told else _OWN
        if before.ground is Ground.NONE:
            new = self._taken(place, decided, "by-decision")
            after = Decision(
                id, place.case, DecisionOutcome.ACT, Ground.TERMS, REASON["en"], look.by,
                at_time(decided), measures=(new.id,), taken=(new.id,), harm=place.harm,
                replaces=before.id, because=because,
            )  # fmt: skip
            statement = self._statement(
                place, new, after, decided, notice=_BY_NOTICE if look.report else _OWN, ends=False
            )
            return look._replace(decision=after, statements=(statement,), taken=(new,))
        on = before.measures
        partial = len(on) > 1 and self.draws.chance(40)
        undone = on[1:] if partial else on
        after = Decision(
            id, place.case,
            DecisionOutcome.PARTIAL if partial else DecisionOutcome.NO_VIOLATION,
            before.ground if partial else Ground.NONE,
            REASON["en"] if partial else _NOTHING, look.by, at_time(decided),
            measures=on[:1] if partial else (), undone=undone, harm=place.harm,
            replaces=before.id, because=because,
        )  # fmt: skip
        by_id = {one.measure: one for one in told}
        statements = tuple(
            self._again(by_id[id], after, decided, ends=id in undone, notice=reported)
            for id in on
            if id in by_id
        )
        return look._replace(decision=after, statements=statements)

    def _views(self, sent_ms: int) -> tuple[tuple[int, int], ...]:
        draws = self.draws
        if not draws.chance(self.plan.seen):
            return ()
        early = int(draws.random.lognormvariate(3, 1))
        return (
            (sent_ms + 200, early),
            (sent_ms + 2 * HOUR_MS, early + int(draws.random.lognormvariate(3, 1))),
        )

    # -- nouns -----------------------------------------------------------------------------------

    def _measure(
        self,
        place: _Place,
        kind: MeasureKind,
        scope: ScopeKind,
        at_ms: int,
        rule: str,
        *,
        automated: bool = True,
    ) -> Measure:
        ref = place.message if scope is ScopeKind.MESSAGE else place.author
        return Measure(
            id=stable_id("m", place.case, kind.value, str(at_ms)),
            kind=kind,
            scope=Scope(scope, place.platform, place.channel, ref),
            from_at=at_time(at_ms),
            until=at_time(at_ms + 7 * 24 * HOUR_MS) if kind is not MeasureKind.REMOVE else None,
            rule=rule,
            message=place.message if scope is ScopeKind.MESSAGE else None,
            account=place.author,
            reason=REASON,
            automated=automated,
            state=MeasureState.ACTIVE,
        )

    def _statement(
        self,
        place: _Place,
        measure: Measure,
        decision: Decision | None,
        at_ms: int,
        *,
        notice: StatementSource,
        ends: bool,
        found: bool = False,
    ) -> Statement:
        ground = Ground.TERMS if decision is None else decision.ground
        number, self.number = self.number, self.number + 1
        return Statement(
            number=number,
            id=stable_id("s", measure.id, "" if decision is None else decision.id),
            measure=measure.id,
            platform=place.platform,
            channel=place.channel,
            account=place.author,
            kind=measure.kind,
            scope=measure.scope.kind,
            harm=place.harm,
            ground=Ground.NONE if ends else ground,
            reference={} if ends else proposed(place.harm, ground),
            explanation=REASON,
            source=notice,
            automated_detection=measure.automated or found,
            automated_decision=_automated(measure, decision),
            made_at=at_time(at_ms),
            from_at=measure.from_at,
            until=measure.until,
            rule=measure.rule if measure.automated else None,
            message=measure.message,
            content_at=at_time(self.plan.at_ms(0)) if measure.message is None else measure.from_at,
            case=None if decision is None else place.case,
            decision=None if decision is None else decision.id,
            outcome=None if decision is None else decision.outcome,
            ends=ends,
        )

    def _again(
        self,
        before: Statement,
        decision: Decision,
        at_ms: int,
        *,
        ends: bool,
        notice: StatementSource,
    ) -> Statement:
        number, self.number = self.number, self.number + 1
        return Statement(
            number=number,
            id=stable_id("s", before.measure, decision.id),
            measure=before.measure,
            platform=before.platform,
            channel=before.channel,
            account=before.account,
            kind=before.kind,
            scope=before.scope,
            harm=before.harm,
            ground=Ground.NONE if ends else decision.ground,
            reference={} if ends else proposed(before.harm, decision.ground),
            explanation=REASON,
            source=notice,
            automated_detection=before.automated_detection,
            automated_decision=AutomatedDecision.PARTIALLY
            if before.automated_detection
            else AutomatedDecision.NOT,
            made_at=at_time(at_ms),
            from_at=before.from_at,
            until=before.until,
            rule=before.rule,
            message=before.message,
            content_at=before.content_at,
            case=decision.case,
            decision=decision.id,
            outcome=decision.outcome,
            ends=ends,
        )


class _Place(NamedTuple):
    platform: str
    channel: str
    message: str
    author: str
    case: str
    harm: str


def _source(reports: tuple[Noticed, ...]) -> StatementSource:
    if any(one.flagger is not None for one in reports):
        return StatementSource.TRUSTED_FLAGGER
    return _BY_NOTICE if reports else _OWN


def _automated(measure: Measure, decision: Decision | None) -> AutomatedDecision:
    if not measure.automated:
        return AutomatedDecision.NOT
    return AutomatedDecision.FULLY if decision is None else AutomatedDecision.PARTIALLY
