"""The checks of `rempart doctor`: each looks at one thing and never raises."""

from __future__ import annotations

import gettext
import os
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from rempart.cli.connector_checks import check_connectors
from rempart.cli.disclosure_checks import check_published
from rempart.cli.document_checks import check_documents
from rempart.cli.feed_checks import check_statements
from rempart.cli.findings import Finding, State
from rempart.cli.kernel_checks import check_classifier_kernel, check_log_kernel
from rempart.cli.line_checks import check_lines
from rempart.cli.log_checks import check_attested
from rempart.cli.text_checks import check_texts
from rempart.errors import OlderStoreError, RempartError

_MIN_PYTHON = (3, 11)
_MIN_FREE_BYTES = 200 * 1024**2
_GOOD_FREE_BYTES = 2 * 1024**3
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "davfs"})


def all_checks(data: Path, port: int) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    checks: list[Callable[[], Finding]] = [
        check_python,
        check_sqlite,
        lambda: check_folder(data),
        lambda: check_durability(data),
        check_clock,
        lambda: check_disk(data),
        lambda: check_settings(data),
        lambda: check_links(data),
        lambda: check_opinions(data),
        lambda: check_perspective_endpoint(data),
        lambda: check_connectors(data),
        lambda: check_lines(data),
        lambda: check_statements(data),
        lambda: check_documents(data),
        lambda: check_keys(data),
        lambda: check_texts(data),
        lambda: check_log(data),
        lambda: check_published(data),
        lambda: check_attested(data),
        lambda: check_port(port),
        check_translations,
        check_words,
        check_classifier_kernel,
        check_log_kernel,
    ]
    return [check() for check in checks]


def check_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _MIN_PYTHON:
        return Finding("Python", State.WRONG, version, "install Python 3.11 or newer")
    return Finding("Python", State.OK, version)


def check_sqlite() -> Finding:
    import apsw

    from rempart.store.sqlite.connection import check_sqlite_version

    try:
        check_sqlite_version()
    except RempartError as error:
        return Finding("SQLite", State.WRONG, error.what, error.next_step)
    return Finding("SQLite", State.OK, f"{apsw.sqlite_lib_version()} (comes with apsw)")


