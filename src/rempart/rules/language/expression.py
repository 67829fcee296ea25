"""From the text of a condition to checked Python code.

The condition is an expression in a subset of Python's syntax: parsed by `ast`, checked and
translated here, never given to Python's own `eval`. Every mistake is reported with its place; an
expression that is refused yields no code at all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from rempart.rules.language.calls import CALLS, Call
from rempart.rules.language.parts import Parts
from rempart.rules.language.problems import did_you_mean
from rempart.rules.language.types import Type, Typed
from rempart.rules.language.vocabulary import CHOICES, DURATIONS, FIELDS, THINGS, Field

_COMPARE: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_ARITHMETIC: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_ORDERED: Final = (Type.NUMBER, Type.DURATION)
LONGEST: Final = 8_000
DEEPEST: Final = 60
LARGEST: Final = 20 * LONGEST
"""Characters of generated code: the middle of `a < b < c` is written twice, and nested so again and
again would double with every step."""


class Vocabulary(NamedTuple):
    """What a condition may name: fields, things that bear labels, functions; `choices` of fields
    with few values."""

    fields: Mapping[str, Field]
    things: Mapping[str, str]
    calls: Mapping[str, Call]
    choices: Mapping[str, tuple[str, ...]]


MESSAGES: Final = Vocabulary(FIELDS, THINGS, CALLS, CHOICES)
"""What rules over messages may name."""


class Mistake(NamedTuple):
    """A mistake at a place of the expression: 1-based line and 0-based columns within it."""

    line: int
    column: int
    end: int
    what: str
    hint: str = ""


class MistakeError(Exception):
    def __init__(self, node: ast.AST, what: str, hint: str = "") -> None:
        super().__init__(what)
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        same = getattr(node, "end_lineno", line) == line
        end = getattr(node, "end_col_offset", column + 1) if same else column + 1
        self.mistake = Mistake(line, column, end, what, hint)


def check(text: str, vocabulary: Vocabulary, parts: Parts) -> Typed | Mistake:
    """The checked expression, which must be a yes or no; or the first mistake in it. `parts`
    collects the counters, patterns and lists that it needs."""
    if len(text) > LONGEST:
        return Mistake(1, 0, 1, f"the condition has more than {LONGEST} characters")
    try:
        tree = ast.parse(f"(\n{text}\n)", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        lines = text.split("\n")
        line = max(1, (getattr(error, "lineno", 1) or 1) - 1)
        column = max(0, (getattr(error, "offset", 1) or 1) - 1)
        if line > len(lines):  # it wanted more than there is
            line, column = len(lines), len(lines[-1])
        what = f"not an expression: {getattr(error, 'msg', None) or error}"
        return Mistake(
            line, column, column + 1, what, "conditions use and, or, not, <, ==, in, calls"
        )
    try:
        return Checker(vocabulary, parts).condition(tree.body)
    except MistakeError as error:
        mistake = error.mistake
        return mistake._replace(line=mistake.line - 1)


class Checker:
    """Checks and translates one expression."""

    def __init__(self, vocabulary: Vocabulary, parts: Parts) -> None:
        self.vocabulary = vocabulary
        self.fields = vocabulary.fields
        self.parts = parts
        self._depth = 0

    def condition(self, node: ast.expr) -> Typed:
        """The whole condition: a yes or no."""
        found = self.check(node)
        if found.type is not Type.BOOL:
            raise MistakeError(
                node, f"a condition is a yes or no, this is a {found.type}", "compare it"
            )
        return found

    def check(self, node: ast.expr) -> Typed:
        self._depth += 1
        if self._depth > DEEPEST:
            raise MistakeError(node, "the condition is nested too deeply")
        try:
            handler = _HANDLERS.get(type(node))
            if handler is None:
                raise MistakeError(
                    node,
                    f"{_kind_of(node)} has no place in a condition",
                    "conditions use fields, numbers, texts, and, or, not, comparisons and calls",
                )
            found = handler(self, node)
            if len(found.code) > LARGEST:
                raise MistakeError(
                    node,
                    "the condition grows too large",
                    "chained comparisons inside each other: join two with `and`",
                )
            return found
        finally:
            self._depth -= 1

    # -- leaves ------------------------------------------------------------------------------

    def constant(self, node: ast.Constant) -> Typed:
        value = node.value
        if isinstance(value, bool):
            return Typed(repr(value), Type.BOOL, constant=value)
        if isinstance(value, int | float):
            if not abs(value) <= 1e15:
                raise MistakeError(node, "a number this large has no meaning here")
            return Typed(repr(value), Type.NUMBER, constant=value)
        if isinstance(value, str):
            return Typed(repr(value), Type.TEXT, constant=value)
        raise MistakeError(node, f"{value!r} is not a number, a text, True or False")

    def name(self, node: ast.expr) -> Typed:
        path = _path_of(node)
        if path is None:
            raise MistakeError(node, "only fields like account.age are known here")
        things = self.vocabulary.things
        if path in things and path not in self.fields:
            key = Field(Type.THING, things[path], False, "its key")
            return Typed(self.parts.field(f"key.{path}", key), Type.THING)
        field = self.fields.get(path)
        if field is None:
            root = path.split(".", 1)[0]
            known = [name for name in self.fields if name.startswith(root)] or list(self.fields)
            what = f"there is no field `{path}`"
            raise MistakeError(
                node, what, did_you_mean(path, known) or did_you_mean(path, self.fields)
            )
        return Typed(self.parts.field(path, field), field.type, field.maybe)

    def texts(self, node: ast.expr) -> Typed:
        values: list[str] = []
        for item in node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else ():
            if not (isinstance(item, ast.Constant) and isinstance(item.value, str)):
                raise MistakeError(item, "a list holds texts only, like ('vip', 'moderator')")
            values.append(item.value)
        held = tuple(values)
        return Typed(repr(frozenset(held)) if held else "()", Type.TEXTS, constant=held)

    # -- logic -------------------------------------------------------------------------------

    def logic(self, node: ast.BoolOp) -> Typed:
        parts = [self._yes_or_no(value) for value in node.values]
        word = "and" if isinstance(node.op, ast.And) else "or"
        if not any(part.maybe for part in parts):
            return Typed(f"({f' {word} '.join(part.code for part in parts)})", Type.BOOL)
        stop = "False" if word == "and" else "True"
        other = "True" if word == "and" else "False"
        names = [self.parts.temporary() for _ in parts]
        tests = "".join(
            f"{stop} if ({name} := {part.code}) is {stop} else "
            for name, part in zip(names, parts, strict=True)
        )
        unknown = " or ".join(f"{name} is None" for name in names)
        return Typed(f"({tests}None if {unknown} else {other})", Type.BOOL, maybe=True)

    def unary(self, node: ast.UnaryOp) -> Typed:
        if isinstance(node.op, ast.Not):
            part = self._yes_or_no(node.operand)
            if not part.maybe:
                return Typed(f"(not {part.code})", Type.BOOL)
            return self._mapped(part, "not {}", Type.BOOL)
        part = self.check(node.operand)
        if isinstance(node.op, ast.USub) and part.type is Type.NUMBER:
            if isinstance(part.constant, int | float):
                return Typed(f"(-{part.code})", Type.NUMBER, constant=-part.constant)
            return self._mapped(part, "-{}", Type.NUMBER)
        raise MistakeError(node, f"this sign does not fit a {part.type}")

    def _yes_or_no(self, node: ast.expr) -> Typed:
        part = self.check(node)
        if part.type is not Type.BOOL:
            raise MistakeError(
                node, f"and, or, not join yes-or-no parts, this is a {part.type}", "compare it"
            )
        return part

    # -- comparisons and arithmetic ----------------------------------------------------------

    def compare(self, node: ast.Compare) -> Typed:
        left_node: ast.expr = node.left
        left = self.check(left_node)
        links: list[Typed] = []
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.check(right_node)
            links.append(self._link(op, left_node, left, right_node, right))
            left_node, left = right_node, right
        if len(links) == 1:
            return links[0]
        if not any(link.maybe for link in links):
            return Typed(f"({' and '.join(link.code for link in links)})", Type.BOOL)
        names = [self.parts.temporary() for _ in links]
        tests = "".join(
            f"False if ({name} := {link.code}) is False else "
            for name, link in zip(names, links, strict=True)
        )
        unknown = " or ".join(f"{name} is None" for name in names)
        return Typed(f"({tests}None if {unknown} else True)", Type.BOOL, maybe=True)

    def _link(
        self, op: ast.cmpop, at: ast.expr, left: Typed, right_at: ast.expr, right: Typed
    ) -> Typed:
        if isinstance(op, ast.In | ast.NotIn):
            return self._within(op, at, left, right_at, right)
        sign = _COMPARE.get(type(op))
        if sign is None:
            raise MistakeError(right_at, "`is` has no place here", "write == or known(…)")
        if left.type is not right.type or left.type in (Type.TEXTS, Type.THING):
            hint = ""
            if {left.type, right.type} == {Type.DURATION, Type.NUMBER}:
                hint = "write the duration with its unit, like days(2)"
            raise MistakeError(
                right_at, f"a {left.type} cannot be compared with a {right.type}", hint
            )
        if sign not in ("==", "!=") and left.type not in _ORDERED:
            raise MistakeError(right_at, f"a {left.type} has no order: only == and != fit")
        self._check_choice(at, left, right_at, right)
        return self._joined(left, right, sign, Type.BOOL)

    def _within(
        self, op: ast.cmpop, at: ast.expr, left: Typed, right_at: ast.expr, right: Typed
    ) -> Typed:
        sign = "in" if isinstance(op, ast.In) else "not in"
        if left.type is not Type.TEXT or right.type is not Type.TEXTS:
            hint = "for a part of a text write contains(message.fold, 'part')"
            raise MistakeError(
                right_at,
                f"`in` finds a text in a list of texts, not a {left.type} in a {right.type}",
                hint if right.type is Type.TEXT else "",
            )
        if isinstance(right.constant, tuple):
            for value in right.constant:
                self._check_choice(
                    at, left, right_at, Typed(repr(value), Type.TEXT, constant=value)
                )
        return self._joined(left, right, sign, Type.BOOL)

    def _check_choice(self, at: ast.expr, left: Typed, right_at: ast.expr, right: Typed) -> None:
        for one, node, other, place in ((at, at, right, right_at), (right_at, right_at, left, at)):
            choices = self.vocabulary.choices.get(_path_of(one) or "")
            value = other.constant
            if choices and isinstance(value, str) and value not in choices:
                raise MistakeError(
                    place,
                    f"`{_path_of(node)}` is never {value!r}",
                    did_you_mean(value, choices) or f"known: {', '.join(choices)}",
                )

    def arithmetic(self, node: ast.BinOp) -> Typed:
        sign = _ARITHMETIC.get(type(node.op))
        if sign is None:
            raise MistakeError(node, "only +, -, * and / are known here")
        left, right = self.check(node.left), self.check(node.right)
        kinds = (left.type, right.type)
        if kinds == (Type.NUMBER, Type.NUMBER):
            kind = Type.NUMBER
        elif kinds == (Type.DURATION, Type.DURATION) and sign in "+-":
            kind = Type.DURATION
        elif kinds == (Type.DURATION, Type.DURATION) and sign == "/":
            kind = Type.NUMBER
        elif kinds in ((Type.DURATION, Type.NUMBER), (Type.NUMBER, Type.DURATION)) and sign == "*":
            kind = Type.DURATION
        else:
            raise MistakeError(node, f"a {left.type} {sign} a {right.type} has no meaning")
        if sign == "/" and not right.constant:
            # divided by nothing: unknown
            right = Typed(f"({right.code} or None)", right.type, maybe=True)
        return self._joined(left, right, sign, kind)

    # -- calls -------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> Typed:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in DURATIONS:
            return self._duration(node, name)
        calls = self.vocabulary.calls
        known: Call | None = calls.get(name)
        if known is None and name in CALLS:
            raise MistakeError(
                node.func,
                f"`{name}` looks at messages, and this rule at raids",
                f"known here: {', '.join(calls)}",
            )
        if known is None:
            raise MistakeError(
                node.func,
                f"there is no function `{ast.unparse(node.func)}`",
                did_you_mean(name, [*calls, *DURATIONS]),
            )
        return known(self, node)

    def _duration(self, node: ast.Call, name: str) -> Typed:
        if len(node.args) != 1 or node.keywords:
            raise MistakeError(node, f"{name} takes one number, like {name}(10)")
        amount = self.check(node.args[0]).constant
        if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0:
            raise MistakeError(node.args[0], f"{name} takes one number above 0")
        length = amount * DURATIONS[name]
        return Typed(repr(float(length)), Type.DURATION, constant=float(length))

    # -- unknown values ----------------------------------------------------------------------

    def _mapped(self, part: Typed, form: str, kind: Type) -> Typed:
        if not part.maybe:
            return Typed(f"({form.format(part.code)})", kind)
        test, name = self._held(part)
        return Typed(f"(None if {test} is None else ({form.format(name)}))", kind, maybe=True)

    def _joined(self, left: Typed, right: Typed, sign: str, kind: Type) -> Typed:
        tests: list[str] = []
        names: list[str] = []
        for part in (left, right):
            test, name = self._held(part) if part.maybe else ("", part.code)
            names.append(name)
            if test:
                tests.append(f"{test} is None")
        joined = f"{names[0]} {sign} {names[1]}"
        if not tests:
            return Typed(f"({joined})", kind)
        return Typed(f"(None if {' or '.join(tests)} else {joined})", kind, maybe=True)

    def _held(self, part: Typed) -> tuple[str, str]:
        """Code that computes the part once, and the name that holds it then."""
        if part.code.isidentifier():
            return part.code, part.code
        name = self.parts.temporary()
        return f"({name} := {part.code})", name

    def mapped(self, part: Typed, form: str, kind: Type) -> Typed:
        """`form` with `{}` for the part's value; unknown where the part is unknown."""
        return self._mapped(part, form, kind)


