"""The yearly transparency report (DSA art. 15, 24, 42; Implementing Regulation (EU) 2024/2835).

Rules kept here:

1. The official template is data, with the day from which it holds; a changed template is a new file
   beside the old one, and each period keeps the template of its first day.
2. Sheets are filled by position, never by label: labels of the template are partly wrong, and stay
   as they are. Each known defect is named in *contextual information*.
3. Blank is what cannot be on this service, 0 what could have been and was not. A median or a share
   of nothing is blank.
4. One thing is in one row; rows of a category add up to it, categories to the total.
5. Same log, same settings, same bytes. A published version is never changed: the next one says what
   changed and why, and all are kept.
"""

from rempart.disclose.yearly.report import Provider, Report, draw_up
from rempart.disclose.yearly.template import Template, template_for

__all__ = ["Provider", "Report", "Template", "draw_up", "template_for"]
