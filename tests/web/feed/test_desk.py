"""Every restriction arrives at the Commission exactly once, whatever the network and server do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.connect.commission_server import TOKEN, Commission, Fault, serving

from rempart.cases.measures.by_hand import Wish, take
from rempart.cases.reports.keys import ReportKeys
from rempart.connect.transparency_database import FeedSettings, Send
from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.answers import Trouble
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import ConflictError, InputError
from rempart.model import ExemptionReason, MeasureKind, Scope, ScopeKind
from rempart.protect import Shields
from rempart.store.interface.feed import Database, FeedState
from rempart.web.feed.desk import FeedDesk

SANDBOX = Database.SANDBOX
START = 1_772_400_000.0
REASON = "Third insult of the evening after two warnings."


class Office:
    """A service with a desk, beside a clock that only the test moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.engine = EmbeddedEngine.open(folder)
        self.engine.start()
        self.made = 0

    def desk(self, commission: Commission, **more) -> FeedDesk:
        chosen = {
            "send": Send.SANDBOX,
            "url": commission.url,
            "token": TOKEN,
            "look_hours": 0.0,
            "allow": ("127.0.0.1",),
        } | more
        return FeedDesk(
            self.engine,
            ReportKeys.load(self.folder / "keys"),
            FeedSettings(**chosen),
            self.folder,
            clock=lambda: self.now,
        )

    def mutes(self, count: int, reason: str = REASON) -> list[str]:
        """Ids of the measures; their accounts are called handle-N."""
        scopes = [
            Scope(ScopeKind.ACCOUNT, "twitch", "leachannel", f"handle-{self.made + n}")
            for n in range(count)
        ]
        self.made += count
        wishes = [Wish(MeasureKind.MUTE, scope, 3_600, reason) for scope in scopes]
        at_ms = int(self.now * 1000)
        return [
            measure.id
            for measure in self.engine.write(
                lambda tables: take(tables, wishes, Shields(), "camille", at_ms)
            ).result()
        ]

    def row(self, measure: str):
        with self.engine.read() as tables:
            return tables.feed.of_measures(SANDBOX, [measure])[measure]

    def counts(self) -> dict[FeedState, int]:
        with self.engine.read() as tables:
            return tables.feed.counts(SANDBOX)

    def change(self, what, *arguments):
        now = int(self.now * 1000)
        return self.engine.write(lambda tables: what(tables, *arguments, "camille", now)).result()

    async def until_quiet(self, desk: FeedDesk, rounds: int = 600) -> None:
        """The desk waits for hours after many failures: in the end the clock hurries."""
        for number in range(rounds):
            if not await desk.round():
                self.now += 47.0 if number < 200 else 1_000.0
                if not {FeedState.WAITING, FeedState.SENDING} & set(self.counts()):
                    return
        raise AssertionError(f"still not settled: {self.counts()}")


@pytest.fixture
def office(tmp_path):
    place = Office(tmp_path / "data")
    yield place
    place.engine.stop()


def run(office, do, faults=(), **more):
    async def play():
        async with serving(Commission(lambda: office.now, faults, **more)) as commission:
            await do(commission)
            return commission

    return asyncio.run(play())


def test_a_raids_mutes_arrive_in_batches_of_a_hundred_with_receipts(office):
    mutes = office.mutes(230)

    async def do(commission):
        await office.until_quiet(office.desk(commission))

    commission = run(office, do)
    assert commission.batches == [100, 100, 30]
    assert office.counts() == {FeedState.SENT: 230}
    row = office.row(mutes[0])
    assert json.loads(row.receipt)["uuid"]
    assert commission.stored[row.puid] == json.loads(row.payload)
    everything = json.dumps(list(commission.stored.values()))
    for word in ("handle-", "leachannel", "camille", *mutes):
        assert word not in everything


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(count=230, faults=[Fault.LOST_AFTER] + 13 * [Fault.SERVER_ERROR], wrapped=False)
@given(
    count=st.integers(1, 240),
    faults=st.lists(st.sampled_from(list(Fault)), max_size=14),
    wrapped=st.booleans(),
)
def test_whatever_fails_each_is_stored_exactly_once(office, count, faults, wrapped):
    measures = office.mutes(count)

    async def do(commission):
        await office.until_quiet(office.desk(commission))

    commission = run(office, do, faults, wrapped=wrapped)
    rows = [office.row(measure) for measure in measures]
    assert {row.state for row in rows} == {FeedState.SENT}
    assert set(commission.stored) == {row.puid for row in rows}
    assert set(commission.times.values()) == {1}


