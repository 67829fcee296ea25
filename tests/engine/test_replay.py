"""Replay equals record: the message bodies in the log, stepped again, give the recorded outcomes,
raids and campaigns byte for byte, however they are cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from rempart.engine.embedded import STORE_FILE
from rempart.engine.embedded.items import encode_outcome, is_plain, logged_item
from rempart.engine.pipeline import Pipeline
from rempart.engine.scan import Scanned, scan
from rempart.engine.stored_scan import StoredEngine
from rempart.ingest import Parsed, parse_one
from rempart.log.commit import canonical, to_value
from rempart.model import Campaign, Item, Message, Raid
from rempart.scenario import generate, load
from rempart.store.sqlite.store import SqliteStore

_encoder = msgspec.json.Encoder()
_body = msgspec.json.Decoder(tuple[str, str, msgspec.Raw])


class _Value(msgspec.Struct):
    outcome: msgspec.Raw = msgspec.Raw(b"")


class Recorded(NamedTuple):
    """What the log holds, in order: items, the outcome of each (empty: plain), and the values of
    the entries that tell of raids and campaigns."""

    items: list[Item]
    outcomes: list[bytes]
    raids: list[bytes]
    campaigns: list[bytes]


class Replayed(NamedTuple):
    outcomes: list[bytes]
    raids: list[Raid]
    campaigns: list[Campaign]


def weeks() -> list[Item]:
    """The first two weeks of the campaign: slow attack, a return, supporters, two waves."""
    items = generate("campaign", load("campaign", 3)).items
    return items[: len(items) // 2]


def evening() -> list[Item]:
    return generate("hate-raid", load("hate-raid", 2)).items


STREAMS = {"campaign": weeks, "hate-raid": evening}


@pytest.fixture(params=sorted(STREAMS), scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which a stream was scanned."""
    place = tmp_path_factory.mktemp("replay") / request.param
    record(place, STREAMS[request.param]())
    return place


def record(place: Path, items: list[Item], chunk: int = 700) -> Scanned:
    parts = [Parsed(item, _encoder.encode(item)) for item in items]
    engine = StoredEngine(place, ["stream.ndjson"])
    try:
        chunks = (parts[at : at + chunk] for at in range(0, len(parts), chunk))
        return scan(chunks, engine, lambda lines: None, lambda refusals: None)
    finally:
        engine.close()


def recorded(place: Path) -> Recorded:
    found = Recorded([], [], [], [])
    for bodies in entries(place):
        item = logged_item(bodies)
        if item is not None:
            parsed = parse_one(item.raw)
            assert isinstance(parsed, Parsed)
            found.items.append(parsed.item)
            _, _, value = _body.decode(bodies[0])
            found.outcomes.append(bytes(msgspec.json.decode(value, type=_Value).outcome))
            continue
        for body in bodies:
            _, name, value = _body.decode(body)
            if name in ("raid", "campaign"):
                (found.raids if name == "raid" else found.campaigns).append(bytes(value))
    return found


def entries(place: Path) -> Iterator[tuple[bytes, ...]]:
    store = SqliteStore.open_for_reading(place / STORE_FILE)
    try:
        with store.read() as tables:
            for _, bodies in tables.log.bodies_between(0, tables.log.size()):
                yield bodies
    finally:
        store.close()


def replay(items: list[Item], chunk: int) -> Replayed:
    """The pure pipeline over what the log holds."""
    pipeline = Pipeline()
    state = pipeline.new_state()
    again = Replayed([], [], [])
    for at in range(0, len(items), chunk):
        state, result = pipeline.step(state, items[at : at + chunk])
        again.outcomes.extend(
            b"" if outcome is None or is_plain(outcome) else encode_outcome(outcome)
            for outcome in result.outcomes
        )
        again.raids.extend(change.raid for change in result.raids)
        again.campaigns.extend(change.campaign for change in result.campaigns)
    return again


@pytest.mark.parametrize("chunk", [113, 5_000])
def test_outcomes_are_byte_identical(folder: Path, chunk: int) -> None:
    log = recorded(folder)
    assert sum(isinstance(item, Message) for item in log.items) > 2_000
    assert sum(outcome != b"" for outcome in log.outcomes) > 100
    assert replay(log.items, chunk).outcomes == log.outcomes


@pytest.mark.parametrize("chunk", [113, 5_000])
def test_raids_are_byte_identical(folder: Path, chunk: int) -> None:
    """Not every growth of a raid is an entry, but every entry is what the replay says too, in the
    same order, and the last one of each raid is its last."""
    log, again = recorded(folder), replay(recorded(folder).items, chunk)
    told = [canonical(to_value(raid)) for raid in again.raids]
    assert len(log.raids) >= 3
    for id in {raid.id for raid in again.raids}:
        pictures = [value for value, raid in zip(told, again.raids, strict=True) if raid.id == id]
        entries_of = [value for value in log.raids if b'"id":"%b"' % id.encode() in value]
        following = iter(pictures)
        assert entries_of and all(value in following for value in entries_of)
        assert entries_of[-1] == pictures[-1]


@pytest.mark.parametrize("chunk", [113, 5_000])
def test_campaigns_are_byte_identical(folder: Path, chunk: int) -> None:
    log, again = recorded(folder), replay(recorded(folder).items, chunk)
    assert [canonical(to_value(campaign)) for campaign in again.campaigns] == log.campaigns
    assert bool(log.campaigns) == (folder.name == "campaign")


def test_a_scan_in_two_runs_records_what_one_run_does(tmp_path: Path) -> None:
    """The memory of the slow attack survives the restart between them."""
    items = weeks()
    middle = len(items) // 2
    record(tmp_path / "one", items)
    record(tmp_path / "two", items[:middle])
    record(tmp_path / "two", items[middle:])
    one, two = recorded(tmp_path / "one"), recorded(tmp_path / "two")
    assert one.campaigns == two.campaigns != []
    assert one.outcomes == two.outcomes


def test_a_campaign_is_in_its_table_with_its_raids_and_entries(tmp_path: Path) -> None:
    scanned = record(tmp_path / "data", weeks())
    (campaign,) = scanned.campaigns
    store = SqliteStore.open_for_reading(tmp_path / "data" / STORE_FILE)
    with store.read() as tables:
        (row,) = tables.campaigns.latest()
        assert row.campaign.id == campaign.id
        assert set(row.campaign.raids) == set(campaign.raids)
        for raid in campaign.raids:
            found = tables.campaigns.of_raid(raid)
            assert found is not None and found.campaign.id == campaign.id
        entries_of = tables.campaigns.entries(campaign.id)
        assert entries_of[-1] == row.seq
        assert b'"campaign"' in tables.log.bodies(row.seq)[0]
        assert tables.campaigns.of_raid("r-none") is None
    store.close()
