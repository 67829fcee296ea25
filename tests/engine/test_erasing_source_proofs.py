"""An account that signed its posts is erased: words and proofs go, the log still verifies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.atproto.repository import POSTS, Account
from tests.engine.test_deadlines import DAY, World
from tests.engine.test_erasing import after, request, say

from rempart.cases.entries import disclosed_in
from rempart.cases.evidence.captures import ask, captures_of, end_without_page
from rempart.cases.evidence.promoted import promote
from rempart.cases.evidence.source_proofs import Kept, keep_proof
from rempart.ingest.atproto.names import RecordName
from rempart.ingest.atproto.proof import verify_proof
from rempart.log.keys import read_public
from rempart.log.scrub import scrub
from rempart.store.interface import Tables
from rempart.store.residues import residues

RKEY = "3l3qo2vuowo2b"
WORD = "xylobarque"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def captured(world: World, case: str, account: Account) -> None:
    """What the service keeps of a post that holds, and its evidence."""
    name = RecordName(account.did, POSTS, RKEY)
    files = account.files(name.key)
    proven = verify_proof(name, files)
    kept = Kept(name, files, proven, True, (), datetime(2026, 3, 1, tzinfo=UTC), "")

    def keep(tables: Tables) -> None:
        asked = ask(tables, case, name.uri, "she is named there", "mod-1", world.now_ms)
        assert keep_proof(tables, asked.id, kept, bytes(32), world.now_ms)
        end_without_page(tables, asked.id, world.now_ms)
        promote(tables, case)

    world.engine.write(keep).result()


def test_an_erased_account_has_no_signed_words_left(world: World) -> None:
    seq = say(world, 1, "I will kill you, I know where you live")
    with world.engine.read() as tables:
        case = tables.cases.last_of_messages([seq])[seq].id
    gone, stays = (Account(f"{who}.example.test", "https://pds.test") for who in ("a", "b"))
    gone.post(RKEY, f"my {WORD} says get lost")
    stays.post(RKEY, "and my own words stay")
    captured(world, case, gone)
    captured(world, case, stays)
    world.time.pass_(200 * DAY)
    with world.engine.read() as tables:
        assert [one.proof and one.proof.proof for one in captures_of(tables, case)] == [
            "source-signed",
            "source-signed",
        ]
    request(world, f"atproto/{gone.did}")
    after(world, 8 * DAY)
    with world.engine.read() as tables:
        first, second = captures_of(tables, case)
        assert first.proof is not None and second.proof is not None
        assert (first.proof.state, first.proof.text) == ("erased", "")
        assert (second.proof.state, second.proof.text) == ("verified", "and my own words stay")
        assert scrub(tables.log, read_public(world.folder)).failed == []
        bodies = tables.log.bodies_of(range(tables.log.size())).values()
        told = [told for parts in bodies if (told := disclosed_in(parts, "source_proof"))]
        assert [one["account"] for one in told] == [stays.did], "nor is it said anew without a name"
    assert residues(world.folder, [WORD, gone.did]) == []
