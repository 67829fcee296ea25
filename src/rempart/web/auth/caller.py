"""Who asks, and what they may: scopes, bound to channels."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from rempart.engine.embedded_items import Source


class Scope(StrEnum):
    """`admin` may do what `moderate` may, `moderate` what `read` may. `ingest` stands alone: a bot
    that delivers messages reads nothing, and a person delivers none."""

    INGEST = "ingest"
    READ = "read"
    MODERATE = "moderate"
    ADMIN = "admin"


_INCLUDES = {
    Scope.INGEST: frozenset({Scope.INGEST}),
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


class Caller(msgspec.Struct, frozen=True):
    """A signed-in person (`session` set) or a bearer token. `channels` None: all of them; an entry
    is a channel's name, or `platform/channel` where names collide. `id` is the person's or the
    token's. `complete` is False between the one-time login and the choice of a password."""

    id: str
    name: str
    scopes: frozenset[Scope]
    channels: frozenset[str] | None
    session: str | None = None
    complete: bool = True
    via: str = "api"

    @property
    def source(self) -> Source:
        """As what it delivers is kept in the log."""
        return Source(self.via, self.id)

    @property
    def is_person(self) -> bool:
        return self.session is not None and self.complete

    def may(self, scope: Scope) -> bool:
        return self.complete and scope in self.scopes

    def sees(self, channel: str, platform: str | None = None) -> bool:
        if self.channels is None or channel in self.channels:
            return True
        return platform is not None and f"{platform}/{channel}" in self.channels
