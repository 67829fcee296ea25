"""Rights, roles, and who may do what where.

A right is one kind of act; a role is a named set of rights; a person holds roles and, beside them,
bounds: channels, queues and harms outside of which no right of hers counts. Rules kept here:

1. Bounds only take away. What is outside of one is outside, whatever the role.
2. `without` is a person's own word ("no such cases for me"): nobody else sets it.
3. The scopes of the API (`read`, `moderate`, `admin`) follow from rights, never the other way
   round for people; a token has the rights its scopes stand for.
4. Whoever does anything with cases reads them. Who holds the access log alone is an auditor: she
   does not read, so that every page is closed to her but those that are made for her.
5. A person is called outwards by her pseudonym, `moderator-7`, which is her id: no name of hers
   stands in the log, a dossier or an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec


class Right(StrEnum):
    """What may be done. Each right counts only inside the bounds of who has it."""

    READ = "read"
    DECIDE = "decide"
    SECOND_LOOK = "second_look"
    PROTECT = "protect"
    EXPORT = "export"
    UNSEAL = "unseal"
    WRITE_RULES = "write_rules"
    DEPLOY_RULES = "deploy_rules"
    ACCESS_LOG = "access_log"
    DECLARE = "declare"
    ORDERS = "orders"
    ON_CALL = "on_call"
    PEOPLE = "people"
    ERASE = "erase"


ALL_RIGHTS = frozenset(Right)
OF_SCOPE: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        "ingest": frozenset(),
        "flag": frozenset(),
        "read": frozenset({Right.READ}),
        "moderate": frozenset(
            {
                Right.READ,
                Right.DECIDE,
                Right.SECOND_LOOK,
                Right.PROTECT,
                Right.EXPORT,
                Right.WRITE_RULES,
            }
        ),
        "admin": ALL_RIGHTS,
    }
)
"""What a token's scope stands for. What only people may do is refused to tokens elsewhere."""


class Role(msgspec.Struct, frozen=True):
    """`name` empty: a built-in role, whose words the pages have. `second_factor`: who has it must
    sign in with more than a password."""

    key: str
    name: str
    rights: frozenset[Right]
    second_factor: bool = False
    builtin: bool = False


ADMIN = "admin"


def with_reading(rights: frozenset[Right]) -> frozenset[Right]:
    """The rights of a role as they count (rule 4), whether `read` was named or not."""
    if rights - {Right.READ} == {Right.ACCESS_LOG}:
        return frozenset({Right.ACCESS_LOG})
    return rights | {Right.READ}


def _builtin(key: str, *rights: Right) -> Role:
    return Role(key, "", with_reading(frozenset(rights)), builtin=True)


BUILTIN: Mapping[str, Role] = MappingProxyType(
    {
        role.key: role
        for role in (
            Role(ADMIN, "", ALL_RIGHTS, builtin=True),
            _builtin("moderator", *OF_SCOPE["moderate"] - {Right.WRITE_RULES}),
            _builtin("reviewer", Right.DECIDE, Right.SECOND_LOOK),
            _builtin("auditor", Right.ACCESS_LOG),
            _builtin("rule_author", Right.WRITE_RULES),
            _builtin("rule_deployer", Right.DEPLOY_RULES),
            _builtin("legal", Right.DECLARE, Right.ORDERS),
            _builtin("on_call", Right.DECIDE, Right.PROTECT, Right.ON_CALL),
        )
    }
)


class Bounds(msgspec.Struct, frozen=True):
    """Where somebody's rights count. None: everywhere. An entry of `channels` is a name, or
    `platform/channel`; `without` are the harms she does not want to see."""

    channels: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    harms: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def channel(self, channel: str, platform: str | None = None) -> bool:
        if self.channels is None or channel in self.channels:
            return True
        return platform is not None and f"{platform}/{channel}" in self.channels

    def queue(self, queue: str) -> bool:
        return self.queues is None or queue in self.queues

    def harm(self, harm: str) -> bool:
        return harm not in self.without and (self.harms is None or harm in self.harms)


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """The rights of somebody with these roles: of all of them together."""
    return frozenset().union(*(role.rights for role in roles))


def scopes_of_rights(rights: frozenset[Right]) -> tuple[str, ...]:
    """The API's scopes of a person with these rights."""
    pairs = ((Right.READ, "read"), (Right.DECIDE, "moderate"), (Right.PEOPLE, "admin"))
    return tuple(scope for right, scope in pairs if right in rights)


_PSEUDONYM = re.compile(r"moderator-(\d{1,9})")
_WORD = {"en": "Moderator", "fr": "Modération"}


def pseudonym(id: str, language: str) -> str:
    """How a person is called where others read it: `Moderator 7`. Any other id (of a token, of the
    machine) stays as it is."""
    found = _PSEUDONYM.fullmatch(id)
    return f"{_WORD.get(language, _WORD['en'])} {found[1]}" if found else id
