"""Invitations: a person who is let in, or let in again, by a link that works once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class InvitationRow(NamedTuple):
    """`digest`: SHA-256 of the link's secret, which is kept nowhere. `person` set: her access is
    reset, and she is not new. `email`: who proves this address at an identity provider may use the
    invitation instead of the link."""

    id: str
    digest: bytes
    name: str
    roles: tuple[str, ...]
    channels: tuple[str, ...] | None
    email: str | None
    person: str | None
    made_by: str
    created_ms: int
    expires_ms: int


class InvitationTables(ABC):
    @abstractmethod
    def put(self, row: InvitationRow) -> None: ...

    @abstractmethod
    def pending(self, now_ms: int) -> list[InvitationRow]:
        """Neither used, nor revoked, nor expired; the newest first."""

    @abstractmethod
    def by_digest(self, digest: bytes, now_ms: int) -> InvitationRow | None: ...

    @abstractmethod
    def by_email(self, email: str, now_ms: int) -> InvitationRow | None:
        """Without regard to case."""

    @abstractmethod
    def remove(self, id: str) -> bool:
        """Used or revoked; False when it was gone already."""

    @abstractmethod
    def forget(self, before_ms: int) -> int:
        """Removes what expired before then."""
