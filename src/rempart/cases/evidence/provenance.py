"""How far it is proven that the platform sent an item: three levels, never mixed.

Rules kept here:

1. *Source-signed* is said only of an item whose entry keeps the platform's own signature, which a
   third party can check. A shared secret (HMAC) or a token proves it to us alone, because whoever
   receives such a message could have written it: that is *transport-authenticated*, whatever the
   entry called it when it was written.
2. What a person submitted (a file, a paste, a report's text) is *user-submitted*, and stays so.
3. What an entry does not tell is *user-submitted*: the weakest level, never the strongest.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Proof(StrEnum):
    """From strong to weak."""

    SIGNED = "source-signed"
    TRANSPORT = "transport-authenticated"
    SUBMITTED = "user-submitted"


class Provenance(NamedTuple):
    """`via`: the way it came (`api`, `hook`, `connector`, `file` …); `name`: which token, hook or
    connector, empty when it is not told."""

    proof: Proof
    via: str
    name: str = ""


SIGNATURE: Final = "signature"
"""Key of the source under which the platform's own signature stands, when one is kept."""


def provenance_of(source: Mapping[str, object]) -> Provenance:
    """Of the `source` that an entry carries."""
    try:
        proof = Proof(str(source.get("proof")))
    except ValueError:
        proof = Proof.SUBMITTED
    if proof is Proof.SIGNED and not source.get(SIGNATURE):
        proof = Proof.TRANSPORT
    via, name = source.get("via"), source.get("name")
    return Provenance(
        proof, via if isinstance(via, str) else "", name if isinstance(name, str) else ""
    )
