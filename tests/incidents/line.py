"""Plays `sms-flood` into the real service over HTTP, as a provider of telephone lines and two other
platforms would, and keeps the account that the service must agree with.

Event times are as generated and delivery is fast: the service's clock, its line's clock and the
provider's are moved from message to message. `python -m tests.incidents.line numbers-5000 1 2`
prints the figures of a variant for these seeds.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec
from tests.connect.sms.provider import Provider, Reply
from tests.web.lines.line import NUMBER, Clock, line_running
from tests.web.service import Service

from rempart.cases.raids.campaigns import read_campaign
from rempart.model import CaseState, Message, message_key
from rempart.scenario import Generated, generate, load
from rempart.store.interface import Tables
from rempart.store.interface.cases import URGENT, CaseQuery

PRICE, CAP_HOUR, CAP_DAY = 0.16, 120.0, 1_000.0
AT_ONCE = 64
APART = 45.0
"""Messages of so many seconds of event time may be on their way together; the queue is looked at
after each such group, so less than a minute after a threat."""
DRAIN_STEP = 300.0
_encode = msgspec.json.Encoder().encode


class Threat(NamedTuple):
    """A death threat, when the queue was looked at, and how many cases without one stood before
    its case (None: no case has it)."""

    message: str
    platform: str
    before: int | None


class Flooded(NamedTuple):
    """What came of one evening. Costs in the line's currency, as the provider counts."""

    generated: Generated
    replies: list[Reply]
    wall_seconds: float
    stored: int
    entries_found: int
    hour_most: float
    day_most: float
    attack_cost: float
    genuine: int
    genuine_at_once: int
    genuine_in_the_end: int
    genuine_waiting: int
    doubled: int
    threats: list[Threat]
    campaigns: list[set[str]]
    beside: set[str]
    cases: list[str]
    view: dict[str, object]
    drained_hours: float

    @property
    def at_once(self) -> float:
        return self.genuine_at_once / self.genuine

    @property
    def in_the_end(self) -> float:
        return self.genuine_in_the_end / self.genuine

    def line(self) -> str:
        truth = self.generated.truth
        first = sum(threat.before == 0 for threat in self.threats)
        return (
            f"{truth.scenario} {truth.variant or 'numbers-300'} seed {truth.seed}: "
            f"{self.stored} stored of {len(self.generated.items)} | genuine answered at once "
            f"{self.at_once:.4f}, in the end {self.in_the_end:.4f} of {self.genuine} | attack cost "
            f"{self.attack_cost:.2f} | most in an hour {self.hour_most:.2f}, in a day "
            f"{self.day_most:.2f} | threats first {first}/{len(self.threats)} | campaigns "
            f"{[sorted(places) for places in self.campaigns]}, beside them {sorted(self.beside)} | "
            f"genuine still waiting {self.genuine_waiting} after "
            f"{self.drained_hours:.1f} h | {self.wall_seconds:.0f} s"
        )


def flooded(
    data: Path, variant: str = "", seed: int = 2017, *, drain_hours: float = 12, hours: float = 9
) -> Flooded:
    """`hours` below 9: the evening is cut off there."""
    generated = generate("sms-flood", load("sms-flood", seed, variant))
    until = generated.items[0].sent_at + timedelta(hours=hours)
    kept = [one for one in generated.items if isinstance(one, Message) and one.sent_at <= until]
    generated = generated._replace(items=list(kept))
    return asyncio.run(_Evening(generated, data).play(drain_hours))


