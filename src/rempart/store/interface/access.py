"""Tables of access: people and roles, one-time logins, sessions, bearer tokens, webhooks seen.

No secret is kept: passwords as Argon2id hashes, session and token secrets as their SHA-256. All
times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class PersonRow(NamedTuple):
    """`id` is her pseudonym outwards; `name` stays inside. `password_hash` empty: none chosen yet,
    or she signs in by other means. `channels`, `queues`, `harms` None: all of them; `without`:
    harms she chose not to see. `disabled_ms` set: may no longer sign in."""

    id: str
    name: str
    password_hash: str
    roles: tuple[str, ...]
    channels: tuple[str, ...] | None
    created_ms: int
    disabled_ms: int | None
    queues: tuple[str, ...] | None = None
    harms: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    last_ms: int | None = None


class RoleRow(NamedTuple):
    """A role that was changed or added; `removed`: no longer to be had."""

    key: str
    name: str
    rights: tuple[str, ...]
    second_factor: bool
    removed: bool = False


class SessionRow(NamedTuple):
    """`person` None: signed in with the one-time login, password not set yet. `level`: 1 by one
    factor, 2 by two or by a passkey."""

    id: str
    digest: bytes
    person: str | None
    agent: str
    created_ms: int
    last_ms: int
    level: int = 1


class TokenRow(NamedTuple):
    id: str
    digest: bytes
    name: str
    scopes: tuple[str, ...]
    channels: tuple[str, ...] | None
    created_ms: int
    created_by: str
    revoked_ms: int | None


class AccessTables(ABC):
    @abstractmethod
    def people(self) -> list[PersonRow]: ...

    @abstractmethod
    def person(self, id: str) -> PersonRow | None: ...

    @abstractmethod
    def person_by_name(self, name: str) -> PersonRow | None:
        """By name, without regard to case."""

    @abstractmethod
    def put_person(self, row: PersonRow) -> None:
        """Adds or replaces; ConflictError when another person has that name."""

    @abstractmethod
    def next_person(self) -> str:
        """The id of the next person: `moderator-1`, `moderator-2` … never given twice."""

    @abstractmethod
    def roles(self) -> list[RoleRow]: ...

    @abstractmethod
    def put_role(self, row: RoleRow) -> None: ...

    @abstractmethod
    def identity(self, issuer: str, subject: str) -> str | None:
        """The person an identity provider's subject is."""

    @abstractmethod
    def put_identity(self, issuer: str, subject: str, person: str) -> None: ...

    @abstractmethod
    def identities(self, person: str) -> list[str]:
        """The issuers through which she may sign in."""

    @abstractmethod
    def remove_identities(self, person: str) -> None: ...

    @abstractmethod
    def put_one_time(self, digest: bytes, expires_ms: int) -> None: ...

    @abstractmethod
    def use_one_time(self, digest: bytes, now_ms: int) -> bool:
        """True exactly once, and only before it expires."""

    @abstractmethod
    def put_session(self, row: SessionRow) -> None: ...

    @abstractmethod
    def session(self, digest: bytes) -> SessionRow | None: ...

    @abstractmethod
    def sessions(self, person: str) -> list[SessionRow]: ...

    @abstractmethod
    def touch_session(self, id: str, now_ms: int) -> None:
        """The session, and with it its person, was seen now."""

    @abstractmethod
    def raise_session(self, id: str, level: int) -> None:
        """A further factor was proven in this session."""

    @abstractmethod
    def end_session(self, id: str) -> None: ...

    @abstractmethod
    def end_sessions(self, person: str, keep: str | None = None) -> int:
        """Ends the sessions of a person, except one; returns how many."""

    @abstractmethod
    def forget_sessions(self, created_before_ms: int, idle_before_ms: int) -> int: ...

    @abstractmethod
    def put_token(self, row: TokenRow) -> None: ...

    @abstractmethod
    def token(self, digest: bytes) -> TokenRow | None:
        """Also when revoked."""

    @abstractmethod
    def tokens(self) -> list[TokenRow]: ...

    @abstractmethod
    def revoke_token(self, id: str, now_ms: int) -> bool: ...

    @abstractmethod
    def hook_seen(self, connector: str, id: str) -> bool: ...

    @abstractmethod
    def remember_hook(self, connector: str, id: str, at_ms: int, keep_ms: int) -> bool:
        """Remembers a webhook's id, forgets those older than `keep_ms`; False when it was known."""
