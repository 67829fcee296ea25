"""The running service: engine, app, outbox and HTTP server, started and stopped in order.

On SIGTERM or SIGINT: no new connection, streams of events end, running requests finish, then the
engine commits what it has, signs a checkpoint and closes. A second signal does not wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import uvicorn

from rempart.cases.deciding.codes import statement_code
from rempart.cases.deciding.statement_text import statement_text
from rempart.cases.deciding.statements import told_by
from rempart.cases.published import lacking
from rempart.cases.reports.keys import ReportKeys
from rempart.connect.authority import Authority
from rempart.connect.cybertip import cybertip_of
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.link_lists import ListWatcher, watch_lists
from rempart.engine.live import LOST
from rempart.errors import InputError
from rempart.log.timestamps import read_chain
from rempart.model import Measure
from rempart.protect.connector import Told
from rempart.protect.outbox import Outbox
from rempart.store.interface import Tables
from rempart.store.interface.measures import DeliveryRow
from rempart.web.api.deciding.statements import STATEMENT_PATH
from rempart.web.api.reports.reports import STATUS_PATH
from rempart.web.app import build_app, report_keys
from rempart.web.attest.authorities import Authorities
from rempart.web.attest.scrubbing import Scrubbing
from rempart.web.attest.witnesses import Witnesses
from rempart.web.auth.first_login import FirstLogin, write_first_login
from rempart.web.captures.desk import CaptureDesk
from rempart.web.connections import Connection, close_overdue
from rempart.web.connectors.board import Connectors
from rempart.web.connectors.build import build_connectors
from rempart.web.console.live.alarms import calls_a_person
from rempart.web.exports.desk import ExportDesk
from rempart.web.feed.desk import FeedDesk
from rempart.web.given_desk import GivenDesk
from rempart.web.lines.desk import LineDesk
from rempart.web.mailing import Mailing
from rempart.web.opinions.desk import OpinionDesk
from rempart.web.settings import DEFAULT_HOST, DEFAULT_PORT, WebSettings, load_settings

_LOG = logging.getLogger(__name__)
BACKLOG = 1024
SHUTDOWN_SECONDS = 15
FOLLOW_AGAIN_SECONDS = 1.0


class Running(NamedTuple):
    """What is told once the service listens. `first_login` is None once a person exists. `stop`
    may be called from any thread."""

    address: str
    engine: EmbeddedEngine
    first_login: FirstLogin | None
    stop: Callable[[], None]


def run_service(
    data: Path,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    *,
    on_ready: Callable[[Running], Awaitable[None] | None] | None = None,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Runs until a signal or `Running.stop`. Port 0 takes a free one. InputError when the address
    cannot be had or the settings are wrong; StoreError when the data folder cannot be used.

    `on_ready` is called on the event loop once connections are accepted; a coroutine it returns
    runs beside the service and is cancelled when it ends. `clock` and `monotonic`, in seconds, are
    those by which the engine and the budgets of lines go.
    """
    settings = load_settings(data)
    listening = _listen(host, port)
    try:
        engine = EmbeddedEngine.open(data, clock=clock)
        links = watch_lists(engine)
        try:
            asyncio.run(Witnesses(engine, settings.witnesses).ask())
            engine.start()
            if settings.public_url:
                _say_what_is_lacking(engine)
            links.start()
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(_serve(engine, settings, listening, data, links, on_ready, monotonic))
        finally:
            links.stop()
            engine.stop()
    finally:
        listening.close()


