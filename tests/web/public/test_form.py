"""The public report form: what is missing is said, what must not be taken is not."""

from __future__ import annotations

from rempart.web.public.form import EMPTY, as_form, as_request, errors_of, links_and_messages


def test_an_empty_form_says_what_is_missing_in_the_readers_language() -> None:
    assert set(errors_of(EMPTY, "en")) == {"category", "explanation", "good_faith"}
    assert errors_of(EMPTY, "fr")["category"] == "Choisissez ce qui s’est passé."


def test_nobody_who_reports_a_child_in_danger_is_asked_who_they_are() -> None:
    typed = {"category": "child_safety", "explanation": "x", "email": "a@b.example"}
    form = as_form({**typed, "good_faith": "yes"})
    assert errors_of(form, "en") == {}
    assert as_request(form, "en").contact is None
    contact = as_request({**form, "category": "harassment"}, "en").contact
    assert contact is not None
    assert contact.email == "a@b.example"


def test_links_and_message_numbers_may_stand_in_one_field() -> None:
    links, messages = links_and_messages("https://forum.example/1\n\n tw-000123 \nforum.example")
    assert links == ("https://forum.example/1", "forum.example")
    assert messages == ("tw-000123",)
