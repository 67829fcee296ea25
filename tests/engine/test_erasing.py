"""Erasure in the running engine: gone from files and memory, while the log and the others stand."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.disclose.exporting import export_dossier
from tests.engine.test_deadlines import DAY, World
from tests.faults.traffic import SOURCE, line, parsed

from rempart.cases.case_notes import add_note
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.erasure.holds import lift, place
from rempart.cases.erasure.needs import needed_for
from rempart.cases.erasure.requests import DELAY_MS, ask, cancel, confirm
from rempart.cases.evidence.referrals import prepare
from rempart.cases.incident_file import Act, add_act
from rempart.cases.reports.receiving import receive
from rempart.disclose.dossier.archive import unpack
from rempart.disclose.dossier.verify import Report, verify
from rempart.disclose.referral.pack import Teller, write_pack
from rempart.errors import AccessError, ConflictError
from rempart.log.keys import read_public
from rempart.log.scrub import scrub
from rempart.model import (
    DecisionOutcome,
    Ground,
    Measure,
    MeasureKind,
    Message,
    ReportContact,
    ReportRequest,
    Scope,
    ScopeKind,
)
from rempart.scenario.catalogue import generate, load
from rempart.store.interface.erasure import ErasureRow
from rempart.store.interface.incidents import IncidentItem
from rempart.store.residues import residues

SUBJECT, NAME = "qz7781-subject", "Zorglubine Quatorze"
WORDS = ("xylobarque", "trifouillette")
TEXT = f"you idiot loser, my {WORDS[0]} says get lost with your {WORDS[1]} tonight"
ASKED, AGREED = "moderator-1", "moderator-2"
WINDOW = 184 * DAY


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def say(world: World, number: int, text: str, **fields: Any) -> int:
    fields = {"author": {"id": SUBJECT, "name": NAME}, "channel": "lea", **fields}
    sent = {"sent_at": _moment(world)}
    (found,) = world.engine.submit(
        parsed(line(number, text=text, **{**sent, **fields})), SOURCE
    ).result()
    return found.sequence


def _moment(world: World) -> str:
    from rempart.cases.entries import rfc3339

    return rfc3339(world.now_ms)


def request(world: World, subject: str = f"twitch/{SUBJECT}", kind: str = "account") -> ErasureRow:
    asked = world.engine.write(
        lambda tables: ask(
            tables, kind, subject, "objection", f"{NAME} wrote to us", ASKED, world.now_ms
        )
    ).result()
    return world.engine.write(
        lambda tables: confirm(tables, asked.id, AGREED, world.now_ms)
    ).result()


def now(world: World, id: str) -> ErasureRow:
    with world.engine.read() as tables:
        row = tables.erasure.get(id)
    assert row is not None
    return row


def after(world: World, seconds: float, id: str | None = None) -> None:
    """Time passes, second by second for who waits, until nothing more is due."""
    world.time.pass_(seconds)
    for _ in range(200):
        world.engine.write(lambda tables: None).result()
        world.time.pass_(1.5)
        with world.engine.read() as tables:
            busy = tables.erasure.rows(states=("finding", "erasing"))
            due = tables.erasure.due(world.now_ms)
        if not busy and due is None:
            break
    for _ in range(12):
        world.time.pass_(1.5)
        world.engine.write(lambda tables: None).result()


def verified(world: World) -> None:
    world.engine.checkpoint().result()
    with world.engine.read() as tables:
        report = scrub(tables.log, read_public(world.folder))
    assert not report.failed, report


def raid_with_the_subject() -> list[bytes]:
    """The built-in hate raid, one of whose accounts is the subject, in a channel of its own."""
    generated = generate("hate-raid", load("hate-raid", 1))
    attack = generated.truth.attack
    first, last = attack.begin - timedelta(minutes=4), attack.begin + timedelta(seconds=60)
    lines = []
    for item in generated.items:
        at = item.sent_at if isinstance(item, Message) else item.at
        if not first <= at <= last:
            continue
        raw = json.loads(msgspec.json.encode(item))
        if isinstance(item, Message) and item.author.id == attack.accounts[0]:
            raw["author"] = {**raw["author"], "id": SUBJECT, "name": NAME}
            raw["text"] += f" {WORDS[0]}"
        lines.append(json.dumps(raw).encode())
    return lines


def a_life_here(world: World) -> tuple[str, str]:
    """The subject joins a raid, insults alone, is reported, judged, noted. Returns the case that is
    about it alone, and the raid's."""
    world.engine.submit(parsed(*raid_with_the_subject()), SOURCE).result()
    seq = say(world, 900_001, TEXT, channel="other", targets=["other"])
    asked = ReportRequest(
        category="harassment",
        explanation=f"{NAME} said {WORDS[0]} to me and I am afraid of it",
        text=TEXT,
        message_ids=("m900001",),
        good_faith=True,
    )
    world.engine.write(
        lambda tables: receive(tables, asked, world.keys, world.now_ms, None)
    ).result()
    world.after(120)
    with world.engine.read() as tables:
        case = tables.cases.last_of_messages([seq])[seq]
        raid = next(row.raid for row in tables.stream.raids() if len(row.raid.members) > 5)
        raid_case = tables.cases.last_of_raids([raid.id])[raid.id]
    assert SUBJECT in {member.account for member in raid.members}
    who = Decider(ASKED, person=True)

    def judge(tables: Any) -> None:
        add_note(tables, case.id, f"{WORDS[1]} again, by {NAME}", "team", ASKED, world.now_ms)
        told = Teller("", world.engine.signer.name)
        said = write_pack(tables, case, "police", "fr", f"about {NAME}", told)
        assert WORDS[0] in str(said), "a pack says what was written"
        prepare(tables, case, "police", "fr", said, ASKED, world.now_ms)
        for one in (case.id, raid_case.id):
            decide(
                tables,
                one,
                DecisionOutcome.UPHOLD,
                Ground.TERMS,
                f"{NAME} wrote: my {WORDS[0]} says get lost with your {WORDS[1]}",
                who,
                world.now_ms,
            )

    world.engine.write(judge).result()
    return case.id, raid_case.id


