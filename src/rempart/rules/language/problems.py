"""What is wrong in a rule file: where exactly, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """One mistake. `line` is 1-based; `column` and `end` are 0-based places in that line; `hint`
    may be empty."""

    file: str
    line: int
    column: int
    end: int
    what: str
    hint: str = ""
    source: str = ""

    def __str__(self) -> str:
        """As compilers print it: place, what, the line with the span marked, the hint."""
        lines = [f"{self.file}:{self.line}:{self.column + 1}: {self.what}"]
        if self.source.strip():
            width = max(1, min(self.end, len(self.source)) - self.column)
            lines += [f"    {self.source}", f"    {' ' * self.column}{'^' * width}"]
        if self.hint:
            lines.append(f"    hint: {self.hint}")
        return "\n".join(lines)


class RuleProblemsError(Exception):
    """The rule files are refused whole: the set that runs stays as it is."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or all of them when they are few."""
    names = sorted(known)
    near = get_close_matches(word, names, 1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known: {', '.join(names)}" if len(names) <= 12 else ""
