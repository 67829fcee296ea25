"""The target's incident file: what she ticks, what she writes down, how she gets it.

No script is needed and nothing is counted up at her: texts open one by one, and a long list is
read in pages. There is no button that asks others to act for her.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, tzinfo
from datetime import time as clock
from hashlib import sha256
from io import BytesIO
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from rempart.cases.child_safety import sealed_messages
from rempart.cases.incident_file import (
    TAKE_WITHIN_MS,
    WHERE,
    Act,
    add_act,
    ask,
    is_addressed,
    note_made,
    read_act,
    take,
    tick,
    tick_all,
    untick,
)
from rempart.disclose.dossier import Subject, export_incident_file
from rempart.engine.embedded.items import logged_message
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.model.moments import zone_named
from rempart.store.interface import Tables
from rempart.store.interface.incidents import ACT, IncidentRequest
from rempart.store.interface.stream import MessageRow
from rempart.web.api.request import AnyRequest, Fields, engine_of, moment, write
from rempart.web.auth import NO_SESSION
from rempart.web.auth.gate import now_ms
from rempart.web.console.templates import language_of, render
from rempart.web.mine.session import TargetSession, check_change, find_session
from rempart.web.settings import WebSettings

HOME = "/mine/file"
AT_ONCE = 50
_DONE = ("ticked", "removed", "written", "asked")
_EMPTY = {"where": "", "date": "", "time": "", "text": "", "links": "", "recipient": ""}


class MessageShown(msgspec.Struct, frozen=True):
    """`text` null: it was erased meanwhile. `ticked`: it is in the file."""

    seq: int
    id: str
    platform: str
    channel: str
    sent_at: datetime
    author: str
    text: str | None
    ticked: bool


class ActShown(msgspec.Struct, frozen=True):
    """Written down by her: the file says so. `text` null: it was erased."""

    seq: int
    where: str
    at: datetime
    text: str | None
    links: tuple[str, ...]


class RequestShown(msgspec.Struct, frozen=True):
    """`state`: waiting, half (one person agreed), ready, refused, over (a week has passed)."""

    id: str
    recipient: str
    asked_at: datetime
    state: str
    why: str | None = None


class File(msgspec.Struct, frozen=True):
    """`older`: from where the next page of messages begins. Of the file itself `inside` and `acts`
    are one page too, after `start` others of `held`; `more`: how many stand before the next."""

    target: str
    messages: list[MessageShown]
    inside: list[MessageShown]
    acts: list[ActShown]
    requests: list[RequestShown]
    older: int | None
    held: int
    start: int
    more: int | None


@get(["/mine/file", "/mine/file.json"], include_in_schema=False)
async def file_page(
    request: AnyRequest,
    done: FromQuery[str] = "",
    before: FromQuery[int | None] = None,
    start: FromQuery[int] = 0,
) -> Response[Any]:
    session = find_session(request)
    if session is None:
        if request.url.path.endswith(".json"):
            return Response({"error": {"reason": "no session of a target"}}, status_code=401)
        return Redirect("/mine", status_code=303)
    shown = await asyncio.to_thread(_read, request, session, before, max(0, start))
    if request.url.path.endswith(".json"):
        return Response(shown, media_type="application/json")
    return _page(request, shown, done=done if done in _DONE else "")


@post("/mine/file/tick", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def tick_messages(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    session = _own(request, str(form.get("csrf", "")))
    if session is None:
        return Redirect("/mine", status_code=303)
    chosen, now = [str(one) for one in form.getall("message", [])], now_ms()
    if form.get("all"):  # a raid is hundreds of messages: nobody ticks them one by one
        await write(request, lambda tables: tick_all(tables, session.target, now))
    elif chosen:
        await write(request, lambda tables: tick(tables, session.target, chosen, now))
    return Redirect(f"{HOME}?done=ticked", status_code=303)


@post("/mine/file/untick", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def untick_one(request: AnyRequest, data: Fields) -> Response[Any]:
    session = _own(request, data.get("csrf", ""))
    if session is None:
        return Redirect("/mine", status_code=303)
    seq, now = data.get("seq", ""), now_ms()
    if seq.isascii() and seq.isdigit():
        await write(request, lambda tables: untick(tables, session.target, int(seq), now))
    return Redirect(f"{HOME}?done=removed", status_code=303)


@post("/mine/file/act", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def write_act(request: AnyRequest, data: Fields) -> Response[Any]:
    """What was typed comes back with an error."""
    session = _own(request, data.get("csrf", ""))
    if session is None:
        return Redirect("/mine", status_code=303)
    now = now_ms()
    try:
        act = _act(data, _zone(request))
        await write(request, lambda tables: add_act(tables, session.target, act, now))
    except InputError as error:
        shown = await asyncio.to_thread(_read, request, session, None)
        form = {name: data.get(name, "") for name in _EMPTY}
        return _page(request, shown, form=form, wrong=error.where or "text", status=422)
    return Redirect(f"{HOME}?done=written", status_code=303)


@post("/mine/file/ask", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def ask_for_file(request: AnyRequest, data: Fields) -> Response[Any]:
    session = _own(request, data.get("csrf", ""))
    if session is None:
        return Redirect("/mine", status_code=303)
    now, recipient = now_ms(), data.get("recipient", "")
    try:
        await write(request, lambda tables: ask(tables, session.target, recipient, now))
    except (InputError, ConflictError) as error:
        shown = await asyncio.to_thread(_read, request, session, None)
        wrong = "recipient" if isinstance(error, InputError) else "asked"
        form = _EMPTY | {"recipient": recipient}
        return _page(request, shown, form=form, wrong=wrong, status=422)
    return Redirect(f"{HOME}?done=asked", status_code=303)


@post("/mine/file/take", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def take_file(request: AnyRequest, data: Fields) -> Response[Any]:
    session = _own(request, data.get("csrf", ""))
    if session is None:
        return Redirect("/mine", status_code=303)
    id, now, language = data.get("id", ""), now_ms(), language_of(request)

    def note(tables: Tables) -> tuple[list[int], IncidentRequest]:
        taken = take(tables, session.target, id, now)
        known = tables.incidents.request(id)
        assert known is not None
        return taken, known

    try:
        sequences, known = await write(request, note)
    except (AccessError, NotFoundError):
        return Redirect(HOME, status_code=303)

    def made() -> bytes:
        engine, out = engine_of(request), BytesIO()
        subject = Subject(
            known.id,
            "incident file",
            "",
            "",
            session.target,
            moment(known.asked_ms),
            known.recipient,
        )
        with engine.read() as tables:
            export_incident_file(
                tables, subject, sequences, out, engine.signer, moment(now), language=language
            )
        return out.getvalue()

    packed = await asyncio.to_thread(made)
    digest = sha256(packed).hexdigest()
    await write(request, lambda tables: note_made(tables, known.id, digest, now))
    return Response(
        packed,
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{known.id}.zip"'},
    )


route_handlers: list[Any] = [
    file_page,
    tick_messages,
    untick_one,
    write_act,
    ask_for_file,
    take_file,
]


def _own(request: AnyRequest, csrf: str) -> TargetSession | None:
    session = find_session(request)
    if session is not None:
        check_change(request, session, csrf)
    return session


def _zone(request: AnyRequest) -> tzinfo:
    """That of the clocks around her, as documents tell local times: nobody under attack reckons
    hours, and a wrong one would stand in a court's file."""
    settings: WebSettings = request.app.state.settings
    return zone_named(settings.documents.timezone) or UTC


