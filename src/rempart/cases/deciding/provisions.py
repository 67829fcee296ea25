"""What each harm is against, as data (`provisions.toml`): the article of law, the community's term.

A statement of reasons always names one (DSA art. 17(3)(d), (e)): the reviewer's own words if there
are any, else the one proposed here for the harm and the ground.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from rempart.errors import InputError
from rempart.model import Ground

LONGEST = 500
"""As long as a reference may be in the transparency database."""


class Provision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By language. `law` empty: none is proposed."""

    law: dict[str, str]
    term: dict[str, str]


@cache
def provisions() -> dict[str, Provision]:
    """By key of the harm."""
    text = files(__package__).joinpath("provisions.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Provision])


def proposed(harm: str, ground: Ground) -> dict[str, str]:
    """The reference for this harm and ground, by language; empty texts where none is known."""
    found = provisions().get(harm) or provisions()["other"]
    return {Ground.LAW: found.law, Ground.TERMS: found.term}.get(ground, {"en": "", "fr": ""})


def reference(harm: str, ground: Ground, own: str | None) -> dict[str, str]:
    """What a decision or a statement refers to. InputError when nothing names it."""
    if ground is Ground.NONE:
        return {}
    if own:
        return {"en": own, "fr": own}
    found = proposed(harm, ground)
    if not found["en"]:
        raise InputError(
            "a decision on the ground of the law names the article",
            where="provision",
            next_step="write the article, or choose the community's terms as ground",
        )
    return found
