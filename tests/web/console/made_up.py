"""Made-up screens: a raid under way on a busy evening, with hostile names and texts in it.

They let every template be drawn in states that a short demo does not reach. Everything about the
people in them is invented; insults are placeholders.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import msgspec

from rempart.cases.raids.families import Written, families
from rempart.cases.raids.member_graph import graph, ties
from rempart.cases.search import Found, Hit, Search, SearchKind, Stopped
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    Measure,
    MeasureKind,
    Member,
    Raid,
    RaidKind,
    RaidStage,
    Report,
    ReportState,
    Scope,
    ScopeKind,
    Verdict,
)
from rempart.web.api.evidence.incident_files import FileRequest
from rempart.web.api.reports.reports import SaidView
from rempart.web.console import screens as sc
from rempart.web.console.case.file_page import FilesScreen
from rempart.web.console.case.raid_page import measure_groups
from rempart.web.console.case.search_page import SearchScreen
from rempart.web.mine.digest import Day, Digest, RaidTold
from rempart.web.mine.file import ActShown, File, MessageShown, RequestShown

NOW = datetime(2026, 3, 1, 20, 24, 0, tzinfo=UTC)
HOSTILE = "\u202e\x00<script>alert(1)</script>\u200bé" + "\u0301" * 30

LOG = sc.LogState(18_231, "9f31c0a4d2b87e66" * 4, 18_190, NOW - timedelta(seconds=42))
RAID = Raid(
    id="r-1a2b3c",
    platform="twitch",
    channel="lea",
    target="lea",
    stage=RaidStage.ATTACK,
    kind=RaidKind.BOT_RAID,
    begin=NOW - timedelta(minutes=9, seconds=47),
    end=NOW - timedelta(minutes=2),
    members=tuple(
        Member(
            f"u{i}",
            HOSTILE if i == 3 else f"hoss{i:03d}12_{'ab'[i % 2]}",
            NOW - timedelta(days=2, seconds=i * 31),
            NOW - timedelta(minutes=9, seconds=40 - i % 40),
            messages=3 + i % 9,
            core=i < 44,
            reasons=("new account, first seen in the raid", "near-identical text"),
        )
        for i in range(61)
    ),
    messages=412,
    confidence=0.993,
    reasons=(
        "41 new accounts in 60 s, baseline 1.2",
        "near-identical text 87 %",
        "names share a pattern (hoss#####_#)",
        "creation dates within 3 h of each other",
    ),
    suspect_at=NOW - timedelta(minutes=9, seconds=43),
    detected_at=NOW - timedelta(minutes=9, seconds=39),
    detected_after_messages=9,
    until=NOW + timedelta(minutes=8),
)
NOTICE = Raid(
    id="r-9z",
    platform="twitch",
    channel="noor_music",
    target="noor_music",
    stage=RaidStage.NOTICE,
    kind=RaidKind.FLOOD,
    begin=NOW - timedelta(minutes=41),
    end=NOW - timedelta(minutes=37),
    messages=96,
)
SUSPECT = Raid(
    id="r-5s",
    platform="twitch",
    channel="atelier",
    target="atelier",
    stage=RaidStage.SUSPECT,
    kind=RaidKind.LINK_RAID,
    begin=NOW - timedelta(minutes=24),
    end=NOW - timedelta(minutes=20),
    messages=14,
    suspect_at=NOW - timedelta(minutes=23),
)


def measure(kind: MeasureKind, ref: str, scope: ScopeKind, minutes: int, n: int) -> sc.MeasureRow:
    return sc.MeasureRow(
        Measure(
            id=f"m-{n}",
            kind=kind,
            scope=Scope(scope, "twitch", "lea", ref),
            from_at=RAID.begin,
            until=NOW + timedelta(minutes=minutes),
            rule="shield-on-raid",
            raid=RAID.id,
        ),
        case="c-7f3k",
        undoable=True,
    )


MEASURES = [
    measure(MeasureKind.SHIELD, "lea", ScopeKind.TARGET, 8, 1),
    measure(MeasureKind.SLOW_MODE, "lea", ScopeKind.CHANNEL, 8, 2),
    *[
        measure(MeasureKind.HOLD, f"hoss{i:03d}12_a", ScopeKind.ACCOUNT, 18, 10 + i)
        for i in range(9)
    ],
]
CASE = Case(
    id="c-7f3k",
    kind=CaseKind.RAID,
    subject=RAID.id,
    platform="twitch",
    channel="lea",
    target="lea",
    state=CaseState.OPEN,
    opened_at=RAID.begin + timedelta(seconds=8),
    updated_at=NOW,
    priority=700,
    why={
        "en": "A coordinated attack on lea: 61 accounts, 412 messages.",
        "fr": "Une attaque coordonnée contre lea : 61 comptes, 412 messages.",
    },
    raid=RAID.id,
    messages=412,
    reports=2,
)


def _case(n: int, priority: int, en: str, fr: str, minutes: int, target: str) -> Case:
    return Case(
        id=f"c-m{n}",
        kind=CaseKind.MESSAGE,
        subject=f"tw-{n}",
        platform="twitch",
        channel=target,
        target=target,
        state=CaseState.OPEN,
        opened_at=NOW - timedelta(minutes=minutes),
        updated_at=NOW,
        priority=priority,
        why={"en": en, "fr": fr},
        messages=1,
        reports=n % 3,
    )


CASES = [
    _case(
        1,
        950,
        "A threat against atelier: someone’s safety may be at stake.",
        "Une menace contre atelier : la sécurité d’une personne peut être en jeu.",
        3,
        "atelier",
    ),
    CASE,
    _case(
        2,
        650,
        "Personal data published about noor_music.",
        "Des données personnelles publiées au sujet de noor_music.",
        31,
        "noor_music",
    ),
    _case(3, 450, "Hate against lea.", "De la haine contre lea.", 44, "lea"),
    _case(4, 300, "An insult against atelier.", "Une insulte contre atelier.", 95, "atelier"),
    _case(5, 300, "An insult against " + HOSTILE, "Une insulte contre " + HOSTILE, 4000, HOSTILE),
]


def _rate() -> sc.Rate:
    rng = random.Random(7)
    channels = []
    for name, mean in (("lea", 16), ("noor_music", 9), ("atelier", 5)):
        counts = [max(0, round(rng.gauss(mean, mean / 3))) for _ in range(60)]
        flagged = [0] * 60
        if name == "lea":
            for i, extra in zip(range(50, 58), (44, 71, 66, 60, 52, 48, 40, 31), strict=True):
                counts[i] += extra
                flagged[i] = extra - 2
        channels.append(sc.ChannelRate("twitch", name, counts, flagged))
    return sc.Rate(NOW - timedelta(minutes=60), 60, 3600, channels)


def overview() -> sc.Overview:
    return sc.Overview(
        now=NOW,
        rate=_rate(),
        raids=[sc.RaidBar(RAID, CASE.id), sc.RaidBar(SUSPECT, "c-55"), sc.RaidBar(NOTICE, None)],
        shields=MEASURES[:2],
        queue=sc.QueueSummary(6, 1, NOW - timedelta(hours=3), {"raid": 1, "message": 5}, 4),
        log=LOG,
        lately=[
            sc.Happening(NOW - timedelta(minutes=1), "report_received", {}, CASE.id),
            sc.Happening(RAID.detected_at or NOW, "shield_on", {"channel": "lea"}, CASE.id),
            sc.Happening(
                RAID.detected_at or NOW, "raid_attack", {"target": "lea", "members": "61"}, CASE.id
            ),
            sc.Happening(
                NOW - timedelta(minutes=20),
                "case_decided",
                {"outcome": "lift", "who": "Nadia"},
                "c-55",
            ),
            sc.Happening(
                NOW - timedelta(minutes=23), "raid_suspect", {"channel": "atelier"}, "c-55"
            ),
            sc.Happening(NOW - timedelta(minutes=41), "raid_notice", {"channel": "noor_music"}),
        ],
        messages=18_004,
    )


def empty_overview() -> sc.Overview:
    log = sc.LogState(0, "e3b0c44298fc1c14" * 4, None, None)
    return sc.Overview(
        NOW,
        sc.Rate(NOW - timedelta(hours=1), 60, 3600, []),
        [],
        [],
        sc.QueueSummary(0, 0, None, {}),
        log,
        [],
        0,
    )


def queue() -> sc.Queue:
    rows = [
        sc.QueueRow(case, "attack" if case is CASE else None, 61 if case is CASE else 0)
        for case in CASES
    ]
    return sc.Queue(NOW, rows, 900, "open", None, len(rows))


def said(n: int = 40) -> list[sc.Said]:
    texts = [
        "go away loser",
        "g0 aw4y l0ser",
        "g o  a w a y",
        HOSTILE,
        "nobody wants you here idiot",
        "hello from the group " * 12,
    ]
    return [
        sc.Said(
            seq=1000 + i,
            id=f"tw-{i}",
            at=RAID.begin + timedelta(seconds=i * 2),
            author=f"u{i % 61}",
            author_name=RAID.members[i % 61].name,
            author_created_at=RAID.members[i % 61].created_at,
            text=None if i == 7 else texts[i % len(texts)],
            verdict=Verdict.HOLD if i > 8 or i % 2 else Verdict.ALLOW,
            abuse=0.9,
            labels={"insult": 0.93, "hate": 0.61},
            signals=[sc.SignalSeen("text", "1.0", "insult", 0.93, (8, 13), "loser")],
            raid=RAID.id,
        )
        for i in range(n)
    ]


def raid_part() -> sc.RaidPart:
    """With hostile names, texts and links in every place where a stranger can write."""
    found = families(Written(one.author, one.text or "") for one in said())
    links = [(member.account, f"{HOSTILE}/{at % 2}") for at, member in enumerate(RAID.members)]
    shared = ties(RAID.members, [(one.name, one.accounts) for one in found], links)
    return sc.RaidPart(
        raids=[RAID.id],
        families=found,
        shared=[sc.Shared(tie.kind, tie.name, len(tie.accounts)) for tie in shared],
        shares={account: [at] for at, tie in enumerate(shared) for account in tie.accounts},
        graph=graph(RAID.members, shared),
        lifted_out=[sc.LiftedOut("u3", HOSTILE), sc.LiftedOut(HOSTILE, "hoss")],
        others=[sc.OtherRaid("r-55", "c-55", "flood", NOW - timedelta(minutes=24), 1)],
        undecided=True,
        member_reasons=[sc.ReasonCount("near-identical text", 61)],
        may_correct=True,
    )


def case_screen() -> sc.CaseScreen:
    rng = random.Random(3)
    attack = (
        [0] * 18 + [rng.randint(18, 34) for _ in range(22)] + [rng.randint(0, 9) for _ in range(20)]
    )
    return sc.CaseScreen(
        now=NOW,
        case=CASE,
        raid=RAID,
        lifted=False,
        members=list(RAID.members),
        said=said(),
        said_total=412,
        signals=[
            sc.SignalSum("text", "1.0", "insult", 380, 0.97),
            sc.SignalSum("text", "1.0", "hate", 122, 0.91),
            sc.SignalSum("raid", "1.0", "spam", 401, 0.88),
        ],
        measures=MEASURES,
        groups=measure_groups(MEASURES),
        of_raid=raid_part(),
        timeline=sc.Timeline(
            RAID.begin - timedelta(seconds=180),
            10,
            attack,
            [rng.randint(0, 5) for _ in range(60)],
            RAID.begin,
            RAID.detected_at,
            RAID.end,
        ),
        conversations={
            "rp-1": [
                SaidView("rp-1", "reporter", NOW, HOSTILE, (HOSTILE,)),
                SaidView("rp-1", "team", NOW, HOSTILE, (), "moderator-7"),
            ]
        },
        reports=[
            Report(
                "rp-1",
                CASE.id,
                "raid",
                "They all came at once and insulted her.",
                (),
                (),
                None,
                NOW - timedelta(minutes=6),
                ReportState.RECEIVED,
                minor=True,
                trusted=True,
                wish="stop",
            ),
            Report(
                "rp-2",
                CASE.id,
                "harassment",
                HOSTILE,
                ("https://forum.example/thread/7",),
                ("m-9",),
                HOSTILE,
                NOW - timedelta(minutes=3),
                ReportState.RECEIVED,
            ),
        ],
        decisions=[],
        evidence=sc.Evidence(519, 17_002, 18_180, LOG, covered=True),
        next_case="c-m2",
    )


def channel() -> sc.ChannelScreen:
    return sc.ChannelScreen(
        NOW, "twitch", "lea", said(60), 1059, [sc.RaidBar(RAID, CASE.id)], MEASURES[0]
    )


def channels() -> sc.Channels:
    return sc.Channels(
        NOW,
        [
            sc.ChannelSummary("twitch", "lea", 1388, 401, NOW - timedelta(seconds=3), MEASURES[0]),
            sc.ChannelSummary("twitch", "noor_music", 540, 2, NOW - timedelta(seconds=9), None),
            sc.ChannelSummary("twitch", "atelier", 301, 3, NOW - timedelta(seconds=31), None),
        ],
    )


def incident_file() -> File:
    said = MessageShown(7, "m-7", HOSTILE, HOSTILE, NOW, HOSTILE, HOSTILE, ticked=False)
    gone = MessageShown(8, "m-8", "twitch", "lea", NOW, "u8", None, ticked=True)
    return File(
        HOSTILE,
        [said, gone],
        [gone, said],
        [ActShown(9, "door", NOW, HOSTILE, (HOSTILE,)), ActShown(10, "elsewhere", NOW, None, ())],
        [
            RequestShown(f"f-{state}", HOSTILE, NOW, state, HOSTILE)
            for state in ("waiting", "half", "ready", "refused", "over")
        ],
        7,
        104,
        50,
        100,
    )


def files() -> FilesScreen:
    return FilesScreen(
        NOW,
        [
            FileRequest(
                f"f-{state}-{mine}",
                HOSTILE,
                HOSTILE,
                NOW,
                state,
                mandate=HOSTILE,
                first_by="moderator-7",
                why=HOSTILE,
                mine=mine,
            )
            for state in ("waiting", "half", "ready", "refused", "taken")
            for mine in (False, True)
        ],
    )


def week() -> Digest:
    told = [
        RaidTold(kind, NOW, over, 12) for kind in ("bot_raid", "slow") for over in (True, False)
    ]
    days = [Day(NOW.date() - timedelta(days=back), back % 3, told[:back]) for back in range(7)]
    return Digest(HOSTILE, days, True, NOW, 3, True)


def search() -> SearchScreen:
    hit = Hit(7, HOSTILE, NOW, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, CASE.id)
    other = msgspec.structs.replace(hit, seq=8, author_name=None, case=HOSTILE)
    found = Found([hit, other], [HOSTILE], 2, Stopped.RESULTS)
    return SearchScreen(NOW, CASE, Search(SearchKind.WORDS, HOSTILE, HOSTILE, HOSTILE), found)