class _Evening:
    def __init__(self, generated: Generated, data: Path) -> None:
        self._generated = generated
        self._data = data
        self._items = [item for item in generated.items if isinstance(item, Message)]
        flood = next(one for one in generated.truth.attacks if one.kind == "flood")
        self._attackers = frozenset(flood.accounts)
        marked = {id for one in generated.truth.attacks for id in one.threats}
        self._marked = [one for one in self._items if one.id in marked]
        self._seen: list[Threat] = []

    async def play(self, drain_hours: float) -> Flooded:
        begun = time.monotonic()
        clock = Clock(self._items[0].sent_at.timestamp())
        fields = {"price": PRICE, "cap_hour": CAP_HOUR, "cap_day": CAP_DAY}
        async with (
            line_running(self._data, clock, **fields) as (service, provider),
            httpx.AsyncClient(
                base_url=service.address,
                headers={"authorization": f"Bearer {service.ingest_token}"},
                timeout=60,
            ) as others,
        ):
            for group in _groups(self._items):
                await asyncio.gather(
                    *(self._deliver(one, clock, provider, others) for one in group)
                )
                self._look(service, clock)
            at_once = len(provider.replies)
            drained = await self._drain(service, clock, provider, drain_hours)
            return self._figures(service, provider, at_once, drained, time.monotonic() - begun)

    async def _deliver(
        self, message: Message, clock: Clock, provider: Provider, others: httpx.AsyncClient
    ) -> None:
        clock.now = provider.now = message.sent_at.timestamp()
        if message.channel == NUMBER:
            sid = f"SM{message.id}"
            answer = await provider.deliver(sid, message.author.id, message.text)
            assert answer.status == 200, answer
            return
        taken = await others.post("/api/v1/messages", content=_encode(message))
        assert taken.status_code == 200, taken.text

    # -- the queue ---------------------------------------------------------------------------

    def _look(self, service: Service, clock: Clock) -> None:
        """At every threat that just came: whether its case comes first."""
        due = []
        while self._marked and self._marked[0].sent_at.timestamp() <= clock.now:
            due.append(self._marked.pop(0))
        if due:
            with service.engine.read() as tables:
                self._seen += [_place_of(tables, one) for one in due]

    # -- afterwards --------------------------------------------------------------------------

    async def _drain(
        self, service: Service, clock: Clock, provider: Provider, hours: float
    ) -> float:
        """Time goes on until nobody waits; hours of event time it took."""
        begun = clock.now
        while clock.now - begun < hours * 3600:
            with service.engine.read() as tables:
                waits = bool(tables.replies.waiting("reponse", 1))
            if not waits:
                break
            clock.now = provider.now = clock.now + DRAIN_STEP
            await asyncio.sleep(0.6)
        self._look(service, clock)
        return (clock.now - begun) / 3600

    def _figures(
        self, service: Service, provider: Provider, at_once: int, drained: float, wall: float
    ) -> Flooded:
        answered = {reply.to for reply in provider.replies}
        early = {reply.to for reply in provider.replies if reply.how == "webhook"}
        genuine = {
            one.author.id
            for one in self._items
            if one.channel == NUMBER and one.author.id not in self._attackers
        }
        costs = [(reply.at, PRICE) for reply in provider.replies]
        target = "ligne-reponse"
        with service.engine.read() as tables:
            stored = sum(row.messages for row in tables.stream.channels())
            keys = [
                message_key("sms", f"SM{one.id}")
                if one.channel == NUMBER
                else message_key(one.platform, one.id)
                for one in self._items
            ]
            known = tables.stream.known(keys)
            found = sum(bool(tables.log.bodies(one.seq)) for one in known.values())
            campaigns = [
                set(row.campaign.platforms) for row in tables.campaigns.latest(target=target)
            ]
            beside = {
                case.platform
                for row in tables.campaigns.latest(target=target)
                for case in read_campaign(tables, row, lambda *_: True).beside
            }
            queue = tables.cases.page(CaseQuery(CaseState.OPEN, limit=5)).cases
            waiting = {row.sender for row in tables.replies.waiting("reponse", 100_000)}
        view = service.person.get("/api/v1/lines/reponse").json()
        return Flooded(
            generated=self._generated,
            replies=provider.replies,
            wall_seconds=wall,
            stored=stored,
            entries_found=found,
            hour_most=_most(costs, 3600),
            day_most=_most(costs, 86_400),
            attack_cost=PRICE * sum(reply.to in self._attackers for reply in provider.replies),
            genuine=len(genuine),
            genuine_at_once=len(genuine & early),
            genuine_in_the_end=len(genuine & answered),
            genuine_waiting=len((genuine & waiting) - answered),
            doubled=len(provider.replies) - len(answered),
            threats=self._seen,
            campaigns=campaigns,
            beside=beside,
            cases=[case.id for case in queue],
            view=view,
            drained_hours=drained,
        )


def _groups(items: Sequence[Message]) -> Iterator[list[Message]]:
    group: list[Message] = []
    for one in items:
        if group and (
            len(group) >= AT_ONCE or (one.sent_at - group[0].sent_at).total_seconds() > APART
        ):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _place_of(tables: Tables, message: Message) -> Threat:
    line = message.channel == NUMBER
    id = f"SM{message.id}" if line else message.id
    key = message_key(message.platform, id)
    case, _ = tables.cases.last_of([key]).get(key, (None, 0))
    if case is None:
        known = tables.stream.known([key]).get(key)
        rows = tables.stream.messages([known.seq]) if known else []
        if rows and rows[0].raid:
            case = tables.cases.last_of_raids([rows[0].raid]).get(rows[0].raid)
    if case is None:
        return Threat(id, message.platform, None)
    before = 0
    for other in tables.cases.page(CaseQuery(CaseState.OPEN, limit=1_000)).cases:
        if other.id == case.id:
            return Threat(id, message.platform, before)
        before += other.priority < URGENT
    return Threat(id, message.platform, None)


def _most(costs: Iterable[tuple[float, float]], seconds: float) -> float:
    """The most that was spent within any window of that length."""
    window: deque[tuple[float, float]] = deque()
    spent = most = 0.0
    for at, cost in costs:
        window.append((at, cost))
        spent += cost
        while window[0][0] <= at - seconds:
            spent -= window.popleft()[1]
        most = max(most, spent)
    return most


if __name__ == "__main__":
    for number in sys.argv[2:]:
        with tempfile.TemporaryDirectory() as folder:
            print(flooded(Path(folder) / "data", sys.argv[1].strip("."), int(number)).line())
