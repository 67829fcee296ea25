"""Handlers of `/mine/folder` and `/mine/helping`: what was not delivered to a target, and who looks
with her.

No text of a message is in an address, a redirect or an entry of the log. To a helper a page holds
the words of one message at most, the one she looks at, and that look is an entry before it is
answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from rempart.cases.folder import (
    Visitor,
    exported,
    invite_helper,
    lock_again,
    looked,
    message_in,
    open_helper,
    release,
    revoke_helper,
)
from rempart.cases.measures.by_hand import Wish, shield, take
from rempart.cases.measures.undo import undo_measure
from rempart.errors import InputError, NotFoundError
from rempart.model import Bundle, MeasureKind, Scope, ScopeKind
from rempart.store.interface import Tables
from rempart.store.interface.folder import HelperRow
from rempart.web.api.request import AnyRequest, Fields, engine_of, moment, write
from rempart.web.auth import NO_SESSION
from rempart.web.auth.gate import now_ms
from rempart.web.auth.secret import digest_of, new_secret
from rempart.web.console.templates import render
from rempart.web.mine.folder_reading import (
    as_text,
    locked_accounts,
    place_of,
    read_folder,
    read_helping,
)
from rempart.web.mine.helper_session import check_helper, find_helper, set_helper
from rempart.web.mine.session import TargetSession, check_change, check_origin, find_session

FOLDER = "/mine/folder"
HELPING = "/mine/helping"
_DONE = ("released", "locked", "revoked", "account", "freed", "shield", "unshield")
_REASON = {
    "en": "The target locked this account out for herself.",
    "fr": "La cible a écarté ce compte pour elle-même.",
}
_MINUTES = (15, 60, 240, 1_440)


@get(FOLDER, include_in_schema=False)
async def folder_page(
    request: AnyRequest, done: FromQuery[str] = "", before: FromQuery[int | None] = None
) -> Response[Any]:
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    return await _page(request, session, done=done if done in _DONE else "", before=before)


@get("/mine/folder.json", include_in_schema=False)
async def folder_json(request: AnyRequest, before: FromQuery[int | None] = None) -> Response[Any]:
    """The same for a program of the target's own."""
    session = find_session(request)
    if session is None:
        return Response({"error": {"reason": "no session of a target"}}, status_code=401)
    engine, target = engine_of(request), session.target
    folder = await asyncio.to_thread(read_folder, engine, target, now_ms(), before)
    return Response(folder, media_type="application/json")


