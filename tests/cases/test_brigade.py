"""Arranged reports become a case of their own; whoever is reported loses nothing by their number
(FAULTS row 38), and independent reporters are no brigade."""

from __future__ import annotations

import random

import pytest

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.reports.brigade import brigade_on
from rempart.cases.reports.receiving import receive
from rempart.detect.campaign.brigade import HOUR_MS, Complaint, brigade_of
from rempart.detect.text.fold import fold
from rempart.model import (
    CaseKind,
    CaseState,
    DecisionOutcome,
    Ground,
    RaidKind,
    RaidStage,
    ReportRequest,
)
from rempart.store.interface.cases import CaseQuery

SCRIPT = "This user keeps posting hateful messages and must be banned from this place at once"
TAILS = ("", "!", " please", " now", ", thank you", " - act")
OPENINGS = (
    "I was watching yesterday evening when", "My sister showed me that", "On Tuesday, after work,",
    "Honestly I do not know how to say it, but", "While we were talking about trains",
    "Just before the break of the match", "It began on the other forum, where",
    "I asked politely and then",
)  # fmt: skip
MIDDLES = (
    "he wrote that line under my drawing", "somebody with this name followed my brother around",
    "she called our whole team names", "the account answered each of my posts with it",
    "my photo was passed on with a remark", "they told everybody where I go to school",
    "I got this for the third time", "the chat filled up and nobody stopped it",
)  # fmt: skip
ENDS = (
    "and I closed the window.", "so my mother told me to write to you.", "which frightened me.",
    "although I had blocked him.", "and now I cannot sleep.", "in front of two hundred people.",
    "after I had said no twice.", "and it is still there.",
)  # fmt: skip


def script(number: int) -> str:
    return SCRIPT + TAILS[number % len(TAILS)]


def own_words(number: int) -> str:
    rng = random.Random(number)
    return f"{rng.choice(OPENINGS)} {rng.choice(MIDDLES)} {rng.choice(ENDS)}"


def report(community, number, text, *, message="m1", at_ms=None, reporter=None, **fields):
    request = ReportRequest(
        category="harassment",
        explanation=text,
        message_ids=(message,),
        good_faith=True,
        **fields,
    )
    with community.store.begin() as tables:
        return receive(
            tables,
            request,
            community.keys,
            at_ms or 1_000 + number * 2_000,
            reporter or f"r{number}",
        )


def brigades(community):
    with community.store.read() as tables:
        raids = [row.raid for row in tables.stream.raids() if row.raid.kind is RaidKind.BRIGADE]
        cases = tables.cases.page(CaseQuery(CaseState.OPEN, CaseKind.RAID)).cases
    return raids, cases


@pytest.fixture
def accused(community):
    """Somebody harmless wrote twenty messages."""
    for number in range(1, 21):
        community.says(f"m{number}", "what a lovely evening this is", author="innocent")
    community.step()
    return community


def test_five_hundred_copied_reports_are_a_case_of_their_own_and_hurt_nobody(accused) -> None:
    for number in range(500):
        report(accused, number, script(number))
    (raid,), (case,) = brigades(accused)
    assert (raid.stage, raid.members) == (RaidStage.NOTICE, ())
    assert raid.messages >= 200
    assert raid.target == "innocent"
    assert any("near-identical words" in reason for reason in raid.reasons)
    assert case.raid == raid.id
    with accused.store.read() as tables:
        assert tables.stream.measures() == []
        rows = tables.stream.latest("twitch", "lea", limit=50)
        assert {row.verdict for row in rows} == {"allow"}
        of_message = next(one for one in tables.cases.page(CaseQuery()).cases if one.reports)
        assert of_message.priority == 420, "the category's early look, whatever the number"
        found = brigade_on(tables, of_message, 2_000_000)
        assert found is not None
        assert found.id == case.id


def test_no_report_is_lost_when_looking_for_a_brigade_fails(accused, monkeypatch) -> None:
    community = accused
    monkeypatch.setattr("rempart.cases.reports.brigade.brigade_of", lambda _: 1 / 0)
    receipts = [report(community, number, script(number)) for number in range(60)]
    assert all(receipt.words for receipt in receipts)
    raids, _ = brigades(community)
    assert not raids


def test_reports_on_many_messages_of_one_account_are_seen_together(accused) -> None:
    for number in range(20):
        report(accused, number, script(number), message=f"m{number + 1}")
    (raid,), _ = brigades(accused)
    assert raid.target == "innocent"
    assert raid.messages >= 8


