"""Whether dossiers can be made here as documents, dated, and encrypted to their readers."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from rempart.cli.findings import Finding, State
from rempart.errors import MissingExtraError, RempartError


def check_documents(data: Path) -> Finding:
    """The extras, and the operator's own seal when one is named."""
    from rempart.disclose.dossier.document.settings import own_seal_of
    from rempart.disclose.dossier.document.typeset import require_extra
    from rempart.web.settings import load_settings

    try:
        require_extra()
        settings = load_settings(data)
        own = own_seal_of(data, settings.documents)
    except RempartError as error:
        state = State.MIND if isinstance(error, MissingExtraError) else State.WRONG
        return Finding("documents", state, error.what, error.next_step)
    seal = f"sealed by {own.name}" if own is not None else "sealed by a key made in keys/"
    dated = "dated by an authority" if settings.timestamps else "without a date of an authority"
    if find_spec("pyrage") is None:
        return Finding(
            "documents",
            State.MIND,
            f"PDF/A, {seal}, {dated}; nothing can be encrypted to its reader",
            "pip install 'rempart[age]'",
        )
    return Finding("documents", State.OK, f"PDF/A, {seal}, {dated}; age is there")
