"""A small community on a real store: what the engine writes in a step, without detection.

Tests say what was recognised (labels, raids, measures) and look at what becomes of it in the cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from rempart.cases.deciding import statements
from rempart.cases.intake import HeldMessage, open_for_step
from rempart.cases.reports.keys import ReportKeys
from rempart.log.commit import message_prefix, new_salts, seal, seal_messages, to_value
from rempart.model import (
    Account,
    Case,
    Measure,
    MeasureKind,
    Member,
    Message,
    Outcome,
    Raid,
    RaidKind,
    RaidStage,
    Scope,
    ScopeKind,
    Verdict,
    message_key,
)
from rempart.store.interface.stream import MessageRow
from rempart.store.sqlite.store import SqliteStore

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


class Community:
    """Léa's channel. `seconds` since the start of the evening are the only clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "rempart.db"
        self.store = SqliteStore.open(self.path)
        self.keys = ReportKeys.load(folder / "keys")
        self.step_messages: list[tuple[Message, Outcome]] = []
        self.step_measures: list[Measure] = []

    # -- what happens in the channel -------------------------------------------------------------

    def says(
        self,
        id: str,
        text: str = "salut",
        *,
        author: str = "u1",
        name: str | None = None,
        seconds: float = 0,
        labels: dict[str, float] | None = None,
        raid: str | None = None,
        under: Sequence[str] = (),
        channel: str = "lea",
        private: bool = False,
    ) -> None:
        """A message of the coming step. Labels, a raid or a measure it is `under` hold it; labels
        bring a measure of its own."""
        at = START + timedelta(seconds=seconds)
        message = Message(
            id=id,
            platform="twitch",
            channel=channel,
            sent_at=at,
            author=Account(author, name),
            text=text,
            private=private,
        )
        measures = list(under)
        held = bool(labels or raid or under)
        if labels or raid:
            own = self.measure(f"m-{id}", message=message, raid=raid)
            measures.append(own.id)
        outcome = Outcome(
            id=id,
            verdict=Verdict.HOLD if held else Verdict.ALLOW,
            abuse=max((labels or {}).values(), default=0.0),
            labels=labels or {},
            raid=raid,
            measures=tuple(measures),
        )
        self.step_messages.append((message, outcome))

    def measure(
        self,
        id: str,
        *,
        message: Message | None = None,
        raid: str | None = None,
        account: str | None = None,
        kind: MeasureKind = MeasureKind.HOLD,
    ) -> Measure:
        channel = message.channel if message else "lea"
        if message is not None:
            scope = Scope(ScopeKind.MESSAGE, "twitch", channel, message.id)
        elif account is not None:
            scope = Scope(ScopeKind.ACCOUNT, "twitch", channel, account)
        else:
            scope = Scope(ScopeKind.TARGET, "twitch", channel, "lea")
        measure = Measure(
            id=id,
            kind=kind,
            scope=scope,
            from_at=START,
            until=START + timedelta(days=7),
            rule="hold-abuse",
            raid=raid,
            message=message.id if message else None,
            account=message.author.id if message else account,
        )
        self.step_measures.append(measure)
        return measure

    def raid(
        self,
        id: str = "r-1",
        *,
        stage: RaidStage = RaidStage.ATTACK,
        members: Sequence[str] = ("b1", "b2"),
        messages: int = 2,
        begin: float = 0,
        end: float = 60,
    ) -> Raid:
        return Raid(
            id=id,
            platform="twitch",
            channel="lea",
            target="lea",
            stage=stage,
            kind=RaidKind.BOT_RAID,
            begin=START + timedelta(seconds=begin),
            end=START + timedelta(seconds=end),
            members=tuple(Member(account=name) for name in members),
            messages=messages,
        )

    def step(self, *raids: Raid, seconds: float = 0) -> list[Case]:
        """Writes what the engine writes in one transaction, in its order."""
        at_ms = ms(START + timedelta(seconds=seconds))
        messages, self.step_messages = self.step_messages, []
        measures, self.step_measures = self.step_measures, []
        with self.store.begin() as tables:
            raws = [msgspec.json.encode(message) for message, _ in messages]
            outcomes = [msgspec.json.encode(o) if o.measures else None for _, o in messages]
            prefix = message_prefix("2026-03-01T20:00:00Z", {"via": "file"})
            first = tables.log.append(seal_messages(prefix, raws, outcomes, new_salts(len(raws))))
            tables.stream.add_messages(
                [
                    MessageRow(
                        seq=first + place,
                        key=message_key(message.platform, message.id),
                        id=message.id,
                        platform=message.platform,
                        channel=message.channel,
                        target=message.hit[0],
                        author=message.author.id,
                        author_name=message.author.name,
                        kind=message.kind.value,
                        sent_at_ms=ms(message.sent_at),
                        received_at_ms=at_ms,
                        verdict=outcome.verdict.value,
                        abuse=round(outcome.abuse * 1000),
                        raid=outcome.raid,
                        outcome=outcomes[place],
                    )
                    for place, (message, outcome) in enumerate(messages)
                ]
            )
            for raid in raids:
                seq = tables.log.append([seal("raid", to_value(raid))])
                tables.stream.put_raid(raid, seq, at_ms)
            if measures:
                spoken = {m.id: statements.Spoken(o.labels, m.sent_at) for m, o in messages}
                told = statements.of_machine(tables, measures, spoken, at_ms)
                seq = tables.log.append(
                    [
                        seal("measure", to_value(one, **statements.part_of_entry(statement)))
                        for one, statement in zip(measures, told, strict=True)
                    ]
                )
                seqs = list(range(seq, seq + len(measures)))
                tables.stream.add_measures(measures, seqs)
                statements.add(tables, told, seqs)
            held = [
                HeldMessage(first + place, message, outcome)
                for place, (message, outcome) in enumerate(messages)
                if outcome.verdict is not Verdict.ALLOW
            ]
            return open_for_step(tables, raids, held, at_ms)

    # -- looking ---------------------------------------------------------------------------------

    def bytes_on_disk(self) -> bytes:
        """Every byte of the data folder, the write-ahead log and the keys too."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return b"\n".join(path.read_bytes() for path in files)


@pytest.fixture
def community(tmp_path: Path) -> Iterator[Community]:
    place = Community(tmp_path / "data")
    yield place
    place.store.close()
