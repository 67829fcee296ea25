"""What the conditions of a rule set need beside the message: fields, counters, patterns, lists.

Each is made once for the whole set, however many rules name it: a counter that two rules keep alike
is one counter, all patterns on a text are one automaton, all term lists another.
"""

from __future__ import annotations

from typing import NamedTuple

from rempart.rules.language.vocabulary import Field


class CounterPlan(NamedTuple):
    """`kind`: count, distinct, crossed or budget; `key`, `value` and `where` are code; `number`
    the threshold of crossed or the size of a budget; `over` in seconds."""

    kind: str
    over: float
    key: str
    where: str
    where_maybe: bool
    key_maybe: bool
    value: str = ""
    value_maybe: bool = False
    number: float = 0.0

    @property
    def identity(self) -> str:
        """Names the counter's state: a rule set that keeps the same counter keeps its counts."""
        return "\x1f".join(map(str, self))


class Parts:
    """Collects while conditions are checked. `lists`: names of the term lists there are."""

    def __init__(self, lists: frozenset[str] = frozenset()) -> None:
        self.lists = lists
        self.fields: dict[str, Field] = {}
        self.counters: dict[CounterPlan, int] = {}
        self.patterns: dict[str, dict[str, int]] = {"text": {}, "fold": {}}
        self.lone_patterns: dict[str, int] = {}
        self.used_lists: dict[str, int] = {}
        self._temporaries = 0

    def field(self, path: str, field: Field) -> str:
        """The local name that holds the field."""
        self.fields[path] = field
        return "f_" + path.replace(".", "_")

    def counter(self, plan: CounterPlan) -> str:
        return f"c{self.counters.setdefault(plan, len(self.counters))}"

    def pattern(self, subject: str, pattern: str) -> str:
        """Code that says whether one of the set's patterns is in the text or the fold."""
        numbers = self.patterns[subject]
        number = numbers.setdefault(pattern, len(numbers))
        return f"({number} in p_{subject})"

    def lone_pattern(self, pattern: str) -> str:
        number = self.lone_patterns.setdefault(pattern, len(self.lone_patterns))
        return f"lone[{number}]"

    def term_list(self, name: str) -> str:
        number = self.used_lists.setdefault(name, len(self.used_lists))
        return f"({number} in t_hits)"

    def temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"
