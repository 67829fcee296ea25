"""The part of a court dossier that the same log gives again, byte for byte."""

from __future__ import annotations

from rempart.disclose.court.make import UNSTEADY


def steady(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name not in UNSTEADY}
