"""From whatever arrives (HTTP body, file, stdin) to checked messages and events, one by one.

Rules of this room:

1. One bad item never costs the batch: it becomes an `ItemRefusal` with place, field and reason.
2. The bytes of an item are kept exactly as received, beside the item (`Parsed.raw`).
3. What was sent is not interpreted twice: duplicate keys are refused, unknown keys are kept in
   `extra`, nothing is guessed.
4. Memory is bounded by the limits of one item, never by the length of the input.
"""

from rempart.ingest.array import parse_array
from rempart.ingest.bounds import MAX_DEPTH, MAX_LINE_BYTES, TooManyItemsError
from rempart.ingest.compressed import gunzip
from rempart.ingest.decode import parse_lines, parse_one
from rempart.ingest.parsed import Parsed
from rempart.ingest.stream import ByteSource, open_input, read_ndjson

__all__ = [
    "MAX_DEPTH",
    "MAX_LINE_BYTES",
    "ByteSource",
    "Parsed",
    "TooManyItemsError",
    "gunzip",
    "open_input",
    "parse_array",
    "parse_lines",
    "parse_one",
    "read_ndjson",
]
