"""Finds a scenario by name or folder and generates it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from rempart.errors import InputError
from rempart.scenario.hate_raid import hate_raid
from rempart.scenario.settings import ScenarioSettings
from rempart.scenario.truth import Generated

GENERATORS: dict[str, Callable[[str, ScenarioSettings], Generated]] = {"hate-raid": hate_raid}


def built_in() -> list[str]:
    """The names that `load` knows without a file."""
    return sorted(GENERATORS)


def load(name: str, seed: int | None = None) -> ScenarioSettings:
    """The settings of a built-in scenario, or of a folder or file with a `scenario.toml`."""
    tree = _read(name)
    if "extends" in tree:
        tree = _merged(_built_in_tree(str(tree.pop("extends")), name), tree)
    if seed is not None:
        tree["seed"] = seed
    try:
        return msgspec.convert(tree, ScenarioSettings)
    except msgspec.ValidationError as error:
        raise InputError(f"not a scenario: {error}", where=name) from None


def generate(name: str, settings: ScenarioSettings) -> Generated:
    """The stream of a scenario; deterministic in its settings."""
    generator = GENERATORS.get(settings.generator)
    if generator is None:
        raise InputError(
            f"there is no generator {settings.generator!r}",
            where=name,
            next_step=f"known: {', '.join(built_in())}",
        )
    return generator(name, settings)


def is_scenario(name: str) -> bool:
    """Whether this names a scenario rather than a file of messages."""
    path = Path(name)
    return name in GENERATORS or (path / "scenario.toml").is_file() or path.suffix == ".toml"


def _read(name: str) -> dict[str, Any]:
    if name in GENERATORS:
        return _built_in_tree(name, name)
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


def _built_in_tree(generator: str, where: str) -> dict[str, Any]:
    if generator not in GENERATORS:
        raise InputError(
            f"there is no built-in scenario {generator!r}",
            where=where,
            next_step=f"known: {', '.join(built_in())}",
        )
    file = resources.files("rempart.scenario").joinpath("data", f"{generator}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        under = merged.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            merged[key] = _merged(under, value)
        else:
            merged[key] = value
    return merged
