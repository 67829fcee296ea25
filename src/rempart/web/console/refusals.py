"""What was wrong, in the reader's language: texts of errors and of mistakes in rules, by templates.

Errors are written in English where they arise, in rooms that know no language. A text that a page
may show has its template here: the same words with named holes. What fits one is said in the
reader's language with the same parameters; any other is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from rempart.web.console.labels import N_

TEMPLATES: Final = (
    # conditions of rules
    N_("there is no field `%(name)s`"),
    N_("there is no function `%(name)s`"),
    N_("there is no list `%(name)s`"),
    N_("there is no label `%(name)s`"),
    N_("there is no measure `%(name)s`"),
    N_("there is no kind %(name)s"),
    N_("`%(name)s` is never %(value)s"),
    N_("`%(name)s` looks at messages, and this rule at raids"),
    N_("not an expression: %(why)s"),
    N_("not a pattern: %(why)s"),
    N_("not TOML: %(why)s"),
    N_("a %(one)s cannot be compared with a %(other)s"),
    N_("a condition is a yes or no, this is a %(type)s"),
    N_("and, or, not join yes-or-no parts, this is a %(type)s"),
    N_("%(what)s has no place in a condition"),
    N_("%(function)s needs `%(argument)s`"),
    N_("%(function)s has no argument `%(argument)s`"),
    N_("a key of whole texts would never end"),
    N_("a window is a duration written in the rule, like minutes(10)"),
    N_("a window has between one second and 90 days"),
    # rule files
    N_("a rule needs `%(name)s`"),
    N_("a rule needs `%(name)s` in English and French"),
    N_("a rule needs `measures`"),
    N_("`%(name)s` is missing in `%(language)s`"),
    N_("unknown field `%(name)s`"),
    N_("unknown section `%(name)s`"),
    N_("the name `%(name)s` is taken by %(place)s"),
    N_("%(name)s is no name for a rule"),
    N_("%(text)s is not a measure"),
    N_("%(text)s is not a length of time"),
    N_("%(text)s is not a budget of mistakes"),
    N_("%(measure)s does not touch a %(scope)s"),
    N_("%(measure)s needs an end"),
    N_("a raid is no message"),
    N_("a label needs an end"),
    # hints
    N_("did you mean `%(name)s`?"),
    N_("known: %(names)s"),
    N_("it touches: %(names)s"),
    N_("write it like `hold message for 7 days`"),
    N_("compare it"),
    N_("names are unique"),
    # refusals
    N_("this needs a reason"),
    N_("say why; the log keeps it"),
    N_("a file needs a name"),
    N_("two files have this name"),
    N_("there is no rule"),
    N_("write one, or begin with the starter rule"),
    N_("this version is already in force"),
    N_("somebody else put another version in force meanwhile"),
    N_("look at it, then decide again"),
    N_("there is no such version"),
    N_("this rule did not fall back"),
    N_("%(count)s of its tests do not hold"),
    N_("mend the rule or its test, and propose it again"),
    N_("an error inside; it was logged"),
    N_("try again, then tell the operator"),
    # erasure and holds
    N_("this is no ground for an erasure"),
    N_("a request for this subject waits already"),
    N_("this was answered already"),
    N_("you asked for this: somebody else must confirm it"),
    N_("ask a colleague to open the page Erasure"),
    N_("this has begun already and cannot be taken back"),
    N_("there is no such request"),
    N_("whose data?"),
    N_("this names nobody"),
    N_("an account is named with its platform"),
    N_("write it as twitch/12345"),
    N_("no such kind of hold"),
    N_("what does it cover?"),
    N_("this names nothing"),
    N_("write it with its platform"),
    N_("on what law or order does it rest?"),
    N_("it would end earlier than it does"),
    N_("lift it instead"),
    N_("the second person is somebody else"),
    N_("a hold of this kind runs 1 to %(longest)s days"),
    N_("extend it before it ends, with a reason"),
    N_("there is no such hold"),
    N_("this hold has ended"),
    # the second person
    N_(
        "who asked for this and you were let in by one another, or by the same person, a short"
        " while ago: you can be the second person from %(day)s UTC on"
    ),
    N_("until then somebody who has been here longer can agree"),
    # the yearly report
    N_("the name of the provider is empty: set it as [community] name"),
    N_("no tier is declared for this period: filled as for an online platform"),
    N_("a draft: the day of publication is empty until it is published"),
    N_("this version is withdrawn already"),
    N_("this version is not withdrawn"),
    N_("this withdrawal was confirmed already"),
    N_("another person than who withdrew it agrees"),
    N_("ask somebody who also declares what the place says of itself"),
)
RULE_WORDS: Final = N_("rule `%(rule)s`")
_RULE: Final = re.compile(r"(?P<text>.*) \(rule `(?P<rule>[a-z0-9-]+)`\)", re.S)
_LINE: Final = re.compile(r"(?:(?P<where>[^:() ]+(?::\d+)*): )?(?P<what>.*?)(?: \((?P<next>.*)\))?")


def _form(template: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", template)
    pattern = "".join(
        f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return re.compile(pattern, re.S)


_FORMS: Final = sorted(
    ((_form(template), template) for template in TEMPLATES),
    key=lambda one: -len(re.sub(r"%\(\w+\)s", "", one[1])),
)
"""Those with most words of their own first."""


@lru_cache(maxsize=1_024)
def _fitting(text: str) -> tuple[str, dict[str, str]] | None:
    for form, template in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            return template, found.groupdict()
    return None


def told(text: str, gettext: Callable[[str], str]) -> str:
    """One text of an error or a mistake, in the reader's language."""
    fitting = _fitting(text)
    if fitting is not None:
        template, holes = fitting
        return gettext(template) % holes
    of_a_rule = _RULE.fullmatch(text)
    if of_a_rule is not None:
        rule = gettext(RULE_WORDS) % {"rule": of_a_rule["rule"]}
        return f"{told(of_a_rule['text'], gettext)} ({rule})"
    return text


def told_line(line: str, gettext: Callable[[str], str]) -> str:
    """`RempartError.diagnostics()`, part by part: `where: what (next step)`."""
    parts = _LINE.fullmatch(line)
    if parts is None or _fitting(line) is not None:
        return told(line, gettext)
    place = f"{parts['where']}: " if parts["where"] else ""
    step = f" ({told(parts['next'], gettext)})" if parts["next"] else ""
    return f"{place}{told(parts['what'], gettext)}{step}"
