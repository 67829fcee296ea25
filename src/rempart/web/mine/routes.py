"""Handlers of `/mine`: opening it with an invitation, facts added and removed, the way out.

No text of a fact is in an address, a redirect or a log; a refused one comes back only inside the
page that its owner sent it from.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from rempart.cases.entries import entry, rfc3339
from rempart.cases.erasure.needs import TARGET
from rempart.cases.erasure.requests import THE_TARGET, ask
from rempart.detect.facts.forms import FactKind, FactRefusedError, Refusal
from rempart.engine.protected_facts import MOST_FACTS, register, remove
from rempart.log.subjects import target_subject
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, Fields, engine_of, write
from rempart.web.auth import NO_SESSION
from rempart.web.auth.gate import now_ms
from rempart.web.console.templates import render
from rempart.web.mine.reading import Mine, read_mine
from rempart.web.mine.session import (
    TargetSession,
    check_change,
    check_origin,
    end_session,
    find_session,
    open_session,
)

HOME = "/mine/facts"
_ASKED_HERSELF = "the target asked for it herself, from her own pages"
_DONE = ("added", "removed", "erased", "asked")
_EMPTY = {"kind": "name", "text": "", "nickname": "", "everyone": ""}


@get("/mine", include_in_schema=False)
async def enter_page(request: AnyRequest) -> Response[Any]:
    if find_session(request) is not None:
        return Redirect(HOME, status_code=303)
    return render(request, "mine_enter.html", error=False)


@post("/mine", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def enter(request: AnyRequest, data: Fields) -> Response[Any]:
    """Opens the pages; the invitation is spent. Not from another site: who is let in there by
    somebody else's invitation would write down her secrets for them."""
    check_origin(request)
    engine, now = engine_of(request), now_ms()
    found = engine.facts.read_invitation(data.get("code", ""))
    used = False
    if found is not None:
        invitation = found
        told = {"at": rfc3339(now), "target": invitation.target, "invited_by": invitation.by}

        def use(tables: Tables) -> bool:
            fresh = tables.facts.use_invitation(invitation.digest, invitation.expires_ms, now)
            if fresh:
                tables.log.append(
                    [entry("target-session", told, subject=target_subject(invitation.target))]
                )
            return fresh

        used = await write(request, use)
    if found is None or not used:
        return render(request, "mine_enter.html", status_code=403, error=True)
    answer: Response[Any] = Redirect(HOME, status_code=303)
    await open_session(request, answer, found.target)
    return answer


@get("/mine/facts", include_in_schema=False)
async def facts_page(request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    return _page(request, session, done=done if done in _DONE else "")


@get("/mine/facts.json", include_in_schema=False)
async def facts_json(request: AnyRequest) -> Response[Any]:
    """The same for a program of the target's own: what to keep from her eyes."""
    session = find_session(request)
    if session is None:
        return Response({"error": {"reason": "no session of a target"}}, status_code=401)
    mine: Mine = read_mine(engine_of(request), session.target)
    return Response(mine, media_type="application/json")


@post("/mine/facts", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def add_fact(request: AnyRequest, data: Fields) -> Response[Any]:
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    check_change(request, session, data.get("csrf", ""))
    form = {name: data.get(name, "") for name in _EMPTY}
    engine, now = engine_of(request), now_ms()
    try:
        kind = FactKind(form["kind"])
    except ValueError:
        return _page(request, session, form=_EMPTY | {"nickname": form["nickname"]}, status=422)
    with engine.read() as tables:
        known = tables.facts.facts(session.target)
    try:
        row = engine.facts.prepare(
            session.target,
            kind,
            form["text"],
            form["nickname"],
            everyone=bool(form["everyone"]),
            known=known,
            at_ms=now,
        )
    except FactRefusedError as error:
        return _page(request, session, form=form, refusal=error.reason, status=422)
    try:
        await write(request, lambda tables: register(tables, row, kind, now))
    except FactRefusedError as error:
        engine.facts.forget([row.id])
        return _page(request, session, form=form, refusal=error.reason, status=422)
    # After any other error the fact may be there or not: its key is left to the sweep at the start.
    return Redirect(f"{HOME}?done=added", status_code=303)


@post("/mine/facts/remove", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def remove_fact(request: AnyRequest, data: Fields) -> Response[Any]:
    return await _remove(request, data, one=True)


@post("/mine/facts/erase", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def erase_facts(request: AnyRequest, data: Fields) -> Response[Any]:
    """All facts with their keys, and what was noted of messages kept away."""
    return await _remove(request, data, one=False)


@post("/mine/erasure", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def ask_erasure(request: AnyRequest, data: Fields) -> Response[Any]:
    """Asks that all that is kept here about her be erased; a person of the team must confirm."""
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    check_change(request, session, data.get("csrf", ""))
    now, target = now_ms(), session.target

    def change(tables: Tables) -> None:
        if tables.erasure.waiting_for(TARGET, target) is None:
            ask(tables, TARGET, target, "consent_withdrawn", _ASKED_HERSELF, THE_TARGET, now)

    await write(request, change)
    return Redirect(f"{HOME}?done=asked", status_code=303)


@post("/mine/out", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def leave(request: AnyRequest, data: Fields) -> Response[Any]:
    session = find_session(request)
    answer: Response[Any] = Redirect("/", status_code=303)
    if session is not None:
        check_change(request, session, data.get("csrf", ""))
        await end_session(request, answer, session, everywhere=bool(data.get("everywhere")))
    return answer


route_handlers: list[Any] = [
    enter_page,
    enter,
    facts_page,
    facts_json,
    add_fact,
    remove_fact,
    erase_facts,
    ask_erasure,
    leave,
]


async def _remove(request: AnyRequest, data: dict[str, str], *, one: bool) -> Response[Any]:
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    check_change(request, session, data.get("csrf", ""))
    engine, now, target = engine_of(request), now_ms(), session.target
    with engine.read() as tables:
        rows = tables.facts.facts(target)
    chosen = [row for row in rows if not one or row.id == data.get("id", "")]
    ids = [row.id for row in chosen]
    kinds = [view.kind for view in engine.facts.views(chosen) if view.kind is not None]

    def change(tables: Tables) -> list[str]:
        gone = remove(tables, target, ids, kinds, now)
        if not one:
            tables.facts.forget_matches(target)
        return gone

    engine.facts.forget(await write(request, change))
    return Redirect(f"{HOME}?done={'removed' if one else 'erased'}", status_code=303)


def _page(
    request: AnyRequest,
    session: TargetSession,
    *,
    form: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    done: str = "",
    status: int = 200,
) -> Response[Any]:
    return render(
        request,
        "mine_facts.html",
        status_code=status,
        mine=read_mine(engine_of(request), session.target),
        kinds=[kind.value for kind in FactKind],
        form=form or _EMPTY,
        refusal=refusal.value if refusal is not None else None,
        done=done,
        most=MOST_FACTS,
    )
