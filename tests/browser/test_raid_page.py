"""The page of a raid: seen whole on a laptop, explained by graph and texts, corrected by a person.

A raid of its own in a channel of its own, so that what other tests decide does not matter here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from seeing import LOOKS, Look, Service, look, open_anew, too_wide, violations

pytestmark = pytest.mark.browser

CHANNEL = "garden"
REGULARS = [f"regular{n}" for n in range(10)]
SENTENCES = (
    "you are a loser, leave this garden, everybody here laughs about you",
    "nobody wants you here, idiot, go home and stay there",
)
LETTERS = "aeioulnrstm"
PARTS = ("", "#members", "#texts")
KINDS = {"en": {"bot raid", "flood", "dogpile"}, "fr": {"raid de robots", "déferlante", "meute"}}
"""Whatever the detector calls these bots, it stands there in words."""


def _message(
    number: int, seconds_ago: float, text: str, author: dict[str, str]
) -> dict[str, object]:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return {
        "id": f"garden-{number}-{time.time_ns()}",
        "platform": "twitch",
        "channel": CHANNEL,
        "sent_at": at.isoformat(),
        "author": author,
        "text": text,
    }


def _bot(number: int) -> dict[str, str]:
    day = datetime.now(UTC) - timedelta(days=1 + number % 2)
    return {"id": f"bot{number}", "name": f"hoss00{number:03d}", "created_at": day.isoformat()}


def _disguised(text: str, number: int) -> str:
    ways = (
        text,
        text.replace("a", "\u0430", 2),
        text[:9] + "\u200b" + text[9:],
        text + "!" * (number % 5),
        text.replace("you", "u", 1),
    )
    return ways[number % len(ways)]


def _evening(bots: int = 24) -> list[dict[str, object]]:
    words = Random(1)
    quiet = [
        _message(
            number,
            400 - number,
            " ".join("".join(words.choices(LETTERS, k=words.randint(2, 8))) for _ in range(6)),
            {"id": REGULARS[number % 10], "created_at": f"20{10 + number % 10}-03-01T00:00:00Z"},
        )
        for number in range(300)
    ]
    attack = [
        _message(
            1_000 + number,
            60 - number / 2,
            _disguised(SENTENCES[(number // 3) % 2], number),
            _bot(number % bots),
        )
        for number in range(3 * bots)
    ]
    return quiet + attack


@pytest.fixture(scope="module")
def garden(service: Service, browser: Browser, session_file: Path) -> Iterator[str]:
    """The address of the case of a raid on the garden; in the end it is undone whole."""
    service.say(_evening())
    context = look(browser, service, session_file, Look())
    page = context.new_page()
    page.goto("/console/queue?kind=raid")
    link = page.get_by_role("link", name=f"Attack on {CHANNEL}")
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    assert address
    yield address
    page.goto(address)
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(page.locator("#case-head")).to_contain_text("lifted")
    context.close()


def _fact(page: Page, name: str) -> Locator:
    return page.locator("#what .facts > div", has=page.get_by_text(name, exact=True)).locator("dd")


def _number(page: Page, name: str) -> int:
    return int(re.sub(r"\D", "", _fact(page, name).inner_text()))


def _whole(part: Locator) -> None:
    expect(part).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_it_is_why_and_undo_are_seen_on_a_laptop_without_scrolling(
    service: Service, browser: Browser, session_file: Path, garden: str, language: str
) -> None:
    context = look(browser, service, session_file, Look(language))
    page = context.new_page()
    page.goto(garden)
    begin, accounts = {"en": ("Begin", "Accounts"), "fr": ("Début", "Comptes")}[language]
    _whole(_fact(page, begin).locator("time").first)
    _whole(_fact(page, accounts))
    assert _number(page, accounts) >= 20
    _whole(page.locator("#kind"))
    assert page.locator("#kind").inner_text() in KINDS[language]
    reasons = page.locator("#what .reasons li")
    expect(reasons).to_have_count(3)
    for place in range(3):
        _whole(reasons.nth(place))
        assert re.search(r"\d", reasons.nth(place).inner_text())
    _whole(page.locator("#undo-all"))
    groups = page.locator("#measures > .measures > li")
    expect(groups.filter(has_text=re.compile(r"\d+ (accounts|comptes)"))).to_have_count(1)
    for place in range(groups.count()):
        _whole(groups.nth(place))
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight && scrollY === 0")
    context.close()


def test_the_graph_and_its_list_say_who_shares_what(console: Page, garden: str) -> None:
    console.goto(f"{garden}#members")
    accounts = _number(console, "Accounts")
    graph = console.get_by_role("img", name="Who shares what")
    expect(graph).to_be_visible()
    expect(graph.locator("circle.dot")).to_have_count(accounts)
    assert graph.locator(".hub").count() >= 3
    expect(console.locator(".ties li").first).to_contain_text(re.compile(r"\d+ of \d+"))
    expect(console.locator("table.members tbody tr")).to_have_count(accounts)
    description = graph.locator("desc").inner_html()
    assert "text A" in description


def test_texts_are_grouped_and_their_disguises_shown_only_on_request(
    console: Page, garden: str
) -> None:
    console.goto(f"{garden}#texts")
    families = console.locator(".families > li")
    expect(families).to_have_count(2)
    first = families.first
    expect(first.locator(".variants")).to_be_hidden()
    console.keyboard.press("j")
    console.keyboard.press("r")
    expect(first.locator(".variants li").first).to_be_visible()
    assert first.locator(".variants").inner_text().count("⟨ZWSP⟩") >= 1
    assert first.locator(".variants mark").count() >= 1
    assert first.locator(".variants ins").count() >= 1


def test_a_member_is_lifted_out_and_put_back(console: Page, garden: str) -> None:
    console.goto(f"{garden}#members")
    before = _number(console, "Accounts")
    held = console.locator("#measures .group", has_text="accounts")
    accounts = int(re.findall(r"(\d+) accounts", held.inner_text())[0])
    row = console.locator("table.members tbody tr").nth(2)
    name = row.locator(".who").inner_text()
    row.get_by_role("button", name="Lift").click()
    expect(console.locator(".toast")).to_contain_text("Lifted out")
    expect(_fact(console, "Accounts")).to_have_text(str(before - 1))
    expect(console.locator("#n-members")).to_have_text(str(before - 1))
    expect(console.locator("table.members")).not_to_contain_text(name)
    out = console.locator(".lifted-out")
    expect(out).to_contain_text(name)
    expect(held).to_contain_text(f"{accounts - 1} of them on")
    out.get_by_role("button", name="Put").click()
    expect(_fact(console, "Accounts")).to_have_text(str(before))
    expect(out).to_have_count(0)


def test_members_are_split_off_and_merged_again(console: Page, garden: str) -> None:
    console.goto(f"{garden}#members")
    before = _number(console, "Accounts")
    split = console.get_by_role("button", name="Split the chosen off")
    expect(split).to_be_disabled()
    boxes = console.locator("table.members tbody input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    split.click()
    console.wait_for_url(lambda url: not url.split("#")[0].endswith(garden))
    expect(_fact(console, "Accounts")).to_have_text("2")
    expect(console.locator("h1")).to_contain_text(CHANNEL)
    console.get_by_role("tab", name="Members").click()
    console.get_by_role("button", name="Merge into that case").click()
    console.wait_for_url(f"**{garden}*")
    expect(_fact(console, "Accounts")).to_have_text(str(before))


def test_numbers_grow_while_one_looks(console: Page, service: Service, garden: str) -> None:
    console.goto(garden)
    expect(console.locator("[data-live-state]")).to_have_attribute("data-live-state", "on")
    before = _number(console, "Messages")
    more = [_message(5_000 + n, 0, _disguised(SENTENCES[0], n), _bot(n % 24)) for n in range(40)]
    service.say(more)
    expect(_fact(console, "Messages")).not_to_have_text(str(before))
    assert _number(console, "Messages") > before


def test_one_undo_takes_back_all_measures_of_a_kind(console: Page, garden: str) -> None:
    console.goto(garden)
    group = console.locator("#measures .group", has_text="accounts")
    group.get_by_role("button", name="Undo: Hold").click()
    expect(console.locator(".toast")).to_contain_text("Undone")
    expect(group).to_contain_text("nothing on any more")
    expect(console.locator("#measures")).to_contain_text("Shield")
    expect(console.locator("#undo-all")).to_be_visible()


@pytest.mark.parametrize("how", LOOKS, ids=lambda how: f"{how.language}-{how.theme}")
def test_the_page_breaks_no_rule_of_accessibility(
    service: Service, browser: Browser, session_file: Path, garden: str, how: Look
) -> None:
    context = look(browser, service, session_file, how)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for part in PARTS:
        open_anew(page, f"{garden}{part}")
        for veil in page.locator(".families .veil").all()[:1]:
            if veil.is_visible():
                veil.locator("summary").click()
        if broken := violations(page):
            found[part] = broken
    context.close()
    assert found == {}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_phone_of_360_pixels_never_scrolls_sideways(
    service: Service, browser: Browser, session_file: Path, garden: str, language: str
) -> None:
    context = look(browser, service, session_file, Look(language, phone=True))
    assert too_wide(context.new_page(), [f"{garden}{part}" for part in PARTS]) == {}
    context.close()
