"""Chat in by IRC, read only and without any account: for a first try, and for who gives no token.

Rules kept here:

1. Nothing is said in a chat: only what keeps the connection (PONG, and PING after a minute of
   silence). No answer to it within 15 seconds is a dead connection.
2. `RECONNECT`, a break and a dead connection: connected again, with growing waits.
3. A line that is not understood costs no other line.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Mapping
from typing import NamedTuple

from rempart.connect.lasting import Lasting, Line
from rempart.connect.source import Feed, Reader, Seen
from rempart.connect.twitch.ages import Ages
from rempart.connect.twitch.chat import Item, at_ms, chat_event, chat_message, person, roles_of
from rempart.connect.twitch.settings import TwitchSettings

_LOG = logging.getLogger(__name__)
SILENCE_SECONDS = 60.0
ANSWER_SECONDS = 15.0
JOINS_AT_ONCE = 20
JOIN_WAIT = 11.0
"""Twitch lets a reader join twenty channels in ten seconds."""
_ACTION = "\x01ACTION "
_ESCAPED = re.compile(r"\\(.?)")
_MEANT = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}


class IrcLine(NamedTuple):
    """One line of IRC. `nick`: who sent it, empty for the server."""

    tags: Mapping[str, str]
    nick: str
    command: str
    params: tuple[str, ...]


def parse_line(line: str) -> IrcLine:
    """ValueError when there is no command in it."""
    tags: dict[str, str] = {}
    rest = line
    if rest.startswith("@"):
        written, _, rest = rest[1:].partition(" ")
        for pair in written.split(";"):
            key, _, value = pair.partition("=")
            tags[key] = _ESCAPED.sub(lambda m: _MEANT.get(m[1], m[1]), value)
    nick = ""
    if rest.startswith(":"):
        source, _, rest = rest[1:].partition(" ")
        nick, sign, _ = source.partition("!")
        nick = nick if sign else ""
    head, colon, trailing = rest.partition(" :")
    words = head.split()
    if not words:
        raise ValueError("no command")
    params = (*words[1:], *((trailing,) if colon else ()))
    return IrcLine(tags, nick, words[0], params)


def of_line(line: IrcLine) -> Item | None:
    """The message or event a line tells; None when it is none of ours. KeyError, ValueError or
    IndexError: not what Twitch promises."""
    tags, channel = line.tags, line.params[0].removeprefix("#") if line.params else ""
    match line.command:
        case "PRIVMSG":
            badges = [badge.partition("/")[0] for badge in tags.get("badges", "").split(",")]
            text = line.params[1]
            if text.startswith(_ACTION):
                text = text.removeprefix(_ACTION).rstrip("\x01")
            author = person(tags["user-id"], line.nick, roles_of(badges))
            reply = tags.get("reply-parent-msg-id")
            at = at_ms(tags["tmi-sent-ts"])
            return chat_message(tags["id"], channel, at, author, text, reply)
        case "USERNOTICE" if tags.get("msg-id") == "raid":
            return chat_event(
                "announced_raid",
                tags["id"],
                channel,
                at_ms(tags["tmi-sent-ts"]),
                account=person(tags["user-id"], tags["msg-param-login"]),
                count=int(tags["msg-param-viewerCount"]),
            )
        case "CLEARMSG":
            message, when = tags["target-msg-id"], tags["tmi-sent-ts"]
            return chat_event("delete", f"del-{message}", channel, at_ms(when), message=message)
        case "CLEARCHAT" if "target-user-id" in tags and "ban-duration" not in tags:
            user, when = tags["target-user-id"], tags["tmi-sent-ts"]
            banned = person(user, line.params[1])
            return chat_event("ban", f"ban-{user}-{when}", channel, at_ms(when), account=banned)
    return None


class TwitchIrc(Reader):
    """`ages` None: no account was given, so that ages are not known."""

    breaks = (OSError, EOFError, TimeoutError, ValueError)
    """ValueError: a line longer than any of Twitch's."""

    def __init__(
        self, name: str, settings: TwitchSettings, lasting: Lasting, ages: Ages | None = None
    ) -> None:
        super().__init__(name)
        self._settings = settings
        self._lasting = lasting
        self.prepare = ages.complete if ages else None
        self._seen = Seen()

    async def read(self, feed: Feed) -> None:
        line = await self._lasting.line(self._settings.irc)
        try:
            await self._read(line, feed)
        finally:
            line.writer.close()

    async def _read(self, line: Line, feed: Feed) -> None:
        """Until the connection ends or the server asks for another."""
        reader, writer = line
        nick = f"justinfan{random.randint(10_000, 99_999)}"
        writer.write(f"CAP REQ :twitch.tv/tags twitch.tv/commands\r\nNICK {nick}\r\n".encode())
        joining = asyncio.create_task(self._join(writer))
        asked = False
        try:
            while True:
                try:
                    async with asyncio.timeout(ANSWER_SECONDS if asked else SILENCE_SECONDS):
                        raw = await reader.readline()
                except TimeoutError:
                    if asked:
                        raise TimeoutError("no answer to a PING") from None
                    asked = True
                    writer.write(b"PING :rempart\r\n")
                    await writer.drain()
                    continue
                asked = False
                if not raw.endswith(b"\n"):
                    raise EOFError("the other side hung up")
                if not await self._meet(raw, writer, feed):
                    return
        finally:
            joining.cancel()

    async def _join(self, writer: asyncio.StreamWriter) -> None:
        channels = self._settings.channels
        for start in range(0, len(channels), JOINS_AT_ONCE):
            if start:
                await asyncio.sleep(JOIN_WAIT)
            names = ",".join(f"#{name}" for name in channels[start : start + JOINS_AT_ONCE])
            writer.write(f"JOIN {names}\r\n".encode())
            await writer.drain()

    async def _meet(self, raw: bytes, writer: asyncio.StreamWriter, feed: Feed) -> bool:
        """False: the server asks to come again."""
        try:
            line = parse_line(raw.decode("utf-8", "replace").strip("\r\n"))
            if line.command == "RECONNECT":
                return False
            if line.command == "PING":
                writer.write(f"PONG :{line.params[-1] if line.params else ''}\r\n".encode())
                await writer.drain()
                return True
            if line.command == "ROOMSTATE":
                self.goes_well()
                return True
            item = of_line(line)
        except (KeyError, ValueError, IndexError) as error:
            self.numbers.refused += 1
            _LOG.warning("%s: a line was not understood: %s", self.name, type(error).__name__)
            return True
        if item is not None and self._seen.is_new(f"{'event' in item} {item['id']}"):
            await feed.put(item)
        return True
