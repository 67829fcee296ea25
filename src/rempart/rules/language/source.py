"""A rule file (TOML) read into rules, with the place of each part for error messages.

```toml
[[rule]]
name = "links-from-new-accounts"
state = "shadow"                       # off, shadow, canary 10 %, live
description = { en = "…", fr = "…" }
reason = { en = "…", fr = "…" }        # what the person concerned is told
when = "account.age < days(2) and len(message.links) > 0"
unknown = "skip"                       # what an unknown answer means: skip, hold or alarm
measures = ["hold message for 1 day"]

[[rule.test]]
message = { text = "…", links = ["https://…"], account_age = "1 day" }
expect = ["hold message"]              # or []: nothing
```
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final, NamedTuple

from rempart.rules.interface import Effect
from rempart.rules.language.measures import BadMeasureError, Labelling, read_measure
from rempart.rules.language.problems import Problem, did_you_mean
from rempart.rules.language.tolerance import DEFAULT_BUDGET, Tolerance, read_tolerance

STATES: Final = ("off", "shadow", "live")
UNKNOWN: Final = ("skip", "hold", "alarm")
ON: Final = ("message", "raid")
DEPENDENCIES: Final = ("signals", "counters", "labels")
KINDS: Final = ("chat", "post", "comment", "sms", "direct", "profile")
LANGUAGES: Final = ("en", "fr")
MOST_RULES: Final = 1_000
_FIELDS: Final = (
    "name",
    "on",
    "state",
    "description",
    "reason",
    "when",
    "unknown",
    "error",
    "failing",
    "budget",
    "kinds",
    "measures",
    "test",
)
_TEST_FIELDS: Final = ("name", "message", "raid", "before", "expect")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,63}")
_CANARY: Final = re.compile(r"canary\s+(\d{1,2})\s*%")
_HEADER: Final = re.compile(r"^\s*\[\[\s*(rule(?:\.test)?)\s*\]\]")


class RuleTest(NamedTuple):
    """`message` (of a rule over raids: the raid) and `before` as they are written; `expect`: kinds
    with scopes, in any order."""

    name: str
    message: dict[str, Any]
    before: tuple[dict[str, Any], ...]
    expect: tuple[str, ...]
    line: int


class RuleSource(NamedTuple):
    """One rule as it is written. `on`: whether it looks at messages or at raids. `canary`: per cent
    of accounts (of a raid rule: of targets) it is live for, 100 when live, 0 in shadow and off.
    `when_line`: where its condition begins, and `when_column` the place of its first character in
    that line. `failing`: the policy for each of `DEPENDENCIES` that fails."""

    file: str
    line: int
    name: str
    on: str
    state: str
    canary: int
    description: dict[str, str]
    reason: dict[str, str]
    when: str
    when_line: int
    when_column: int
    unknown: str
    error: str
    failing: dict[str, str]
    budget: Tolerance | None
    kinds: tuple[str, ...]
    effects: tuple[Effect, ...]
    labellings: tuple[Labelling, ...]
    tests: tuple[RuleTest, ...]
    fell_back: bool = False
    """It is in *shadow* because people undid too much of what it did."""


def read_file(file: str, text: str) -> tuple[list[RuleSource], list[Problem]]:
    """All rules of one file, and all that is wrong with it."""
    try:
        document = tomllib.loads(text)
    except RecursionError:
        return [], [Problem(file, 1, 0, 1, "not TOML: brackets nested too deeply")]
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        return [], [_toml_problem(file, text, error)]
    reader = _Reader(file, text)
    for key in document:
        if key != "rule":
            reader.problem(
                reader.find_key(0, key), f"unknown section `{key}`", "rules are [[rule]]"
            )
    rules = document.get("rule", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        reader.problem(1, "rules are written as [[rule]]")
        return [], reader.problems
    if len(rules) > MOST_RULES:
        reader.problem(1, f"a file has at most {MOST_RULES} rules")
        return [], reader.problems
    sources = [reader.rule(number, rule) for number, rule in enumerate(rules)]
    return [source for source in sources if source is not None], reader.problems


def _toml_problem(file: str, text: str, error: ValueError) -> Problem:
    place = re.search(r"line (\d+), column (\d+)", str(error))
    lines = text.splitlines() or [""]
    line, column = (int(place[1]), int(place[2]) - 1) if place else (len(lines), 0)
    source = lines[min(line, len(lines)) - 1]
    what = re.sub(r"\s*\(at .*\)$", "", str(error))
    return Problem(file, line, column, column + 1, f"not TOML: {what}", "", source)


class _Reader:
    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.problems: list[Problem] = []
        headers = [
            (number, found[1])
            for number, line in enumerate(self.lines, 1)
            if (found := _HEADER.match(line))
        ]
        self.rule_lines = [number for number, name in headers if name == "rule"]
        self.test_lines: list[list[int]] = [[] for _ in self.rule_lines]
        for number, name in headers:
            if name == "rule.test":
                before = sum(line < number for line in self.rule_lines)
                if before:
                    self.test_lines[before - 1].append(number)

    def problem(self, line: int, what: str, hint: str = "", word: str = "") -> None:
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        column = (
            source.find(word) if word and word in source else len(source) - len(source.lstrip())
        )
        end = column + len(word) if word else len(source.rstrip())
        self.problems.append(Problem(self.file, line, column, end, what, hint, source))

    def find_key(self, rule: int, key: str) -> int:
        """The line where a key of the rule stands, else the line of its header."""
        begin = self.rule_lines[rule] if rule < len(self.rule_lines) else 1
        end = self.rule_lines[rule + 1] if rule + 1 < len(self.rule_lines) else len(self.lines) + 1
        form = re.compile(rf"^\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(?:\.|=|\])")
        for number in range(begin, end):
            if number <= len(self.lines) and form.match(self.lines[number - 1]):
                return number
        return begin

    def rule(self, number: int, rule: dict[str, Any]) -> RuleSource | None:
        before = len(self.problems)
        line = self.rule_lines[number] if number < len(self.rule_lines) else 1
        for key in rule:
            if key not in _FIELDS:
                hint = did_you_mean(key, _FIELDS)
                self.problem(self.find_key(number, key), f"unknown field `{key}`", hint, key)
        name = self._text(number, rule, "name")
        if name and not _NAME.fullmatch(name):
            self.problem(
                self.find_key(number, "name"),
                f"{name!r} is no name for a rule",
                "small letters, digits and -, two to 64",
                name,
            )
        state, canary = self._state(number, rule)
        on = self._choice(number, rule, "on", ON, "message")
        policies = UNKNOWN if on == "message" else ("skip", "alarm")
        unknown = self._choice(number, rule, "unknown", policies, "skip")
        effects, labellings = self._measures(number, rule, name, on)
        when = self._text(number, rule, "when")
        when_line, when_column = self._when_place(number)
        source = RuleSource(
            file=self.file,
            line=line,
            name=name,
            on=on,
            state=state,
            canary=canary,
            description=self._languages(number, rule, "description"),
            reason=self._languages(number, rule, "reason"),
            when=when,
            when_line=when_line,
            when_column=when_column,
            unknown=unknown,
            error=self._choice(number, rule, "error", policies, "alarm"),
            failing=self._failing(number, rule, policies, unknown),
            budget=self._budget(number, rule),
            kinds=self._kinds(number, rule),
            effects=effects,
            labellings=labellings,
            tests=self._tests(number, rule, on),
        )
        return source if len(self.problems) == before else None

    def _text(self, number: int, rule: dict[str, Any], key: str) -> str:
        value = rule.get(key)
        if not isinstance(value, str) or not value.strip():
            what = f"a rule needs `{key}`" if value is None else f"`{key}` is a text"
            self.problem(self.find_key(number, key), what)
            return ""
        return value

    def _languages(self, number: int, rule: dict[str, Any], key: str) -> dict[str, str]:
        value = rule.get(key)
        line = self.find_key(number, key)
        if not isinstance(value, dict):
            self.problem(line, f"a rule needs `{key}` in English and French", "{ en = …, fr = … }")
            return {}
        for language in LANGUAGES:
            if not isinstance(value.get(language), str) or not value[language].strip():
                self.problem(line, f"`{key}` is missing in `{language}`", "people read it")
        for language in value:
            if language not in LANGUAGES:
                self.problem(line, f"`{key}` has an unknown language `{language}`", "en, fr")
        return {lang: str(text) for lang, text in value.items() if isinstance(text, str)}

    def _choice(
        self, number: int, rule: dict[str, Any], key: str, choices: tuple[str, ...], default: str
    ) -> str:
        value = rule.get(key, default)
        if value not in choices:
            hint = did_you_mean(str(value), choices)
            self.problem(self.find_key(number, key), f"`{key}` is never {value!r}", hint)
            return default
        return str(value)

    def _state(self, number: int, rule: dict[str, Any]) -> tuple[str, int]:
        value = rule.get("state", "shadow")
        canary = _CANARY.fullmatch(value) if isinstance(value, str) else None
        if canary:
            return "canary", int(canary[1])
        if value not in STATES:
            hint = did_you_mean(str(value), (*STATES, "canary 10 %"))
            self.problem(self.find_key(number, "state"), f"`state` is never {value!r}", hint)
            return "off", 0
        return str(value), 100 if value == "live" else 0

    def _kinds(self, number: int, rule: dict[str, Any]) -> tuple[str, ...]:
        value = rule.get("kinds", list(KINDS))
        line = self.find_key(number, "kinds")
        if not isinstance(value, list) or not value:
            self.problem(line, "`kinds` is a list of kinds of message", ", ".join(KINDS))
            return KINDS
        for kind in value:
            if kind not in KINDS:
                self.problem(line, f"there is no kind {kind!r}", did_you_mean(str(kind), KINDS))
        return tuple(kind for kind in KINDS if kind in value)

    def _measures(
        self, number: int, rule: dict[str, Any], name: str, on: str
    ) -> tuple[tuple[Effect, ...], tuple[Labelling, ...]]:
        value = rule.get("measures")
        line = self.find_key(number, "measures")
        if not isinstance(value, list) or not value:
            self.problem(line, "a rule needs `measures`", '["hold message for 1 day"]')
            return (), ()
        effects: list[Effect] = []
        labellings: list[Labelling] = []
        for text in value:
            try:
                found = read_measure(str(text), name, on)
            except BadMeasureError as error:
                self.problem(line, str(error), error.hint, str(text))
                continue
            if isinstance(found, Labelling):
                labellings.append(found)
            else:
                effects.append(found)
        return tuple(effects), tuple(labellings)

    def _failing(
        self, number: int, rule: dict[str, Any], policies: tuple[str, ...], unknown: str
    ) -> dict[str, str]:
        """What follows when something that the rule asks fails: unless it is said, an alarm; where
        scores are missing, what an unknown answer means."""
        value = rule.get("failing", {})
        line = self.find_key(number, "failing")
        if not isinstance(value, dict):
            self.problem(line, "`failing` says a policy for each", '{ signals = "hold" }')
            value = {}
        for name, policy in value.items():
            if name not in DEPENDENCIES:
                what = f"nothing called `{name}` can fail here"
                self.problem(line, what, did_you_mean(name, DEPENDENCIES), name)
            elif policy not in policies:
                what = f"`{name}` is never {policy!r}"
                self.problem(line, what, did_you_mean(str(policy), policies))
        usual = {name: unknown if name == "signals" else "alarm" for name in DEPENDENCIES}
        return usual | {
            name: policy
            for name, policy in value.items()
            if name in DEPENDENCIES and policy in policies
        }

    def _budget(self, number: int, rule: dict[str, Any]) -> Tolerance | None:
        """How many of its measures people may undo before it goes back to *shadow* by itself."""
        value = rule.get("budget", DEFAULT_BUDGET)
        line = self.find_key(number, "budget")
        if value == "none":
            return None
        found = read_tolerance(value) if isinstance(value, str) else None
        if found is None:
            what = f"{str(value)[:60]!r} is not a budget of mistakes"
            self.problem(line, what, f'"{DEFAULT_BUDGET}", or "none"')
        return found

    def _tests(self, number: int, rule: dict[str, Any], on: str) -> tuple[RuleTest, ...]:
        value = rule.get("test", [])
        lines = self.test_lines[number] if number < len(self.test_lines) else []
        if not isinstance(value, list):
            self.problem(self.find_key(number, "test"), "tests are written as [[rule.test]]")
            return ()
        tests: list[RuleTest] = []
        for place, test in enumerate(value):
            line = lines[place] if place < len(lines) else self.find_key(number, "test")
            found = self._test(test, line, f"test {place + 1}", on)
            if found is not None:
                tests.append(found)
        return tuple(tests)

    def _test(self, test: Any, line: int, name: str, on: str) -> RuleTest | None:
        if not isinstance(test, dict):
            self.problem(line, f"a test has `{on}` and `expect`")
            return None
        for key in test:
            if key not in _TEST_FIELDS:
                self.problem(
                    line, f"unknown field `{key}` in a test", did_you_mean(key, _TEST_FIELDS)
                )
        message, expect = test.get(on), test.get("expect")
        before = test.get("before", [])
        other = "raid" if on == "message" else "message"
        if not isinstance(message, dict) or not isinstance(expect, list) or other in test:
            self.problem(line, f"a test of this rule has `{on} = {{ … }}` and `expect = [ … ]`")
            return None
        if on == "raid" and before:
            self.problem(line, "a raid is looked at alone: its test has no `before`")
            return None
        if not isinstance(before, list) or not all(isinstance(one, dict) for one in before):
            self.problem(line, "`before` is a list of messages")
            return None
        return RuleTest(
            str(test.get("name", name)), message, tuple(before), tuple(map(str, expect)), line
        )

    def _when_place(self, number: int) -> tuple[int, int]:
        """Where the condition's first character stands, for errors inside it."""
        line = self.find_key(number, "when")
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        found = re.match(r"\s*when\s*=\s*(\"\"\"|'''|\"|')", text)
        if found is None:
            return line, 0
        if len(found[1]) == 3 and not text[found.end() :].strip():
            return line + 1, 0
        return line, found.end()
