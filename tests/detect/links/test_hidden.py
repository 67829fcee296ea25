"""Links are found also when they were hidden, and what only looks like one is not."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect.links.extract import find_links, link_key, link_keys
from rempart.detect.links.hosts import host_to_ascii, imitates, ipv4, parents
from rempart.detect.text.fold import fold_one


def hosts(text: str) -> list[str]:
    return [found.host + found.path for found in find_links(fold_one(text)) if found.sure]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("go to evil dot example now", "evil.example"),
        ("viens sur exemple point fr", "exemple.fr"),
        ("evil[.]example[.]com/x", "evil.example.com/x"),
        ("evil (dot) gg / abc", "evil.gg/abc"),
        ("evil(point)com", "evil.com"),
        ("discord . gg / abc", "discord.gg/abc"),
        ("hxxps://bad.example/x", "bad.example/x"),
        ("h**p://bad.example", "bad.example"),
        ("http : // bad . example / x", "bad.example/x"),
        ("ｅｖｉｌ．ｅｘａｍｐｌｅ", "evil.example"),
        ("𝐞𝐯𝐢𝐥.𝐞𝐱𝐚𝐦𝐩𝐥𝐞", "evil.example"),
        ("ev\u200bil.exam\u200bple/a", "evil.example/a"),
        ("evil。example", "evil.example"),
        ("http://news.example@evil.example/login", "evil.example/login"),
        ("http://evil.example\\@news.example/", "evil.example/@news.example/"),
        ("HTTPS://EVIL.EXAMPLE:8443/A", "evil.example/a"),
        ("http://2130706433/x", "127.0.0.1/x"),
        ("(see evil.example).", "evil.example"),
        ("t.me/+abcdef", "t.me/+abcdef"),
    ],
)
def test_hidden_links_are_found(text: str, found: str) -> None:
    assert hosts(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "au point de vue",
        "c'est le point com",
        "the dot com bubble",
        "ok.la suite demain",
        "oui.ca va",
        "see main.rs and setup.py",
        "bravo. me voila",
        "jean.dupont@example.org",
        "http://localhost:8000/x",
        "3.14 and 1.2.3.4",
        "...",
        "e.g. i.e. etc.",
    ],
)
def test_what_only_looks_like_a_link_is_none_for_sure(text: str) -> None:
    assert hosts(text) == []


def test_a_perhaps_is_told_as_such() -> None:
    (found,) = find_links("main.rs")
    assert (found.host, found.sure) == ("main.rs", False)
    assert link_keys("main.rs", ()) == ()


def test_the_span_covers_the_whole_disguise() -> None:
    text = "so: evil (dot) gg / abc ok"
    (found,) = find_links(text)
    assert text[found.start : found.end] == "evil (dot) gg / abc"
    assert found.hidden


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1"])
def test_one_address_in_all_its_spellings(host: str) -> None:
    assert ipv4(host) == "127.0.0.1"
    assert link_key(f"http://{host}/a") == "127.0.0.1/a"


@pytest.mark.parametrize("host", ["1.2.3.256", "256.1", "1.2.3.4.5", "0x", "08.1.1.1", "a.1", ""])
def test_what_is_no_address(host: str) -> None:
    assert ipv4(host) in (None, "0.0.0.0")


def test_names_of_other_alphabets() -> None:
    assert host_to_ascii("café.fr") == "xn--caf-dma.fr"
    assert host_to_ascii("МОСКВА.рф") == "xn--80adxhks.xn--p1ai"
    assert imitates("раураl.com", fold_one("раураl.com"))
    assert not imitates("café.fr", fold_one("café.fr"))
    assert not imitates("москва.рф", fold_one("москва.рф"))


def test_a_public_suffix_never_stands_for_the_sites_under_it() -> None:
    assert list(parents("a.b.example.co.uk")) == [
        "a.b.example.co.uk",
        "b.example.co.uk",
        "example.co.uk",
    ]
    assert list(parents("me.github.io")) == ["me.github.io"]


def test_the_list_of_public_suffixes_is_not_an_old_one() -> None:
    path = files("publicsuffixlist") / "public_suffix_list.dat"
    said = path.read_text("utf-8")[:1000]
    found = re.search(r"VERSION: (\d{4})", said)
    assert found is not None
    assert found[1] >= "2026"


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    folded = fold_one(text)
    for found in find_links(folded):
        assert 0 <= found.start < found.end <= len(folded)
        assert found.key


@pytest.mark.parametrize(
    "text",
    ["a." * 32_000, "a . " * 16_000, "http://" * 9_000, "a dot " * 10_000, "-." * 32_000,
     "[.]" * 21_000, "www." * 16_000, "é." * 32_000, "x" * 64_000 + ".com", "//" * 32_000],
)  # fmt: skip
def test_long_hostile_texts_are_read_in_linear_time(text: str) -> None:
    assert len(list(find_links(fold_one(text)))) <= 100
