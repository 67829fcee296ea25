"""The detector of links: what stands on a list, or is not allowed in the channel.

Rules of this module:

1. Links are found where they stand, also when they were hidden; the span points into the original.
2. One signal per message: the worst link, at its first place. Its reason names the list, the entry,
   where the list comes from and of which day it is.
3. A list that is no longer good at the time of the message says nothing (event time).
4. A name in letters of another alphabet is looked up as the DNS knows it *and* as the eye reads it;
   one that only looks Latin is a bad link by itself, as is an address disguised as one number.
5. A name that is a link only perhaps (no scheme, no path, a rare ending) is asked of lists, never
   of what a channel says about other links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import ClassVar, Final, NamedTuple

from rempart.detect.interface import Batch, Detector, Example
from rempart.detect.links.extract import Found, find_links, may_hold_links, nested_links, split_link
from rempart.detect.links.hosts import host_to_ascii, imitates, ipv4, parents
from rempart.detect.links.lists import keys_of
from rempart.detect.links.policy import (
    ChannelLinks,
    LinkRules,
    Policy,
    Treatment,
    invites,
    policy_of,
    shorteners,
)
from rempart.detect.text.fold import original_span
from rempart.model import Label, Message, Signal

_LISTED: Final = 0.95
_DENIED: Final = 1.0
_DISGUISED: Final = 0.7
_HELD: Final = 0.6
_MOST_NAMED: Final = 100
_TREATED: Final = {Treatment.ALLOW: 0.0, Treatment.HOLD: _HELD, Treatment.DENY: _DENIED}


class _Place(NamedTuple):
    """A link to be judged: hosts under which it is looked up, the first as the DNS knows it."""

    hosts: tuple[str, ...]
    path: str
    sure: bool
    written: str
    skeleton: str
    span: tuple[int, int] | None


class LinkDetector(Detector):
    """Finds links on the community's lists, and those a channel does not allow."""

    name: ClassVar[str] = "links"
    version: ClassVar[str] = "1"
    labels: ClassVar[frozenset[Label]] = frozenset({Label.BAD_LINK})
    examples: ClassVar[tuple[Example, ...]] = (
        Example("log in here: https://раураl.com/login", Label.BAD_LINK),
        Example("regarde http://2130706433/photo", Label.BAD_LINK),
        Example("look at example.org/a and https://www.example.com", None),
        Example("la page est sur café.example, bonne lecture", None),
        Example("viens sur exemple point fr", None),
        Example("see main.rs and e.g. v1.2.3... ok", None),
    )

    def __init__(self, rules: LinkRules | None = None) -> None:
        self.rules = rules or LinkRules()
        if self.rules.digest:
            # An instance's own version: other lists are another detector to whoever reads the log.
            object.__setattr__(self, "version", f"{type(self).version}+{self.rules.digest}")
        self._everywhere = policy_of(self.rules.everywhere, None)
        self._channels = {
            name: policy_of(self.rules.everywhere, said)
            for name, said in self.rules.channels.items()
        }

    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]:
        messages, folds = batch
        for index, folded in enumerate(folds):
            message = messages[index]
            if not message.links and not may_hold_links(folded):
                continue
            worst = self._worst(message, folded)
            if worst is not None:
                yield index, worst

    def _worst(self, message: Message, folded: str) -> Signal | None:
        policy = self._policy(message)
        best: tuple[float, str, tuple[int, int] | None] | None = None
        for place in _places(message, folded):
            score, why = self._judge(place, policy, message.sent_at)
            if score and (best is None or score > best[0]):
                best = (score, why, place.span)
        if best is None:
            return None
        return Signal(self.name, self.version, Label.BAD_LINK, best[0], best[2], best[1])

    def _policy(self, message: Message) -> Policy:
        channels = self._channels
        if not channels:
            return self._everywhere
        named = channels.get(f"{message.platform}/{message.channel}")
        return named or channels.get(message.channel) or self._everywhere

    def _judge(self, place: _Place, policy: Policy, at: datetime) -> tuple[float, str]:
        """Score and reason; 0 when nothing speaks against it."""
        real = place.hosts[0]
        if policy.allow and _under(real, policy.allow):
            return 0.0, ""
        if denied := next((d for host in place.hosts if (d := _under(host, policy.deny))), None):
            return _DENIED, f"denied here: {denied}"
        if self.rules.lists and (why := self._listed(place, at)):
            return _LISTED, why
        if disguise := _disguise(place):
            return _DISGUISED, disguise
        return _by_policy(real, place.path, policy) if place.sure else (0.0, "")

    def _listed(self, place: _Place, at: datetime) -> str | None:
        keys = [key for host in place.hosts for key in keys_of(host, place.path)]
        for nested in nested_links(place.path):
            keys += keys_of(*split_link(nested))
        for one in self.rules.lists:
            if one.is_good(at) and (entry := one.match(keys)) is not None:
                told = ", ".join(part for part in (one.source, one.of) if part)
                return f"list {one.name}: {entry}" + (f" ({told})" if told else "")
        return None


def _disguise(place: _Place) -> str | None:
    real = place.hosts[0]
    if imitates(place.written, place.skeleton):
        return f"looks like {place.skeleton}, is {real}"
    if place.sure and ipv4(real) is not None and real != place.skeleton:
        return f"an address disguised as a number: {real}"
    return None


def _by_policy(host: str, path: str, policy: Policy) -> tuple[float, str]:
    if policy.hold and (held := _under(host, policy.hold)):
        return _HELD, f"held here: {held}"
    if host in shorteners():
        score = _TREATED[policy.shorteners]
        return score, f"shortened link: {host}" if score else ""
    if _is_invite(host, path):
        score = _TREATED[policy.invites]
        return score, f"invitation: {host}" if score else ""
    score = _TREATED[policy.others]
    return score, f"other link: {host}" if score else ""


def _places(message: Message, folded: str) -> Iterator[_Place]:
    """The links of a message: named ones without a span, unless the text holds them too."""
    named = dict.fromkeys(message.links[:_MOST_NAMED])
    for found in find_links(folded):
        yield _written(message.text, found)
    for link in named:
        host, path = split_link(link)
        if host:
            raw = link.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
            yield _Place((host.removeprefix("www."),), path, True, "", raw.lower(), None)


def _written(text: str, found: Found) -> _Place:
    span = original_span(text, found.start, found.end)
    skeleton = found.host
    if text.isascii():
        return _Place((skeleton,), found.path, found.sure, "", _raw(text, found), span)
    start, end = original_span(text, found.host_start, found.host_end)
    written = text[start:end]
    if written.isascii() or found.hidden:
        return _Place((skeleton,), found.path, found.sure, "", _raw(text, found), span)
    real = host_to_ascii(written).removeprefix("www.")
    hosts = (real,) if real == skeleton else (real, skeleton)
    return _Place(hosts, found.path, found.sure, written, skeleton, span)


def _raw(text: str, found: Found) -> str:
    """The host as it was typed, to see whether a number stands for an address."""
    start, end = original_span(text, found.host_start, found.host_end)
    return text[start:end].lower()


def _under(host: str, names: frozenset[str]) -> str | None:
    if not names:
        return None
    return next((name for name in parents(host) if name in names), None)


def _is_invite(host: str, path: str) -> bool:
    known = invites()
    return host in known or f"{host}/{path.strip('/').partition('/')[0]}" in known


__all__ = ["ChannelLinks", "LinkDetector"]