def _say_what_is_lacking(engine: EmbeddedEngine) -> None:
    """Others reach this service: what the law asks it to publish is said at its start."""
    with engine.read() as tables:
        for one in lacking(tables, time.time_ns() // 1_000_000):
            _LOG.warning("to publish: %s", one)


async def _serve(
    engine: EmbeddedEngine,
    settings: WebSettings,
    listening: socket.socket,
    data: Path,
    links: ListWatcher,
    on_ready: Callable[[Running], Awaitable[None] | None] | None,
    monotonic: Callable[[], float],
) -> None:
    opinions = OpinionDesk(engine, settings.opinions, data)
    lines = {
        name: LineDesk(engine, name, line, settings.public_url or "", monotonic=monotonic)
        for name, line in settings.lines.items()
    }
    connectors = build_connectors(engine, settings, data, report_keys(engine))
    captures = CaptureDesk(engine, settings.capture, data)
    cybertip = cybertip_of(settings.referral, data)
    feed = FeedDesk(engine, report_keys(engine), settings.transparency_database, data)
    exports = ExportDesk(engine, settings, data, captures.files)
    app = build_app(
        engine, settings, opinions, connectors, lines, captures, cybertip, feed, exports
    )
    server = _Server(
        uvicorn.Config(
            app,
            http=Connection,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            timeout_keep_alive=30,
        )
    )
    address = _address(listening)
    engine.listens_on(address)
    first_login = await asyncio.to_thread(write_first_login, engine, data, address)
    outbox = _outbox(engine, connectors, settings, app.framework.state.report_keys, address)

    public = (settings.public_url or address).rstrip("/")
    mailing = Mailing(engine, report_keys(engine), settings.mail, data, public + STATUS_PATH)
    mails = (mailing.run(),) if settings.mail.host else ()

    loop = asyncio.get_running_loop()

    def end() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True
        app.closing.set()

    def stop() -> None:
        loop.call_soon_threadsafe(end)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end)

    async def announce() -> None:
        while not server.started:
            await asyncio.sleep(0.01)
        _never_garbage()
        if on_ready is not None:
            result = on_ready(Running(address, engine, first_login, stop))
            if result is not None:
                await result

    beside = [
        asyncio.create_task(work)
        for work in (
            outbox.run(),
            connectors.run(),
            _follow(engine, outbox, links),
            opinions.run(),
            captures.run(),
            Witnesses(engine, settings.witnesses).run(),
            Scrubbing(engine).run(),
            GivenDesk(engine, data, settings.witnesses).run(),
            *((feed.run(),) if feed.database is not None else ()),
            _authorities(engine, settings, data).run(),
            app.framework.state.refused.run(),
            *mails,
            *(line.run() for line in lines.values()),
            close_overdue(server.server_state.connections),
            announce(),
        )
    ]
    for task in beside:
        task.add_done_callback(_tell)
    try:
        await server.serve(sockets=[listening])
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


def _authorities(engine: EmbeddedEngine, settings: WebSettings, data: Path) -> Authorities:
    return Authorities(
        engine,
        {
            name: Authority(one, read_chain(data / one.ca))
            for name, one in settings.timestamps.items()
        },
    )


class _Server(uvicorn.Server):
    """Leaves signals alone: uvicorn would raise them again after shutdown, and end the process
    before the engine has stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _never_garbage() -> None:
    """What is loaded now stays for good: modules, routes, templates. Leaving it out of every later
    collection saves pauses of a tenth of a second, in which no message is answered."""
    gc.collect()
    gc.freeze()


def _outbox(
    engine: EmbeddedEngine,
    connectors: Connectors,
    settings: WebSettings,
    keys: ReportKeys,
    address: str,
) -> Outbox:
    def given_up(measure: Measure, detail: str) -> None:
        if not calls_a_person(measure):
            return
        scope = measure.scope
        engine.hub.publish(
            "alarm",
            {"what": "measure-not-applied", "measure": measure.id, "detail": detail},
            platform=scope.platform,
            channel=scope.channel,
        )

    def takes(connector: str, measure: Measure) -> bool:
        scope = measure.scope
        outgoing = engine.settings.connectors.get(connector)
        return outgoing is not None and outgoing.takes(scope.platform, scope.channel)

    base = (settings.public_url or address).rstrip("/")

    def told(tables: Tables, row: DeliveryRow) -> Told | None:
        found = told_by(tables, row.measure, row.operation)
        if found is None:
            return None
        return Told(
            found.id,
            found.measure,
            found.platform,
            found.channel,
            found.account,
            statement_text(found),
            statement_code(found.number, keys),
            base + STATEMENT_PATH,
        )

    return Outbox(engine, connectors.out, given_up=given_up, takes=takes, told=told)


async def _follow(engine: EmbeddedEngine, outbox: Outbox, links: ListWatcher) -> None:
    """Measures leave at once: saved ones by waking the outbox; those that a full disk keeps from
    being saved straight from memory; what people decided of links is in force at once. Subscribes
    again when it was too slow (`lost`)."""
    while True:
        async for event in engine.hub.subscribe(size=5_000):
            if event.kind == "measure" and event.data.get("saved") is False:
                await outbox.deliver_unsaved(event.data["measure"])
            elif event.kind in ("measure", LOST):
                outbox.wake()
            if event.kind in ("links", LOST):
                links.look()
        await asyncio.sleep(FOLLOW_AGAIN_SECONDS)


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOG.error("a part of the service ended", exc_info=error)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        raise InputError(
            f"cannot listen: {error}",
            where=f"{host}:{port}",
            next_step="choose another --port, or stop what is running there",
        ) from error
    listening.setblocking(False)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - shown, not bound
        host = "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    with contextlib.suppress(ImportError):
        import uvloop

        return uvloop.new_event_loop
    return None
