"""What an erasure leaves to others is theirs still: only whom it named, and what that one wrote, is
gone from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.engine.test_deadlines import DAY, World
from tests.engine.test_erasing import (
    AGREED,
    ASKED,
    NAME,
    SUBJECT,
    TEXT,
    WINDOW,
    WORDS,
    after,
    now,
    readable,
    request,
    say,
    verified,
)

from rempart.cases.case_notes import add_note
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.erasure.holds import lift, place
from rempart.cases.erasure.requests import ask, cancel
from rempart.cases.evidence.captures import ask as ask_page
from rempart.cases.evidence.captures import capture_of, keep, key_of
from rempart.cases.evidence.referrals import prepare, referral_of
from rempart.cases.incident_file import Act, add_act, read_act
from rempart.cases.reports.receiving import receive
from rempart.disclose.referral.pack import Teller, write_pack
from rempart.model import Case, DecisionOutcome, Ground, ReportRequest
from rempart.store.residues import residues

SOUGHT = (SUBJECT, NAME, *WORDS)
JUDGE = Decider(ASKED, person=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def another(world: World, text: str = "you idiot, get lost, loser, kill yourself") -> Case:
    """The case of somebody else's message, in which the subject has no part."""
    author = {"id": "u-other", "name": "Someone Else"}
    seq = say(world, 900_010, text, author=author, channel="third")
    world.after(5)
    with world.engine.read() as tables:
        return tables.cases.last_of_messages([seq])[seq]


def forget(world: World) -> None:
    """The subject's own cases are judged, its erasure is asked for, and half a year passes."""

    def judge(tables: Any) -> None:
        for one in tables.erasure.cases_of_account("twitch", SUBJECT):
            decide(
                tables, one.id, DecisionOutcome.UPHOLD, Ground.TERMS, "an insult", JUDGE,
                world.now_ms,
            )  # fmt: skip

    world.engine.write(judge).result()
    row = request(world)
    after(world, WINDOW + 8 * DAY)
    assert now(world, row.id).state == "done"
    verified(world)
    assert readable(world, SOUGHT) == []
    assert residues(world.folder, SOUGHT) == []


def test_what_others_wrote_down_about_it_can_be_read_without_its_name(world: World) -> None:
    """The file of a person under attack, a page and a pack of somebody else's case."""
    say(world, 900_001, TEXT, channel="other", targets=["other"])
    case = another(world)
    at = datetime.fromtimestamp(world.time.wall, UTC)
    url = f"https://forum.example/thread?with={SUBJECT}&page=12&sorted=by-date"

    def write(tables: Any) -> tuple[str, str]:
        add_act(tables, "mia", Act("other_site", at, f"{NAME} stood at my door"), world.now_ms)
        page = ask_page(tables, case.id, url, f"{NAME} is named there", ASKED, world.now_ms)
        points = {"url": url, "title": f"about {NAME}"}
        assert keep(tables, page.id, points, "00" * 32, 7, b"k" * 32, world.now_ms)
        said = write_pack(
            tables, case, "police", "fr", f"{NAME} was there", Teller("", world.engine.signer.name)
        )
        pack = prepare(tables, case, "police", "fr", said, ASKED, world.now_ms)
        return page.id, pack.id

    page, pack = world.engine.write(write).result()
    forget(world)
    with world.engine.read() as tables:
        (item,) = tables.incidents.items("mia")
        act = read_act(tables, item.seq)
        assert act is not None, "her own words are hers"
        assert "stood at my door" in act.text
        captured = capture_of(tables, page)
        assert captured.url is not None and captured.url.startswith("https://forum.example/")
        assert captured.record["title"].startswith("about erased-")
        assert key_of(tables, page) == b"k" * 32, "the page of another's case is evidence still"
        assert "was there" in str(referral_of(tables, pack))
        before = tables.log.size()
        assert [one.id for one in tables.referrals.stood(before)] == [pack]
    asked = request(world, "mia", "target")
    after(world, 8 * DAY)
    assert now(world, asked.id).state == "done"
    assert readable(world, ("stood at my door",)) == [], "and she may take it away herself"
    assert residues(world.folder, ("stood at my door",)) == []


QUOTE = f"as was said before: my {WORDS[0]} says get lost with your {WORDS[1]} tonight, she wrote"


def note(tables: Any, case: Case, world: World) -> None:
    add_note(tables, case.id, QUOTE, "team", ASKED, world.now_ms)


def decision(tables: Any, case: Case, world: World) -> None:
    decide(tables, case.id, DecisionOutcome.UPHOLD, Ground.TERMS, QUOTE, JUDGE, world.now_ms)


def report(tables: Any, case: Case, world: World) -> None:
    asked = ReportRequest(
        category="harassment", explanation=QUOTE, message_ids=("m900010",), good_faith=True
    )
    receive(tables, asked, world.keys, world.now_ms, None)


def hold(tables: Any, case: Case, world: World) -> None:
    """Its reasons name who has no part in what it covers."""
    held = place(
        tables, "authority", "case", case.id, f"letter about {NAME}", f"{NAME} was named", 30,
        ASKED, world.now_ms,
    )  # fmt: skip
    lift(tables, held.id, f"not {NAME}", ASKED, world.now_ms)
    lift(tables, held.id, "it was not", AGREED, world.now_ms)


def another_erasure(tables: Any, case: Case, world: World) -> None:
    row = ask(
        tables, "account", "twitch/u-other", "objection", f"{NAME} wrote for them", ASKED,
        world.now_ms,
    )  # fmt: skip
    cancel(tables, row.id, AGREED, f"{NAME} may not", world.now_ms)


@pytest.mark.parametrize("write", [note, decision, report, hold, another_erasure])
def test_no_copy_stays_where_somebody_else_was_judged(
    world: World, write: Callable[[Any, Case, World], None]
) -> None:
    say(world, 900_001, TEXT, channel="other", targets=["other"])
    case = another(world)
    world.engine.write(lambda tables: write(tables, case, world)).result()
    assert readable(world, SOUGHT)
    forget(world)
    with world.engine.read() as tables:
        assert tables.cases.get(case.id) is not None
        found = tables.cases.decision(case.id)
    if write is decision:
        assert found is not None and found.reason.startswith("as was said before:")
        assert "[erased]" in found.reason


def test_what_somebody_else_wrote_in_the_same_words_stays_in_his_own_case(world: World) -> None:
    """A whole raid says the same: one of them who goes does not take the others' evidence."""
    alike = "nobody wants you here you stupid loser, kill yourself"
    say(world, 900_001, f"{TEXT}", channel="other", targets=["other"])
    say(world, 900_002, alike, channel="other", targets=["other"])
    case = another(world, alike)
    said = f"he wrote: {alike}"

    def judge(tables: Any) -> None:
        decide(tables, case.id, DecisionOutcome.UPHOLD, Ground.TERMS, said, JUDGE, world.now_ms)

    world.engine.write(judge).result()
    forget(world)
    with world.engine.read() as tables:
        found = tables.cases.decision(case.id)
    assert found is not None and found.reason == said
