"""What the page *Log*, its JSON twin and `rempart log` say of the log and of who attested it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from rempart.cases.entries import at_time
from rempart.connect.witness import WitnessSettings
from rempart.errors import LogError
from rempart.log.checkpoint import open_checkpoint
from rempart.log.note import COSIGNER, PublicKey
from rempart.log.witnessing import Claim
from rempart.store.interface import Tables
from rempart.store.interface.attested import OwedKind, OwedRow
from rempart.web.attest.witness import Unproven

LOG_PREFIX = "/api/v1/log"
WITNESS_PREFIX = "/api/v1/witness"


class SignedView(msgspec.Struct, frozen=True):
    """The newest checkpoint; `root` in hexadecimal."""

    size: int
    root: str
    at: datetime


class PendingView(msgspec.Struct, frozen=True):
    """What is still owed, since when, after how many failed attempts and the last one's reason."""

    since: datetime
    tries: int
    error: str


class WitnessView(msgspec.Struct, frozen=True):
    """A witness of ours: what it cosigned last."""

    name: str
    key: str
    fingerprint: str
    size: int | None
    at: datetime | None
    pending: PendingView | None


class AuthorityView(msgspec.Struct, frozen=True):
    """A time-stamp authority: its last token."""

    name: str
    size: int | None
    at: datetime | None
    checked_with: str
    pending: PendingView | None


class WitnessedView(msgspec.Struct, frozen=True):
    """A log that we cosign. `refused`: what it proved against itself, and when; `unproven`: why we
    last did not cosign, where anybody may have sent what was refused."""

    log: str
    size: int | None
    at: datetime | None
    refused: str
    refused_at: datetime | None
    unproven: str
    unproven_at: datetime | None


class ScrubView(msgspec.Struct, frozen=True):
    at: datetime
    seconds: float
    entries: int
    erased: int
    why: str
    failed: Sequence[str]


class LogScreen(msgspec.Struct, frozen=True):
    """`address` and `witness_address`: where monitors follow the log, and where others have it
    cosign; `guessed`: nobody set that address, it is how this page was asked for, and may be what
    only a proxy sees; `stopped`: why nothing is signed any more."""

    name: str
    key: str
    fingerprint: str
    size: int
    signed: SignedView | None
    stopped: str
    address: str
    witness_address: str
    guessed: bool
    witness_key: str
    witnesses: Sequence[WitnessView]
    authorities: Sequence[AuthorityView]
    witnessed: Sequence[WitnessedView]
    scrub: ScrubView | None
    scrub_days: int


def log_screen(
    tables: Tables,
    key: PublicKey,
    witness_key: PublicKey,
    *,
    address: str,
    witnesses: Mapping[str, WitnessSettings],
    authorities: Collection[str],
    witnessed: Collection[str],
    scrub_days: int,
    stopped: LogError | None = None,
    unproven: Callable[[str], Unproven | None] = lambda _: None,
    monitors_at: str | None = None,
    guessed: bool = False,
) -> LogScreen:
    """`address`: of this service, without a slash at its end; `witnessed`: names of the logs we
    cosign; `unproven`: what a running service last refused of one."""
    owed = tables.attested.owed()
    last = tables.log.last_checkpoint()
    signed = None
    if last is not None:
        root = open_checkpoint(last[1], key).root.hex()
        signed = SignedView(last[0], root, at_time(last[2]))
    return LogScreen(
        key.name,
        key.vkey,
        key.fingerprint,
        _size(tables),
        signed,
        stopped.diagnostics() if stopped is not None else "",
        monitors_at.rstrip("/") if monitors_at is not None else address + LOG_PREFIX,
        address + WITNESS_PREFIX,
        guessed,
        witness_key.vkey,
        [_witness(tables, name, one, owed) for name, one in sorted(witnesses.items())],
        [_authority(tables, name, owed) for name in sorted(authorities)],
        [_witnessed(tables, name, unproven(name)) for name in sorted(witnessed)],
        _scrub(tables),
        scrub_days,
    )


def _size(tables: Tables) -> int:
    """Of a log whose end is damaged, what was signed: the page must be there all the same."""
    try:
        return tables.log.size()
    except LogError:
        last = tables.log.last_checkpoint()
        return last[0] if last is not None else 0


def _witness(
    tables: Tables, name: str, settings: WitnessSettings, owed: Sequence[OwedRow]
) -> WitnessView:
    key = PublicKey.parse(settings.vkey, COSIGNER)
    row = tables.attested.last_cosignature(name)
    return WitnessView(
        name,
        key.vkey,
        key.fingerprint,
        row.size if row is not None else None,
        at_time(row.at_s * 1000) if row is not None else None,
        _pending(owed, name, (OwedKind.COSIGNATURE,)),
    )


def _authority(tables: Tables, name: str, owed: Sequence[OwedRow]) -> AuthorityView:
    row = tables.attested.last_token(name)
    return AuthorityView(
        name,
        row.size if row is not None else None,
        at_time(row.at_ms) if row is not None else None,
        row.checked_with if row is not None else "",
        _pending(owed, name, (OwedKind.TOKEN, OwedKind.SEALED)),
    )


def _pending(owed: Sequence[OwedRow], name: str, kinds: Collection[OwedKind]) -> PendingView | None:
    """The oldest that is owed."""
    rows = [row for row in owed if row.name == name and row.kind in kinds]
    if not rows:
        return None
    first = min(rows, key=lambda row: row.since_ms)
    return PendingView(at_time(first.since_ms), first.tries, first.error)


def _witnessed(tables: Tables, log: str, unproven: Unproven | None) -> WitnessedView:
    row, refusal = tables.attested.witnessed(log), tables.attested.refusal(log)
    if refusal is not None and refusal.what != Claim.TWO_ROOTS:
        refusal = None
    return WitnessedView(
        log,
        row.size if row is not None else None,
        at_time(row.at_ms) if row is not None else None,
        refusal.what if refusal is not None else "",
        at_time(refusal.at_ms) if refusal is not None else None,
        unproven.claim.value if unproven is not None else "",
        at_time(unproven.at_ms) if unproven is not None else None,
    )


def _scrub(tables: Tables) -> ScrubView | None:
    row = tables.attested.last_scrub()
    if row is None:
        return None
    return ScrubView(
        at_time(row.at_ms), row.took_ms / 1000, row.entries, row.erased, row.why, row.failed
    )
