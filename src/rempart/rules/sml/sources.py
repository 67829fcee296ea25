"""SML files read into statements: features, rules, and what is wired to what."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final, NamedTuple

from rempart.rules.language.problems import Problem, did_you_mean

MAIN: Final = "main.sml"


class Place(NamedTuple):
    """A node with the file it stands in."""

    file: str
    node: ast.expr


class Wiring(NamedTuple):
    """One `WhenRules`: it holds where all `conditions` (of the files that require it) hold."""

    file: str
    node: ast.Call
    conditions: tuple[Place, ...]


class Sources:
    """All files that are reached from the entry point. `features`: the expression of each name."""

    def __init__(self, files: Mapping[str, str], main: str = MAIN) -> None:
        self.files = files
        self.features: dict[str, Place] = {}
        self.local: dict[tuple[str, str], Place] = {}
        self.wirings: list[Wiring] = []
        self.problems: list[Problem] = []
        self._read: set[tuple[str, bool]] = set()
        if main not in files:
            self.problems.append(Problem(main, 1, 0, 1, "this file is missing", "name --main"))
            return
        self._file(main, (), wired=True)

    def feature(self, file: str, name: str) -> Place | None:
        """Names that begin with `_` are known in their own file only."""
        return self.local.get((file, name)) if name.startswith("_") else self.features.get(name)

    def problem(self, file: str, node: ast.AST, what: str, hint: str = "") -> None:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        lines = self.files.get(file, "").splitlines()
        source = lines[line - 1] if line <= len(lines) else ""
        end = getattr(node, "end_col_offset", column + 1)
        if getattr(node, "end_lineno", line) != line:
            end = len(source)
        self.problems.append(Problem(file, line, column, end, what, hint, source))

    def _file(self, file: str, conditions: tuple[Place, ...], *, wired: bool) -> None:
        if (file, wired) in self._read and not conditions:
            return
        self._read.add((file, wired))
        try:
            tree = ast.parse(self.files[file], file)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", 1) or 1
            column = max(0, (getattr(error, "offset", 1) or 1) - 1)
            what = f"not SML: {getattr(error, 'msg', error)}"
            self.problems.append(Problem(file, line, column, column + 1, what))
            return
        for statement in tree.body:
            self._statement(file, statement, conditions, wired=wired)

    def _statement(
        self, file: str, statement: ast.stmt, conditions: tuple[Place, ...], *, wired: bool
    ) -> None:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if len(targets) == 1 and isinstance(targets[0], ast.Name) and statement.value:
                self._assign(file, targets[0].id, statement.value)
                return
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name == "Import":
                for path in self._paths(file, call, "rules"):
                    self._file(path, (), wired=False)
                return
            if name == "Require":
                self._require(file, call, conditions, wired=wired)
                return
            if name == "WhenRules":
                if wired:
                    self.wirings.append(Wiring(file, call, conditions))
                return
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            return  # a text that explains
        self.problem(
            file, statement, "this statement is not imported", "features, rules, WhenRules"
        )

    def _assign(self, file: str, name: str, value: ast.expr) -> None:
        place = Place(file, value)
        if name.startswith("_"):
            self.local[file, name] = place
            return
        known = self.features.get(name)
        if known is not None and (known.file, ast.dump(known.node)) != (file, ast.dump(value)):
            self.problem(file, value, f"`{name}` is assigned twice", f"first in {known.file}")
        self.features.setdefault(name, place)

    def _require(
        self, file: str, call: ast.Call, conditions: tuple[Place, ...], *, wired: bool
    ) -> None:
        arguments = arguments_of(call)
        more = conditions
        if "require_if" in arguments:
            more = (*conditions, Place(file, arguments["require_if"]))
        for path in self._paths(file, call, "rule"):
            self._file(path, more, wired=wired)

    def _paths(self, file: str, call: ast.Call, argument: str) -> list[str]:
        given = arguments_of(call).get(argument)
        nodes = given.elts if isinstance(given, ast.List) else [given] if given else []
        found: list[str] = []
        for node in nodes:
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                self.problem(file, node, "a path is written as a text here", "no f-strings")
            elif node.value not in self.files:
                what = f"there is no file `{node.value}`"
                self.problem(file, node, what, did_you_mean(node.value, self.files))
            else:
                found.append(node.value)
        return found


def arguments_of(call: ast.Call) -> dict[str, ast.expr]:
    """SML's arguments always have names."""
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