@pytest.mark.parametrize("count", [12, 100])
def test_people_with_own_words_are_no_brigade(accused, count: int) -> None:
    for number in range(count):
        report(accused, number, own_words(number))
    assert brigades(accused) == ([], [])


def test_quoting_what_was_said_is_no_arrangement(community) -> None:
    insult = "go back to where you came from, nobody here wants to see your ugly face again"
    community.says("m1", insult, author="troll", labels={"hate": 0.9})
    community.step()
    for number in range(40):
        report(community, number, f"{own_words(number)} « {insult} »")
    assert brigades(community)[0] == []


def test_one_person_who_reports_again_and_again_is_no_brigade(accused) -> None:
    for number in range(20):
        report(accused, number, script(number), message=f"m{number + 1}", reporter="the same")
    assert brigades(accused)[0] == []


def test_what_everybody_would_say_in_two_words_binds_nobody() -> None:
    complaints = [Complaint(1_000 * n, f"r{n}", fold(["spam!"])[0]) for n in range(50)]
    assert brigade_of(complaints) is None


def test_victims_beside_a_brigade_are_not_in_it() -> None:
    texts = [script(n) for n in range(20)] + [own_words(n) for n in range(10)]
    complaints = [Complaint(1_000 * n, f"r{n}", text) for n, text in enumerate(fold(texts))]
    found = brigade_of(complaints)
    assert found is not None
    assert found.alike == tuple(range(20))
    late = [
        one._replace(at=one.at + 30 * HOUR_MS * (place % 5)) for place, one in enumerate(complaints)
    ]
    assert brigade_of(late) is None, "what was said yesterday does not count"


def test_a_case_of_arranged_reports_is_decided_like_any_other(accused) -> None:
    for number in range(30):
        report(accused, number, script(number))
    _, (case,) = brigades(accused)
    with accused.store.begin() as tables:
        decide(
            tables,
            case.id,
            DecisionOutcome.UPHOLD,
            Ground.TERMS,
            "arranged",
            Decider("mo", person=True),
            90_000,
        )
    for number in range(30, 60):
        report(accused, number, script(number))
    raids, open_cases = brigades(accused)
    assert len(raids) == 1
    assert open_cases == []


# -- a report of an attack by a group --------------------------------------------------------------


def attacked(community, raid="r-1", seconds=0.0):
    """An attack on lea's channel and its case."""
    community.says(f"of-{raid}", "va-t'en", author="b1", raid=raid, seconds=seconds)
    (case,) = community.step(community.raid(raid, begin=seconds, end=seconds + 60), seconds=seconds)
    return case


@pytest.mark.parametrize(
    "link",
    [
        "https://www.twitch.tv/lea",
        "https://twitch.tv/Lea/videos?t=3",
        "http://m.twitch.tv/popout/lea/chat",
    ],
)
def test_a_report_of_an_attack_with_the_channels_link_joins_its_raid(community, link: str) -> None:
    case = attacked(community)
    request = ReportRequest(
        category="raid", explanation="They all came at once.", links=(link,), good_faith=True
    )
    with community.store.begin() as tables:
        receipt = receive(tables, request, community.keys, 9_000, "r1")
        assert receipt.joined
        assert receipt.case == case.id
        decide(
            tables,
            case.id,
            DecisionOutcome.UPHOLD,
            Ground.TERMS,
            "a raid",
            Decider("mo", person=True),
            9_500,
        )
    again = attacked(community, "r-2", seconds=7_200)
    with community.store.begin() as tables:
        later = receive(tables, request, community.keys, 7_300_000, "r2")
    assert later.case == again.id, "the next raid is another thing"
    assert not later.answered


@pytest.mark.parametrize(
    ("category", "link"),
    [
        ("raid", "https://www.twitch.tv/zoe"),
        ("raid", "https://youtube.com/lea"),
        ("raid", "https://example.org/twitch/lea"),
        ("harassment", "https://www.twitch.tv/lea"),
    ],
)
def test_any_other_report_opens_a_case_of_its_own(community, category: str, link: str) -> None:
    case = attacked(community)
    request = ReportRequest(
        category=category, explanation="They all came at once.", links=(link,), good_faith=True
    )
    with community.store.begin() as tables:
        assert receive(tables, request, community.keys, 9_000, "r1").case != case.id
