"""The same place gives the same key, however the link was decorated."""

from __future__ import annotations

import pytest

from rempart.detect.links.extract import MAX_LINKS, link_key, link_keys


@pytest.mark.parametrize(
    "link",
    [
        "https://www.Example.org/a/",
        "http://example.org/a?utm=1#top",
        "example.org/a",
        "https://example.org/a).",
    ],
)
def test_one_place_one_key(link: str) -> None:
    assert link_key(link) == "example.org/a"


def test_named_and_written_links_count_once() -> None:
    folded = "look example.org/a and www.other.net/b !"
    assert link_keys(folded, ["https://example.org/a"]) == ("example.org/a", "other.net/b")


@pytest.mark.parametrize("text", ["hello...what", "v1.2.3", "e.g. this", "file.txt", "3.14", "."])
def test_dots_are_not_links(text: str) -> None:
    assert link_keys(text, ()) == ()


def test_many_links_are_capped() -> None:
    text = " ".join(f"host{number}.com/x" for number in range(100))
    assert len(link_keys(text, ())) == MAX_LINKS
