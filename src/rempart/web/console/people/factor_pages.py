"""Second factors of one's own account: an app set up or removed, passkeys removed, recovery codes.

Setting up an app shows its secret as a picture and as text, and is done by the first code. Adding,
replacing and taking away a factor ask for the password, where there is one: a session left open
must not become somebody else's account. Recovery codes are shown once.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Any

import segno
from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from rempart.cases.factors import (
    FactorKeys,
    new_recovery_codes,
    new_totp_secret,
    remove_factor,
    secret_text,
    set_recovery,
    set_totp,
    totp_address,
)
from rempart.errors import AccessError, InputError
from rempart.store.interface import Tables
from rempart.web.api.people.me import PERSON
from rempart.web.api.request import AnyRequest, write
from rempart.web.auth import Caller, must_be_known
from rempart.web.auth.again import knows_password, may_add_factor
from rempart.web.auth.challenges import Challenges
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of, may_enrol
from rempart.web.auth.oidc_pages import go_out
from rempart.web.console.people.account_pages import ME, show_account
from rempart.web.console.templates import render

_APP = "totp"


@post(f"{ME}/app/begin", guards=[may_enrol], status_code=200, include_in_schema=False)
async def begin_app(request: AnyRequest) -> Response[Any]:
    who, form = must_be_known(request), await request.form()
    if not await may_add_factor(request, who, str(form.get("password", ""))):
        return await show_account(request, error="app")
    secret = new_totp_secret()
    _challenges(request).put(_APP, str(who.session), secret)
    return _setting_up(request, who, secret)


@post(f"{ME}/app", guards=[may_enrol], status_code=200, include_in_schema=False)
async def confirm_app(request: AnyRequest) -> Response[Any]:
    """The first code of the app: it is in use from now on."""
    who, code = must_be_known(request), str((await request.form()).get("code", ""))[:20]
    secret = _challenges(request).look(_APP, str(who.session))
    if secret is None:
        return Redirect(ME, status_code=303)
    keys: FactorKeys = request.app.state.factor_keys
    now, codes = now_ms(), new_recovery_codes()

    def change(tables: Tables) -> bool:
        first = not tables.factors.recovery_left(who.id)
        set_totp(tables, keys, who.id, secret, code, now)
        if first:
            set_recovery(tables, who.id, codes, now)
        if who.session is not None:
            tables.access.raise_session(who.session, 2)
        return first

    try:
        first = await write(request, change)
    except AccessError:
        return _setting_up(request, who, secret, error="code")
    _challenges(request).take(_APP, str(who.session))
    gate_of(request).forget()
    if first:
        return render(request, "recovery.html", codes=codes)
    return Redirect(ME, status_code=303)


@post(f"{ME}/factors/remove", guards=PERSON, status_code=200, include_in_schema=False)
async def remove(request: AnyRequest) -> Response[Any]:
    """`passkey`: its id in base64url, empty for the app."""
    who, form = must_be_known(request), await request.form()
    if not await knows_password(request, who, str(form.get("password", ""))):
        return await show_account(request, error="remove")
    text, now = str(form.get("passkey", "")), now_ms()
    id = _credential(text) if text else None
    await write(request, lambda tables: remove_factor(tables, who.id, id, now))
    gate_of(request).forget()
    return await show_account(request, done="factor")


@post(f"{ME}/recovery", guards=PERSON, status_code=200, include_in_schema=False)
async def recovery(request: AnyRequest) -> Response[Any]:
    """New recovery codes; the old ones no longer work."""
    who, form = must_be_known(request), await request.form()
    if not await knows_password(request, who, str(form.get("password", ""))):
        return await show_account(request, error="remove")
    codes, now = new_recovery_codes(), now_ms()
    await write(request, lambda tables: set_recovery(tables, who.id, codes, now))
    return render(request, "recovery.html", codes=codes)


@post(f"{ME}/link/{{name:str}}", guards=PERSON, status_code=200, include_in_schema=False)
async def link(request: AnyRequest, name: FromPath[str]) -> Response[Any]:
    """To an identity provider, to bind an identity there to who is signed in, at her own wish."""
    who, form = must_be_known(request), await request.form()
    if not await knows_password(request, who, str(form.get("password", ""))):
        return await show_account(request, error="link")
    return await go_out(request, name, "", link=who.id)


route_handlers: list[Any] = [begin_app, confirm_app, remove, recovery, link]


def _setting_up(
    request: AnyRequest, who: Caller, secret: bytes, error: str | None = None
) -> Response[Any]:
    issuer = str(request.app.state.community or "Rempart")
    address = totp_address(secret, who.name, issuer)
    picture = segno.make(address, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff"
    )
    return render(
        request,
        "totp.html",
        status_code=200 if error is None else 422,
        picture=Markup(picture),  # noqa: S704 - drawn by segno from what stands above
        address=address,
        secret=secret_text(secret),
        error=error,
        back="/login/factor" if who.step is not None else ME,
    )


def _credential(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise InputError("no such passkey", where="passkey") from None


def _challenges(request: AnyRequest) -> Challenges:
    found: Challenges = request.app.state.challenges
    return found
