"""What a rule asks for, in words a person can read: `hold message for 7 days`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rempart.model import LADDER, Bundle, MeasureKind, ScopeKind
from rempart.rules.interface import Effect
from rempart.rules.language.problems import did_you_mean

UNITS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
LONGEST_LEASE: Final = 366 * 86_400
LONGEST: Final = 200
_LENGTH: Final = re.compile(r"(\d+)\s*(second|minute|hour|day)s?")
_FORM: Final = re.compile(
    r"(?P<kind>[a-z_-]+)\s+(?P<scope>[a-z]+)(?:\s+(?P<label>[a-z0-9][a-z0-9_-]*))?"
    r"(?:\s+for\s+(?P<length>[^,]*?))?(?:\s*,\s*priority\s+(?P<priority>\d+))?"
)


class Labelling(NamedTuple):
    """Put a label on (or take it off) the account, channel, target or message."""

    thing: str
    label: str
    seconds: int
    on: bool


class BadMeasureError(ValueError):
    """Why a measure is refused; `hint` says how to write it."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def read_measure(text: str, rule: str, on: str = "message") -> Effect | Labelling:
    """One line of `measures` of a rule over messages or raids. BadMeasureError says what is wrong
    with it."""
    found = _FORM.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        text = text[:LONGEST]
        raise BadMeasureError(
            f"{text!r} is not a measure", "write it like `hold message for 7 days`"
        )
    kind = found["kind"].replace("-", "_")
    seconds = _seconds(found["length"])
    if kind in ("label", "unlabel"):
        _not_of_a_raid(found["scope"], on)
        return _labelling(kind, found["scope"], found["label"], seconds)
    if found["label"] and kind != MeasureKind.SHIELD:
        raise BadMeasureError(f"`{found['label']}` has no place in {text!r}", "for … days?")
    try:
        measure = MeasureKind(kind)
    except ValueError:
        kinds = [*(known.value for known in MeasureKind), "label", "unlabel"]
        raise BadMeasureError(f"there is no measure `{kind}`", did_you_mean(kind, kinds)) from None
    scopes = [scope.value for scope in LADDER[measure].touches]
    if found["scope"] not in scopes:
        raise BadMeasureError(
            f"{measure.value} does not touch a {found['scope']}", f"it touches: {', '.join(scopes)}"
        )
    _not_of_a_raid(found["scope"], on)
    if seconds is None and not LADDER[measure].endless:
        raise BadMeasureError(
            f"{measure.value} needs an end", f"write `{kind} {found['scope']} for 10 minutes`"
        )
    priority = int(found["priority"] or 0)
    if priority > 100:
        raise BadMeasureError("a priority is between 0 and 100")
    bundle = _bundle(found["label"])
    return Effect(rule, measure, ScopeKind(found["scope"]), seconds, priority, bundle)


def _bundle(name: str | None) -> Bundle:
    try:
        return Bundle(name or Bundle.GENTLE)
    except ValueError:
        bundles = [bundle.value for bundle in Bundle]
        hint = did_you_mean(name or "", bundles)
        raise BadMeasureError(f"there is no shield `{name}`", hint) from None


def _not_of_a_raid(scope: str, on: str) -> None:
    if on == "raid" and scope == "message":
        raise BadMeasureError(
            "a raid is no message", "it has accounts (its core members), a channel and a target"
        )


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    length = _LENGTH.fullmatch(text.strip())
    if length is None:
        raise BadMeasureError(f"{text!r} is not a length of time", "write `10 minutes`, `7 days`")
    seconds = int(length[1]) * UNITS[length[2]]
    if not 1 <= seconds <= LONGEST_LEASE:
        raise BadMeasureError("a measure lasts between one second and a year")
    return seconds


def _labelling(kind: str, thing: str, label: str | None, seconds: int | None) -> Labelling:
    if thing not in ("account", "channel", "target", "message"):
        raise BadMeasureError(f"a {thing} bears no label", "account, channel, target or message")
    if label is None:
        raise BadMeasureError("which label?", f"write `{kind} account newcomer for 2 days`")
    if seconds is None:
        raise BadMeasureError("a label needs an end", f"write `{kind} {thing} {label} for 2 days`")
    return Labelling(thing, label, seconds, kind == "label")
