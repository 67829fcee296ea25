"""A set of rules, compiled: one generated function for each kind of message.

Rules of this module:

1. Messages are looked at one by one or many at once (`run_all`): the answers are the same.
2. A rule that raises an error does not disturb the others: its number and the error are noted, and
   its declared policy (`error`) answers for it. Where what it asks failed (signals of a detector, a
   counter, the labels) its policy for that (`failing`) answers.
3. Counters are kept for every message, whether or not the condition around them is asked for, so
   what a rule counts does not depend on the order of its parts.
4. Effects are collected and handed over once, at the end; labels take effect after the message.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from copy import copy
from hashlib import blake2b
from itertools import groupby
from typing import Final, NamedTuple

import msgspec
import numpy as np
import re2

from rempart.model import Account, MeasureKind, Message, MessageKind, ScopeKind
from rempart.rules.interface import Effect, Facts
from rempart.rules.language.checked import read_rules
from rempart.rules.language.counters import Counter
from rempart.rules.language.distinct import Distinct
from rempart.rules.language.generate import (
    Compiled,
    DependencyError,
    Errors,
    Generator,
    Report,
)
from rempart.rules.language.measures import Labelling
from rempart.rules.language.problems import Problem, RuleProblemsError
from rempart.rules.language.raids import RaidFacts, RaidFunction, touched
from rempart.rules.language.slots import KeyColumn
from rempart.rules.language.source import RuleSource
from rempart.rules.language.state import RuleState
from rempart.rules.language.vocabulary import THINGS

LANGUAGE_VERSION: Final = "1"
HOLD_SECONDS: Final = 86_400
ALARM_SECONDS: Final = 3_600
MANY: Final = 64
"""From so many messages on it pays to count them all at once."""


class Fired(NamedTuple):
    """What one message called for. `effects` of rules in force, `shadow` the names of rules that
    would have acted, `unknown` those that could not say, `errors` those that failed or that asked
    what failed, with why; `labelled` the rules that set or took off a label."""

    effects: list[Effect]
    shadow: list[str]
    unknown: list[str]
    errors: list[tuple[str, str]]
    labelled: list[str]


NOTHING: Final = Fired([], [], [], [], [])


class Program:
    """Compiled rules. `hash` names this very text of rules and lists."""

    def __init__(
        self,
        files: Mapping[str, str],
        lists: Mapping[str, Sequence[str]],
        fallen: Iterable[str] = (),
    ) -> None:
        """`files`: rule files by name; `lists`: term lists by name, terms in folded form; `fallen`:
        rules that fell back to *shadow* by themselves.
        RuleProblemsError with everything that is wrong: then nothing of it runs."""
        self.files = dict(sorted(files.items()))
        self.lists = {name: tuple(terms) for name, terms in sorted(lists.items())}
        checked = read_rules(self.files, frozenset(lists))
        self._parts = checked.parts
        self.fallen = frozenset(fallen) & {rule.name for rule in checked.rules}
        self.hash = _hash(self.files, self.lists, self.fallen)
        self._plans = list(self._parts.counters)
        terms = [self.lists[name] for name in self._parts.used_lists]
        try:
            self._generator = Generator(checked.conditions, self._parts, terms)
        except re2.error as error:  # each is right, but there is no room for all of them
            what = "the patterns of these rules are too large together"
            hint = "smaller numbers in {…}, or a list of terms instead"
            raise RuleProblemsError([Problem(min(self.files), 1, 0, 1, what, hint)]) from error
        self._on_raids = RaidFunction(
            {
                number: condition
                for number, condition in enumerate(checked.conditions)
                if checked.rules[number].on == "raid"
            },
            checked.raid_parts,
        )
        self._asks_signals = frozenset(
            number
            for number, condition in enumerate(checked.conditions)
            if "f_score_" in condition.code
        )
        self._written = checked.rules
        self._arrange(_with_fallen(checked.rules, self.fallen))

    def _arrange(self, rules: tuple[RuleSource, ...]) -> None:
        """These states of the rules: one function for each kind of message."""
        self.rules = rules
        self.by_name = {rule.name: rule for rule in rules}
        self._compiled: dict[tuple[str, bool], Compiled] = {}

    def _function(self, kind: str, *, many: bool) -> Compiled:
        """Made when the first message of its kind comes."""
        found = self._compiled.get((kind, many))
        if found is None:
            numbers = [
                number
                for number, rule in enumerate(self.rules)
                if rule.on == "message" and rule.state != "off" and kind in rule.kinds
            ]
            found = self._generator.compiled(numbers, kind, many=many)
            self._compiled[kind, many] = found
        return found

    def __len__(self) -> int:
        return len(self.rules)

    @property
    def needs_fold(self) -> bool:
        parts = self._parts
        return bool(parts.used_lists or parts.patterns["fold"] or "message.fold" in parts.fields)

    def only(self, name: str) -> Program:
        """This rule alone, as if it were live: for its tests and for a look back."""
        return self._trying(frozenset({name}))

    def all_live(self) -> Program:
        """Every rule as if it were live."""
        return self._trying(frozenset(self.by_name))

    def _trying(self, names: Container[str]) -> Program:
        """These rules live and the others off; all that was checked and built is shared."""
        trial = copy(self)
        trial._arrange(
            tuple(
                rule._replace(state="live", canary=100)
                if rule.name in names
                else rule._replace(state="off", canary=0)
                for rule in self.rules
            )
        )
        return trial

    def with_fallen(self, fallen: Iterable[str]) -> Program:
        """The same rules, of which these fell back to *shadow*; what was built is shared."""
        other = copy(self)
        other.fallen = frozenset(fallen) & set(self.by_name)
        other.hash = _hash(self.files, self.lists, other.fallen)
        other._arrange(_with_fallen(self._written, other.fallen))
        return other

    def new_state(self) -> RuleState:
        return RuleState(self._plans)

    def reason(self, rule: str) -> dict[str, str]:
        found = self.by_name.get(rule)
        return found.reason if found else {}

    def run(self, facts: Facts, state: RuleState) -> Fired:
        """All rules over one message; `state` is changed by it."""
        return self.run_all([facts], state).get(0, NOTHING)

    def run_all(self, many: Sequence[Facts], state: RuleState) -> dict[int, Fired]:
        """All rules over many messages, in their order; what was found, by place, for those of
        which anything was. `state` is changed by it."""
        found: dict[int, Fired] = {}

        def report(
            place: int,
            facts: Facts,
            now: float,
            hit: list[int],
            unknown: list[int],
            errors: Errors,
        ) -> None:
            found[place] = self._collect(facts, state, now, hit, unknown, errors)

        begin = 0
        for kind, run in groupby(many, key=_kind_of):
            part = list(run)
            self._run_kind(kind.value, part, begin, state, report)
            begin += len(part)
        return found

    def _run_kind(
        self, kind: str, many: Sequence[Facts], begin: int, state: RuleState, report: Report
    ) -> None:
        compiled = self._function(kind, many=len(many) >= MANY)
        if not compiled.numbers:
            return
        try:
            texts, folds, terms = self._looked_up(compiled.needs, many)
            times = [one.message.sent_at.timestamp() for one in many]
            counted = _counted(compiled, many, times, state)
        except Exception as error:  # what the rules share failed: none of them could say anything
            if len(many) > 1:
                for place, one in enumerate(many, begin):
                    self._run_kind(kind, [one], place, state, report)
                return
            now = many[0].message.sent_at.timestamp()
            failed: Errors = [(number, error) for number in compiled.numbers]
            report(begin, many[0], now, [], [], failed)
            return
        places = range(begin, begin + len(many))
        rows = zip(places, many, times, texts, folds, terms, counted, strict=True)
        compiled.evaluate(rows, state.keepers, state.labels, report)

    def _looked_up(
        self, needs: frozenset[str], many: Sequence[Facts]
    ) -> tuple[Sequence[Sequence[int]], Sequence[Sequence[int]], Sequence[frozenset[int]]]:
        """Which patterns are in the texts and in the folds, and which lists have terms in them."""
        generator, nothing = self._generator, [()] * len(many)
        texts: Sequence[Sequence[int]] = nothing
        folds: Sequence[Sequence[int]] = nothing
        terms: Sequence[frozenset[int]] = [frozenset()] * len(many)
        if "p_text" in needs and "text" in generator.patterns:
            texts = generator.patterns["text"].of_all([one.message.text for one in many])
        if "p_fold" in needs and "fold" in generator.patterns:
            folds = generator.patterns["fold"].of_all([one.fold for one in many])
        if "t_hits" in needs and generator.terms is not None:
            terms = generator.terms.of_all([one.fold for one in many])
        return texts, folds, terms

    @property
    def looks_at_raids(self) -> bool:
        """Whether any rule that is not off looks at raids."""
        return any(self.rules[number].state != "off" for number in self._on_raids.numbers)

    def run_raid(self, facts: RaidFacts, state: RuleState) -> Fired:
        """All rules over raids on one raid as it is now; `state` is changed by it."""
        asked = [n for n in self._on_raids.numbers if self.rules[n].state != "off"]
        hit, unknown, errors = self._on_raids(facts, state.labels, asked)
        if not hit and not unknown and not errors:
            return NOTHING
        raid, fired = facts.raid, Fired([], [], [], [], [])
        for number in hit:
            rule = self.rules[number]
            if not _in_force(rule, raid.target):
                fired.shadow.append(rule.name)
                continue
            fired.effects.extend(rule.effects)
            if rule.labellings:
                for labelling in rule.labellings:
                    keys = touched(raid, labelling.thing)
                    self._set(rule, labelling, keys, state, facts.now)
                fired.labelled.append(rule.name)
        self._answer_all(unknown, errors, raid.target, state, fired)
        return fired

    def _collect(
        self,
        facts: Facts,
        state: RuleState,
        now: float,
        hit: Sequence[int],
        unknown: Sequence[int],
        errors: Sequence[tuple[int, Exception]],
    ) -> Fired:
        fired, message = Fired([], [], [], [], []), facts.message
        who = message.author.id
        for number in hit:
            rule = self.rules[number]
            if not _in_force(rule, who):
                fired.shadow.append(rule.name)
                continue
            fired.effects.extend(rule.effects)
            if rule.labellings:
                for labelling in rule.labellings:
                    keys = [_KEYS[labelling.thing](message, message.author)]
                    self._set(rule, labelling, keys, state, now)
                fired.labelled.append(rule.name)
        missing = self._asks_signals if facts.failed else frozenset()
        self._answer_all(unknown, errors, who, state, fired, missing)
        return fired

    def _answer_all(
        self,
        unknown: Sequence[int],
        errors: Sequence[tuple[int, Exception]],
        who: str,
        state: RuleState,
        fired: Fired,
        missing: Container[int] = (),
    ) -> None:
        """What unknown answers, errors and dependencies that failed call for. `missing`: rules that
        ask for signals, when a detector failed."""
        for number in unknown:
            rule = self.rules[number]
            fired.unknown.append(rule.name)
            policy = rule.unknown
            if number in missing:
                policy = rule.failing["signals"]
                state.fail(rule.name, "signals")
            self._answer(rule, policy, who, fired)
        for number, error in errors:
            rule = self.rules[number]
            policy = rule.error
            if isinstance(error, DependencyError):
                policy = rule.failing[error.dependency]
                state.fail(rule.name, error.dependency)
                fired.errors.append((rule.name, f"{error.dependency}: {error}"))
            else:
                state.errors[rule.name] = state.errors.get(rule.name, 0) + 1
                fired.errors.append((rule.name, f"{type(error).__name__}: {error}"))
            self._answer(rule, policy, who, fired)

    def _answer(self, rule: RuleSource, policy: str, who: str, fired: Fired) -> None:
        if policy == "skip" or not _in_force(rule, who):
            return
        if policy == "hold":
            fired.effects.append(
                Effect(rule.name, MeasureKind.HOLD, ScopeKind.MESSAGE, HOLD_SECONDS)
            )
        fired.effects.append(
            Effect(rule.name, MeasureKind.ALARM, ScopeKind.CHANNEL, ALARM_SECONDS, priority=80)
        )

    def _set(
        self,
        rule: RuleSource,
        labelling: Labelling,
        keys: Iterable[str],
        state: RuleState,
        now: float,
    ) -> None:
        for key in keys:
            state.labels.set(
                f"{labelling.thing}\x1f{key}",
                labelling.label,
                now=now,
                until=now + labelling.seconds,
                reason=rule.name,
                on=labelling.on,
            )


def _counted(
    compiled: Compiled, many: Sequence[Facts], times: Sequence[float], state: RuleState
) -> Sequence[Sequence[int]]:
    """What the counters say that can be asked for all messages at once, by message."""
    if not compiled.ahead:
        return [()] * len(many)
    columns = compiled.keys(many)
    fed: dict[int, KeyColumn] = {}
    moments = np.asarray(times, np.float64)
    counts = []
    for number, key, value in compiled.ahead:
        keeper = state.keepers[number]
        if value not in fed:
            fed[value] = KeyColumn.of(columns[value])
        if isinstance(keeper, Distinct):
            counts.append(keeper.add_all(columns[key], moments, fed[value]))
        else:
            assert isinstance(keeper, Counter)
            counts.append(keeper.add_all(fed[value], moments))
    return list(zip(*counts, *(columns[place] for place in compiled.shared), strict=True))


def _kind_of(facts: Facts) -> MessageKind:
    return facts.message.kind


_KEYS: Final[dict[str, Callable[[Message, Account], str]]] = {
    thing: eval(f"lambda m, a: {code}", {"__builtins__": {}})  # noqa: S307 - constants of ours
    for thing, code in THINGS.items()
}
"""The key of an account, channel, target or message, by the code that conditions use too."""


def _with_fallen(rules: Sequence[RuleSource], fallen: Container[str]) -> tuple[RuleSource, ...]:
    return tuple(
        rule._replace(state="shadow", canary=0, fell_back=True) if rule.name in fallen else rule
        for rule in rules
    )


def _hash(
    files: Mapping[str, str], lists: Mapping[str, Sequence[str]], fallen: Iterable[str]
) -> str:
    digest = blake2b(LANGUAGE_VERSION.encode(), digest_size=16)
    for name, text in files.items():
        digest.update(msgspec.msgpack.encode(("file", name, text)))
    for name, terms in lists.items():
        digest.update(msgspec.msgpack.encode(("list", name, list(terms))))
    for rule in sorted(fallen):
        digest.update(msgspec.msgpack.encode(("fallen", rule)))
    return digest.hexdigest()


def _in_force(rule: RuleSource, who: str) -> bool:
    """A canary bites the same accounts (of a raid rule: targets) each time: by a hash."""
    if rule.canary in (0, 100):
        return rule.canary == 100
    name = f"{rule.name}\0{who}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(name, digest_size=4).digest()) % 100 < rule.canary
