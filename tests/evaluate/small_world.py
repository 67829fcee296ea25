"""A small written host and an operator whose words are scripted, for the tests of the evaluation
itself: they need neither the real chat nor the real detector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import ClassVar

import msgspec
from tests.evaluate.grammar import Grammar
from tests.evaluate.hosts import Checkpoint, Host, Judged, judge
from tests.evaluate.people import crowd, moment
from tests.evaluate.texts_people_seen import CHAT

from rempart.detect.interface import (
    Detections,
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
    Touch,
)
from rempart.model import Account, Member, Message, Raid, RaidKind, RaidStage

START = 1_600_000_000.0


def judged_chat(messages: int, *, channel: str = "quiet", seconds: float = 12.0) -> list[Judged]:
    """Friendly small talk of thirty people, one message every `seconds`."""
    rng, grammar = Random(channel), Grammar(CHAT)
    people = crowd(rng, 30, moment(START), ages=True)
    rows = [
        Message(
            f"b-{channel}-{number}",
            "test",
            channel,
            moment(START + number * seconds),
            rng.choice(people),
            grammar.say(rng, "chat"),
        )
        for number in range(messages)
    ]
    return judge(rows, ())


def small_host(messages: int = 1_200) -> Host:
    """A host with one checkpoint at its begin."""
    host = Host("small", judged_chat(messages))
    host.checkpoints = [Checkpoint(0, host.times[0], b"")]
    return host


class Script(msgspec.Struct):
    """What a scripted operator has seen: nothing but the number of messages."""

    seen: int = 0


Word = tuple[RaidStage, Callable[[Observation], bool]]


class ScriptedOperator(KeyedOperator[Script]):
    """Says `attack` at the message `at`, naming the accounts given, and touches every later message
    for which `touches` holds."""

    name: ClassVar[str] = "scripted"
    version: ClassVar[str] = "1"
    max_state_bytes: ClassVar[int] = 100

    def __init__(
        self,
        at: int | None,
        named: Sequence[str] = (),
        touches: Callable[[Observation], bool] = lambda _: False,
        stage: RaidStage = RaidStage.ATTACK,
    ) -> None:
        self.at, self.named, self.touches, self.stage = at, tuple(named), touches, stage

    def fresh(self, key: str) -> Script:
        return Script()

    def load(self, blob: bytes) -> Script:
        return msgspec.json.decode(blob, type=Script)

    def dump(self, state: Script) -> bytes:
        return msgspec.json.encode(state)

    def open_raids(self, state: Script) -> list[Raid]:
        return []

    def step(
        self, state: Script, batch: Sequence[Observation | EventObservation]
    ) -> tuple[Script, Detections]:
        found = Detections([], [], [])
        for row in batch:
            if not isinstance(row, Observation):
                continue
            if row.position == self.at:
                found.changes.append(RaidChange(row.position, self._raid(row.message)))
            if self.at is not None and row.position > self.at and self.touches(row):
                found.touches.append(Touch(row.position, "r-1", self.stage, True, ()))
            state.seen += 1
        return state, found

    def _raid(self, message: Message) -> Raid:
        members = tuple(Member(account) for account in self.named)
        at = message.sent_at
        kind = RaidKind.BOT_RAID
        return Raid(
            "r-1", "test", message.channel, message.channel, self.stage, kind, at, at, members
        )


def account(name: str) -> Account:
    return Account(name, name)
