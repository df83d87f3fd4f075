"""The preview: an edition built, watched and served on this machine, its pages brought up to date in the browser.

The builder has the main thread, the server another one. What a browser gets is always a whole file, since files are
replaced in one step; a page is told to load anew only when a build has ended.
"""

from __future__ import annotations

import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from generator import config
from generator.changes import Watcher
from generator.diagnostics import EditionError
from generator.preview.app import HOME, App, is_editor
from generator.preview.board import EDITORS, Board
from generator.preview.site import Site
from generator.watch import Builder, Outcome, watch

__all__ = ["EDITORS", "HOME", "Board", "NoPort", "Site", "is_editor", "listening", "serve", "serving"]

HOST = "127.0.0.1"
PORT = 8000

TRIED = 100
"""Ports that are tried one after the other."""

PATIENCE = 2
"""Seconds that open connections are given at the end."""


class NoPort(Exception):
    """None of the ports that were tried can be had."""


def listening(port: int = PORT) -> socket.socket:
    """Return a socket that listens on this machine only, at ``port`` or the first one after it that is free. Raises
    NoPort."""
    for one in range(port, min(port + TRIED, 65536)):
        # With the protocol named, the event loop sends small answers at once instead of waiting for more to send.
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        # On Windows the option that lets a port be used again soon would let two programs share it.
        taken.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR), 1)
        try:
            taken.bind((HOST, one))
            taken.listen(128)
        except OSError as error:
            taken.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        return taken
    raise NoPort(f"None of the ports from {port} on is free. Name another one with --port.")


@contextmanager
def serving(board: Board, at: socket.socket) -> Iterator[str]:
    """Serve what is on ``board`` at the listening socket; yields the address of the site. The socket is closed at the
    end."""
    port = at.getsockname()[1]
    config = uvicorn.Config(
        App(board, port),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([at],), name="preview", daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        yield f"http://{HOST}:{port}{board.site.base}"
    finally:
        board.close()
        server.should_exit = True
        thread.join(PATIENCE + 2)
        at.close()


def serve(
    build: Builder,
    watcher: Watcher,
    board: Board,
    at: socket.socket,
    tell: Callable[[Outcome], None],
    ready: Callable[[str], None],
    base_url: str | None = None,
) -> None:
    """Serve the site while it is built and built again. ``ready`` is given the address as soon as there is somebody to
    answer; ``tell`` what came of each build. ``base_url`` None means the edition's own. Ends by an exception only, as a
    rule by KeyboardInterrupt."""

    def told(outcome: Outcome) -> None:
        if outcome.report and (outcome.changed is None or config.EDITION_FILE in outcome.changed):
            board.site.base = _base(board.root, base_url)
        board.finish(outcome)
        tell(outcome)

    board.site.base = _base(board.root, base_url)
    with serving(board, at) as address:
        ready(address)
        watch(build, watcher, told, board.begin)


def _base(edition: Path, base_url: str | None) -> str:
    """The path at which the site is to be, as in production, so that what is absolute in it leads where it should."""
    try:
        public = config.read_edition(edition).base_url if base_url is None else config.base_url(base_url)
    except EditionError:
        return "/"  # the first build says what is wrong
    rest = public.partition("://")[2].partition("/")[2].strip("/")
    return f"/{rest}/" if rest else "/"
