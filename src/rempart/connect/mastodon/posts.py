"""What Mastodon tells, as messages, events and reports of our own form. Pure.

The channel is the instance's name, an account is its id there with its address as name, targets are
the addresses of those who are mentioned. What a post says in its warning, its poll and the
descriptions of its media is said too, so it is part of the text. Boosts say nothing of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rempart.connect.mastodon.html import plain
from rempart.model import ReportRequest
from rempart.model.moments import ms_of

Item = dict[str, Any]
PLATFORM = "mastodon"
MAX_TEXT = 60_000
"""Bytes; a message has 64 KiB."""
MAX_TARGETS = 100
_CLOSED = frozenset({"direct", "private"})
_HARMS = {"spam": "spam", "legal": "other", "violation": "other", "other": "other"}
LONGEST_LINK = 2_048


def message_of(status: Mapping[str, Any], channel: str, *, edited: bool = False) -> Item | None:
    """None for a boost, and for a post with nothing to read or see. KeyError or TypeError: not what
    Mastodon promises. `edited`: the post as it reads now, under an id of its own."""
    if status.get("reblog"):
        return None
    content = plain(status["content"])
    media = [one for one in status.get("media_attachments") or () if one.get("id")]
    text = _text(status, content.text, media)
    if not text and not media:
        return None
    visibility = status.get("visibility")
    item = {
        "id": _edit_id(status) if edited else status["id"],
        "platform": PLATFORM,
        "channel": channel,
        "sent_at": status["edited_at"] if edited else status["created_at"],
        "author": author_of(status["account"]),
        "text": text,
        "targets": [one["acct"] for one in status.get("mentions") or ()][:MAX_TARGETS],
        "kind": "direct" if visibility == "direct" else "post",
        "private": visibility in _CLOSED,
        "links": list(content.links),
        "media": [{"id": one["id"], "url": one["url"]} for one in media if one.get("url")],
        "extra": {"url": status["url"]} if status.get("url") else {},
    }
    if status.get("in_reply_to_id"):
        item["reply_to"] = status["in_reply_to_id"]
    if edited:
        item["extra"]["edit_of"] = status["id"]
    return item


def edit_of(status: Mapping[str, Any], channel: str) -> list[Item]:
    """The event, and the post as it reads now: an edit may say what the post did not."""
    event = _event("edit", f"edit-{_edit_id(status)}", channel, status["edited_at"])
    event |= {"message": status["id"], "account": author_of(status["account"])}
    message = message_of(status, channel, edited=True)
    return [event, message] if message is not None else [event]


def deletion_of(id: str, channel: str, at: str) -> Item:
    """`at`: when it was told, since Mastodon does not say when it was."""
    return _event("delete", f"delete-{id}", channel, at) | {"message": id}


def report_of(report: Mapping[str, Any], instance: str) -> ReportRequest:
    """A report of the instance's own. What its reporter wrote is the explanation."""
    statuses = report.get("statuses") or ()
    rules = [str(rule.get("text", "")) for rule in report.get("rules") or ()]
    comment = str(report.get("comment") or "").strip()
    category = str(report.get("category") or "other")
    told = [comment] if any(sign.isalnum() for sign in comment) else []
    if rules or not told:
        told.append("; ".join([f"Reported on {instance} as {category}", *rules]))
    urls = [one.get("url") for one in statuses] or [_account(report["target_account"]).get("url")]
    return ReportRequest(
        category=_HARMS.get(category, "other"),
        explanation="\n".join(told)[:5_000],
        links=tuple(url for url in urls if isinstance(url, str) and len(url) <= LONGEST_LINK)[:20],
        message_ids=tuple(str(one["id"]) for one in statuses)[:50],
        good_faith=True,
    )


def reporter_of(report: Mapping[str, Any], instance: str) -> str:
    return f"mastodon {instance} {report['account']['id']}"


def author_of(account: Mapping[str, Any]) -> Item:
    author = {"id": account["id"], "name": account["acct"]}
    if account.get("created_at"):
        author["created_at"] = account["created_at"]
    if account.get("bot"):
        author["roles"] = ["bot"]
    return author


def status_id(message: str) -> str:
    """The id there of a message of ours: an edit has one of its own here."""
    return message.partition("/")[0]


def _edit_id(status: Mapping[str, Any]) -> str:
    at = datetime.fromisoformat(status["edited_at"])
    return f"{status['id']}/{ms_of(at)}"


def _text(status: Mapping[str, Any], said: str, media: list[Mapping[str, Any]]) -> str:
    poll = status.get("poll") or {}
    parts = [
        status.get("spoiler_text") or "",
        said,
        *(option.get("title") or "" for option in poll.get("options") or ()),
        *(one.get("description") or "" for one in media),
    ]
    text = "\n".join(part for part in parts if part)
    return text.encode("utf-8", "replace")[:MAX_TEXT].decode("utf-8", "ignore")


def _event(kind: str, id: str, channel: str, at: str) -> Item:
    return {"event": kind, "id": id, "platform": PLATFORM, "channel": channel, "at": at}


def _account(admin_account: Mapping[str, Any]) -> Mapping[str, Any]:
    """The public part of an admin's view of an account."""
    found = admin_account.get("account")
    return found if isinstance(found, Mapping) else {}
