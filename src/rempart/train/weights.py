"""Which weights are judged: those of a file, or the shipped ones."""

from __future__ import annotations

from pathlib import Path

from rempart.detect.text.model import WeightsError, load
from rempart.detect.text.scoring import TextScorer, shipped_weights
from rempart.errors import InputError


def scorer_of(path: Path | None) -> tuple[TextScorer, str]:
    """A scorer and the version of its weights. Raises InputError when the file holds none."""
    if path is None:
        shipped = shipped_weights()
        return TextScorer(), shipped.version if shipped else "word lists only"
    try:
        weights = load(path.read_bytes())
    except OSError as error:
        raise InputError(error.strerror or str(error), where=str(path)) from error
    except WeightsError as error:
        raise InputError(str(error), where=str(path)) from error
    return TextScorer(weights), weights.version
