"""The limits an item must keep, and the error that names the field which does not.

Limits are in UTF-8 bytes, because that is what is stored and hashed. Identifiers (ids, platform,
channel, target) are compared and hashed, so a character that cannot be encoded is refused there,
while it is only replaced in a text or a name.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath, PureWindowsPath

from rempart.errors import InputError
from rempart.model import Account, Event, Media, Message
from rempart.model.message import MAX_ID_BYTES, MAX_NAME_BYTES, MAX_TEXT_BYTES

MAX_LINE_BYTES = 1024 * 1024
"""A text of 64 KiB whose every character is escaped stays well below."""

MAX_DEPTH = 32
MAX_LIST = 256
MAX_URL_BYTES = 8 * 1024
MAX_COUNT = 2**53 - 1
YEARS = range(2, 9999)
"""Of messages and events: what is computed from their time (windows, leases) must be a date too."""


class TooManyItemsError(InputError):
    """More items in one body than are taken at once; none of them was looked at."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} items", next_step="send smaller batches")


class FieldError(ValueError):
    """This field is not as it must be, and why."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check_message(message: Message, *, has_text: bool) -> None:
    """Raises `FieldError` at the first limit the message breaks."""
    _check_place(message.id, message.platform, message.channel)
    _check_moment(message.sent_at, "sent_at")
    _check_account(message.author, "author")
    _check_size(message.text, "text", MAX_TEXT_BYTES)
    if not (has_text or message.media):
        raise FieldError("text", "text or media is required")
    _check_list(message.targets, "targets", MAX_ID_BYTES, identifier=True)
    _check_list(message.links, "links", MAX_URL_BYTES, identifier=False)
    if message.reply_to is not None:
        _check_identifier(message.reply_to, "reply_to")
    if len(message.media) > MAX_LIST:
        raise FieldError("media", f"more than {MAX_LIST} items")
    for index, media in enumerate(message.media):
        _check_media(media, f"media[{index}]")


def check_event(event: Event) -> None:
    """Raises `FieldError` at the first limit the event breaks."""
    _check_place(event.id, event.platform, event.channel)
    _check_moment(event.at, "at")
    if isinstance(event.account, Account):
        _check_account(event.account, "account")
    elif event.account is not None:
        _check_identifier(event.account, "account")
    if event.message is not None:
        _check_identifier(event.message, "message")
    if event.count is not None and not 0 <= event.count <= MAX_COUNT:
        raise FieldError("count", "not a count: must be between 0 and 2^53 - 1")


def _check_place(id: str, platform: str, channel: str) -> None:
    _check_identifier(id, "id")
    _check_identifier(platform, "platform")
    _check_identifier(channel, "channel")


def _check_account(account: Account, field: str) -> None:
    _check_identifier(account.id, f"{field}.id")
    if account.name is not None:
        _check_size(account.name, f"{field}.name", MAX_NAME_BYTES)
    if account.created_at is not None:
        _check_time(account.created_at, f"{field}.created_at")
    _check_list(account.roles, f"{field}.roles", MAX_ID_BYTES, identifier=False)


def _check_media(media: Media, field: str) -> None:
    _check_identifier(media.id, f"{field}.id")
    for name in ("sha256", "mime"):
        value = getattr(media, name)
        if value is not None:
            _check_size(value, f"{field}.{name}", MAX_ID_BYTES)
    if media.url is not None:
        _check_size(media.url, f"{field}.url", MAX_URL_BYTES)
    if media.path is not None:
        _check_path(media.path, f"{field}.path")


def _check_path(path: str, field: str) -> None:
    """Relative, and never out of the folder, on whatever system reads it later."""
    _check_size(path, field, MAX_NAME_BYTES)
    windows = PureWindowsPath(path)
    outside = (
        not path
        or "\0" in path
        or PurePosixPath(path).is_absolute()
        or windows.drive
        or windows.root
        or ".." in windows.parts
    )
    if outside:
        raise FieldError(field, "must be a relative path inside the folder of the input")


def _check_identifier(value: str, field: str) -> None:
    if not value:
        raise FieldError(field, "must not be empty")
    _check_size(value, field, MAX_ID_BYTES)


def _check_list(values: tuple[str, ...], field: str, size: int, *, identifier: bool) -> None:
    if len(values) > MAX_LIST:
        raise FieldError(field, f"more than {MAX_LIST} items")
    for index, value in enumerate(values):
        if identifier:
            _check_identifier(value, f"{field}[{index}]")
        else:
            _check_size(value, f"{field}[{index}]", size)


def _check_size(value: str, field: str, limit: int) -> None:
    if len(value) * 4 > limit and len(value.encode()) > limit:
        raise FieldError(field, f"longer than {limit} bytes")


def _check_time(value: datetime, field: str) -> None:
    if value.tzinfo is None:
        raise FieldError(field, "time without zone: RFC 3339 needs Z or an offset")
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise FieldError(field, "time out of range") from None


def _check_moment(value: datetime, field: str) -> None:
    """A time from which others are computed; an account may well be dated year 1 by a platform
    that does not know."""
    _check_time(value, field)
    if value.astimezone(UTC).year not in YEARS:
        raise FieldError(field, "time out of range")
