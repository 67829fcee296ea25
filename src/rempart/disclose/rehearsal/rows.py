"""One made-up case as messages, rows and entries: what `write` puts into a batch."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

from rempart.cases.entries import rfc3339
from rempart.disclose.rehearsal.quick import quick
from rempart.disclose.rehearsal.story import REASON, Noticed, Story
from rempart.log.commit import SealedEntry
from rempart.model import Case, CaseKind, CaseState, Decision, message_key, stable_id
from rempart.model.moments import at_time
from rempart.store.interface.cases import NewCase, NewReport
from rempart.store.interface.statements import StrikeRow
from rempart.store.interface.stream import MessageRow

_STRIKE_MS: Final = 90 * 86_400_000
_CALM: Final = b'"see you on Sunday"'
_WORDS: Final = b'"go away, nobody wants you here"'


class Decided(NamedTuple):
    """Sequence numbers of a decision and of all that came with it."""

    decision: Decision
    seq: int
    measures: Sequence[int]
    undone: int | None
    told: Sequence[int]
    answers: Sequence[int]


class Looked(NamedTuple):
    id: str
    asked: int
    decided: Decided | None
    closed: int | None


class Placed(NamedTuple):
    """A story and where its entries lie."""

    story: Story
    message: int
    opened_ms: int
    machine: int | None
    reports: Sequence[int]
    decided: Decided
    looked: Looked | None


def message_id(story: Story, *, calm: bool) -> str:
    return f"calm-{story.number}" if calm else story.message


def key_of(story: Story, *, calm: bool) -> bytes:
    return message_key(story.platform, message_id(story, calm=calm))


def raw_of(story: Story) -> bytes:
    return (
        (
            f'{{"id":"{story.message}","platform":"{story.platform}","channel":"{story.channel}",'
            f'"sent_at":"{rfc3339(story.sent_ms)}","author":{{"id":"{story.author}"}},"text":'
        ).encode()
        + _WORDS
        + b"}"
    )


def calm_of(story: Story) -> bytes:
    return (
        (
            f'{{"id":"calm-{story.number}","platform":"{story.platform}","channel":"{story.channel}",'
            f'"sent_at":"{rfc3339(story.sent_ms)}","author":{{"id":"calm"}},"text":'
        ).encode()
        + _CALM
        + b"}"
    )


def message_row(story: Story, seq: int, outcome: bytes | None) -> MessageRow:
    calm = outcome is None
    return MessageRow(
        seq=seq,
        key=key_of(story, calm=calm),
        id=message_id(story, calm=calm),
        platform=story.platform,
        channel=story.channel,
        target=story.channel,
        author="calm" if calm else story.author,
        author_name=None,
        kind="chat",
        sent_at_ms=story.sent_ms,
        received_at_ms=story.sent_ms,
        verdict="allow" if calm else story.outcome.verdict.value,
        abuse=0 if calm else round(story.outcome.abuse * 1000),
        raid=None,
        outcome=outcome,
    )


def new_case(one: Placed) -> NewCase:
    story = one.story
    case = Case(
        id=story.case,
        kind=CaseKind.MESSAGE,
        subject=story.message,
        platform=story.platform,
        channel=story.channel,
        target=story.channel,
        state=CaseState.OPEN,
        opened_at=at_time(one.opened_ms),
        updated_at=at_time(one.opened_ms),
        why=REASON,
        messages=1,
    )
    thing = key_of(story, calm=False)
    return NewCase(case, thing, author=story.author, at_ms=story.sent_ms, harm=story.harm)


def new_report(story: Story, report: Noticed, seq: int) -> NewReport:
    who = None
    if report.reporter is not None:
        who = blake2b(report.reporter.to_bytes(8, "big"), digest_size=16).digest()
    return NewReport(
        id=report.id,
        case=story.case,
        thing=key_of(story, calm=False),
        category=story.harm,
        language=report.language,
        reporter=who,
        content=blake2b(report.id.encode(), digest_size=16).digest(),
        repeats=None,
        received_ms=report.at_ms,
        seq=seq,
        flagger=report.flagger,
        items=report.items,
        via=_way(report),
    )


def _way(report: Noticed) -> str:
    if report.flagger is not None:
        return "api"
    return "form" if report.reporter is None or report.reporter % 5 else "platform"


def report_entry(case: str, story: Story, report: Noticed) -> SealedEntry:
    said: dict[str, Any] = {
        "id": report.id,
        "case": case,
        "at": rfc3339(report.at_ms),
        "category": story.harm,
        "explanation": "It is about one person, and it goes on.",
        "message_ids": [story.message],
        "links": [f"https://example.org/{story.number}/{n}" for n in range(report.items - 1)],
        "good_faith": True,
        "source": "user-submitted" if report.flagger is None else "trusted-flagger",
        "flagger": report.flagger,
    }
    return quick("report", said)


def strike_of(story: Story, decision: Decision, at_ms: int) -> StrikeRow:
    return StrikeRow(
        stable_id("k", story.author, decision.id),
        story.platform,
        story.author,
        story.case,
        decision.id,
        story.harm,
        at_ms,
        at_ms + _STRIKE_MS,
    )


def told_of(noun: msgspec.Struct, **more: object) -> dict[str, Any]:
    """A noun as the value of an entry; those told here hold no floats."""
    value: dict[str, Any] = msgspec.to_builtins(noun)
    return {**value, **more}
