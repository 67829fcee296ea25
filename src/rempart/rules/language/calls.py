"""The functions of the rule language."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import re2

from rempart.rules.language.parts import CounterPlan
from rempart.rules.language.problems import did_you_mean
from rempart.rules.language.types import Type, Typed
from rempart.rules.language.vocabulary import Field

if TYPE_CHECKING:
    from rempart.rules.language.expression import Checker

Call = Callable[["Checker", ast.Call], Typed]

SCORES: Final = (
    "hate",
    "insult",
    "threat",
    "sexual",
    "self_harm_incitement",
    "personal_data",
    "spam",
    "bad_link",
    "known_media",
)
LONGEST_WINDOW: Final = 90 * 86_400.0
SHORTEST_WINDOW: Final = 1.0
LONGEST_PATTERN: Final = 4_000


def _refuse(node: ast.AST, what: str, hint: str = "") -> Exception:
    from rempart.rules.language.expression import MistakeError

    return MistakeError(node, what, hint)


def _arguments(
    node: ast.Call, name: str, positional: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, ast.expr]:
    """Arguments by name; refuses what is missing, unknown or given twice."""
    found: dict[str, ast.expr] = {}
    if len(node.args) > len(positional):
        raise _refuse(
            node.args[len(positional)], f"{name} takes {len(positional)} in a row at most"
        )
    found.update(zip(positional, node.args, strict=False))
    known = (*positional, *optional)
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg not in known:
            raise _refuse(
                keyword.value,
                f"{name} has no argument `{keyword.arg}`",
                did_you_mean(keyword.arg or "", known),
            )
        if keyword.arg in found:
            raise _refuse(keyword.value, f"`{keyword.arg}` is given twice")
        found[keyword.arg] = keyword.value
    return found


def _text(checker: Checker, node: ast.expr, what: str) -> Typed:
    part = checker.check(node)
    if part.type is not Type.TEXT:
        raise _refuse(node, f"{what} is a text, not a {part.type}")
    return part


def _literal(checker: Checker, node: ast.expr, what: str) -> str:
    value = checker.check(node).constant
    if not isinstance(value, str) or not value:
        raise _refuse(node, f"{what} is written in the rule, as a text in quotes")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise _refuse(node, f"{what} holds half a character", "no message ever holds one")
    return value


def _two_texts(form: str) -> Call:
    def call(checker: Checker, node: ast.Call) -> Typed:
        name = ast.unparse(node.func)
        given = _need(node, name, _arguments(node, name, ("text", "part")), ("text", "part"))
        searched = _text(checker, given["text"], "what is searched")
        part = _literal(checker, given["part"], "what is looked for")
        return checker.mapped(searched, form.replace("PART", _escaped(part)), Type.BOOL)

    return call


def _escaped(part: str) -> str:
    return repr(part).replace("{", "{{").replace("}", "}}")


def _need(
    node: ast.Call, name: str, given: dict[str, ast.expr], needed: tuple[str, ...]
) -> dict[str, ast.expr]:
    for argument in needed:
        if argument not in given:
            raise _refuse(node, f"{name} needs `{argument}`")
    return given


def _matches(checker: Checker, node: ast.Call) -> Typed:
    given = _need(
        node, "matches", _arguments(node, "matches", ("text", "pattern")), ("text", "pattern")
    )
    pattern = _literal(checker, given["pattern"], "a pattern")
    if len(pattern) > LONGEST_PATTERN:
        raise _refuse(given["pattern"], f"a pattern has at most {LONGEST_PATTERN} characters")
    try:
        options = re2.Options()
        options.log_errors = False
        re2.compile(pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else error
        why = told.decode() if isinstance(told, bytes) else str(told)
        raise _refuse(
            given["pattern"],
            f"not a pattern: {why}",
            "patterns have RE2's syntax: no back-references, no look-around",
        ) from None
    subject = ast.unparse(given["text"])
    if subject in ("message.text", "message.fold"):
        checker.check(given["text"])
        return Typed(checker.parts.pattern(subject.removeprefix("message."), pattern), Type.BOOL)
    text = _text(checker, given["text"], "what is searched")
    held = checker.parts.lone_pattern(pattern)
    return checker.mapped(text, f"{held}.search({{}}) is not None", Type.BOOL)


def _in_list(checker: Checker, node: ast.Call) -> Typed:
    given = _need(node, "in_list", _arguments(node, "in_list", ("text", "list")), ("text", "list"))
    name = _literal(checker, given["list"], "the name of a list")
    if name not in checker.parts.lists:
        raise _refuse(
            given["list"],
            f"there is no list `{name}`",
            did_you_mean(name, checker.parts.lists) or "put it into lists/NAME.txt, a term a line",
        )
    subject = ast.unparse(given["text"])
    if subject not in ("message.fold", "message.text"):
        raise _refuse(given["text"], "lists are looked up in message.fold")
    return Typed(checker.parts.term_list(name), Type.BOOL)


def _score(checker: Checker, node: ast.Call) -> Typed:
    given = _need(node, "score", _arguments(node, "score", ("label",)), ("label",))
    label = _literal(checker, given["label"], "a label")
    if label not in SCORES:
        raise _refuse(given["label"], f"there is no label `{label}`", did_you_mean(label, SCORES))
    code = f"(None if f.failed else f.labels.get({label!r}, 0.0))"
    name = checker.parts.field(f"score.{label}", Field(Type.NUMBER, code, True, ""))
    return Typed(name, Type.NUMBER, maybe=True)


def _length(checker: Checker, node: ast.Call) -> Typed:
    given = _need(node, "len", _arguments(node, "len", ("of",)), ("of",))
    part = checker.check(given["of"])
    if part.type not in (Type.TEXT, Type.TEXTS):
        raise _refuse(given["of"], f"a {part.type} has no length")
    return checker.mapped(part, "len({})", Type.NUMBER)


def _known(checker: Checker, node: ast.Call) -> Typed:
    given = _need(node, "known", _arguments(node, "known", ("value",)), ("value",))
    part = checker.check(given["value"])
    return Typed(f"({part.code} is not None)" if part.maybe else "True", Type.BOOL)


def _default(checker: Checker, node: ast.Call) -> Typed:
    given = _need(
        node, "default", _arguments(node, "default", ("value", "otherwise")), ("value", "otherwise")
    )
    part, otherwise = checker.check(given["value"]), checker.check(given["otherwise"])
    if part.type is not otherwise.type:
        raise _refuse(given["otherwise"], f"{otherwise.type} in place of a {part.type}")
    if not part.maybe:
        return part
    name = checker.parts.temporary()
    code = f"({otherwise.code} if ({name} := {part.code}) is None else {name})"
    return Typed(code, part.type, otherwise.maybe)


def _capitals(checker: Checker, node: ast.Call) -> Typed:
    given = _need(node, "capitals", _arguments(node, "capitals", ("text",)), ("text",))
    text = _text(checker, given["text"], "what is looked at")
    return checker.mapped(text, "capitals({})", Type.NUMBER)


def _labelled(checker: Checker, node: ast.Call) -> Typed:
    given = _need(
        node, "labelled", _arguments(node, "labelled", ("thing", "label")), ("thing", "label")
    )
    thing = checker.check(given["thing"])
    if thing.type is not Type.THING:
        raise _refuse(given["thing"], "labels stand on account, channel, target or message")
    label = _literal(checker, given["label"], "a label")
    name = ast.unparse(given["thing"])
    code = f"asked(labels, {name!r} + '\\x1f' + {thing.code}, {label!r}, now)"
    return Typed(code, Type.BOOL)


# -- counters --------------------------------------------------------------------------------------


def _window(checker: Checker, node: ast.expr) -> float:
    part = checker.check(node)
    if part.type is not Type.DURATION or not isinstance(part.constant, float):
        raise _refuse(node, "a window is a duration written in the rule, like minutes(10)")
    if not SHORTEST_WINDOW <= part.constant <= LONGEST_WINDOW:
        raise _refuse(node, "a window has between one second and 90 days")
    return part.constant


def _key(checker: Checker, node: ast.expr) -> Typed:
    """A key is a thing, a field, or several joined: by=(account, channel)."""
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    parts: list[Typed] = []
    for one in nodes:
        part = checker.check(one)
        if part.type in (Type.TEXTS, Type.DURATION):
            raise _refuse(one, f"a {part.type} is no key")
        if isinstance(one, ast.Attribute) and ast.unparse(one) in ("message.text",):
            raise _refuse(
                one, "a key of whole texts would never end", "count by the account or the channel"
            )
        parts.append(part)
    if not parts:
        raise _refuse(node, "a key needs something to be kept by")
    codes = [
        part.code if part.type in (Type.TEXT, Type.THING) else f"str({part.code})" for part in parts
    ]
    if not any(part.maybe for part in parts):
        return Typed("(" + " + '\\x1f' + ".join(codes) + ")", Type.TEXT)
    unknown = " or ".join(f"{part.code} is None" for part in parts if part.maybe)
    return Typed(f"(None if {unknown} else " + " + '\\x1f' + ".join(codes) + ")", Type.TEXT, True)


def _plan(
    checker: Checker,
    kind: str,
    given: dict[str, ast.expr],
    over: float,
    number: float = 0.0,
) -> str:
    key = _key(checker, given["by"])
    where = Typed("True", Type.BOOL)
    if "where" in given:
        where = checker.check(given["where"])
        if where.type is not Type.BOOL:
            raise _refuse(given["where"], "`where` is a yes or no")
    value = Typed("''", Type.TEXT)
    if "of" in given:
        value = checker.check(given["of"])
        if value.type not in (Type.TEXT, Type.NUMBER, Type.THING):
            raise _refuse(given["of"], f"different {value.type}s cannot be counted")
        if value.type is Type.NUMBER:
            value = value._replace(code=f"str({value.code})")
    return checker.parts.counter(
        CounterPlan(
            kind,
            over,
            key.code,
            where.code,
            where.maybe,
            key.maybe,
            value.code,
            value.maybe,
            number,
        )
    )


def _count(checker: Checker, node: ast.Call) -> Typed:
    given = _need(
        node, "count", _arguments(node, "count", (), ("by", "over", "where")), ("by", "over")
    )
    name = _plan(checker, "count", given, _window(checker, given["over"]))
    return Typed(name, Type.NUMBER, maybe=_may_be_unknown(checker, name))


def _rate(checker: Checker, node: ast.Call) -> Typed:
    """A minute, over the window."""
    given = _need(
        node, "rate", _arguments(node, "rate", (), ("by", "over", "where")), ("by", "over")
    )
    over = _window(checker, given["over"])
    name = _plan(checker, "count", given, over)
    counted = Typed(name, Type.NUMBER, maybe=_may_be_unknown(checker, name))
    return checker.mapped(counted, f"{{}} * {60.0 / over!r}", Type.NUMBER)


def _ratio(checker: Checker, node: ast.Call) -> Typed:
    """The rate in the window against the key's own rate in the longer window before it."""
    names = ("by", "over", "baseline", "where")
    given = _need(node, "ratio", _arguments(node, "ratio", (), names), ("by", "over", "baseline"))
    over, baseline = _window(checker, given["over"]), _window(checker, given["baseline"])
    if baseline < 4 * over:
        raise _refuse(given["baseline"], "a baseline is at least four times as long as the window")
    short = _plan(checker, "count", given, over)
    long = _plan(checker, "count", given, baseline)
    number = long[1:]
    ratio = f"own_ratio({short}, keepers[{number}], k{number}, now, {over!r})"
    code = f"(None if {short} is None or {long} is None else {ratio})"
    return Typed(code, Type.NUMBER, maybe=True)


