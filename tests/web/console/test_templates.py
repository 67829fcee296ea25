"""Every template in every state, both languages: drawn without a gap, and inert.

A template that uses something its screen does not have raises (strict undefined values).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import made_up
import made_up_rules
import msgspec
import pytest

from rempart.cases.harms import harms
from rempart.cases.incident_file import WHERE
from rempart.cases.reports.status import ReportStatus, StatusMessage
from rempart.cases.rights import Right
from rempart.model import CaseState, Decision, DecisionOutcome, Ground, MeasureState, ReportState
from rempart.web.console.labels import LABELS
from rempart.web.console.page import Alone
from rempart.web.console.templates import draw
from rempart.web.public.form import EMPTY, WISHES

BLNS = Path(__file__).parents[2] / "data" / "hostile" / "blns.json"
USER = SimpleNamespace(name=made_up.HOSTILE, rights=frozenset(Right))
ANSWERS = {"uphold.terms": "The measures stay. Reason: […]", "lift.none": "Fine. Reason: […]"}
WORDS = " ".join(["abandon"] * 12)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]")


def _decided() -> object:
    screen = made_up.case_screen()
    decision = Decision(
        id="d-1",
        case=screen.case.id,
        outcome=DecisionOutcome.LIFT,
        ground=Ground.NONE,
        reason=made_up.HOSTILE,
        decided_by="Nadia",
        decided_at=made_up.NOW,
        undone=("m-1",),
    )
    case = msgspec.structs.replace(screen.case, state=CaseState.DECIDED)
    ended = [
        msgspec.structs.replace(
            row, undoable=False, measure=msgspec.structs.replace(row.measure, state=state)
        )
        for row, state in zip(screen.measures, list(MeasureState) * 3, strict=False)
    ]
    return msgspec.structs.replace(
        screen, case=case, decisions=[decision], measures=ended, lifted=True, next_case=None
    )


def _message_case() -> object:
    screen = made_up.case_screen()
    merged = msgspec.structs.replace(
        made_up.CASES[0], state=CaseState.MERGED, merged_into=made_up.CASE.id
    )
    return msgspec.structs.replace(
        screen, case=merged, raid=None, members=[], measures=[], timeline=None, reports=[], said=[]
    )


def _status(state: ReportState) -> ReportStatus:
    answered = state is ReportState.ANSWERED
    message = StatusMessage(made_up.NOW, "answer", {"en": made_up.HOSTILE, "fr": made_up.HOSTILE})
    said = StatusMessage(
        made_up.NOW, "you", {"en": made_up.HOSTILE, "fr": made_up.HOSTILE}, (made_up.HOSTILE,)
    )
    return ReportStatus(
        open=not answered,
        state=state,
        received_at=made_up.NOW,
        category="raid",
        category_label={"en": "Raid", "fr": "Raid"},
        messages=(said, message) if answered else (said,),
        next_steps=({"en": "Wait.", "fr": "Attendez."},),
        answered_at=datetime(2026, 3, 2, tzinfo=UTC) if answered else None,
    )


MARKUP = "</textarea><script>alert(1)</script>"
FORM = {**EMPTY, "explanation": MARKUP, "links": MARKUP, "email": '"><b>'}
STATUS = {
    "error": False,
    "receipt": WORDS,
    "typed": {"text": MARKUP, "links": MARKUP},
    "said": "",
    "refused": made_up.HOSTILE,
}
EVERY_STATE: dict[str, tuple[str, dict[str, object]]] = {
    "overview": ("overview.html", {"screen": made_up.overview()}),
    "overview of nothing": ("overview.html", {"screen": made_up.empty_overview()}),
    "queue": ("queue.html", {"screen": made_up.queue()}),
    "case of a raid": ("case.html", {"screen": made_up.case_screen(), "answers": ANSWERS}),
    "case decided": ("case.html", {"screen": _decided(), "answers": {}}),
    "case merged": ("case.html", {"screen": _message_case(), "answers": {}}),
    "search": ("search.html", {"screen": made_up.search()}),
    "channels": ("channels.html", {"screen": made_up.channels()}),
    "chat": ("channel.html", {"screen": made_up.channel(), "line": None}),
    "chat of a line": ("channel.html", {"screen": made_up.channel(), "line": made_up.HOSTILE}),
    "rules": ("rules.html", {"screen": made_up_rules.rules()}),
    "rules, none yet": ("rules.html", {"screen": made_up_rules.rules(empty=True)}),
    "rules, a version": ("rule_version.html", {"screen": made_up_rules.version()}),
    "rules, asked again": ("rule_version.html", {"screen": made_up_rules.version(asked=True)}),
    **{
        f"rules, edited {asked}": ("rule_edit.html", {"screen": made_up_rules.editor(asked)})
        for asked in ("", "check", "test", "compare", "propose")
    },
    "rules, wrong": ("rule_edit.html", {"screen": made_up_rules.editor("check", wrong=True)}),
    "learning": ("learning.html", {"screen": made_up_rules.learning()}),
    "learning, none yet": ("learning.html", {"screen": made_up_rules.learning(empty=True)}),
    "landing": ("landing.html", {"log": made_up.LOG}),
    "report": (
        "report.html",
        {
            "categories": list(harms().values()),
            "wishes": list(WISHES.items()),
            "form": FORM,
            "errors": {"email": "wrong"},
        },
    ),
    "receipt": ("receipt.html", {"receipt": WORDS, "receipt_language": "fr", "answered": True}),
    "status form": ("status.html", {"status": None, "error": True}),
    "status waiting": ("status.html", {**STATUS, "status": _status(ReportState.RECEIVED)}),
    "status answered": ("status.html", {**STATUS, "status": _status(ReportState.ANSWERED)}),
    **{
        f"file {wrong or done}": (
            "mine_file.html",
            {
                "file": made_up.incident_file(),
                "form": dict.fromkeys(
                    ("where", "date", "time", "text", "links", "recipient"), MARKUP
                ),
                "places": WHERE,
                "wrong": wrong,
                "done": done,
                "today": "2026-03-02",
                "zone": "Europe/Paris",
            },
        )
        for wrong, done in (
            *(("", done) for done in ("ticked", "removed", "written", "asked")),
            *((wrong, "") for wrong in ("date", "at", "where", "text", "links[0]", "recipient")),
        )
    },
    "my week": ("mine_week.html", {"week": made_up.week()}),
    "incident files": ("files.html", {"screen": made_up.files(), "too_close": {}, "alone": None}),
    "incident files, too soon": (
        "files.html",
        {
            "screen": made_up.files(),
            "too_close": {"p-nadia": datetime(2026, 3, 9, tzinfo=UTC)},
            "alone": Alone(datetime(2026, 3, 9, tzinfo=UTC), 7),
        },
    ),
    "verify": ("verify.html", {}),
    **{
        f"login {error}": (
            "login.html",
            {"first_use": error == "expired", "error": error, "next": "/console", "wait": 3},
        )
        for error in (None, "expired", "slow_down", "wrong")
    },
    **{
        f"password {error}": ("password.html", {"error": error, "name": "N", "shortest": 12})
        for error in (None, "name", "short", "differ", "taken")
    },
    **{
        f"error {status}": (
            "error.html",
            {"status": status, "known": status, "detail": made_up.HOSTILE, "next_step": "x"},
        )
        for status in LABELS["error"]
    },
}


class _Reader(HTMLParser):
    """Counts what must not be there: scripts and styles inline, handlers, foreign elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag in ("iframe", "object", "embed", "style", "b", "base") or (
            tag == "script" and "src" not in names
        ):
            self.foreign.append(tag)
        self.foreign += [name for name in names if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("state", EVERY_STATE, ids=lambda state: state.replace(" ", "-"))
def test_a_page_is_drawn_whole_and_inert(state: str, language: str) -> None:
    template, context = EVERY_STATE[state]
    page = draw(template, language=language, user=USER, csrf_token="t", **context)
    reader = _Reader()
    reader.feed(page)
    assert reader.foreign == []
    assert not _CONTROL.search(page.replace("\n", ""))
    assert page.rstrip().endswith("</html>")


def test_a_moderator_sees_where_a_reported_thing_is_and_what_was_pasted() -> None:
    """What a report says beyond its words is what a case from outside is judged by."""
    screen = msgspec.structs.replace(made_up.case_screen(), said=[], said_total=0, measures=[])
    page = draw("case.html", language="en", user=USER, csrf_token="t", screen=screen, answers={})
    assert "https://forum.example/thread/7" in page and "m-9" in page
    assert 'href="https://forum.example' not in page, "a stranger's link is not one click away"
    assert "as the reporter pasted it" in page
    assert 'href="#p-reports" data-first' in page


def test_naughty_strings_are_inert_wherever_a_stranger_can_write() -> None:
    strings = [text for text in json.loads(BLNS.read_text("utf-8")) if text.strip()]
    screen = made_up.channel()
    said = [
        msgspec.structs.replace(screen.said[0], seq=place, text=text, author_name=text)
        for place, text in enumerate(strings)
    ]
    page = draw(
        "channel.html",
        language="en",
        user=USER,
        line=None,
        screen=msgspec.structs.replace(screen, said=said, channel=strings[-1]),
    )
    reader = _Reader()
    reader.feed(page)
    assert reader.foreign == []
    assert page.count("<li data-seq=") == len(strings)
    assert not _CONTROL.search(page.replace("\n", ""))
