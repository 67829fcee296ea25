"""Erasure in the running engine: gone from files and memory, while the log and the others stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.engine.test_deadlines import DAY, World
from tests.faults.residues import residues
from tests.faults.traffic import SOURCE, line, parsed

from rempart.cases.case_notes import add_note
from rempart.cases.decisions import Decider, decide
from rempart.cases.erasure import ask, confirm
from rempart.cases.reports import receive
from rempart.log.keys import read_public
from rempart.log.scrub import scrub
from rempart.model import DecisionOutcome, Ground, Message, ReportRequest
from rempart.scenario.catalogue import generate, load
from rempart.store.interface.erasure import ErasureRow

SUBJECT, NAME = "qz7781-subject", "Zorglubine Quatorze"
WORDS = ("xylobarque", "trifouillette")
TEXT = f"you idiot loser, my {WORDS[0]} says get lost with your {WORDS[1]} tonight"
ASKED, AGREED = "moderator-1", "moderator-2"
WINDOW = 184 * DAY


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def say(world: World, number: int, text: str, **fields: Any) -> int:
    fields = {"author": {"id": SUBJECT, "name": NAME}, "channel": "lea", **fields}
    sent = {"sent_at": _moment(world)}
    (found,) = world.engine.submit(
        parsed(line(number, text=text, **{**sent, **fields})), SOURCE
    ).result()
    return found.sequence


def _moment(world: World) -> str:
    from rempart.cases.entries import rfc3339

    return rfc3339(world.now_ms)


def request(world: World, subject: str = f"twitch/{SUBJECT}", kind: str = "account") -> ErasureRow:
    asked = world.engine.write(
        lambda tables: ask(
            tables, kind, subject, "objection", f"{NAME} wrote to us", ASKED, world.now_ms
        )
    ).result()
    return world.engine.write(
        lambda tables: confirm(tables, asked.id, AGREED, world.now_ms)
    ).result()


def now(world: World, id: str) -> ErasureRow:
    with world.engine.read() as tables:
        row = tables.erasure.get(id)
    assert row is not None
    return row


def after(world: World, seconds: float, id: str | None = None) -> None:
    """Time passes, second by second for who waits, until nothing more is due."""
    world.time.pass_(seconds)
    for _ in range(200):
        world.engine.write(lambda tables: None).result()
        world.time.pass_(1.5)
        with world.engine.read() as tables:
            busy = tables.erasure.rows(states=("finding", "erasing"))
            due = tables.erasure.due(world.now_ms)
        if not busy and due is None:
            break
    for _ in range(3):
        world.time.pass_(1.5)
        world.engine.write(lambda tables: None).result()


def verified(world: World) -> None:
    world.engine.checkpoint().result()
    with world.engine.read() as tables:
        report = scrub(tables.log, read_public(world.folder))
    assert not report.failed, report


def raid_with_the_subject() -> list[bytes]:
    """The built-in hate raid, one of whose accounts is the subject, in a channel of its own."""
    generated = generate("hate-raid", load("hate-raid", 1))
    attack = generated.truth.attack
    first, last = attack.begin - timedelta(minutes=4), attack.begin + timedelta(seconds=60)
    lines = []
    for item in generated.items:
        at = item.sent_at if isinstance(item, Message) else item.at
        if not first <= at <= last:
            continue
        raw = json.loads(msgspec.json.encode(item))
        if isinstance(item, Message) and item.author.id == attack.accounts[0]:
            raw["author"] = {**raw["author"], "id": SUBJECT, "name": NAME}
            raw["text"] += f" {WORDS[0]}"
        lines.append(json.dumps(raw).encode())
    return lines


def a_life_here(world: World) -> tuple[str, str]:
    """The subject joins a raid, insults alone, is reported, judged, noted. Returns the case that is
    about it alone, and the raid's."""
    world.engine.submit(parsed(*raid_with_the_subject()), SOURCE).result()
    seq = say(world, 900_001, TEXT, channel="other", targets=["other"])
    asked = ReportRequest(
        category="harassment",
        explanation=f"{NAME} said {WORDS[0]} to me and I am afraid of it",
        text=TEXT,
        message_ids=("m900001",),
        good_faith=True,
    )
    world.engine.write(
        lambda tables: receive(tables, asked, world.keys, world.now_ms, None)
    ).result()
    world.after(120)
    with world.engine.read() as tables:
        case = tables.cases.last_of_messages([seq])[seq]
        raid = next(row.raid for row in tables.stream.raids() if len(row.raid.members) > 5)
        raid_case = tables.cases.last_of_raids([raid.id])[raid.id]
    assert SUBJECT in {member.account for member in raid.members}
    who = Decider(ASKED, person=True)

    def judge(tables: Any) -> None:
        add_note(tables, case.id, f"{WORDS[1]} again, by {NAME}", "team", ASKED, world.now_ms)
        for one in (case.id, raid_case.id):
            decide(
                tables,
                one,
                DecisionOutcome.UPHOLD,
                Ground.TERMS,
                f"{NAME} wrote: my {WORDS[0]} says get lost with your {WORDS[1]}",
                who,
                world.now_ms,
            )

    world.engine.write(judge).result()
    return case.id, raid_case.id


def test_an_erased_account_is_gone_from_every_byte_and_the_rest_still_verifies(
    world: World,
) -> None:
    case, raid_case = a_life_here(world)
    sought = (SUBJECT, NAME, NAME.split(maxsplit=1)[0], *WORDS)
    before = residues(world.folder, sought)
    assert before, "the search finds what is there"
    row = request(world)
    assert (row.state, row.needed_for) == ("needed", "appeal_window")
    after(world, WINDOW + 8 * DAY)
    done = now(world, row.id)
    assert done.state == "done", done
    assert done.subject is None
    counts = json.loads(done.counts)
    assert counts["messages"] >= 2
    assert counts["entries said anew"] >= 2
    assert counts["states"] >= 1
    verified(world)
    assert residues(world.folder, sought) == []
    world.restart()
    verified(world)
    with world.engine.read() as tables:
        raid = next(row.raid for row in tables.stream.raids() if len(row.raid.members) > 5)
        decision = tables.cases.decision(raid_case)
        alone = tables.cases.decision(case)
    named = [one for one in raid.members if one.account.startswith("erased-")]
    assert len(named) == 1, "the raid keeps its number of members"
    assert decision is not None and "[erased]" in decision.reason
    assert alone is not None and alone.reason == "[erased]"
    assert say(world, 900_002, "good evening") > 0, (
        "the same account may come back, as somebody new"
    )
    world.engine.stop()
    assert NAME in "".join(residues(world.folder, (NAME,))), "and is then known again"


def test_messages_expire_by_their_window_and_what_is_needed_stays(world: World) -> None:
    plain = say(world, 1, f"good evening {WORDS[0]}", author={"id": "u1", "name": "Person 1"})
    seq = say(world, 2, f"kill yourself you stupid loser {WORDS[1]}", channel="other")
    after(world, 29 * DAY)
    with world.engine.read() as tables:
        assert tables.log.bodies(plain), "not yet"
    after(world, 2.2 * DAY)
    world.after(2)
    with world.engine.read() as tables:
        assert tables.log.bodies(plain) == (), "its body is gone"
        assert tables.log.bodies(seq), "what stands out stays"
        assert tables.stream.messages([plain]) == []
        assert tables.stream.messages([seq]) != []
    told = world.told("retention")
    assert told[0]["window"] == "messages"
    assert told[0]["count"] == 1
    assert "GDPR" in told[0]["source"]
    verified(world)
    world.restart()
    verified(world)
