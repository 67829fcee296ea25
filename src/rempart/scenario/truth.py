"""What really happened, as only the generator knows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from rempart.model import Item, Message
from rempart.scenario.settings import ScenarioSettings


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """`begin` and `end` are the times of its first and last message; `threats` those of its
    messages that announce violence."""

    kind: str
    platform: str
    channel: str
    accounts: tuple[str, ...]
    messages: tuple[str, ...]
    begin: datetime
    end: datetime
    mutation: int = 0
    threats: tuple[str, ...] = ()


class Contrast(msgspec.Struct, frozen=True):
    """Harmless coordination: nothing may be held because of it."""

    kind: str
    begin: datetime
    end: datetime
    accounts: tuple[str, ...]
    messages: int


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """`attacks` in order of time: the waves of a raid, or the same attack in several places."""

    scenario: str
    variant: str
    seed: int
    platform: str
    channel: str
    target: str
    messages: int
    attacks: tuple[Attack, ...]
    contrasts: tuple[Contrast, ...]

    @property
    def attack(self) -> Attack:
        """The first one, in scenarios that have one."""
        return self.attacks[0]


class Generated(NamedTuple):
    """The stream in order of time, and the truth about it."""

    items: list[Item]
    truth: Truth


def attack_of(
    kind: str, messages: Sequence[Message], *, mutation: int = 0, threats: Sequence[Message] = ()
) -> Attack:
    """The truth about an attack with these messages, in order of time."""
    return Attack(
        kind=kind,
        platform=messages[0].platform,
        channel=messages[0].channel,
        accounts=tuple(sorted({message.author.id for message in messages})),
        messages=tuple(message.id for message in messages),
        begin=messages[0].sent_at,
        end=messages[-1].sent_at,
        mutation=mutation,
        threats=tuple(message.id for message in threats),
    )


def contrast_of(kind: str, messages: Sequence[Message]) -> Contrast:
    return Contrast(
        kind=kind,
        begin=messages[0].sent_at,
        end=messages[-1].sent_at,
        accounts=tuple(sorted({message.author.id for message in messages})),
        messages=len(messages),
    )


def truth_of(
    name: str,
    settings: ScenarioSettings,
    items: Sequence[Item],
    target: str,
    attacks: Sequence[Attack],
    contrasts: Sequence[Contrast],
) -> Truth:
    """The truth about a whole stream; it takes place where its first message is."""
    messages = [item for item in items if isinstance(item, Message)]
    return Truth(
        scenario=name,
        variant=settings.variant,
        seed=settings.seed,
        platform=messages[0].platform,
        channel=messages[0].channel,
        target=target,
        messages=len(messages),
        attacks=tuple(attacks),
        contrasts=tuple(contrasts),
    )
