"""Who asks, and what they may: scopes, bound to channels."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from rempart.cases.rights import OF_SCOPE, Bounds, Right
from rempart.engine.embedded.items import Source


class Scope(StrEnum):
    """`admin` may do what `moderate` may, `moderate` what `read` may. `ingest` stands alone: a bot
    that delivers messages reads nothing, and a person delivers none. So does `flag`: a trusted
    flagger (DSA art. 22) reports, and reads nothing but what its receipts open."""

    INGEST = "ingest"
    READ = "read"
    MODERATE = "moderate"
    ADMIN = "admin"
    FLAG = "flag"


_INCLUDES = {
    Scope.INGEST: frozenset({Scope.INGEST}),
    Scope.FLAG: frozenset({Scope.FLAG}),
    Scope.READ: frozenset({Scope.READ}),
    Scope.MODERATE: frozenset({Scope.READ, Scope.MODERATE}),
    Scope.ADMIN: frozenset({Scope.READ, Scope.MODERATE, Scope.ADMIN}),
}


def scopes_of(words: tuple[str, ...]) -> frozenset[Scope]:
    """The scopes named, with those they include."""
    found: frozenset[Scope] = frozenset()
    for word in words:
        found |= _INCLUDES[Scope(word)]
    return found


def rights_of_scopes(words: tuple[str, ...]) -> frozenset[Right]:
    """The rights of a token with these scopes."""
    return frozenset().union(*(OF_SCOPE[word] for word in words))


class Step(StrEnum):
    """What is missing before a session is whole. The value is where it is done."""

    PASSWORD = "/login/password"  # noqa: S105 - a path
    SECOND = "/login/second"
    ENROL = "/login/factor"


class Caller(msgspec.Struct, frozen=True):
    """A signed-in person (`session` set) or a bearer token. `channels` None: all of them; an entry
    is a channel's name, or `platform/channel` where names collide. `id` is the person's pseudonym
    or the token's id. `step` says what is missing: a password after the one-time login, a second
    factor after the password, or the setting up of one that a role demands."""

    id: str
    name: str
    scopes: frozenset[Scope]
    channels: frozenset[str] | None
    session: str | None = None
    step: Step | None = None
    via: str = "api"
    rights: frozenset[Right] = frozenset()
    queues: frozenset[str] | None = None
    harms: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    @property
    def source(self) -> Source:
        """As what it delivers is kept in the log."""
        return Source(self.via, self.id)

    @property
    def complete(self) -> bool:
        return self.step is None

    @property
    def is_person(self) -> bool:
        return self.session is not None and self.complete

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.channels, self.queues, self.harms, self.without)

    @property
    def everywhere(self) -> bool:
        """Whether nothing bounds its rights but its own wish not to see some harms."""
        return self.channels is None and self.queues is None and self.harms is None

    def may(self, scope: Scope) -> bool:
        return self.complete and scope in self.scopes

    def sees(self, channel: str, platform: str | None = None) -> bool:
        return self.bounds.channel(channel, platform)


def may_only_audit(caller: Caller) -> bool:
    """An auditor: she sees nobody's name, and each page that she opens is noted."""
    return Right.ACCESS_LOG in caller.rights and Right.READ not in caller.rights


def may(
    caller: Caller,
    right: Right,
    channel: str | None = None,
    harm: str | None = None,
    *,
    platform: str | None = None,
    queue: str | None = None,
) -> bool:
    """Whether the caller has the right, and has it there. What is not named is not asked about:
    without a channel the answer says that the right counts somewhere."""
    bounds = caller.bounds
    return (
        caller.complete
        and right in caller.rights
        and (channel is None or bounds.channel(channel, platform))
        and (harm is None or bounds.harm(harm))
        and (queue is None or bounds.queue(queue))
    )