def dossier_of_another(world: World) -> tuple[str, bytes]:
    author = {"id": "u-other", "name": "Someone Else"}
    seq = say(world, 900_010, "you idiot, get lost, loser", author=author, channel="third")
    world.after(5)
    with world.engine.read() as tables:
        case = tables.cases.last_of_messages([seq])[seq]
    return case.id, exported(world, case.id)


def exported(world: World, case: str) -> bytes:
    out = io.BytesIO()
    at = datetime.fromtimestamp(world.time.wall, UTC)
    with world.engine.read() as tables:
        export_dossier(tables, case, out, world.engine.signer, at)
    return out.getvalue()


def readable(world: World, words: tuple[str, ...]) -> list[str]:
    """Entries whose bodies can be opened and hold one of the words."""
    with world.engine.read() as tables:
        return [
            f"{seq}: {body!r}"
            for seq, bodies in tables.log.bodies_between(0, tables.log.size())
            for body in bodies
            if any(word.encode() in body for word in words)
        ]


def check_dossier(data: bytes) -> Report:
    return verify(unpack(data))


def test_an_erased_account_is_gone_from_every_byte_and_the_rest_still_verifies(
    world: World,
) -> None:
    case, raid_case = a_life_here(world)
    sought = (SUBJECT, NAME, NAME.split(maxsplit=1)[0], *WORDS)
    before = residues(world.folder, sought)
    assert before, "the search finds what is there"
    assert len(readable(world, sought)) > 5
    other, dossier = dossier_of_another(world)
    row = request(world)
    assert (row.state, row.needed_for) == ("needed", "appeal_window")
    after(world, WINDOW + 8 * DAY)
    done = now(world, row.id)
    assert done.state == "done", done
    assert done.subject is None
    counts = json.loads(done.counts)
    assert counts["messages"] >= 2
    assert counts["entries said anew"] >= 2
    assert counts["states"] >= 1
    verified(world)
    assert residues(world.folder, sought) == []
    world.restart()
    verified(world)
    with world.engine.read() as tables:
        raid = next(row.raid for row in tables.stream.raids() if len(row.raid.members) > 5)
        decision = tables.cases.decision(raid_case)
        alone = tables.cases.decision(case)
    named = [one for one in raid.members if one.account.startswith("erased-")]
    assert len(named) == 1, "the raid keeps its number of members"
    assert decision is not None and "[erased]" in decision.reason
    assert alone is not None and alone.reason == "[erased]"
    assert readable(world, sought) == [], "nor is it in what the keys still open"
    assert not check_dossier(dossier).failed
    again = exported(world, raid_case)
    assert not check_dossier(again).failed
    assert not check_dossier(exported(world, other)).failed
    (world.folder / "again.zip").write_bytes(again)
    assert residues(world.folder, sought) == []
    assert say(world, 900_002, "good evening") > 0, (
        "the same account may come back, as somebody new"
    )
    world.engine.stop()
    assert NAME in "".join(residues(world.folder, (NAME,))), "and is then known again"


