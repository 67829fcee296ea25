"""Reads from the code which reasons of refusal a page can show, as templates with named holes.

An error says what was wrong in English, where it arises; no page is told beforehand which texts may
come. This follows what is handed to an error, `raise ConflictError("…", next_step="…")`, through
f-strings, constants, conditions, functions that return a text and functions that take one, over
all of `src/rempart` but the rooms below, none of whose errors reach a page. Holes are named by
their place (a, b, c …), so that a renamed variable changes no template.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "src/rempart"

NEVER_ON_A_PAGE = (
    "cli",  # told on the command line
    "train",
    "scenario",
    "disclose/rehearsal",
    "disclose/checklist",
    # read at the start: what is wrong in the settings or in the keys stops the service
    "engine/settings.py",
    "engine/settings_errors.py",
    "engine/start.py",
    "engine/shards.py",
    "connect/settings_checks.py",
    "connect/secret_file.py",
    "connect/kept.py",
    "connect/signing.py",
    "connect/capture/settings.py",
    "connect/mastodon/settings.py",
    "connect/opinion/settings.py",
    "connect/sms/settings.py",
    "connect/twitch/settings.py",
    "disclose/dossier/document/settings.py",
    "web/settings.py",
    "web/service.py",
    "web/auth/settings.py",
    "web/perspective",
    "store/sqlite/connection.py",
    "store/sqlite/migrate.py",
    "store/sqlite/subject_keys.py",
    # between programs: messages, tiles, checkpoints, proofs of the log
    "ingest/array.py",
    "ingest/compressed.py",
    "ingest/stream.py",
    "log/checkpoint.py",
    "log/commit.py",
    "log/cosignature.py",
    "log/kernel.py",
    "log/keys.py",
    "log/master_key.py",
    "log/merkle.py",
    "log/note.py",
    "log/tiles.py",
    "log/witnessing.py",
    "web/attest/witness.py",
    "store/sqlite/keys.py",
    "store/sqlite/log.py",
    "store/sqlite/sealing.py",
    "connect/mail.py",
    "connect/sms",
    "connect/transparency_database.py",
    "disclose/dossier/archive.py",
    "rules/sml",
    "web/lines/hooks.py",
    "web/api/evidence/log.py",
    "web/api/evidence/witness.py",
    "web/api/intake/hooks.py",
    "web/api/intake/mastodon.py",
    "web/api/intake/messages.py",
)
BASE = "RempartError"
TELLING = ("Mistake", "MistakeError", "Problem")
CLASS = re.compile(r"^class (\w+)\(([^)]*)\):", re.M)
HOLE = "%()s"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    path: str
    tree: ast.Module
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: module, its name
    functions: dict[str, Function] = field(default_factory=dict)
    calls: list[tuple[ast.Call, Function | None, str]] = field(default_factory=list)  # and class
    constants: dict[str, ast.expr] = field(default_factory=dict)


def reasons(root: Path = ROOT) -> dict[str, str]:
    """Each template with the first place it stands at, in the order of the files."""
    return _Reading(root).found


def on_a_page(path: str) -> bool:
    return not any(path == room or path.startswith(f"{room}/") for room in NEVER_ON_A_PAGE)


def besides(root: Path = ROOT) -> list[str]:
    """The templates written by hand in the console: texts that other libraries make."""
    tree = ast.parse((root / "web/console/refusals.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "BESIDES":
            return list(ast.literal_eval(node.value))
    raise LookupError("web/console/refusals.py has no BESIDES")


class _Reading:
    def __init__(self, root: Path) -> None:
        self.sources = {
            str(path.relative_to(root)): path.read_text("utf-8")
            for path in sorted(root.rglob("*.py"))
        }
        self.errors = self._errors()
        self.takers: dict[tuple[str, str], set[str]] = {}  # function: its parameters that are told
        self.found: dict[str, str] = {}
        telling = {*self.errors, *TELLING}
        while telling:  # then those who call what was found to take a text
            calls = re.compile(rf"\b(?:{'|'.join(telling)})\(|super\(\).__init__")
            before = set(self.takers)
            for path, source in self.sources.items():
                if on_a_page(path) and calls.search(source):
                    self._read(self.module(path))
            telling = {name for _, name in set(self.takers) - before}

    @cache  # noqa: B019 - one reading, then the process ends
    def module(self, path: str) -> Module:
        made = Module(path, ast.parse(self.sources[path]))
        _collect(made, made.tree, None, "")
        return made

    def _errors(self) -> set[str]:
        """The names of all classes of errors that explain themselves."""
        bases = [found for text in self.sources.values() for found in CLASS.findall(text)]
        names, before = {BASE}, 0
        while before != (before := len(names)):
            names |= {name for name, of in bases if names & set(re.findall(r"\w+", of))}
        return names

    def _read(self, module: Module) -> None:
        for call, function, owner in module.calls:
            for text in self._texts(module, call, owner):
                for template in self._templates(module, function, text, ()):
                    if len(re.findall(r"[^\W\d_]", template.replace(HOLE, ""))) > 2:
                        place = f"{module.path}:{text.lineno}"
                        self.found.setdefault(_lettered(template), place)
            if _name(call.func) in self.errors:
                for one in call.keywords:
                    if one.arg == "where" and isinstance(one.value, ast.Constant):
                        self._place(str(one.value.value), module.path)

    def _place(self, where: str, path: str) -> None:
        """The name of a field is told with its colon, so that no part of a text is taken for it."""
        if re.fullmatch(r"[a-z][a-z_]+", where) and not path.startswith("connect/"):
            self.found.setdefault(f"{where}:", path)

    def _texts(self, module: Module, call: ast.Call, owner: str) -> Iterator[ast.expr]:
        """What of a call is told to a person. `owner`: the class it stands in."""
        name = _name(call.func)
        named = {one.arg: one.value for one in call.keywords if one.arg}
        given = [one for one in call.args if not isinstance(one, ast.Starred)]
        if name in self.errors or (name == "__init__" and owner in self.errors):
            yield from [*given[:1], *(named[k] for k in ("what", "next_step") if k in named)]
        elif name == "MistakeError":
            yield from given[1:3]
        elif name == "Mistake":
            yield from given[3:5]
        elif name == "Problem":  # of a rule: file, line, column, end, what, hint; of HTTP: what
            yield from given[4:6] if len(given) > 3 else given[:1]
            yield from [named[k] for k in ("what", "hint", "next_step") if k in named]
        for taker in self._called(module, call):
            told, function = self.takers.get(taker), self.module(taker[0]).functions[taker[1]]
            if told:
                places = [one.arg for one in function.args.args]
                if places[:1] in (["self"], ["cls"]):
                    places = places[1:]
                yield from (one for at, one in zip(places, call.args, strict=False) if at in told)
                yield from (one for at, one in named.items() if at in told)

    def _called(self, module: Module, call: ast.Call) -> list[tuple[str, str]]:
        name = _name(call.func)
        if name in module.functions:
            return [(module.path, name)]
        if isinstance(call.func, ast.Name) and name in module.imported:
            path, there = module.imported[name]
            if path in self.sources and there in self.module(path).functions:
                return [(path, there)]
        return []

    def _templates(  # noqa: PLR0912 - one branch for each form of an expression
        self, module: Module, function: Function | None, text: ast.expr, seen: tuple[str, ...]
    ) -> Iterator[str]:
        """What an expression may say; nothing where only the running program knows."""
        again = (module, function)
        match text:
            case ast.Constant(value=str(said)):
                yield said.replace("%", "%%")
            case ast.JoinedStr():
                yield _joined(text.values)
            case ast.IfExp():
                for one in (text.body, text.orelse):
                    yield from self._templates(*again, one, seen)
            case ast.BoolOp():
                for one in text.values:
                    yield from self._templates(*again, one, seen)
            case ast.BinOp(op=ast.Add()):
                for left in self._or_hole(*again, text.left, seen):
                    for right in self._or_hole(*again, text.right, seen):
                        yield left + right
            case ast.Subscript(slice=ast.Slice(), value=value):
                yield from self._templates(*again, value, seen)
            case ast.Call(func=ast.Attribute(attr="strip" | "partition", value=value)):
                yield from self._templates(*again, value, seen)
            case ast.Name(id=name) if name not in seen:
                yield from self._named(module, function, name, (*seen, name))
            case ast.Call() if _name(text.func) not in seen:
                for path, name in self._called(module, text):
                    there, returning = self.module(path), self.module(path).functions[name]
                    for node in ast.walk(returning):
                        if isinstance(node, ast.Return) and node.value is not None:
                            yield from self._templates(there, returning, node.value, (*seen, name))

    def _or_hole(
        self, module: Module, function: Function | None, text: ast.expr, seen: tuple[str, ...]
    ) -> list[str]:
        return list(self._templates(module, function, text, seen)) or [HOLE]

    def _named(
        self, module: Module, function: Function | None, name: str, seen: tuple[str, ...]
    ) -> Iterator[str]:
        if function is not None:
            for node in ast.walk(function):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        yield from self._assigned(module, function, name, target, node.value, seen)
                elif isinstance(node, ast.NamedExpr) and node.target.id == name:
                    yield from self._templates(module, function, node.value, seen)
            taken = {one.arg for one in [*function.args.args, *function.args.kwonlyargs]}
            if name in taken:
                owner = (module.path, function.name)
                self.takers.setdefault(owner, set()).add(name)
                return
        if name in module.constants:
            yield from self._templates(module, None, module.constants[name], seen)
        elif name in module.imported:
            path, there = module.imported[name]
            if path in self.sources and there in self.module(path).constants:
                value = self.module(path).constants[there]
                yield from self._templates(self.module(path), None, value, seen)

    def _assigned(
        self,
        module: Module,
        function: Function,
        name: str,
        target: ast.expr,
        value: ast.expr,
        seen: tuple[str, ...],
    ) -> Iterator[str]:
        if isinstance(target, ast.Name) and target.id == name:
            yield from self._templates(module, function, value, seen)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, said in zip(target.elts, value.elts, strict=False):
                yield from self._assigned(module, function, name, one, said, seen)


def _collect(made: Module, within: ast.AST, function: Function | None, owner: str) -> None:
    for node in ast.iter_child_nodes(within):
        if isinstance(node, ast.Call):
            made.calls.append((node, function, owner))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rempart"):
            base = "/".join((node.module or "").split(".")[1:])
            for one in node.names:
                made.imported[one.asname or one.name] = (f"{base}.py", one.name)
        elif isinstance(node, Function):
            made.functions[node.name] = node
        elif isinstance(node, ast.Assign) and within is made.tree:
            for target in node.targets:
                made.constants[ast.unparse(target)] = node.value
        elif isinstance(node, ast.AnnAssign) and within is made.tree and node.value:
            made.constants[ast.unparse(node.target)] = node.value
        _collect(
            made,
            node,
            node if isinstance(node, Function) else function,
            node.name if isinstance(node, ast.ClassDef) else owner,
        )


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _joined(values: list[ast.expr]) -> str:
    return "".join(
        HOLE
        if isinstance(one, ast.FormattedValue)
        else str(ast.literal_eval(one)).replace("%", "%%")
        for one in values
    )


def _lettered(template: str) -> str:
    first, *others = template.split(HOLE)
    return first + "".join(f"%({chr(97 + n)})s{said}" for n, said in enumerate(others))
