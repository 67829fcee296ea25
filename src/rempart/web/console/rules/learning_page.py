"""The page of learning: what was learned from decisions here, tried out, used, taken back.

Learning never bites by itself: it proposes a version with what was measured of it; a person with
the right `deploy_rules` over every channel puts it in force.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.versions import go_live, take_back
from rempart.engine.learning import FEWEST, Trial, propose_learning
from rempart.errors import InputError, RempartError
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionRow, VersionState
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.api.rules.rules import deployer
from rempart.web.auth import Right, may, must_be_known, needs, needs_right
from rempart.web.auth.caller import Caller
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, why_not
from rempart.web.console.reading import moment
from rempart.web.console.rules.rule_screens import Example, VersionLine
from rempart.web.console.rules.rule_views import examples, may_deploy, version_line

WRITE = [needs_right(Right.WRITE_RULES, person=True)]
DEPLOY = [needs_right(Right.DEPLOY_RULES, person=True)]
WITH_EXAMPLES = 2
MOST_EXAMPLES = 10


class LearnedVersion(msgspec.Struct, frozen=True):
    """`flagged`, `cleared`: some of the last messages that it judges otherwise; only of the newest
    versions. `right_*`: of the decisions left out, how many came out as decided."""

    version: VersionLine
    trial: Trial
    right_before: int
    right_after: int
    flagged: list[Example] = []
    cleared: list[Example] = []


class LearningScreen(msgspec.Struct, frozen=True):
    """`decisions`: on single messages, that stand; `fresh`: of these, since the newest version was
    made; `fewest`: so many are needed; `detector`: what decides now."""

    now: datetime
    detector: str
    decisions: int
    fresh: int
    fewest: int
    live: str | None
    versions: list[LearnedVersion]
    may_write: bool
    may_deploy: bool
    failed: str = ""
    reason: str = ""


def view(tables: Tables, caller: Caller, now: int, detector: str) -> LearningScreen:
    rows = tables.versions.latest(VersionKind.WORDS)
    live = tables.versions.live(VersionKind.WORDS)
    decided = [one for one in tables.cases.decided_messages() if one.stood]
    since = rows[0].at_ms if rows else 0
    return LearningScreen(
        now=moment(now),
        detector=detector,
        decisions=len(decided),
        fresh=sum(one.at_ms > since for one in decided),
        fewest=FEWEST,
        live=live.id if live is not None else None,
        versions=[
            _learned(tables, caller, row, with_examples=number < WITH_EXAMPLES)
            for number, row in enumerate(rows)
        ],
        may_write=may(caller, Right.WRITE_RULES),
        may_deploy=may_deploy(caller),
    )


@get(
    ["/console/learning", "/console/learning.json"], guards=[needs("read")], include_in_schema=False
)
async def learning(request: AnyRequest) -> Response[Any]:
    return await _shown(request)


@post("/console/learning", guards=WRITE, status_code=200, include_in_schema=False)
async def learn(request: AnyRequest) -> Response[Any]:
    who, at_ms = must_be_known(request), now_ms()
    try:
        reason = await _reason(request)
        await asyncio.to_thread(
            propose_learning, engine_of(request), by=who.id, reason=reason, at_ms=at_ms
        )
    except RempartError as error:
        return await _shown(request, error)
    return Redirect("/console/learning", status_code=303)


@post("/console/learning/revert", guards=DEPLOY, status_code=200, include_in_schema=False)
async def forget(request: AnyRequest) -> Response[Any]:
    who, at_ms = deployer(request), now_ms()
    try:
        reason = await _reason(request)

        def change(tables: Tables) -> VersionRow | None:
            return take_back(tables, VersionKind.WORDS, by=who.id, reason=reason, at_ms=at_ms)

        await write(request, change)
    except RempartError as error:
        return await _shown(request, error)
    return Redirect("/console/learning", status_code=303)


@post(
    "/console/learning/{version:str}/live", guards=DEPLOY, status_code=200, include_in_schema=False
)
async def use(request: AnyRequest, version: FromPath[str]) -> Response[Any]:
    who, at_ms = deployer(request), now_ms()
    try:
        reason = await _reason(request)

        def change(tables: Tables) -> VersionRow:
            return go_live(
                tables, VersionKind.WORDS, version, by=who.id, reason=reason, at_ms=at_ms
            )

        await write(request, change)
    except RempartError as error:
        return await _shown(request, error)
    return Redirect("/console/learning", status_code=303)


route_handlers: list[Any] = [learning, learn, forget, use]


async def _shown(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    who, now, engine = must_be_known(request), now_ms(), engine_of(request)
    reason = str((await request.form()).get("reason", "")) if error is not None else ""
    told = why_not(error)

    def drawn(tables: Tables) -> LearningScreen:
        screen = view(tables, who, now, engine.pipeline.versions["text"])
        return msgspec.structs.replace(screen, failed=told, reason=reason[:1_000])

    return await page(request, "learning.html", drawn, error=error)


async def _reason(request: AnyRequest) -> str:
    reason = str((await request.form()).get("reason", "")).strip()
    if not 3 <= len(reason) <= 1_000:
        raise InputError(
            "this needs a reason", where="reason", next_step="say why; the log keeps it"
        )
    return reason


def _learned(
    tables: Tables, caller: Caller, row: VersionRow, *, with_examples: bool
) -> LearnedVersion:
    trial = msgspec.json.decode(row.figures, type=Trial)
    shown = with_examples and row.state in (VersionState.PROPOSED, VersionState.LIVE)
    most = MOST_EXAMPLES if shown else 0
    return LearnedVersion(
        version=version_line(tables, row),
        trial=trial,
        right_before=round(trial.held_out_before * trial.held_out),
        right_after=round(trial.held_out_after * trial.held_out),
        flagged=examples(tables, trial.newly_flagged[:most], caller),
        cleared=examples(tables, trial.newly_cleared[:most], caller),
    )