def test_messages_expire_by_their_window_and_what_is_needed_stays(world: World) -> None:
    plain = say(world, 1, f"good evening {WORDS[0]}", author={"id": "u1", "name": "Person 1"})
    seq = say(world, 2, f"kill yourself you stupid loser {WORDS[1]}", channel="other")
    after(world, 29 * DAY)
    with world.engine.read() as tables:
        assert tables.log.bodies(plain), "not yet"
    after(world, 2.2 * DAY)
    world.after(2)
    with world.engine.read() as tables:
        assert tables.log.bodies(plain) == (), "its body is gone"
        assert tables.log.bodies(seq), "what stands out stays"
        assert tables.stream.messages([plain]) == []
        assert tables.stream.messages([seq]) != []
    told = world.told("retention")
    assert told[0]["window"] == "messages"
    assert told[0]["count"] == 1
    assert "GDPR" in told[0]["source"]
    verified(world)
    world.restart()
    verified(world)


def test_the_same_person_cannot_confirm_and_nothing_is_taken_back_once_it_is_done(
    world: World,
) -> None:
    say(world, 1, "good evening")
    asked = world.engine.write(
        lambda tables: ask(
            tables, "account", f"twitch/{SUBJECT}", "objection", "he asked by letter", ASKED,
            world.now_ms,
        )
    ).result()  # fmt: skip
    with pytest.raises(AccessError):
        world.engine.write(lambda tables: confirm(tables, asked.id, ASKED, world.now_ms)).result()
    row = world.engine.write(
        lambda tables: confirm(tables, asked.id, AGREED, world.now_ms)
    ).result()
    assert (row.state, row.due_ms) == ("waiting", world.now_ms + DELAY_MS)
    after(world, 6.9 * DAY)
    assert now(world, row.id).state == "waiting", "not before the week is over"
    after(world, 0.2 * DAY)
    assert now(world, row.id).state == "done"
    with pytest.raises(ConflictError):
        world.engine.write(
            lambda tables: cancel(tables, row.id, ASKED, "we changed our minds", world.now_ms)
        ).result()
    assert residues(world.folder, (SUBJECT, NAME)) == []


def test_a_cancelled_request_erases_nothing(world: World) -> None:
    seq = say(world, 1, "good evening")
    row = request(world)
    world.engine.write(
        lambda tables: cancel(tables, row.id, ASKED, "he took it back himself", world.now_ms)
    ).result()
    after(world, 9 * DAY)
    with world.engine.read() as tables:
        assert tables.log.bodies(seq)
        (message,) = tables.stream.messages([seq])
    assert message.author == SUBJECT


def test_a_clock_that_jumps_a_month_erases_nothing_early(world: World) -> None:
    seq = say(world, 1, "good evening")
    row = request(world)
    world.time.wall += 40 * DAY
    for _ in range(5):
        world.time.pass_(2)
        world.engine.write(lambda tables: None).result()
    assert now(world, row.id).state == "waiting"
    with world.engine.read() as tables:
        assert tables.log.bodies(seq), "nor does it expire"
    assert world.told("clock-anomaly")
    after(world, 7.1 * DAY)
    assert now(world, row.id).state == "done"


