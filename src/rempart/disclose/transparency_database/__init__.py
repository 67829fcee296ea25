"""Statements of reasons for the Commission's Transparency Database (DSA art. 24(5)): what is said
there, what keeps one from leaving, what an answer of the server means. All of it pure.

`schema.json`: the data schema in force since 1 July 2025 ("v2", served under /api/v1), written
after the server's own validation (github.com/digital-services-act/transparency-database at
69e80a0b, 24 June 2026).
"""
