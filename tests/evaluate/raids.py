"""`python -m tests.evaluate.raids`: every kind injected into real chat, beside four baselines.

Rules of this module:

1. The chat is read and judged once; the runs share it and are divided among processes.
2. A run is named by kind, seed and mode and can be had again alone: `--kinds bots-2 --seed 7
   --runs 1 --verbose`.
3. Modes: `ages` (simulated account ages), `no-ages`, `text-off` (ages, text detector off),
   `real-words` (ages; people of the attacks use real abusive messages, which are never shown).
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import math
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from tests.evaluate import table
from tests.evaluate.benign import Quiet, replay, replay_cold
from tests.evaluate.channels import many_channels
from tests.evaluate.drive import in_force
from tests.evaluate.hosts import Checkpoint, Host, Judged, aged, benign, read_all
from tests.evaluate.kinds import EARLY, KINDS, PEOPLE, Kind
from tests.evaluate.run import Bench, play
from tests.evaluate.scene import UNSEEN_FROM
from tests.evaluate.score import Score, score
from tests.evaluate.story import story
from tests.evaluate.texts_real import abusive_texts

import rempart.detect
from rempart.detect.interface import Detector
from rempart.detect.registry import default_detectors, target_operator

MODES = ("ages", "no-ages", "text-off", "real-words")
_SPACING = {"stream": 1_800.0, "stream-30": 1_800.0, "stream-6": 1_800.0}
_PRIMARY = ("stream", "irc")

# Filled before the worker processes are forked, so that they share the chat without copying it.
_INHERITED: list[Bench] = []


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _options().parse_args(arguments)
    kinds = _kinds(chosen.kinds)
    runs = chosen.runs or (12 if chosen.quick else 300)
    modes = chosen.modes.split(",") if chosen.modes else (("ages",) if chosen.quick else MODES)
    first_seed = UNSEEN_FROM + chosen.seed if chosen.unseen else chosen.seed
    report: dict[str, Any] = {
        "command": _command(arguments or sys.argv[1:]),
        "detector": _detector(),
        "runs": runs,
        "seed": first_seed,
        "modes": {},
    }
    read: dict[bool, dict[str, list[Judged]]] = {}
    for mode in modes:
        detectors = tuple(d for d in default_detectors() if mode != "text-off" or d.name != "text")
        if (mode == "text-off") not in read:
            _say(chosen, f"reading and judging the chat ({mode}) ...")
            try:
                read[mode == "text-off"] = benign(read_all(detectors))
            except FileNotFoundError as error:
                raise SystemExit(str(error)) from None
        report["modes"][mode] = _one_mode(
            mode, read[mode == "text-off"], detectors, kinds, runs, first_seed, chosen
        )
    if chosen.json:
        Path(chosen.json).write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    return 0


def _one_mode(
    mode: str,
    rows: dict[str, list[Judged]],
    detectors: Sequence[Detector],
    kinds: Sequence[Kind],
    runs: int,
    first_seed: int,
    chosen: argparse.Namespace,
) -> dict[str, Any]:
    started = time.monotonic()
    if mode == "text-off":
        kinds = [kind for kind in kinds if kind.name in EARLY or kind.goal is None]
    if mode == "real-words":
        kinds = [kind for kind in kinds if kind.name in PEOPLE]
    ages = mode != "no-ages"
    hosts = {name: Host(name, aged(found, ages=ages)) for name, found in rows.items()}
    operators = in_force()._replace(detectors=tuple(detectors))
    if chosen.without_campaign:
        operators = operators._replace(campaign=None)
    channels = many_channels(hosts["irc-run"]) if any(k.make is None for k in kinds) else []
    real = abusive_texts() if mode == "real-words" else None
    bench = Bench(operators, detectors, hosts, channels, ages, real)
    _INHERITED[:] = [bench]
    quiet = _replay_all(kinds, chosen)
    _say(chosen, f"{mode}: chat replayed in {time.monotonic() - started:.0f} s")
    tasks = [(kind.name, first_seed + run) for run in range(runs) for kind in kinds]
    if chosen.verbose:
        for name, seed in tasks:
            print(story(play(bench, KINDS[name], seed), texts=real is None))
    scores = _shared(_scored, tasks, chosen.processes, chosen.minutes * 60)
    del scores[len(scores) - len(scores) % len(kinds) :]  # as many runs of each kind
    scores.sort(key=lambda found: (found.kind, found.seed))
    _print(mode, scores, [] if chosen.no_benign else quiet, chosen, time.monotonic() - started)
    return {"benign": quiet, "runs": scores}


def _replay_all(kinds: Sequence[Kind], chosen: argparse.Namespace) -> list[Quiet]:
    """Benign figures of every channel; leaves the checkpoints in the hosts."""
    bench = _INHERITED[0]
    needed = {host for kind in kinds if kind.make for host in kind.hosts}
    names = [name for name in bench.hosts if name in needed or not chosen.no_benign]
    tasks = [(name, False) for name in names]
    if not chosen.no_benign and not chosen.quick:
        tasks += [(name, True) for name in _PRIMARY]
    quiet = []
    for (name, _), (found, points) in zip(
        tasks, _shared(_replayed, tasks, chosen.processes), strict=True
    ):
        quiet.append(found)
        if points:
            bench.hosts[name].checkpoints = points
    return quiet


def _replayed(task: tuple[str, bool]) -> tuple[Quiet, list[Checkpoint]]:
    bench = _INHERITED[0]
    name, cold = task
    host = bench.hosts[name]
    if cold:
        return replay_cold(bench.operators, host), []
    spacing = _SPACING.get(name, 4 * 3_600.0)
    return replay(bench.operators, host, spacing=spacing, baselines=True)


def _scored(task: tuple[str, int]) -> Score:
    bench = _INHERITED[0]
    name, seed = task
    return score(play(bench, KINDS[name], seed))


def _shared(
    work: Callable[[Any], Any], tasks: Sequence[Any], processes: int, seconds: float = math.inf
) -> list[Any]:
    """The results in order of the tasks, those that were there in time; forked processes see what
    was read without copying."""
    until = time.monotonic() + seconds
    if processes <= 1 or len(tasks) < 2:
        return _in_time(map(work, tasks), until)
    gc.collect()
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        results = _in_time(pool.imap(work, tasks, chunksize=1), until)
    gc.unfreeze()
    return results


def _in_time(results: Iterable[Any], until: float) -> list[Any]:
    found: list[Any] = []
    for result in results:
        found.append(result)
        if time.monotonic() >= until:
            break
    return found


def _print(
    mode: str, scores: list[Score], quiet: list[Quiet], chosen: argparse.Namespace, seconds: float
) -> None:
    unseen = "held-out frames and operators" if chosen.unseen else "ordinary frames"
    print(f"\n== {mode}: {len(scores)} runs, {unseen}, {seconds:.0f} s ==")
    for title, lines in (
        (
            "attacks (P/R of members, means over found runs; times over found runs)",
            table.attacks(scores, mode),
        ),
        ("hard negatives", table.negatives(scores)),
        ("benign chat", table.benign(quiet) if quiet else []),
        ("worst, and how to see one again", table.worst(scores, mode)),
    ):
        if lines:
            print(f"\n-- {title}")
            print("\n".join(lines))
    print(f"\n{table.cost(scores)}")
    sys.stdout.flush()


def _detector() -> str:
    """Version of the operator and a fingerprint of the code: what was measured."""
    folder = Path(rempart.detect.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".tsv")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return f"{target_operator().version} (code {digest.hexdigest()[:12]})"


def _command(arguments: Sequence[str]) -> str:
    """How to have these figures again; where they were written to is nobody's business."""
    words = iter(arguments)
    kept = []
    for word in words:
        if word == "--json":
            next(words, None)
        elif word not in ("--silent", "--verbose"):
            kept.append(word)
    return f"make evaluate-raids ARGS={' '.join(kept)!r}" if kept else "make evaluate-raids"


def _kinds(wanted: str | None) -> list[Kind]:
    if not wanted:
        return list(KINDS.values())
    names = wanted.split(",")
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise SystemExit(f"no such kind: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    return [KINDS[name] for name in names]


def _say(chosen: argparse.Namespace, text: str) -> None:
    if not chosen.silent:
        print(text, file=sys.stderr, flush=True)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluate.raids", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="12 runs a kind, with ages only")
    parser.add_argument("--runs", type=int, help="runs a kind (300)")
    parser.add_argument(
        "--minutes", type=float, default=math.inf, help="stop the runs of a mode after that long"
    )
    parser.add_argument("--kinds", help="names, with commas between")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first run (1)")
    parser.add_argument("--unseen", action="store_true", help="held-out frames and operators")
    parser.add_argument("--modes", help="of " + ",".join(MODES))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", help="write every run's measures to this file")
    parser.add_argument("--no-benign", action="store_true", help="leave out benign figures")
    parser.add_argument(
        "--without-campaign",
        action="store_true",
        help="leave out the operator with the long memory",
    )
    parser.add_argument("--verbose", action="store_true", help="tell each run message by message")
    parser.add_argument("--silent", action="store_true", help="no progress on standard error")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
