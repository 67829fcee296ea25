"""Evidence, dossiers and their verifier: CPU time of each step, the verifier as a stranger runs it.

Run: `python -m tests.bench.dossier [--messages 1000 20000]`.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.disclose.exporting import contents_of

from rempart.cases.evidence.promoted import promote
from rempart.disclose.dossier import edition

sys.path.insert(0, str(Path(__file__).parents[1] / "disclose"))

from incident import EXPORTED, build

SAID = "leave now, idiot, and tell @nour that we know where you live and where you work every day"
GOAL = {1_000: 1.0, 20_000: 5.0}


def measure(messages: int, folder: Path) -> None:
    incident = build(folder, chat=2 * messages, bots=messages, said=SAID, promoted=False)
    begin = time.process_time()
    with incident.store.begin() as tables:
        promoted = promote(tables, incident.case)
    print(f"promoted: {(time.process_time() - begin) / promoted * 1e6:.0f} µs an entry")
    for name in ("court", "lawyer"):
        begin = time.process_time()
        with incident.store.read() as tables:
            files = contents_of(
                tables, incident.case, incident.signer, EXPORTED, edition=edition(name)
            ).files
        made = time.process_time() - begin
        place = folder / name
        for path, data in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(data)
        size = sum(map(len, files.values())) / 2**20
        print(
            f"{messages} messages for {name}: {size:.1f} MB, made and checked in {made:.2f} s; "
            f"verify.py {_alone(place):.2f} s (goal {GOAL.get(messages, 5.0)} s)"
        )


def _alone(place: Path) -> float:
    """CPU seconds of verify.py, as a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-I", "-S", str(place / "verify.py"), str(place)],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, nargs="+", default=[1_000, 20_000])
    for messages in parser.parse_args().messages:
        with tempfile.TemporaryDirectory() as folder:
            measure(messages, Path(folder))


if __name__ == "__main__":
    main()
