"""The law of erasure as data (`erasure.toml`): grounds to ask, what stands against it, how long
holds may run, and how long each kind of material is kept. Settings may move a window within the
bounds of the file and never beyond."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from rempart.errors import InputError

DAY_MS = 86_400_000


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ground on which erasure may be asked for."""

    key: str
    source: str


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands against an erasure; `days`: until when, where nothing else says it."""

    key: str
    source: str
    days: int


class HoldRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`longest`: days that a hold of this kind runs before it must be extended with a reason."""

    kind: str
    longest: int
    source: str


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a kind of material is kept, in days, and between what settings may choose."""

    key: str
    days: int
    least: int
    most: int
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    basis: list[Basis]
    need: list[Need]
    hold: list[HoldRule]
    window: list[Window]


@cache
def _read() -> _File:
    text = files(__package__).joinpath("erasure.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _File)


@cache
def bases() -> Mapping[str, Basis]:
    return {one.key: one for one in _read().basis}


@cache
def needs() -> Mapping[str, Need]:
    return {one.key: one for one in _read().need}


@cache
def hold_rules() -> Mapping[str, HoldRule]:
    return {one.kind: one for one in _read().hold}


@cache
def windows() -> Mapping[str, Window]:
    return {one.key: one for one in _read().window}


def windows_of(chosen: Mapping[str, int], where: str = "settings.toml") -> dict[str, Window]:
    """The windows with what a community chose (days by key). InputError for a key that does not
    exist and for a number outside of the legal bounds: it says which and why."""
    found = dict(windows())
    for key, days in chosen.items():
        known = found.get(key)
        if known is None:
            raise InputError(
                f"retention knows no `{key}`",
                where=where,
                next_step="one of: " + ", ".join(found),
            )
        if not known.least <= days <= known.most:
            raise InputError(
                f"retention.{key} = {days} is outside of {known.least} to {known.most} days",
                where=where,
                next_step=known.source,
            )
        found[key] = msgspec.structs.replace(known, days=days)
    return found
