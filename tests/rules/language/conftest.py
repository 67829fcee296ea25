"""Messages and rule files for the tests of the rule language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rempart.model import Account, Message, MessageKind
from rempart.rules import Facts
from rempart.rules.language import Fired, Program, RuleState

BEGIN = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def rule(when: str, **more: Any) -> str:
    """A rule file with one live rule that holds the message."""
    name = more.get("name", "tried")
    measures = more.get("measures", ["hold message for 1 day"])
    lines = [
        "[[rule]]",
        f'name = "{name}"',
        f'state = "{more.get("state", "live")}"',
        'description = { en = "Tried out.", fr = "À l’essai." }',
        'reason = { en = "Tried out.", fr = "À l’essai." }',
        f"when = '''{when}'''",
        f"measures = {measures!r}",
    ]
    lines += [f"{key} = {more[key]!r}" for key in ("unknown", "error", "kinds") if key in more]
    return "\n".join(lines) + "\n"


def message(
    text: str = "hello",
    *,
    at: float = 0.0,
    account: str = "u1",
    age_days: float | None = None,
    **more: Any,
) -> Message:
    sent_at = BEGIN + timedelta(seconds=at)
    created = sent_at - timedelta(days=age_days) if age_days is not None else None
    roles = more.pop("roles", ())
    kind = MessageKind(more.pop("kind", "chat"))
    return Message(
        id=more.pop("id", f"{account}-{at}"),
        platform=more.pop("platform", "twitch"),
        channel=more.pop("channel", "lea"),
        sent_at=sent_at,
        author=Account(account, more.pop("name", None), created, roles),
        text=text,
        kind=kind,
        **more,
    )


def facts(one: Message, **more: Any) -> Facts:
    labels = more.pop("labels", {})
    return Facts(
        one,
        (),
        labels,
        max(labels.values(), default=0.0),
        more.pop("raid", None),
        more.pop("failed", ()),
        more.pop("fold", one.text.lower()),
    )


class Trial:
    """A program with its state; `tried` gives what one message calls for."""

    def __init__(self, text: str, lists: dict[str, list[str]] | None = None) -> None:
        self.program = Program({"rules.toml": text}, lists or {})
        self.state: RuleState = self.program.new_state()

    def run(self, one: Message | str, **more: Any) -> Fired:
        found = message(one) if isinstance(one, str) else one
        return self.program.run(facts(found, **more), self.state)

    def fires(self, one: Message | str, **more: Any) -> bool:
        return bool(self.run(one, **more).effects)


@pytest.fixture
def trial() -> Callable[..., Trial]:
    """`trial(condition, …)`: one live rule with this condition."""

    def make(when: str, lists: dict[str, list[str]] | None = None, **more: Any) -> Trial:
        return Trial(rule(when, **more), lists)

    return make
