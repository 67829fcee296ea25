"""What an erasure leaves to others is theirs still: only whom it named, and what that one wrote, is
gone from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.engine.test_deadlines import DAY, World
from tests.engine.test_erasing import (
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

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.evidence.captures import ask as ask_page
from rempart.cases.evidence.captures import capture_of, keep, key_of
from rempart.cases.evidence.referrals import prepare, referral_of
from rempart.cases.incident_file import Act, add_act, read_act
from rempart.disclose.referral.pack import Teller, write_pack
from rempart.model import Case, DecisionOutcome, Ground
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