def _act(data: dict[str, str], zone: tzinfo) -> Act:
    try:
        day = date.fromisoformat(data.get("date", ""))
        hour = clock.fromisoformat(data["time"]) if data.get("time") else clock(12)
    except ValueError:
        raise InputError("when it happened is not said", where="date") from None
    links = tuple(line.strip() for line in data.get("links", "").splitlines() if line.strip())
    at = datetime.combine(day, hour.replace(tzinfo=None), zone)
    return Act(data.get("where", ""), at, data.get("text", ""), links)


def _read(
    request: AnyRequest, session: TargetSession, before: int | None = None, start: int = 0
) -> File:
    target = session.target
    with engine_of(request).read() as tables:
        items = tables.incidents.items(target)
        inside = {item.seq for item in items}
        numbers = tables.incidents.addressed(target, AT_ONCE + 1, before)
        older = numbers[AT_ONCE - 1] if len(numbers) > AT_ONCE else None
        rows = {row.seq: row for row in tables.stream.messages([*numbers[:AT_ONCE], *inside])}
        for seq in sealed_messages(tables, list(rows)):
            del rows[seq]
        held = [item for item in items if item.kind == ACT]
        held += [
            item
            for item in items
            if item.kind != ACT and item.seq in rows and is_addressed(rows[item.seq], target)
        ]
        end = start + AT_ONCE
        shown = held[start:end]
        return File(
            target,
            [_message(tables, rows[seq], inside) for seq in numbers[:AT_ONCE] if seq in rows],
            [_message(tables, rows[item.seq], inside) for item in shown if item.kind != ACT],
            [_act_shown(tables, item.seq, item.at_ms) for item in shown if item.kind == ACT],
            [_request(one) for one in tables.incidents.requests(target=target, limit=20)],
            older,
            len(held),
            start,
            end if len(held) > end else None,
        )


def _message(tables: Tables, row: MessageRow, inside: set[int]) -> MessageShown:
    message = logged_message(tables.log.bodies(row.seq))
    return MessageShown(
        row.seq,
        row.id,
        row.platform,
        row.channel,
        moment(row.sent_at_ms),
        row.author_name or row.author,
        message.text if message is not None else None,
        row.seq in inside,
    )


def _act_shown(tables: Tables, seq: int, at_ms: int) -> ActShown:
    act = read_act(tables, seq)
    if act is None:
        return ActShown(seq, "elsewhere", moment(at_ms), None, ())
    return ActShown(seq, act.where, act.at, act.text, act.links)


def _request(one: IncidentRequest) -> RequestShown:
    state = "waiting"
    if one.refused_by is not None:
        state = "refused"
    elif one.second_ms is not None:
        state = "ready" if now_ms() - one.second_ms <= TAKE_WITHIN_MS else "over"
    elif one.first_by is not None:
        state = "half"
    return RequestShown(one.id, one.recipient, moment(one.asked_ms), state, one.why)


def _page(
    request: AnyRequest,
    shown: File,
    *,
    form: dict[str, str] | None = None,
    wrong: str = "",
    done: str = "",
    status: int = 200,
) -> Response[Any]:
    return render(
        request,
        "mine_file.html",
        status_code=status,
        file=shown,
        form=form or _EMPTY,
        places=WHERE,
        wrong=wrong,
        done=done,
        today=datetime.now(_zone(request)).date().isoformat(),
        zone=str(_zone(request)),
    )
