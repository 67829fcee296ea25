"""A set of rules, compiled: one generated function for each kind of message.

Rules of this module:

1. The generated code is put together from checked expressions only (see `expression`); it sees the
   facts, the counters, the labels and a few functions, and nothing of Python's builtins.
2. A rule that raises an error does not disturb the others: its number and the error are noted, and
   its declared policy (`error`) answers for it. A counter that does fails the rules that ask it.
3. Counters are kept for every message, whether or not the condition around them is asked for, so
   what a rule counts does not depend on the order of its parts.
4. Effects are collected and handed over once, at the end; labels take effect after the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from copy import copy
from hashlib import blake2b
from types import CodeType
from typing import Any, Final, NamedTuple

import msgspec
import re2
from ahocorasick_rs import BytesAhoCorasick

from rempart.model import Account, MeasureKind, Message, ScopeKind
from rempart.rules.interface import Effect, Facts
from rempart.rules.language.counters import Budget, Counter, Distinct, Keeper, Labels
from rempart.rules.language.expression import Mistake, check
from rempart.rules.language.parts import CounterPlan, Parts
from rempart.rules.language.problems import Problem, RuleProblemsError
from rempart.rules.language.source import KINDS, RuleSource, read_file
from rempart.rules.language.types import Typed
from rempart.rules.language.vocabulary import FIELDS, THINGS

LANGUAGE_VERSION: Final = "1"
HOLD_SECONDS: Final = 86_400
ALARM_SECONDS: Final = 3_600
_SHARED: Final = re.compile(r"\b(?:f_[a-z_]+|p_text|p_fold|t_hits|c\d+)\b")
_WORDS: Final = bytes(
    code if chr(code) in "abcdefghijklmnopqrstuvwxyz0123456789" else 0x20 for code in range(256)
)


class Fired(NamedTuple):
    """What one message called for. `effects` of rules in force, `shadow` the names of rules that
    would have acted, `unknown` those that could not say, `errors` those that failed, with why;
    `labelled` the rules that set or took off a label."""

    effects: list[Effect]
    shadow: list[str]
    unknown: list[str]
    errors: list[tuple[str, str]]
    labelled: list[str]


NOTHING: Final = Fired([], [], [], [], [])


class RuleState:
    """The counters and labels of a program, in event time; serialisable."""

    def __init__(self, plans: Sequence[CounterPlan]) -> None:
        self.plans = tuple(plans)
        self.keepers: list[Keeper] = [_keeper(plan) for plan in plans]
        self.labels = Labels()
        self.errors: dict[str, int] = {}

    def dump(self) -> bytes:
        rows = [
            (plan.identity, keeper.picture())
            for plan, keeper in zip(self.plans, self.keepers, strict=True)
        ]
        return msgspec.msgpack.encode((rows, self.labels.picture(), sorted(self.errors.items())))

    def load(self, blob: bytes) -> None:
        """Counts of counters that this set keeps alike go on; others are left behind."""
        rows, labels, errors = msgspec.msgpack.decode(blob)
        known = dict(rows)
        for plan, keeper in zip(self.plans, self.keepers, strict=True):
            picture = known.get(plan.identity)
            if picture is not None:
                keeper.restore(picture)
        self.labels.restore(labels)
        self.errors = dict(errors)


class Program:
    """Compiled rules. `hash` names this very text of rules and lists."""

    def __init__(
        self,
        files: Mapping[str, str],
        lists: Mapping[str, Sequence[str]],
    ) -> None:
        """`files`: rule files by name; `lists`: term lists by name, terms in folded form.
        RuleProblemsError with everything that is wrong: then nothing of it runs."""
        self.files = dict(sorted(files.items()))
        self.lists = {name: tuple(terms) for name, terms in sorted(lists.items())}
        rules, self._checked, self._parts = _checked(self.files, frozenset(lists))
        self.hash = _hash(self.files, self.lists)
        self._plans = list(self._parts.counters)
        try:
            self._places = _places(self._parts, self.lists)
        except re2.error as error:  # each is right, but there is no room for all of them
            what = "the patterns of these rules are too large together"
            hint = "smaller numbers in {…}, or a list of terms instead"
            raise RuleProblemsError([Problem(min(self.files), 1, 0, 1, what, hint)]) from error
        self._arrange(rules)

    def _arrange(self, rules: tuple[RuleSource, ...]) -> None:
        """These states of the rules: one function for each kind of message."""
        self.rules = rules
        self.by_name = {rule.name: rule for rule in rules}
        self._of_kind = {
            kind: [
                number
                for number, rule in enumerate(self.rules)
                if rule.state != "off" and kind in rule.kinds
            ]
            for kind in KINDS
        }
        self._functions = {kind: self._compile(kind) for kind in KINDS}

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

    def new_state(self) -> RuleState:
        return RuleState(self._plans)

    def reason(self, rule: str) -> dict[str, str]:
        found = self.by_name.get(rule)
        return found.reason if found else {}

    def run(self, facts: Facts, state: RuleState) -> Fired:
        """All rules over one message; `state` is changed by it."""
        message = facts.message
        now = message.sent_at.timestamp()
        hit: list[int] = []
        unknown: list[int] = []
        errors: list[tuple[int, Exception]] = []
        kind = message.kind.value
        try:
            self._functions[kind](
                facts,
                message,
                message.author,
                now,
                state.keepers,
                state.labels,
                hit,
                unknown,
                errors,
            )
        except Exception as error:  # what the rules share failed: none of them could say anything
            hit, unknown = [], []
            errors = [(number, error) for number in self._of_kind[kind]]
        if not hit and not unknown and not errors:
            return NOTHING
        return self._collect(facts, state, now, hit, unknown, errors)

    def _collect(
        self,
        facts: Facts,
        state: RuleState,
        now: float,
        hit: Sequence[int],
        unknown: Sequence[int],
        errors: Sequence[tuple[int, Exception]],
    ) -> Fired:
        fired = Fired([], [], [], [], [])
        for number in hit:
            rule = self.rules[number]
            if _in_force(rule, facts.message.author):
                fired.effects.extend(rule.effects)
                if rule.labellings:
                    self._label(rule, facts.message, state, now)
                    fired.labelled.append(rule.name)
            else:
                fired.shadow.append(rule.name)
        for number in unknown:
            rule = self.rules[number]
            fired.unknown.append(rule.name)
            self._answer(rule, rule.unknown, facts.message, fired)
        for number, error in errors:
            rule = self.rules[number]
            state.errors[rule.name] = state.errors.get(rule.name, 0) + 1
            fired.errors.append((rule.name, f"{type(error).__name__}: {error}"))
            self._answer(rule, rule.error, facts.message, fired)
        return fired

    def _answer(self, rule: RuleSource, policy: str, message: Message, fired: Fired) -> None:
        """What an unknown answer or an error of a rule in force calls for."""
        if policy == "skip" or not _in_force(rule, message.author):
            return
        if policy == "hold":
            fired.effects.append(
                Effect(rule.name, MeasureKind.HOLD, ScopeKind.MESSAGE, HOLD_SECONDS)
            )
        fired.effects.append(
            Effect(rule.name, MeasureKind.ALARM, ScopeKind.CHANNEL, ALARM_SECONDS, priority=80)
        )

    def _label(self, rule: RuleSource, message: Message, state: RuleState, now: float) -> None:
        for labelling in rule.labellings:
            key = _KEYS[labelling.thing](message, message.author)
            thing = f"{labelling.thing}\x1f{key}"
            state.labels.set(
                thing,
                labelling.label,
                now=now,
                until=now + labelling.seconds,
                reason=rule.name,
                on=labelling.on,
            )

    # -- generating --------------------------------------------------------------------------

    def _compile(self, kind: str) -> Any:
        places = dict(self._places)
        code: CodeType = compile(self._source(kind), f"<rules for {kind}>", "exec")
        exec(code, places)  # noqa: S102 - only code that the checker put together
        return places["evaluate"]

    def _source(self, kind: str) -> str:
        numbers = self._of_kind[kind]
        lines = ["def evaluate(f, m, a, now, keepers, labels, hit, unknown, errors):"]
        lines.append("    why = None")
        lines += [f"    {line}" for line in self._prelude(numbers)]
        for number in numbers:
            code = self._checked[number]
            lines += ["    try:", f"        v = {code.code}", f"        if v: hit.append({number})"]
            if code.maybe:
                lines.append(f"        elif v is None: unknown.append({number})")
            # A counter that failed has no value.
            lines += ["    except UnboundLocalError:", f"        errors.append(({number}, why))"]
            lines += ["    except Exception as error:", f"        errors.append(({number}, error))"]
        lines.append("    return None")
        return "\n".join(lines)

    def _prelude(self, numbers: Sequence[int]) -> list[str]:
        """What these rules need, each once; a counter counts the kinds its rules look at."""
        parts = self._parts
        needed = self._needed(numbers)
        lines = [
            f"{_local(path)} = {field.code}"
            for path, field in parts.fields.items()
            if _local(path) in needed
        ]
        for subject, read in (("text", "m.text"), ("fold", "f.fold")):
            if f"p_{subject}" in needed and parts.patterns[subject]:
                lines.append(f"p_{subject} = set_{subject}.Match({read}) or ()")
        if "t_hits" in needed and parts.used_lists:
            lines.append("t_hits = terms(f.fold)")
        for plan, number in parts.counters.items():
            if f"c{number}" in needed:
                lines.append("try:")
                lines += [f"    {line}" for line in _counter_lines(plan, number)]
                lines += ["except Exception as error:", "    why = error"]
        return lines

    def _needed(self, numbers: Sequence[int]) -> set[str]:
        """The shared names that the code of these rules uses, those of its counters included."""
        found: set[str] = set()
        codes = [self._checked[number].code for number in numbers]
        while codes:
            for name in _SHARED.findall(codes.pop()):
                if name not in found:
                    found.add(name)
                    number = int(name[1:]) if name[0] == "c" else len(self._plans)
                    if number < len(self._plans):
                        plan = self._plans[number]
                        codes += [plan.key, plan.where, plan.value]
        return found


def _local(path: str) -> str:
    return "f_" + path.replace(".", "_")


_KEYS: Final[dict[str, Callable[[Message, Account], str]]] = {
    thing: eval(f"lambda m, a: {code}", {"__builtins__": {}})  # noqa: S307 - constants of ours
    for thing, code in THINGS.items()
}
"""The key of an account, channel, target or message, by the code that conditions use too."""


def _counter_lines(plan: CounterPlan, number: int) -> list[str]:
    name, key, keeper = f"c{number}", f"k{number}", f"keepers[{number}]"
    add = {
        "count": f"{keeper}.add({key}, now)",
        "distinct": f"{keeper}.add({key}, now, {plan.value})",
        "crossed": f"{keeper}.fires({key}, now, {keeper}.add({key}, now), {plan.number!r})",
        "budget": f"{keeper}.exceeded({key}, now)",
    }[plan.kind]
    otherwise = "False" if plan.kind in ("crossed", "budget") else f"{keeper}.peek({key}, now)"
    lines = [f"{key} = {plan.key}"]
    unknown = [f"{key} is None"] if plan.key_maybe else []
    condition = plan.where
    if plan.where_maybe:
        lines.append(f"w{number} = {plan.where}")
        unknown.append(f"w{number} is None")
        condition = f"w{number}"
    if plan.value_maybe:
        unknown.append(f"{plan.value} is None")
    chosen = add if plan.where == "True" else f"({add} if {condition} else {otherwise})"
    if unknown:
        chosen = f"None if {' or '.join(unknown)} else {chosen}"
    lines.append(f"{name} = {chosen}")
    return lines


def _keeper(plan: CounterPlan) -> Keeper:
    if plan.kind == "distinct":
        return Distinct(plan.over)
    if plan.kind == "budget":
        return Budget(plan.number, plan.over)
    return Counter(plan.over)


def _checked(
    files: Mapping[str, str], lists: frozenset[str]
) -> tuple[tuple[RuleSource, ...], tuple[Typed, ...], Parts]:
    parts = Parts(lists)
    rules: list[RuleSource] = []
    conditions: list[Typed] = []
    problems: list[Problem] = []
    names: dict[str, RuleSource] = {}
    for file, text in files.items():
        found, wrong = read_file(file, text)
        problems.extend(wrong)
        lines = text.splitlines()
        for rule in found:
            known = names.setdefault(rule.name, rule)
            if known is not rule:
                what = f"the name `{rule.name}` is taken by {known.file}:{known.line}"
                problems.append(Problem(file, rule.line, 0, 8, what, "names are unique"))
            checked = check(rule.when, FIELDS, parts)
            if isinstance(checked, Mistake):
                problems.append(_located(rule, checked, lines))
                continue
            rules.append(rule)
            conditions.append(checked)
    if problems:
        raise RuleProblemsError(problems)
    return tuple(rules), tuple(conditions), parts


def _located(rule: RuleSource, mistake: Mistake, lines: Sequence[str]) -> Problem:
    line = rule.when_line + mistake.line - 1
    shift = rule.when_column if mistake.line == 1 else 0
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Problem(
        rule.file,
        line,
        mistake.column + shift,
        mistake.end + shift,
        f"{mistake.what} (rule `{rule.name}`)",
        mistake.hint,
        source,
    )


def _hash(files: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> str:
    digest = blake2b(LANGUAGE_VERSION.encode(), digest_size=16)
    for name, text in files.items():
        digest.update(msgspec.msgpack.encode(("file", name, text)))
    for name, terms in lists.items():
        digest.update(msgspec.msgpack.encode(("list", name, list(terms))))
    return digest.hexdigest()


def _places(parts: Parts, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Everything the generated code may name beside its arguments."""
    places: dict[str, Any] = {
        "__builtins__": {
            "len": len,
            "str": str,
            "None": None,
            "Exception": Exception,
            "UnboundLocalError": UnboundLocalError,
        },
        "age_of": _age_of,
        "capitals": _capitals,
        "own_ratio": _own_ratio,
        "frozenset": frozenset,
        "lone": [re2.compile(pattern) for pattern in parts.lone_patterns],
        "terms": _term_finder([lists[name] for name in parts.used_lists]),
    }
    for subject, patterns in parts.patterns.items():
        if patterns:
            found = re2.Set.SearchSet()
            for pattern in patterns:
                found.Add(pattern)
            found.Compile()
            places[f"set_{subject}"] = found
    return places


