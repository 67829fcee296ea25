"""A second, plain reading of SML, to compare with: it walks the syntax tree for each event.

It shares nothing with the importer: Python's `re`, values straight from the message's JSON, labels
in a dictionary. What is missing makes everything that depends on it missing, and a rule with
anything missing does not fire. Slow, and meant to be.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any


class Missing(Exception):
    """A feature that depends on this has no value."""


class Oracle:
    def __init__(self, files: Mapping[str, str]) -> None:
        self.trees = {name: ast.parse(text) for name, text in files.items()}
        self.names: dict[str, ast.expr] = {}
        for tree in self.trees.values():
            for node in tree.body:
                if isinstance(node, ast.Assign):
                    self.names[node.targets[0].id] = node.value  # type: ignore[attr-defined]
                elif isinstance(node, ast.AnnAssign):
                    self.names[node.target.id] = node.value  # type: ignore
        self.labels: dict[tuple[str, str, str], float] = {}
        self.event: dict[str, Any] = {}
        self.now = 0.0

    def run(self, event: dict[str, Any]) -> tuple[list[str], list[str]]:
        """Verdicts and label effects of one event; the labels hold from the next one on."""
        self.event = event
        self.now = datetime.fromisoformat(event["sent_at"]).timestamp()
        verdicts: list[str] = []
        effects: list[tuple[str, str, str, float | None]] = []
        self._file("main.sml", verdicts, effects)
        for kind, thing, label, seconds in effects:
            key = (kind, thing, label)
            if seconds is None:
                self.labels.pop(key, None)
            else:
                self.labels[key] = max(self.labels.get(key, 0.0), self.now + seconds)
        told = sorted({f"{k} {label} {'off' if s is None else 'on'}" for k, _, label, s in effects})
        return sorted(set(verdicts)), told

    def _file(self, name: str, verdicts: list[str], effects: list[Any]) -> None:
        for node in self.trees[name].body:
            call = node.value if isinstance(node, ast.Expr) else None
            if not isinstance(call, ast.Call):
                continue
            given = {k.arg: k.value for k in call.keywords}
            if call.func.id == "Require":  # type: ignore[attr-defined]
                if "require_if" not in given or self._true(given["require_if"]):
                    self._file(given["rule"].value, verdicts, effects)  # type: ignore
            elif call.func.id == "WhenRules":  # type: ignore[attr-defined]
                rules = given["rules_any"].elts  # type: ignore[attr-defined]
                if any(self._fires(self.names[rule.id]) for rule in rules):
                    for effect in given["then"].elts:  # type: ignore[attr-defined]
                        self._effect(effect, verdicts, effects)

    def _fires(self, rule: ast.expr) -> bool:
        signals = next(k.value for k in rule.keywords if k.arg == "when_all")  # type: ignore
        try:
            return all(bool(self.value(signal)) for signal in signals.elts)
        except Missing:
            return False

    def _true(self, node: ast.expr) -> bool:
        try:
            return bool(self.value(node))
        except Missing:
            return False

    def _effect(self, node: Any, verdicts: list[str], effects: list[Any]) -> None:
        given = {k.arg: k.value for k in node.keywords}
        if node.func.id == "DeclareVerdict":
            verdicts.append(given["verdict"].value)
            return
        kind = self.names[given["entity"].id].keywords[0].value.value  # type: ignore
        thing = self.value(given["entity"])
        seconds = None
        if node.func.id == "LabelAdd":
            sizes = {"minutes": 60, "hours": 3_600, "days": 86_400}
            units = {k.arg: k.value.value for k in given["expires_after"].keywords}
            seconds = float(sum(sizes[unit] * number for unit, number in units.items()))
        effects.append((kind, thing, given["label"].value, seconds))

    def value(self, node: Any) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.value(self.names[node.id])
        if isinstance(node, ast.List):
            return [self.value(one) for one in node.elts]
        if isinstance(node, ast.BoolOp):
            values = [bool(self.value(one)) for one in node.values]  # no short cut: all are needed
            return all(values) if isinstance(node.op, ast.And) else any(values)
        if isinstance(node, ast.UnaryOp):
            return not self.value(node.operand)
        if isinstance(node, ast.Compare):
            left, right = self.value(node.left), self.value(node.comparators[0])
            return {
                ast.Lt: lambda: left < right,
                ast.Gt: lambda: left > right,
                ast.GtE: lambda: left >= right,
                ast.Eq: lambda: left == right,
                ast.NotEq: lambda: left != right,
                ast.In: lambda: left in right,
            }[type(node.ops[0])]()
        given = {k.arg: k.value for k in node.keywords}
        return getattr(self, "f_" + node.func.id)(given)

    def f_JsonData(self, given: Any) -> Any:
        path = given["path"].value.removeprefix("$.")
        if path == "targets[0]":
            return (self.event.get("targets") or [self.event["channel"]])[0]
        if path == "kind":
            return self.event.get("kind", "chat")
        value: Any = self.event
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            if path in ("links", "author.roles"):
                return []
            raise Missing(path)
        return value

    f_EntityJson = f_JsonData

    def f_RegexMatch(self, given: Any) -> bool:
        lowered = "case_insensitive" in given and given["case_insensitive"].value
        flags = re.IGNORECASE if lowered else 0
        return re.search(given["pattern"].value, self.value(given["target"]), flags) is not None

    def f_StringLength(self, given: Any) -> int:
        return len(self.value(given["s"]))

    def f_ListLength(self, given: Any) -> int:
        return len(self.value(given["list"]))

    def f_StringStartsWith(self, given: Any) -> bool:
        return bool(self.value(given["s"]).startswith(given["start"].value))

    def f_StringEndsWith(self, given: Any) -> bool:
        return bool(self.value(given["s"]).endswith(given["end"].value))

    def f_TimeSince(self, given: Any) -> float:
        return self.now - datetime.fromisoformat(self.value(given["timestamp"])).timestamp()

    def f_HasLabel(self, given: Any) -> bool:
        kind = self.names[given["entity"].id].keywords[0].value.value  # type: ignore
        key = (kind, self.value(given["entity"]), given["label"].value)
        return self.labels.get(key, 0.0) > self.now

    def f_ResolveOptional(self, given: Any) -> Any:
        try:
            return self.value(given["optional_value"])
        except Missing:
            return self.value(given["default_value"])
