"""The one taxonomy of harms (`harms.toml`): form, API, queue, statistics and disclosure read it."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from rempart.errors import InputError


class Urgency(StrEnum):
    """How soon a person must look. `life`: life, safety and children, first in every queue."""

    LIFE = "life"
    URGENT = "urgent"
    SOON = "soon"
    NORMAL = "normal"


class DsaCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the harm is counted in the yearly report; `other` describes it more closely."""

    category: str
    keyword: str | None = None
    other: str | None = None


class Harm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One category a reporter can choose; texts in French and English. `anonymous`: nobody is asked
    who they are; `at_once`: one report hides for an hour at most (see `first_aid`); `manifest`: a
    careful reader sees that it is illegal without a legal study."""

    key: str
    urgency: Urgency
    clock: str
    dsa: DsaCode
    label: dict[str, str]
    hint: dict[str, str]
    anonymous: bool = False
    at_once: bool = False
    manifest: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    harm: list[Harm]


@cache
def harms() -> dict[str, Harm]:
    """By key, in the order in which the form shows them."""
    text = files(__package__).joinpath("harms.toml").read_text("utf-8")
    return {harm.key: harm for harm in msgspec.convert(tomllib.loads(text), _File).harm}


def harm(key: str) -> Harm:
    found = harms().get(key)
    if found is None:
        raise InputError(
            "no such category",
            where="category",
            next_step="one of: " + ", ".join(harms()),
        )
    return found