def test_an_answer_that_was_lost_is_asked_for_and_never_sent_again(office):
    office.mutes(3)

    async def do(commission):
        desk = office.desk(commission)
        await desk.round()
        assert office.counts() == {FeedState.SENDING: 3}
        assert desk.trouble is Trouble.SERVER
        office.now += 20  # the lock may still be held: nobody asks yet
        await desk.round()
        assert len(commission.requests) == 1
        await office.until_quiet(desk)

    commission = run(office, do, [Fault.LOST_AFTER])
    assert len(commission.batches) == 1
    asked = [path for method, path in commission.requests if method == "GET"]
    assert len(asked) == 3
    assert office.counts() == {FeedState.SENT: 3}


def test_not_unique_is_no_proof_of_storage(office):
    measures = office.mutes(2)

    async def do(commission):
        desk = office.desk(commission)
        await desk.round()
        assert office.row(measures[0]).state is FeedState.SENDING
        assert office.row(measures[1]).state is FeedState.WAITING
        await office.until_quiet(desk)

    commission = run(office, do, [Fault.LOCKED])
    assert set(commission.times.values()) == {1}
    assert office.counts() == {FeedState.SENT: 2}


def test_a_row_that_the_server_names_stays_behind_and_the_rest_goes(office):
    measures = office.mutes(5)

    async def do(commission):
        desk = office.desk(commission)
        await desk.gather()
        row = office.row(measures[2])
        broken = json.loads(row.payload) | {"territorial_scope": ["XX"]}
        bad = row._replace(payload=json.dumps(broken).encode())
        office.engine.write(lambda tables: tables.feed.put(SANDBOX, [bad], None)).result()
        await office.until_quiet(desk)

    commission = run(office, do)
    assert commission.batches == [5, 4]
    assert office.counts() == {FeedState.SENT: 4, FeedState.REFUSED: 1}
    [fault] = outbox.faults_of(office.row(measures[2]))
    assert fault.field.startswith("territorial_scope")


def test_a_wrong_token_waits_and_says_so_and_nothing_is_lost(office):
    office.mutes(2)

    async def do(commission):
        desk = office.desk(commission, token="17|another-token")
        await desk.round()
        assert desk.trouble is Trouble.TOKEN
        assert office.counts() == {FeedState.WAITING: 2}
        assert "another-token" not in repr(desk.__dict__.values())
        office.now += 4_000
        await office.until_quiet(office.desk(commission))

    run(office, do)
    assert office.counts() == {FeedState.SENT: 2}


def test_a_person_has_time_to_look_and_what_was_decided_meanwhile_is_what_is_sent(office):
    [measure] = office.mutes(1)

    async def do(commission):
        desk = office.desk(commission, look_hours=24.0)
        await desk.round()
        office.now += 23 * 3_600
        await desk.round()
        assert commission.requests == []
        office.now += 2 * 3_600
        await office.until_quiet(desk)

    run(office, do)
    assert office.row(measure).state is FeedState.SENT


def test_personal_data_is_blocked_shown_edited_and_only_then_sent(office):
    [measure] = office.mutes(1, "Handle-0 a publié le 06 12 34 56 78 de Léa.")

    async def do(commission):
        desk = office.desk(commission)
        await desk.round()
        row = office.row(measure)
        assert row.state is FeedState.BLOCKED
        told = {(f.field, f.what) for f in outbox.faults_of(row)}
        field = "incompatible_content_explanation"
        assert {(field, "phone number"), (field, "a name")} <= told
        with pytest.raises(InputError):
            office.change(outbox.edit, desk.gate, SANDBOX, row.puid, {"automated_detection": "No"})
        office.change(outbox.edit, desk.gate, SANDBOX, row.puid, {field: "Écrire au 0612345678"})
        assert office.row(measure).state is FeedState.BLOCKED
        words = "A publié le numéro de téléphone d’une personne."
        office.change(outbox.edit, desk.gate, SANDBOX, row.puid, {field: words})
        await office.until_quiet(desk)
        assert commission.stored[row.puid][field] == words
        with pytest.raises(ConflictError):
            office.change(outbox.edit, desk.gate, SANDBOX, row.puid, {field: "Autre chose ici."})

    run(office, do)


