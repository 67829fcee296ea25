"""The auditor's access: the history as tables, pseudonymised, to query and to take away as Parquet.

Rules kept here:

1. The tables follow from the shared reading of history (`disclose.history`) and hold no words of
   anybody, no name, no account, no place's name and no hash: who and where are numbers, given anew
   in each export in the order of first appearance.
2. A query runs in a process of its own, over a copy in memory, with neither files nor network, and
   with limits of time, memory and rows. What it may be is one SELECT.
3. An export is made fresh for each request and kept nowhere: an erasure has nothing to reach here.
"""

from rempart.disclose.audit.query import LIMITS, Limits, Result, query
from rempart.disclose.audit.tables import SCHEMA, AuditTable, Whole, parquet, read_whole, tables_of

__all__ = [
    "LIMITS",
    "SCHEMA",
    "AuditTable",
    "Limits",
    "Result",
    "Whole",
    "parquet",
    "query",
    "read_whole",
    "tables_of",
]
