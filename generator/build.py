"""The build: brings the site of an edition up to date, once or again and again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from generator import config, exporting, resume, update, workers
from generator.diagnostics import EditionError, Rule, Span, diagnostic
from generator.engine import engine
from generator.exporting import Exported, Wanted
from generator.publication import Publication
from generator.report import Options, Report, Survey
from generator.stages import Build, Progress
from generator.store import StateDamaged, Store, guarded, lock, set_aside

__all__ = [
    "PREVIEW",
    "STATE",
    "Exported",
    "Options",
    "Report",
    "Session",
    "Survey",
    "Wanted",
    "build",
    "export",
    "survey",
]

STATE = ".edition"
PREVIEW = f"{STATE}/preview"
"""Where, in the edition, a site may stand that is only looked at."""

T = TypeVar("T")


def build(options: Options, executor: Executor | None = None, progress: Progress | None = None) -> Report:
    """Bring the site up to date and return what was done.

    Raises EditionError where nothing can be built: no edition, a faulty edition file, a held lock, an output
    that cannot be written. Faults of single documents are in the report.
    """
    return _run(options, executor, progress, _bring)


def survey(options: Options, executor: Executor | None = None, progress: Progress | None = None) -> Survey:
    """Read the edition as ``build`` does, plan its pages, and write none. Raises as ``build`` does."""
    return _run(options, executor, progress, lambda work: work.survey())


def export(options: Options, wanted: Wanted, progress: Progress | None = None) -> Exported:
    """Write documents of the edition into the output folder, in the form of files beside their pages. Raises as
    ``build`` and ``exporting.export`` do."""
    return _run(options, None, progress, lambda work: exporting.export(work, wanted))


def _bring(made: Build, to_go_on: bool = False) -> Report:
    """Bring the site up to date from where the last build left it; or, if there is ``to_go_on`` after, look at all."""
    made.publication = Publication(made.store, made.output, made.options.clean)
    if not to_go_on and (report := resume.resume(made)):
        return report
    report = made.run()
    if not to_go_on:
        resume.remember(made)
    return report


class Session:
    """An edition that is built again and again while it is edited. What was read stays in memory, so that a build after
    an edit takes as long as what it changes; where that is not enough to go by, all is looked at again."""

    def __init__(self, options: Options, executor: Executor | None = None, progress: Progress | None = None) -> None:
        self.options = options
        self._executor, self._progress = executor, progress
        self._held = ExitStack()
        self._kept: Build | None = None

    def build(self, changed: Collection[str] | None = None) -> Report:
        """Bring the site up to date and return what was done. ``changed`` are the files and folders of the edition that
        may have changed, relative to it; None: any may have. Raises as ``build.build`` does; it can be called again."""
        state = _state(self.options)
        with lock(state.parent), workers.paused_collector():
            report = self._again(changed, state) if changed is not None else None
            if report is None:
                self.close()
                report = _healing(state, self._anew)
            return report

    def close(self) -> None:
        """Let go of all that is held."""
        kept, self._kept = self._kept, None
        if kept:
            # What cannot be noted now is found out again.
            with suppress(EditionError, StateDamaged), guarded(kept.store.path):
                resume.remember(kept)
        self._held.close()
        gc.unfreeze()

    def _again(self, changed: Collection[str], state: Path) -> Report | None:
        """Bring up to date what the ``changed`` files reach; None if that cannot be told."""
        kept, self._kept = self._kept, None
        if kept is None or kept.store.is_changed_by_others():
            return None
        try:
            with guarded(state):
                report = update.update(kept, changed)
        except StateDamaged:
            return None  # which the whole build sees, too
        self._kept = kept if report and not report.errors else None
        return report

    def _anew(self, notices: tuple[str, ...]) -> Report:
        with ExitStack() as opened:
            made = opened.enter_context(_opened(self.options, self._executor, self._progress, notices))
            report = _bring(made, to_go_on=True)
            if not report.errors:
                made.store.is_changed_by_others()
                self._kept = made
                self._held = opened.pop_all()
                # The collector need not walk through all this again and again.
                gc.collect()
                gc.freeze()
        return report


def _run(options: Options, executor: Executor | None, progress: Progress | None, stages: Callable[[Build], T]) -> T:
    """Run ``stages`` with the edition's state, which is made anew where it is damaged."""

    def once(notices: tuple[str, ...]) -> T:
        with _opened(options, executor, progress, notices) as made:
            return stages(made)

    state = _state(options)
    with lock(state.parent), workers.paused_collector():
        return _healing(state, once)


def _state(options: Options) -> Path:
    """Where the state of an edition is. Raises EditionError where there is no edition."""
    root = options.edition.resolve()
    config.read_edition(root)
    _check_output(root, options.output.resolve())
    return root / STATE / "state.sqlite3"


@contextmanager
def _opened(
    options: Options, executor: Executor | None, progress: Progress | None, notices: tuple[str, ...]
) -> Iterator[Build]:
    """Open all that a build needs."""
    root, output = options.edition.resolve(), options.output.resolve()
    edition = config.read_edition(root)
    if options.base_url is not None:
        edition = msgspec.structs.replace(edition, base_url=config.base_url(options.base_url))
    site = output.relative_to(root).as_posix() if output.is_relative_to(root) else str(output)
    state = root / STATE / "state.sqlite3"
    with (
        guarded(state),
        Store(state, engine(), site) as store,
        workers.available(options.jobs, executor) as work,
    ):
        made = Build(options, root, edition, store, work, progress or (lambda *_: None))
        made.report.notices += notices
        yield made


def _healing(state: Path, once: Callable[[tuple[str, ...]], T]) -> T:
    """Run ``once``, given what to tell the editor; where the state is damaged put it aside, and run it again."""
    try:
        return once(())
    except StateDamaged:
        name = set_aside(state).name
    try:
        return once((f"The build state was damaged and could not be read. It is kept as {STATE}/{name}; everything was built anew.",))  # fmt: skip
    except StateDamaged as error:
        hint = f"The disk may be failing. Delete {STATE}/{state.name} and build again; if that does not help, report it."  # fmt: skip
        again = f"the build state is damaged as soon as it is written: {error}"
        raise EditionError(diagnostic(Rule.STATE, again, Span(f"{STATE}/{state.name}"), hint=hint)) from error


def _check_output(root: Path, output: Path) -> None:
    """Refuse an output folder in which the site would mix with what it is made from."""
    if output == (root / PREVIEW).resolve():
        return
    inside = [name for name in ("content", "templates", "assets", STATE) if output.is_relative_to((root / name).resolve())]  # fmt: skip
    if inside or root.is_relative_to(output):
        where = f"lies in the edition's folder {inside[0]}/" if inside else "is the edition's own folder, or holds it"
        hint = "Choose a folder of its own, such as site/ in the edition."
        raise EditionError(diagnostic(Rule.OUTPUT, f"the output {where}", Span(str(output)), hint=hint))
