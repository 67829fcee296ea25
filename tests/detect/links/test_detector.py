"""What stands on a list, or is not allowed in the channel, is a bad link; the reason says which."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from rempart.detect.interface import Batch
from rempart.detect.links.detector import LinkDetector
from rempart.detect.links.lists import LinkList, ListError, keys_of, read_list
from rempart.detect.links.policy import ChannelLinks, LinkRules, Treatment
from rempart.detect.text.fold import fold_one
from rempart.model import Account, Message, Signal

AT = datetime(2026, 3, 1, tzinfo=UTC)
LISTED = LinkList(
    "phishing",
    read_list(
        [
            "# a comment",
            "0.0.0.0 bad.example worse.example  # two of them",
            "127.0.0.1 localhost",
            "evil.example.com",
            "||ads.example^",
            "https://paste.example/abc/def?x=1",
            "github.io",
            "bücher.example",
            "203.0.113.9",
            "",
        ],
        "phishing.hosts",
    ),
    source="https://lists.example",
    of="2026-02-01",
)
WHY = "list phishing: {} (https://lists.example, 2026-02-01)"


def judged(
    text: str, rules: LinkRules | None = None, links: tuple[str, ...] = (), channel: str = "lea"
) -> Signal | None:
    message = Message("m1", "twitch", channel, AT, Account("u1"), text, links=links)
    found = list(LinkDetector(rules).detect(Batch((message,), (fold_one(text),))))
    return found[0][1] if found else None


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("look bad.example", "bad.example"),
        ("look www.sub.worse.example/a?b", "worse.example"),
        ("login at evil dot example dot com", "evil.example.com"),
        ("https://paste.example/abc/def/ghi", "paste.example/abc/def"),
        ("https://news.example/go?to=https%3A%2F%2Fbad.example%2Fx", "bad.example"),
        ("bаd.exаmple", "bad.example"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
        ("http://0xcb.0.0x71.9/x", "203.0.113.9"),
        ("github.io/x", "github.io"),
    ],
)
def test_a_listed_link_is_told_with_its_list_entry_source_and_day(text: str, entry: str) -> None:
    signal = judged(text, LinkRules((LISTED,)))
    assert signal is not None
    assert (signal.why, signal.score) == (WHY.format(entry), 0.95)


@pytest.mark.parametrize(
    "text",
    ["notbad.example", "bad.example.org", "https://paste.example/abc", "me.github.io", "localhost"],
)
def test_what_is_beside_an_entry_is_not_on_the_list(text: str) -> None:
    assert judged(text, LinkRules((LISTED,))) is None


def test_a_link_that_only_the_platform_names_is_judged_too() -> None:
    signal = judged("look", LinkRules((LISTED,)), links=("https://BAD.example/x",))
    assert signal is not None
    assert signal.span is None


def test_the_span_points_into_the_original() -> None:
    text = "é\u200b go ｂａｄ．ｅｘａｍｐｌｅ/x now"
    signal = judged(text, LinkRules((LISTED,)))
    assert signal is not None
    assert signal.span is not None
    assert text[slice(*signal.span)] == "ｂａｄ．ｅｘａｍｐｌｅ/x"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("<html>", "'<html>' is no host name"),
        ("bad example", "is no host name"),
        ("com", "'com' is no host name"),
        ("0.0.0.0 bad..example", "'bad..example' is no host name"),
        ("\x00\x01", "is no host name"),
        ("a" * 3_000, "more than 2048 characters"),
    ],
)
def test_a_line_that_is_no_entry_is_told_with_file_line_and_reason(line: str, why: str) -> None:
    with pytest.raises(ListError) as error:
        list(read_list(["fine.example", "# fine", line], "lists/x.hosts"))
    assert error.value.where == "lists/x.hosts:3"
    assert why in error.value.what


def test_channels_say_what_they_allow() -> None:
    rules = LinkRules(
        (LISTED,),
        ChannelLinks(allow=("good.bad.example",), shorteners=Treatment.HOLD),
        {
            "lea": ChannelLinks(deny=("rival.example",), invites=Treatment.DENY),
            "twitch/max": ChannelLinks(others=Treatment.HOLD, hold=("odd.example",)),
        },
    )

    def told(text: str, channel: str = "lea") -> tuple[float, str] | None:
        signal = judged(text, rules, channel=channel)
        return (signal.score, signal.why or "") if signal else None

    assert told("good.bad.example/x") is None
    assert told("www.rival.example") == (1.0, "denied here: rival.example")
    assert told("www.rival.example", "nobody") is None
    assert told("bit.ly/abc") == (0.6, "shortened link: bit.ly")
    assert told("discord.gg/abc") == (1.0, "invitation: discord.gg")
    assert told("discord.com/invite/abc") == (1.0, "invitation: discord.com")
    assert told("discord.com/channels/1") is None
    assert told("news.example/x") is None
    assert told("news.example/x", "max") == (0.6, "other link: news.example")
    assert told("odd.example", "max") == (0.6, "held here: odd.example")
    assert told("ok.la suite", "max") is None


def test_a_bigger_list_is_asked_for_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets stay small: a look-up compares with a handful of entries in any list."""
    for size in (10, 1_000, 200_000):
        names = [f"host{number}.example{number % 97}.com" for number in range(size)]
        listed = LinkList("big", names)
        assert listed.entries == size
        assert listed.bytes <= 24 * size + 1_000
        edges = listed._edges.astype(int)
        assert int((edges[1:] - edges[:-1]).max()) <= 12
        for name in random.Random(1).sample(names, 10):
            assert listed.match(keys_of("a." + name, "/x")) == name
        assert listed.match(keys_of("host1.other.com", "")) is None


def test_an_empty_list_matches_nothing() -> None:
    assert LinkList("none", []).match(["bad.example"]) is None


def test_versions_tell_other_rules_apart() -> None:
    plain, listed = LinkDetector(), LinkDetector(LinkRules((LISTED,)))
    ended = LinkList("phishing", ["bad.example"], expires=AT)
    assert len({plain.version, listed.version, LinkDetector(LinkRules((ended,))).version}) == 3
    assert judged("bad.example", LinkRules((ended,))) is None
