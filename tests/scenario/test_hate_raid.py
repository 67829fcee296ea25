"""The generator: the same from the same seed, as busy and as hostile as it says."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rempart.errors import InputError
from rempart.ingest import Parsed, parse_one
from rempart.model import Event, EventKind, Message
from rempart.scenario import Generated, generate, load

SEEDS = (2030, 1, 2, 3, 4, 5)
ROOT = Path(__file__).resolve().parents[2]
_encode = msgspec.json.Encoder()


def raid(seed: int) -> Generated:
    return generate("hate-raid", load("hate-raid", seed))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert _encode.encode_lines(raid(7).items) == _encode.encode_lines(raid(7).items)
    assert raid(7).truth == raid(7).truth
    assert _encode.encode_lines(raid(7).items) != _encode.encode_lines(raid(8).items)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_item_is_accepted_as_it_is(seed: int) -> None:
    items = raid(seed).items
    for item in items:
        parsed = parse_one(_encode.encode(item))
        assert isinstance(parsed, Parsed)
        assert parsed.item == item
    assert len({item.id for item in items}) == len(items)
    times = [item.sent_at if isinstance(item, Message) else item.at for item in items]
    assert times == sorted(times)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bots_are_as_described(seed: int) -> None:
    generated = raid(seed)
    attack = generated.truth.attack
    accounts, ids = set(attack.accounts), set(attack.messages)
    messages = [item for item in generated.items if isinstance(item, Message)]
    hostile = [message for message in messages if message.id in ids]
    assert {message.author.id for message in hostile} == accounts
    assert 12 <= len(accounts) <= 80
    assert 100 <= (attack.end - attack.begin).total_seconds() <= 230
    for message in hostile:
        assert message.author.created_at is not None
        age = message.sent_at - message.author.created_at
        assert 1 <= age.total_seconds() / 86_400 <= 5.1
        assert all(link.split("/")[2].endswith(".example") for link in message.links)
    joined = {
        item.account.id
        for item in generated.items
        if isinstance(item, Event)
        and item.event is EventKind.JOIN
        and not isinstance(item.account, str | None)
    }
    assert accounts <= joined


@pytest.mark.parametrize("seed", SEEDS)
def test_the_chat_before_is_long_busy_and_of_many(seed: int) -> None:
    generated = raid(seed)
    attack = generated.truth.attack
    before = [
        item
        for item in generated.items
        if isinstance(item, Message) and item.sent_at < attack.begin
    ]
    assert (attack.begin - before[0].sent_at).total_seconds() >= 20 * 60
    assert len(before) >= 1_200
    assert len({message.author.id for message in before}) >= 150
    long = [message.text for message in before if len(message.text) > 25]
    assert len(set(long)) > 0.5 * len(long)


def test_verbatim_bots_repeat_themselves_and_mutated_ones_hardly() -> None:
    def distinct(mutation: int) -> float:
        settings = load("hate-raid", 11)
        attack = msgspec.structs.replace(
            settings.attack, mutation=(mutation, mutation), accounts=(30, 30), links=0.0
        )
        generated = generate("x", msgspec.structs.replace(settings, attack=attack))
        ids = set(generated.truth.attack.messages)
        texts = [i.text for i in generated.items if isinstance(i, Message) and i.id in ids]
        return len(set(texts)) / len(texts)

    assert distinct(0) < 0.05
    assert all(distinct(level) > 0.8 for level in (1, 2, 3))


def test_a_folder_can_change_a_built_in_scenario(tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text(
        'extends = "hate-raid"\nseed = 3\n[attack]\naccounts = [13, 13]\n'
    )
    settings = load(str(tmp_path))
    assert settings.attack.links == load("hate-raid").attack.links
    assert len(generate(str(tmp_path), settings).truth.attack.accounts) == 13


def test_the_folder_of_the_project_plays_the_built_in_scenario() -> None:
    assert load(str(ROOT / "scenarios" / "hate-raid")) == load("hate-raid")


@pytest.mark.parametrize(
    "text", ["", "x = [", 'extends = "nope"', 'extends = "hate-raid"\ncolour = 1', "seed = 'a'"]
)
def test_what_is_no_scenario_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "scenario.toml").write_text(text)
    with pytest.raises(InputError):
        load(str(tmp_path))
