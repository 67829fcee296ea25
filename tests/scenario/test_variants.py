"""Variants and the other scenarios: the same from the same seed, accepted whole, as described."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from rempart.errors import InputError
from rempart.ingest import Parsed, parse_one
from rempart.model import Event, EventKind, Message, MessageKind
from rempart.scenario import Generated, built_in, generate, load
from rempart.scenario.catalogue import variants

ROOT = Path(__file__).resolve().parents[2]
ALL = [(name, of) for name in built_in() if name != "campaign" for of in ("", *variants(name))]
_encode = msgspec.json.Encoder()


def made(name: str, seed: int, variant: str = "") -> Generated:
    return generate(name, load(name, seed, variant))


def messages_of(generated: Generated) -> list[Message]:
    return [item for item in generated.items if isinstance(item, Message)]


@pytest.mark.parametrize(("name", "variant"), ALL)
def test_the_same_seed_gives_the_same_and_every_item_is_accepted(name: str, variant: str) -> None:
    generated = made(name, 3, variant)
    encoded = [_encode.encode(item) for item in generated.items]
    assert encoded == [_encode.encode(item) for item in made(name, 3, variant).items]
    assert generated.truth == made(name, 3, variant).truth
    for item, raw in zip(generated.items, encoded, strict=True):
        parsed = parse_one(raw)
        assert isinstance(parsed, Parsed), parsed
        assert parsed.item == item
    times = [item.sent_at if isinstance(item, Message) else item.at for item in generated.items]
    assert times == sorted(times)


def test_no_two_runs_share_an_id() -> None:
    seen: set[str] = set()
    for name, variant in ALL:
        for seed in (3, 4) if variant else (3,):
            ids = {item.id for item in made(name, seed, variant).items}
            assert not ids & seen, (name, variant)
            seen |= ids


@pytest.mark.parametrize(("name", "variant"), ALL)
def test_the_truth_speaks_of_what_is_there(name: str, variant: str) -> None:
    generated = made(name, 5, variant)
    truth, by_id = generated.truth, {m.id: m for m in messages_of(generated)}
    assert (truth.variant, truth.messages) == (variant, len(by_id))
    for attack in truth.attacks:
        said = [by_id[id] for id in attack.messages]
        assert {m.author.id for m in said} == set(attack.accounts)
        assert {(m.platform, m.channel) for m in said} == {(attack.platform, attack.channel)}
        assert (min(m.sent_at for m in said), max(m.sent_at for m in said)) == (
            attack.begin,
            attack.end,
        )
        assert set(attack.threats) <= set(attack.messages)


@pytest.mark.parametrize("name", ["hate-raid", "sms-flood", "evening-of-calm"])
def test_the_folders_of_the_project_play_the_built_in_scenarios(name: str) -> None:
    folder = str(ROOT / "scenarios" / name)
    assert load(folder) == load(name)
    assert load(folder, 4, variants(folder)[0]) == load(name, 4, variants(name)[0])


def test_an_unknown_variant_says_which_there_are() -> None:
    with pytest.raises(InputError) as caught:
        load("hate-raid", 1, "nope")
    assert "sleepers" in caught.value.diagnostics()


# -- hate-raid -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sleepers_are_old_accounts_that_chatted_before(seed: int) -> None:
    generated = made("hate-raid", seed, "sleepers")
    attack = generated.truth.attack
    begin = load("hate-raid", seed, "sleepers").begin
    before: dict[str, int] = {}
    for message in messages_of(generated):
        if message.author.id in attack.accounts:
            assert message.author.created_at is not None
            assert message.sent_at - message.author.created_at >= timedelta(days=50)
            if message.sent_at < begin:
                before[message.author.id] = before.get(message.author.id, 0) + 1
    assert set(before) == set(attack.accounts)
    assert {2, 3, 4, 5} >= set(before.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_second_wave_has_other_accounts_and_other_words_of_the_same_people(seed: int) -> None:
    generated = made("hate-raid", seed, "second-wave")
    first, second = generated.truth.attacks
    assert not set(first.accounts) & set(second.accounts)
    assert second.begin - first.end >= timedelta(minutes=18)
    by_id = {m.id: m for m in messages_of(generated)}
    texts = [{by_id[id].text for id in wave.messages} for wave in (first, second)]
    assert not texts[0] & texts[1]
    hosts = [
        {link.split("/")[2] for id in wave.messages for link in by_id[id].links}
        for wave in (first, second)
    ]
    assert hosts[0] == hosts[1] != set()


def test_in_hype_the_chat_is_twice_as_busy_while_the_bots_are_there() -> None:
    def benign_in_attack(variant: str) -> int:
        generated = made("hate-raid", 2, variant)
        attack = generated.truth.attack
        end = attack.begin + timedelta(seconds=60)
        hostile = set(attack.messages)
        return sum(
            attack.begin <= m.sent_at < end and m.id not in hostile for m in messages_of(generated)
        )

    assert benign_in_attack("hype") >= 2 * benign_in_attack("")


# -- sms-flood -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "numbers", "seconds"),
    [
        ("", 300, 14_400),
        ("numbers-40", 40, 14_400),
        ("numbers-5000", 5_000, 14_400),
        ("minute", 300, 60),
        ("minute-5000", 5_000, 60),
    ],
)
def test_the_flood_is_as_the_incident_tells(variant: str, numbers: int, seconds: int) -> None:
    generated = made("sms-flood", 1, variant)
    thread, flood, threats = generated.truth.attacks
    assert (thread.kind, flood.kind, threats.kind) == ("thread", "flood", "threats")
    assert (len(flood.messages), len(flood.accounts)) == (20_000, numbers)
    assert 0.98 * seconds <= (flood.end - flood.begin).total_seconds() <= seconds
    assert 40 <= len(flood.threats) <= 130
    assert thread.begin < flood.begin
    hostile = {account for attack in (thread, flood, threats) for account in attack.accounts}
    sms = [m for m in messages_of(generated) if m.kind is MessageKind.SMS]
    honest = {m.author.id for m in sms} - hostile
    assert len(honest) == 1_680
    assert all(m.author.id.startswith("+3363998") for m in sms)
    assert {m.targets for m in messages_of(generated)} == {("ligne-reponse",)}
    assert {m.platform for m in messages_of(generated)} == {"sms", "forum", "social"}


# -- evening-of-calm -------------------------------------------------------------------------------


def test_an_evening_of_calm_has_everything_but_an_attack() -> None:
    generated = made("evening-of-calm", 41)
    assert generated.truth.attacks == ()
    assert [c.kind for c in generated.truth.contrasts] == variants("evening-of-calm")


def test_only_the_announced_raid_is_announced() -> None:
    def announced(variant: str) -> int:
        return sum(
            isinstance(item, Event) and item.event is EventKind.ANNOUNCED_RAID
            for item in made("evening-of-calm", 2, variant).items
        )

    assert (announced("friendly-raid"), announced("unannounced-raid")) == (1, 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_those_who_jest_have_been_here_on_the_evenings_before(seed: int) -> None:
    generated = made("evening-of-calm", seed, "irony")
    (jest,) = generated.truth.contrasts
    days: dict[str, set[str]] = {}
    for message in messages_of(generated):
        days.setdefault(message.author.id, set()).add(f"{message.sent_at:%j}")
    known = sum(len(days[account]) >= 3 for account in jest.accounts)
    assert known >= 0.9 * len(jest.accounts)
