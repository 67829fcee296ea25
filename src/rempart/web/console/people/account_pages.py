"""The page *Your account*: what one may here, password, sessions, harms one does not want to see.

Changing the password asks for the old one, and ends every other session.
"""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.harms import harms
from rempart.cases.people import needs_second_factor, note_person, person_of
from rempart.cases.rights import Right
from rempart.cases.second_person import too_close_to
from rempart.store.interface import Tables
from rempart.store.interface.factors import PasskeyRow
from rempart.web.api.people import access as access_api
from rempart.web.api.people.access import SessionView, session_views
from rempart.web.api.people.me import PERSON, READER, Without, me_of, set_without
from rempart.web.api.people.people import PersonView, RoleView, role_views
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import must_be_known
from rempart.web.auth.again import knows_password, proven_of
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of
from rempart.web.auth.pages import wrong_password
from rempart.web.auth.passkey_pages import passkeys_of
from rempart.web.auth.secret import (
    MAX_PASSWORD,
    MIN_PASSWORD,
    hash_password_aside,
    verify_password_aside,
)
from rempart.web.auth.slow_down import SlowDown
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.settings import WebSettings

ME = "/console/me"


class PasskeyView(msgspec.Struct, frozen=True):
    """`id` in base64url."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class ProviderView(msgspec.Struct, frozen=True):
    """An identity provider, and whether one may sign in through it."""

    name: str
    label: str
    linked: bool


class AccountScreen(msgspec.Struct, frozen=True):
    """`second_person_from`: what these people ask one can agree to from then on only. `error`: what
    was wrong with a new password; `proven`: she signed in once more at her provider just now, for
    want of a password; `done`: what was just changed."""

    now: datetime
    person: PersonView
    rights: list[Right]
    roles: list[RoleView]
    sessions: list[SessionView]
    harms: list[str]
    shortest: int
    has_password: bool
    proven: bool
    app_since: datetime | None
    passkeys: list[PasskeyView]
    passkeys_possible: bool
    recovery_left: int
    second_factor_needed: bool
    providers: list[ProviderView]
    second_person_from: dict[str, datetime] = {}
    error: str = ""
    done: str = ""


@get([ME, f"{ME}.json"], guards=PERSON, include_in_schema=False)
async def account(request: AnyRequest) -> Response[Any]:
    return await show_account(request)


@post(f"{ME}/password", guards=PERSON, status_code=200, include_in_schema=False)
async def change_password(request: AnyRequest) -> Response[Any]:
    who, form = must_be_known(request), await request.form()
    slow: SlowDown = request.app.state.slow_down
    keys = (f"password {who.id}",)
    if slow.wait(keys, time.monotonic()) > 0:
        return await show_account(request, error="slow_down")
    with engine_of(request).read() as tables:
        before = person_of(tables, who.id)
    old = str(form.get("old", ""))[:MAX_PASSWORD]
    slow.failed(keys, time.monotonic())
    if not before.password_hash and not await knows_password(request, who, ""):
        return await show_account(request, error="again")
    if before.password_hash and not await verify_password_aside(old, before.password_hash):
        slow.answered(keys, time.monotonic())
        return await show_account(request, error="old")
    slow.succeeded(keys)
    password = str(form.get("password", ""))
    error = wrong_password(password, str(form.get("again", "")))
    if error is not None:
        return await show_account(request, error=error)
    encoded, now = await hash_password_aside(password), now_ms()

    def change(tables: Tables) -> None:
        row = person_of(tables, who.id)
        tables.access.put_person(row._replace(password_hash=encoded))
        ended = tables.access.end_sessions(who.id, who.session)
        note_person(tables, who.id, "password changed", who.id, now, ended=ended)

    await write(request, change)
    gate_of(request).forget()
    return await show_account(request, done="password")


@post(f"{ME}/harms", guards=READER, status_code=200, include_in_schema=False)
async def change_harms(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    seen = {str(harm) for harm in form.getall("harms", [])}
    wanted = Without([key for key in harms() if key not in seen])
    await set_without.fn(request, wanted)
    return await show_account(request, done="harms")


@post(f"{ME}/sessions/{{session:str}}/end", guards=PERSON, status_code=200, include_in_schema=False)
async def end_session(request: AnyRequest, session: FromPath[str]) -> Response[Any]:
    """`others`: all but this one."""
    if session == "others":
        await access_api.end_other_sessions.fn(request)
    else:
        await access_api.end_session.fn(request, session)
    return Redirect(ME, status_code=303)


route_handlers: list[Any] = [account, change_password, change_harms, end_session]


async def show_account(request: AnyRequest, *, error: str = "", done: str = "") -> Response[Any]:
    who, now = must_be_known(request), now_ms()
    possible = passkeys_of(request).possible
    settings: WebSettings = request.app.state.settings
    providers = settings.oidc
    proven = proven_of(request).counts(who.session, time.monotonic())

    def view(tables: Tables) -> AccountScreen:
        me = me_of(tables, who)
        row = person_of(tables, who.id)
        app = tables.factors.totp(who.id)
        linked = tables.access.identities(who.id)
        return AccountScreen(
            now=moment(now),
            person=me.person,
            rights=me.rights,
            roles=role_views(tables),
            sessions=session_views(tables, who),
            harms=list(harms()),
            shortest=MIN_PASSWORD,
            has_password=bool(row.password_hash),
            proven=proven,
            app_since=None if app is None else moment(app.created_ms),
            passkeys=[_passkey(key) for key in tables.factors.passkeys(who.id)],
            passkeys_possible=possible,
            recovery_left=tables.factors.recovery_left(who.id),
            second_factor_needed=needs_second_factor(tables, row),
            providers=[
                ProviderView(name, one.label or name, one.issuer in linked)
                for name, one in providers.items()
            ],
            second_person_from={
                one: moment(at) for one, at in too_close_to(tables, who.id, now).items()
            },
            error=error,
            done=done,
        )

    answer = await page(
        request,
        "account.html",
        view,
        lambda _, screen: {"too_close": screen.second_person_from, "alone": None},
    )
    answer.status_code = {"": 200, "slow_down": 429}.get(error, 422)
    return answer


def _passkey(row: PasskeyRow) -> PasskeyView:
    return PasskeyView(
        urlsafe_b64encode(row.id).rstrip(b"=").decode(),
        row.name,
        moment(row.created_ms),
        None if row.last_ms is None else moment(row.last_ms),
    )
