"""Anyone can report: a receipt, one case per thing, an answer; nothing private in clear."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest

from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.harms import Urgency, harms
from rempart.cases.reading import read_messages, read_reports
from rempart.cases.reports.receipts import new_receipt, read_receipt
from rempart.cases.reports.receiving import receive
from rempart.cases.reports.status import status
from rempart.cases.things import canonical_link, link_thing, text_thing
from rempart.errors import InputError, NotFoundError, StoreError
from rempart.log.commit import leaf_digests, strict_json
from rempart.model import (
    CaseKind,
    CaseState,
    DecisionOutcome,
    Ground,
    ReportContact,
    ReportRequest,
    ReportState,
)
from rempart.store.interface.cases import URGENT, CaseQuery

MODERATOR = Decider("moderator", person=True)
LINK = "https://forum.example/thread/7"
HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE cases; --",
    "\x00NUL \x1b[31m \u202e rtl",
    "{{7*7}} ${7*7} #{7*7}",
    "=cmd|' /C calc'!A0",
    "a\ud800b",
    "é" + "\u0301" * 500,
    "🙂" * 100,
]


def request(**fields) -> ReportRequest:
    given = {"category": "harassment", "explanation": "Il me suit partout.", "good_faith": True}
    return ReportRequest(**(given | fields))


def send(community, at_ms=1_000, reporter=None, **fields):
    with community.store.begin() as tables:
        return receive(tables, request(**fields), community.keys, at_ms, reporter)


def look(community, words):
    with community.store.read() as tables:
        return status(tables, words, community.keys)


def case_of(community, id):
    with community.store.read() as tables:
        return tables.cases.get(id)


def close(community, case, outcome=DecisionOutcome.UPHOLD, ground=Ground.TERMS, at_ms=5_000):
    with community.store.begin() as tables:
        return decide(tables, case, outcome, ground, "Règle 3.", MODERATOR, at_ms)


# -- joining ---------------------------------------------------------------------------------------


def test_a_report_of_a_held_message_joins_its_case(community):
    community.says("m1", "idiot", labels={"insult": 0.9})
    [case] = community.step()
    receipt = send(community, message_ids=("m1",))
    assert (receipt.case, receipt.joined, receipt.answered) == (case.id, True, False)
    assert case_of(community, case.id).reports == 1


def test_a_report_of_one_message_of_a_raid_joins_the_raids_case(community):
    community.says("b1", author="b1", raid="r-1")
    community.says("b2", author="b2", raid="r-1")
    [case] = community.step(community.raid())
    assert send(community, message_ids=("b2",)).case == case.id


def test_a_report_of_a_message_that_was_let_through_opens_its_case(community):
    community.says("m1", "on se retrouve demain", channel="sam")
    community.step()
    receipt = send(community, message_ids=("m1",), category="threat")
    case = case_of(community, receipt.case)
    assert (case.kind, case.subject, case.channel) == (CaseKind.MESSAGE, "m1", "sam")
    assert case.priority >= URGENT
    with community.store.read() as tables:
        assert tables.cases.message_sequences(case.id) == [0]
        assert tables.stream.measures() == []


def test_a_reported_message_moves_into_the_raid_that_takes_it_in(community):
    community.says("b1", author="b1", seconds=1)
    community.step()
    receipt = send(community, message_ids=("b1",))
    community.says("b2", author="b2", raid="r-1", seconds=10)
    [raid] = community.step(community.raid(members=("b1", "b2")))
    assert case_of(community, receipt.case).state is CaseState.MERGED
    assert case_of(community, raid.id).reports == 1
    close(community, raid.id)
    assert look(community, receipt.words).state is ReportState.ANSWERED


def test_a_report_of_messages_nobody_here_has_seen_is_taken_in(community):
    receipt = send(community, message_ids=("deleted-before-we-looked",))
    other = send(community, message_ids=("deleted-before-we-looked",), explanation="Moi aussi.")
    assert other.case == receipt.case
    assert case_of(community, receipt.case).state is CaseState.OPEN
    assert look(community, receipt.words).state is ReportState.RECEIVED


def test_reports_of_one_link_meet_however_it_is_copied(community):
    first = send(community, links=(LINK,))
    again = send(community, links=("http://WWW.forum.example/thread/7/?utm_source=x#p2",))
    other = send(community, links=("https://forum.example/thread/8",))
    assert again.case == first.case != other.case


def test_a_second_link_of_a_report_leads_to_its_case_too(community):
    first = send(community, links=(LINK, "https://mirror.example/7"))
    assert send(community, links=("https://mirror.example/7",)).case == first.case


def test_the_same_pasted_text_meets_whatever_its_spacing(community):
    first = send(community, text="Tu vas  voir\u200b")
    assert send(community, text="tu VAS voir", explanation="pareil").case == first.case


def test_what_was_decided_is_answered_at_once(community):
    first = send(community, links=(LINK,))
    close(community, first.case)
    second = send(community, links=(LINK,), at_ms=9_000)
    assert (second.case, second.answered) == (first.case, True)
    seen = look(community, second.words)
    assert seen.state is ReportState.ANSWERED
    assert "already been examined" in seen.messages[-1].text["en"]
    assert "Règle 3." in seen.messages[-1].text["fr"]
    assert case_of(community, first.case).state is CaseState.DECIDED


def test_new_facts_beside_a_decided_one_are_a_new_case(community):
    first = send(community, links=(LINK,))
    close(community, first.case)
    second = send(community, links=(LINK, "https://forum.example/thread/9"))
    assert second.case != first.case
    assert not second.answered


# -- one per reporter, thing and category ----------------------------------------------------------


def test_the_same_report_sent_twice_is_one_report_with_two_receipts(community):
    first = send(community, links=(LINK,), reporter="anna")
    again = send(community, links=(LINK,), reporter="anna")
    assert (again.report, again.repeated) == (first.report, True)
    assert again.words != first.words
    assert case_of(community, first.case).reports == 1
    assert look(community, again.words) == look(community, first.words)
    with community.store.read() as tables:
        assert tables.cases.report(first.report).receipts == 2


def test_a_second_report_that_says_something_else_is_kept_and_points_at_the_first(community):
    first = send(community, links=(LINK,), reporter="anna")
    more = send(community, links=(LINK,), reporter="anna", explanation="Il recommence.")
    with community.store.read() as tables:
        assert tables.cases.report(more.report).repeats == first.report
    close(community, first.case)
    assert look(community, more.words).state is ReportState.ANSWERED


def test_two_people_behind_nobodys_name_are_two_reporters(community):
    first = send(community, links=(LINK,))
    again = send(community, links=(LINK,))
    assert again.report != first.report
    assert case_of(community, first.case).reports == 2


def test_five_hundred_reports_decide_and_restrict_nothing(community):
    community.says("m1", "bonjour")
    community.step()
    first = send(community, message_ids=("m1",), category="spam", reporter="first")
    before = case_of(community, first.case)
    spam = request(message_ids=("m1",), category="spam")
    with community.store.begin() as tables:
        for n in range(499):
            receive(tables, spam, community.keys, 1_000, f"r{n}")
    case = case_of(community, first.case)
    assert (case.state, case.reports) == (CaseState.OPEN, 500)
    assert case.priority == before.priority < URGENT
    with community.store.read() as tables:
        assert tables.stream.measures() == []
        assert tables.stream.messages([0])[0].verdict == "allow"


# -- receipts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_receipt_is_twelve_words_in_the_reporters_language(community, language):
    receipt = send(community, links=(LINK,), language=language)
    assert receipt.language == language
    assert len(receipt.words.split()) == 12
    assert look(community, receipt.words).category == "harassment"


@pytest.mark.parametrize(
    "typed",
    [
        str.upper,
        lambda words: "  " + words.replace(" ", "\n ") + " ",
        lambda words: words.replace(" ", " - "),
        lambda words: words.replace(" ", ", "),
        lambda words: unicodedata.normalize("NFD", words),
        lambda words: "".join(
            c for c in unicodedata.normalize("NFD", words) if not unicodedata.combining(c)
        ),
    ],
)
def test_a_receipt_is_read_however_it_is_typed(typed):
    for language in ("fr", "en") * 20:
        words, entropy = new_receipt(language)
        assert entropy in read_receipt(typed(words))


def test_a_mistyped_word_is_named_by_its_place_and_never_guessed():
    words = new_receipt("en")[0].split()
    words[3] = "abandom"
    with pytest.raises(InputError) as caught:
        read_receipt(" ".join(words))
    assert "word 4" in caught.value.what
    assert "abandon" in caught.value.next_step


def test_words_that_changed_places_are_refused():
    refused = 0
    for _ in range(200):
        words = new_receipt("fr")[0].split()
        words[0], words[1] = words[1], words[0]
        try:
            read_receipt(" ".join(words))
        except InputError:
            refused += 1
    assert refused > 150  # the check is four bits: one in sixteen slips through and finds nothing


def test_a_receipt_of_nowhere_finds_nothing(community):
    with pytest.raises(NotFoundError):
        look(community, new_receipt("fr")[0])
    for nonsense in ("", "abandon", "x " * 12, "y" * 5_000):
        with pytest.raises(InputError):
            look(community, nonsense)


def test_receipts_of_two_installations_do_not_open_each_other(community, tmp_path):
    from rempart.cases.reports.keys import ReportKeys

    receipt = send(community, links=(LINK,))
    other = ReportKeys.load(tmp_path / "other")
    with community.store.read() as tables, pytest.raises(NotFoundError):
        status(tables, receipt.words, other)


@pytest.mark.parametrize("name", ["receipt.key", "contact.key"])
def test_a_lost_key_is_named_and_never_replaced_once_there_are_reports(community, tmp_path, name):
    """A new one would answer "no such report" to every receipt that was given out."""
    from rempart.cases.reports.keys import ReportKeys

    folder = tmp_path / "keys"
    ReportKeys.load(folder)
    with community.store.read() as tables:
        assert not tables.cases.has_reports()
    send(community, links=(LINK,))
    with community.store.read() as tables:
        assert tables.cases.has_reports()
    (folder / name).unlink()
    with pytest.raises(StoreError, match="lost"):
        ReportKeys.load(folder, has_reports=True)
    assert not (folder / name).exists()


def test_the_public_log_does_not_tell_who_reports_under_their_name(community):
    """All leaves look alike: one commitment each, whatever they commit to."""
    community.says("m1", "idiot", labels={"insult": 0.9})
    community.step()
    send(community, message_ids=("m1",), contact=ReportContact("Marguerite", None))
    send(community, links=(LINK,))
    with community.store.read() as tables:
        leaves = tables.log.leaves(0, tables.log.size())
    assert {len(leaf_digests(leaf)) for leaf in leaves} == {1}


def test_nothing_private_is_on_the_disk_in_clear(community, caplog):
    caplog.set_level("DEBUG")
    contact = ReportContact("Marguerite Placeholder", "marguerite@placeholder.example")
    receipts = [
        send(community, links=(LINK,), contact=contact, language=language, reporter="203.0.113.9")
        for language in ("fr", "en")
    ]
    look(community, receipts[0].words)
    community.store.tidy(force=True)
    disk = community.bytes_on_disk()
    text = caplog.text.encode()
    assert b"report:" in disk  # the search itself works
    assert LINK.encode() not in disk
    for receipt in receipts:
        words = receipt.words.split()
        for start in range(11):
            assert " ".join(words[start : start + 2]).encode() not in disk + text
    for private in ("Marguerite", "marguerite@placeholder.example", "203.0.113.9"):
        assert private.encode() not in disk + text
    for receipt in receipts:
        for entropy in read_receipt(receipt.words):
            assert entropy not in disk
    with community.store.read() as tables:
        sealed = tables.cases.sealed_contact(receipts[0].report)
        assert community.keys.open_contact(receipts[0].report, sealed) == contact
        parts = [strict_json(body)[1] for seq in (1, 2) for body in tables.log.bodies(seq)]
        assert parts == ["report", "contact"]
        assert 2 not in tables.cases.sequences(receipts[0].case), "no dossier names its index"
    assert (community.folder / "keys" / "receipt.key").stat().st_mode & 0o777 == 0o600
    assert (community.folder / "keys" / "contact.key").stat().st_mode & 0o777 == 0o600


# -- what is refused and what is only strange ------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"category": "boring"}, "category"),
        ({"good_faith": False}, "good_faith"),
        ({"explanation": " \u200b... "}, "explanation"),
        ({"explanation": "a" * 5_001}, "explanation"),
        ({"links": ("javascript:alert(1)",)}, "links[0]"),
        ({"links": (LINK, "https://" + "a" * 3_000)}, "links[1]"),
        ({"links": tuple(f"{LINK}{n}" for n in range(21))}, "links"),
        ({"message_ids": tuple(str(n) for n in range(51))}, "message_ids"),
        ({"message_ids": ("x" * 300,)}, "message_ids"),
        ({"text": "a" * 10_001}, "text"),
        ({"contact": ReportContact(None, "no address")}, "contact.email"),
    ],
)
def test_a_refused_report_names_the_field_and_leaves_nothing(community, fields, where):
    with pytest.raises(InputError) as caught:
        send(community, **fields)
    assert caught.value.where == where
    with community.store.read() as tables:
        assert tables.log.size() == 0


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_strings_are_kept_as_words_and_break_nothing(community, hostile):
    receipt = send(
        community, explanation=f"Voici {hostile}", text=hostile, message_ids=(hostile[:50],)
    )
    with community.store.read() as tables:
        [report] = read_reports(tables, receipt.case)
    kept = hostile.replace("\ud800", "\ufffd")
    assert report.explanation == f"Voici {kept}"
    assert report.text == kept.strip()
    assert msgspec.json.decode(msgspec.json.encode(report))["text"] == kept.strip()
    assert look(community, receipt.words).state is ReportState.RECEIVED


def test_links_and_texts_are_named_after_what_stays_the_same():
    assert canonical_link("HTTPS://www.Example.org:443/a/?b=2&utm_medium=x&a=1#z") == (
        "example.org/a?a=1&b=2"
    )
    assert link_thing("https://[broken") == link_thing(" https://[broken ")
    assert text_thing("https://example.org") != link_thing("https://example.org")


# -- the one taxonomy ------------------------------------------------------------------------------


def test_every_harm_can_be_shown_and_counted():
    assert len(harms()) >= 10
    for harm in harms().values():
        for text in (harm.label, harm.hint):
            assert set(text) == {"fr", "en"}
            assert all(text.values())
        assert harm.dsa.category.startswith("STATEMENT_CATEGORY_")
    assert harms()["child_safety"].urgency is Urgency.LIFE
    assert harms()["child_safety"].anonymous


def test_codes_are_those_of_the_regulation(shared):
    tree = (shared / "facts" / "categories_tree.yaml").read_text("utf-8")
    clocks = (shared / "facts" / "policy_clock.yaml").read_text("utf-8")
    for harm in harms().values():
        section = tree.split(f"key: {harm.dsa.category}\n")[1].split("key: STATEMENT_")[0]
        if harm.dsa.keyword is not None:
            assert f"key: {harm.dsa.keyword}\n" in section
        assert f"{{key: {harm.clock}," in clocks


def test_every_category_is_accepted_and_orders_the_queue(community):
    for key, harm in harms().items():
        receipt = send(community, category=key, links=(f"https://example.org/{key}",))
        urgent = case_of(community, receipt.case).priority >= URGENT
        assert urgent == (harm.urgency is Urgency.LIFE)


# -- one channel's case never shows another's messages --------------------------------------------


def messages_of(community, case):
    with community.store.read() as tables:
        return [row.id for row in tables.cases.messages(case, 100, 0)]


def all_cases(community):
    with community.store.read() as tables:
        return tables.cases.page(CaseQuery(limit=100)).cases


def test_messages_of_two_channels_in_one_report_are_two_cases(community):
    """A stranger who knows ids cannot draw another channel's messages into a case where people
    with rights on the first channel only would read and export them."""
    community.says("m1", "bonjour", channel="lea")
    community.says("m2", "entre nous", channel="salon")
    community.says("m3", "entre nous aussi", channel="salon")
    community.step()
    receipt = send(community, message_ids=("m1", "m2", "m3"))
    found = {case.channel: messages_of(community, case.id) for case in all_cases(community)}
    assert found == {"lea": ["m1"], "salon": ["m2", "m3"]}
    assert case_of(community, receipt.case).channel == "lea"
    later = send(community, message_ids=("m3",))
    assert case_of(community, later.case).channel == "salon"


def test_a_report_that_joins_a_case_brings_no_message_of_another_channel_into_it(community):
    community.says("m1", "idiot", labels={"insult": 0.9}, channel="lea")
    community.says("m2", "entre nous", channel="salon")
    [case] = community.step()
    receipt = send(community, message_ids=("m1", "m2"))
    assert (receipt.case, receipt.joined) == (case.id, True)
    assert messages_of(community, case.id) == ["m1"]
    assert case_of(community, case.id).messages == 1
    [other] = [one for one in all_cases(community) if one.id != case.id]
    assert (other.channel, messages_of(community, other.id)) == ("salon", ["m2"])


def test_a_report_of_a_link_and_a_message_shows_the_message_where_it_was_said(community):
    community.says("m1", "entre nous", channel="salon")
    community.step()
    first = send(community, links=(LINK,))
    joined = send(community, links=(LINK,), message_ids=("m1",))
    assert joined.case == first.case
    assert messages_of(community, first.case) == []
    assert sorted(case.channel for case in all_cases(community)) == ["", "salon"]


def test_a_strangers_report_opens_no_private_message(community):
    """Who reports is not known, so a report of an id gives nobody words meant for one person; what
    was held was looked at because its recipient wanted it."""
    community.says("m1", "entre nous", private=True)
    community.says("m2", "idiot", private=True, labels={"insult": 0.9})
    [held] = community.step()
    told = send(community, message_ids=("m1",))
    with community.store.read() as tables:
        [reported] = read_messages(tables, told.case)
        [kept] = read_messages(tables, held.id)
    assert (reported.message.private, reported.message.text) == (True, "")
    assert kept.message.text == "idiot"
