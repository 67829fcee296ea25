"""Speed of everything that reads words, as messages per CPU-second on one core.

Compiled and numpy-only, each in a process of its own; beside them, over the same texts and trained
on the same rows, what others would use: TF-IDF with logistic regression (scikit-learn) and fastText
(`uv sync --group bench`; without that group they are left out).

Run: `python -m tests.bench.text`. The chat is real when the shared folder is beside the checkout,
else generated.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

import msgspec

from rempart.model import Account, Message
from rempart.scenario import generate, load

BATCH = 512
MESSAGES = 51_200
ROUNDS = 3
SHARED = Path(os.environ.get("REMPART_SHARED", Path(__file__).parents[3] / "shared"))
START = """
import time
before = time.process_time()
from rempart.detect.interface import Batch
from rempart.detect.text.detector import TextDetector
loaded = time.process_time()
detector = TextDetector()
list(detector.detect(Batch([], [])))
print(f"{time.process_time() - before:.2f} s CPU, {loaded - before:.2f} s of it imports")
"""


def chat() -> list[str]:
    """Ordinary chat: benign, of about 35 characters."""
    path = SHARED / "data" / "chat" / "ubuntu_irc.ndjson.gz"
    if path.exists():
        decoder = msgspec.json.Decoder(Message)
        with gzip.open(path) as lines:
            return [decoder.decode(line).text for line in itertools.islice(lines, MESSAGES)]
    texts: list[str] = []
    for seed in itertools.count(1):
        items = generate("hate-raid", load("hate-raid", seed)).items
        texts += [item.text for item in items if isinstance(item, Message)]
        if len(texts) >= MESSAGES:
            return texts[:MESSAGES]
    raise AssertionError


def measure(name: str, texts: int, work: Callable[[], object]) -> None:
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        begin = process_time()
        work()
        best = min(best, process_time() - begin)
    print(f"  {name:<52}{texts / best:>12,.0f} msg/s{best / texts * 1e6:>9.2f} us", flush=True)


def ours() -> None:
    import numpy as np

    from rempart.detect.facts.finder import FactFinder
    from rempart.detect.facts.forms import FactKind, forms_of
    from rempart.detect.facts.table import Fact, FactTable, make_entries
    from rempart.detect.interface import Batch, Detector
    from rempart.detect.registry import default_detectors
    from rempart.detect.text.detector import TextDetector
    from rempart.detect.text.features import BUCKETS, compiled
    from rempart.detect.text.fold import fold
    from rempart.detect.text.model import ALL_HEADS, Weights
    from rempart.detect.text.scoring import TextScorer, shipped_weights

    texts = chat()
    parts = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    folds = [fold(part) for part in parts]
    at = datetime(2026, 3, 1, 20, tzinfo=UTC)
    batches = [
        [Message(f"m{n}", "p", "c", at, Account("u"), text) for n, text in enumerate(part)]
        for part in parts
    ]
    print(f"{'compiled kernel' if compiled() else 'numpy only'}, batches of {BATCH}")
    weights = shipped_weights()
    if weights is None:
        print("  (no weights are shipped: weights of nought, the same work)")
        heads = len(ALL_HEADS)
        table = np.zeros((BUCKETS, heads), np.int8)
        low = np.full(heads, -9, np.float32)
        weights = Weights(table, np.ones(heads, np.float32), low, "nought")
    scorer = TextScorer(weights)
    measure("fold", len(texts), lambda: [fold(part) for part in parts])
    measure("classifier alone (features, weights, logits)", len(texts),
            lambda: [weights.read(part) for part in folds])  # fmt: skip
    measure("scorer (classifier, lists, second view)", len(texts),
            lambda: [scorer.score(part) for part in folds])  # fmt: skip
    detectors = [
        TextDetector(scorer) if isinstance(detector, TextDetector) else detector
        for detector in default_detectors()
    ]
    for detector in detectors:
        measure(f"detector: {detector.name}", len(texts),
                lambda one=detector: [list(one.detect(Batch(*pair)))
                for pair in zip(batches, folds, strict=True)])  # fmt: skip
    key = bytes(32)
    facts = [
        Fact(
            f"f{n}", "c", key, make_entries(key, key, forms_of(FactKind.NAME, f"Alix Mirandol{n}"))
        )
        for n in range(10)
    ]
    finder = FactFinder(FactTable(key, facts))
    measure("protected facts (10 facts, every message to the target)", len(texts),
            lambda: [finder.find(*pair) for pair in zip(batches, folds, strict=True)])  # fmt: skip

    def together(those: Sequence[Detector]) -> None:
        for part, batch in zip(parts, batches, strict=True):
            seen = Batch(batch, fold(part))
            for detector in those:
                list(detector.detect(seen))
            finder.find(batch, seen.folds)

    wanted = [one for one in detectors if one.name != "spam"]
    measure("fold, text, personal data, links, facts together", len(texts),
            lambda: together(wanted))  # fmt: skip
    measure("the same with spam", len(texts), lambda: together(detectors))
    times = []
    for message in itertools.islice(itertools.chain(*batches), 4_000):
        begin = process_time()
        seen = Batch([message], fold([message.text]))
        for detector in detectors:
            list(detector.detect(seen))
        times.append(process_time() - begin)
    times.sort()
    print(f"  one message alone, all detectors: median {median(times) * 1e6:.0f} us, "
          f"99th percentile {times[len(times) * 99 // 100] * 1e6:.0f} us")  # fmt: skip


def others() -> None:
    """Trained on 20,000 rows where the shared folder is there, else on the chat itself."""
    texts = chat()
    parts = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    rows = _labelled(20_000) or [(text, number % 2) for number, text in enumerate(texts[:20_000])]
    if importlib.util.find_spec("sklearn") is not None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        pipeline = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(max_iter=200)
        )
        pipeline.fit([text for text, _ in rows], [label for _, label in rows])
        measure("scikit-learn: TF-IDF (1–2 words) + LR, one head", len(texts),
                lambda: [pipeline.predict_proba(part) for part in parts])  # fmt: skip
    else:
        print("  scikit-learn is not installed: uv sync --group bench")
    if importlib.util.find_spec("fasttext") is not None:
        import fasttext

        with tempfile.TemporaryDirectory() as place:
            file = Path(place) / "train.txt"
            lines = (f"__label__{label} {' '.join(text.split())}\n" for text, label in rows)
            file.write_text("".join(lines))
            fasttext.FastText.eprint = lambda _: None
            model = fasttext.train_supervised(
                str(file), minn=3, maxn=5, wordNgrams=2, bucket=1 << 18, dim=50, epoch=2,
                thread=1, verbose=0,
            )  # fmt: skip
        clean = [[text.replace("\n", " ") for text in part] for part in parts]
        measure("fastText (3–5 characters, 2 words), one head", len(texts),
                lambda: [model.predict(part) for part in clean])  # fmt: skip
    else:
        print("  fastText is not installed: uv sync --group bench")


def _labelled(count: int) -> list[tuple[str, int]]:
    path = SHARED / "data" / "text" / "train.ndjson.gz"
    if not path.exists():
        return []
    with gzip.open(path) as lines:
        rows = [msgspec.json.decode(line) for line in itertools.islice(lines, 4 * count)]
    return [(row["text"], row["hate"]) for row in rows if "hate" in row][:count]


def _child(part: str, extra: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.bench.text", "--part", part]
    subprocess.run(command, check=True, env={**os.environ, **extra})


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("ours", "others"))
    part = parser.parse_args(arguments).part
    if part is not None:
        {"ours": ours, "others": others}[part]()
        return
    texts = chat()
    print(f"{len(texts):,} messages, median {median(map(len, texts)):.0f} characters")
    _child("ours", {"REMPART_NO_KERNEL": "0"})
    _child("ours", {"REMPART_NO_KERNEL": "1"})
    print("others")
    _child("others", {"OMP_NUM_THREADS": "1"})
    print("start: ", end="", flush=True)
    subprocess.run([sys.executable, "-c", START], check=True)


if __name__ == "__main__":
    main()
