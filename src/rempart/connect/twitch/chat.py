"""What Twitch tells, as messages and events of our own form. Pure: no clock, no network.

Channels are logins, accounts are Twitch's ids with the login as name, roles are the badges that
mean something. What Twitch does not tell is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rempart.model.moments import rfc3339

Item = dict[str, Any]
PLATFORM = "twitch"
ROLES = {
    "broadcaster": "owner",
    "moderator": "moderator",
    "lead_moderator": "moderator",
    "vip": "vip",
    "subscriber": "subscriber",
    "founder": "subscriber",
    "staff": "staff",
    "admin": "staff",
}


def roles_of(badges: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ROLES[badge] for badge in badges if badge in ROLES))


def time_of(text: str) -> str:
    """RFC 3339 with milliseconds: Twitch writes nanoseconds."""
    head, dot, rest = text.rstrip("Z").partition(".")
    return f"{head}.{rest[:3]:0<3}Z" if dot else f"{head}Z"


def at_ms(text: str) -> str:
    """The same from milliseconds since the epoch. ValueError when it is no number."""
    try:
        return rfc3339(int(text))
    except OverflowError as error:
        raise ValueError(text) from error


def person(id: str, login: str, roles: list[str] | None = None) -> Item:
    return {"id": id, "name": login, **({"roles": roles} if roles else {})}


def chat_message(
    id: str, channel: str, at: str, author: Item, text: str, reply_to: str | None = None
) -> Item:
    said = {
        "id": id,
        "platform": PLATFORM,
        "channel": channel,
        "sent_at": at,
        "author": author,
        "text": text,
    }
    return said | ({"reply_to": reply_to} if reply_to else {})


def chat_event(kind: str, id: str, channel: str, at: str, **more: Any) -> Item:
    return {"event": kind, "id": id, "platform": PLATFORM, "channel": channel, "at": at} | more


def of_notification(
    kind: str, event: Mapping[str, Any], id: str, at: str, guard: str
) -> Item | None:
    """An EventSub notification; None when it is none of ours. `guard`: the id of our own account,
    whose bans are measures and no news. KeyError or TypeError: not what Twitch promises."""
    if kind == "channel.ban" and (not event["is_permanent"] or event["moderator_user_id"] == guard):
        return None
    told = _TOLD.get(kind)
    return told(event, id, time_of(at)) if told is not None else None


def _message(event: Mapping[str, Any], _: str, at: str) -> Item:
    badges = [badge["set_id"] for badge in event.get("badges") or ()]
    author = person(event["chatter_user_id"], event["chatter_user_login"], roles_of(badges))
    reply = event.get("reply") or {}
    return chat_message(
        event["message_id"],
        event["broadcaster_user_login"],
        at,
        author,
        event["message"]["text"],
        reply.get("parent_message_id"),
    )


def _raid(event: Mapping[str, Any], id: str, at: str) -> Item:
    leader = person(event["from_broadcaster_user_id"], event["from_broadcaster_user_login"])
    channel, count = event["to_broadcaster_user_login"], event["viewers"]
    return chat_event("announced_raid", id, channel, at, account=leader, count=count)


def _ban(event: Mapping[str, Any], id: str, at: str) -> Item:
    banned = person(event["user_id"], event["user_login"])
    return chat_event("ban", id, event["broadcaster_user_login"], at, account=banned)


def _deletion(event: Mapping[str, Any], id: str, at: str) -> Item:
    author = person(event["target_user_id"], event["target_user_login"])
    channel, message = event["broadcaster_user_login"], event["message_id"]
    return chat_event("delete", id, channel, at, account=author, message=message)


def _follow(event: Mapping[str, Any], id: str, _: str) -> Item:
    who, at = person(event["user_id"], event["user_login"]), time_of(event["followed_at"])
    return chat_event("join", id, event["broadcaster_user_login"], at, account=who)


_TOLD: dict[str, Callable[[Mapping[str, Any], str, str], Item]] = {
    "channel.chat.message": _message,
    "channel.raid": _raid,
    "channel.ban": _ban,
    "channel.chat.message_delete": _deletion,
    "channel.follow": _follow,
}