@post("/mine/folder/release", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def release_one(request: AnyRequest, data: Fields) -> Response[Any]:
    def change(tables: Tables, who: Visitor, at_ms: int) -> None:
        release(tables, who, _seq(data), at_ms)

    return await _changed(request, data, change, "released")


@post("/mine/folder/lock-again", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def lock_one_again(request: AnyRequest, data: Fields) -> Response[Any]:
    def change(tables: Tables, who: Visitor, at_ms: int) -> None:
        lock_again(tables, who, _seq(data), at_ms)

    return await _changed(request, data, change, "locked")


@post("/mine/folder/lock-out", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def lock_account_out(request: AnyRequest, data: Fields) -> Response[Any]:
    """All of the account that wrote this message, for her alone."""
    settings = engine_of(request).settings

    def change(tables: Tables, who: Visitor, at_ms: int) -> None:
        row = message_in(tables, who, _seq(data))
        scope = Scope(ScopeKind.ACCOUNT, row.platform, row.channel, row.author)
        target = who.target.removeprefix(f"{row.platform}/")
        wish = Wish(MeasureKind.LOCK_OUT, scope, None, _REASON, target=target)
        told = settings.told(row.platform, row.channel)
        take(tables, [wish], settings.shields, "target", at_ms, connectors=told)

    return await _changed(request, data, change, "account")


@post("/mine/folder/let-in", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def let_account_in(request: AnyRequest, data: Fields) -> Response[Any]:
    def change(tables: Tables, who: Visitor, at_ms: int) -> None:
        own = {measure.id for measure in locked_accounts(tables, who.target)}
        if data.get("measure", "") not in own:
            raise NotFoundError("this account is not locked out by you")
        undo_measure(tables, data["measure"], "target", at_ms)

    return await _changed(request, data, change, "freed")


@post("/mine/folder/export", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def export(request: AnyRequest, data: Fields) -> Response[Any]:
    """A plain file of all that was not delivered to her."""
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    check_change(request, session, data.get("csrf", ""))
    engine, at_ms = engine_of(request), now_ms()
    parts = await asyncio.to_thread(lambda: list(as_text(engine, session.target)))
    await write(
        request, lambda tables: exported(tables, Visitor(session.target), len(parts), at_ms)
    )
    return Response(
        "".join(parts).encode("utf-8", "replace"),
        media_type="text/plain; charset=utf-8",
        headers={
            "content-disposition": 'attachment; filename="folder.txt"',
            "cache-control": "no-store",
        },
    )


@post("/mine/folder/helpers", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def add_helper(request: AnyRequest, data: Fields) -> Response[Any]:
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    check_change(request, session, data.get("csrf", ""))
    secret, at_ms = new_secret(), now_ms()
    days = data.get("days", "")
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0

    def change(tables: Tables) -> HelperRow:
        return invite_helper(
            tables,
            session.target,
            data.get("name", ""),
            may_release=data.get("scope", "") == "release",
            days=number,
            invitation=digest_of(secret),
            at_ms=at_ms,
        )

    try:
        row = await write(request, change)
    except InputError as error:
        return await _page(request, session, wrong=error.where, status=422)
    link = f"{str(request.base_url).rstrip('/')}/mine/helper#{secret}"
    return await _page(request, session, invited=row.name, link=link)


@post(
    "/mine/folder/helpers/revoke", opt={NO_SESSION: True}, status_code=200, include_in_schema=False
)
async def remove_helper(request: AnyRequest, data: Fields) -> Response[Any]:
    def change(tables: Tables, who: Visitor, at_ms: int) -> None:
        revoke_helper(tables, who.target, data.get("id", ""), at_ms)

    return await _changed(request, data, change, "revoked")


@post("/mine/folder/shield", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def shield_me(request: AnyRequest, data: Fields) -> Response[Any]:
    """Switches the shield of her own channel on or off."""
    settings = engine_of(request).settings
    on = data.get("on", "") == "yes"
    minutes = data.get("minutes", "")
    try:
        bundle = Bundle(data.get("bundle", Bundle.GENTLE))
    except ValueError:
        raise InputError("there is no such shield", where="bundle") from None
    if on and minutes not in map(str, _MINUTES):
        raise InputError("choose how long", where="minutes")

    def change(tables: Tables, who: Visitor, at_ms: int) -> None:
        place = place_of(tables, who.target)
        if place is None:
            raise NotFoundError("you have no channel of your own here")
        shield(
            tables,
            place[1],
            on=on,
            by="target",
            at_ms=at_ms,
            minutes=int(minutes) if on else 1,
            bundle=bundle,
            shields=settings.shields,
            place=place,
            connectors=settings.told(*place),
        )

    return await _changed(request, data, change, "shield" if on else "unshield")


# -- helpers ---------------------------------------------------------------------------------


@get("/mine/helper", include_in_schema=False)
async def helper_enter_page(request: AnyRequest) -> Response[Any]:
    if find_helper(request) is not None:
        return Redirect(HELPING, status_code=303)
    return render(request, "helper_enter.html", error=False)


@post("/mine/helper", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def helper_enter(request: AnyRequest, data: Fields) -> Response[Any]:
    check_origin(request)
    secret, at_ms = new_secret(), now_ms()
    invitation = digest_of(data.get("code", "").strip()[:200])
    row = await write(
        request, lambda tables: open_helper(tables, invitation, digest_of(secret), at_ms)
    )
    if row is None:
        return render(request, "helper_enter.html", status_code=403, error=True)
    answer: Response[Any] = Redirect(HELPING, status_code=303)
    set_helper(request, answer, secret, (row.expires_ms - at_ms) // 1_000)
    return answer


@get([HELPING, f"{HELPING}.json"], include_in_schema=False)
async def helping_page(request: AnyRequest, before: FromQuery[int | None] = None) -> Response[Any]:
    row = find_helper(request)
    if row is None:
        return _closed(request)
    return await _helping(request, row, before=before)


@post("/mine/helping/look", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def look(request: AnyRequest, data: Fields) -> Response[Any]:
    """The words of one message; the look is an entry of the log."""
    who = check_helper(request, data.get("csrf", ""))
    if who is None or who.helper is None:
        return _closed(request)
    visitor, seq, at_ms = who, _seq(data), now_ms()
    await write(request, lambda tables: looked(tables, visitor, seq, at_ms))
    return await _helping(request, who.helper, seen=seq, before=_before(data))


@post("/mine/helping/release", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def helper_release(request: AnyRequest, data: Fields) -> Response[Any]:
    who = check_helper(request, data.get("csrf", ""))
    if who is None:
        return _closed(request)
    visitor, seq, at_ms = who, _seq(data), now_ms()
    step = lock_again if data.get("again") else release
    await write(request, lambda tables: step(tables, visitor, seq, at_ms))
    return Redirect(HELPING, status_code=303)


@post("/mine/helping/out", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def helper_leave(request: AnyRequest, data: Fields) -> Response[Any]:
    answer: Response[Any] = Redirect("/", status_code=303)
    if check_helper(request, data.get("csrf", "")) is not None:
        set_helper(request, answer, "", 0)
    return answer


route_handlers: list[Any] = [
    folder_page,
    folder_json,
    release_one,
    lock_one_again,
    lock_account_out,
    let_account_in,
    export,
    add_helper,
    remove_helper,
    shield_me,
    helper_enter_page,
    helper_enter,
    helping_page,
    look,
    helper_release,
    helper_leave,
]


def _closed(request: AnyRequest) -> Response[Any]:
    """The same for who was never let in, whose time is over and who was revoked."""
    if request.url.path.endswith(".json"):
        return Response({"error": {"reason": "no session of a helper"}}, status_code=401)
    return Redirect("/mine/helper", status_code=303)


def _seq(data: dict[str, str]) -> int:
    text = data.get("seq", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputError("which message?", where="seq")
    return int(text)


def _before(data: dict[str, str]) -> int | None:
    text = data.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


async def _changed(
    request: AnyRequest,
    data: dict[str, str],
    change: Callable[[Tables, Visitor, int], None],
    done: str,
) -> Response[Any]:
    """One change by the target on her page."""
    session = find_session(request)
    if session is None:
        return Redirect("/mine", status_code=303)
    check_change(request, session, data.get("csrf", ""))
    who, at_ms = Visitor(session.target), now_ms()
    await write(request, lambda tables: change(tables, who, at_ms))
    return Redirect(f"{FOLDER}?done={done}", status_code=303)


async def _page(
    request: AnyRequest,
    session: TargetSession,
    *,
    done: str = "",
    before: int | None = None,
    wrong: str = "",
    invited: str = "",
    link: str = "",
    status: int = 200,
) -> Response[Any]:
    engine = engine_of(request)
    return render(
        request,
        "mine_folder.html",
        status_code=status,
        folder=await asyncio.to_thread(read_folder, engine, session.target, now_ms(), before),
        done=done,
        wrong=wrong,
        invited=invited,
        link=link,
        bundles=[bundle.value for bundle in Bundle],
        parts={bundle.value: engine.settings.shields.of(bundle) for bundle in Bundle},
    )


async def _helping(
    request: AnyRequest, row: HelperRow, *, seen: int | None = None, before: int | None = None
) -> Response[Any]:
    who = Visitor(row.target, row)
    shown, older = await asyncio.to_thread(read_helping, engine_of(request), who, seen, before)
    if request.url.path.endswith(".json"):
        return Response({"messages": shown, "older": older})
    return render(
        request,
        "helper_folder.html",
        helper=row,
        until=moment(row.expires_ms),
        messages=shown,
        older=older,
        before=before,
        seen=seen,
    )
