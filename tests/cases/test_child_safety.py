"""Child safety by type: through no exit leaves more than links, hashes and times."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import msgspec
import pytest
from tests.disclose.exporting import export_dossier

from rempart.cases.child_safety import Sealed, withheld
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.reading import read_messages, read_reports
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.errors import ConflictError
from rempart.log.commit import strict_json
from rempart.model import DecisionOutcome, Ground, ReportRequest

CAMILLE = Decider("camille", person=True)
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


def test_two_people_can_say_that_it_was_something_else(community, sealed_case):
    with community.store.begin() as tables:
        decide(
            tables,
            sealed_case.case,
            DecisionOutcome.UPHOLD,
            Ground.TERMS,
            "An adult in a film.",
            CAMILLE,
            AT,
            harm="sexual_harassment",
            confirmed_by="sacha",
        )
    with community.store.read() as tables:
        [one] = read_messages(tables, sealed_case.case)
    assert one.message.text == WORDS
