"""Prints what was measured beside the goal of each cell. `!` marks a cell that misses its goal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from tests.evaluate.baselines import NAMES
from tests.evaluate.benign import Quiet
from tests.evaluate.figures import mean, percentile, poisson_bounds, wilson
from tests.evaluate.kinds import FAST_BOTS, KINDS, NO_GOAL, NO_TEXT, SLOW_BOTS, Goal
from tests.evaluate.score import Score

FAST = 240.0
BY_RATE = ("bots-0", "bots-1", "bots-2", "bots-3", "bots-hype")
Row = list[str]


def attacks(scores: Sequence[Score], mode: str = "ages") -> list[str]:
    """One line per kind; bot raids again by rate, because their goal depends on it."""
    rows: list[Row] = [
        [
            "kind", "found", "95 %", "goal", "p50", "p95", "goal", "msgs p50/p95", "members P",
            "R", "goal", "core P/R", "after", "bystanders", "stray", "flagged", *NAMES, "newc. P/R",
        ]
    ]  # fmt: skip
    for name, kind in KINDS.items():
        mine = [score for score in scores if score.kind == name]
        if mine and kind.goal is not None:
            goal = NO_TEXT if mode == "text-off" else kind.goal
            rows.append(_attack_row(name, mine, goal, timed=name not in BY_RATE))
    if mode != "text-off":
        rows += _bots_by_rate([score for score in scores if score.kind in BY_RATE])
    return _aligned(rows) if len(rows) > 1 else []


def _bots_by_rate(bots: Sequence[Score]) -> list[Row]:
    fast = [score for score in bots if score.per_minute >= FAST]
    slow = [score for score in bots if score.per_minute < FAST]
    rows = []
    for title, mine, goal in (
        ("bots, >= 240/min", fast, FAST_BOTS),
        ("bots, < 240/min", slow, SLOW_BOTS),
    ):
        if mine:
            rows.append(_attack_row(title, mine, goal, timed=True))
    return rows


def _attack_row(title: str, scores: Sequence[Score], goal: Goal, *, timed: bool) -> Row:
    hits = [score for score in scores if score.seconds is not None]
    share = len(hits) / len(scores)
    low, high = wilson(len(hits), len(scores))
    seconds = _numbers(score.seconds for score in hits)
    counts = _numbers(score.before for score in hits)
    measured = counts if goal.in_messages else seconds
    show: Callable[[float | None], str] = _count if goal.in_messages else _time
    p50, p95 = percentile(measured, 0.5), percentile(measured, 0.95)
    precision = mean(_numbers(score.precision for score in hits))
    recall = mean(_numbers(score.recall for score in hits))
    return [
        title,
        _cell(f"{len(hits)}/{len(scores)}", share >= goal.found),
        f"{low:.2f}-{high:.2f}",
        "-" if goal is NO_GOAL else f"{goal.found:.2f}",
        _cell(show(p50), not timed or not hits or (p50 or 0) <= goal.p50),
        _cell(show(p95), not timed or not hits or goal.p95 is None or (p95 or 0) <= goal.p95),
        f"{show(goal.p50)}/{show(goal.p95)}" if timed else "by rate",
        f"{_count(percentile(counts, 0.5))}/{_count(percentile(counts, 0.95))}",
        _cell(_share(precision), not hits or (precision or 0) >= goal.precision),
        _cell(_share(recall), not hits or (recall or 0) >= goal.recall),
        "-" if goal is NO_GOAL else f"{goal.precision:.2f}/{goal.recall:.2f}",
        f"{_average(hits, 'core_precision')}/{_average(hits, 'core_recall')}",
        _average(hits, "touched"),
        _average(hits, "bystanders"),
        str(sum(score.stray for score in scores)),
        _average(scores, "flagged"),
        *(_baseline(scores, name) for name in NAMES),
        f"{_average(scores, 'newcomers_precision')}/{_average(scores, 'newcomers_recall')}",
    ]


def negatives(scores: Sequence[Score]) -> list[str]:
    """One line per hard negative: how far it went, and which baselines alarmed."""
    rows: list[Row] = [
        [
            "hard negative",
            "runs",
            "attack",
            "95 %",
            "allowed",
            "suspect",
            "notice",
            "flagged",
            *NAMES,
        ]
    ]
    for name, kind in KINDS.items():
        mine = [score for score in scores if score.kind == name]
        if not mine or kind.goal is not None:
            continue
        stages = [score.stage for score in mine]
        wrong = stages.count("attack")
        low, high = wilson(wrong, len(mine))
        rows.append(
            [
                name,
                str(len(mine)),
                _cell(str(wrong), wrong / len(mine) <= kind.allowed),
                f"{low:.2f}-{high:.2f}",
                f"{kind.allowed:.2f}",
                str(stages.count("suspect")),
                str(stages.count("notice")),
                _average(mine, "flagged"),
                *(_baseline(mine, baseline) for baseline in NAMES),
            ]
        )
    return _aligned(rows) if len(rows) > 1 else []


def benign(quiet: Sequence[Quiet]) -> list[str]:
    """The table of benign chat, the cell of the goal, and each false alarm with its reasons."""
    alarms = [
        f"  false attack on {channel.host}: {alarm}"
        for channel in quiet
        for alarm in channel.alarms[:12]
    ]
    return [*benign_rows(quiet), *given_chat(quiet), *alarms]


def benign_rows(quiet: Sequence[Quiet]) -> list[str]:
    """False alarms on benign chat with their Poisson bounds per 1,000 channel-hours."""
    rows: list[Row] = [
        [
            "benign", "hours", "messages", "attack", "per 1,000 h", "95 %", "suspect", "notice",
            "us target", "us spread", "us long", "state B", *(f"{name} /kh" for name in NAMES),
        ]
    ]  # fmt: skip
    for channel in quiet:
        wrong = channel.stages["attack"]
        low, high = poisson_bounds(wrong)
        scale = 1_000 / channel.hours
        rows.append(
            [
                channel.host,
                str(channel.hours),
                str(channel.messages),
                str(wrong),
                f"{wrong * scale:.2f}",
                f"{low * scale:.2f}-{high * scale:.2f}",
                str(channel.stages["suspect"]),
                str(channel.stages["notice"]),
                f"{channel.target_us:.1f}",
                f"{channel.spread_us:.1f}",
                f"{channel.long_us:.1f}",
                str(channel.biggest_state),
                *(
                    f"{channel.baselines[name] * scale:.0f}" if channel.baselines else "-"
                    for name in NAMES
                ),
            ]
        )
    return _aligned(rows)


def given_chat(quiet: Sequence[Quiet]) -> list[str]:
    """The two given files together: the cell of the goal."""
    given = [channel for channel in quiet if channel.host in ("stream", "irc")]
    if not given:
        return []
    wrong = sum(channel.stages["attack"] for channel in given)
    hours = sum(channel.hours for channel in given)
    low, high = poisson_bounds(wrong)
    return [
        f"the given chat: {wrong} false attacks in {hours} channel-hours, "
        f"{1_000 * wrong / hours:.2f} per 1,000 h (95 % {1_000 * low / hours:.2f}-"
        f"{1_000 * high / hours:.2f}); goal at most 1{'' if wrong <= 1 else '  !'}"
    ]


def worst(scores: Sequence[Score], mode: str) -> list[str]:
    """What to look at first: missed, latest and worst-named attacks, and alarmed negatives."""
    lines: list[str] = []
    for name, kind in KINDS.items():
        mine = [score for score in scores if score.kind == name]
        if kind.goal is None:
            bad = [(score, "became an attack") for score in mine if score.stage == "attack"]
        else:
            missed = [score for score in mine if score.seconds is None]
            bad = [(score, f"missed, stage {score.stage}") for score in missed[:3]]
            hits = [score for score in mine if score.seconds is not None]
            hits.sort(key=lambda score: (score.precision or 0) + (score.recall or 0))
            for score in hits[:2]:
                low = (score.precision or 0) < kind.goal.precision
                if low or (score.recall or 0) < kind.goal.recall:
                    named = f"P {_share(score.precision)} R {_share(score.recall)}"
                    bad.append((score, f"members {named}, core P {_share(score.core_precision)}"))
            late = max(hits, key=lambda score: score.seconds or 0, default=None)
            if late is not None and (late.seconds or 0) > (kind.goal.p95 or 1e9):
                bad.append((late, f"after {_time(late.seconds)}, {late.before} messages"))
        lines += [
            f"{name:17} {why} ({score.host}, {score.messages} messages, "
            f"flagged {_share(score.flagged)})"
            f"  --kinds {name} --seed {score.seed} --runs 1 --modes {mode} --verbose"
            for score, why in bad[:5]
        ]
    return lines


def cost(scores: Sequence[Score]) -> str:
    """CPU of the operators in the excerpts with attacks."""
    rows = sum(score.rows for score in scores)
    seconds = sum(score.cpu for score in scores)
    return f"operators in the injected excerpts: {1e6 * seconds / max(rows, 1):.1f} us per message"


def _numbers(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _average(scores: Sequence[Score], field: str) -> str:
    return _share(mean(_numbers(getattr(score, field) for score in scores)))


def _baseline(scores: Sequence[Score], name: str) -> str:
    """Share alarmed and the median seconds."""
    times = _numbers(score.baselines.get(name) for score in scores)
    if not times:
        return "0"
    return f"{len(times) / len(scores):.2f} {_time(percentile(times, 0.5))}"


def _cell(text: str, met: bool) -> str:
    return text if met else f"{text} !"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _count(value: float | None) -> str:
    return "-" if value is None or math.isinf(value) else f"{value:.0f}"


def _time(seconds: float | None) -> str:
    if seconds is None or math.isinf(seconds):
        return "-"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3_600:.1f} h" if seconds < 2 * 86_400 else f"{seconds / 86_400:.1f} d"


def _aligned(rows: Sequence[Row]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        " | ".join(
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
