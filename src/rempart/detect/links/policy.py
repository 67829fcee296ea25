"""What a community allows of links: lists for everybody, and what each channel says beside them.

Data only, with one rule of reading: what is said for a channel goes before what is said for all;
*allow* goes before everything, *deny* before lists, *hold* after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import NamedTuple

import msgspec

from rempart.detect.links.hosts import host_to_ascii
from rempart.detect.links.lists import LinkList


class Treatment(StrEnum):
    """How a kind of link is treated."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"


class ChannelLinks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one channel (or everybody) says of links. Names stand for themselves and what is under
    them. `shorteners` hide where they lead; `invites` lead to another community; `others` are the
    links that nothing else speaks of."""

    allow: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    shorteners: Treatment | None = None
    invites: Treatment | None = None
    others: Treatment | None = None


class RefusedList(NamedTuple):
    """A list that is not in force, and why. `kept`: an earlier reading of it still is."""

    path: str
    why: str
    kept: bool


class LinkRules(NamedTuple):
    """Everything the detector of links goes by."""

    lists: tuple[LinkList, ...] = ()
    everywhere: ChannelLinks = ChannelLinks()
    channels: Mapping[str, ChannelLinks] = {}
    refused: tuple[RefusedList, ...] = ()

    @property
    def digest(self) -> str:
        """Names this very set: another list, date or name gives another digest. Empty for none."""
        if not self.lists and not self.channels and self.everywhere == ChannelLinks():
            return ""
        told = [
            [[one.name, one.digest, one.source, one.of, str(one.expires)] for one in self.lists],
            msgspec.to_builtins(self.everywhere),
            {name: msgspec.to_builtins(said) for name, said in sorted(self.channels.items())},
        ]
        return blake2b(msgspec.json.encode(told), digest_size=6).hexdigest()


class Policy(NamedTuple):
    """What holds in one channel, ready to be asked."""

    allow: frozenset[str]
    hold: frozenset[str]
    deny: frozenset[str]
    shorteners: Treatment
    invites: Treatment
    others: Treatment


def policy_of(everywhere: ChannelLinks, channel: ChannelLinks | None) -> Policy:
    here = channel or ChannelLinks()
    return Policy(
        _names(everywhere.allow + here.allow),
        _names(everywhere.hold + here.hold),
        _names(everywhere.deny + here.deny),
        here.shorteners or everywhere.shorteners or Treatment.ALLOW,
        here.invites or everywhere.invites or Treatment.ALLOW,
        here.others or everywhere.others or Treatment.ALLOW,
    )


def _names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(host_to_ascii(name.strip().removeprefix("www.")) for name in names)


@cache
def shorteners() -> frozenset[str]:
    """Services that hide where a link leads."""
    return _lines("shorteners.txt")


@cache
def invites() -> frozenset[str]:
    """Where invitations to other communities lead: a host, or a host with the begin of a path."""
    return _lines("invites.txt")


def _lines(name: str) -> frozenset[str]:
    text = (files("rempart.detect.links") / "data" / name).read_text("utf-8")
    return frozenset(line for raw in text.splitlines() if (line := raw.partition("#")[0].strip()))
