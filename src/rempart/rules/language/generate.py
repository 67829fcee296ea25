"""The function that is generated for the rules of one kind of message.

It is put together from checked expressions only (see `expression`), and sees the facts, the
counters, the labels and a few functions, nothing of Python's builtins. It goes through many
messages in their order; what it found of one is reported before it looks at the next, because
labels take effect then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from types import CodeType
from typing import Any, Final, NamedTuple

import re2

from rempart.rules.interface import Facts
from rempart.rules.language.counters import Counter, Keeper
from rempart.rules.language.labels import Labels
from rempart.rules.language.matching import Patterns, Terms
from rempart.rules.language.parts import CounterPlan, Parts
from rempart.rules.language.types import Typed

_SHARED: Final = re.compile(r"\b(?:f_[a-z_]+|p_text|p_fold|t_hits|c\d+)\b")
_PAST_ASKED: Final = re.compile(r"\bk(\d+)\b")
_LATER: Final = re.compile(r"\b(?:labels|c\d+|p_text|p_fold|t_hits|now|f_account_age)\b")
"""What depends on the messages before, or is not there before the message is looked at."""


class DependencyError(Exception):
    """Something that a rule asks failed. `dependency`: one of `source.DEPENDENCIES`."""

    def __init__(self, dependency: str, why: object) -> None:
        super().__init__(str(why))
        self.dependency = dependency


Errors = list[tuple[int, Exception]]
Report = Callable[[int, Facts, float, list[int], list[int], Errors], None]
"""Place of the message, its facts, its time; numbers of the rules that hit, of those that could not
say, and of those that failed, with why."""
Row = tuple[int, Facts, float, Sequence[int], Sequence[int], frozenset[int], Sequence[int]]
"""Place, facts and time of a message, the patterns in its text and in its fold, the lists in its
fold, and what the counters say that were asked for all messages at once."""
Evaluate = Callable[[Iterable[Row], Sequence[Keeper], Labels, Report], None]
Keys = Callable[[Iterable[Facts]], list[list[str]]]


class Compiled(NamedTuple):
    """`needs`: the shared names that the function asks for (`p_text`, `p_fold`, `t_hits`, …).
    `ahead`: the counters that `evaluate` is given, as their number and which of the columns of
    `keys` are their keys and their values (a counter of no values: its keys again); `shared`: the
    columns that it is given after what they say."""

    evaluate: Evaluate
    numbers: tuple[int, ...]
    needs: frozenset[str]
    ahead: tuple[tuple[int, int, int], ...]
    shared: tuple[int, ...]
    keys: Keys


class Generator:
    """Of one checked set of rules; the automata are built once, whatever is generated."""

    def __init__(
        self, checked: Sequence[Typed], parts: Parts, lists: Sequence[Sequence[str]]
    ) -> None:
        """re2.error: there is no room for all patterns together."""
        self._checked = checked
        self._parts = parts
        self._plans = list(parts.counters)
        # whose past is asked, as it is at each message
        self._past_asked = {
            int(number) for code in checked for number in _PAST_ASKED.findall(code.code)
        }
        self._places: dict[str, Any] = {
            "__builtins__": {
                "len": len,
                "str": str,
                "None": None,
                "Exception": Exception,
                "UnboundLocalError": UnboundLocalError,
            },
            "asked": asked,
            "counter_failed": _counter_failed,
            "capitals": _capitals,
            "own_ratio": _own_ratio,
            "frozenset": frozenset,
            "lone": [re2.compile(pattern) for pattern in parts.lone_patterns],
        }
        self.patterns = {
            subject: Patterns(patterns) for subject, patterns in parts.patterns.items() if patterns
        }
        self.terms = Terms(lists) if parts.used_lists else None

    def compiled(self, numbers: Sequence[int], name: str, *, many: bool) -> Compiled:
        """The function for these rules; `name` stands in tracebacks. `many`: what can be counted
        for all messages at once is counted before."""
        needed = self._needed(numbers)
        counters = [
            (number, plan)
            for plan, number in self._parts.counters.items()
            if f"c{number}" in needed
        ]
        ahead = [
            (number, plan)
            for number, plan in counters
            if many and number not in self._past_asked and _countable(plan)
        ]
        fed = {number: _fed(plan) for number, plan in ahead}
        columns = list(dict.fromkeys(code for codes in fed.values() for code in codes))
        shared = [column for column in columns if column in needed]
        source = self._source(numbers, needed, counters, [number for number, _ in ahead], shared)
        source += "\n" + self._keys_source(columns)
        places = dict(self._places)
        code: CodeType = compile(source, f"<rules for {name}>", "exec")
        exec(code, places)  # noqa: S102 - only code that the checker put together
        return Compiled(
            places["evaluate"],
            tuple(numbers),
            frozenset(needed),
            tuple((n, columns.index(by), columns.index(of)) for n, (by, of) in fed.items()),
            tuple(map(columns.index, shared)),
            places["keys"],
        )

    def _keys_source(self, columns: Sequence[str]) -> str:
        needed = set(_SHARED.findall(" ".join(columns)))
        names = [f"k{number}" for number in range(len(columns))]
        return "\n".join(
            [
                "def keys(facts):",
                *[f"    {name} = []" for name in names],
                "    for f in facts:",
                "        m = f.message",
                "        a = m.author",
                *[f"        {line}" for line in self._fields(needed)],
                *[f"        {n}.append({key})" for n, key in zip(names, columns, strict=True)],
                f"    return [{', '.join(names)}]",
            ]
        )

    def _source(
        self,
        numbers: Sequence[int],
        needed: set[str],
        counters: Sequence[tuple[int, CounterPlan]],
        ahead: Sequence[int],
        shared: Sequence[str],
    ) -> str:
        every = ", ".join(f"({number}, error)" for number in numbers)
        return "\n".join(
            [
                "def evaluate(rows, keepers, labels, report):",
                *[
                    f"    {verb}{number} = keepers[{number}].{verb}"
                    for number, plan in counters
                    for verb in _verbs(plan)
                ],
                "    hit, unknown, errors, why = [], [], [], None",
                "    for place, f, now, p_text, p_fold, t_hits, counted in rows:",
                "        m = f.message",
                "        a = m.author",
                "        try:",
                *[f"            {line}" for line in self._prelude(needed, counters, ahead, shared)],
                *[f"            {line}" for line in self._rules(numbers)],
                "        except Exception as error:",  # what the rules share failed
                f"            hit, unknown, errors = [], [], [{every}]",
                "        if hit or unknown or errors:",
                "            report(place, f, now, hit, unknown, errors)",
                "            hit, unknown, errors = [], [], []",
            ]
        )

    def _rules(self, numbers: Sequence[int]) -> list[str]:
        lines = ["pass"]
        for number in numbers:
            code = self._checked[number]
            if code.maybe:
                lines += [
                    "try:",
                    f"    v = {code.code}",
                    f"    if v: hit.append({number})",
                    f"    elif v is None: unknown.append({number})",
                ]
            else:
                lines += ["try:", f"    if {code.code}: hit.append({number})"]
            # A counter that failed has no value.
            lines += ["except UnboundLocalError:", f"    errors.append(({number}, why))"]
            lines += ["except Exception as error:", f"    errors.append(({number}, error))"]
        return lines

    def _fields(self, needed: Container[str]) -> list[str]:
        return [
            f"{local_name(path)} = {field.code}"
            for path, field in self._parts.fields.items()
            if local_name(path) in needed
        ]

    def _prelude(
        self,
        needed: set[str],
        counters: Sequence[tuple[int, CounterPlan]],
        ahead: Sequence[int],
        shared: Sequence[str],
    ) -> list[str]:
        """What these rules need, each once; a counter counts the kinds its rules look at."""
        lines = self._fields(needed.difference(shared))
        if ahead:
            told = [*(f"c{number}" for number in ahead), *shared]
            lines.append(f"{', '.join(told)}, = counted")
        for number, plan in counters:
            if number in ahead and plan.kind != "crossed":
                continue
            lines.append("try:")
            count = f"c{number}" if number in ahead else ""
            lines += [f"    {line}" for line in _counter_lines(plan, number, count)]
            lines.append("except Exception as error:")
            lines += [f"    c{number} = why = counter_failed(error)", f"    del c{number}"]
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


def local_name(path: str) -> str:
    """The name that holds a field in the generated code."""
    return "f_" + path.replace(".", "_")


def _verbs(plan: CounterPlan) -> tuple[str, ...]:
    """What is asked of this counter."""
    if plan.kind == "budget":
        return ("exceeded",)
    return ("add", "fires") if plan.kind == "crossed" else ("add", "peek")


def _countable(plan: CounterPlan) -> bool:
    """Whether every message counts, whatever labels and other counters say of it: then all can be
    counted before the first is looked at."""
    return (
        plan.kind in ("count", "crossed", "distinct")
        and plan.where == "True"
        and not plan.key_maybe
        and not plan.value_maybe
        and not any(map(_LATER.search, _fed(plan)))
    )


def _fed(plan: CounterPlan) -> tuple[str, str]:
    """The code of its keys, and of its values."""
    key = plan.key[1:-1] if plan.key[1:-1].isidentifier() else plan.key
    return key, plan.value if plan.kind == "distinct" else key


def _counter_lines(plan: CounterPlan, number: int, told: str = "") -> list[str]:
    """`told`: the name that holds the count already."""
    name, key = f"c{number}", f"k{number}"
    added = told or f"add{number}({key}, now)"
    add = {
        "count": f"add{number}({key}, now)",
        "distinct": f"add{number}({key}, now, {plan.value})",
        "crossed": f"fires{number}({key}, now, {added}, {plan.number!r})",
        "budget": f"exceeded{number}({key}, now)",
    }[plan.kind]
    otherwise = "False" if plan.kind in ("crossed", "budget") else f"peek{number}({key}, now)"
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


def asked(labels: Labels, thing: str, label: str, now: float) -> bool:
    """Whether the label is on it. DependencyError: the labels could not say."""
    try:
        return labels.has(thing, label, now)
    except Exception as error:
        raise DependencyError("labels", f"{type(error).__name__}: {error}") from error


def _counter_failed(error: Exception) -> DependencyError:
    if isinstance(error, DependencyError):
        return error
    return DependencyError("counters", f"{type(error).__name__}: {error}")


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
