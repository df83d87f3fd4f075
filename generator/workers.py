"""Work in batches through a ``concurrent.futures.Executor``: processes on this machine, or any other executor."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TypeVar

from generator.diagnostics import EditionError, Rule, Span, diagnostic

BATCH = 40
"""Documents a worker takes at a time: enough to make the traffic cheap, few enough to share evenly."""

INLINE = 24
"""So few pieces of work are done in this process: starting others would take longer."""

MOST_ON_WINDOWS = 61
"""Windows cannot wait for more processes at once."""

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """Runs batches in an executor, or here when there are too few to be worth it."""

    def __init__(self, start: Callable[[], Executor], count: int) -> None:
        """``start`` is called when there is work enough for ``count`` workers."""
        self._start = start
        self._most = 2 * count + 2
        self._executor: Executor | None = None

    def run(self, step: Callable[[Sequence[T]], list[R]], items: Iterable[T], count: int) -> Iterator[list[R]]:
        """Yield the results of ``step`` over batches of ``items``, in order. Only so many batches are out at a
        time that no worker waits for work, so that what they hold need not all be in memory. Raises EditionError if
        a worker process dies."""
        if count <= INLINE:
            for batch in _batches(items):
                yield step(batch)
            return
        if self._executor is None:
            self._executor = self._start()
        out: deque[Future[list[R]]] = deque()
        with _whole():
            for batch in _batches(items):
                out.append(self._executor.submit(step, batch))
                if len(out) >= self._most:
                    yield out.popleft().result()
            while out:
                yield out.popleft().result()

    @property
    def are_started(self) -> bool:
        """Whether there was work enough to start them."""
        return self._executor is not None

    def start(self, step: Callable[[T], R], value: T) -> Callable[[], R]:
        """Begin one long piece of work beside others, and return what waits for its result. Raises as ``run``."""
        assert self._executor
        with _whole():
            future = self._executor.submit(step, value)

        def result() -> R:
            with _whole():
                return future.result()

        return result


@contextmanager
def _whole() -> Iterator[None]:
    """Say in words that a worker process died."""
    try:
        yield
    except BrokenProcessPool:
        message = "a worker process was ended from outside, mostly because memory ran out"
        hint = "Build again with --jobs 1, which needs the least memory; what is done already is kept."
        raise EditionError(diagnostic(Rule.INTERNAL, message, Span("edition build"), hint=hint)) from None


@contextmanager
def available(jobs: int, executor: Executor | None) -> Iterator[Workers]:
    """Provide the executor, started only when there is work enough for it, and stop it at the end."""
    started: list[Executor] = []
    count = jobs or _processors()
    if sys.platform == "win32":
        count = min(count, MOST_ON_WINDOWS)

    def start() -> Executor:
        if executor is not None:
            return executor
        method = multiprocessing.get_start_method()
        parent = os.getpid() if method == "fork" else None
        pool = ProcessPoolExecutor(count, initializer=_follow_parent, initargs=(parent,))
        started.append(pool)
        return pool

    try:
        yield Workers(start, count)
    finally:
        for pool in started:
            pool.shutdown(wait=True, cancel_futures=True)


def _processors() -> int:
    """The processors that this process may use, which in a container are fewer than the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _follow_parent(forked_from: int | None) -> None:
    """End this worker when the build that started it is gone: a killed parent tells nobody.

    The pipe that closes with the build says so, except among forked workers, which hold its other end open for each
    other; those see that they were given another parent. Under other ways to start, the parent may be a server.
    """
    # Ctrl-C reaches every process of a terminal; it is the build's to end in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    build = multiprocessing.parent_process()

    def watch() -> None:
        while not (build and wait([build.sentinel], 0.1)):
            if forked_from is not None and os.getppid() != forked_from:
                break
        os._exit(1)

    if build or forked_from is not None:
        threading.Thread(target=watch, daemon=True).start()


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def paused_collector() -> Iterator[None]:
    """Keep the garbage collector from walking millions of live nodes while a batch makes more of them; the
    model holds no cycles, so nothing is lost by it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
