"""One file or folder per outside service, and the ways out that all of them use.

Rules of this room:

1. Nothing goes out that the operator did not configure.
2. Everything that goes out goes through `outbound` (requests, streams) or `lasting` (lines,
   WebSockets), whatever platform it is for; both ask `places` where a connection may go.
3. A connector out is idempotent by measure id and answers with what came of it, never with an
   error. A connector in hands over items of our own form and mends itself (`source`).
"""
