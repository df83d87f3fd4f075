"""Build, and build again whenever a source has changed, until told to stop."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

import msgspec

from generator.build import Report
from generator.changes import Changed, Watcher
from generator.diagnostics import Diagnostic, EditionError, Rule, Severity, visible

Builder = Callable[[Collection[str] | None], Report]
"""Builds, given the paths of the edition that may have changed; None: look at everything. Raises EditionError."""

AGAIN = 1.0
"""Seconds after which a build is tried again that another one kept from running."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of one build: what was changed (None: not known), the report (None: it could not be built),
    errors and warnings; those of them that are new or gone since the last build; seconds it took."""

    changed: tuple[str, ...] | None
    report: Report | None
    diagnostics: tuple[Diagnostic, ...]
    new: tuple[Diagnostic, ...]
    gone: tuple[Diagnostic, ...]
    seconds: float

    @property
    def errors(self) -> int:
        return sum(d.severity == Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        return len(self.diagnostics) - self.errors

    @property
    def must_wait(self) -> bool:
        """Whether another build of the same edition was running."""
        return self.report is None and any(d.rule == Rule.LOCKED.id for d in self.diagnostics)


def watch(
    build: Builder,
    watcher: Watcher,
    tell: Callable[[Outcome], None],
    begin: Callable[[], None] = lambda: None,
) -> None:
    """Build, tell what came of it, wait for changes, and so on; ``begin`` is called before each build. Ends by an
    exception only, as a rule by KeyboardInterrupt; ``watcher`` has been entered."""
    changed: Changed = None
    before: tuple[Diagnostic, ...] = ()
    while True:
        begin()
        outcome = attempt(build, changed, before)
        tell(outcome)
        before = outcome.diagnostics
        changed = watcher.wait(AGAIN if outcome.must_wait else None)
        if outcome.report is None:
            changed = None  # what that build was to look at has not been looked at


def attempt(build: Builder, changed: Changed, before: Iterable[Diagnostic]) -> Outcome:
    """Build once; ``before`` is what was found last time."""
    started = time.perf_counter()
    report: Report | None = None
    try:
        report = build(changed)
        found: Iterable[Diagnostic] = report.diagnostics
    except EditionError as error:
        found = error.diagnostics
    told = tuple(d for d in found if d.severity != Severity.NOTE)
    seconds = time.perf_counter() - started
    named = None if changed is None else tuple(sorted(changed))
    return Outcome(named, report, told, _without(told, before), _without(before, told), seconds)


def _without(some: Iterable[Diagnostic], others: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Those that the others have not, wherever in the file they stand by now."""
    known = Counter(map(_gist, others))
    out = []
    for one in some:
        if known[_gist(one)]:
            known[_gist(one)] -= 1
        else:
            out.append(one)
    return tuple(out)


def _gist(found: Diagnostic) -> tuple[str, str, str]:
    return found.rule, found.span.file, found.message


def line(outcome: Outcome) -> str:
    """Return what came of a build in one line."""
    what = _named(outcome.changed)
    state = f"{_count(outcome.errors, 'error')}, {_count(outcome.warnings, 'warning')}"
    report = outcome.report
    if report is None:
        return visible(f"{what}: not built; {state}.")
    pages = sum(path.endswith(".html") for path in report.written)
    others = len(report.written) - pages
    done = [_count(pages, "page")] if pages else []
    done += [_count(others, "other file")] if others else []
    done = [f"{' and '.join(done)} written"] if done else []
    done += [f"{len(report.removed)} removed"] if report.removed else []
    return visible(f"{what}: {', '.join(done) or 'nothing to do'}; {state}; {outcome.seconds:.2f} s.")


def _named(changed: tuple[str, ...] | None) -> str:
    if changed is None:
        return "Whole edition"
    few = ", ".join(path.encode("utf-8", "replace").decode() for path in changed[:3])
    return few if len(changed) <= 3 else f"{few} and {len(changed) - 3} more"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


@contextmanager
def interruptible() -> Iterator[None]:
    """Let being told to end (SIGTERM) be the same as Ctrl-C, and let only this process hear Ctrl-C: its workers end
    with it, and would each print where they were. For the main thread."""

    ours = os.getpid()

    def stop(number: int, frame: FrameType | None) -> None:
        if os.getpid() != ours:  # a worker that was forked and so has this function, too
            if number == signal.SIGTERM:
                os._exit(1)
            return
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # impatience does not make it end faster
        raise KeyboardInterrupt

    handled = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.getsignal(number) for number in handled}
    for number in handled:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
