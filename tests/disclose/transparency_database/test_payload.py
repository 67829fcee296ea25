"""Every statement in the words of the Transparency Database: valid, and nobody is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.cases.deciding.provisions import proposed
from rempart.cases.harms import harms
from rempart.disclose.transparency_database.payload import (
    edited,
    ended,
    free_texts,
    payload_of,
)
from rempart.disclose.transparency_database.privacy import Privacy
from rempart.disclose.transparency_database.reading import Gate
from rempart.disclose.transparency_database.rules import Quality, faults, schema
from rempart.model import (
    LADDER,
    AutomatedDecision,
    ContentKind,
    Ground,
    Statement,
    StatementSource,
)

OFFICIAL = jsonschema.Draft202012Validator(schema())
AT = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)
FORMS = [(kind, scope) for kind, rung in LADDER.items() for scope in rung.form]
GOOD = {
    "en": "Third insult after two warnings.",
    "fr": "Troisième insulte après deux avertissements.",
}


SOURCES = [one for one in StatementSource if one is not StatementSource.ORDER]
GOOD_TEXTS = st.just(GOOD)


@st.composite
def statements(draw, texts=GOOD_TEXTS):
    kind, scope = draw(st.sampled_from(FORMS))
    harm = draw(st.sampled_from(sorted(harms())))
    ground = draw(st.sampled_from([Ground.LAW, Ground.TERMS]))
    reference = proposed(harm, ground)
    if not reference["en"]:
        reference = {"en": "Penal code, art. 1", "fr": "Code pénal, art. 1"}
    return Statement(
        number=1,
        id="s-1",
        measure="m-1",
        platform="twitch",
        channel="leachannel",
        account="handle_of_somebody",
        kind=kind,
        scope=scope,
        harm=harm,
        ground=ground,
        reference=reference,
        explanation=draw(texts),
        source=draw(st.sampled_from(SOURCES)),
        automated_detection=draw(st.booleans()),
        automated_decision=draw(st.sampled_from(list(AutomatedDecision))),
        made_at=AT,
        from_at=AT,
        until=draw(st.sampled_from([None, AT + timedelta(days=7)])),
        rule=draw(st.sampled_from([None, "hold-abuse"])),
        message=draw(st.sampled_from([None, "message-id-1"])),
        content_at=draw(st.sampled_from([None, AT])),
        raid=draw(st.sampled_from([None, "r-1"])),
        content=draw(st.sampled_from([(), (ContentKind.IMAGE, ContentKind.OTHER)])),
    )


@given(told=statements(), language=st.sampled_from(["en", "fr"]))
def test_every_statement_is_valid_passes_both_gates_and_names_nobody(told, language):
    payload = payload_of(told, "0a1b", language)
    document = json.loads(msgspec.json.encode(payload))
    assert list(OFFICIAL.iter_errors(document)) == []
    assert Quality().faults(payload) == []
    assert Privacy().faults(payload, [told.account, told.channel]) == []
    text = msgspec.json.encode(payload).decode()
    for word in ("handle_of", "leachannel", "message-id-1", "m-1", "s-1", "source_identity"):
        assert word not in text
    assert document["automated_detection"] == ("Yes" if told.automated_detection else "No")


@given(
    told=statements(
        st.fixed_dictionaries({lang: st.text(max_size=3).map(lambda t: t * 800) for lang in GOOD})
    )
)
def test_the_gate_and_the_official_schema_refuse_the_same(told):
    payload = payload_of(told, "0a1b", "fr")
    document = json.loads(msgspec.json.encode(payload))
    blank = [field for field, text in free_texts(payload).items() if not text.strip()]
    if not blank:  # the server trims before it looks; the schema does not
        assert bool(faults(payload)) == bool(list(OFFICIAL.iter_errors(document)))
    else:
        assert faults(payload)


def _one(zone=UTC, **change):
    [kind, scope] = FORMS[0]
    told = Statement(
        number=1,
        id="s-1",
        measure="m-1",
        platform="twitch",
        channel="lea",
        account="u7",
        kind=kind,
        scope=scope,
        harm="harassment",
        ground=Ground.TERMS,
        reference=proposed("harassment", Ground.TERMS),
        explanation=GOOD,
        source=StatementSource.OWN_INITIATIVE,
        automated_detection=True,
        automated_decision=AutomatedDecision.FULLY,
        made_at=AT,
        from_at=AT,
        until=AT + timedelta(days=7),
        rule="hold-abuse",
        message="m1",
    )
    return payload_of(msgspec.structs.replace(told, **change), "0a1b", "fr", zone=zone)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Il a publié le 06 12 34 56 78.", "phone number"),
        ("Écrire à jeanne.exemple@gmail.com", "e-mail address"),
        ("Insulte de @troll_42 hier.", "a handle"),
        ("Voir https://exemple.fr/profil/9", "the address of a page"),
        ("Insulte envers Lea après deux avertissements.", "a name"),
        ("Elle habite 12 rue des Lilas, 75020 Paris", "postal address"),
        ("Voir t.me/lesamisdeloeil", "the address of a page"),
        ("Insulte de Troll#4242 hier.", "a handle"),
        ("Insulte de u/troll42 hier.", "a handle"),
        ("Connecté depuis 203.0.113.9 hier", "the address of a machine"),
        ("Connecté depuis 2001:db8::9 hier", "the address of a machine"),
        ("Elle est née le 3 mars 1990.", "a day of birth"),
        ("Elle est née le 2001-03-03.", "a day of birth"),
        ("Il a publié le 0612-34-56-78 le 2026-03-01.", "phone number"),
        ("Insulte de jean-dupont hier.", "a name"),
        ("M. Dupont a insulté deux fois.", "a name"),
        ("Insulte envers Le\u0301onie.", "a name"),
    ],
)
def test_personal_data_is_found_with_its_place(text, what):
    payload = edited(_one(), {"incompatible_content_explanation": text})
    found = Privacy().faults(payload, ["u77", "lea", "Jean Dupont", "Léonie"])
    assert what in [fault.what for fault in found]
    at = next(fault for fault in found if fault.what == what)
    assert at.field == "incompatible_content_explanation"
    assert 0 <= at.start < at.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Insulté à 18:05:00 puis à 18:06:10, le 2026/03/01.",
        "Article R. 621-2/3 du code pénal, version 2.4.1 des règles.",
        "Le chat était noir de monde.",
    ],
)
def test_times_articles_and_common_words_are_nobody(text):
    payload = edited(_one(), {"incompatible_content_explanation": text})
    assert Privacy().faults(payload, ["u77", "lea", "Le Chat Noir"]) == []


def test_dates_out_of_the_servers_bounds_are_refused_here():
    early, late = datetime(2019, 12, 31, tzinfo=UTC), datetime(2038, 6, 1, tzinfo=UTC)
    assert [f.field for f in faults(_one(made_at=early))] == ["application_date"]
    assert faults(_one(until=late))[0].field == "end_date_visibility_restriction"
    old = msgspec.structs.replace(_one(), content_date="1999-12-31")
    assert faults(old)[0].field == "content_date"


@pytest.mark.parametrize(
    "sent", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2061, 1, 1, tzinfo=UTC)]
)
def test_a_day_that_the_senders_clock_made_up_holds_nothing_back_for_ever(sent):
    """Nobody could edit it, so that the restriction would never be stated."""
    payload = _one(content_at=sent, from_at=sent)
    assert payload.content_date == payload.application_date == "2026-03-01"
    assert "2026-03-01" in payload.decision_facts
    assert faults(payload) == []


def test_days_are_those_of_the_territory_also_when_the_year_turns():
    half_past_eleven = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    change = {"made_at": half_past_eleven, "from_at": half_past_eleven}
    told = {"until": half_past_eleven + timedelta(days=1), **change}
    paris = _one(ZoneInfo("Europe/Paris"), **told)
    assert paris.application_date == paris.content_date == "2027-01-01"
    assert paris.end_date_visibility_restriction == "2027-01-02"
    assert _one(**told).application_date == "2026-12-31"


def test_a_restriction_taken_back_says_when():
    assert ended(_one(), AT + timedelta(days=1)).end_date_visibility_restriction == "2026-03-02"


def test_a_clock_that_went_back_ends_nothing_before_it_began():
    assert ended(_one(), AT - timedelta(days=3)).end_date_visibility_restriction == "2026-03-01"
    assert faults(_one(until=AT - timedelta(days=3))) == []


def test_a_trusted_flagger_and_an_unnamed_notice_are_told_apart():
    assert _one(source=StatementSource.TRUSTED_FLAGGER).source_type == "SOURCE_TRUSTED_FLAGGER"
    assert _one(source=StatementSource.NOTICE).source_type == "SOURCE_ARTICLE_16"
    assert _one(harm="other").category == "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"


def test_only_free_texts_can_be_edited_and_only_those_that_are_there():
    payload = _one()
    same = edited(payload, {"automated_detection": "No", "illegal_content_explanation": "x"})
    assert same == payload


def test_what_was_passed_once_passes_again_but_not_with_a_puid_that_names_somebody():
    quality = Quality()
    assert quality.faults(_one()) == []
    assert quality.faults(msgspec.structs.replace(_one(), puid="u7@twitch")) != []


def test_what_an_authority_ordered_is_no_statement_for_the_database():
    [kind, scope] = FORMS[0]
    told = Statement(
        number=1,
        id="s-1",
        measure="m-1",
        platform="twitch",
        channel="lea",
        account="u7",
        kind=kind,
        scope=scope,
        harm="hate",
        ground=Ground.LAW,
        reference=GOOD,
        explanation=GOOD,
        source=StatementSource.ORDER,
        automated_detection=False,
        automated_decision=AutomatedDecision.NOT,
        made_at=AT,
        from_at=AT,
    )
    gate = Gate(lambda measure: "0a1b", "fr")
    assert gate.of([told]) is None
    assert gate.of([msgspec.structs.replace(told, source=StatementSource.NOTICE)]) is not None
