"""The log and its witnesses, captures, exports, passing on, erasure."""
