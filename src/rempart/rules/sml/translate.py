"""From SML to rule files of ours, with the same verdicts.

How the meaning is kept:

1. In SML a feature that is missing makes everything that depends on it fail, so a rule fires only
   when all it depends on is there. Here each rule therefore begins with `known(…)` for the fields
   that may be unknown, except inside `ResolveOptional`.
2. Effects take place after the event: a label that one event sets is seen by the next one. So here.
3. Each rule in each `WhenRules` becomes one rule of ours with the effects of that `WhenRules`.
4. A pattern runs on RE2, in linear time: look-around and back-references are refused.

What is not imported is a problem with its place: nothing is left out in silence.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple, NoReturn

from rempart.rules.language.expression import LONGEST
from rempart.rules.language.problems import Problem, did_you_mean
from rempart.rules.sml.mapping import OPTIONAL, THINGS, SmlMapping
from rempart.rules.sml.sources import MAIN, Place, Sources, Wiring, arguments_of

_UNITS: Final = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_COMPARE: Final = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_SIGNS: Final = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_DEEPEST: Final = 60


class Translated(NamedTuple):
    """`text`: one rule file (TOML), empty when there are problems; `rules`: how many."""

    text: str
    rules: int
    problems: tuple[Problem, ...]


class _StopError(Exception):
    """The problem is noted; this rule is given up."""


class _Text(NamedTuple):
    """A translated expression and the optional fields it depends on."""

    code: str
    needs: frozenset[str] = frozenset()


def translate(
    files: Mapping[str, str], mapping: SmlMapping | None = None, *, main: str = MAIN
) -> Translated:
    """All rules that are wired to effects, from the entry point on."""
    sources = Sources(files, main)
    worker = _Translator(sources, mapping or SmlMapping())
    rules = [rule for wiring in sources.wirings for rule in worker.wiring(wiring)]
    if sources.problems:
        return Translated("", 0, tuple(sources.problems))
    head = f"# Imported from SML ({main}). French texts are those of the original.\n\n"
    return Translated(head + "\n".join(rules), len(rules), ())


class _Translator:
    def __init__(self, sources: Sources, mapping: SmlMapping) -> None:
        self.sources = sources
        self.mapping = mapping
        self._names: dict[str, int] = {}
        self._under_way: list[str] = []

    def wiring(self, wiring: Wiring) -> list[str]:
        """The rules of ours for one `WhenRules`."""
        arguments = arguments_of(wiring.node)
        rules, then = arguments.get("rules_any"), arguments.get("then")
        if not isinstance(rules, ast.List) or not isinstance(then, ast.List):
            self.sources.problem(wiring.file, wiring.node, "WhenRules has rules_any and then")
            return []
        try:
            measures = self._measures(wiring.file, then)
            guards = [self.expression(*place) for place in wiring.conditions]
        except _StopError:
            return []
        found: list[str] = []
        for node in rules.elts:
            try:
                found.append(self._rule(wiring.file, node, guards, measures))
            except _StopError:
                continue
        return found

    def _rule(self, file: str, node: ast.expr, guards: list[_Text], measures: list[str]) -> str:
        name = node.id if isinstance(node, ast.Name) else ""
        place = self.sources.feature(file, name) if name else None
        if place is None or _called(place.node) != "Rule":
            self._stop(file, node, f"`{ast.unparse(node)}` is no Rule", "Name = Rule(…)")
        assert isinstance(place.node, ast.Call)
        arguments = arguments_of(place.node)
        signals = arguments.get("when_all")
        if not isinstance(signals, ast.List):
            self._stop(place.file, place.node, "a Rule has when_all, a list")
        parts = [*guards, *(self.expression(place.file, one) for one in signals.elts)]
        needs = sorted(frozenset().union(*(part.needs for part in parts)))
        known = [f"known({field})" for field in needs]
        condition = " and ".join([*known, *(part.code for part in parts)]) or "True"
        described = arguments.get("description")
        text = described.value if isinstance(described, ast.Constant) else name
        if isinstance(described, ast.JoinedStr):
            text = ast.unparse(described)[2:-1]
        return _rule_text(self._unique(name), str(text), condition, measures)

    def _unique(self, name: str) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower())
        slug = (slug.strip("-") or "rule")[:56]
        slug = slug if len(slug) > 1 else f"{slug}-rule"
        count = self._names[slug] = self._names.get(slug, 0) + 1
        return slug if count == 1 else f"{slug}-{count}"

    # -- effects -----------------------------------------------------------------------------

    def _measures(self, file: str, then: ast.List) -> list[str]:
        found: list[str] = []
        for node in then.elts:
            name = _called(node)
            arguments = arguments_of(node) if isinstance(node, ast.Call) else {}
            if name == "DeclareVerdict":
                verdict = self._literal(file, node, arguments.get("verdict"), "a verdict")
                measures = self.mapping.measures(verdict)
                if measures is None:
                    self._stop(
                        file, node, f"what is verdict `{verdict}` here?", "say it in [verdicts]"
                    )
                found.extend(measures)
            elif name in ("LabelAdd", "LabelRemove"):
                found.append(self._label(file, node, name, arguments))
            else:
                self._stop(file, node, f"the effect `{name or ast.unparse(node)}` is not imported")
        return list(dict.fromkeys(found))

    def _label(
        self, file: str, node: ast.expr, name: str, arguments: Mapping[str, ast.expr]
    ) -> str:
        thing = self._thing(file, node, arguments.get("entity"))
        label = _label_of(self._literal(file, node, arguments.get("label"), "a label"))
        seconds = self.mapping.label_days * 86_400
        if "expires_after" in arguments:
            seconds = self._delta(file, arguments["expires_after"])
        kind = "label" if name == "LabelAdd" else "unlabel"
        return f"{kind} {thing} {label} for {_length(seconds)}"

    def _delta(self, file: str, node: ast.expr) -> int:
        place = self._resolved(file, node)
        arguments = arguments_of(place.node) if isinstance(place.node, ast.Call) else {}
        total = 0
        if _called(place.node) == "TimeDelta" and arguments:
            for unit, value in arguments.items():
                number = value.value if isinstance(value, ast.Constant) else None
                if unit not in _UNITS or not isinstance(number, int | float):
                    self._stop(place.file, value, "a TimeDelta is written in numbers")
                total += int(number * _UNITS[unit])
            return total
        self._stop(place.file, place.node, "a length of time is a TimeDelta(…)")

    # -- expressions -------------------------------------------------------------------------

    def expression(self, file: str, node: ast.expr) -> _Text:
        """_StopError: it is not imported; the problem is noted."""
        if len(self._under_way) > _DEEPEST:
            self._stop(file, node, "features depend on each other too deeply")
        if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
            return _Text(repr(node.value))
        if isinstance(node, ast.Name):
            return self._name(file, node)
        if isinstance(node, ast.Call):
            return self._call(file, node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._compare(file, node)
        return self._joined(file, node)

    def _joined(self, file: str, node: ast.expr) -> _Text:
        if isinstance(node, ast.List | ast.Tuple):
            parts = [self.expression(file, one) for one in node.elts]
            return _Text(f"({', '.join(part.code for part in parts)},)", _needs(parts))
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            parts = [self.expression(file, one) for one in node.values]
            return _Text(f"({word.join(part.code for part in parts)})", _needs(parts))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            part = self.expression(file, node.operand)
            sign = "not " if isinstance(node.op, ast.Not) else "-"
            return _Text(f"({sign}{part.code})", part.needs)
        self._stop(file, node, f"`{ast.unparse(node)[:60]}` is not imported")

    def _name(self, file: str, node: ast.Name) -> _Text:
        place = self.sources.feature(file, node.id)
        if place is None:
            self._stop(
                file,
                node,
                f"there is no feature `{node.id}`",
                did_you_mean(node.id, self.sources.features),
            )
        if node.id in self._under_way:
            self._stop(file, node, f"`{node.id}` depends on itself")
        self._under_way.append(node.id)
        try:
            if _called(place.node) == "Rule":
                assert isinstance(place.node, ast.Call)
                signals = arguments_of(place.node).get("when_all")
                values = signals.elts if isinstance(signals, ast.List) else []
                parts = [self.expression(place.file, one) for one in values]
                found = _Text(f"({' and '.join(part.code for part in parts)})", _needs(parts))
            else:
                found = self.expression(place.file, place.node)
        finally:
            self._under_way.pop()
        if len(found.code) > LONGEST:  # each use of a feature repeats all that it is made of
            self._stop(file, node, f"`{node.id}` grows too large when all is written out")
        return found

    def _compare(self, file: str, node: ast.Compare) -> _Text:
        op, right_node = node.ops[0], node.comparators[0]
        left, right = self.expression(file, node.left), self.expression(file, right_node)
        needs = left.needs | right.needs
        if isinstance(op, ast.In | ast.NotIn):
            return _Text(
                f"({left.code} {'in' if isinstance(op, ast.In) else 'not in'} {right.code})", needs
            )
        if not isinstance(op, _COMPARE):
            self._stop(file, node, "this comparison is not imported")
        codes = [left.code, right.code]
        for place, other in ((0, 1), (1, 0)):
            if codes[place] == "account.age" and _is_number_text(codes[other]):
                codes[other] = f"seconds({codes[other]})"
        return _Text(f"({codes[0]} {_SIGNS[type(op)]} {codes[1]})", needs)

    def _call(self, file: str, node: ast.Call) -> _Text:
        name, given = _called(node), arguments_of(node)
        handler = {
            "JsonData": self._field,
            "EntityJson": self._field,
            "Entity": self._entity,
            "RegexMatch": self._regex,
            "StringLength": self._size,
            "ListLength": self._size,
            "StringStartsWith": self._edge,
            "StringEndsWith": self._edge,
            "TimeSince": self._since,
            "HasLabel": self._labelled,
            "ResolveOptional": self._otherwise,
        }.get(name)
        if handler is None:
            what = f"the function `{name or ast.unparse(node.func)}` is not imported"
            self._stop(file, node, what)
        return handler(file, node, given)

    def _entity(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        return self._argument(file, node, given, "id")

    def _size(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        name = "s" if _called(node) == "StringLength" else "list"
        part = self._argument(file, node, given, name)
        return _Text(f"len({part.code})", part.needs)

    def _edge(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        side = "start" if _called(node) == "StringStartsWith" else "end"
        part = self._argument(file, node, given, "s")
        literal = self._literal(file, node, given.get(side), "what is looked for")
        return _Text(f"{side}s_with({part.code}, {literal!r})", part.needs)

    def _since(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        part = self._argument(file, node, given, "timestamp")
        if part.code != "account.created_at":
            self._stop(file, node, "TimeSince is imported of the account's creation only")
        return _Text("account.age", frozenset({"account.age"}))

    def _labelled(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        thing = self._thing(file, node, given.get("entity"))
        label = _label_of(self._literal(file, node, given.get("label"), "a label"))
        more = set(given) - {"entity", "label"}
        if more:
            self._stop(file, node, f"HasLabel's `{min(more)}` is not imported")
        return _Text(f"labelled({thing}, {label!r})")

    def _otherwise(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        part = self._argument(file, node, given, "optional_value")
        default = self._argument(file, node, given, "default_value")
        return _Text(f"default({part.code}, {default.code})", default.needs)

    def _field(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        path = self._literal(file, node, given.get("path"), "a path")
        field = self.mapping.field(path)
        if field is None:
            self._stop(file, node, f"what is `{path}` in a message?", "say it in [paths]")
        needs = frozenset({field}) if field in OPTIONAL else frozenset()
        if field == "account.created_at":
            needs = frozenset({"account.age"})
        return _Text(field, needs)

    def _regex(self, file: str, node: ast.Call, given: Mapping[str, ast.expr]) -> _Text:
        part = self._argument(file, node, given, "target")
        pattern = self._literal(file, node, given.get("pattern"), "a pattern")
        lowered = given.get("case_insensitive")
        if isinstance(lowered, ast.Constant) and lowered.value is True:
            pattern = f"(?i){pattern}"
        return _Text(f"matches({part.code}, {pattern!r})", part.needs)

    def _argument(
        self, file: str, node: ast.Call, given: Mapping[str, ast.expr], name: str
    ) -> _Text:
        if name not in given:
            self._stop(file, node, f"{_called(node)} needs `{name}`")
        return self.expression(file, given[name])

    def _thing(self, file: str, node: ast.expr, given: ast.expr | None) -> str:
        if given is None:
            self._stop(file, node, "a label stands on an entity")
        field = self.expression(file, given).code
        if field not in THINGS:
            self._stop(file, given, f"`{field}` bears no label here", "account, channel, target")
        return THINGS[field]

    def _literal(self, file: str, node: ast.expr, given: ast.expr | None, what: str) -> str:
        place = self._resolved(file, given) if given is not None else None
        if place is not None and isinstance(place.node, ast.Constant):
            value = place.node.value
            if isinstance(value, str):
                return value
        self._stop(file, given or node, f"{what} is written as a text")

    def _resolved(self, file: str, node: ast.expr) -> Place:
        """A name of a constant is as good as the constant."""
        if isinstance(node, ast.Name):
            return self.sources.feature(file, node.id) or Place(file, node)
        return Place(file, node)

    def _stop(self, file: str, node: ast.AST, what: str, hint: str = "") -> NoReturn:
        self.sources.problem(file, node, what, hint)
        raise _StopError


def _rule_text(name: str, described: str, condition: str, measures: list[str]) -> str:
    text = json.dumps(described, ensure_ascii=False)
    lines = [
        "[[rule]]",
        f'name = "{name}"',
        'state = "shadow"',
        f"description = {{ en = {text}, fr = {text} }}",
        f"reason = {{ en = {text}, fr = {text} }}",
        f"when = {json.dumps(condition, ensure_ascii=False)}",
        f"measures = {json.dumps(measures)}",
    ]
    return "\n".join(lines) + "\n"


def _called(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return ""


def _needs(parts: list[_Text]) -> frozenset[str]:
    return frozenset().union(*(part.needs for part in parts))


def _label_of(label: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", label.lower()).strip("-") or "label"


def _length(seconds: int) -> str:
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}s"
    return f"{seconds} seconds"


def _is_number_text(code: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", code) is not None
