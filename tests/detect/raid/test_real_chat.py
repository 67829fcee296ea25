"""Over real chat: no attack in it, and every raid that is put into it.

The chat is the shared one (local measurement only, nothing of it is copied here); the raids come
from the scenario generator, moved in time and channel.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from rempart.model import Message
from rempart.scenario import generate, load

Observe = Callable[..., list]
Watch = Callable[..., object]
DECODER = msgspec.json.Decoder(Message)
FILES = ("ubuntu_irc", "stream_chat")


@pytest.fixture(scope="module", params=FILES)
def chat(request: pytest.FixtureRequest, shared: Path) -> list[Message]:
    with gzip.open(shared / "data" / "chat" / f"{request.param}.ndjson.gz") as lines:
        return [DECODER.decode(line) for line in lines]


def test_real_chat_holds_no_attack(chat: list[Message], observe: Observe, watch: Watch) -> None:
    """Goal of the project: at most one in about 1,100 hours; in these it is none."""
    rows = observe(chat)
    watched = watch(rows, step=500, key=f"{chat[0].platform}/{chat[0].channel}")
    assert watched.of_stage("attack") == []
    assert len(watched.of_stage("suspect")) <= 2


@pytest.mark.parametrize("ages", [True, False], ids=["ages known", "ages unknown"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_raid_put_into_real_chat(
    chat: list[Message], observe: Observe, watch: Watch, seed: int, ages: bool
) -> None:
    items, truth = generate("hate-raid", load("hate-raid", seed))
    attack = set(truth.attack.messages)
    start = seed * len(chat) // 5
    host = chat[start : start + 3000]
    begin = host[1500].sent_at
    raid = [
        _moved(item, host[0], begin, truth.attack.begin, ages)
        for item in items
        if item.id in attack
    ]
    end = raid[-1].sent_at
    rows = observe(sorted([m for m in host if m.sent_at <= end] + raid, key=lambda m: m.sent_at))
    watched = watch(rows, key=f"{host[0].platform}/{host[0].channel}")
    (found,) = watched.of_stage("attack")

    before = sum(message.sent_at <= found.detected_at for message in raid)
    assert (found.detected_at - begin).total_seconds() <= 10 or before <= 15
    named = {member.account for member in found.members}
    accounts = set(truth.attack.accounts)
    assert len(named & accounts) >= 0.95 * len(accounts)
    assert len(named - accounts) <= max(1, 0.02 * len(named))


def _moved(message: Message, host: Message, begin: datetime, was: datetime, ages: bool) -> Message:
    shift = begin - was
    created = message.author.created_at
    author = msgspec.structs.replace(
        message.author, created_at=created + shift if ages and created else None
    )
    return msgspec.structs.replace(
        message,
        platform=host.platform,
        channel=host.channel,
        targets=(),
        sent_at=message.sent_at + shift,
        author=author,
    )