def test_a_crash_in_the_middle_goes_on_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rempart.cases.erasure.erasing as erasing

    monkeypatch.setattr(erasing, "PORTION", 20)
    for number in range(60):
        author = {"id": f"v{number % 5}", "name": f"V {number % 5}"}
        say(world, number, f"good evening {number}", author=author)
    for number in range(100, 110):
        say(world, number, f"my {WORDS[0]} number {number} is quite fine")
    row = request(world)
    world.time.pass_(7.1 * DAY)
    while now(world, row.id).state != "erasing":
        world.time.pass_(1.5)
        world.engine.write(lambda tables: None).result()
    world.restart()
    after(world, 5)
    done = now(world, row.id)
    assert done.state == "done"
    assert json.loads(done.counts)["messages"] == 10
    assert residues(world.folder, (SUBJECT, NAME, WORDS[0])) == []
    verified(world)


def an_account_with_much_to_say(world: World) -> ErasureRow:
    """Posts whose addresses name it, a note about it; others write in between."""
    for number in range(20):
        author = {"id": f"v{number % 5}", "name": f"V {number % 5}"}
        say(world, number, f"good evening {number}", author=author)
    for number in range(100, 140):
        id = f"https://social.example/@{SUBJECT}/{number}"
        say(world, number, f"my {WORDS[0]} number {number} is quite fine", id=id)
    at = datetime.fromtimestamp(world.time.wall, UTC)
    act = Act("other_site", at, f"{NAME} wrote: my {WORDS[0]} number 133 is quite fine")
    world.engine.write(lambda tables: add_act(tables, "mia", act, world.now_ms)).result()
    row = request(world)
    world.time.pass_(7.1 * DAY)
    return row


def told_of(world: World) -> list[str]:
    return [entry["happened"] for entry in world.told("erasure")]


def test_between_portions_messages_are_taken_and_nothing_is_told_before_it_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rempart.cases.erasure.erasing as erasing

    monkeypatch.setattr(erasing, "PORTION", 15)
    row = an_account_with_much_to_say(world)
    portions = 0
    while now(world, row.id).state != "done":
        assert "carried out" not in told_of(world)
        world.time.pass_(1.5)
        assert say(world, 1_000 + portions, "hello", author={"id": "v9", "name": "V"}) > 0
        portions += 1
    assert portions > 8
    assert told_of(world)[-1] == "carried out"
    assert json.loads(now(world, row.id).counts)["messages"] == 40
    after(world, 5)
    assert residues(world.folder, (SUBJECT, NAME, WORDS[0])) == []
    verified(world)