def _distinct(checker: Checker, node: ast.Call) -> Typed:
    names = ("by", "over", "where")
    given = _need(
        node, "distinct", _arguments(node, "distinct", ("of",), names), ("of", "by", "over")
    )
    name = _plan(checker, "distinct", given, _window(checker, given["over"]))
    return Typed(name, Type.NUMBER, maybe=_may_be_unknown(checker, name))


def _crossed(checker: Checker, node: ast.Call) -> Typed:
    names = ("by", "over", "where")
    given = _need(
        node, "crossed", _arguments(node, "crossed", ("number",), names), ("number", "by", "over")
    )
    number = checker.check(given["number"]).constant
    if isinstance(number, bool) or not isinstance(number, int | float) or number < 1:
        raise _refuse(given["number"], "crossed takes a number from 1 on, written in the rule")
    name = _plan(checker, "crossed", given, _window(checker, given["over"]), float(number))
    return Typed(name, Type.BOOL, maybe=_may_be_unknown(checker, name))


def _over_budget(checker: Checker, node: ast.Call) -> Typed:
    names = ("by", "size", "every", "where")
    given = _need(
        node, "over_budget", _arguments(node, "over_budget", (), names), ("by", "size", "every")
    )
    size = checker.check(given["size"]).constant
    if isinstance(size, bool) or not isinstance(size, int | float) or size < 1:
        raise _refuse(given["size"], "a budget's size is a number from 1 on, written in the rule")
    name = _plan(checker, "budget", given, _window(checker, given["every"]), float(size))
    return Typed(name, Type.BOOL, maybe=_may_be_unknown(checker, name))


def _may_be_unknown(checker: Checker, name: str) -> bool:
    plan = list(checker.parts.counters)[int(name[1:])]
    return plan.key_maybe or plan.where_maybe or plan.value_maybe


CALLS: Final[dict[str, Call]] = {
    "capitals": _capitals,
    "contains": _two_texts("PART in {}"),
    "count": _count,
    "crossed": _crossed,
    "default": _default,
    "distinct": _distinct,
    "ends_with": _two_texts("{}.endswith(PART)"),
    "in_list": _in_list,
    "known": _known,
    "labelled": _labelled,
    "len": _length,
    "matches": _matches,
    "over_budget": _over_budget,
    "rate": _rate,
    "ratio": _ratio,
    "score": _score,
    "starts_with": _two_texts("{}.startswith(PART)"),
}
