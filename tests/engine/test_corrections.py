"""What people say of a raid holds in the running engine, at once and after a crash."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.engine.crashing import gone
from tests.faults.traffic import SOURCE, hate_raid, line, parsed

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.raids.corrections import lift_member, put_member_back, split_raid
from rempart.detect.raid.operator import RaidOperator
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.raids import RaidBook
from rempart.engine.pipeline import Pipeline
from rempart.model import DecisionOutcome, Ground, Member, Message, Raid, RaidKind, RaidStage
from rempart.protect.corrections import Corrections
from rempart.store.sqlite.store import SqliteStore

Start = Callable[..., EmbeddedEngine]
AT = 1_772_400_000_000
BEGIN = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
NADIA = Decider("nadia", person=True)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def make(**options: Any) -> EmbeddedEngine:
            engine = EmbeddedEngine.open(tmp_path, **options)
            stack.callback(engine.stop)
            engine.start()
            return engine

        yield make


class Evening:
    """A raid on Léa's chat, and more of the same whenever a test wants it."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        self.wave = hate_raid()
        engine.submit(self.wave, SOURCE).result()
        last = self.wave[-1].item
        assert isinstance(last, Message)
        self.last = last

    def raid(self) -> Raid:
        with self.engine.read() as tables:
            rows = tables.stream.raids()
        return next(row.raid for row in rows if row.raid.stage is RaidStage.ATTACK)

    def members(self, raid: str) -> list[str]:
        with self.engine.read() as tables:
            row = tables.stream.raid(raid)
        assert row is not None
        return [member.account for member in row.raid.members]

    def says(self, number: int, account: str) -> dict[str, Any]:
        """The account writes what it wrote before; what became of it."""
        earlier = next(
            one.item
            for one in self.wave
            if isinstance(one.item, Message) and one.item.author.id == account
        )
        message = line(
            number,
            platform=self.last.platform,
            channel=self.last.channel,
            sent_at=self.last.sent_at.isoformat(),
            author={"id": account},
            text=f"tell me about plan {number}" if number < 1_000 else earlier.text,
        )
        (result,) = self.engine.submit(parsed(message), SOURCE).result()
        return dict(json.loads(result.outcome))


def test_a_member_who_was_lifted_out_may_write_again_also_after_a_crash(start: Start) -> None:
    evening = Evening(start())
    raid = evening.raid()
    held, other = [member.account for member in raid.members if member.core][:2]
    assert evening.says(1, held)["verdict"] == "hold"
    evening.engine.write(lambda tables: lift_member(tables, raid.id, held, "nadia", AT)).result()
    assert evening.says(2, held)["verdict"] == "allow"
    assert evening.says(3, other)["verdict"] == "hold"
    assert evening.says(1_001, held).get("raid") is None
    assert held not in evening.members(raid.id)
    gone(evening.engine)
    evening.engine = start()
    assert evening.says(14, held)["verdict"] == "allow"
    assert evening.says(15, other)["verdict"] == "hold"
    assert evening.says(1_002, held).get("raid") is None
    evening.engine.stop()
    evening.engine = start()
    assert held not in evening.members(raid.id)


def test_what_was_gathered_before_the_correction_does_not_bring_the_member_back(
    tmp_path: Path,
) -> None:
    """The growth of a raid is gathered before it is written: here it waits while a person lifts
    one of its members out."""
    first = tuple(Member(f"bot{n}", messages=2) for n in range(12))
    raid = Raid(
        "r-1", "twitch", "lea", "lea", RaidStage.ATTACK, RaidKind.BOT_RAID, BEGIN, BEGIN,
        members=first, messages=24,
    )  # fmt: skip
    grown = msgspec.structs.replace(raid, members=(*first, Member("late")), messages=25)
    store, book, said = SqliteStore.open(tmp_path / "rempart.db"), RaidBook(), Corrections()
    book.change(raid)
    with store.begin() as tables:
        book.write(tables, AT)
    book.committed()
    book.change(grown)
    with store.begin() as tables:
        assert book.write(tables, AT + 10) == [], "growth of one member waits"
        lift_member(tables, "r-1", "bot3", "nadia", AT + 10)
        row = tables.stream.raid("r-1")
    assert row is not None
    said.spare("r-1", "bot3")
    book.committed()
    book.correct(said, [row.raid])
    with store.begin() as tables:
        (written,) = book.write(tables, AT + 20, everything=True)
    names = {member.account for member in written.members}
    assert "bot3" not in names
    assert "late" in names
    store.close()


