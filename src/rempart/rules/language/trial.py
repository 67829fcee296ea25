"""The tests that stand beside a rule: a message, what came before it, and what must follow.

```toml
[[rule.test]]
name = "the sixth message within a minute"
before = [{ at = 0 }, { at = 5 }, { at = 10 }, { at = 15 }, { at = 20 }]
message = { at = 25, text = "again" }
expect = ["mute account"]                  # [] means: nothing
```

Fields of a test's message, all optional: `text`, `at` (seconds), `account`, `account_age`
("2 days"), `name`, `roles`, `links`, `media` (a number), `kind`, `private`, `platform`, `channel`,
`targets`, `labels` (`{ insult = 0.9 }`), `raid` (a stage), `member`, `failed`. The rule is tried
alone and as if it were live, whatever its state. A rule over raids has a `raid` in its place:
`kind`, `stage`, `confidence`, `members` and `core` (numbers), `messages`, `length`, `target`,
`channel`, `platform`, `returns`, `earlier`, `returning`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec

from rempart.model import Account, Media, Member, Message, MessageKind, Raid, RaidKind, RaidStage
from rempart.rules.interface import Facts, RaidTouch
from rempart.rules.language.measures import UNITS
from rempart.rules.language.problems import Problem, RuleProblemsError, did_you_mean
from rempart.rules.language.program import Program
from rempart.rules.language.raids import Past, RaidFacts
from rempart.rules.language.source import RuleSource, RuleTest

BEGIN: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_AGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(second|minute|hour|day)s?")


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """A test's message as it is written."""

    text: str = "hello"
    at: float = 0.0
    account: str = "someone"
    account_age: str | None = None
    name: str | None = None
    roles: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    kind: MessageKind = MessageKind.CHAT
    private: bool = False
    platform: str = "test"
    channel: str = "here"
    targets: tuple[str, ...] = ()
    labels: dict[str, float] = {}
    raid: RaidStage | None = None
    member: bool = True
    failed: tuple[str, ...] = ()
    reply_to: str | None = None


class _WrittenRaid(msgspec.Struct, forbid_unknown_fields=True):
    """A test's raid as it is written."""

    kind: RaidKind = RaidKind.BOT_RAID
    stage: RaidStage = RaidStage.ATTACK
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.99
    members: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 20
    core: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    messages: Annotated[int, msgspec.Meta(ge=0)] = 100
    length: str = "1 minute"
    target: str = "here"
    channel: str = "here"
    platform: str = "test"
    returns: bool = False
    earlier: Annotated[int, msgspec.Meta(ge=0, le=1_000)] | None = None
    returning: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class TrialResult(msgspec.Struct, frozen=True):
    """`found`: what the rule called for, as kinds with scopes; `error` when it failed."""

    rule: str
    test: str
    file: str
    line: int
    passed: bool
    expected: tuple[str, ...]
    found: tuple[str, ...]
    error: str = ""


def run_tests(
    program: Program, fold: Callable[[Sequence[str]], Sequence[str]]
) -> list[TrialResult]:
    """Every test of every rule, each on a fresh state. RuleProblemsError: a test is miswritten."""
    problems: list[Problem] = []
    results: list[TrialResult] = []
    for rule in program.rules:
        if not rule.tests:
            continue
        alone = program.only(rule.name)
        for test in rule.tests:
            try:
                results.append(_run(alone, rule, test, fold))
            except (msgspec.ValidationError, ValueError, OverflowError) as error:
                hint = ""
                unknown = re.search(r"unknown field `([^`]+)`", str(error))
                if unknown:
                    written = _WrittenRaid if rule.on == "raid" else _Written
                    hint = did_you_mean(unknown[1], written.__struct_fields__)
                what = f"a test's {rule.on} is wrong: {error} (rule `{rule.name}`)"
                problems.append(Problem(rule.file, test.line, 0, 13, what, hint, "[[rule.test]]"))
    if problems:
        raise RuleProblemsError(problems)
    return results


def _run(
    program: Program,
    rule: RuleSource,
    test: RuleTest,
    fold: Callable[[Sequence[str]], Sequence[str]],
) -> TrialResult:
    state = program.new_state()
    if rule.on == "raid":
        fired = program.run_raid(_raid_facts(test.message), state)
    else:
        for number, row in enumerate(test.before):
            program.run(_facts(row, number, fold), state)
        fired = program.run(_facts(test.message, len(test.before), fold), state)
    found = tuple(sorted({f"{one.kind.value} {one.scope.value}" for one in fired.effects}))
    if any(name == rule.name for name in fired.labelled):
        found = (*found, *(f"label {one.thing}" for one in rule.labellings if one.on))
    expected = tuple(sorted(_short(text) for text in test.expect))
    error = "; ".join(why for _, why in fired.errors)
    passed = sorted(found) == list(expected) and not error
    return TrialResult(
        rule.name, test.name, rule.file, test.line, passed, expected, tuple(sorted(found)), error
    )


def _short(text: str) -> str:
    """Kind and scope of an expected measure: its length is not compared."""
    return " ".join(text.replace("-", "_").split()[:2])


def _facts(
    row: Mapping[str, Any], number: int, fold: Callable[[Sequence[str]], Sequence[str]]
) -> Facts:
    written = msgspec.convert(row, _Written)
    sent_at = BEGIN + timedelta(seconds=written.at)
    created = sent_at - _age(written.account_age) if written.account_age else None
    message = Message(
        id=f"test-{number}",
        platform=written.platform,
        channel=written.channel,
        sent_at=sent_at,
        author=Account(written.account, written.name, created, written.roles),
        text=written.text,
        targets=written.targets,
        reply_to=written.reply_to,
        kind=written.kind,
        private=written.private,
        links=written.links,
        media=tuple(Media(f"media-{place}") for place in range(written.media)),
    )
    touch = None
    if written.raid is not None:
        touch = RaidTouch("r-test", written.raid, written.member, ())
    abuse = max(written.labels.values(), default=0.0)
    (folded,) = fold([written.text])
    return Facts(message, (), dict(written.labels), abuse, touch, written.failed, folded)


def _raid_facts(row: Mapping[str, Any]) -> RaidFacts:
    written = msgspec.convert(row, _WrittenRaid)
    core = written.members if written.core is None else written.core
    end = BEGIN + _age(written.length)
    raid = Raid(
        id="r-test",
        platform=written.platform,
        channel=written.channel,
        target=written.target,
        stage=written.stage,
        kind=written.kind,
        begin=BEGIN,
        end=end,
        members=tuple(
            Member(f"member-{place}", core=place < core) for place in range(written.members)
        ),
        messages=written.messages,
        confidence=written.confidence,
    )
    earlier = int(written.returns) if written.earlier is None else written.earlier
    return RaidFacts(raid, Past("c-test", earlier, written.returning), end.timestamp())


def _age(text: str) -> timedelta:
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a length of time, like `2 days`")
    return timedelta(seconds=float(found[1]) * UNITS[found[2]])
