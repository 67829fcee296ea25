"""The demo's evening as a moderator sees it: chat flows, a raid comes, a shield goes up, undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_console_shows_the_raid_while_it_happens(console: Page, raid_case: str) -> None:
    console.goto("/console")
    expect(console.locator("h1")).to_contain_text("attack under way")
    expect(console.locator("#shields")).to_contain_text("#lea")
    expect(console.locator("#lately")).to_contain_text("An attack on lea was recognised")
    expect(console.locator(".chart canvas")).to_be_visible()
    expect(console.locator("[data-live-state]")).to_have_attribute("data-live-state", "on")
    size = console.locator("[data-log-size]").inner_text()
    expect(console.locator("[data-log-size]")).not_to_have_text(size)


def test_keys_lead_from_the_queue_into_the_case_and_to_its_messages(
    console: Page, raid_case: str
) -> None:
    console.goto("/console")
    console.keyboard.press("g")
    console.keyboard.press("q")
    console.wait_for_url("**/console/queue")
    row = console.locator("tr[data-row]", has_text="Attack on lea")
    expect(row).to_be_visible()
    for _ in range(20):
        console.keyboard.press("j")
        if row.evaluate("row => row.classList.contains('here')"):
            break
    console.keyboard.press("Enter")
    console.wait_for_url(f"**{raid_case}")
    console.get_by_role("tab", name="Messages").click()
    first = console.locator("#p-messages details.veil").first
    expect(first).not_to_have_attribute("open", "")
    console.keyboard.press("j")
    console.keyboard.press("r")
    expect(first).to_have_attribute("open", "")
    console.keyboard.press("r")
    expect(first).not_to_have_attribute("open", "")
    console.keyboard.press("?")
    expect(console.get_by_role("dialog")).to_be_visible()
    console.keyboard.press("Escape")


def test_a_case_is_seen_whole_on_a_laptop_without_scrolling(console: Page, raid_case: str) -> None:
    console.goto(raid_case)
    height = "document.documentElement.scrollHeight <= window.innerHeight"
    assert console.evaluate(height)
    for name in ("What it is", "Measures", "Decision"):
        heading = console.get_by_role("heading", name=name, exact=True)
        expect(heading).to_be_in_viewport()
    expect(console.locator("#what .reasons li")).to_have_count(3)
    expect(console.locator("#undo-all")).to_be_in_viewport()


def test_held_messages_stand_blurred_in_the_chat(console: Page, raid_case: str) -> None:
    console.goto("/console/channels/twitch/lea")
    held = console.locator("[data-chat] li.hold").last
    expect(held).to_contain_text("held")
    blur = held.locator(".veil-blur").evaluate("one => getComputedStyle(one).filter")
    assert "blur" in blur
    last = console.locator("[data-chat]").get_attribute("data-last")
    expect(console.locator("[data-chat]")).not_to_have_attribute("data-last", last or "")


def test_one_undo_takes_back_all_measures_of_the_raid(console: Page, raid_case: str) -> None:
    console.goto(raid_case)
    console.keyboard.press("u")
    expect(console.locator("#undo-all")).to_contain_text("Press again to undo")
    expect(console.locator(".toast")).to_be_hidden()
    console.keyboard.press("u")
    expect(console.locator(".toast")).to_contain_text("Undone")
    expect(console.locator("#undo-all")).to_have_count(0)
    expect(console.locator("#case-head")).to_contain_text("lifted")
    console.goto("/console")
    expect(console.locator("#shields")).to_contain_text("No shield is on")
    expect(console.locator("#lately")).to_contain_text("was undone")


def test_a_decision_answers_and_closes_the_case(console: Page, raid_case: str) -> None:
    console.goto(raid_case)
    console.keyboard.press("2")
    expect(console.locator("#ground")).to_have_value("none")
    console.locator("#reason").fill("A rehearsal of the team, agreed before.")
    expect(console.locator("[data-notices]")).to_contain_text("A rehearsal of the team")
    console.keyboard.press("Control+Enter")
    expect(console.locator(".decided").first).to_contain_text("A rehearsal of the team")
    expect(console.locator("#case-head")).to_contain_text("Decided")