def check_folder(data: Path) -> Finding:
    """A misspelt --data must not look like a sound installation."""
    from rempart.engine.embedded import STORE_FILE

    if not data.exists():
        return Finding(
            "folder",
            State.MIND,
            f"{data} does not exist yet",
            "rempart serve makes it; if it should be there, look at --data",
        )
    store = data / STORE_FILE
    if not store.exists():
        return Finding("folder", State.OK, f"{data}, no store in it yet")
    open_to_others = [
        path
        for path in (store, *data.glob(f"{STORE_FILE}-*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_to_others and stat.S_IMODE(data.stat().st_mode) & 0o077:
        return Finding(
            "folder",
            State.WRONG,
            f"others on this machine can read the messages in {store}",
            f"chmod 700 {data}",
        )
    return Finding("folder", State.OK, str(data))


def check_durability(data: Path) -> Finding:
    """Opens a throw-away database where the data lies, with the settings of the service."""
    from rempart.store.sqlite.connection import open_writer

    place = _existing(data)
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".rempart-doctor-") as folder:
            connection = open_writer(Path(folder) / "probe.db")
            connection.execute("CREATE TABLE probe(x); INSERT INTO probe VALUES (1)")
            connection.close()
    except (RempartError, OSError) as error:
        mend = f"{place} must be writable, on a local disk; or name another folder with --data"
        return Finding("durability", State.WRONG, str(error), mend)
    kind = _file_system(place)
    if kind in _NETWORK_FILE_SYSTEMS:
        return Finding(
            "durability",
            State.WRONG,
            f"{place} is on a network file system ({kind})",
            "put the data folder on a local disk: a network disk does not keep what it promised",
        )
    return Finding("durability", State.OK, f"write-ahead log, synchronous=FULL on {kind}")


def check_clock() -> Finding:
    now = time.time()
    if not _EARLIEST <= now <= _LATEST:
        return Finding(
            "clock",
            State.WRONG,
            f"the clock says {datetime.fromtimestamp(now, UTC):%Y-%m-%d}",
            "set it: timedatectl set-ntp true",
        )
    if (
        Path("/run/systemd/timesync").is_dir()
        and not Path("/run/systemd/timesync/synchronized").exists()
    ):
        return Finding(
            "clock", State.MIND, "not synchronised by systemd", "timedatectl set-ntp true"
        )
    return Finding("clock", State.OK, f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M:%S} UTC")


def check_disk(data: Path) -> Finding:
    free = shutil.disk_usage(_existing(data)).free
    found = f"{free / 1024**3:.1f} GiB free"
    if free < _MIN_FREE_BYTES:
        return Finding("disk", State.WRONG, found, "make room: evidence needs space to be kept")
    if free < _GOOD_FREE_BYTES:
        return Finding("disk", State.MIND, found, "make room soon")
    return Finding("disk", State.OK, found)


def check_settings(data: Path) -> Finding:
    from rempart.engine.settings import load_engine_settings
    from rempart.web.settings import load_settings

    if not (data / "settings.toml").exists():
        return Finding("settings", State.OK, "defaults")
    try:
        load_engine_settings(data)
        load_settings(data)
    except RempartError as error:
        return Finding("settings", State.WRONG, error.diagnostics(), "correct the file")
    return Finding("settings", State.OK, str(data / "settings.toml"))


def check_links(data: Path) -> Finding:
    """The lists of links: readable, and still good today."""
    from rempart.engine.link_lists import LinkLists
    from rempart.engine.settings import load_engine_settings

    try:
        settings = load_engine_settings(data)
    except RempartError:
        return Finding("links", State.MIND, "not looked at: the settings cannot be read")
    if not settings.links.lists:
        return Finding("links", State.OK, "no lists")
    rules = LinkLists(data, settings.links).read()
    if rules.refused:
        found = "; ".join(one.why for one in rules.refused)
        return Finding("links", State.WRONG, found, "correct or replace the file of the list")
    now = datetime.now(UTC)
    over = [one for one in rules.lists if not one.is_good(now)]
    if over:
        found = ", ".join(f"{one.name} ended on {one.expires:%Y-%m-%d}" for one in over)
        return Finding(
            "links", State.MIND, f"ignored: {found}", "fetch it anew and write its new `expires`"
        )
    entries = sum(one.entries for one in rules.lists)
    return Finding("links", State.OK, f"{len(rules.lists)} lists, {entries} entries")


def check_opinions(data: Path) -> Finding:
    """Plug-in models: whether they can be used as configured, and what goes where. Nobody is asked
    anything."""
    from rempart.connect.opinion.sources import source_of
    from rempart.web.settings import load_settings

    try:
        opinions = load_settings(data).opinions
    except RempartError:
        return Finding("opinions", State.MIND, "not looked at: the settings cannot be read")
    if not opinions:
        return Finding("opinions", State.OK, "no plug-in: no text leaves this machine for one")
    wrong: list[RempartError] = []
    for one in opinions.values():
        try:
            source_of(one, data)
        except RempartError as error:
            wrong.append(error)
    if wrong:
        found = "; ".join(error.diagnostics() for error in wrong)
        return Finding("opinions", State.WRONG, found, "correct it: rempart serve would not start")
    told = [
        f"{name}: texts between {one.band[0]:g} and {one.band[1]:g} go to {one.goes_to}"
        f"{', private ones too' if one.private else ''}{', in shadow' if one.shadow else ''}"
        for name, one in opinions.items()
    ]
    if any(one.private and one.kind != "onnx" for one in opinions.values()):
        mend = "private messages leave this machine: make sure that every recipient knows"
        return Finding("opinions", State.MIND, "; ".join(told), mend)
    return Finding("opinions", State.OK, "; ".join(told))


def check_perspective_endpoint(data: Path) -> Finding:
    """Keys of clients travel in addresses: they need TLS."""
    from rempart.web.settings import load_settings

    try:
        settings = load_settings(data)
    except RempartError:
        return Finding("perspective", State.MIND, "not looked at: the settings cannot be read")
    if not settings.perspective.enabled:
        return Finding("perspective", State.OK, "off")
    clients = f"on for {', '.join(sorted(settings.perspective.keys))}"
    if settings.perspective.spans:
        return Finding(
            "perspective",
            State.MIND,
            f"{clients}, with scores of single sentences",
            "spans = true helps who tries out what passes: only for clients you trust",
        )
    if not settings.over_tls:
        return Finding(
            "perspective",
            State.MIND,
            f"{clients}, without TLS that we know of",
            'put a proxy with TLS in front and set public_url = "https://…" under [web]',
        )
    return Finding("perspective", State.OK, clients)


def check_keys(data: Path) -> Finding:
    from rempart.engine.embedded import STORE_FILE
    from rempart.log.keys import KEY_FILE, KEYS_FOLDER

    folder = data / KEYS_FOLDER
    if not (folder / KEY_FILE).exists():
        if (data / STORE_FILE).exists() or folder.exists():
            return Finding(
                "keys",
                State.WRONG,
                f"{folder / KEY_FILE} is gone: nothing can be signed in this log's name",
                f"put {folder} back from its backup",
            )
        return Finding("keys", State.OK, "none yet; they are made at the first start")
    return _private_keys(folder)


def _private_keys(folder: Path) -> Finding:
    """All that is open to others at once, so that one mending is enough."""
    found, mend = [], []
    for path in (folder, *sorted(folder.rglob("*"))):
        if not path.is_dir() and path.suffix not in (".key", ".db"):
            continue
        known = path.stat()
        if stat.S_IMODE(known.st_mode) & 0o077:
            found.append(f"others can use {path} ({stat.S_IMODE(known.st_mode):o})")
            mend.append(f"chmod {700 if path.is_dir() else 600} {path}")
        if known.st_uid != os.geteuid() and os.geteuid() != 0:
            found.append(f"{path} is not ours")
            mend.append(f"chown {os.geteuid()} {path}")
    if found:
        return Finding("keys", State.WRONG, "; ".join(found), " && ".join(mend))
    return Finding("keys", State.OK, f"{folder} is private")


def check_log(data: Path) -> Finding:
    """The end of the log against its tiles, its bodies and what was signed."""
    from rempart.engine.embedded import STORE_FILE
    from rempart.engine.embedded.notary import KEPT_FILE, Notary
    from rempart.engine.start import check_tail
    from rempart.log.keys import KEYS_FOLDER, read_signer
    from rempart.store.sqlite.store import SqliteStore

    path = data / STORE_FILE
    if not path.exists():
        if (data / KEYS_FOLDER / KEPT_FILE).exists():
            return Finding(
                "log",
                State.WRONG,
                f"{path} is gone, but entries of it were signed",
                "put the store back from its backup, or start a new data folder",
            )
        return Finding("log", State.OK, "none yet")
    try:
        signer = read_signer(data)
        store = SqliteStore.open_for_reading(path)
        try:
            with store.read() as tables:
                check_tail(tables)
                Notary(data, signer).check(tables)
                size = tables.log.size()
        finally:
            store.close()
    except OlderStoreError as error:
        return Finding("log", State.MIND, error.what, error.next_step)
    except RempartError as error:
        mend = error.next_step or "rempart log scrub says what is damaged"
        return Finding("log", State.WRONG, error.what, mend)
    return Finding("log", State.OK, f"{size} entries; its end is what was signed")


def check_port(port: int) -> Finding:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError as error:
            why = error.strerror or str(error)
            return Finding(
                "port",
                State.MIND,
                f"{port} cannot be had: {why}",
                "if that is not Rempart itself, choose another one with --port",
            )
    return Finding("port", State.OK, f"{port} is free")


def check_translations() -> Finding:
    folder = resources.files("rempart.web").joinpath("locale")
    with resources.as_file(folder) as path:
        for language in ("en", "fr"):
            try:
                gettext.translation("messages", path, [language])
            except OSError:
                return Finding(
                    "translations",
                    State.WRONG,
                    f"the catalogue {language!r} is missing or broken",
                    "install the package again",
                )
    return Finding("translations", State.OK, "en, fr")


def check_words() -> Finding:
    """Whether the weights are whole and fit the word lists."""
    from rempart.detect.text.model import WeightsError
    from rempart.detect.text.scoring import shipped_weights
    from rempart.detect.text.words import digest

    again = "install the package again"
    try:
        weights = shipped_weights()
    except WeightsError as error:
        return Finding("words", State.WRONG, str(error), again)
    if weights is None:
        return Finding("words", State.MIND, "no weights: word lists alone", again)
    if weights.lists != digest():
        told = f"weights {weights.version} for other word lists"
        return Finding("words", State.WRONG, told, again)
    return Finding("words", State.OK, f"weights {weights.version}")


def _existing(data: Path) -> Path:
    """The folder itself, or the nearest above it that exists."""
    place = data.absolute()
    while not place.exists():
        place = place.parent
    return place


def _file_system(place: Path) -> str:
    """Type of the file system as /proc/mounts tells it; `unknown` elsewhere."""
    best, kind = "", "unknown"
    try:
        lines = Path("/proc/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return kind
    target = str(place.resolve())
    for line in lines:
        _, mount, found = line.split(" ")[:3]
        inside = target == mount or target.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) > len(best):
            best, kind = mount, found
    return kind
