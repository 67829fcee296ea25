"""Reports, cases and decisions: what is held or reported is looked at, judged once and answered.

Rules of this room:

1. Nothing held is without a case: one case per raid (from *suspect* on), one per held message that
   belongs to no raid (`intake`).
2. Every report gets a receipt, joins the case of its thing, and is answered exactly once, on every
   way a case can close (`reports`, `decisions`).
3. A report moves a person, never a measure: the category chosen buys one early look and nothing
   else; how many reported decides nothing. The one exception, bounded and short, is `first_aid`.
4. A decision is made by a person, once, with a reason. Lifting undoes every measure of the case in
   the same transaction (`decisions`, `undo`).
5. Every change here is an entry of the log in the same transaction (`entries`).
6. Words of a receipt are never stored, only their keyed hash; a contact is stored as ciphertext
   only (`receipts`, `keys`).

All functions take the tables of the transaction they run in and the time as an argument.
"""
