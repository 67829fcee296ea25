"""The sections `[opinions.NAME]` of `settings.toml`: none by default, and shadow until told.

```toml
[opinions.guard]
kind = "chat"                          # chat, moderations or onnx
url = "http://127.0.0.1:8000/v1/chat/completions"
model = "gpt-oss-safeguard-20b"
allow = ["127.0.0.1"]                  # private addresses it may reach, and with them plain http
key_file = "keys/guard.key"            # sent as a bearer token; relative to the data folder
languages = ["fr", "en"]
band = [0.25, 0.75]                    # of abuse scores: who is sure is not asked about
budget_per_minute = 60                 # texts
shadow = true                          # log what it would do, do nothing
```
"""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from rempart.connect.opinion.interface import OPINION_LABELS, LabelName
from rempart.connect.secret_file import read_secret
from rempart.errors import InputError
from rempart.model import Label

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Threshold = Annotated[float, msgspec.Meta(gt=0, lt=1)]
MAX_POLICY = 200_000


class OpinionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`form` of a chat model: `policy` (it is told our policy, or that of `policy_file`, and
    answers JSON) or `llama-guard` (it knows its own). `folder`: of an ONNX model. `labels`: the
    service's own names for categories, each with the label it means (empty: not used).
    `thresholds`: from which probability on a label counts (0.5 where nothing is said). `release`:
    it may take back a machine's hold. `private`: private messages too, where their recipient
    switched detection on. `channels` empty: all; names, or `platform/channel`. Times in seconds."""

    kind: Literal["chat", "moderations", "onnx"]
    model: str
    url: str = ""
    folder: str = ""
    form: Literal["policy", "llama-guard"] = "policy"
    policy_file: str = ""
    key_file: str = ""
    allow: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en", "fr")
    band: tuple[Share, Share] = (0.25, 0.75)
    labels: dict[str, LabelName] = {}
    thresholds: dict[Label, Threshold] = {}
    budget_per_minute: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 60
    timeout: Annotated[float, msgspec.Meta(gt=0, le=120)] = 10.0
    batch: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16
    max_age: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 600
    shadow: bool = True
    release: bool = False
    private: bool = False
    channels: tuple[str, ...] = ()

    def takes(self, platform: str, channel: str) -> bool:
        names = self.channels
        return not names or channel in names or f"{platform}/{channel}" in names

    @property
    def goes_to(self) -> str:
        """Where texts are sent: a host, or this machine."""
        if self.kind == "onnx":
            return "this machine"
        parts = urlsplit(self.url)
        return parts.hostname or self.url


def check_opinion(settings: OpinionSettings, where: str) -> None:
    """InputError for what could never work. Files are looked at when they are needed."""
    low, high = settings.band
    if not low < high:
        _refuse("band: the first number must be below the second", where, "band = [0.25, 0.75]")
    for label in settings.thresholds:
        if label not in OPINION_LABELS:
            known = ", ".join(sorted(OPINION_LABELS))
            _refuse(f"{label} is no label an opinion can be about", where, f"known: {known}")
    if settings.kind == "onnx":
        if not settings.folder:
            _refuse("folder is missing", where, "name the folder of the model")
        return
    try:
        parts = urlsplit(settings.url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good:
        _refuse("url is not a web address", where, "write it whole, with https://")
    if settings.url.startswith("http://") and not settings.allow:
        _refuse(
            "url: plain http goes only to a private address that you name",
            where,
            'use https, or add allow = ["127.0.0.1"] with the address of your server',
        )
    for text in settings.allow:
        try:
            ip_network(text, strict=False)
        except ValueError:
            _refuse(f"allow: {text!r} is not an address", where, 'as in allow = ["127.0.0.1"]')


def read_key(settings: OpinionSettings, data: Path) -> str | None:
    """The key for the service. InputError when its file cannot be read, is empty, or is open to
    others."""
    if not settings.key_file:
        return None
    return read_secret(data / settings.key_file)


def read_policy(settings: OpinionSettings, data: Path) -> str | None:
    """The operator's own policy text, or None for ours."""
    if not settings.policy_file:
        return None
    path = data / settings.policy_file
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the policy cannot be read: {error}", where=str(path)) from error
    if not text.strip() or len(text) > MAX_POLICY:
        raise InputError("the policy is empty, or too long", where=str(path))
    return text


def _refuse(what: str, where: str, next_step: str) -> None:
    raise InputError(what, where=where, next_step=next_step)
