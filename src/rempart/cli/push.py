"""Bringing rules into force: into a data folder, or to a running service over its API."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import msgspec

from rempart.cases.versions import go_live, propose_rules
from rempart.engine.embedded import STORE_FILE, EmbeddedEngine
from rempart.engine.preview import Preview
from rempart.engine.rule_files import LISTS
from rempart.engine.rule_preview import is_broad, of_rules
from rempart.errors import AccessError, InputError, RempartError
from rempart.rules.language import Program
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionRow, VersionState

BY_COMMAND = "command-line"


class BroadError(RempartError):
    """These rules would have hit many accounts: nothing was done. `preview` says whom."""

    exit_code = 1

    def __init__(self, preview: Preview) -> None:
        what = f"one of these rules would have hit {preview.accounts:,} accounts"
        if not preview.reversible:
            what += "; messages would have been removed, which cannot be undone"
        super().__init__(
            f"not put in force: {what}",
            next_step="rempart rules backtest shows whom; --confirm does it all the same",
        )
        self.preview = preview


def push_to_folder(
    data: Path, program: Program, reason: str, *, live: bool, confirmed: bool = False
) -> tuple[str, str]:
    """Id and state of the version. InputError: there is no store in the folder; StoreError: a
    service is running on it; BroadError: somebody must look first."""
    if not (data / STORE_FILE).exists():
        raise InputError(
            "there is no store here",
            where=str(data),
            next_step="name the folder of a service; the first rempart serve makes it",
        )
    engine = EmbeddedEngine.open(data)
    engine.start()
    at_ms = time.time_ns() // 1_000_000

    def change(tables: Tables) -> VersionRow:
        row = propose_rules(tables, program, author=BY_COMMAND, reason=reason, at_ms=at_ms)
        if live and row.state is not VersionState.LIVE:
            row = go_live(
                tables, VersionKind.RULES, row.id, by=BY_COMMAND, reason=reason, at_ms=at_ms
            )
        return row

    try:
        if live and not confirmed:
            with engine.read() as tables:
                preview, _ = of_rules(tables, program)
            if is_broad(preview):
                raise BroadError(preview)
        row = engine.write(change).result()
    finally:
        engine.stop()
    return row.id, row.state.value


def push_to_service(
    address: str,
    token: str | None,
    files: dict[str, str],
    lists: dict[str, str],
    reason: str,
    *,
    live: bool,
    confirmed: bool = False,
) -> tuple[str, str]:
    """The same through the API. AccessError: the token has no right to it."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        made = _post(client, "/api/v1/rules", files=files, lists=lists, reason=reason)
        if live and made["state"] != "live":
            made = _put_in_force(client, f"/api/v1/rules/{made['id']}/live", reason, confirmed)
    return str(made["id"]), str(made["state"])


def read_folder_as_written(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Rule files and lists as they are written; the service folds the lists itself."""
    files = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.toml"))}
    found = sorted((folder / LISTS).glob("*.txt"))
    return files, {path.stem: path.read_text("utf-8") for path in found}


def _put_in_force(client: httpx.Client, path: str, reason: str, confirmed: bool) -> dict[str, Any]:
    """BroadError: the service asks to look first, and this was not confirmed."""
    answer = _send(client, path, {"reason": reason})
    asked = answer.json() if answer.status_code == 409 else {}
    if "confirm" not in asked:
        return _taken(client, answer)
    if not confirmed:
        raise BroadError(msgspec.convert(asked["preview"], Preview))
    return _post(client, path, reason=reason, confirm=asked["confirm"])


def _post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    return _taken(client, _send(client, path, body))


def _send(client: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    where = str(client.base_url)
    try:
        return client.post(path, json=body)
    except httpx.TransportError as error:
        raise InputError(
            f"the service does not answer: {error}",
            where=where,
            next_step="is it running there? rempart serve starts it",
        ) from error


def _taken(client: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    where = str(client.base_url)
    if answer.is_success:
        return dict(answer.json())
    try:
        told = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        told = {"reason": f"it answered {answer.status_code}"}
    if answer.status_code in (401, 403):
        raise AccessError(
            f"the service refused: {told['reason']}",
            where=where,
            next_step="--token, or REMPART_TOKEN: `moderate` proposes, `admin` puts in force",
        )
    raise InputError(
        f"the service refused: {told['reason']}",
        where=str(told.get("where") or where),
        next_step=str(told.get("next_step") or ""),
    )
