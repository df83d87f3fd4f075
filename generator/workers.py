"""Work in batches through a ``concurrent.futures.Executor``: processes on this machine, or any other executor."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

BATCH = 40
"""Documents a worker takes at a time: enough to make the traffic cheap, few enough to share evenly."""

INLINE = 24
"""So few pieces of work are done in this process: starting others would take longer."""

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """Runs batches in an executor, or here when there are too few to be worth it."""

    def __init__(self, start: Callable[[], Executor]) -> None:
        self._start = start
        self._executor: Executor | None = None

    def run(self, step: Callable[[Sequence[T]], list[R]], items: Iterable[T], count: int) -> Iterator[list[R]]:
        """Yield the results of ``step`` over batches of ``items``, in order. Only a few batches are out at a
        time, so that what they hold need not all be in memory."""
        if count <= INLINE:
            for batch in _batches(items):
                yield step(batch)
            return
        if self._executor is None:
            self._executor = self._start()
        out: list[Future[list[R]]] = []
        for batch in _batches(items):
            out.append(self._executor.submit(step, batch))
            if len(out) > 6:
                yield out.pop(0).result()
        while out:
            yield out.pop(0).result()


@contextmanager
def available(jobs: int, executor: Executor | None) -> Iterator[Workers]:
    """Provide the executor, started only when there is work enough for it, and stop it at the end."""
    started: list[Executor] = []

    def start() -> Executor:
        if executor is not None:
            return executor
        pool = ProcessPoolExecutor(jobs or os.cpu_count() or 1, initializer=_follow_parent, initargs=(os.getpid(),))
        started.append(pool)
        return pool

    try:
        yield Workers(start)
    finally:
        for pool in started:
            pool.shutdown(wait=True, cancel_futures=True)


def _follow_parent(parent: int) -> None:
    """End this worker when the build that started it is gone: a killed parent tells nobody."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

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
