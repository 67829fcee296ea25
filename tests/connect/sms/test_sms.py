"""The provider's formats: signatures, forms, answers, and what a text costs."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.connect.sms.form import incoming, message_of, price_of, read_form, status_of
from rempart.connect.sms.segments import outside_basic, segments
from rempart.connect.sms.settings import LineSettings, check_line, masked
from rempart.connect.sms.signature import is_signed, signature
from rempart.connect.sms.twiml import SILENCE, reply
from rempart.errors import InputError
from rempart.ingest import Parsed
from rempart.model import Message
from rempart.web.settings import load_settings

TOKEN = "0123456789abcdef0123456789abcdef"
URL = "https://line.example/api/v1/hooks/sms/reponse"
LINE = LineSettings(
    number="+33639980000",
    account_sid="AC1",
    auth_token=TOKEN,
    reply={"fr": "Bonjour", "en": "Hello"},
    price=0.16,
    cap_hour=120,
    cap_day=600,
    target="ligne-reponse",
)


def test_the_signature_is_the_providers() -> None:
    """The example that the provider's documentation has been giving for years."""
    form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, form) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_an_empty_or_short_token_accepts_nothing() -> None:
    for token in ("", "12345"):
        assert not is_signed(token, URL, [], signature(token, URL, []))
    assert is_signed(TOKEN, URL, [], signature(TOKEN, URL, []))


def test_the_standard_port_makes_no_difference_and_another_does() -> None:
    with_port = URL.replace("line.example", "line.example:443")
    assert is_signed(TOKEN, URL, [], signature(TOKEN, with_port, []))
    other = URL.replace("line.example", "line.example:8443")
    assert not is_signed(TOKEN, URL, [], signature(TOKEN, other, []))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=8), st.text(max_size=40))
def test_nothing_but_the_signature_is_accepted(form: list[tuple[str, str]], given: str) -> None:
    assert is_signed(TOKEN, URL, form, signature(TOKEN, URL, form))
    assert not is_signed(TOKEN, URL, form, given)


def test_a_message_keeps_all_that_the_provider_said() -> None:
    body = (
        b"MessageSid=SM1&From=%2B33639981234&To=%2B33639980000&Body=Salut+%F0%9F%99%82&NumMedia=1"
        b"&MediaUrl0=https%3A%2F%2Fapi.example%2Fm&MediaContentType0=image%2Fjpeg&FromCity="
    )
    made = message_of(incoming(read_form(body), LINE), LINE, 1_772_800_000_000)
    assert isinstance(made, Parsed)
    message = made.item
    assert isinstance(message, Message)
    assert (message.platform, message.channel, message.targets) == (
        "sms",
        "+33639980000",
        ("ligne-reponse",),
    )
    assert (message.author.id, message.text) == ("+33639981234", "Salut 🙂")
    assert [(one.url, one.mime) for one in message.media] == [
        ("https://api.example/m", "image/jpeg")
    ]
    assert message.extra["provider"]["FromCity"] == ""


def test_an_empty_message_is_a_message() -> None:
    form = read_form(b"MessageSid=SM1&From=%2B33639981234&To=%2B33639980000&Body=")
    assert isinstance(message_of(incoming(form, LINE), LINE, 0), Parsed)


@pytest.mark.parametrize("body", [b"\xff", b"MessageSid", b"a=1&" * 300])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(InputError):
        read_form(body)


def test_a_message_for_another_number_or_without_an_id_is_refused() -> None:
    with pytest.raises(InputError, match="another number"):
        incoming([("MessageSid", "SM1"), ("From", "+33639981234"), ("To", "+33639980001")], LINE)
    with pytest.raises(InputError, match="MessageSid"):
        incoming([("From", "+33639981234"), ("To", "+33639980000")], LINE)


def test_prices_are_told_as_negative_amounts() -> None:
    assert [price_of(told) for told in ("-0.00750", "0.16", "", None, "x", "1e400")] == [
        7_500, 160_000, None, None, None, None,
    ]  # fmt: skip
    told = status_of([("MessageSid", "SM2"), ("MessageStatus", "sent"), ("Price", "-0.2")])
    assert (told.sid, told.status, told.price) == ("SM2", "sent", 200_000)


def test_an_answer_is_well_formed_whatever_the_text_says() -> None:
    answer = ElementTree.fromstring(reply("<&\"' 🙂", URL + "/status?message=a&b=\"'"))
    message = answer.find("Message")
    assert message is not None
    assert message.text == "<&\"' 🙂"
    assert message.get("action") == URL + "/status?message=a&b=\"'"
    assert len(ElementTree.fromstring(SILENCE)) == 0


def test_what_a_text_costs() -> None:
    assert [segments("a" * length) for length in (1, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert [segments("ê" * length) for length in (1, 70, 71, 134, 135)] == [1, 1, 2, 2, 3]
    assert segments("€" * 80) == 1
    assert segments("€" * 81) == 2
    assert segments("🙂" * 36) == 2, "two places each"
    assert outside_basic("à bientôt, ça va ?") == "ôç"


def test_the_reply_is_chosen_by_keyword_and_language() -> None:
    line = LineSettings(**{**_fields(), "keywords": {"stop": "", "info": "Nous sommes…"}})
    assert line.reply_to("Salut toi") == "Bonjour"
    assert line.reply_to("hey, is this your number?") == "Hello"
    assert (line.reply_to("STOP"), line.reply_to("Info svp")) == ("", "Nous sommes…")


def test_numbers_are_masked() -> None:
    assert masked("+33639981234") == "+33•••••••34"
    assert masked("Bank") == "Bank"


def _fields() -> dict[str, object]:
    return {name: getattr(LINE, name) for name in LINE.__struct_fields__}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "0639980000"}, "international"),
        ({"auth_token": ""}, "auth_token"),
        ({"auth_token": "short"}, "auth_token"),
        ({"reply": {}}, "no text"),
        ({"reply": {"fr": " "}}, "no text"),
        ({"reply": {"fr": "a" * 1_601}}, "longer"),
        ({"cap_hour": 0.1}, "cap_hour"),
        ({"cap_day": 1.0}, "cap_hour"),
    ],
)
def test_a_line_that_cannot_work_stops_the_start(change: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_line(LineSettings(**{**_fields(), **change}), "settings", "https://a.example")


def test_without_a_public_address_no_signature_can_be_checked(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        f'[lines.reponse]\nnumber = "+33639980000"\naccount_sid = "AC1"\nauth_token = "{TOKEN}"\n'
        'reply = { fr = "Bonjour" }\nprice = 0.16\ncap_hour = 120\ncap_day = 600\n'
    )
    with pytest.raises(InputError, match="public address"):
        load_settings(tmp_path)
