"""Second factors of people: codes from an app, passkeys, recovery codes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple


class TotpRow(NamedTuple):
    """`sealed`: the secret, encrypted under a key that is not in the store; `last_step`: the step
    of the last code that was taken, so that none is taken twice."""

    person: str
    sealed: bytes
    last_step: int
    created_ms: int


class PasskeyRow(NamedTuple):
    """`credential`: attested credential data (WebAuthn §6.5.1), which holds the public key; `uses`:
    the authenticator's signature counter, 0 when it keeps none."""

    id: bytes
    person: str
    name: str
    credential: bytes
    uses: int
    created_ms: int
    last_ms: int | None


class FactorTables(ABC):
    @abstractmethod
    def has(self, person: str) -> bool:
        """Whether she has an app or a passkey; recovery codes alone are none."""

    @abstractmethod
    def any_totp(self) -> bool: ...

    @abstractmethod
    def totp(self, person: str) -> TotpRow | None: ...

    @abstractmethod
    def put_totp(self, row: TotpRow) -> None: ...

    @abstractmethod
    def take_step(self, person: str, step: int) -> bool:
        """Remembers the step of a right code; False when that one or a later one was taken."""

    @abstractmethod
    def remove_totp(self, person: str) -> bool: ...

    @abstractmethod
    def passkeys(self, person: str) -> list[PasskeyRow]: ...

    @abstractmethod
    def passkey(self, id: bytes) -> PasskeyRow | None: ...

    @abstractmethod
    def put_passkey(self, row: PasskeyRow) -> None:
        """ConflictError when the credential is known."""

    @abstractmethod
    def use_passkey(self, id: bytes, uses: int, at_ms: int) -> None: ...

    @abstractmethod
    def remove_passkey(self, person: str, id: bytes) -> bool: ...

    @abstractmethod
    def put_recovery(self, person: str, digests: Iterable[bytes]) -> None:
        """Replaces all of them."""

    @abstractmethod
    def recovery_left(self, person: str) -> int: ...

    @abstractmethod
    def use_recovery(self, person: str, digest: bytes) -> bool: ...

    @abstractmethod
    def remove_all(self, person: str) -> None: ...
