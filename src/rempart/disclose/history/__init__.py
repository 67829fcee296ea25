"""The one reading of the store that statements, the yearly report and the court dossier share.

Rules kept here:

1. A figure is defined once, in `definitions.py`, with its words, the queries it reads and a
   version. Whoever prints a figure prints that definition.
2. Everything is read as of a size of the log, in one moment; what came later is not there.
3. A *restriction* is a measure that restricts one account by name: it is imposed by exactly one
   statement, the first of its measure. So statements, sheets and dossier add up to the unit.
4. *Own initiative* is what no notice and no order came before (Annex II): read from the statement.
5. Figures are pure functions of columns and a period. Blank (None) is what cannot be; 0 is what
   could have been and was not.
"""

from rempart.disclose.history.definitions import DEFINITIONS, Definition
from rempart.disclose.history.figures import Figures
from rempart.disclose.history.period import Period, half_year_of, period_of, year_of
from rempart.disclose.history.reading import Declared, History, read_history

__all__ = [
    "DEFINITIONS",
    "Declared",
    "Definition",
    "Figures",
    "History",
    "Period",
    "half_year_of",
    "period_of",
    "read_history",
    "year_of",
]
