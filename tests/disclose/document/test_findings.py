"""What each account could see before, and which elements a file shows: derived, never typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rempart.disclose.dossier.document.answers import done
from rempart.disclose.dossier.document.authors import authors
from rempart.disclose.dossier.document.content import Content, Fact, Item, Volume
from rempart.disclose.dossier.document.coordination import coordination
from rempart.disclose.dossier.document.elements import offences
from rempart.disclose.dossier.document.front import Part, member
from rempart.disclose.dossier.document.proof import custody
from rempart.disclose.dossier.document.words import Words

T0 = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def said(n, who, *, held=False, after=None, channel="lea", labels=None, text="go away"):
    return Item(
        record=n,
        volume=1,
        id=f"m{n}",
        platform="twitch",
        channel=channel,
        sent_at=T0 + timedelta(seconds=n if after is None else after),
        account=who,
        name="",
        created_at=T0 - timedelta(days=2),
        text=text,
        labels=labels or {"insult": 0.9},
        held=held,
        verdict="hold" if held else "allow",
        reply_to="",
        link="",
        proof="transport-authenticated",
    )


def file(items, facts=()):
    return Content([], list(items), list(facts), 0, {}, {})


def test_what_was_let_through_before_could_be_seen_what_was_held_is_counted_apart():
    found = authors(
        [said(1, "a"), said(2, "b"), said(3, "b", held=True), said(4, "c"), said(5, "a")]
    )
    by = {one.account: one for one in found}
    assert (by["a"].before.let_through, by["a"].before.held, by["a"].meanwhile) == (0, 0, 2)
    assert (by["c"].before.let_through, by["c"].before.accounts, by["c"].before.held) == (2, 2, 1)
    assert (by["c"].before.first, by["c"].before.last) == (1, 2)


def test_own_messages_and_those_of_other_channels_are_not_what_others_could_see():
    found = authors([said(1, "a"), said(2, "a"), said(3, "b", channel="sam")])
    by = {one.account: one for one in found}
    assert by["a"].before.let_through == by["a"].meanwhile == 0
    assert by["b"].before.let_through == 0


def test_two_messages_of_one_moment_could_not_see_each_other():
    found = authors([said(1, "a", after=5), said(2, "b", after=5)])
    assert [one.before.let_through for one in found] == [0, 0]


def states(content):
    return {
        offence.art: {one.key: one for one in offence.elements}
        for offence in offences(content, authors(content.items))
    }


def test_of_a_raid_repetition_is_shown_concert_partly_and_the_effect_is_for_the_victim():
    raid = Fact(9, 1, "raid", {"reasons": ["41 new accounts in 60 s"], "members": []}, {})
    found = states(file([said(1, "a"), said(2, "b"), said(3, "a")], [raid]))["222-33-2-2"]
    assert {key: one.state for key, one in found.items()} == {
        "several": "partly",
        "repeated": "shown",
        "concerted": "partly",
        "known": "partly",
        "effect": "supply",
        "online": "shown",
        "itt": "supply",
        "person": "supply",
    }
    assert found["repeated"].records == (1, 2, 3)
    assert found["concerted"].records == (9,)
    assert found["known"].records == (3, 2)


def test_one_message_of_one_account_shows_neither_repetition_nor_several():
    found = states(file([said(1, "a")]))["222-33-2-2"]
    assert found["repeated"].state == found["several"].state == "supply"


def test_a_threat_and_personal_data_bring_their_own_offences_with_their_records():
    items = [said(1, "a", labels={"threat": 0.8}), said(2, "b", labels={"personal_data": 0.9})]
    found = states(file(items))
    assert {"222-17", "222-18", "223-1-1"} <= set(found)
    assert found["222-17"]["threat"].records == (1,)
    assert found["223-1-1"]["revealed"].records == (2,)
    assert "222-17" not in states(file([said(1, "a")]))


def test_what_accounts_share_becomes_families_and_ties():
    found = coordination(file([said(n, f"bot{n}", text=f"leave now {n}") for n in range(6)]))
    assert found.families[0].messages == 6
    assert {tie.kind for tie in found.ties} >= {"text", "day"}
    assert found.graph is not None
    assert sum(found.burst.own) == 6


def measure(n, on, *, kind="hold"):
    value = {"kind": kind, "scope": {"kind": on, "ref": f"{on}{n}"}, "reason": {"en": "Because."}}
    return Fact(record=n, volume=1, name="measure", value=value, people={})


def test_many_measures_on_accounts_are_one_line_that_names_them_few_are_told_one_by_one():
    several = [measure(n, "account") for n in range(1, 37)] + [measure(40, "message")]
    part = Part(words=Words("en", "UTC"), content=file([], several), authors=[], volume=1)
    [table] = [block for block in done(part) if block["t"] == "table"]
    rows = [row[1] for row in table["rows"]]
    assert len(rows) == 2
    assert "36 measures of this kind on accounts" in rows[0]
    assert "account1, account2" in rows[0]
    assert rows[1].startswith("Measure: ")


def test_the_team_is_named_by_its_number_in_the_readers_words():
    assert member(Words("fr", "UTC"), "moderator-7") == "modération 7"
    assert member(Words("en", "UTC"), "root") == "root"


def test_who_agreed_to_a_copy_is_told_in_the_readers_words():
    agreed = Fact(1, 1, "access", {"what": "export agreed", "at": "2026-03-01T20:00:00Z"}, {})
    about = {"made_at": "2026-03-01T21:00:00Z", "made_by": "moderator-7", "approved_by": "x"}
    volume = Volume(1, about, "", 0, None, None)
    content = Content([volume], [], [agreed], 0, {}, {})
    part = Part(words=Words("fr", "UTC"), content=content, authors=[], volume=1)
    [rows] = [block["rows"] for block in custody(part) if block["t"] == "table"]
    assert [row[2] for row in rows] == ["a donné son accord à une copie", "cette copie"]
    assert rows[1][1] == "modération 7"
