"""The page *Sample*: decisions drawn by a seed, with their texts, without names; its JSON twin.

For auditors (rights as of *Audit*). Asked for by an address, so that a sample can be named, sent to
somebody and drawn again; nothing is kept. What was drawn is an entry of the log before it is shown.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from rempart.cases.access_log import note
from rempart.cases.entries import clean
from rempart.cases.harms import harms
from rempart.disclose.audit.hiding import ENGLISH, Hiding
from rempart.disclose.audit.sample import MOST, Population, Sample, Wanted, sample
from rempart.errors import InputError, RempartError
from rempart.model import DecisionOutcome
from rempart.store.interface import Tables
from rempart.web.api.disclosure.audit import AUDIT, one_at_a_time
from rempart.web.api.disclosure.audit import PAGE as HOME
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import must_be_known
from rempart.web.auth.audited import AUDITED
from rempart.web.auth.gate import now_ms
from rempart.web.console.labels import LABELS
from rempart.web.console.page import page, wants_json
from rempart.web.console.reading import moment
from rempart.web.console.templates import language_of, translations

PATH = f"{HOME}/decisions"
USUAL, DAYS = 25, 90


class SampleScreen(msgspec.Struct, frozen=True):
    """`sample` None: no seed was given, or it failed. `seed`: the one asked for, else a new one to
    begin with. `since` and `until` are days; the last one counts."""

    now: datetime
    of: str
    seed: str
    most: int
    since: str
    until: str
    as_of: int | None
    harm: str
    outcome: str
    limit: int
    harms: list[str]
    outcomes: list[str]
    sample: Sample | None = None
    failed: str = ""


@get([PATH, f"{PATH}.json"], guards=AUDIT, opt={AUDITED: True}, include_in_schema=False)
async def show(
    request: AnyRequest,
    seed: FromQuery[str] = "",
    most: Annotated[int, QueryParameter(ge=-(2**31), le=2**31)] = USUAL,
    since: FromQuery[str] = "",
    until: FromQuery[str] = "",
    of: FromQuery[str] = Population.DECISIONS.value,
    as_of: FromQuery[str] = "",
    harm: FromQuery[str] = "",
    outcome: FromQuery[str] = "",
) -> Response[Any]:
    now = moment(now_ms())
    asked = SampleScreen(
        now=now,
        of=of,
        seed=clean(seed).strip(),
        most=most,
        since=since or str((now - timedelta(days=DAYS)).date()),
        until=until or str(now.date()),
        as_of=int(as_of) if as_of.isdecimal() and len(as_of) < 18 else None,
        harm=harm,
        outcome=outcome,
        limit=MOST,
        harms=list(harms()),
        outcomes=[one.value for one in DecisionOutcome],
    )
    if not asked.seed:
        first = msgspec.structs.replace(asked, seed=secrets.token_hex(4))
        return await page(request, "sample.html", lambda _: first)
    try:
        wanted = _wanted(asked, as_of)
        return await page(
            request, "sample.html", lambda tables: _drawn(request, tables, asked, wanted)
        )
    except RempartError as error:
        failed = msgspec.structs.replace(asked, failed=error.diagnostics())
        return await page(request, "sample.html", lambda _: failed, error=error)


route_handlers: list[Any] = [show]


def _wanted(asked: SampleScreen, as_of: str) -> Wanted:
    if asked.of not in list(Population):
        raise InputError("there is no such kind of sample", where="of")
    if asked.harm and asked.harm not in asked.harms:
        raise InputError("no such harm", where="harm")
    if asked.outcome and asked.outcome not in asked.outcomes:
        raise InputError("no such outcome", where="outcome")
    if as_of and asked.as_of is None:
        raise InputError("the size of a log is a number", where="as_of")
    return Wanted(
        seed=asked.seed,
        most=asked.most,
        since=_day(asked.since, "since"),
        until=_day(asked.until, "until") + timedelta(days=1),
        of=Population(asked.of),
        as_of=asked.as_of,
        harm=asked.harm or None,
        outcome=asked.outcome or None,
    )


def _day(typed: str, where: str) -> datetime:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise InputError("a day is written as 2026-12-31", where=where) from None
    if not 1970 <= day.year < 9_000:
        raise InputError("a day is written as 2026-12-31", where=where)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _drawn(
    request: AnyRequest, tables: Tables, asked: SampleScreen, wanted: Wanted
) -> SampleScreen:
    """Called in a thread: it waits for the entry to be durable."""
    who = must_be_known(request).id
    with one_at_a_time():
        found = sample(tables, wanted, hiding_for(request), who)
    entries = [one.entry for one in found.drawn]
    told = {
        name: value
        for name, value in msgspec.to_builtins(wanted).items()
        if value is not None and name != "as_of"
    }
    at_ms = now_ms()
    engine_of(request).write(
        lambda tables: note(
            tables, "audit", "sample", who, PATH, at_ms, as_of=found.as_of, entries=entries, **told
        )
    ).result()
    return msgspec.structs.replace(asked, sample=found, as_of=found.as_of)


def hiding_for(request: AnyRequest) -> Hiding:
    """In the words of the reader; the JSON twin's are English, always."""
    if wants_json(request):
        return Hiding()
    say = translations(language_of(request)).gettext
    return Hiding(
        {name: say(LABELS["hidden"][name]) for name in ENGLISH},
        {kind: say(text) for kind, text in LABELS["feed_wrong"].items()},
    )
