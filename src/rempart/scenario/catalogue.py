"""Finds a scenario by name or folder, with its variants, and generates it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from rempart.errors import InputError
from rempart.scenario.calm import CalmSettings, evening_of_calm
from rempart.scenario.campaign import CampaignSettings, campaign
from rempart.scenario.hate_raid import hate_raid
from rempart.scenario.settings import HateRaidSettings, ScenarioSettings
from rempart.scenario.sms_flood import SmsFloodSettings, sms_flood
from rempart.scenario.truth import Generated


class Generator(NamedTuple):
    """The settings a scenario takes, and what makes its stream from them. Its default settings
    and variants stand in `data/<name>.toml`."""

    settings: type[ScenarioSettings]
    make: Callable[[str, Any], Generated]


GENERATORS: dict[str, Generator] = {
    "campaign": Generator(CampaignSettings, campaign),
    "evening-of-calm": Generator(CalmSettings, evening_of_calm),
    "hate-raid": Generator(HateRaidSettings, hate_raid),
    "sms-flood": Generator(SmsFloodSettings, sms_flood),
}


def built_in() -> list[str]:
    """The names that `load` knows without a file."""
    return sorted(GENERATORS)


def variants(name: str) -> list[str]:
    """The named variants of a scenario."""
    return sorted(_tree(name).get("variants", {}))


def load(name: str, seed: int | None = None, variant: str = "") -> ScenarioSettings:
    """The settings of a built-in scenario, or of a folder or file with a `scenario.toml`."""
    tree = _tree(name)
    known = tree.pop("variants", {})
    if variant:
        if variant not in known:
            raise InputError(
                f"there is no variant {variant!r}",
                where=name,
                next_step=f"known: {', '.join(sorted(known)) or 'none'}",
            )
        tree = _merged(tree, known[variant])
        tree["variant"] = variant
    if seed is not None:
        tree["seed"] = seed
    generator = GENERATORS.get(str(tree.get("generator")))
    if generator is None:
        raise _no_generator(tree.get("generator"), name)
    try:
        return msgspec.convert(tree, generator.settings)
    except msgspec.ValidationError as error:
        raise InputError(f"not a scenario: {error}", where=name) from None


def generate(name: str, settings: ScenarioSettings) -> Generated:
    """The stream of a scenario; deterministic in its settings."""
    generator = GENERATORS.get(settings.generator)
    if generator is None:
        raise _no_generator(settings.generator, name)
    return generator.make(name, settings)


def is_scenario(name: str) -> bool:
    """Whether this names a scenario rather than a file of messages."""
    path = Path(name)
    return name in GENERATORS or (path / "scenario.toml").is_file() or path.suffix == ".toml"


def _tree(name: str) -> dict[str, Any]:
    """The settings as written, on top of those they extend."""
    if name in GENERATORS:
        return _built_in_tree(name)
    tree = _read(name)
    if "extends" not in tree:
        return tree
    base = str(tree.pop("extends"))
    if base not in GENERATORS:
        raise _no_generator(base, name)
    return _merged(_built_in_tree(base), tree)


def _read(name: str) -> dict[str, Any]:
    path = Path(name)
    if path.is_dir():
        path = path / "scenario.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            error.strerror or str(error),
            where=name,
            next_step=f"built-in scenarios: {', '.join(built_in())}",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not TOML: {error}", where=str(path)) from None


def _built_in_tree(name: str) -> dict[str, Any]:
    file = resources.files("rempart.scenario").joinpath("data", f"{name}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _no_generator(name: object, where: str) -> InputError:
    return InputError(
        f"there is no built-in scenario {name!r}",
        where=where,
        next_step=f"known: {', '.join(built_in())}",
    )


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        under = merged.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            merged[key] = _merged(under, value)
        else:
            merged[key] = value
    return merged
