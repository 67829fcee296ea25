"""One file per outside service, and the one client that goes out.

Rules of this room:

1. Nothing goes out that the operator did not configure.
2. Everything that goes out goes through `outbound.Outbound`, whatever service it is for.
3. A connector is idempotent by measure id and answers with what came of it, never with an error.
"""
