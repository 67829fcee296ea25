"""Made-up screens of rules and learning, with hostile names, texts and reasons in them."""

from __future__ import annotations

from made_up import HOSTILE, NOW

from rempart.engine.learning import Trial
from rempart.model import Verdict
from rempart.rules.language import Problem
from rempart.rules.language.trial import TrialResult
from rempart.web.console.rules import rule_screens as rs
from rempart.web.console.rules.learning_page import LearnedVersion, LearningScreen
from rempart.web.console.screens import Said, SignalSeen

MARKUP = "</textarea><script>alert(1)</script>"
TEXTS = {"en": HOSTILE, "fr": HOSTILE}
SIGNALS = [SignalSeen("text", "1", "insult", 0.9, (0, 4), HOSTILE)]
SAID = Said(7, "m7", NOW, "u1", HOSTILE, None, HOSTILE, Verdict.HOLD, 0.9, {"insult": 0.9}, SIGNALS)
EXAMPLES = [
    rs.Example(SAID, "twitch", HOSTILE, "c-1"),
    rs.Example(SAID, "twitch", HOSTILE, None),
]
RULES = [
    rs.RuleRow(
        name=f"rule-{state}",
        state=state,
        canary=10,
        file="house.toml",
        line=1,
        description=TEXTS,
        tests=2,
        looks_at="raid" if state == "live" else "message",
        fell_back=state == "shadow",
        failing={"labels": "hold"},
        measures=["hold message"],
        acted=3,
        would=4,
        on=5,
        errors=6,
        failures={"labels": 2},
    )
    for state in ("off", "shadow", "canary", "live")
]
VERSIONS = [
    rs.VersionLine(f"{number}" * 32, state, None, HOSTILE, HOSTILE, NOW, HOSTILE, NOW)
    for number, state in enumerate(("live", "proposed", "replaced", "reverted"), 1)
]
HISTORY = rs.History(
    messages=1_200,
    begin=NOW,
    end=NOW,
    step_s=0.2,
    rules=[
        rs.RuleHistory(
            "no-viewbots", "live", 9, 7, 2, 1, 2, 3, 4, 5, {"hold-abuse": 2, "other": 1},
            [0, 3, 6] * 20, 6, NOW, EXAMPLES,
        ),
        rs.RuleHistory("quiet", "shadow", 0, 0, 0, 0, 0, 0, 0, 0, {}, [], 0, None, []),
    ],
)  # fmt: skip
PROBLEM = Problem("house.toml", 1, 2, 9, HOSTILE, HOSTILE, HOSTILE)
TESTS = [
    TrialResult("no-viewbots", HOSTILE, "house.toml", 3, passed, ("hold message",), (), HOSTILE)
    for passed in (True, False)
]
TRIAL = Trial(20, 2, 300, 0.01, 0.009, 4, 0.5, 0.75, 600, 0.01, 0.002, 4_000, [1, 2], [3])


def rules(*, empty: bool = False) -> rs.RulesScreen:
    return rs.RulesScreen(
        now=NOW,
        builtin=[rs.BuiltinRow("hold-abuse", TEXTS, 3, 1)],
        live=None if empty else VERSIONS[0],
        rules=[] if empty else RULES,
        versions=[] if empty else VERSIONS,
        looked=0 if empty else 2_000,
        standing={} if empty else {"hold": 3, "mute": 1},
        may_write=True,
        may_deploy=not empty,
    )


def version(*, asked: bool = False) -> rs.VersionScreen:
    lines = [rs.DiffLine(sign, "12" if sign == "@" else HOSTILE) for sign in "@ -+"]
    changes = ("changed", "added", "removed", "same")
    return rs.VersionScreen(
        now=NOW,
        version=VERSIONS[1],
        moves=[rs.MoveLine("proposed", HOSTILE, HOSTILE, NOW)],
        rules=RULES,
        files=[rs.FileDiff(f"{w}.toml", w, lines if w != "same" else []) for w in changes],
        against=VERSIONS[0].id,
        others=VERSIONS,
        may_write=True,
        may_deploy=True,
        history=HISTORY if asked else None,
        reason=HOSTILE,
        failed="" if asked else HOSTILE,
        many=25,
    )


def editor(asked: str = "", *, wrong: bool = False) -> rs.Editor:
    problems = [PROBLEM] if wrong else []
    return rs.Editor(
        now=NOW,
        base=VERSIONS[0].id,
        files=[rs.Written("house.toml", MARKUP, problems)],
        lists=[rs.Written("ads", MARKUP)],
        asked=asked,
        problems=problems,
        rules=RULES,
        tests=TESTS if asked == "test" else [],
        history=HISTORY if asked == "compare" else None,
        reason=HOSTILE,
    )


def learning(*, empty: bool = False) -> LearningScreen:
    versions = [LearnedVersion(one, TRIAL, 2, 3, EXAMPLES, EXAMPLES) for one in VERSIONS]
    return LearningScreen(
        now=NOW,
        detector="1+2a",
        decisions=0 if empty else 20,
        fresh=0 if empty else 4,
        fewest=3,
        live=None if empty else VERSIONS[0].id,
        versions=[] if empty else versions,
        may_write=True,
        may_deploy=True,
        failed=HOSTILE,
        reason=HOSTILE,
    )
