"""docs/measures.md says of every measure what the ladder says."""

from __future__ import annotations

import re
from pathlib import Path

from rempart.model import LADDER, Bundle, Rung
from rempart.protect import Shields

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "measures.md").read_text("utf-8")
ROWS = [
    (found[1], [cell.strip() for cell in found[2].split("|")])
    for found in re.finditer(r"^\| `([a-z_]+)` \|(.*)\|$", PAGE, re.M)
]
UNITS = {"minute": 60, "hour": 3_600, "day": 86_400}


def seconds(text: str) -> int | None:
    if text == "until it is ended":
        return None
    number, unit = text.split()
    return int(number) * UNITS[unit.removesuffix("s")]


def law(rung: Rung) -> str:
    if rung.no_form is not None:
        return f"none. {rung.no_form['en']}"
    return "; ".join(f"{scope}: `{form.key}`" for scope, form in rung.form.items())


def test_what_each_touches_its_lease_its_limits_and_what_a_platform_does() -> None:
    told = {kind: cells for kind, cells in ROWS if len(cells) == 4}
    assert set(told) == {kind.value for kind in LADDER}
    for kind, rung in LADDER.items():
        touches, lease, limits, platform = told[kind.value]
        assert touches.split(", ") == [scope.value for scope in rung.touches]
        assert seconds(lease) == rung.lease_seconds
        assert limits == (f"{rung.hour}, {rung.day}" if rung.counted else "none")
        assert platform == rung.platform["en"]


def test_what_each_is_in_law() -> None:
    told = {kind: cells[0] for kind, cells in ROWS if len(cells) == 1 and kind in set(LADDER)}
    assert told == {kind.value: law(rung) for kind, rung in LADDER.items()}


def test_what_each_shield_holds() -> None:
    told = {
        kind: re.findall(r"`([a-z_]+)`", cells[0]) for kind, cells in ROWS if kind in set(Bundle)
    }
    assert told == {bundle.value: list(Shields().of(bundle)) for bundle in Bundle}
