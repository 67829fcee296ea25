"""The way of a message as a pure step: detect, raid, rules, protect.

Rules kept here:

1. `step(state, items) -> (state, result)` is deterministic: same state and items, same result. How
   a stream is cut into steps changes nothing.
2. `analyse` works per target and may run in several processes, sharded by target; `conclude` runs
   once, in input order. `step` is the two in one go; a sharded run gives identical results.
3. Private messages run no detector unless their recipient switched it on.
4. A message without a signal, a raid or a held account costs no rule, no measure, no object.
5. A detector that raises an error never lets a message through unseen: the messages it failed on
   are found one by one, held by the rule *hold-on-failure*, and a person is called.
6. Signatures across channels are forgotten an hour after their last use (event time), which is
   longer than the window their operator looks at: memory is bounded by time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from rempart.detect.campaign.campaigns import CampaignChange
from rempart.detect.facts.finder import FactFinder, FactMatch
from rempart.detect.facts.probes import ProbeBook
from rempart.detect.facts.table import FactTable
from rempart.detect.interface import (
    Batch,
    Detector,
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
    Touch,
)
from rempart.detect.links.detector import LinkDetector
from rempart.detect.links.policy import LinkRules
from rempart.detect.personal.detector import PersonalDataDetector
from rempart.detect.raid.fingerprint import fingerprints
from rempart.detect.raid.union import SpreadUnions
from rempart.detect.registry import (
    campaign_operator,
    default_detectors,
    spread_operator,
    target_operator,
)
from rempart.detect.text.detector import TextDetector
from rempart.detect.text.fold import fold
from rempart.detect.text.scoring import Delta, TextScorer
from rempart.engine.fact_watch import look_for_facts, note_message
from rempart.engine.judging import corrected, folds_for, furthest, labels_of
from rempart.engine.looking import Analysis, observe, one_by_one
from rempart.engine.over_time import LongMemory
from rempart.engine.raid_rules import RaidNote, RaidRules
from rempart.engine.states import MOST_TARGETS, KeyedStates
from rempart.model import (
    Event,
    Item,
    Measure,
    Message,
    Outcome,
    RaidStage,
    Signal,
    Verdict,
)
from rempart.model.moments import ms_of
from rempart.protect import Limits, MeasureBook, Modes, Planner, Shields
from rempart.rules import Facts, RuleSet, default_rules
from rempart.rules.language import Program, RuleState

_LOG = logging.getLogger(__name__)
SIGNATURE_MEMORY_MS = 3_600_000
DetectorT = TypeVar("DetectorT", bound=Detector)


class PipelineSettings(msgspec.Struct, frozen=True):
    """`private_for`: recipients (targets) who switched detection on for their private messages."""

    private_for: frozenset[str] = frozenset()
    limits: Limits = Limits()
    shields: Shields = Shields()
    modes: Modes = Modes()
    links: LinkRules = LinkRules()


class StepResult(NamedTuple):
    """`outcomes[i]` belongs to `items[i]` (None for events); `keys` are the targets whose state
    changed; `raids`, `measures` and `campaigns` are in the order in which they came about; `facts`
    are for their target alone (`engine.fact_watch`); `raid_notes`: what rules on trial would have
    done about raids."""

    outcomes: list[Outcome | None]
    raids: list[RaidChange]
    measures: list[Measure]
    keys: set[str]
    campaigns: list[CampaignChange]
    facts: Sequence[FactMatch] = ()
    raid_notes: Sequence[RaidNote] = ()


class PipelineState:
    """Everything the pipeline remembers between steps; each part can be dumped and restored."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.targets: KeyedStates[Any] = KeyedStates(pipeline.target_operator)
        self.spread: KeyedStates[Any] = KeyedStates(pipeline.spread_operator, hot=4_096)
        self.spread_used_ms: dict[str, int] = {}
        self.unions = SpreadUnions()
        self.over_time = LongMemory(pipeline.campaign_operator)
        self.book = MeasureBook()
        self.probes = ProbeBook()
        self.rules: RuleState | None = None
        self._clock_ms = 0
        self.use_rules(pipeline.rules)

    def use_rules(self, rules: RuleSet) -> None:
        """Counters and labels for this set of rules; those it shares with the one before go on.
        Errors are counted anew."""
        before, program = self.rules, rules.program
        self.rules = program.new_state() if program is not None else None
        if before is not None and self.rules is not None and program is not None:
            self.rules.load(before.dump())
            self.rules.errors, self.rules.failures = {}, {}
            self.forget_gone_rules(rules)

    def forget_gone_rules(self, rules: RuleSet) -> None:
        """What rules that are in force no more set; also after a start from a snapshot that was
        written under them."""
        if self.rules is not None and rules.program is not None:
            self.rules.labels.keep(rules.program.by_name)

    def forget_signatures(self, now_ms: int) -> None:
        """Drops the states of signatures unused for an hour; looks at most once a minute."""
        if now_ms - self._clock_ms < 60_000:
            return
        self._clock_ms = now_ms
        horizon = now_ms - SIGNATURE_MEMORY_MS
        for key in [key for key, used in self.spread_used_ms.items() if used < horizon]:
            del self.spread_used_ms[key]
            self.spread.drop(key)


