"""Settings of a telephone line.

```toml
[lines.reponse]
number = "+33639980000"            # the line's own number, as the provider writes it
target = "ligne-reponse"           # whom messages to it hit; by default the number
account_sid = "AC…"
auth_token = "…"                   # signs webhooks, and lets us send
reply = { fr = "…", en = "…" }     # the automatic reply; the first is the line's own language
keywords = { stop = "" }           # other replies by the first word; empty: none
price = 0.16                       # of one segment of a reply
currency = "EUR"
cap_hour = 120                     # never passed
cap_day = 600
per_sender = 1                     # replies to one number in a day
per_pattern = 60                   # replies to one text family in an hour
```
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from rempart.connect.sms.segments import segments
from rempart.connect.sms.signature import MIN_TOKEN
from rempart.errors import InputError
from rempart.protect.replies import MILLION, ReplyLimits

PLATFORM = "sms"
TWILIO = "https://api.twilio.com"
LONGEST = 1_600
"""Characters of one message at the provider."""
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_WORD = re.compile(r"[^\W_]+")
_ENGLISH = frozenset(
    ("the", "you", "your", "is", "are", "hi", "hello", "hey", "from", "what", "who", "my", "this")
)
"""Two of these, and a line with an English reply answers in English."""

Money = Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class LineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[lines.NAME]`. Prices and caps in the unit of `currency`; `allow`: private addresses that
    `api` may be at, and with them plain http."""

    number: str
    account_sid: str
    auth_token: str
    reply: dict[str, str]
    price: Money
    cap_hour: Money
    cap_day: Money
    target: str = ""
    currency: str = "EUR"
    keywords: dict[str, str] = {}
    per_sender: Count = 1
    per_pattern: Count = 60
    pace: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.2
    api: str = TWILIO
    allow: tuple[str, ...] = ()

    @property
    def limits(self) -> ReplyLimits:
        return ReplyLimits(
            micros(self.cap_hour),
            micros(self.cap_day),
            self.per_sender,
            self.per_pattern,
            self.pace,
        )

    @property
    def hit(self) -> str:
        return self.target or self.number

    def reply_to(self, text: str) -> str:
        """The reply to this message, in one of the line's languages; empty: none."""
        words = [word.casefold() for word in _WORD.findall(text[:200])]
        if words and words[0] in self.keywords:
            return self.keywords[words[0]]
        own = next(iter(self.reply.values()))
        if "en" not in self.reply or len(words) < 2:
            return own
        return self.reply["en"] if sum(word in _ENGLISH for word in words) >= 2 else own


def micros(amount: float) -> int:
    """Money as an integer of millionths."""
    return round(amount * MILLION)


def is_number(text: str) -> bool:
    """A telephone number in its international form: one that can be answered."""
    return _NUMBER.fullmatch(text) is not None


def masked(number: str) -> str:
    """As screens show it: country and the last two digits."""
    return f"{number[:3]}{'•' * (len(number) - 5)}{number[-2:]}" if is_number(number) else number


def check_line(line: LineSettings, where: str, public_url: str | None) -> None:
    """InputError when the line cannot work as configured."""
    if not is_number(line.number):
        raise _wrong("number is not in international form", where, 'write it as "+33639980000"')
    if len(line.auth_token) < MIN_TOKEN or not line.account_sid:
        raise _wrong(
            "account_sid and auth_token are both needed",
            where,
            "copy them from the provider's console; the token signs what comes in",
        )
    if public_url is None:
        raise _wrong(
            "the provider signs the public address, and it is not known",
            where,
            'set public_url = "https://…" under [web]',
        )
    if not line.reply or any(not text.strip() for text in line.reply.values()):
        raise _wrong("reply has no text", where, 'write reply = { fr = "…" }')
    for text in (*line.reply.values(), *line.keywords.values()):
        if len(text) > LONGEST:
            raise _wrong(f"a reply is longer than {LONGEST} characters", where, "shorten it")
    dearest = max(segments(text) for text in line.reply.values()) * line.price
    if dearest > line.cap_hour or line.cap_hour > line.cap_day:
        raise _wrong(
            "cap_hour must allow one reply, and cap_day at least cap_hour",
            where,
            f"one reply costs {dearest:g} {line.currency}",
        )


def _wrong(what: str, where: str, next_step: str) -> InputError:
    return InputError(what, where=where, next_step=next_step)
