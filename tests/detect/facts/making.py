"""Facts and messages for the tests of protected facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rempart.detect.facts.finder import FactFinder, FactMatch
from rempart.detect.facts.forms import FactKind, forms_of
from rempart.detect.facts.table import Fact, FactTable, make_entries
from rempart.detect.text.fold import fold
from rempart.model import Account, Message

SITE = b"s" * 32
AT = datetime(2026, 3, 1, 20, tzinfo=UTC)


def fact(kind: FactKind, text: str, target: str = "lea", *, everyone: bool = False) -> Fact:
    key = (text.encode() * 32)[:32]
    entries = make_entries(SITE, key, forms_of(kind, text, everyone=everyone))
    return Fact(f"f-{kind}-{len(text)}", target, key, entries, everyone)


def table(*facts: Fact, version: str = "v1") -> FactTable:
    return FactTable(SITE, facts, version)


def message(
    number: int, text: str, *, channel: str = "lea", author: str = "u1", seconds: float = 0.0
) -> Message:
    at = AT + timedelta(seconds=seconds)
    return Message(f"m{number}", "twitch", channel, at, Account(author), text)


def found(facts: FactTable, texts: Sequence[str], channel: str = "lea") -> list[FactMatch]:
    messages = [message(number, text, channel=channel) for number, text in enumerate(texts)]
    return FactFinder(facts).find(messages, fold(texts))
