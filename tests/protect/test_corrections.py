"""What people say of a raid stands between the detectors and everything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rempart.model import Account, MeasureKind, Member, Message, Raid, RaidKind, RaidStage, Verdict
from rempart.protect import MeasureBook, Planner
from rempart.protect.corrections import Corrections
from rempart.rules import Facts, default_rules

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
ACCOUNTS = [f"bot{n}" for n in range(8)]


def attack() -> Raid:
    members = [
        Member(name, first_at=START + timedelta(seconds=place), messages=place + 1)
        for place, name in enumerate(ACCOUNTS)
    ]
    return Raid(
        "r-1", "twitch", "lea", "lea", RaidStage.ATTACK, RaidKind.BOT_RAID, START, START,
        members=tuple(members), messages=36,
    )  # fmt: skip


def names(raid: Raid) -> list[str]:
    return [member.account for member in raid.members]


def test_who_was_lifted_out_is_no_member_and_takes_his_messages_along() -> None:
    said = Corrections()
    said.spare("r-1", "bot2")
    (rest,) = said.pictures(attack())
    assert "bot2" not in names(rest)
    assert (len(rest.members), rest.messages) == (7, 33)
    assert said.raid_of("r-1", "bot2") is None
    assert said.raid_of("r-1", "bot3") == "r-1"
    said.put_back("r-1", "bot2")
    assert said.pictures(attack()) == [attack()]
    assert not said


def test_a_part_is_a_raid_of_its_own_that_begins_with_its_first_member() -> None:
    said = Corrections()
    said.split("r-1", "r-2", ["bot5", "bot6"])
    rest, part = said.pictures(attack())
    assert (part.id, names(part), part.messages) == ("r-2", ["bot5", "bot6"], 13)
    assert part.begin == START + timedelta(seconds=5)
    assert (rest.id, rest.messages) == ("r-1", 23)


def test_a_part_can_be_split_and_its_members_lifted_out() -> None:
    said = Corrections()
    said.split("r-1", "r-2", ["bot5", "bot6", "bot7"])
    said.split("r-2", "r-3", ["bot6"])
    said.spare("r-2", "bot7")
    assert [(raid.id, len(raid.members)) for raid in said.pictures(attack())] == [
        ("r-1", 5),
        ("r-2", 1),
        ("r-3", 1),
    ]
    assert [said.raid_of("r-1", name) for name in ("bot4", "bot5", "bot6", "bot7")] == [
        "r-1",
        "r-2",
        "r-3",
        None,
    ]


@given(st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(["out", "part", "back"]))))
def test_nobody_counts_twice_and_only_who_was_lifted_out_is_missing(
    acts: list[tuple[str, str]],
) -> None:
    said = Corrections()
    last = dict(acts)
    for account, act in acts:
        if act == "out":
            said.spare("r-1", account)
        elif act == "part":
            said.split("r-1", "r-2", [account])
        else:
            said.put_back("r-1", account)
    pictures = said.pictures(attack())
    counted = [name for raid in pictures for name in names(raid)]
    assert len(counted) == len(set(counted))
    assert set(ACCOUNTS) - set(counted) == {name for name, act in last.items() if act == "out"}
    gone = sum(ACCOUNTS.index(name) + 1 for name, act in last.items() if act == "out")
    assert sum(raid.messages for raid in pictures) == 36 - gone


def test_lifting_one_raid_leaves_the_holds_of_the_part_that_was_split_off() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    planner.for_raid(book, attack(), planner.rules.on_raid(attack()), START)
    book.split("r-1", "r-2", ["bot5"])
    book.lift("r-1")

    def verdict(author: str) -> Verdict:
        at = START + timedelta(seconds=9)
        said = Message("m1", "twitch", "lea", at, Account(author), text="…")
        return planner.for_message(book, Facts(said, (), {}, 0.0, None), [], None)[0]

    assert verdict("bot4") is Verdict.ALLOW
    assert verdict("bot5") is Verdict.HOLD


def test_what_was_undone_for_a_raid_does_not_come_back_for_a_part_of_it() -> None:
    book, planner = MeasureBook(), Planner(default_rules())
    (shield,) = [
        one
        for one in planner.for_raid(book, attack(), default_rules().on_raid(attack()), START)
        if one.kind is MeasureKind.SHIELD
    ]
    book.split("r-1", "r-2", ["bot5", "bot6"])
    book.forget(shield)
    _, part = book.corrections.pictures(attack())
    later = planner.for_raid(book, part, default_rules().on_raid(part), START)
    assert MeasureKind.SHIELD not in {one.kind for one in later}
