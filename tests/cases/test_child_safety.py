"""Child safety by type: through no exit leaves more than links, hashes and times."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import apsw
import msgspec
import pytest
from tests.disclose.exporting import export_dossier

from rempart.cases.child_safety import (
    Sealed,
    alleged_in,
    is_closed,
    never_leaving,
    sealed_messages,
    withheld,
)
from rempart.cases.deciding.appeals import look_again
from rempart.cases.deciding.decisions import Decider, decide, decide_again
from rempart.cases.deciding.four_eyes import needs_two
from rempart.cases.deciding.proposals import confirm_decision, propose_decision
from rempart.cases.deciding.ruling import Ruling
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.measures.taking import Wanted
from rempart.cases.reading import read_messages, read_reports
from rempart.cases.reports.closing import MOST_OF_A_SOURCE, MOST_UNJUDGED
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.cases.reports.thread import withdraw
from rempart.errors import ConflictError
from rempart.log.commit import strict_json
from rempart.model import Again, DecisionOutcome, Ground, MeasureKind, ReportRequest, message_key

CAMILLE = Decider("camille", person=True)
SACHA = Decider("sacha", person=True)
AT = 1_772_400_000_000
WORDS = "caption of the picture"
PASTED = "pasted description of the picture"


def reported(community, *ids, category="child_safety", text=PASTED, who="r1"):
    request = ReportRequest(
        category=category,
        explanation="Please look at once.",
        message_ids=ids,
        text=text,
        good_faith=True,
    )
    with community.store.begin() as tables:
        return receive(tables, request, community.keys, 1_000, who)


@pytest.fixture
def sealed_case(community):
    community.says("m1", WORDS, author="u7", labels={"sexual": 0.9})
    community.step()
    return reported(community, "m1")


def signer():
    class Nobody:
        """Is never asked: nothing is exported."""

    return Nobody()


def test_the_type_has_no_place_for_a_text_or_a_picture():
    names = {field.name for field in msgspec.structs.fields(Sealed)}
    assert names == {"id", "sent_at", "links", "hashes"}


def test_what_a_reporter_pasted_is_nowhere_on_the_disk(community, sealed_case):
    assert PASTED.encode() not in community.bytes_on_disk()
    with community.store.read() as tables:
        [report] = read_reports(tables, sealed_case.case)
    assert report.text is None


def test_the_same_paste_again_is_still_found_to_be_the_same(community):
    one = reported(community, text=PASTED, who="r1")
    two = reported(community, text=PASTED, who="r2")
    assert (two.case, two.joined) == (one.case, True)


def test_whoever_reads_the_case_gets_links_hashes_and_times(community, sealed_case):
    with community.store.read() as tables:
        [one] = read_messages(tables, sealed_case.case)
    assert (one.message, one.outcome) == (None, None)
    assert one.sealed.id == "m1"
    assert WORDS.encode() not in msgspec.json.encode(one.sealed)


def test_it_leaves_in_no_dossier(community, sealed_case):
    with community.store.read() as tables, pytest.raises(ConflictError) as caught:
        export_dossier(
            tables, sealed_case.case, BytesIO(), signer(), datetime(2026, 3, 2, tzinfo=UTC)
        )
    assert "child safety" in caught.value.what


def test_no_notice_no_statement_and_no_entry_about_it_says_what_was_in_it(community, sealed_case):
    with community.store.begin() as tables:
        before = tables.log.size()
        decision = decide(
            tables,
            sealed_case.case,
            DecisionOutcome.UPHOLD,
            Ground.LAW,
            "Referred to the authority in charge.",
            CAMILLE,
            AT,
        )
        told = [row.statement for row in tables.statements.of_measures(decision.measures)]
        texts = [text for one in told for text in statement_text(one).values()]
        seen = status(tables, sealed_case.words, community.keys)
        texts += [text for one in seen.messages for text in one.text.values()]
        bodies = [
            strict_json(body)
            for _, opened in tables.log.bodies_between(before, tables.log.size())
            for body in opened
        ]
    whole = " ".join(texts) + str(bodies) + str(told)
    assert told
    assert WORDS not in whole
    assert PASTED not in whole


def test_one_report_does_not_make_a_whole_raid_unreadable(community):
    for n in range(3):
        community.says(f"b{n}", f"dehors {n}", author=f"bot{n}", raid="r-1")
    [case] = community.step(community.raid(messages=3))
    reported(community, "b1", text=None)
    with community.store.read() as tables:
        shown = {one.row.id: one for one in read_messages(tables, case.id)}
        assert shown["b1"].sealed is not None
        assert shown["b0"].message.text == "dehors 0"
        kept_back = withheld(tables, tables.cases.get(case.id))
        assert shown["b1"].row.seq in kept_back
        assert shown["b0"].row.seq not in kept_back


def judged(community, case, outcome=DecisionOutcome.UPHOLD, harm="threat", ground=Ground.TERMS):
    """Proposed by one person, agreed to by another."""
    ruling = Ruling(outcome, ground, "Seen by both of us on the platform.", harm)
    with community.store.begin() as tables:
        row = propose_decision(tables, tables.cases.get(case), ruling, CAMILLE, AT)
        return confirm_decision(tables, row, SACHA, AT + 1)


def seq_of(community, id="m1"):
    with community.store.read() as tables:
        return tables.stream.message(message_key("twitch", id)).seq


def may_leave(community, id="m1"):
    seq = seq_of(community, id)
    with community.store.read() as tables:
        return not never_leaving(tables, [seq])


def readable(community, case):
    with community.store.read() as tables:
        return [one.message is not None for one in read_messages(tables, case)]


def test_two_people_can_say_that_it_was_something_else(community, sealed_case):
    assert not may_leave(community)
    judged(community, sealed_case.case)
    assert readable(community, sealed_case.case) == [True]
    assert may_leave(community)


def test_without_action_it_leaves_only_after_the_second_look(community, sealed_case):
    judged(community, sealed_case.case, DecisionOutcome.NO_VIOLATION, "other", Ground.NONE)
    assert not may_leave(community)
    with community.store.begin() as tables:
        [look] = tables.looks.of_case(sealed_case.case)
        look_again(
            tables, look, granted=False, reason="A cat.", by=Decider("noor", person=True), at_ms=AT
        )
    assert may_leave(community)


def test_what_was_confirmed_never_leaves_whatever_is_decided_after_an_appeal(
    community, sealed_case
):
    judged_by_one(community, sealed_case.case)
    with community.store.begin() as tables:
        case = tables.cases.get(sealed_case.case)
        ruling = Ruling(DecisionOutcome.UPHOLD, Ground.TERMS, "It was a threat.", "threat")
        decide_again(tables, case, ruling, SACHA, AT + 2, Again.APPEAL)
    assert not may_leave(community)
    assert readable(community, sealed_case.case) == [False]


def judged_by_one(community, case):
    with community.store.begin() as tables:
        decide(
            tables, case, DecisionOutcome.UPHOLD, Ground.LAW, "Referred to the police.", CAMILLE, AT
        )


def test_a_reporter_who_takes_it_back_opens_nothing(community, sealed_case):
    with community.store.begin() as tables:
        withdraw(tables, tables.cases.report(sealed_case.report), AT)
    assert not may_leave(community)


def test_a_second_person_who_was_asked_before_anybody_said_so_clears_nothing(community):
    community.says("m1", WORDS, author="u7", labels={"threat": 0.9})
    [case] = community.step()
    with community.store.begin() as tables:
        suspend = Wanted(MeasureKind.REMOVE)
        ruling = Ruling(
            DecisionOutcome.ACT, Ground.TERMS, "A threat to kill.", "threat", None, (suspend,)
        )
        row = propose_decision(tables, case, ruling, CAMILLE, AT)
    reported(community, "m1")
    with community.store.begin() as tables:
        confirm_decision(tables, row, SACHA, AT + 1)
    assert not may_leave(community), "the first person never looked at it as that"


def test_reports_after_two_people_looked_close_nothing_again(community, sealed_case):
    judged(community, sealed_case.case)
    for n in range(3):
        again = reported(community, "m1", text=None, who=f"stranger{n}")
        assert (again.case, again.answered) == (sealed_case.case, True)
    assert may_leave(community)
    assert readable(community, sealed_case.case) == [True]


def test_said_of_what_one_person_had_decided_it_opens_a_case_that_two_people_close(community):
    community.says("m1", WORDS, author="u7", labels={"threat": 0.9})
    [first] = community.step()
    with community.store.begin() as tables:
        decide(
            tables, first.id, DecisionOutcome.UPHOLD, Ground.TERMS, "A threat.", CAMILLE, AT,
            harm="threat",
        )  # fmt: skip
    later = reported(community, "m1")
    assert later.case != first.id and not later.answered
    assert not may_leave(community)
    assert readable(community, first.id) == [False], "by the other case"
    with community.store.read() as tables:
        assert withheld(tables, tables.cases.get(first.id)) is None
        assert is_closed(tables, first.id), "pages and proofs of it too"
    judged(community, later.case)
    assert may_leave(community)
    assert readable(community, first.id) == [True]
    with community.store.read() as tables:
        assert withheld(tables, tables.cases.get(first.id)) is not None
        assert not is_closed(tables, first.id)


def test_closed_without_saying_what_else_it_is_it_stays_sealed_and_opens_no_case_again(
    community, sealed_case
):
    judged(community, sealed_case.case, DecisionOutcome.NO_VIOLATION, None, Ground.NONE)
    again = reported(community, "m1", text=None, who="stranger")
    assert (again.case, again.answered) == (sealed_case.case, True)
    assert not may_leave(community)


def test_what_another_case_sealed_a_raids_case_does_not_show(community):
    for n in range(3):
        community.says(f"b{n}", f"dehors {n}", author=f"bot{n}", raid="r-1")
    [raid] = community.step(community.raid(messages=3))
    judged_raid = Ruling(DecisionOutcome.UPHOLD, Ground.TERMS, "A raid.", "harassment")
    with community.store.begin() as tables:
        decide(
            tables, raid.id, judged_raid.outcome, judged_raid.ground, judged_raid.reason, CAMILLE,
            AT, harm=judged_raid.harm,
        )  # fmt: skip
    own = reported(community, "b1", text=None)
    assert own.case != raid.id
    assert readable(community, raid.id) == [True, False, True]
    with community.store.read() as tables:
        assert alleged_in(tables, tables.cases.get(raid.id)) is None


def test_a_report_of_messages_of_two_cases_seals_both(community):
    community.says("m1", WORDS, author="u7", labels={"sexual": 0.9})
    community.says("m2", WORDS, author="u8", labels={"sexual": 0.9})
    community.step()
    reported(community, "m1", "m2", text=None)
    assert not may_leave(community, "m1")
    assert not may_leave(community, "m2")


def in_two_channels(community):
    """Léa's case of m1, Noor's of m2; each of its own channel."""
    community.says("m1", WORDS, author="u7", labels={"sexual": 0.9})
    community.says("m2", WORDS, author="u8", labels={"sexual": 0.9}, channel="noor")
    cases = {case.channel: case for case in community.step()}
    return cases["lea"], cases["noor"]


def test_what_is_named_in_another_channel_is_sealed_and_judged_there(community):
    lea, noor = in_two_channels(community)
    reported(community, "m1", "m2", text=None)
    assert readable(community, lea.id) == [False]
    assert readable(community, noor.id) == [False]
    with community.store.read() as tables:
        assert withheld(tables, tables.cases.get(noor.id)) is None
        assert is_closed(tables, noor.id)
        assert tables.cases.get(noor.id).priority == tables.cases.get(lea.id).priority
    judged(community, lea.id)
    assert may_leave(community, "m1")
    assert not may_leave(community, "m2"), "nobody has judged it"
    judged(community, noor.id)
    assert may_leave(community, "m2")
    assert readable(community, noor.id) == [True]


def test_one_person_alone_closes_no_case_that_a_report_answered_elsewhere_sealed(community):
    _, noor = in_two_channels(community)
    reported(community, "m1", "m2", text=None)
    with community.store.read() as tables:
        ruling = Ruling(DecisionOutcome.NO_VIOLATION, Ground.NONE, "Nothing.", "other")
        assert needs_two(tables, tables.cases.get(noor.id), ruling) is not None


def test_a_message_that_no_case_holds_is_sealed_in_its_channel_too(community):
    community.says("m1", WORDS, author="u7", labels={"sexual": 0.9})
    community.says("m2", WORDS, author="u8", channel="noor")
    community.step()
    reported(community, "m1", "m2", text=None)
    assert not may_leave(community, "m2")


def test_of_a_raid_in_another_channel_the_named_message_alone(community):
    for n in range(3):
        community.says(f"b{n}", f"dehors {n}", author=f"bot{n}", raid="r-1")
    community.says("m2", WORDS, author="u8", labels={"sexual": 0.9}, channel="noor")
    raid = next(case for case in community.step(community.raid(messages=3)) if case.raid)
    reported(community, "m2", "b1", text=None)
    assert readable(community, raid.id) == [True, False, True]
    judged(community, raid.id)
    assert readable(community, raid.id) == [True, True, True]


def test_a_message_that_comes_after_it_was_named_is_sealed_when_it_comes(community):
    community.says("m0", "salut")
    community.step()
    early = reported(community, "m9", text=None)
    community.says("m9", WORDS, author="u9", labels={"sexual": 0.9}, channel="noor")
    [case] = community.step()
    assert readable(community, case.id) == [False]
    with community.store.read() as tables:
        assert withheld(tables, tables.cases.get(case.id)) is None
    judged(community, early.case)
    assert may_leave(community, "m9")


def test_what_two_people_judged_before_it_came_is_not_sealed_by_what_was_said_of_it(community):
    community.says("m0", "salut")
    community.step()
    early = reported(community, "m9", text=None)
    judged(community, early.case)
    community.says("m9", WORDS, author="u9", labels={"sexual": 0.9})
    community.step()
    assert may_leave(community, "m9")


def flood(community, count):
    for n in range(count):
        community.says(f"f{n}", f"dehors {n}", author=f"bot{n}", raid="r-1")
    [raid] = community.step(community.raid(messages=count))
    return raid


def fifties(count):
    return [tuple(f"f{n}" for n in range(at, at + 50)) for at in range(0, count, 50)]


def test_one_source_closes_a_hundred_messages_a_day_and_no_more(community):
    raid = flood(community, 150)
    for ids in fifties(150):
        reported(community, *ids, text=None)
    with community.store.read() as tables:
        assert len(named_in(tables, raid)) == MOST_OF_A_SOURCE == 100
        [last] = [
            said
            for _, bodies in tables.log.bodies_between(0, tables.log.size())
            for body in bodies
            for _, name, said in [strict_json(body)]
            if name == "child-safety-sealed" and said.get("beyond")
        ]
    assert (last["case"], last["messages"], last["beyond"]) == (raid.id, [], 50)


def named_in(tables, case):
    return sealed_messages(tables, tables.cases.message_sequences(case.id))


def test_however_many_sources_close_two_hundred_of_a_channel_until_people_judge(community):
    raid = flood(community, 300)
    for n, ids in enumerate(fifties(300)):
        reported(community, *ids, text=None, who=f"stranger{n}")
    with community.store.read() as tables:
        assert len(named_in(tables, raid)) == MOST_UNJUDGED == 200
        alarms = tables.stream.measures(kinds=[MeasureKind.ALARM], active=True, limit=9)
        assert [row.measure.rule for row in alarms] == ["report-first-aid"], "a person is called"
    judged(community, raid.id)
    with community.store.read() as tables:
        assert not named_in(tables, raid), "two people opened all of it at once"


def test_what_a_report_of_a_raid_named_before_the_table_was_there_is_read_in_its_words(community):
    for n in range(3):
        community.says(f"b{n}", f"dehors {n}", author=f"bot{n}", raid="r-1")
    [raid] = community.step(community.raid(messages=3))
    reported(community, "b1", text=None)
    before = apsw.Connection(str(community.path))
    before.execute("UPDATE child_named SET seq = NULL")
    before.close()
    assert readable(community, raid.id) == [True, False, True]
