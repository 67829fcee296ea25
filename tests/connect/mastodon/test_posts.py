"""Posts become messages as people read them: plain, with what is hidden behind a warning or a
picture, and never as HTML."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.connect.mastodon.html import plain
from rempart.connect.mastodon.posts import message_of, report_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<br>two</p><p>three</p>", "one\ntwo\nthree"),
        ("<p>a &lt;b&gt; &amp; c</p>", "a <b> & c"),
        ("<script>alert(1)</script>x", "alert(1)x"),
        ("<p><span class='invisible'>hidden</span>shown</p>", "hiddenshown"),
        ("<!-- secret --><p>x</p>", "x"),
        ("2 < 3 and 4 > 1", "2 < 3 and 4 > 1"),
        ("&#0;&#xD800;x", "\ufffd\ufffdx"),
    ],
)
def test_html_as_plain_text(html: str, text: str) -> None:
    assert plain(html).text == text


def test_links_without_those_that_name_people() -> None:
    html = (
        '<p><a href="https://bad.example/?a=1&amp;b=2" rel="nofollow">bad</a> '
        '<a href="https://here.example/@lea" class="u-url mention">@lea</a> '
        '<a href="https://here.example/tags/x" class="mention hashtag">#x</a> '
        '<a href="javascript:alert(1)">no</a></p>'
    )
    assert plain(html).links == ("https://bad.example/?a=1&b=2",)


@given(st.text(alphabet="<>/!ap\"'= &;#x0", max_size=400))
def test_nothing_breaks_it(html: str) -> None:
    plain(html)


@pytest.mark.parametrize("part", ["<", "<!", "<a ", '<a href="', "&", "<a href=x", "</", "<!--"])
def test_a_quarter_of_a_million_broken_tags_are_read_through(part: str) -> None:
    """Reading them in other than linear time would not end here."""
    assert len(plain(part * (250_000 // len(part))).text) > 0


def status(**more: Any) -> dict[str, Any]:
    account = {"id": "7", "acct": "far@away.example", "created_at": "2026-02-01T00:00:00.000Z"}
    return {
        "id": "101",
        "created_at": "2026-03-01T20:00:00.000Z",
        "content": "<p>bonsoir @lea</p>",
        "account": account,
        **more,
    }


def test_a_post_with_all_it_says() -> None:
    message = message_of(
        status(
            spoiler_text="warning",
            mentions=[{"id": "5", "acct": "lea"}],
            in_reply_to_id="99",
            poll={"options": [{"title": "yes"}, {"title": "no"}]},
            media_attachments=[
                {"id": "m1", "url": "https://here.example/m1.png", "description": "a cat"}
            ],
            url="https://away.example/101",
            visibility="public",
        ),
        "here.example",
    )
    assert message == {
        "id": "101",
        "platform": "mastodon",
        "channel": "here.example",
        "sent_at": "2026-03-01T20:00:00.000Z",
        "author": {
            "id": "7",
            "name": "far@away.example",
            "created_at": "2026-02-01T00:00:00.000Z",
        },
        "text": "warning\nbonsoir @lea\nyes\nno\na cat",
        "targets": ["lea"],
        "kind": "post",
        "private": False,
        "links": [],
        "media": [{"id": "m1", "url": "https://here.example/m1.png"}],
        "extra": {"url": "https://away.example/101"},
        "reply_to": "99",
    }


@pytest.mark.parametrize(
    ("visibility", "kind", "private"),
    [("direct", "direct", True), ("private", "post", True), ("unlisted", "post", False)],
)
def test_closed_posts_are_private(visibility: str, kind: str, private: bool) -> None:
    message = message_of(status(visibility=visibility), "here.example")
    assert message is not None
    assert (message["kind"], message["private"]) == (kind, private)


def test_a_boost_says_nothing_of_its_own() -> None:
    assert message_of(status(reblog=status()), "here.example") is None


def test_a_report_without_words_says_what_was_chosen() -> None:
    report = {
        "id": "3",
        "category": "violation",
        "comment": "!!",
        "account": {"id": "5"},
        "target_account": {"account": {"url": "https://away.example/@far"}},
        "rules": [{"text": "Be kind"}],
    }
    request = report_of(report, "here.example")
    assert request.explanation == "Reported on here.example as violation; Be kind"
    assert request.links == ("https://away.example/@far",)
