"""A dossier that fits into one volume, as the tests want it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO

from rempart.disclose.dossier import Contents, DossierSummary, volumes_of, write_packed
from rempart.log.note import Signer
from rempart.store.interface import Tables


def contents_of(
    tables: Tables, case: str, signer: Signer, at: datetime, **options: Any
) -> Contents:
    """`options` go to `volumes_of`."""
    return volumes_of(tables, case, signer, at, **options)[0]


def export_dossier(
    tables: Tables, case: str, out: BinaryIO, signer: Signer, at: datetime, **options: Any
) -> DossierSummary:
    return write_packed(contents_of(tables, case, signer, at, **options), out)