def test_a_kill_between_any_two_portions_is_taken_up_at_the_start(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves is what is in the files at that moment: a copy of them is opened anew."""
    import rempart.cases.erasure.erasing as erasing

    monkeypatch.setattr(erasing, "PORTION", 15)
    row = an_account_with_much_to_say(world)
    while now(world, row.id).state == "waiting":
        world.time.pass_(1.5)
        world.engine.write(lambda tables: None).result()
    killed: list[tuple[Path, float]] = []
    while now(world, row.id).state != "done":
        left = tmp_path.parent / f"{tmp_path.name}-killed-{len(killed)}"
        shutil.copytree(
            world.folder, left, ignore=shutil.ignore_patterns("*.lock", "*-shm", "*.new")
        )
        killed.append((left, world.time.wall))
        world.time.pass_(1.5)
        world.engine.write(lambda tables: None).result()
    assert len(killed) > 8
    for left, wall in killed:
        with ExitStack() as stack:
            again = World(left, stack)
            again.time.wall = wall
            after(again, 5)
            done = now(again, row.id)
            assert done.state == "done", left
            assert json.loads(done.counts)["messages"] == 40
            with again.engine.read() as tables:
                authors = {one.author for one in tables.stream.messages(range(300))}
            assert len([one for one in authors if one.startswith("erased-")]) == 1
            assert told_of(again).count("carried out") == 1
            assert residues(left, (SUBJECT, NAME, WORDS[0])) == []
            verified(again)


def test_a_failure_while_erasing_takes_everything_back_and_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rempart.cases.erasure.erasing as erasing

    seq = say(world, 1, "good evening")
    row = request(world)
    fails = [True]
    real = erasing.tell

    def tell_badly(*args: Any, **more: Any) -> int:
        if "carried out" in args and fails.pop() if fails else False:
            raise OSError("power")
        return real(*args, **more)

    monkeypatch.setattr(erasing, "tell", tell_badly)
    after(world, 7.1 * DAY)
    assert not fails
    assert now(world, row.id).state == "done"
    with world.engine.read() as tables:
        assert tables.log.bodies(seq) == ()
    assert residues(world.folder, (SUBJECT, NAME)) == []
    verified(world)


def test_what_comes_to_need_it_after_it_was_begun_stops_it_while_nothing_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The court's letter arrives while the log is still being looked through; when it is lifted,
    the erasure goes on from the beginning."""
    import rempart.cases.erasure.erasing as erasing

    monkeypatch.setattr(erasing, "PORTION", 15)
    row = an_account_with_much_to_say(world)
    for stage in ("finding", "erasing"):
        while now(world, row.id).state != stage:
            world.time.pass_(1.5)
            world.engine.write(lambda tables: None).result()
        held = world.engine.write(
            lambda tables: place(
                tables, "litigation", "account", f"twitch/{SUBJECT}", "order 26/456",
                "the judge asked for it today", 60, ASKED, world.now_ms,
            )
        ).result()  # fmt: skip
        after(world, 5)
        stopped = now(world, row.id)
        assert (stopped.state, stopped.needed_for) == ("needed", "hold_litigation"), stage
        assert told_of(world)[-1] == "refused for now"
        with world.engine.read() as tables:
            kept = tables.erasure.own_messages("twitch", SUBJECT, 0, tables.log.size())
            assert len(kept) == 40
            assert all(tables.log.bodies_of([one.seq for one in kept]).values())
        world.engine.write(
            lambda tables, id=held.id: lift(tables, id, "over", ASKED, world.now_ms)
        ).result()
    after(world, 5)
    done = now(world, row.id)
    assert done.state == "done"
    assert json.loads(done.counts)["messages"] == 40
    assert residues(world.folder, (SUBJECT, NAME, WORDS[0])) == []
    verified(world)


def test_a_hold_keeps_what_would_go_and_lets_go_when_it_ends(world: World) -> None:
    say(world, 1, "good evening")
    world.engine.write(
        lambda tables: place(
            tables, "litigation", "channel", "twitch/lea", "civil case 26/123",
            "the streamer has sued", 100, ASKED, world.now_ms,
        )
    ).result()  # fmt: skip
    row = request(world)
    assert (row.state, row.needed_for) == ("needed", "hold_litigation")
    after(world, 50 * DAY)
    assert now(world, row.id).state == "needed"
    with world.engine.read() as tables:
        assert tables.stream.messages([tables.log.size() - 1]) == []
        kept = tables.erasure.own_messages("twitch", SUBJECT, 0, tables.log.size())
    assert len(kept) == 1, "retention waits for the hold too"
    after(world, 51 * DAY)
    assert now(world, row.id).state == "done"
    assert residues(world.folder, (SUBJECT, NAME)) == []


def test_a_reporter_is_gone_with_words_contact_and_receipt(world: World) -> None:
    seq = say(world, 900_001, TEXT, channel="other", author={"id": "u-rude"})
    del seq
    mail = "mirabelle.quatrevingt@example.org"
    asked = ReportRequest(
        category="harassment",
        explanation="he frightens me with his flumbusterie",
        message_ids=("m900001",),
        contact=ReportContact("Mirabelle Quatrevingt", mail),
        good_faith=True,
    )
    receipt = world.engine.write(
        lambda tables: receive(tables, asked, world.keys, world.now_ms, None)
    ).result()
    with world.engine.read() as tables:
        report = tables.cases.report(receipt.report)
        assert report is not None
    judge = Decider(ASKED, person=True)
    world.engine.write(
        lambda tables: decide(
            tables, report.case, DecisionOutcome.UPHOLD, Ground.TERMS,
            "an insult against a person", judge, world.now_ms,
        )
    ).result()  # fmt: skip
    row = request(world, receipt.report, "reporter")
    assert row.needed_for == "appeal_window"
    after(world, WINDOW + 8 * DAY)
    assert now(world, row.id).state == "done"
    with world.engine.read() as tables:
        assert tables.cases.sealed_contact(receipt.report) is None
        assert tables.log.bodies(report.seq) == ()
        assert not tables.keys.has(f"report:{receipt.report}")
    verified(world)


def test_a_target_takes_what_is_kept_about_her(world: World) -> None:
    say(world, 1, TEXT, channel="mia")
    act = Act("door", datetime.fromtimestamp(world.time.wall, UTC), "he stood at my grilladoire")
    seq = world.engine.write(lambda tables: add_act(tables, "mia", act, world.now_ms)).result()
    with world.engine.read() as tables:
        assert tables.keys.has("target:mia")
    row = request(world, "mia", "target")
    assert row.state == "needed", "a case about her is open"
    with world.engine.read() as tables:
        cases = tables.erasure.cases_of_target("", "mia")
    judge = Decider(ASKED, person=True)
    for case in cases:
        world.engine.write(
            lambda tables, id=case.id: decide(
                tables, id, DecisionOutcome.UPHOLD, Ground.TERMS,
                "an insult against a person", judge, world.now_ms,
            )
        ).result()  # fmt: skip
    after(world, WINDOW + 40 * DAY)
    assert now(world, row.id).state == "done"
    with world.engine.read() as tables:
        assert tables.incidents.items("mia") == []
        assert tables.log.bodies(seq) == ()
        assert not tables.keys.has("target:mia")
    verified(world)


def test_an_account_called_like_the_channel_takes_nothing_else_with_it(world: World) -> None:
    say(world, 1, "good evening", channel="lea", author={"id": "lea", "name": "lea"})
    other = say(world, 2, "hello lea", channel="lea", author={"id": "u5", "name": "Five"})
    row = request(world, "twitch/lea")
    after(world, 7.1 * DAY)
    assert now(world, row.id).state == "done"
    with world.engine.read() as tables:
        (message,) = tables.stream.messages([other])
        assert message.channel == "lea"
        assert b"hello lea" in tables.log.bodies(other)[0], "what others wrote is theirs"
        assert [one.channel for one in tables.stream.channels()] == ["lea"]


def test_what_a_report_counts_of_a_message_is_the_same_when_its_id_named_the_account(
    world: World,
) -> None:
    """An id that holds the account's is exchanged; how often the message had been seen before it
    was restricted is told by the same key as before."""
    id = f"post-{SUBJECT}-1"
    seq = say(world, 1, TEXT, id=id, channel="other", targets=["other"])
    seen = {"type": "event", "event": "delivered", "platform": "twitch", "channel": "other"}
    for count in (40, 90):
        at = {"id": f"e{count}", "at": _moment(world), "message": id, "count": count}
        world.engine.submit(parsed(json.dumps({**seen, **at}).encode()), SOURCE).result()
        world.after(60)
    with world.engine.read() as tables:
        case = tables.cases.last_of_messages([seq])[seq]
    who = Decider(ASKED, person=True)
    world.engine.write(
        lambda tables: decide(
            tables, case.id, DecisionOutcome.UPHOLD, Ground.TERMS, NAME, who, world.now_ms
        )
    ).result()

    def told() -> list[list[int]]:
        with world.engine.read() as tables:
            views = tables.history.read(tables.log.size()).views
        return [views.at_ms.tolist(), views.views.tolist(), views.restricted_ms.tolist()]

    before = told()
    assert before[1] == [40, 90] and min(before[2]) > 0
    row = request(world)
    after(world, WINDOW + 8 * DAY)
    assert now(world, row.id).state == "done"
    assert residues(world.folder, (id,)) == []
    assert told() == before


def test_what_a_message_still_needs_is_not_replayed_after_it_is_gone(world: World) -> None:
    """Replay over gaps: the states rebuilt from the log are those in memory."""
    world.engine.submit(parsed(*raid_with_the_subject()), SOURCE).result()
    world.after(5)
    before = world.engine.pipeline
    assert before is not None
    world.engine.write(lambda tables: tables.stream.drop_states()).result()
    with world.engine.read() as tables:
        own = [one.seq for one in tables.erasure.own_messages("twitch", SUBJECT, 0, 10_000)]
    world.engine.write(lambda tables: tables.log.erase(own)).result()
    world.restart()
    verified(world)
    assert say(world, 900_003, "good evening") > 0


def test_a_table_that_this_code_has_never_heard_of_is_reached_too(world: World) -> None:
    """Orders of authorities, letters, whatever comes: looked through column by column."""
    say(world, 1, "good evening")
    record = json.dumps({"concerns": [{"account": f"twitch/{SUBJECT}", "name": NAME}]})

    def change(tables: Any) -> None:
        db = tables.connection
        db.execute("CREATE TABLE of_tomorrow (id TEXT, way TEXT, told BLOB, PRIMARY KEY (id, way))")
        db.execute("INSERT INTO of_tomorrow VALUES ('a', 'b', ?)", (record.encode(),))
        db.execute("CREATE TABLE letters (text TEXT, channel TEXT)")
        db.execute("INSERT INTO letters VALUES (?, 'lea')", (f"about {NAME}, as you asked",))
        # A gate stopped this statement because it names somebody: it was never sent.
        stopped = json.dumps({"decision_facts": f"{NAME} wrote it again and again to her"})
        db.execute(
            "INSERT INTO feed_statement (database, puid, measure, channel, platform, state,"
            " payload, due_ms) VALUES ('sandbox', 'p', 'm', 'lea', 'twitch', 'blocked', ?, 1)",
            (stopped.encode(),),
        )

    world.engine.write(change).result()
    row = request(world)
    after(world, 7.1 * DAY)
    assert now(world, row.id).state == "done"
    assert residues(world.folder, (SUBJECT, NAME)) == []


def test_a_decision_that_can_be_contested_and_a_file_are_grounds_to_wait(world: World) -> None:
    """184 days for who was judged; a year for what the person under attack put into her file."""
    seq = say(world, 1, TEXT)
    world.after(5)
    with world.engine.read() as tables:
        case = tables.cases.last_of_messages([seq])[seq]
    judge = Decider(ASKED, person=True)
    world.engine.write(
        lambda tables: decide(
            tables, case.id, DecisionOutcome.LIFT, Ground.NONE, "a quote, and no insult", judge,
            world.now_ms,
        )
    ).result()  # fmt: skip
    with world.engine.read() as tables:
        standing = needed_for(tables, "account", f"twitch/{SUBJECT}", world.now_ms)
    assert standing[0].key == "appeal_window"
    assert (standing[0].until_ms - world.now_ms) // 86_400_000 in (183, 184)
    world.engine.write(
        lambda tables: tables.incidents.add(
            IncidentItem("lea", seq, "message", world.now_ms, world.now_ms)
        )
    ).result()
    with world.engine.read() as tables:
        standing = needed_for(tables, "account", f"twitch/{SUBJECT}", world.now_ms)
    assert [one.key for one in standing][:2] == ["incident_file", "appeal_window"]
    row = request(world)
    assert (row.state, row.needed_for) == ("needed", "incident_file")


def test_a_restriction_in_force_is_a_ground_to_wait(world: World) -> None:
    say(world, 1, "good evening")
    begin = datetime.fromtimestamp(world.time.wall, UTC)
    scope = Scope(ScopeKind.ACCOUNT, "twitch", "lea", SUBJECT)
    muted = Measure(
        id="m-muted",
        kind=MeasureKind.MUTE,
        scope=scope,
        from_at=begin,
        until=begin + timedelta(days=20),
        rule="by-hand",
        account=SUBJECT,
        reason={"en": "for a while", "fr": "pour un temps"},
        automated=False,
    )
    world.engine.write(lambda tables: tables.stream.add_measures([muted], [0])).result()
    row = request(world)
    assert (row.state, row.needed_for) == ("needed", "measure")
    assert row.needed_until_ms is not None
    assert abs(row.needed_until_ms - world.now_ms - 20 * 86_400_000) < 60_000


def test_a_court_that_keeps_the_account_out_is_a_ground_to_keep_its_name(world: World) -> None:
    say(world, 1, "good evening")
    until_ms = world.now_ms + int(30 * DAY) * 1000
    ban = json.dumps({"accounts": [f"twitch/{SUBJECT}"]}).encode()
    world.engine.write(
        lambda tables: (
            tables.connection.execute(  # type: ignore[attr-defined]
                "INSERT INTO court_ban (id, record, from_ms, until_ms, taken_by, at_ms, seq,"
                " looked_seq) VALUES ('b-1', ?, 1, ?, 'm', 1, 1, 1)",
                (ban, until_ms),
            )
            and None
        )
    ).result()
    row = request(world)
    assert (row.state, row.needed_for) == ("needed", "court_ban")
    after(world, 32 * DAY)
    assert now(world, row.id).state == "done"
    assert residues(world.folder, (SUBJECT, NAME)) == []


def test_every_window_expires_by_itself_and_the_log_still_verifies(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    case, _ = a_life_here(world)
    with world.engine.read() as tables:
        report = tables.cases.reports(case)[0]
        assert tables.log.bodies(report.seq)
    after(world, 370 * DAY)
    windows = {one["window"] for one in world.told("retention")}
    assert {"messages", "reports"} <= windows
    with world.engine.read() as tables:
        assert tables.log.bodies(report.seq) == (), "the words of the report have expired"
        decision = tables.cases.decision(case)
    assert decision is not None and NAME in decision.reason, "the decision has not"
    for _ in range(4):
        after(world, 190 * DAY)
    windows = {one["window"] for one in world.told("retention")}
    assert {"messages", "flagged", "reports", "cases"} <= windows
    with world.engine.read() as tables:
        decision = tables.cases.decision(case)
        assert tables.erasure.own_messages("twitch", SUBJECT, 0, tables.log.size()) == []
    assert decision is not None and decision.reason == "[erased]"
    assert readable(world, WORDS) == []
    assert not [one for one in caplog.records if one.exc_info], "nothing failed unseen"
    verified(world)
    world.restart()
    verified(world)


def test_a_table_refuses_one_person_in_both_places(world: World) -> None:
    """Rules of the tables, not only of the code: who changes the code meets them too."""
    say(world, 1, "good evening")
    asked = world.engine.write(
        lambda tables: ask(
            tables, "account", f"twitch/{SUBJECT}", "objection", "he asked by letter", ASKED,
            world.now_ms,
        )
    ).result()  # fmt: skip
    both = asked._replace(state="waiting", confirmed_by=ASKED, confirmed_ms=1, due_ms=1)
    with pytest.raises(ConflictError):
        world.engine.write(lambda tables: tables.erasure.put(both)).result()
    nobody = asked._replace(state="finding", due_ms=1, upto=9)
    with pytest.raises(ConflictError):
        world.engine.write(lambda tables: tables.erasure.put(nobody)).result()
    hold = world.engine.write(
        lambda tables: place(
            tables, "authority", "account", f"twitch/{SUBJECT}", "order 7/2026",
            "the prosecutor asks for it", 60, ASKED, world.now_ms,
        )
    ).result()  # fmt: skip
    lifted = hold._replace(lift_asked_by=ASKED, lift_asked_ms=1, lifted_by=ASKED, lifted_ms=2)
    with pytest.raises(ConflictError):
        world.engine.write(lambda tables: tables.erasure.put_hold(lifted)).result()


def test_who_wrote_thousands_of_short_messages_under_as_many_names_is_erased(world: World) -> None:
    """More names than a condition of SQLite has room for, and more sayings than one looks for one
    by one; each stands in a note of the team."""
    count = 1_200
    lines = [
        line(
            number,
            text=f"trifouille {number:04d}",
            sent_at=_moment(world),
            author={"id": SUBJECT, "name": f"Zorg{number:04d}lubine"},
            channel="lea",
        )
        for number in range(count)
    ]
    world.engine.submit(parsed(*lines), SOURCE).result()
    rare = ("Zorg0977lubine", "trifouille 0977")
    at = datetime.fromtimestamp(world.time.wall, UTC)
    act = Act("other_site", at, f"{rare[0]} wrote {rare[1]} elsewhere too")
    world.engine.write(lambda tables: add_act(tables, "mia", act, world.now_ms)).result()
    assert residues(world.folder, rare)
    asked = request(world)
    after(world, DELAY_MS / 1000 + 2, asked.id)
    assert now(world, asked.id).state == "done"
    assert not residues(world.folder, rare)
    verified(world)
