"""A made-up year for a rehearsal: what the three disclosures say before a court or an auditor asks.

Rules kept here:

1. Everything is drawn from the seed: the same plan writes the same figures on every machine (salts
   and receipts of the log are random, as always). Names, accounts and words are made up.
2. It goes through the tables and the log that the service uses: nouns of the model, sealed entries,
   the constraints and triggers of the schema. It does not go through the acts of people and of the
   engine (`decide`, `receive`, `step`), which take a millisecond each: the entries of one case lie
   together in the log, texts are short, and no connector is told of anything.
3. A folder that holds a history already is refused: nothing made up comes near what happened.
"""

from rempart.disclose.rehearsal.plan import Plan
from rempart.disclose.rehearsal.write import rehearse

__all__ = ["Plan", "rehearse"]
