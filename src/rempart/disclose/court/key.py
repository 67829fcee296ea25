"""Annex E: who stands behind each pseudonym, for the court alone.

Made only when the court gave its own key (age, X25519), and encrypted to it before it is anywhere:
in clear it exists in memory only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.disclose.dossier.delivery import age_keys, encrypted
from rempart.disclose.plain_csv import csv_bytes
from rempart.store.interface import Tables

KEY_FILE: Final = "annex-e-pseudonyms.csv.age"


def sealed_key(tables: Tables, recipients: Sequence[str]) -> bytes | None:
    """None without a key. InputError: it is none, or the extra *age* is missing."""
    keys = age_keys(recipients)
    if not keys:
        return None
    rows = [["pseudonym", "name"], *([one.id, one.name] for one in tables.access.people())]
    return encrypted(csv_bytes(rows), keys)