def test_a_member_who_was_put_back_is_listed_again(start: Start) -> None:
    evening = Evening(start())
    raid = evening.raid()
    held, other = [member.account for member in raid.members if member.core][:2]
    evening.engine.write(lambda tables: lift_member(tables, raid.id, held, "nadia", AT)).result()
    evening.says(1_001, other)
    evening.engine.write(
        lambda tables: put_member_back(tables, raid.id, held, "nadia", AT)
    ).result()
    evening.engine.stop()
    evening.engine = start()
    assert held in evening.members(raid.id)


def test_a_part_that_was_split_off_goes_on_by_itself(start: Start) -> None:
    evening = Evening(start())
    raid = evening.raid()
    core = [member.account for member in raid.members if member.core]
    part, case = evening.engine.write(
        lambda tables: split_raid(tables, raid.id, core[:3], "nadia", AT)
    ).result()
    assert evening.says(1_001, core[0])["raid"] == part.id
    assert evening.says(1_002, core[5])["raid"] == raid.id
    evening.engine.write(
        lambda tables: decide(
            tables, case.id, DecisionOutcome.LIFT, Ground.NONE, "Des amis.", NADIA, AT
        )
    ).result()
    assert evening.says(1, core[0])["verdict"] == "allow"
    assert evening.says(2, core[5])["verdict"] == "hold"
    gone(evening.engine)
    evening.engine = start()
    assert evening.says(3, core[1])["verdict"] == "allow"
    assert evening.says(1_003, core[6])["raid"] == raid.id
    evening.engine.stop()
    evening.engine = start()
    assert set(core[:3]).isdisjoint(evening.members(raid.id))
    assert set(evening.members(part.id)) == set(core[:3])


class Diligent(RaidOperator):
    """An operator that writes its lessons into the part of its state that nobody reads here."""

    lessons: list[tuple[str, int]]

    def __init__(self) -> None:
        self.lessons = []

    def teach(self, state: Any, raid: Raid, folds: Sequence[str]) -> Any:
        self.lessons.append((raid.id, len(folds)))
        state.data.announced_until = 1 << 50
        return super().teach(state, raid, folds)


def test_a_raid_that_was_fine_teaches_its_channel_for_good(start: Start) -> None:
    pipeline = Pipeline()
    pupil = pipeline.target_operator = Diligent()
    evening = Evening(start(pipeline=pipeline))
    raid = evening.raid()

    def was_fine(tables: Any) -> None:
        case = tables.cases.last_of_raids([raid.id])[raid.id]
        decide(tables, case.id, DecisionOutcome.LIFT, Ground.NONE, "Des amis.", NADIA, AT)

    def failing(tables: Any) -> None:
        was_fine(tables)
        raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        evening.engine.write(failing).result()
    assert pupil.lessons == []
    evening.engine.write(was_fine).result()
    ((taught, texts),) = pupil.lessons
    assert taught == raid.id
    assert 0 < texts <= 200
    key = f"{raid.platform}/{raid.target}"
    learnt = evening.engine.writer.memory.state.targets.dump(key)
    assert learnt is not None
    assert pupil.load(learnt).data.announced_until == 1 << 50
    gone(evening.engine)
    evening.engine = start(pipeline=pipeline)
    assert evening.engine.writer.memory.state.targets.dump(key) == learnt
