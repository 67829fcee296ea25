"""Statements, the yearly report and the court dossier add up to the unit, whatever happened.

Random histories go through the real acts: the machine holds, people report, decide, appeal, look
again. Each output is then counted in its own way, and `_Counted` of all of them is the same. The
court dossier joins by one function more in `OUTPUTS`.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cases.conftest import *  # noqa: F403

from rempart.disclose.history import Figures, History, read_history, year_of
from rempart.disclose.yearly import Provider, draw_up
from rempart.disclose.yearly.files import csv_set
from rempart.store.interface import Tables
