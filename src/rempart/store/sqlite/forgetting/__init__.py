"""The reach of an erasure into all tables, in SQLite: a part for whoever and whatever is forgotten.

Rules kept in this room:

1. Where an account is named, its pseudonym stands afterwards: counts and cases stay what they were,
   and nothing leads back. Its name and what it wrote are gone.
2. Every statement here may be repeated: after a crash the erasure begins again and ends the same.
3. A row in `erasing` opens what is otherwise append-only, inside this transaction alone.
"""

from __future__ import annotations

from rempart.store.sqlite.forgetting.accounts import SqliteForgettingAccounts
from rempart.store.sqlite.forgetting.entries import SqliteForgettingEntries
from rempart.store.sqlite.forgetting.messages import SqliteForgettingMessages
from rempart.store.sqlite.forgetting.people import SqliteForgettingPeople
from rempart.store.sqlite.forgetting.words import SqliteForgettingWords


class SqliteForgetting(
    SqliteForgettingAccounts,
    SqliteForgettingMessages,
    SqliteForgettingWords,
    SqliteForgettingEntries,
    SqliteForgettingPeople,
):
    """All of them."""
