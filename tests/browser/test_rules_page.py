"""A rule from the first line to its end, in a browser: checked, tested, compared with history, on
trial, in force, biting, taken back with everything it did."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Page, expect
from seeing import Service

pytestmark = pytest.mark.browser

CHANNEL = "orchard"
RULE = """[[rule]]
name = "no-viewbots"
state = "shadow"
description = { en = "Offers of bought viewers.", fr = "Offres de spectateurs achetés." }
reason = { en = "An offer of bought viewers.", fr = "Une offre de spectateurs achetés." }
when = "in_list(message.fold, 'ads')"
measures = ["hold message for 1 day", "label account seller for 7 days"]

[[rule.test]]
name = "hidden letters do not help"
message = { text = "get your VIEWB\u03bfTS" }
expect = ["hold message", "label account"]
"""


def say(service: Service, *texts: str) -> list[dict[str, object]]:
    messages = [
        {
            "id": f"orchard-{time.time_ns()}-{number}",
            "platform": "twitch",
            "channel": CHANNEL,
            "sent_at": datetime.now(UTC).isoformat(),
            "author": {"id": f"seller{number}"},
            "text": text,
        }
        for number, text in enumerate(texts)
    ]
    answer = httpx.post(
        f"{service.address}/api/v1/messages",
        json=messages,
        headers={"authorization": f"Bearer {service.token}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return list(found["outcomes"] if isinstance(found, dict) else found)


@pytest.fixture(scope="module")
def said(service: Service) -> Iterator[Service]:
    say(service, "cheap viewbots here", "what a lovely tree", "free followers for everybody")
    yield service


def put_in_force(page: Page, reason: str) -> None:
    page.locator("#moves").get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Put in force").click()
    page.wait_for_url("**/console/rules")


def propose(page: Page, reason: str) -> None:
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Propose as a version").click()
    page.wait_for_url("**/console/rules/versions/*")


def test_a_rule_goes_all_the_way_and_is_undone_with_everything_it_did(
    console: Page, said: Service
) -> None:
    page = console
    page.goto("/console")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
    expect(page.locator("#in-force")).to_contain_text("no rules of its own")
    page.get_by_role("link", name="Write the first rule").click()

    # A mistake is told with its place, and what was written stays.
    text = page.locator("#file-text-0")
    text.fill(RULE.replace("in_list", "in_lst"))
    page.get_by_role("button", name="Check").click()
    problem = page.locator(".problems li")
    expect(problem).to_contain_text("house.toml, line 6")
    expect(problem).to_contain_text("did you mean `in_list`?")
    expect(page.locator(".gutter .wrong")).to_have_text("▸6")
    problem.get_by_role("link").click()
    assert text.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)") == "in_lst"

    # Mended, with its list.
    text.fill(RULE)
    page.get_by_text("One more file or list").click()
    page.locator("#list-name-0").fill("ads")
    page.locator("#list-text-0").fill("viewbots\nfree followers")
    page.get_by_role("button", name="Run its tests").click()
    expect(page.locator("#found")).to_contain_text("1 of 1 tests hold")
    page.get_by_role("button", name="Compare with history").click()
    row = page.locator("#history tbody tr", has_text="no-viewbots")
    expect(row.locator("[data-th=Hits]")).to_have_text("2")
    expect(row.locator("[data-th=Accounts]")).to_have_text("2")
    expect(page.get_by_role("img", name="Hits of no-viewbots over time")).to_be_visible()
    page.get_by_text("The last messages it would have hit").click()
    expect(page.locator("#history .examples li")).to_have_count(2)

    # On trial: it says what it would have done, and does nothing.
    propose(page, "bots again")
    expect(page.locator(".diff .in").first).to_contain_text("+ [[rule]]")
    put_in_force(page, "to look at it for a day")
    (outcome,) = say(said, "my viewbots are the best")
    assert (outcome["verdict"], outcome["shadow"]) == ("allow", ["no-viewbots"])
    page.reload()
    row = page.locator("#in-force tbody tr")
    expect(row).to_contain_text("on trial")
    expect(row.locator("[data-th='Would have']")).to_have_text("1")

    # In force: it bites.
    page.get_by_role("link", name="Edit the rules").click()
    text.fill(RULE.replace('"shadow"', '"live"'))
    propose(page, "it hit whom it should")
    expect(page.locator(".diff .out")).to_have_text('- state = "shadow"\n')
    put_in_force(page, "agreed with Ana")
    outcomes = say(said, "viewbots, buy viewbots", "free followers today", "apples are ripe")
    assert [one["verdict"] for one in outcomes] == ["hold", "hold", "allow"]
    page.reload()
    expect(page.locator("#in-force tbody [data-th='Measures on']")).to_have_text("2")

    # Taken back with everything it did; the version on trial is in force again.
    back = page.locator("#take-back")
    expect(back).to_contain_text("2 measures that are on (Hold 2)")
    back.get_by_label("Reason").fill("too many complaints")
    back.get_by_role("button", name="Take back").click()
    page.wait_for_url("**/console/rules")
    expect(page.locator("#in-force tbody")).to_contain_text("on trial")
    expect(page.locator("#in-force tbody [data-th='Measures on']")).to_have_text("0")
    (outcome,) = say(said, "viewbots once more")
    assert outcome["verdict"] == "allow"
    page.locator("#take-back").get_by_label("Reason").fill("done")
    page.locator("#take-back").get_by_role("button", name="Take back").click()
    expect(page.locator("#in-force")).to_contain_text("no rules of its own")
    states = page.locator("#versions tbody [data-th=State]")
    expect(states).to_have_text(["taken back", "taken back"])


def test_rules_that_would_hit_many_are_put_in_force_at_the_second_asking_only(
    console: Page, said: Service
) -> None:
    say(said, *[f"hailstones on tree number {number}" for number in range(25)])
    broad = RULE.replace('"shadow"', '"live"').replace("no-viewbots", "no-rain")
    broad = broad.replace("in_list(message.fold, 'ads')", "contains(message.fold, 'hailstones')")
    broad = broad.replace("get your VIEWB\u03bfTS", "hailstones")
    console.goto("/console/rules/edit")
    console.locator("#file-text-0").fill(broad)
    propose(console, "no more rain")
    address = console.url
    console.locator("#moves").get_by_label("Reason").fill("agreed")
    console.get_by_role("button", name="Put in force").click()
    effect = console.locator("#effect")
    expect(effect).to_contain_text("would have hit 25 accounts")
    console.get_by_role("link", name="Not now").click()
    expect(console.locator(".moves li")).to_have_count(1)
    assert console.url == address
    console.locator("#moves").get_by_label("Reason").fill("agreed")
    console.get_by_role("button", name="Put in force").click()
    console.get_by_role("button", name="Put in force all the same").click()
    console.wait_for_url("**/console/rules")
    expect(console.locator("#in-force tbody")).to_contain_text("no-rain")
    console.locator("#take-back").get_by_label("Reason").fill("tried enough")
    console.locator("#take-back").get_by_role("button", name="Take back").click()
    expect(console.locator("#in-force")).to_contain_text("no rules of its own")
