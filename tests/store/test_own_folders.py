"""What a killed process leaves in the temporary folder goes at the next start, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from rempart.store.own_folders import LOCK, OLD_SECONDS, drop_left_behind, own_folder

WORKING = """
import sys, time
from rempart.store.own_folders import own_folder
with own_folder("capture") as folder:
    (folder / "Default").mkdir()
    (folder / "Default" / "Cache").write_text("what a page showed")
    print(folder, flush=True)
    time.sleep(600)
"""


def test_a_killed_process_leaves_its_folder_until_the_next_start(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    child = subprocess.Popen([sys.executable, "-c", WORKING], stdout=subprocess.PIPE, env=env)
    assert child.stdout is not None
    left = Path(child.stdout.readline().decode().strip())
    assert drop_left_behind(tmp_path) == 0, "somebody works in it"
    child.kill()
    child.wait()
    child.stdout.close()
    assert (left / "Default" / "Cache").exists()
    assert drop_left_behind(tmp_path) == 1
    assert not left.exists()


def test_only_what_is_ours_goes(tmp_path: Path) -> None:
    somebodys = tmp_path / "elsewhere"
    somebodys.mkdir()
    (somebodys / "letter").write_text("not ours")
    (tmp_path / "rempart-capture-link").symlink_to(somebodys)
    (tmp_path / "rempart-capture-file").write_text("a file")
    (tmp_path / "rempart-backup-1").mkdir()
    (tmp_path / "rempart-demo-1").mkdir()
    young, old = tmp_path / "rempart-history-young", tmp_path / "rempart-history-old"
    for folder in (young, old):
        folder.mkdir()
    then = time.time() - OLD_SECONDS - 60
    os.utime(old, (then, then))
    trap = tmp_path / "rempart-document-trap"
    trap.mkdir()
    (trap / LOCK).symlink_to(somebodys / "letter")
    assert drop_left_behind(tmp_path) == 1
    assert not old.exists()
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "elsewhere",
        "rempart-backup-1",
        "rempart-capture-file",
        "rempart-capture-link",
        "rempart-demo-1",
        "rempart-document-trap",
        "rempart-history-young",
    ]
    assert (somebodys / "letter").read_text() == "not ours"


def test_it_goes_at_the_end_of_the_work() -> None:
    with own_folder("history") as folder:
        (folder / "part").write_text("x")
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