def _path_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _path_of(node.value)
        return f"{before}.{node.attr}" if before is not None else None
    return None


def _kind_of(node: ast.AST) -> str:
    names = {
        ast.Lambda: "a lambda",
        ast.ListComp: "a comprehension",
        ast.GeneratorExp: "a comprehension",
        ast.Subscript: "an index",
        ast.JoinedStr: "an f-string",
        ast.IfExp: "if … else",
        ast.NamedExpr: ":=",
        ast.Dict: "a dictionary",
        ast.Await: "await",
        ast.Starred: "a star",
    }
    return names.get(type(node), type(node).__name__.lower())


_Handler = Callable[[Checker, ast.expr], Typed]
_HANDLERS: Final[dict[type[ast.expr], _Handler]] = {
    ast.Constant: Checker.constant,  # type: ignore[dict-item]
    ast.Name: Checker.name,
    ast.Attribute: Checker.name,
    ast.Tuple: Checker.texts,
    ast.List: Checker.texts,
    ast.Set: Checker.texts,
    ast.BoolOp: Checker.logic,  # type: ignore[dict-item]
    ast.UnaryOp: Checker.unary,  # type: ignore[dict-item]
    ast.Compare: Checker.compare,  # type: ignore[dict-item]
    ast.BinOp: Checker.arithmetic,  # type: ignore[dict-item]
    ast.Call: Checker.call,  # type: ignore[dict-item]
}
