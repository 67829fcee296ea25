"""The court dossier: what a court may order of means, people, reports and transmissions.

After the order of the tribunal judiciaire de Paris of 6 July 2021 (RG 20/53181): four heads, 23
sections, five annexes. Rules kept here:

1. Everything is read in one moment, as of a size of the log, by the reading that statements and the
   yearly report use too (`disclose.history`): the three add up to the unit.
2. What nobody declared is *not declared*, and what no table keeps is *not recorded*: never zero.
3. The same log, size, period, perimeter and language give the same bytes; only a signature and what
   is encrypted differ from run to run, and the files that hold one say so.
4. Nobody's name is in it. Who did something is a pseudonym; the key of pseudonyms is made only for
   the court's own key, encrypted. Nationalities below five are merged, and told of one day only, so
   that no two tables can be subtracted.
"""

from rempart.disclose.court.draw import Dossier, draw
from rempart.disclose.court.read import Perimeter
from rempart.disclose.court.table import Table

__all__ = ["Dossier", "Perimeter", "Table", "draw"]
