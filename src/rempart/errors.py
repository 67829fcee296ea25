"""Errors that explain themselves.

Every error a person can meet derives from `RempartError` and says three things: what was wrong,
where, and what to do next. Commands print `diagnostics()` on one line and exit with `exit_code`.
"""

from __future__ import annotations


class RempartError(Exception):
    """What was wrong, where it was (file, line, field, id …), and what to do next."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def diagnostics(self) -> str:
        """One line for a person: `where: what (next step)`."""
        place = f"{self.where}: " if self.where else ""
        step = f" ({self.next_step})" if self.next_step else ""
        return f"{place}{self.what}{step}"

    def __str__(self) -> str:
        return self.diagnostics()


class InputError(RempartError):
    """The input as a whole cannot be read. A single bad item is an `ItemRefusal`, not this."""


class NotYetError(RempartError):
    """A command or route of the contract that a later issue fills. Names what is missing."""


class StoreError(RempartError):
    """The store refused. Whatever was acknowledged before is still there."""


class OlderStoreError(StoreError):
    """Written by an earlier version; the next start of the service brings it up to date."""


class QueueFullError(StoreError):
    """Too much is waiting to be committed: nothing of this was taken; send the same again later."""

    retry_after = 1


class StoreFullError(StoreError):
    """No space left on the device; it recovers by itself when space returns."""


class StoreReadOnlyError(StoreError):
    """A write failed in a way that leaves the outcome unknown; restart checks the log first."""


class LogError(RempartError):
    """The log does not hold what it promises."""

    exit_code = 1


class VerificationError(LogError):
    """A dossier or a log did not verify."""


class OutboundError(RempartError):
    """An outgoing request was refused before it left, or was not answered in time."""


class AccessError(RempartError):
    """Who asks is not known (401) or has no right to this (403)."""


class ConflictError(RempartError):
    """Somebody else changed the thing first, or it is not in a state that allows this."""


class NotFoundError(RempartError):
    """There is no such thing, or the one who asks may not know of it."""


class MissingExtraError(InputError):
    """Something that the default install leaves out is needed. `instead`: what goes without it."""

    def __init__(self, what: str, extra: str, *, where: str = "", instead: str = "") -> None:
        step = f'install it: pip install "rempart[{extra}]"'
        super().__init__(
            f"{what} needs the extra `{extra}`",
            where=where,
            next_step=f"{step}, or {instead}" if instead else step,
        )
        self.extra = extra
