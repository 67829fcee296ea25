"""The operator with the long memory: what becomes a slow attack, what never does, and that nothing
of it depends on how the acts were delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.detect.campaign.acts import Banned, Hostile, Row, Watched, wordings
from rempart.detect.campaign.findings import Findings
from rempart.detect.campaign.operator import CampaignOperator
from rempart.detect.campaign.raids import target_key
from rempart.detect.campaign.state import ACTS, CampaignState
from rempart.model import (
    Account,
    Event,
    EventKind,
    Label,
    Message,
    MessageKind,
    Raid,
    RaidKind,
    RaidStage,
    Signal,
)

BEGIN = datetime(2026, 5, 4, 18, tzinfo=UTC)
THEME = "nobody on this channel wants you here lea, the thread knows everything you loser"
OTHER = "give the money of the raffle back to the kennel, the whole harbour talks of it you clown"
OPERATOR = CampaignOperator()


def act(
    position: int,
    hours: float,
    author: str,
    text: str = THEME,
    *,
    newcomer: bool = True,
    platform: str = "p",
    channel: str = "lea",
    age_days: float = 400,
    kind: MessageKind = MessageKind.CHAT,
    raid: str | None = None,
) -> Hostile:
    at = BEGIN + timedelta(hours=hours)
    message = Message(
        f"m{position}",
        platform,
        channel,
        at,
        Account(author, f"name of {author}", at - timedelta(days=age_days)),
        text,
        targets=("lea",),
        kind=kind,
    )
    words = text.split()
    span = (text.rindex(words[-1]), len(text))
    signals = [Signal("text", "1", Label.INSULT, 0.8, span, f"term: {words[-1]}")]
    return Hostile(position, message, True, newcomer, raid, raid is not None, signals)


def run(rows: Sequence[Row]) -> tuple[CampaignState, Findings]:
    state = OPERATOR.fresh("lea")
    found = Findings([], [], [], 0)
    rest = list(rows)
    while rest:
        state, more = OPERATOR.step(state, rest)
        for kept, new in zip(found[:3], more[:3], strict=True):
            kept.extend(new)  # type: ignore[attr-defined]
        rest = rest[more.taken :]
    return state, found


def attacks(found: Findings) -> list[Raid]:
    last = {change.raid.id: change.raid for change in found.changes}
    return [raid for raid in last.values() if raid.stage is RaidStage.ATTACK]


def slow_attack(count: int = 6, gap_hours: float = 7.0) -> list[Row]:
    return [act(n, n * gap_hours, f"a{n}", THEME) for n in range(count)]


def test_the_same_wording_from_changing_accounts_over_days_is_a_slow_attack() -> None:
    state, found = run(slow_attack())
    (raid,) = attacks(found)
    assert raid.kind is RaidKind.SLOW
    assert raid.target == "lea"
    assert raid.detected_after_messages == 3
    assert {member.account for member in OPERATOR.open_raids(state)[0].members} == {
        f"a{n}" for n in range(6)
    }
    assert all(member.core and member.reasons for member in raid.members)
    assert raid.reasons
    (campaign,) = OPERATOR.campaigns(state)
    assert campaign.raids == (raid.id,)
    assert campaign.target == "lea"
    assert campaign.begin == BEGIN


def test_every_further_message_of_it_is_touched() -> None:
    _, found = run(slow_attack())
    assert {touch.position for touch in found.touches} == {2, 3, 4, 5}
    assert all(touch.stage is RaidStage.ATTACK and touch.member for touch in found.touches)


def test_insults_that_share_nothing_but_the_insult_are_background() -> None:
    texts = [
        "that boat was mine you clown",
        "read the sign on the door you clown",
        "potatoes do not work that way you clown",
        "third time you spoil the ending you clown",
        "go and ask the other harbour you clown",
        "turn the music down a little you clown",
    ]
    _, found = run([act(n, 9.0 * n, f"a{n}", text) for n, text in enumerate(texts)])
    assert not attacks(found)
    assert not found.campaigns


def test_a_burst_within_minutes_is_the_other_operators() -> None:
    _, found = run([act(n, n / 400, f"a{n}", THEME) for n in range(30)])
    assert not attacks(found)


def test_what_regulars_say_too_is_nobodys_signature() -> None:
    rows = [act(n, 7.0 * n, f"a{n}", THEME, newcomer=bool(n % 2)) for n in range(12)]
    _, found = run(rows)
    assert not attacks(found)


def test_a_text_line_that_answers_by_itself_makes_no_slow_attack() -> None:
    _, found = run([act(n, 7.0 * n, f"a{n}", kind=MessageKind.SMS) for n in range(8)])
    assert not attacks(found)


def test_the_same_id_on_two_platforms_is_two_accounts() -> None:
    rows: list[Row] = [*slow_attack(4), act(9, 40, "a1", THEME, platform="q", channel="board")]
    state, _ = run([*rows, act(10, 47, "b", THEME, platform="q", channel="board")])
    raids = {(raid.platform, raid.channel): raid for raid in OPERATOR.open_raids(state)}
    assert set(raids) == {("p", "lea"), ("q", "board")}
    assert {m.account for m in raids["p", "lea"].members} == {"a0", "a1", "a2", "a3"}
    assert "b" in {m.account for m in raids["q", "board"].members}
    (campaign,) = OPERATOR.campaigns(state)
    assert set(campaign.platforms) == {"p", "q"}
    assert {m.platform for m in campaign.members if m.account == "a1"} == {"p", "q"}


def test_who_quotes_the_attack_to_answer_it_does_not_join() -> None:
    supporters: list[Row] = [
        act(20, 50, "s1", f"who writes «{THEME}» ? shame on the lot of you losers"),
        act(21, 51, "s2", f"{THEME} is what they write, we stand with you lea, ignore the losers"),
    ]
    state, _ = run([*slow_attack(), *supporters])
    (campaign,) = OPERATOR.campaigns(state)
    assert not {"s1", "s2"} & {member.account for member in campaign.members}


def test_an_unflagged_copy_is_recognised_while_it_is_on_and_ordinary_talk_is_not() -> None:
    def quiet(position: int, text: str, author: str) -> Watched:
        return Watched(position, act(position, 44 + position / 60, author, text).message)

    copy = quiet(30, THEME.replace("loser", "l o s e r"), "hidden")
    talk = quiet(31, "what a lovely evening in the harbour, is the boat back already", "viewer")
    state, found = run([*slow_attack(), copy, talk])
    assert {touch.position for touch in found.touches} & {30, 31} == {30}
    (campaign,) = OPERATOR.campaigns(state)
    assert "viewer" not in {member.account for member in campaign.members}
    _, before = run([copy, *slow_attack()])
    assert 30 not in {touch.position for touch in before.touches}, "nothing is looked at unasked"


def test_it_ends_by_itself_and_a_return_weeks_later_is_the_same_campaign() -> None:
    state, _ = run(slow_attack())
    (campaign,) = OPERATOR.campaigns(state)
    late: list[Row] = [act(40 + n, 24 * 20 + 9 * n, f"z{n}", THEME) for n in range(3)]
    state, found = run([*slow_attack(), *late])
    ended = [change.raid for change in found.changes if change.raid.id == campaign.raids[0]]
    assert ended[-1].until is not None
    assert ended[-1].until < BEGIN + timedelta(days=20)
    (again,) = OPERATOR.campaigns(state)
    assert again.id == campaign.id
    assert len(again.raids) == 2
    assert {"z1", "z2"} <= {member.account for member in again.members}


def raid(id: str, day: int, accounts: Sequence[str], made_day: float) -> Raid:
    from rempart.model import Member

    at = BEGIN + timedelta(days=day)
    made = BEGIN + timedelta(days=made_day)
    members = tuple(
        Member(account, f"n {account}", made + timedelta(minutes=n), at, 3, True, ("x",))
        for n, account in enumerate(accounts)
    )
    return Raid(
        id, "p", "lea", "lea", RaidStage.ATTACK, RaidKind.BOT_RAID, at, at + timedelta(minutes=4),
        members, 30, 0.9,
    )  # fmt: skip


def wave(id: str, day: int, accounts: Sequence[str], made_day: float, text: str) -> list[Row]:
    from rempart.detect.interface import RaidChange

    first = day * 1_000
    change = RaidChange(first, raid(id, day, accounts, made_day))
    said: list[Row] = [
        act(first + n, day * 24 + n / 60, account, text, raid=id)
        for n, account in enumerate(accounts, 1)
    ]
    return [change, *said, RaidChange(first + 900, change.raid)]


def test_two_raids_with_the_same_wording_are_one_campaign() -> None:
    rows = wave("r-1", 1, list("abcdef"), -3, THEME)
    rows += wave("r-2", 9, list("ghijkl"), 8, THEME + " again")
    state, found = run(rows)
    (campaign,) = OPERATOR.campaigns(state)
    assert campaign.raids == ("r-1", "r-2")
    assert len(campaign.members) == 12
    assert found.campaigns[-1].campaign.raids == ("r-1", "r-2")


def test_two_raids_with_accounts_made_together_are_one_campaign() -> None:
    rows = wave("r-1", 1, list("abcdef"), -3, THEME) + wave("r-2", 9, list("ghijkl"), -3, OTHER)
    state, _ = run(rows)
    assert [campaign.raids for campaign in OPERATOR.campaigns(state)] == [("r-1", "r-2")]


def test_two_raids_that_share_only_the_target_are_not() -> None:
    rows = wave("r-1", 1, list("abcdef"), -3, THEME) + wave("r-2", 9, list("ghijkl"), 5, OTHER)
    state, _ = run(rows)
    assert not OPERATOR.campaigns(state)


def test_accounts_made_right_after_a_ban_count_for_a_tie() -> None:
    bans: list[Row] = [
        Banned(
            1_950 + n,
            Event(EventKind.BAN, f"b{n}", "p", "lea", BEGIN + timedelta(days=1.2), Account(who)),
        )
        for n, who in enumerate("abcdef")
    ]
    first = wave("r-1", 1, list("abcdef"), -3, THEME)
    second = wave("r-2", 4, list("ghijkl"), 1.5, f"{THEME[20:70]} it says on the quay fool")
    untied, _ = run([*first, *second])
    tied, _ = run([*first, *bans, *second])
    reasons = [reason for campaign in OPERATOR.campaigns(tied) for reason in campaign.reasons]
    assert any("banned" in reason for reason in reasons)
    assert len(OPERATOR.campaigns(tied)) >= len(OPERATOR.campaigns(untied))


# -- how it is delivered --------------------------------------------------------------------------


def mixed(seed: int) -> list[Row]:
    random = Random(seed)
    rows: list[Row] = []
    hours = 0.0
    for position in range(90):
        hours += random.expovariate(1 / 5)
        text = random.choice((THEME, OTHER, f"nothing in common {random.random()} you fool"))
        row = act(
            position, hours, f"u{random.randrange(40)}", text, newcomer=random.random() < 0.8,
            age_days=random.uniform(1, 900), platform=random.choice("pq"),
        )  # fmt: skip
        rows.append(row)
    return rows


@given(seed=st.integers(0, 500), cuts=st.lists(st.integers(1, 89), max_size=6))
@settings(max_examples=30)
def test_cutting_and_dumping_in_between_change_no_byte(seed: int, cuts: list[int]) -> None:
    rows = mixed(seed)
    whole, expected = run(rows)
    state = OPERATOR.fresh("lea")
    pieces = sorted({0, *cuts, len(rows)})
    found = Findings([], [], [], 0)
    for start, stop in pairwise(pieces):
        rest = rows[start:stop]
        while rest:
            blob = OPERATOR.dump(state)
            state = OPERATOR.load(blob)
            assert OPERATOR.dump(state) == blob
            state, more = OPERATOR.step(state, rest)
            for kept, new in zip(found[:3], more[:3], strict=True):
                kept.extend(new)  # type: ignore[attr-defined]
            rest = rest[more.taken :]
    assert found[:3] == expected[:3]
    assert OPERATOR.dump(state) == OPERATOR.dump(whole)


def test_a_flood_of_hostility_stays_under_the_cap_and_does_not_push_the_weeks_out() -> None:
    quiet: list[Row] = [act(n, 26.0 * n, f"a{n}", THEME) for n in range(2)]
    random = Random(5)
    flood: list[Row] = []
    for n in range(4_000):
        text = f"{random.random()} wave number {n} {'x' * 60} {random.getrandbits(200)} you fool"
        flood.append(act(100 + n, 60 + n / 100, "f" * 120 + str(n), text, channel=f"c{n % 90}"))
    state, _ = run([*quiet, *flood])
    assert len(OPERATOR.dump(state)) <= OPERATOR.max_state_bytes
    assert len(state.data.acts) <= ACTS
    _, found = run([*quiet, *flood, act(9_000, 130, "last", THEME)])
    assert any(
        {"a0", "a1", "last"} <= {member.account for member in one.members} for one in attacks(found)
    )


def test_a_date_far_ahead_does_not_empty_the_memory() -> None:
    rows: list[Row] = [
        *slow_attack(2),
        act(50, 24 * 400, "odd", "something else entirely you fool"),
    ]
    _, found = run([*rows, *slow_attack(5)[2:]])
    assert attacks(found)


def test_late_and_repeated_acts_are_taken_as_now() -> None:
    rows = slow_attack()
    state, _ = run([*rows, act(60, -200, "late", THEME), rows[-1]])
    assert state.data.clock == int((BEGIN + timedelta(hours=35)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("name", "key"), [("Lea", "lea"), ("@Lea", "lea"), ("#lea", "lea"), ("@", "@")]
)
def test_a_name_is_one_key_on_every_platform(name: str, key: str) -> None:
    assert target_key(name) == key


def test_the_insult_is_cut_out_before_texts_are_compared() -> None:
    one, two = act(1, 0, "a", "the boat is late moron"), act(2, 0, "b", "potatoes again moron")
    assert set(wordings([one])[0].keys).isdisjoint(wordings([two])[0].keys)
    same = wordings([act(3, 0, "c", f"{THEME[:-5]}clown"), act(4, 0, "d", THEME)])
    assert same[0].keys == same[1].keys


WHOLE = "get lost you miserable clown and all of your sort"


def mostly_insult(position: int, hours: float, author: str, text: str = WHOLE) -> Hostile:
    row = act(position, hours, author, text)
    return row._replace(signals=[Signal("text", "1", Label.INSULT, 0.9, (0, len(text)), "all")])


def test_a_sentence_that_is_all_insult_is_a_wording_too() -> None:
    """Cut out, nothing would be left of it, and nobody would see that they all say it."""
    _, found = run([mostly_insult(n, 7.0 * n, f"a{n}") for n in range(6)])
    (raid,) = attacks(found)
    assert {member.account for member in raid.members} == {f"a{n}" for n in range(6)}


def test_short_insults_and_mere_likeness_of_them_are_none() -> None:
    short = [mostly_insult(n, 7.0 * n, f"a{n}", "you clown") for n in range(6)]
    alike = [
        mostly_insult(n, 7.0 * n, f"a{n}", f"you are such a {word}, go away and {word} at {place}")
        for n, (word, place) in enumerate(
            (("moron", "sea"), ("clown", "home"), ("fool", "work"), ("creep", "church"))
        )
    ]
    assert not attacks(run(short)[1])
    assert not attacks(run(alike)[1])


def test_whom_a_message_answers_is_no_wording() -> None:
    one = act(1, 0, "a", "captain_42: potatoes you clown")
    two = act(2, 0, "b", "captain_42: you fool")
    assert set(wordings([one])[0].keys).isdisjoint(wordings([two])[0].keys)


def stranger(position: int, hours: float, author: str, text: str) -> Hostile:
    """With a name and an age of their own."""
    row = act(position, hours, author, text, age_days=300 + 7 * position)
    account = msgspec.structs.replace(row.message.author, name=author)
    return row._replace(message=msgspec.structs.replace(row.message, author=account))


def in_order(*rows: Hostile) -> list[Row]:
    mixed = sorted(rows, key=lambda row: row.message.sent_at)
    return [row._replace(position=position) for position, row in enumerate(mixed)]


def test_what_two_strangers_say_alike_meanwhile_is_not_of_the_attack() -> None:
    attack = [act(n, n * 7.0, f"a{n}") for n in range(8)]
    beside = [stranger(100 + n, 30 + 7.0 * n, f"s{n}", OTHER) for n in range(3)]
    others = [
        stranger(200 + n, 28 + 1.5 * n, f"o{n}", f"pier{n} mast{n} net{n} rope{n} clown")
        for n in range(14)
    ]
    (raid,) = attacks(run(in_order(*attack, *beside[:2], *others))[1])
    assert {member.account for member in raid.members} == {f"a{n}" for n in range(8)}
    (raid,) = attacks(run(in_order(*attack, *beside, *others))[1])
    assert {"s0", "s1", "s2"} <= {member.account for member in raid.members}
