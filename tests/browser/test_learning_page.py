"""Learning in a browser: decide, learn, use, see it bite, take it back, see it gone.

A service of its own: what is learned holds in every channel, and the demo's evening is for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from seeing import LAPTOP
from tests.web.rules.test_learning import PARAPHRASE, TAUGHT, say
from tests.web.service import Service

pytestmark = pytest.mark.browser

WORST = "you are a stupid idiot and I will kill you tomorrow"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def page(place: Service, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=place.address, viewport=LAPTOP, locale="en")
    cookie = {"name": "rempart", "value": place.person.cookies["rempart"], "url": place.address}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def decide(page: Page, place: Service, text: str) -> None:
    """Reported from outside, then decided at the console."""
    ((id, _),) = say(place, text)
    report = {
        "category": "harassment",
        "explanation": "Meant as an insult here.",
        "message_ids": [id],
        "good_faith": True,
    }
    assert place.client().post("/api/v1/reports", json=report).status_code == 201
    page.goto("/console/queue")
    page.locator("[data-row-link]").first.click()
    page.get_by_label("Uphold").check()
    page.get_by_label("Ground").select_option("terms")
    page.locator("#reason").fill("an insult in this place")
    page.get_by_role("button", name=re.compile("^Decide")).click()
    expect(page.locator("#case-head")).to_contain_text("Decided")


def test_three_decisions_teach_a_paraphrase_and_are_taken_back(page: Page, place: Service) -> None:
    say(place, *[f"good evening from viewer {n}" for n in range(30)])
    page.goto("/console")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", level=1)).to_have_text("Learning")
    expect(page.locator("#learned")).to_contain_text("Too few decisions yet")
    for text in TAUGHT:
        decide(page, place, text)

    page.goto("/console/learning")
    page.get_by_label("Reason").fill("a month of decisions")
    page.get_by_role("button", name="Learn from decisions").click()
    one = page.locator(".learned > li")
    expect(one).to_contain_text("proposed")
    expect(one).to_contain_text(re.compile(r"3 decisions"))
    expect(one).to_contain_text("ordinary messages of this place, 0% were flagged before and 0%")
    one.get_by_text("Flagged anew", exact=True).click()
    expect(one.locator(".examples li")).to_have_count(3)
    expect(one.get_by_role("link", name=re.compile("case")).first).to_be_visible()
    ((_, before),) = say(place, PARAPHRASE)
    assert before["verdict"] == "allow"

    one.get_by_label("Reason").fill("agreed with Ana")
    one.get_by_role("button", name="Use it").click()
    expect(one).to_contain_text("in force")
    ((_, outcome),) = say(place, PARAPHRASE)
    assert outcome["verdict"] == "hold" and outcome["labels"]["insult"] >= 0.5

    page.locator("#take-back").get_by_label("Reason").fill("too many complaints")
    page.get_by_role("button", name="Take it back").click()
    expect(one).to_contain_text("taken back")
    ((_, after),) = say(place, PARAPHRASE)
    assert {**after, "id": ""} == {**before, "id": ""}


def test_the_case_says_why_span_by_span(page: Page, place: Service) -> None:
    ((id, outcome),) = say(place, WORST)
    spans = {tuple(one["span"]) for one in outcome["signals"] if one.get("span")}
    assert len(spans) >= 2
    cases = place.person.get("/api/v1/cases", params={"state": "open"}).json()["cases"]
    page.goto(f"/console/cases/{cases[0]['id']}#messages")
    row = page.locator("ol.messages > li").first
    expect(row.locator(".why-span").first).to_be_hidden()
    row.locator("summary").click()
    expect(row.locator(".why-span").first).to_be_visible()
    marks = row.locator(".said").inner_text()
    for number in range(1, len(spans) + 1):
        assert f"{number}[" in marks and f"]{number}" in marks, marks
    bare = row.locator(".said").evaluate(
        "e => { const c = e.cloneNode(true);"
        " c.querySelectorAll('.why-end').forEach(x => x.remove()); return c.textContent; }"
    )
    assert bare == WORST
    why = row.locator(".signals > li")
    expect(why).to_have_count(len(outcome["signals"]))
    for place_in_list, signal in enumerate(outcome["signals"]):
        text = why.nth(place_in_list).inner_text()
        assert signal["detector"] in text
        if signal.get("span"):
            begin, end = signal["span"]
            assert WORST[begin:end] in text
        if signal.get("why"):
            assert " ".join(signal["why"].split()) in " ".join(text.split())
    assert id