def _term_finder(lists: Sequence[Sequence[str]]) -> Any:
    """Which of the lists have a term in a fold, as whole words; all lists in one pass."""
    owners: dict[str, set[int]] = {}
    for number, words in enumerate(lists):
        for term in words:
            owners.setdefault(" ".join(term.split()), set()).add(number)
    owners.pop("", None)
    automaton = BytesAhoCorasick([f" {term} ".encode() for term in owners])
    sets = [frozenset(found) for found in owners.values()]
    none: frozenset[int] = frozenset()

    def terms(fold: str) -> frozenset[int]:
        text = b" " + fold.encode("ascii", "replace").translate(_WORDS) + b" "
        found = automaton.find_matches_as_indexes(text, overlapping=True)
        if not found:
            return none
        return none.union(*(sets[number] for number, _, _ in found))

    return terms


def _age_of(account: Account, now: float) -> float | None:
    if account.created_at is None:
        return None
    return now - account.created_at.timestamp()


def _capitals(text: str) -> float:
    """The share of capitals among the letters, 0 for a text without."""
    letters = sum(map(str.isalpha, text))
    return sum(map(str.isupper, text)) / letters if letters else 0.0


def _own_ratio(recent: int, past: Counter, key: str, now: float, over: float) -> float | None:
    """The rate of the window against the key's own rate before it; unknown for a key whose past is
    not even as long as the window. No message in that past counts as one."""
    before = past.since(key, now) - over
    if before < over:
        return None
    usual = max(1, past.peek(key, now) - recent) / before
    return recent / over / usual


def _in_force(rule: RuleSource, account: Account) -> bool:
    """A canary bites the same accounts each time: by a hash of rule and account."""
    if rule.canary in (0, 100):
        return rule.canary == 100
    name = f"{rule.name}\0{account.id}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(name, digest_size=4).digest()) % 100 < rule.canary
