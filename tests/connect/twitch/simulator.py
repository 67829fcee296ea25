"""Twitch in small: Helix and its token endpoint over HTTP, EventSub over WebSockets, chat over IRC.

Answers as the reference of the API says (https://dev.twitch.tv/docs/api/reference), with the same
words where a client looks at them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import UTC, datetime
from typing import Any

from tests.connect.platform_server import Asked, PlatformServer, Reply
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

CLIENT, SECRET, REFRESH = "client-1", "secret-1", "refresh-0"
LEA, GUARD = "100", "900"
SCOPES = [
    "moderator:manage:banned_users",
    "moderator:manage:chat_messages",
    "moderator:manage:chat_settings",
    "moderator:manage:shield_mode",
    "moderator:read:followers",
    "user:read:chat",
]


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z"


class Twitch(PlatformServer):
    """One channel, `lea` (100), guarded by `guard` (900)."""

    def __init__(self) -> None:
        super().__init__()
        self.users = {
            LEA: ("lea", "2019-01-01T00:00:00Z"),
            GUARD: ("guard", "2020-01-01T00:00:00Z"),
        }
        self.scopes = list(SCOPES)
        self.good_tokens: set[str] = set()
        self.refresh = REFRESH
        self.renewals = 0
        self.bans: dict[str, int | None] = {}
        self.deleted: list[str] = []
        self.messages: dict[str, str] = {}
        self.shield = False
        self.chat: dict[str, Any] = {
            "slow_mode": False,
            "slow_mode_wait_time": None,
            "follower_mode": False,
            "follower_mode_duration": None,
            "subscriber_mode": False,
            "emote_mode": False,
        }
        self.sessions: dict[str, ServerConnection] = {}
        self.subscribed: dict[str, list[str]] = {}
        self.forbidden: set[str] = set()
        self.lines: list[asyncio.StreamWriter] = []
        self.said: list[str] = []
        self.ws_port = 0
        self.irc_port = 0
        self.keepalive = 10
        self._numbers = itertools.count(1)
        self._ws: Server | None = None

    def settings(self, **more: Any) -> dict[str, Any]:
        return {
            "channels": ("lea",),
            "client_id": CLIENT,
            "client_secret": SECRET,
            "refresh_token": REFRESH,
            "api": f"{self.address}/helix",
            "auth": f"{self.address}/oauth2",
            "eventsub": f"ws://127.0.0.1:{self.ws_port}/ws",
            "irc": f"irc://127.0.0.1:{self.irc_port}",
            "allow": ("127.0.0.1",),
            **more,
        }

    async def start(self) -> None:
        self._ws = await serve(self._session, "127.0.0.1", 0)
        self.ws_port = next(iter(self._ws.sockets)).getsockname()[1]
        irc = await asyncio.start_server(self._irc, "127.0.0.1", 0)
        self.irc_port = irc.sockets[0].getsockname()[1]

    # -- HTTP --------------------------------------------------------------------------------

    async def answer(self, asked: Asked) -> Reply:
        if asked.path == "/oauth2/token":
            return self._token(asked)
        if asked.path == "/oauth2/validate":
            return self._validate(asked)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.good_tokens:
            return _error(401, "Unauthorized", "Invalid OAuth token")
        if asked.headers.get("client-id") != CLIENT:
            return _error(401, "Unauthorized", "Client ID and OAuth token do not match")
        name = f"{asked.method} {asked.path.removeprefix('/helix')}"
        return {
            "GET /users": self._users,
            "POST /moderation/bans": self._ban,
            "DELETE /moderation/bans": self._unban,
            "DELETE /moderation/chat": self._delete,
            "GET /moderation/shield_mode": self._shield,
            "PUT /moderation/shield_mode": self._shield,
            "GET /chat/settings": self._settings,
            "PATCH /chat/settings": self._settings,
            "POST /eventsub/subscriptions": self._subscribe,
        }.get(name, lambda _: _error(404, "Not Found", "no such endpoint"))(asked)

    def _token(self, asked: Asked) -> Reply:
        form = asked.form
        right = form.get("client_id") == CLIENT and form.get("client_secret") == SECRET
        if not right or form.get("refresh_token") != self.refresh:
            return Reply(400, {"status": 400, "message": "Invalid refresh token"})
        self.renewals += 1
        access, self.refresh = f"access-{self.renewals}", f"refresh-{self.renewals}"
        self.good_tokens = {access}
        answer = {"access_token": access, "refresh_token": self.refresh, "expires_in": 14_000}
        return Reply(200, {**answer, "scope": self.scopes, "token_type": "bearer"})

    def _validate(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization", "").removeprefix("OAuth ") not in self.good_tokens:
            return Reply(401, {"status": 401, "message": "invalid access token"})
        who = {"client_id": CLIENT, "login": "guard", "user_id": GUARD, "expires_in": 5_000}
        return Reply(200, {**who, "scopes": self.scopes})

    def _users(self, asked: Asked) -> Reply:
        names = {value for _, value in asked.pairs}
        assert len(names) <= 100
        found = [
            {"id": id, "login": login, "display_name": login.title(), "created_at": made}
            for id, (login, made) in self.users.items()
            if id in names or login in names
        ]
        return Reply(200, {"data": found})

    def _moderates(self, asked: Asked, scope: str) -> Reply | None:
        if scope not in self.scopes:
            return _error(401, "Unauthorized", f"Missing scope: {scope}")
        query = asked.query
        if query.get("broadcaster_id") != LEA or query.get("moderator_id") != GUARD:
            return _error(403, "Forbidden", "The user is not a moderator of this channel")
        return None

    def _ban(self, asked: Asked) -> Reply:
        if refused := self._moderates(asked, "moderator:manage:banned_users"):
            return refused
        data = asked.json["data"]
        user, duration = data["user_id"], data.get("duration")
        assert len(data["reason"]) <= 500
        if user in (LEA, GUARD):
            return _error(
                400, "Bad Request", "The user specified in the user_id field may not be banned."
            )
        if duration is not None and not 1 <= duration <= 1_209_600:
            return _error(400, "Bad Request", "The value in the duration field is not valid.")
        if user in self.bans and self.bans[user] is None:
            said = "The user specified in the user_id field is already banned."
            return _error(400, "Bad Request", said)
        self.bans[user] = duration
        return Reply(
            200, {"data": [{"broadcaster_id": LEA, "moderator_id": GUARD, "user_id": user}]}
        )

    def _unban(self, asked: Asked) -> Reply:
        if refused := self._moderates(asked, "moderator:manage:banned_users"):
            return refused
        if asked.query["user_id"] not in self.bans:
            said = "The user specified in the user_id field is not banned."
            return _error(400, "Bad Request", said)
        del self.bans[asked.query["user_id"]]
        return Reply(204)

    def _delete(self, asked: Asked) -> Reply:
        if refused := self._moderates(asked, "moderator:manage:chat_messages"):
            return refused
        message = asked.query["message_id"]
        author = self.messages.get(message)
        if author is None:
            return _error(404, "Not Found", "The message was not found.")
        if author in (LEA, GUARD):
            return _error(400, "Bad Request", "You may not delete the broadcaster's messages.")
        del self.messages[message]
        self.deleted.append(message)
        return Reply(204)

    def _shield(self, asked: Asked) -> Reply:
        if refused := self._moderates(asked, "moderator:manage:shield_mode"):
            return refused
        if asked.method == "PUT":
            self.shield = asked.json["is_active"]
        return Reply(200, {"data": [{"is_active": self.shield, "moderator_id": GUARD}]})

    def _settings(self, asked: Asked) -> Reply:
        if refused := self._moderates(asked, "moderator:manage:chat_settings"):
            return refused
        if asked.method == "PATCH":
            body = asked.json
            for mode, value in (("slow_mode", "wait_time"), ("follower_mode", "duration")):
                if f"{mode}_{value}" in body and not body.get(mode):
                    return _error(400, "Bad Request", f"{mode} must be true to set {mode}_{value}")
                if body.get(mode) is False:
                    body[f"{mode}_{value}"] = None
            self.chat |= body
        return Reply(200, {"data": [{"broadcaster_id": LEA, **self.chat}]})

    def _subscribe(self, asked: Asked) -> Reply:
        body = asked.json
        session = body["transport"]["session_id"]
        if session not in self.sessions:
            return _error(400, "Bad Request", "websocket transport session does not exist")
        if body["type"] in self.forbidden:
            return _error(403, "Forbidden", "subscription missing proper authorization")
        if body["type"] in self.subscribed[session]:
            return _error(409, "Conflict", "subscription already exists")
        self.subscribed[session].append(body["type"])
        return Reply(202, {"data": [{"id": f"s-{next(self._numbers)}", "status": "enabled"}]})

    # -- EventSub ----------------------------------------------------------------------------

    async def _session(self, connection: ServerConnection) -> None:
        id = f"session-{next(self._numbers)}"
        self.sessions[id] = connection
        assert connection.request is not None
        old = connection.request.path.partition("from=")[2]
        self.subscribed[id] = self.subscribed.pop(old, []) if old else []
        await self._tell(connection, "session_welcome", {"session": self._described(id, None)})
        try:
            async for _ in connection:
                await connection.close(4001, "client sent inbound traffic")
        except ConnectionClosed:
            pass
        finally:
            self.sessions.pop(id, None)

    def _described(self, id: str, url: str | None) -> dict[str, Any]:
        return {
            "id": id,
            "status": "reconnecting" if url else "connected",
            "keepalive_timeout_seconds": None if url else self.keepalive,
            "reconnect_url": url,
            "connected_at": now(),
        }

    async def _tell(
        self, to: ServerConnection, kind: str, payload: dict[str, Any], id: str = "", type: str = ""
    ) -> None:
        metadata = {
            "message_id": id or f"e-{next(self._numbers)}",
            "message_type": kind,
            "message_timestamp": now(),
        }
        if type:
            metadata |= {"subscription_type": type, "subscription_version": "1"}
        await to.send(json.dumps({"metadata": metadata, "payload": payload}))

    def listeners(self, type: str = "channel.chat.message") -> list[str]:
        return [
            id for id, types in self.subscribed.items() if type in types and id in self.sessions
        ]

    async def notify(self, type: str, event: dict[str, Any], id: str = "") -> None:
        for session in self.listeners(type):
            payload = {"subscription": {"type": type, "status": "enabled"}, "event": event}
            await self._tell(self.sessions[session], "notification", payload, id, type)

    async def says(
        self, user: str, text: str, message: str = "", badges: Any = (), id: str = ""
    ) -> str:
        """Somebody writes in lea's chat; EventSub and IRC tell it."""
        message = message or f"chat-{next(self._numbers)}"
        login = self.users[user][0]
        self.messages[message] = user
        event = {
            "broadcaster_user_id": LEA,
            "broadcaster_user_login": "lea",
            "broadcaster_user_name": "Lea",
            "chatter_user_id": user,
            "chatter_user_login": login,
            "chatter_user_name": login.title(),
            "message_id": message,
            "message": {"text": text, "fragments": [{"type": "text", "text": text}]},
            "message_type": "text",
            "badges": [{"set_id": badge, "id": "1", "info": ""} for badge in badges],
            "cheer": None,
            "color": "",
            "reply": None,
        }
        await self.notify("channel.chat.message", event, id)
        at = int(datetime.now(UTC).timestamp() * 1000)
        worn = ",".join(f"{badge}/1" for badge in badges)
        tags = f"badges={worn};display-name={login.title()};id={message};room-id={LEA}"
        tags += f";tmi-sent-ts={at};user-id={user}"
        await self.tell_lines(
            f"@{tags} :{login}!{login}@{login}.tmi.twitch.tv PRIVMSG #lea :{text}"
        )
        return message

    async def reconnect(self) -> None:
        """Asks every session to come again at another address."""
        for id in self.listeners():
            url = f"ws://127.0.0.1:{self.ws_port}/ws?from={id}"
            await self._tell(
                self.sessions[id], "session_reconnect", {"session": self._described(id, url)}
            )

    async def revoke(self, type: str = "channel.chat.message") -> None:
        for id in self.listeners(type):
            self.subscribed[id].remove(type)
            payload = {"subscription": {"type": type, "status": "authorization_revoked"}}
            await self._tell(self.sessions[id], "revocation", payload, type=type)

    async def drop(self) -> None:
        """The connections break, without a word."""
        for connection in list(self.sessions.values()):
            connection.transport.abort()
        for writer in self.lines:
            writer.transport.abort()
        self.lines.clear()

    # -- IRC ---------------------------------------------------------------------------------

    async def _irc(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                said = line.decode().strip()
                self.said.append(said)
                if said.startswith("CAP REQ"):
                    writer.write(b":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands\r\n")
                elif said.startswith("NICK justinfan"):
                    writer.write(b":tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!\r\n")
                elif said.startswith("JOIN #lea"):
                    writer.write(b"@room-id=100;slow=0 :tmi.twitch.tv ROOMSTATE #lea\r\n")
                    self.lines.append(writer)
                elif said.startswith("PING"):
                    writer.write(b":tmi.twitch.tv PONG tmi.twitch.tv :rempart\r\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass

    async def tell_lines(self, *lines: str) -> None:
        for writer in self.lines:
            writer.write("".join(line + "\r\n" for line in lines).encode())
            await writer.drain()


def _error(status: int, error: str, message: str) -> Reply:
    return Reply(status, {"error": error, "status": status, "message": message})
