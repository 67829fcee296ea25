"""The words of the console for the values of the model, as message ids of the catalogue.

One word per thing, from DESIGN's vocabulary; one module per room of the console. A value that has
no word here is shown as it is.
"""

from __future__ import annotations

from rempart.web.console.labels import (
    cases,
    declared,
    erasure,
    evidence,
    found,
    measures,
    orders,
    people,
    refused,
    reports,
    statements,
    targets,
)
from rempart.web.console.labels.marking import N_, Words

__all__ = ["LABELS", "N_"]

LABELS: Words = {
    **cases.WORDS,
    **reports.WORDS,
    **found.WORDS,
    **measures.WORDS,
    **targets.WORDS,
    **people.WORDS,
    **erasure.WORDS,
    **evidence.WORDS,
    **statements.WORDS,
    **orders.WORDS,
    **declared.WORDS,
    **refused.WORDS,
}