def test_a_person_lets_go_what_names_nobody_and_keeps_back_what_does(office):
    first, second = office.mutes(1, "Handle-0 insulted her thrice."), office.mutes(1)

    async def do(commission):
        desk = office.desk(commission)
        await desk.gather()
        kept = office.row(second[0])
        office.change(outbox.hold, SANDBOX, kept.puid, "The lawyer looks at it first.")
        office.change(outbox.release, SANDBOX, office.row(first[0]).puid)
        await office.until_quiet(desk)
        assert office.row(first[0]).state is FeedState.SENT
        assert office.row(first[0]).released_by == "camille"
        assert office.row(second[0]).state is FeedState.BLOCKED

    run(office, do)


def test_an_order_of_an_authority_is_exempt_and_a_raid_is_no_commercial_spam(office):
    [measure] = office.mutes(1)

    async def do(commission):
        desk = office.desk(commission)
        await desk.gather()
        puid = office.row(measure).puid
        commercial = ExemptionReason.COMMERCIAL
        with pytest.raises(ConflictError):
            office.change(outbox.exempt, SANDBOX, puid, commercial, "Adverts for shoes.")
        order = ExemptionReason.ORDER
        office.change(outbox.exempt, SANDBOX, puid, order, "Order 12/2026 of the court of Paris.")
        await office.until_quiet(desk)
        assert commission.requests == []

    run(office, do)
    assert office.counts() == {FeedState.EXEMPT: 1}
    with office.engine.read() as tables:
        assert tables.statements.exemptions([measure])[measure].exemption.by == "camille"


def test_identifiers_are_the_same_after_a_backup_was_put_back(office):
    """The old store knows nothing of what was sent since; the identifiers tell it."""
    [measure] = office.mutes(1)

    async def do(commission):
        desk = office.desk(commission)
        await office.until_quiet(desk)
        puid = office.row(measure).puid

        def forget(tables):
            tables.feed._db.execute("DELETE FROM feed_statement; DELETE FROM feed_read")

        office.engine.write(forget).result()
        await office.until_quiet(desk)
        assert office.row(measure).puid == puid
        assert commission.times[puid] == 1

    run(office, do)
    assert office.counts() == {FeedState.SENT: 1}


_CHILD = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = [{root!r}]
from tests.web.feed.test_desk import Office
from rempart.connect.transparency_database import FeedSettings
class There:
    url = {url!r}
office = Office(Path({folder!r}))
office.now = {now}
office.mutes(250) if {fill} else None
print("ready", flush=True)
desk = office.desk(There)
async def play():
    while True:
        office.now += 5.0
        await desk.round()
asyncio.run(play())
"""


@pytest.mark.parametrize("answers_before_kill", [1, 2])
def test_a_process_that_is_killed_between_leaves_no_duplicate_and_no_gap(
    tmp_path, answers_before_kill
):
    """Killed while its batch is with the server, stored, and the answer on its way back."""
    folder = tmp_path / "data"

    async def play():
        clock = [START]
        commission = Commission(lambda: clock[0])
        child: list[subprocess.Popen[bytes]] = []
        told = commission._batch

        def batch(rows, fault):
            if len(commission.batches) == answers_before_kill - 1:
                told(rows, Fault.LOST_AFTER)
                os.kill(child[0].pid, signal.SIGKILL)
                return None
            return told(rows, fault)

        commission._batch = batch
        async with serving(commission):
            code = _CHILD.format(
                root=str(Path(__file__).parents[3]),
                url=commission.url,
                folder=str(folder),
                now=START,
                fill=True,
            )
            child.append(subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE))
            await asyncio.to_thread(child[0].wait, 60)
            commission._batch = told
            office = Office(folder)
            office.now = START + 3_600
            try:
                await office.until_quiet(office.desk(commission))
                assert office.counts() == {FeedState.SENT: 250}
            finally:
                office.engine.stop()
        assert len(commission.stored) == 250
        assert set(commission.times.values()) == {1}

    asyncio.run(play())


def test_off_by_default_nothing_is_read_and_nothing_leaves(office):
    office.mutes(1)
    keys = ReportKeys.load(office.folder / "keys")
    desk = FeedDesk(office.engine, keys, FeedSettings(), office.folder)
    asyncio.run(desk.run())
    assert office.counts() == {}
