"""Folders for work in the system's temporary place, that a killed process does not leave for ever.

Rules kept here:

1. The folder is its owner's only, and holds a lock for as long as somebody works in it: the system
   gives the lock back when the process ends, however it ends.
2. Removed is only what is ours: a real folder with our name, of the user we run as, whose lock
   nobody holds; without a lock (it was killed before it had one), when it is a day old.
3. What cannot be removed is left and tried again; nothing breaks because of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "rempart-"
KINDS = ("capture", "document", "history")
LOCK = ".in-use"
OLD_SECONDS = 86_400


@contextmanager
def own_folder(kind: str) -> Iterator[Path]:
    """A new folder, removed at the end. `kind`: one of `KINDS`."""
    if kind not in KINDS:
        raise ValueError(kind)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-"))
    unheld = folder / f"{LOCK}.new"
    lock = os.open(unheld, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unheld.rename(folder / LOCK)  # under its name it is held, always
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def drop_left_behind(place: Path | None = None) -> int:
    """Removes the folders in which nobody works any more; how many. `place`: the system's
    temporary folder."""
    dropped = 0
    try:
        found = list(os.scandir(place or tempfile.gettempdir()))
    except OSError:
        return 0
    for one in found:
        if not any(one.name.startswith(f"{PREFIX}{kind}-") for kind in KINDS):
            continue
        with suppress(OSError):
            dropped += _drop(Path(one.path), one.stat(follow_symlinks=False))
    return dropped


def _drop(folder: Path, about: os.stat_result) -> bool:
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
        return False
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        if time.time() - about.st_mtime < OLD_SECONDS:
            return False
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for one in folder.iterdir():
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one, ignore_errors=True)
            elif one.name != LOCK:
                one.unlink()
        if [one.name for one in folder.iterdir()] == [LOCK]:  # the lock goes last: it says ours
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return not folder.exists()
