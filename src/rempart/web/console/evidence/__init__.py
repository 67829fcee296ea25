"""The log, erasure, holds and retention."""
