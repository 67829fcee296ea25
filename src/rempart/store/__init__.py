"""Tables behind the rooms: interfaces, and SQLite (embedded) as their first implementation.

Rules of this room:

1. One writer. Every change happens inside `Store.begin()`, which is one durable transaction.
2. Readers never wait for the writer and see one consistent moment (`Store.read()`).
3. The interface is what other rooms know; `sqlite/` is one sibling, a served store will be another.
   The tests of the interface are a suite that any implementation can run.
"""
