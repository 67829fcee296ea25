"""The gate: turns a request's bearer token or session cookie into a `Caller`.

Rules kept here:

1. A bearer token counts before a cookie; a wrong token is nobody, even with a good cookie.
2. What was looked up is remembered for two seconds at most, and forgotten at once when a token is
   revoked, a session ends or a person changes in this process (the only one that writes).
3. A session ends after its idle time and after its whole time, whichever comes first.
"""

from __future__ import annotations

import asyncio
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from rempart.cases.access_log import note_sign_in
from rempart.cases.care import capped_harms
from rempart.cases.people import bounds_of, needs_second_factor, rights_of_person
from rempart.cases.rights import Right, scopes_of_rights
from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow, SessionRow
from rempart.web.asgi import AsgiScope, header
from rempart.web.auth.caller import Caller, Scope, Step, rights_of_scopes, scopes_of
from rempart.web.auth.secret import digest_of, new_id, new_secret

if TYPE_CHECKING:  # the settings read those of this room
    from rempart.web.settings import WebSettings

REMEMBER_SECONDS = 2.0
MAX_REMEMBERED = 10_000
TOUCH_EVERY_MS = 60_000
HALF_SECONDS = 15 * 60
"""How long a session may lack its second factor."""
_KEY = "rempart.caller"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Gate:
    def __init__(self, engine: EmbeddedEngine, settings: WebSettings) -> None:
        self._engine = engine
        self._settings = settings
        self._known: dict[bytes, tuple[Caller, float]] = {}

    # -- who asks ----------------------------------------------------------------------------

    def caller(self, scope: AsgiScope) -> Caller | None:
        """Looked up once per request."""
        if _KEY not in scope:
            scope[_KEY] = self._find(scope)
        found: Caller | None = scope[_KEY]
        return found

    def by_cookie(self, scope: AsgiScope) -> bool:
        """Whether the request's authority is a cookie, which a browser sends unasked."""
        return header(scope, b"authorization") is None and self.session_secret(scope) is not None

    def cookie_name(self, scope: AsgiScope) -> str:
        """`__Host-` needs Secure, which needs TLS."""
        return "__Host-rempart" if self.over_tls(scope) else "rempart"

    def over_tls(self, scope: AsgiScope) -> bool:
        return self._settings.over_tls or scope.get("scheme") == "https"

    def session_secret(self, scope: AsgiScope) -> str | None:
        return cookie(scope, self.cookie_name(scope))

    def _find(self, scope: AsgiScope) -> Caller | None:
        authorization = header(scope, b"authorization")
        if authorization is not None:
            kind, _, secret = authorization.decode("latin-1").partition(" ")
            return self._token(secret.strip()) if kind.lower() == "bearer" else None
        secret_cookie = self.session_secret(scope)
        return self._session(secret_cookie) if secret_cookie else None

    def _token(self, secret: str) -> Caller | None:
        digest = digest_of(secret)
        remembered = self._remembered(digest)
        if remembered is not None:
            return remembered
        with self._engine.read() as tables:
            row = tables.access.token(digest)
        if row is None or row.revoked_ms is not None:
            return None
        channels = None if row.channels is None else frozenset(row.channels)
        return self._remember(
            digest,
            Caller(
                row.id,
                row.name,
                scopes_of(row.scopes),
                channels,
                rights=rights_of_scopes(row.scopes),
            ),
        )

    def _session(self, secret: str) -> Caller | None:
        digest = digest_of(secret)
        remembered = self._remembered(digest)
        if remembered is not None:
            return remembered
        now = now_ms()
        with self._engine.read() as tables:
            row = tables.access.session(digest)
            if row is None or self._over(row, now):
                return None
            person = tables.access.person(row.person) if row.person else None
            if person is not None:
                rights = rights_of_person(tables, person)
                step = missing_step(tables, person, row.level)
                capped = capped_harms(tables, person.id, self._settings.care, now)
        if row.person is None:
            return Caller("", "", frozenset(), frozenset(), session=row.id, step=Step.PASSWORD)
        if person is None or person.disabled_ms is not None:
            return None
        if step is not None and now - row.created_ms > HALF_SECONDS * 1000:
            return None
        if now - row.last_ms > TOUCH_EVERY_MS:
            self._engine.write(lambda tables: tables.access.touch_session(row.id, now))
        return self._remember(digest, _signed_in(person, rights, row, step, capped))

    def _over(self, row: SessionRow, now: int) -> bool:
        idle = now - row.last_ms > self._settings.idle_timeout * 1000
        return idle or now - row.created_ms > self._settings.session_timeout * 1000

    def _remembered(self, digest: bytes) -> Caller | None:
        caller, until = self._known.get(digest, (None, 0.0))
        return caller if until > time.monotonic() else None

    def _remember(self, digest: bytes, caller: Caller) -> Caller:
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        self._known[digest] = (caller, time.monotonic() + REMEMBER_SECONDS)
        return caller

    def forget(self) -> None:
        """After any change to people, sessions or tokens."""
        self._known.clear()

    # -- sessions ----------------------------------------------------------------------------

    async def open_session(
        self, person: str | None, agent: str, *, level: int = 1, means: str = "password"
    ) -> str:
        """A new session; returns the secret for its cookie. Old sessions that are over go.
        `level` 2: signed in by two factors, or by a passkey. `means`: by what, for the log; a
        session that still lacks something is no sign-in yet."""
        secret, now = new_secret(), now_ms()
        row = SessionRow(new_id("s"), digest_of(secret), person, agent[:200], now, now, level)

        def write(tables: Tables) -> None:
            tables.access.forget_sessions(
                now - self._settings.session_timeout * 1000,
                now - self._settings.idle_timeout * 1000,
            )
            tables.access.put_session(row)
            found = tables.access.person(person) if person else None
            if found is not None and missing_step(tables, found, level) is None:
                note_sign_in(tables, found.id, "signed in", now, means=means)

        await asyncio.wrap_future(self._engine.write(write))
        return secret

    async def raise_session(self, id: str) -> None:
        """Its second factor was proven."""
        await asyncio.wrap_future(
            self._engine.write(lambda tables: tables.access.raise_session(id, 2))
        )
        self.forget()

    async def end_session(self, id: str) -> None:
        await asyncio.wrap_future(self._engine.write(lambda tables: tables.access.end_session(id)))
        self.forget()


def missing_step(tables: Tables, person: PersonRow, level: int) -> Step | None:
    """What a session of that level still lacks."""
    if level > 1:
        return None
    if tables.factors.has(person.id):
        return Step.SECOND
    return Step.ENROL if needs_second_factor(tables, person) else None


def _signed_in(
    person: PersonRow,
    rights: frozenset[Right],
    row: SessionRow,
    step: Step | None,
    capped: frozenset[str],
) -> Caller:
    """`capped`: harms of which she has read enough today; for today they are not hers."""
    bounds = bounds_of(person)
    return Caller(
        person.id,
        person.name,
        frozenset(Scope(word) for word in scopes_of_rights(rights)),
        bounds.channels,
        session=row.id,
        step=step,
        rights=rights,
        queues=bounds.queues,
        harms=bounds.harms,
        without=bounds.without | capped,
    )


def cookie(scope: AsgiScope, name: str) -> str | None:
    raw = header(scope, b"cookie")
    if raw is None:
        return None
    try:
        morsel = SimpleCookie(raw.decode("latin-1")).get(name)
    except CookieError:
        return None
    return morsel.value if morsel is not None else None
