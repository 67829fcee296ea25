"""Lists of links from files, as `[links]` in the settings names them.

```toml
[links]
allow = ["example.org"]                  # never flagged, and what is under them
shorteners = "hold"                      # allow (the default), hold or deny
invites = "allow"
others = "allow"                         # links that nothing else speaks of

[[links.lists]]
path = "lists/phishing.hosts"            # from the data folder; a hosts file, names or links
source = "https://lists.example/phishing"
expires = 2027-01-31                     # after that day it says nothing, and you are told

[links.channels.lea]                     # or "twitch/lea"
deny = ["rival.example"]
others = "hold"
```

Rules kept here:

1. A list that cannot be read, or has one line that is no entry, does not come into force: the last
   good reading of it stays, and doctor, metrics and console say file, line and reason.
2. Files are looked at again every half minute; a changed one is read in a thread of its own and
   changes hands between two steps. The log is told the new version.
3. Links that a person decided must not be passed on are one more list, read at the start and at
   once when it changes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from rempart.cases.refused_links import LIST_NAME
from rempart.detect.links.lists import LinkList, read_list
from rempart.detect.links.policy import ChannelLinks, LinkRules, RefusedList
from rempart.errors import InputError

if TYPE_CHECKING:
    from rempart.engine.embedded import EmbeddedEngine

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 30.0
MAX_LIST_BYTES = 256 << 20


class ListSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file. `of`: the day of its content, else the file's own date."""

    path: str
    source: str = ""
    of: date | None = None
    expires: date | None = None


class Links(ChannelLinks, frozen=True, forbid_unknown_fields=True):
    """The section `[links]`: what holds everywhere, the lists, and the channels."""

    lists: tuple[ListSettings, ...] = ()
    channels: dict[str, ChannelLinks] = msgspec.field(default_factory=dict)


class LinkLists:
    """Reads the lists of one data folder, and remembers the last good reading of each."""

    def __init__(
        self,
        folder: Path,
        settings: Links,
        running: LinkRules | None = None,
        decided: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`decided`: links that people decided must not be passed on (`cases.refused_links`)."""
        self._folder = folder
        self._settings = settings
        self._decided = decided
        self._known: tuple[str, ...] = ()
        self._good = {one.name: one for one in running.lists} if running else {}
        self._stamps = self._now()

    def read(self) -> LinkRules:
        """All lists anew; never raises for a list."""
        refused: list[RefusedList] = []
        # The stamps first: what is written while we read is read again next time.
        self._stamps = self._now()
        for one in self._settings.lists:
            try:
                self._good[one.path] = read_file(self._folder, one)
            except InputError as error:
                kept = one.path in self._good
                refused.append(RefusedList(one.path, error.diagnostics(), kept))
                _LOG.error("list of links not in force: %s", error.diagnostics())
        said = {field: getattr(self._settings, field) for field in ChannelLinks.__struct_fields__}
        lists = tuple(
            self._good[one.path] for one in self._settings.lists if one.path in self._good
        )
        self._known = tuple(self._decided())
        if self._known:
            lists = (*lists, LinkList(LIST_NAME, read_list(self._known, LIST_NAME)))
        return LinkRules(lists, ChannelLinks(**said), self._settings.channels, tuple(refused))

    def changed(self) -> bool:
        """Whether a file, or what people decided, is another than when it was last read."""
        return self._stamps != self._now() or self._known != tuple(self._decided())

    def _now(self) -> dict[str, tuple[int, int] | None]:
        return {one.path: self._stamp(one) for one in self._settings.lists}

    def _stamp(self, one: ListSettings) -> tuple[int, int] | None:
        try:
            known = (self._folder / one.path).stat()
        except OSError:
            return None
        return known.st_mtime_ns, known.st_size


def read_file(folder: Path, one: ListSettings) -> LinkList:
    """The list in a file. InputError names file, line and reason."""
    path = folder / one.path
    try:
        if path.stat().st_size > MAX_LIST_BYTES:
            raise InputError(
                f"larger than {MAX_LIST_BYTES >> 20} MB", where=str(path), next_step="split it"
            )
        with path.open(encoding="utf-8") as lines:
            of = one.of or datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
            return LinkList(
                one.path,
                read_list(lines, str(path)),
                source=one.source,
                of=of.isoformat(),
                expires=_end_of(one.expires),
            )
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            f"the list cannot be read: {why}", where=str(path), next_step="look at [[links.lists]]"
        ) from error


def _end_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC) + timedelta(days=1)


def watch_lists(engine: EmbeddedEngine) -> ListWatcher:
    """A watcher over the lists that an engine runs with; start it after the engine."""
    running = engine.pipeline.link_rules

    def decided() -> Sequence[str]:
        with engine.read() as tables:
            return tables.refused_links.all()

    lists = LinkLists(engine.data_dir, engine.settings.links, running, decided)
    return ListWatcher(lists, lambda rules: engine.use_links(rules).result())


class ListWatcher:
    """Looks at the files now and then, and hands over new rules when one changed."""

    def __init__(
        self,
        lists: LinkLists,
        hand_over: Callable[[LinkRules], object],
        every: float = LOOK_SECONDS,
    ) -> None:
        self._lists = lists
        self._hand_over = hand_over
        self._every = every
        self._stopped = False
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rempart-lists", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def look(self) -> None:
        """Looks now: somebody decided something about links."""
        self._woken.set()

    def stop(self) -> None:
        self._stopped = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped:
            try:
                if self._lists.changed():
                    self._hand_over(self._lists.read())
            except Exception:  # the engine stops, or is full: the next look tries again
                _LOG.exception("new lists of links could not come into force")
            self._woken.wait(self._every)
            self._woken.clear()