def target_keys(item: Item) -> list[str]:
    """The keys of the states an item goes to: its targets, or its channel's owner. Of a message
    that names many, only the first (see `MOST_TARGETS`)."""
    if isinstance(item, Message):
        if item.targets:
            named = dict.fromkeys(item.targets)
            return [f"{item.platform}/{target}" for target in list(named)[:MOST_TARGETS]]
        return [f"{item.platform}/{item.channel}"]
    return [f"{item.platform}/{item.channel}"]


class Pipeline:
    """The detectors, operators, rules and planner in force. Holds no state of a stream."""

    def __init__(
        self,
        settings: PipelineSettings | None = None,
        *,
        rules: RuleSet | None = None,
        detectors: Sequence[Detector] | None = None,
    ) -> None:
        self.settings = settings or PipelineSettings()
        self.rules = rules or default_rules()
        if detectors is None:
            detectors = default_detectors(self.settings.links)
        self.detectors = tuple(detectors)
        self.target_operator: KeyedOperator[Any] = target_operator()
        self.spread_operator: KeyedOperator[Any] = spread_operator()
        self.campaign_operator = campaign_operator()
        self.planner = self._planner()
        self.facts: FactFinder | None = None

    def protect(self, table: FactTable) -> None:
        """Other protected facts, from the next step on. Between two steps only."""
        self.facts = FactFinder(table) if table else None
        self._swap(PersonalDataDetector, lambda _: PersonalDataDetector(table.targets))

    def use_links(self, links: LinkRules) -> None:
        """Other lists of links, from the next step on. Between two steps only; `versions` tells."""
        self._swap(LinkDetector, lambda _: LinkDetector(links))

    def use_rules(self, program: Program | None) -> None:
        """Other rules of the language, from the next step on; the state must be told too
        (`PipelineState.use_rules`). Between two steps only."""
        self.rules = RuleSet(self.rules.rules, program)
        self.planner = self._planner()

    def _planner(self) -> Planner:
        settings = self.settings
        return Planner(self.rules, settings.limits, settings.shields, settings.modes)

    def use_learned(self, delta: Delta | None, version: str) -> None:
        """Other words learned on site (None: what ships), from the next step on. Between two steps
        only; `versions` tells."""
        self._swap(TextDetector, lambda detector: detector.taught(delta, version))

    def _swap(self, kind: type[DetectorT], make: Callable[[DetectorT], Detector]) -> None:
        """Another one in the place of each detector of this kind."""
        self.detectors = tuple(
            make(detector) if isinstance(detector, kind) else detector
            for detector in self.detectors
        )

    def text_scorer(self) -> TextScorer:
        """What scores words now, what the site learned included, for those beside the stream."""
        found = (one.scorer for one in self.detectors if isinstance(one, TextDetector))
        return next(found, None) or TextScorer()

    @property
    def link_rules(self) -> LinkRules:
        """What the detector of links goes by now."""
        found = (one.rules for one in self.detectors if isinstance(one, LinkDetector))
        return next(found, LinkRules())

    @property
    def versions(self) -> dict[str, str]:
        """Versions of everything that decides, for the log."""
        versions = {detector.name: detector.version for detector in self.detectors}
        for operator in (self.target_operator, self.spread_operator, self.campaign_operator):
            versions[operator.name] = operator.version
        versions["rules"] = self.rules.hash
        if self.facts is not None:
            versions["facts"] = self.facts.table.version
        return versions

    def new_state(self) -> PipelineState:
        return PipelineState(self)

    def step(self, state: PipelineState, items: Sequence[Item]) -> tuple[PipelineState, StepResult]:
        """One batch through everything. The state given is consumed: use the one returned."""
        analysis = self.analyse(state.targets, items)
        return state, self.conclude(state, items, analysis)

    # -- by target ---------------------------------------------------------------------------

    def analyse(
        self,
        targets: KeyedStates[Any],
        items: Sequence[Item],
        owns: Callable[[str], bool] | None = None,
    ) -> Analysis:
        """Detectors and the raid operator. With `owns`, only the keys this shard owns are stepped,
        and a message's signals are reported by the shard that owns its first key."""
        analysis = Analysis.empty()
        positions, messages = self._open_to_detection(items)
        folds = fold([message.text for message in messages])
        prints = fingerprints(folds)
        found, failed = self._signals(messages, folds)
        if self.facts is not None:
            for match in look_for_facts(self.facts, messages, folds, found, failed):
                place = positions[match.position]
                if owns is None or owns(target_keys(items[place])[0]):
                    analysis.facts.setdefault(place, []).append(match._replace(position=place))
        observed: dict[str, list[Observation | EventObservation]] = {}
        observations: dict[int, Observation] = {}
        next_message = 0
        for position, item in enumerate(items):
            row: Observation | EventObservation
            if next_message < len(positions) and positions[next_message] == position:
                message, folded = messages[next_message], folds[next_message]
                signals = found.get(next_message)
                row = observe(position, message, folded, signals, prints[next_message])
                observations[position] = row
                next_message += 1
            elif isinstance(item, Event):
                row, signals = EventObservation(position, item), None
            else:
                continue
            keys = target_keys(item)
            if signals and (owns is None or owns(keys[0])):
                analysis.signals[position] = signals
            if failed and isinstance(row, Observation) and (owns is None or owns(keys[0])):
                names = failed.get(next_message - 1)
                if names:
                    analysis.failures[position] = names
            for key in keys:
                if owns is None or owns(key):
                    observed.setdefault(key, []).append(row)
        self._step_targets(targets, observed, observations, analysis)
        return analysis

    def _open_to_detection(self, items: Sequence[Item]) -> tuple[list[int], list[Message]]:
        positions: list[int] = []
        messages: list[Message] = []
        for position, item in enumerate(items):
            if isinstance(item, Message) and self._is_open(item):
                positions.append(position)
                messages.append(item)
        return positions, messages

    def _is_open(self, message: Message) -> bool:
        consent = self.settings.private_for
        return not message.private or any(target in consent for target in message.hit)

    def _signals(
        self, messages: Sequence[Message], folds: Sequence[str]
    ) -> tuple[dict[int, list[Signal]], dict[int, tuple[str, ...]]]:
        found: dict[int, list[Signal]] = {}
        failed: dict[int, tuple[str, ...]] = {}
        batch = Batch(messages, folds)
        for detector in self.detectors:
            try:
                rows = list(detector.detect(batch))
            except Exception:
                _LOG.exception("detector %s failed on a batch", detector.name)
                rows = one_by_one(detector, batch, failed)
            for index, signal in rows:
                found.setdefault(index, []).append(signal)
        return found, failed

    def _step_targets(
        self,
        targets: KeyedStates[Any],
        observed: dict[str, list[Observation | EventObservation]],
        observations: dict[int, Observation],
        analysis: Analysis,
    ) -> None:
        operator = self.target_operator
        for key, batch in observed.items():
            state, detections = operator.step(targets.take(key), batch)
            targets.put(key, state)
            analysis.keys.add(key)
            for touch in detections.touches:
                analysis.touches.setdefault(touch.position, []).append(touch)
            analysis.changes.extend(detections.changes)
            for candidate in detections.candidates:
                analysis.candidates.append((candidate, observations[candidate.position]))

    # -- in input order ----------------------------------------------------------------------

    def conclude(
        self, state: PipelineState, items: Sequence[Item], analysis: Analysis
    ) -> StepResult:
        """The operators across channels and over time, then rules and measures, message by
        message."""
        touches = analysis.touches
        changes = analysis.changes
        if analysis.candidates:
            touches, changes = self._across_channels(state, analysis)
        touches, changes, campaigns = state.over_time.step(
            items, analysis, touches, changes, self._is_open
        )
        if state.book.corrections:
            touches, changes = corrected(state.book, items, touches, changes)
        changes = sorted(changes, key=lambda change: (change.position, change.raid.id))
        measures: list[Measure] = []
        outcomes: list[Outcome | None] = []
        pending = iter(changes)
        change = next(pending, None)
        tied = iter(campaigns)
        campaign = next(tied, None)
        on_raids = RaidRules(self.rules, self.planner, state.book, state.rules, measures)
        signals_of, failures, book = analysis.signals, analysis.failures, state.book
        program = self.rules.program
        folds = folds_for(program, items)
        kept: list[FactMatch] = []
        for position, item in enumerate(items):
            if isinstance(item, Message):
                signals = signals_of.get(position)
                touched = touches.get(position)
                failed = failures.get(position, ()) if failures else ()
                probing = False
                if self.facts is not None and self._is_open(item):
                    matches = analysis.facts.get(position, ())
                    probing, hidden = note_message(
                        self.facts.table, state.probes, position, item, signals, matches
                    )
                    kept += hidden
                if (
                    signals is None
                    and touched is None
                    and program is None
                    and (not (book.accounts or book.places) or not book.concerns(item))
                    and not failed
                ):
                    outcomes.append(Outcome(item.id, Verdict.ALLOW, 0.0))
                else:
                    fold_of = folds[position] if folds else ""
                    outcomes.append(
                        self._judge(
                            state, item, signals, touched, failed, fold_of, measures, probing
                        )
                    )
            else:
                outcomes.append(None)
            while change is not None and change.position <= position:
                on_raids.raid(change.raid, item)
                change = next(pending, None)
            while campaign is not None and campaign.position <= position:
                on_raids.campaign(campaign.campaign, item)
                campaign = next(tied, None)
        return StepResult(
            outcomes, list(changes), measures, analysis.keys, campaigns, kept, on_raids.notes
        )

    def _across_channels(
        self, state: PipelineState, analysis: Analysis
    ) -> tuple[dict[int, list[Touch]], list[RaidChange]]:
        by_signature: dict[int, list[Observation]] = {}
        # by signatures too: a message to several targets is offered once for each of them
        ordered = sorted(analysis.candidates, key=lambda pair: pair[0])
        for candidate, observation in ordered:
            for signature in candidate.signatures:
                by_signature.setdefault(signature, []).append(observation)
        operator = self.spread_operator
        touched: list[Touch] = []
        told: list[RaidChange] = []
        for signature, batch in by_signature.items():
            key = str(signature)
            spread, detections = operator.step(state.spread.take(key), batch)
            state.spread.put(key, spread)
            last_ms = ms_of(max(row.message.sent_at for row in batch))
            state.spread_used_ms[key] = max(last_ms, state.spread_used_ms.get(key, 0))
            state.forget_signatures(last_ms)
            touched += detections.touches
            told += detections.changes
        joined, told = state.unions.join(touched, told)
        touches = {position: list(found) for position, found in analysis.touches.items()}
        for touch in joined:
            touches.setdefault(touch.position, []).append(touch)
        return touches, [*analysis.changes, *told]

    def _judge(
        self,
        state: PipelineState,
        message: Message,
        signals: list[Signal] | None,
        touched: list[Touch] | None,
        failed: tuple[str, ...],
        folded: str,
        measures: list[Measure],
        probing: bool = False,
    ) -> Outcome:
        book = state.book
        labels = labels_of(signals)
        abuse = max(labels.values(), default=0.0)
        touch = furthest(touched, book)
        facts = Facts(message, tuple(signals or ()), labels, abuse, touch, failed, folded, probing)
        effects = self.rules.on_message(facts) if signals or touch or failed else []
        shadow: tuple[str, ...] = ()
        if state.rules is not None and self.rules.program is not None and self._is_open(message):
            fired = self.rules.program.run(facts, state.rules)
            effects = [*effects, *fired.effects]
            shadow = tuple(fired.shadow)
        raid = touch.raid if touch else None
        answer = self.planner.for_message(book, facts, effects, raid)
        measures.extend(answer.new)
        return Outcome(
            id=message.id,
            verdict=answer.verdict,
            abuse=abuse,
            labels=labels,
            raid=raid,
            signals=facts.signals,
            rules=tuple(dict.fromkeys(effect.rule for effect in effects)),
            measures=tuple(answer.measures),
            shadow=shadow,
            locked_out=answer.locked_out,
        )


__all__ = [
    "Analysis",
    "Pipeline",
    "PipelineSettings",
    "PipelineState",
    "RaidStage",
    "StepResult",
    "target_keys",
]
